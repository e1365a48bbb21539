"""The chats: every question with its answer, in the order they were asked, and whose they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from assistant.library.database import Database
from assistant.library.name_matching import fold
from assistant.library.records import ChatSummary, StoredTurn

_SUMMARIES = (
    "SELECT kept.chat, coalesce(chats.title, first.question), first.question, turns, "
    "first.asked_at, last.asked_at FROM "
    "(SELECT chat, min(turn) AS first_turn, max(turn) AS last_turn, count(*) AS turns "
    "FROM turns WHERE owner = :owner GROUP BY chat) AS kept "
    "JOIN turns AS first ON first.turn = first_turn "
    "JOIN turns AS last ON last.turn = last_turn "
    "LEFT JOIN chats ON chats.owner = :owner AND chats.chat = kept.chat"
)
# There is no word that is neither in the title nor in a question nor in the text of an answer.
_HAS_WORDS = (
    " WHERE NOT EXISTS (SELECT 1 FROM json_each(:words) AS word WHERE "
    "NOT instr(folded(coalesce(chats.title, '')), word.value) AND NOT EXISTS "
    "(SELECT 1 FROM turns AS said WHERE said.owner = :owner AND said.chat = kept.chat AND ("
    "instr(folded(said.question), word.value) OR instr(folded("
    "CASE WHEN json_valid(said.answer) "
    "THEN coalesce(json_extract(said.answer, '$.answer'), '') ELSE '' END), word.value))))"
)


class Chats:
    """The chats in a database. Thread-safe.

    Each belongs to an owner: the name of a user, or "" where nobody logs in. A chat of another
    owner is for every method as if it were not there, whoever knows its id.
    """

    def __init__(self, database: Database) -> None:
        """Read and write the chats of `database`."""
        self._database = database

    def save_turn(
        self,
        chat_id: str,
        question: str,
        answer_json: str,
        owner: str = "",
        *,
        must_exist: bool = False,
        replaces: str = "",
    ) -> bool:
        """Append a question and its answer to a chat, which begins with its first turn.

        `replaces` is a question whose last turn this one replaces; that turn need not be the last
        of the chat, which may have come from another window. With `must_exist` or `replaces` the
        chat has to be there: if it was deleted, nothing is stored and False is returned.
        """
        asked_at = datetime.now(UTC).isoformat(timespec="seconds")
        chat_id, owner = _writable(chat_id), _writable(owner)
        with self._database.write() as connection:
            (last,) = connection.execute(
                "SELECT max(turn) FROM turns WHERE owner = ? AND chat = ?", (owner, chat_id)
            ).fetchone()
            if last is None and (must_exist or replaces):
                return False
            if replaces:
                connection.execute(
                    "DELETE FROM turns WHERE turn = (SELECT max(turn) FROM turns "
                    "WHERE owner = ? AND chat = ? AND question = ?)",
                    (owner, chat_id, _writable(replaces)),
                )
            connection.execute(
                "INSERT INTO turns (owner, chat, question, answer, asked_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (owner, chat_id, _writable(question), _writable(answer_json), asked_at),
            )
        return True

    def turns(self, chat_id: str, owner: str = "") -> list[StoredTurn]:
        """The turns of a chat, the first one first; none if there is no such chat."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT question, answer, asked_at FROM turns WHERE owner = ? AND chat = ? "
                "ORDER BY turn",
                (_writable(owner), _writable(chat_id)),
            ).fetchall()
        return [StoredTurn(*row) for row in rows]

    def all(self, owner: str = "") -> list[ChatSummary]:
        """Every chat, the one with the latest turn first."""
        return self.search("", owner)

    def search(self, words: str, owner: str = "") -> list[ChatSummary]:
        """The chats that have every one of `words`, the one with the latest turn first.

        A word may be in the title, in a question or in an answer, also within a longer word; case
        and accents do not count.
        """
        wanted = sorted({fold(word) for word in words.split()} - {""})
        values = {"owner": _writable(owner), "words": json.dumps(wanted, ensure_ascii=False)}
        with self._database.read() as connection:
            rows = connection.execute(
                f"{_SUMMARIES}{_HAS_WORDS} ORDER BY last_turn DESC", values
            ).fetchall()
        return [ChatSummary(*row) for row in rows]

    def rename(self, chat_id: str, title: str, owner: str = "") -> bool:
        """Give a chat a title; an empty one gives its first question back.

        Returns False when there is no such chat.
        """
        chat, title = (_writable(owner), _writable(chat_id)), _writable(title).strip()
        with self._database.write() as connection:
            connection.execute("DELETE FROM chats WHERE owner = ? AND chat = ?", chat)
            known = connection.execute(
                "SELECT 1 FROM turns WHERE owner = ? AND chat = ? LIMIT 1", chat
            ).fetchone()
            if known and title:
                connection.execute("INSERT INTO chats VALUES (?, ?, ?)", (*chat, title))
        return known is not None

    def delete(self, chat_id: str, owner: str = "") -> bool:
        """Delete a chat with its title; what it said is written over in the files.

        Returns False when there is no such chat.
        """
        chat = (_writable(owner), _writable(chat_id))
        with self._database.write() as connection:
            connection.execute("DELETE FROM chats WHERE owner = ? AND chat = ?", chat)
            deleted = connection.execute(
                "DELETE FROM turns WHERE owner = ? AND chat = ?", chat
            ).rowcount
        self._database.empty_journal()
        return deleted > 0


def _writable(text: str) -> str:
    """`text` without what is no text, which a terminal can hand over; the rest is kept."""
    return text.encode(errors="replace").decode()
