-- Folded labels that filters use: words of authors' names, tags and sources.
CREATE TABLE labels (
    kind TEXT NOT NULL CHECK (kind IN ('author', 'tag', 'source')),
    label TEXT NOT NULL,
    paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
    PRIMARY KEY (kind, label, paper)
) WITHOUT ROWID;
CREATE INDEX labels_paper ON labels (paper);
INSERT OR IGNORE INTO labels SELECT 'author', word.value, number
    FROM papers, json_each(authors) AS author, json_each(name_words(author.value)) AS word;
INSERT OR IGNORE INTO labels SELECT 'tag', folded(tag.value), number
    FROM papers, json_each(tags) AS tag;
INSERT OR IGNORE INTO labels SELECT 'source', folded(source), number FROM papers;
CREATE INDEX papers_published ON papers (published);
-- Views of the full-text index, which take no space: its words and their positions.
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (full_text, 'row');
CREATE VIRTUAL TABLE occurrences USING fts5vocab (full_text, 'instance');
