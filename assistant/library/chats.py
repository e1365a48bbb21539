"""The chats: every question with its answer, in the order they were asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from assistant.library.database import Database
from assistant.library.folding import folded
from assistant.library.records import ChatSummary, StoredTurn

_SUMMARIES = (
    "SELECT kept.chat, coalesce(chats.title, first.question), first.question, turns, "
    "first.asked_at, last.asked_at FROM "
    "(SELECT chat, min(turn) AS first_turn, max(turn) AS last_turn, count(*) AS turns "
    "FROM turns GROUP BY chat) AS kept "
    "JOIN turns AS first ON first.turn = first_turn "
    "JOIN turns AS last ON last.turn = last_turn "
    "LEFT JOIN chats ON chats.chat = kept.chat"
)
# There is no word that is neither in the title nor in a question nor in the text of an answer.
_HAS_WORDS = (
    " WHERE NOT EXISTS (SELECT 1 FROM json_each(?) AS word WHERE "
    "NOT instr(folded(coalesce(chats.title, '')), word.value) AND NOT EXISTS "
    "(SELECT 1 FROM turns AS said WHERE said.chat = kept.chat AND ("
    "instr(folded(said.question), word.value) OR instr(folded("
    "CASE WHEN json_valid(said.answer) "
    "THEN coalesce(json_extract(said.answer, '$.answer'), '') ELSE '' END), word.value))))"
)


class Chats:
    """The chats in a database. Thread-safe."""

    def __init__(self, database: Database) -> None:
        """Read and write the chats of `database`."""
        self._database = database

    def save_turn(self, chat_id: str, question: str, answer_json: str) -> None:
        """Append a question and its answer to a chat, which begins with its first turn."""
        asked_at = datetime.now(UTC).isoformat(timespec="seconds")
        values = (chat_id, question, answer_json, asked_at)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO turns (chat, question, answer, asked_at) VALUES (?, ?, ?, ?)",
                [_writable(value) for value in values],
            )

    def turns(self, chat_id: str) -> list[StoredTurn]:
        """The turns of a chat, the first one first; none if there is no such chat."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT question, answer, asked_at FROM turns WHERE chat = ? ORDER BY turn",
                (_writable(chat_id),),
            ).fetchall()
        return [StoredTurn(*row) for row in rows]

    def all(self) -> list[ChatSummary]:
        """Every chat, the one with the latest turn first."""
        return self.search("")

    def search(self, words: str) -> list[ChatSummary]:
        """The chats that have every one of `words`, the one with the latest turn first.

        A word may be in the title, in a question or in an answer, also within a longer word; case
        and accents do not count.
        """
        wanted = sorted({folded(word) for word in words.split()} - {""})
        with self._database.read() as connection:
            rows = connection.execute(
                f"{_SUMMARIES}{_HAS_WORDS} ORDER BY last_turn DESC",
                (json.dumps(wanted, ensure_ascii=False),),
            ).fetchall()
        return [ChatSummary(*row) for row in rows]

    def rename(self, chat_id: str, title: str) -> bool:
        """Give a chat a title; an empty one gives its first question back.

        Returns False when there is no such chat.
        """
        chat_id, title = _writable(chat_id), _writable(title).strip()
        with self._database.write() as connection:
            connection.execute("DELETE FROM chats WHERE chat = ?", (chat_id,))
            known = connection.execute(
                "SELECT 1 FROM turns WHERE chat = ? LIMIT 1", (chat_id,)
            ).fetchone()
            if known and title:
                connection.execute("INSERT INTO chats VALUES (?, ?)", (chat_id, title))
        return known is not None

    def delete(self, chat_id: str) -> bool:
        """Delete a chat with its title; what it said is written over in the files.

        Returns False when there is no such chat.
        """
        chat_id = _writable(chat_id)
        with self._database.write() as connection:
            connection.execute("DELETE FROM chats WHERE chat = ?", (chat_id,))
            deleted = connection.execute("DELETE FROM turns WHERE chat = ?", (chat_id,)).rowcount
        self._database.empty_journal()
        return deleted > 0


def _writable(text: str) -> str:
    """`text` without what is no text, which a terminal can hand over; the rest is kept."""
    return text.encode(errors="replace").decode()
