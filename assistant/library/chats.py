"""The chats of each owner: questions and answers in order."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from assistant.library.database import Database
from assistant.library.name_matching import fold
from assistant.library.records import ChatSummary, StoredTurn

_SUMMARIES = (
    "SELECT summary.chat, coalesce(chats.title, first.question), first.question, turns, "
    "first.asked_at, last.asked_at FROM "
    "(SELECT chat, min(turn) AS first_turn, max(turn) AS last_turn, count(*) AS turns "
    "FROM turns WHERE owner = :owner GROUP BY chat) AS summary "
    "JOIN turns AS first ON first.turn = first_turn "
    "JOIN turns AS last ON last.turn = last_turn "
    "LEFT JOIN chats ON chats.owner = :owner AND chats.chat = summary.chat"
)
# No word is missing in all of: the title, the questions, the texts of the answers.
_HAS_WORDS = (
    " WHERE NOT EXISTS (SELECT 1 FROM json_each(:words) AS word WHERE "
    "NOT instr(folded(coalesce(chats.title, '')), word.value) AND NOT EXISTS "
    "(SELECT 1 FROM turns AS said WHERE said.owner = :owner AND said.chat = summary.chat AND ("
    "instr(folded(said.question), word.value) OR instr(folded("
    "CASE WHEN json_valid(said.answer) "
    "THEN coalesce(json_extract(said.answer, '$.answer'), '') ELSE '' END), word.value))))"
)


class Chats:
    """The chats in a database. Thread-safe.

    Each belongs to an owner: a user name, or "" if there is no login. Every method behaves as if
    the chats of other owners did not exist, even if their id is known.
    """

    def __init__(self, database: Database) -> None:
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
        """Append a question and its answer to a chat; the first turn creates the chat.

        `replaces` is a question whose last turn is deleted; later turns may exist, from another
        window. With `must_exist` or `replaces` the chat has to exist: if it was deleted, nothing is
        stored and False is returned.
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
        """The turns of a chat in order; [] if there is no such chat."""
        rows = self._database.rows(
            "SELECT question, answer, asked_at FROM turns WHERE owner = ? AND chat = ? "
            "ORDER BY turn",
            (_writable(owner), _writable(chat_id)),
        )
        return [StoredTurn(*row) for row in rows]

    def all(self, owner: str = "") -> list[ChatSummary]:
        """All chats, the one with the latest turn first."""
        return self.search("", owner)

    def search(self, words: str, owner: str = "") -> list[ChatSummary]:
        """The chats that have all of `words`, the one with the latest turn first.

        A word may be in the title, in a question or in an answer, also as part of a longer word.
        Case and accents are ignored.
        """
        wanted = sorted({fold(word) for word in words.split()} - {""})
        values = {"owner": _writable(owner), "words": json.dumps(wanted, ensure_ascii=False)}
        rows = self._database.rows(f"{_SUMMARIES}{_HAS_WORDS} ORDER BY last_turn DESC", values)
        return [ChatSummary(*row) for row in rows]

    def rename(self, chat_id: str, title: str, owner: str = "") -> bool:
        """Set the title of a chat; an empty one resets it to the first question.

        Returns False if there is no such chat.
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
        """Delete a chat and overwrite its text in the files.

        Returns False if there is no such chat.
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
    """Replace what UTF-8 cannot encode, which a terminal can pass."""
    return text.encode(errors="replace").decode()
