"""The chats of each owner: questions and answers in order."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from assistant.library.database import Database
from assistant.library.name_matching import fold
from assistant.library.records import (
    ChatSummary,
    DeletedChat,
    Feedback,
    StartedTurn,
    StoredTurn,
)

_SUMMARIES = (
    "SELECT summary.chat, coalesce(chats.title, first.question), first.question, turns, "
    "first.asked_at, last.asked_at, coalesce(chat_numbers.number, 0) FROM "
    "(SELECT chat, min(turn) AS first_turn, max(turn) AS last_turn, count(*) AS turns "
    "FROM turns WHERE owner = :owner GROUP BY chat) AS summary "
    "JOIN turns AS first ON first.turn = first_turn "
    "JOIN turns AS last ON last.turn = last_turn "
    "LEFT JOIN chats ON chats.owner = :owner AND chats.chat = summary.chat "
    "LEFT JOIN chat_numbers "
    "ON chat_numbers.owner = :owner AND chat_numbers.chat = summary.chat"
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

_DELETIONS = (
    "DELETE FROM chats WHERE owner = ? AND chat = ?",
    "DELETE FROM chat_numbers WHERE owner = ? AND chat = ?",
    "DELETE FROM turns WHERE owner = ? AND chat = ?",
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
        replaces: int | None = None,
    ) -> StartedTurn | None:
        """Append a question and its answer to a chat; the first turn creates the chat.

        The answer may be stored later, by `finish_turn`. `replaces` is the id of a turn that is
        deleted. With `must_exist` or `replaces` the chat has to exist: if it was deleted, nothing
        is stored and None is returned.
        """
        chat_id, owner = _writable(chat_id), _writable(owner)
        with self._database.write() as connection:
            (last,) = connection.execute(
                "SELECT max(turn) FROM turns WHERE owner = ? AND chat = ?", (owner, chat_id)
            ).fetchone()
            if last is None and (must_exist or replaces is not None):
                return None
            if replaces is not None:
                connection.execute(
                    "DELETE FROM turns WHERE turn = ? AND owner = ? AND chat = ?",
                    (replaces, owner, chat_id),
                )
            turn = connection.execute(
                "INSERT INTO turns (owner, chat, question, answer, asked_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (owner, chat_id, _writable(question), _writable(answer_json), _now()),
            ).lastrowid
            connection.execute(
                "INSERT OR IGNORE INTO chat_numbers (owner, chat) VALUES (?, ?)", (owner, chat_id)
            )
            (number,) = connection.execute(
                "SELECT number FROM chat_numbers WHERE owner = ? AND chat = ?", (owner, chat_id)
            ).fetchone()
        return StartedTurn(int(turn or 0), int(number))

    def finish_turn(self, turn: int, answer_json: str) -> bool:
        """Store the answer of the turn with the id `turn`; False if it was deleted."""
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE turns SET answer = ? WHERE turn = ?", (_writable(answer_json), turn)
            ).rowcount
        return changed > 0

    def turns(self, chat_id: str, owner: str = "") -> list[StoredTurn]:
        """The turns of a chat in order; [] if there is no such chat."""
        rows = self._database.rows(
            "SELECT question, answer, asked_at, turns.turn, coalesce(rating, 0), "
            "coalesce(comment, '') FROM turns LEFT JOIN feedback ON feedback.turn = turns.turn "
            "WHERE owner = ? AND chat = ? ORDER BY turns.turn",
            (_writable(owner), _writable(chat_id)),
        )
        return [StoredTurn(*row) for row in rows]

    def with_number(self, number: int, owner: str = "") -> str | None:
        """The id of the chat of `owner` with this number; None if there is none."""
        found = self._database.value(
            "SELECT chat FROM chat_numbers WHERE number = ? AND owner = ?",
            (number, _writable(owner)),
        )
        return None if found is None else str(found)

    def rate(self, turn: int, rating: int, comment: str = "", owner: str = "") -> bool:
        """Store what `owner` says about the answer of a turn: 1 good, -1 bad, 0 nothing.

        Returns False if there is no such turn.
        """
        with self._database.write() as connection:
            known = connection.execute(
                "SELECT 1 FROM turns WHERE turn = ? AND owner = ?", (turn, _writable(owner))
            ).fetchone()
            if known is None:
                return False
            connection.execute("DELETE FROM feedback WHERE turn = ?", (turn,))
            if rating:
                connection.execute(
                    "INSERT INTO feedback VALUES (?, ?, ?, ?)",
                    (turn, rating, _writable(comment).strip(), _now()),
                )
        return True

    def feedback(self, owner: str | None = None) -> list[Feedback]:
        """What `owner` (None: everybody) said about answers, in the order of the questions."""
        rows = self._database.rows(
            "SELECT question, answer, rating, comment, given_at, (SELECT json_group_array(before) "
            "FROM (SELECT said.question AS before FROM turns AS said "
            "WHERE said.owner = turns.owner AND said.chat = turns.chat "
            "AND said.turn < turns.turn ORDER BY said.turn)) "
            "FROM feedback JOIN turns ON turns.turn = feedback.turn "
            "WHERE :owner IS NULL OR owner = :owner ORDER BY turns.turn",
            {"owner": None if owner is None else _writable(owner)},
        )
        return [
            Feedback(question, answer, rating, comment, given_at, tuple(json.loads(earlier)))
            for question, answer, rating, comment, given_at, earlier in rows
        ]

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

    def delete(self, chat_id: str, owner: str = "") -> DeletedChat | None:
        """Delete a chat and overwrite its text in the files.

        Returns what `restore` needs; None if there is no such chat.
        """
        chat = (_writable(owner), _writable(chat_id))
        with self._database.write() as connection:
            turns = connection.execute(
                "SELECT turn, question, answer, asked_at FROM turns "
                "WHERE owner = ? AND chat = ? ORDER BY turn",
                chat,
            ).fetchall()
            feedback = connection.execute(
                "SELECT feedback.* FROM feedback JOIN turns ON turns.turn = feedback.turn "
                "WHERE owner = ? AND chat = ?",
                chat,
            ).fetchall()
            number = connection.execute(
                "SELECT number FROM chat_numbers WHERE owner = ? AND chat = ?", chat
            ).fetchone()
            title = connection.execute(
                "SELECT title FROM chats WHERE owner = ? AND chat = ?", chat
            ).fetchone()
            for statement in _DELETIONS:
                connection.execute(statement, chat)
        self._database.empty_journal()
        if not turns:
            return None
        return DeletedChat(
            chat_id=chat[1],
            owner=chat[0],
            number=number[0] if number else 0,
            title=title[0] if title else "",
            turns=tuple(map(tuple, turns)),
            feedback=tuple(map(tuple, feedback)),
        )

    def restore(self, deleted: DeletedChat) -> bool:
        """Bring a deleted chat back; False if there is a chat with its id again."""
        chat = (deleted.owner, deleted.chat_id)
        with self._database.write() as connection:
            if connection.execute(
                "SELECT 1 FROM turns WHERE owner = ? AND chat = ? LIMIT 1", chat
            ).fetchone():
                return False
            connection.executemany(
                "INSERT INTO turns (turn, question, answer, asked_at, owner, chat) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [(*turn, *chat) for turn in deleted.turns],
            )
            connection.executemany("INSERT INTO feedback VALUES (?, ?, ?, ?)", deleted.feedback)
            if deleted.title:
                connection.execute("INSERT INTO chats VALUES (?, ?, ?)", (*chat, deleted.title))
            connection.execute(
                "INSERT INTO chat_numbers VALUES (?, ?, ?)", (deleted.number or None, *chat)
            )
        return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _writable(text: str) -> str:
    """Replace what UTF-8 cannot encode, which a terminal can pass."""
    return text.encode(errors="replace").decode()
