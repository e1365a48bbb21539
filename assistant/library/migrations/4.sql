-- FTS5 flushes at every statement that fires a trigger, which made imports 50% slower. So
-- `PaperWriter` adds new papers to the full-text index in batches.
DROP TRIGGER papers_added;
