"""The tables of the catalogue, and the migrations of older catalogues."""

from __future__ import annotations

import sqlite3

# "PaAs" in SQLite's header marks the file as ours; databases of other programs are rejected.
APPLICATION_ID = 0x50614173

# One tuple of statements per version. A released tuple never changes; new ones are appended.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # AUTOINCREMENT: the number of a removed paper is never reused.
        """CREATE TABLE papers (
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
        )""",
        # All keys of all records of a paper.
        """CREATE TABLE keys (
            key TEXT PRIMARY KEY,
            paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE
        ) WITHOUT ROWID""",
        "CREATE INDEX keys_paper ON keys (paper)",
        # The full-text index has no copy of the text; triggers update it.
        """CREATE VIRTUAL TABLE full_text USING fts5 (
            title, abstract, content = 'papers', content_rowid = 'number',
            tokenize = 'porter unicode61 remove_diacritics 2'
        )""",
        # Merges segments less often: imports are 1/6 faster, searches as fast.
        "INSERT INTO full_text (full_text, rank) VALUES ('automerge', 16)",
        """CREATE TRIGGER papers_added AFTER INSERT ON papers BEGIN
            INSERT INTO full_text (rowid, title, abstract)
            VALUES (new.number, new.title, new.abstract);
        END""",
        """CREATE TRIGGER papers_removed AFTER DELETE ON papers BEGIN
            INSERT INTO full_text (full_text, rowid, title, abstract)
            VALUES ('delete', old.number, old.title, old.abstract);
        END""",
        """CREATE TRIGGER papers_changed AFTER UPDATE OF title, abstract ON papers BEGIN
            INSERT INTO full_text (full_text, rowid, title, abstract)
            VALUES ('delete', old.number, old.title, old.abstract);
            INSERT INTO full_text (rowid, title, abstract)
            VALUES (new.number, new.title, new.abstract);
        END""",
        # start_at and end_at are offsets in the abstract; vector is little-endian float32.
        """CREATE TABLE chunks (
            chunk INTEGER PRIMARY KEY AUTOINCREMENT,
            paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            start_at INTEGER NOT NULL,
            end_at INTEGER NOT NULL,
            vector BLOB NOT NULL
        )""",
        "CREATE INDEX chunks_paper ON chunks (paper)",
        # Indexes of `chunks` follow the numbers, which ascend for new chunks and for removals.
        """CREATE TABLE removed_chunks (
            removal INTEGER PRIMARY KEY AUTOINCREMENT,
            chunk INTEGER NOT NULL
        )""",
        """CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
            INSERT INTO removed_chunks (chunk) VALUES (old.chunk);
        END""",
        """CREATE TABLE tldrs (
            tldr INTEGER PRIMARY KEY AUTOINCREMENT,
            paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            text TEXT NOT NULL,
            model TEXT NOT NULL,
            prompt TEXT NOT NULL,
            method TEXT NOT NULL CHECK (method IN ('generated', 'extracted')),
            seconds REAL NOT NULL,
            made_at TEXT NOT NULL,
            UNIQUE (paper, model, prompt)
        )""",
        """CREATE TABLE turns (
            turn INTEGER PRIMARY KEY AUTOINCREMENT,
            chat TEXT NOT NULL,
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            asked_at TEXT NOT NULL
        )""",
        "CREATE INDEX turns_chat ON turns (chat, turn)",
        # Single values, for example `generation` (changes when indexes have to be rebuilt) and
        # `fingerprint` (of the embedder that made the vectors).
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "INSERT INTO facts VALUES ('generation', lower(hex(randomblob(8))))",
    ),
    (
        # Folded labels that filters use: words of authors' names, tags and sources.
        """CREATE TABLE labels (
            kind TEXT NOT NULL CHECK (kind IN ('author', 'tag', 'source')),
            label TEXT NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            PRIMARY KEY (kind, label, paper)
        ) WITHOUT ROWID""",
        "CREATE INDEX labels_paper ON labels (paper)",
        """INSERT OR IGNORE INTO labels SELECT 'author', word.value, number
            FROM papers, json_each(authors) AS author, json_each(name_words(author.value)) AS word
        """,
        """INSERT OR IGNORE INTO labels SELECT 'tag', folded(tag.value), number
            FROM papers, json_each(tags) AS tag""",
        "INSERT OR IGNORE INTO labels SELECT 'source', folded(source), number FROM papers",
        "CREATE INDEX papers_published ON papers (published)",
        # Views of the full-text index, which take no space: its words and their positions.
        "CREATE VIRTUAL TABLE vocabulary USING fts5vocab (full_text, 'row')",
        "CREATE VIRTUAL TABLE occurrences USING fts5vocab (full_text, 'instance')",
    ),
    (
        # When the paper was added, ISO 8601 in UTC; '' (unknown) for the oldest papers.
        "ALTER TABLE papers ADD COLUMN added_at TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX papers_added_at ON papers (added_at)",
        "CREATE INDEX papers_title ON papers (title COLLATE NOCASE)",
        # 64-bit hashes of title and first author: `identity.title_key`.
        """CREATE TABLE titles (
            title INTEGER NOT NULL,
            paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            PRIMARY KEY (title, paper)
        ) WITHOUT ROWID""",
        "CREATE INDEX titles_paper ON titles (paper)",
        """INSERT OR IGNORE INTO titles
            SELECT title_key(title, authors, published), number FROM papers
            WHERE title_key(title, authors, published) IS NOT NULL""",
        # The records of papers that differ from their only record, as JSON without `source`.
        """CREATE TABLE records (
            record INTEGER PRIMARY KEY AUTOINCREMENT,
            paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            content TEXT NOT NULL,
            sources TEXT NOT NULL
        )""",
        "CREATE INDEX records_paper ON records (paper)",
        # Tags that the user added (1) or removed (0), whatever the records have.
        """CREATE TABLE own_tags (
            paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            folded TEXT NOT NULL,
            tag TEXT NOT NULL,
            given INTEGER NOT NULL,
            PRIMARY KEY (paper, folded)
        ) WITHOUT ROWID""",
    ),
    # FTS5 flushes at every statement that fires a trigger, which made imports 50% slower. So
    # `PaperWriter` adds new papers to the full-text index in batches.
    ("DROP TRIGGER papers_added",),
    # Titles of chats; a chat without one is shown by its first question.
    ("CREATE TABLE chats (chat TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID",),
    # The owner of a chat is the user name, or '' if there is no login.
    (
        "ALTER TABLE turns ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
        "DROP INDEX turns_chat",
        "CREATE INDEX turns_chat ON turns (owner, chat, turn)",
        "ALTER TABLE chats RENAME TO chats_of_nobody",
        """CREATE TABLE chats (
            owner TEXT NOT NULL,
            chat TEXT NOT NULL,
            title TEXT NOT NULL,
            PRIMARY KEY (owner, chat)
        ) WITHOUT ROWID""",
        "INSERT INTO chats SELECT '', chat, title FROM chats_of_nobody",
        "DROP TABLE chats_of_nobody",
    ),
    ("ALTER TABLE facts RENAME TO metadata",),
    (
        # The history of `chunks`: an entry for each removed chunk, and one without a chunk for each
        # transaction that added chunks. Derived files (Chroma, the binary index, the map) name the
        # entry that they have reached and its random mark. So a catalogue does not use the files of
        # another one, or of an earlier or later copy of itself, even if all numbers match.
        "DROP TRIGGER chunks_removed",
        "DROP TABLE removed_chunks",
        """CREATE TABLE chunk_log (
            entry INTEGER PRIMARY KEY AUTOINCREMENT,
            mark INTEGER NOT NULL DEFAULT (random()),
            removed INTEGER
        )""",
        """CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
            INSERT INTO chunk_log (removed) VALUES (old.chunk);
        END""",
        "INSERT INTO chunk_log DEFAULT VALUES",
        "UPDATE metadata SET value = lower(hex(randomblob(8))) WHERE name = 'generation'",
        # Chroma's folder has it now.
        "DELETE FROM metadata WHERE name = 'chroma'",
    ),
)
SCHEMA_VERSION = len(MIGRATIONS)

# A catalogue that cannot be written cannot be migrated. These versions are read through temporary
# views with the names of newer tables; an index starts over instead of following their changes.
READ_ONLY_VIEWS: dict[int, tuple[str, ...]] = {
    6: (
        "CREATE TEMP VIEW metadata AS SELECT name, value FROM facts",
        "CREATE TEMP VIEW chunk_log AS "
        "SELECT removal AS entry, 0 AS mark, chunk AS removed FROM removed_chunks",
    ),
}


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Migrate a catalogue of `version` (0: an empty file) to `SCHEMA_VERSION`.

    The caller begins and ends the transaction, on a connection with the functions of `Database`.
    """
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
