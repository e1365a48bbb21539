-- Titles of chats; a chat without one is shown by its first question.
CREATE TABLE chats (chat TEXT PRIMARY KEY, title TEXT NOT NULL) WITHOUT ROWID;
