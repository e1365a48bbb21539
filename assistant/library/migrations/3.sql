-- When the paper was added, ISO 8601 in UTC; '' (unknown) for the oldest papers.
ALTER TABLE papers ADD COLUMN added_at TEXT NOT NULL DEFAULT '';
CREATE INDEX papers_added_at ON papers (added_at);
CREATE INDEX papers_title ON papers (title COLLATE NOCASE);
-- 64-bit hashes of title and first author: `identity.title_key`.
CREATE TABLE titles (
    title INTEGER NOT NULL,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    PRIMARY KEY (title, paper)
) WITHOUT ROWID;
CREATE INDEX titles_paper ON titles (paper);
INSERT OR IGNORE INTO titles
    SELECT title_key(title, authors, published), number FROM papers
    WHERE title_key(title, authors, published) IS NOT NULL;
-- The records of papers that differ from their only record, as JSON without `source`.
CREATE TABLE records (
    record INTEGER PRIMARY KEY AUTOINCREMENT,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    content TEXT NOT NULL,
    sources TEXT NOT NULL
);
CREATE INDEX records_paper ON records (paper);
-- Tags that the user added (1) or removed (0), whatever the records have.
CREATE TABLE own_tags (
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    folded TEXT NOT NULL,
    tag TEXT NOT NULL,
    given INTEGER NOT NULL,
    PRIMARY KEY (paper, folded)
) WITHOUT ROWID;
