-- The answer of one paper to one question of a table; '' if its abstract does not say. `sentences`
-- are its [start, end] in the abstract, as JSON. `recipe` is the fingerprint of everything besides
-- the model that shapes an answer.
CREATE TABLE cells (
    cell INTEGER PRIMARY KEY AUTOINCREMENT,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    question TEXT NOT NULL,
    model TEXT NOT NULL,
    recipe TEXT NOT NULL,
    answer TEXT NOT NULL,
    sentences TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('written', 'quoted', 'empty')),
    confidence REAL NOT NULL,
    seconds REAL NOT NULL,
    made_at TEXT NOT NULL,
    UNIQUE (paper, question, model, recipe)
);
-- Sets of columns that the user saved; `columns` is a JSON array of [name, question].
CREATE TABLE column_sets (
    name TEXT PRIMARY KEY,
    columns TEXT NOT NULL,
    saved_at TEXT NOT NULL
) WITHOUT ROWID;
