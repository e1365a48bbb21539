-- The owner of a chat is the user name, or '' if there is no login.
ALTER TABLE turns ADD COLUMN owner TEXT NOT NULL DEFAULT '';
DROP INDEX turns_chat;
CREATE INDEX turns_chat ON turns (owner, chat, turn);
ALTER TABLE chats RENAME TO chats_of_nobody;
CREATE TABLE chats (
    owner TEXT NOT NULL,
    chat TEXT NOT NULL,
    title TEXT NOT NULL,
    PRIMARY KEY (owner, chat)
) WITHOUT ROWID;
INSERT INTO chats SELECT '', chat, title FROM chats_of_nobody;
DROP TABLE chats_of_nobody;
