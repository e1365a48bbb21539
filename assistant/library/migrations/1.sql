-- AUTOINCREMENT: the number of a removed paper is never reused.
CREATE TABLE papers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    abstract TEXT NOT NULL,
    authors TEXT NOT NULL,
    published TEXT,
    arxiv TEXT,
    doi TEXT,
    pmid TEXT,
    url TEXT,
    tags TEXT NOT NULL,
    source TEXT NOT NULL
);
-- All keys of all records of a paper.
CREATE TABLE keys (
    key TEXT PRIMARY KEY,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX keys_paper ON keys (paper);
-- The full-text index has no copy of the text; triggers update it.
CREATE VIRTUAL TABLE full_text USING fts5 (
    title, abstract, content = 'papers', content_rowid = 'number',
    tokenize = 'porter unicode61 remove_diacritics 2'
);
-- Merges segments less often: imports are 1/6 faster, searches as fast.
INSERT INTO full_text (full_text, rank) VALUES ('automerge', 16);
CREATE TRIGGER papers_added AFTER INSERT ON papers BEGIN
    INSERT INTO full_text (rowid, title, abstract)
    VALUES (new.number, new.title, new.abstract);
END;
CREATE TRIGGER papers_removed AFTER DELETE ON papers BEGIN
    INSERT INTO full_text (full_text, rowid, title, abstract)
    VALUES ('delete', old.number, old.title, old.abstract);
END;
CREATE TRIGGER papers_changed AFTER UPDATE OF title, abstract ON papers BEGIN
    INSERT INTO full_text (full_text, rowid, title, abstract)
    VALUES ('delete', old.number, old.title, old.abstract);
    INSERT INTO full_text (rowid, title, abstract)
    VALUES (new.number, new.title, new.abstract);
END;
-- start_at and end_at are offsets in the abstract; vector is little-endian float32.
CREATE TABLE chunks (
    chunk INTEGER PRIMARY KEY AUTOINCREMENT,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX chunks_paper ON chunks (paper);
-- Indexes of `chunks` follow the numbers, which ascend for new chunks and for removals.
CREATE TABLE removed_chunks (
    removal INTEGER PRIMARY KEY AUTOINCREMENT,
    chunk INTEGER NOT NULL
);
CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
    INSERT INTO removed_chunks (chunk) VALUES (old.chunk);
END;
CREATE TABLE tldrs (
    tldr INTEGER PRIMARY KEY AUTOINCREMENT,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    text TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('generated', 'extracted')),
    seconds REAL NOT NULL,
    made_at TEXT NOT NULL,
    UNIQUE (paper, model, prompt)
);
CREATE TABLE turns (
    turn INTEGER PRIMARY KEY AUTOINCREMENT,
    chat TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    asked_at TEXT NOT NULL
);
CREATE INDEX turns_chat ON turns (chat, turn);
-- Single values, for example `generation` (changes when indexes have to be rebuilt) and
-- `fingerprint` (of the embedder that made the vectors).
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO facts VALUES ('generation', lower(hex(randomblob(8))));
