-- Numbers of chats, which their addresses on the page have; the number of a deleted chat is never
-- reused.
CREATE TABLE chat_numbers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    chat TEXT NOT NULL,
    UNIQUE (owner, chat)
);
INSERT INTO chat_numbers (owner, chat)
    SELECT owner, chat FROM turns GROUP BY owner, chat ORDER BY min(turn);
-- What the user says about an answer: 1 (good) or -1 (bad), with a comment or ''.
CREATE TABLE feedback (
    turn INTEGER PRIMARY KEY REFERENCES turns ON DELETE CASCADE,
    rating INTEGER NOT NULL CHECK (rating IN (1, -1)),
    comment TEXT NOT NULL,
    given_at TEXT NOT NULL
);
