"""The chats: every question with its answer, in the order they were asked."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.library.database import Database
from assistant.library.records import ChatSummary, StoredTurn


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
                # A terminal can hand over bytes that are no text; the rest of it is still kept.
                [value.encode(errors="replace").decode() for value in values],
            )

    def turns(self, chat_id: str) -> list[StoredTurn]:
        """The turns of a chat, the first one first; none if there is no such chat."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT question, answer, asked_at FROM turns WHERE chat = ? ORDER BY turn",
                (chat_id.encode(errors="replace").decode(),),
            ).fetchall()
        return [StoredTurn(*row) for row in rows]

    def all(self) -> list[ChatSummary]:
        """Every chat, the one with the latest turn first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT chats.chat, first.question, turns, first.asked_at, last.asked_at FROM "
                "(SELECT chat, min(turn) AS first_turn, max(turn) AS last_turn, count(*) AS turns "
                "FROM turns GROUP BY chat) AS chats "
                "JOIN turns AS first ON first.turn = first_turn "
                "JOIN turns AS last ON last.turn = last_turn ORDER BY last_turn DESC"
            ).fetchall()
        return [ChatSummary(*row) for row in rows]
