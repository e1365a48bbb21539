-- Several papers may have one key: the chapters of a book, if each record has the DOI of the book.
ALTER TABLE keys RENAME TO single_keys;
CREATE TABLE keys (
    key TEXT NOT NULL,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    PRIMARY KEY (key, paper)
) WITHOUT ROWID;
INSERT INTO keys SELECT key, paper FROM single_keys;
DROP TABLE single_keys;
CREATE INDEX keys_paper ON keys (paper);
-- Titles before their subtitles: `identity.TitleKeys.main`.
INSERT OR IGNORE INTO titles
    SELECT main_title_key(title, authors, published), number FROM papers
    WHERE main_title_key(title, authors, published) IS NOT NULL;
INSERT OR IGNORE INTO titles
    SELECT main_title_key(
        json_extract(content, '$.title'),
        coalesce(json_extract(content, '$.authors'), '[]'),
        json_extract(content, '$.published')
    ) AS title, paper FROM records
    WHERE json_valid(content) AND title IS NOT NULL;
-- What the user decided about two records, each named by one of its keys: the same paper or not.
-- `one` is the lesser of the two keys. Rows stay when papers are removed.
CREATE TABLE decisions (
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    same INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (one, other)
) WITHOUT ROWID;
