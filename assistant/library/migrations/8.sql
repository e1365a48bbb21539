-- The history of `chunks`: an entry for each removed chunk, and one without a chunk for each
-- transaction that added chunks. Derived files (Chroma, the binary index, the map) name the entry
-- that they have reached and its random mark. So a catalogue does not use the files of another
-- one, or of an earlier or later copy of itself, even if all numbers match.
DROP TRIGGER chunks_removed;
DROP TABLE removed_chunks;
CREATE TABLE chunk_log (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    mark INTEGER NOT NULL DEFAULT (random()),
    removed INTEGER
);
CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO chunk_log (removed) VALUES (old.chunk);
END;
INSERT INTO chunk_log DEFAULT VALUES;
UPDATE metadata SET value = lower(hex(randomblob(8))) WHERE name = 'generation';
-- Chroma's folder has it now.
DELETE FROM metadata WHERE name = 'chroma';
