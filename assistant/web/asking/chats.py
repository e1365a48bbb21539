"""Saved chats on the page: list, search, rename, delete with undo, and as Markdown."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _, format_date, ngettext
from assistant.text.formatting import markdown_text
from assistant.text.sanitizing import sanitized
from assistant.web.asking.saved_turn import saved_turns
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.answering import Claim
    from assistant.library import ChatSummary, DeletedChat
    from assistant.session import Session
    from assistant.web.asking.chat import Chat
    from assistant.web.asking.turn import TurnView

GONE = _("This chat no longer exists.")
# Further chats are found by searching.
MAX_CHATS = 200
MAX_TITLE_LENGTH = 300
_WEEK = 7  # days
_NOT_IN_NAME = re.compile(r"[^\w]+")
_MAX_NAME_LENGTH = 60


class ChatHistory:
    """The saved chats of a session's library. Thread-safe; errors appear in the HTML.

    `owner` is the logged-in user, "" without log-in; chats of other users are hidden. Chats are
    named by their numbers.
    """

    def __init__(self, session: Session, chat: Chat) -> None:
        """List the chats of `session`; `chat` answers the questions in them."""
        self._session = session
        self._chat = chat
        self._lock = threading.Lock()
        # The chats that each window deleted and can bring back, the last one at the end.
        self._deleted: dict[str, list[DeletedChat]] = {}
        # Numbers the HTML of actions, so that doing the same again changes the page.
        self.serials = itertools.count(1)

    def state(self, words: str = "", owner: str = "") -> object:
        """Changes whenever `listing` may change; costs little."""
        try:
            stamp = self._session.library.stamp()
        except AssistantError as error:
            return str(error)
        return stamp, words, self._chat.running(owner), datetime.now().astimezone().date()

    def listing(self, words: str = "", owner: str = "") -> str:
        """The chats that contain all of `words`, latest first, by day, as HTML."""
        try:
            chats = self._session.library.chats.search(words, owner)
        except AssistantError as error:
            return render_chats((), error=str(error))
        return render_chats(chats, searched=bool(words.strip()), running=self._chat.running(owner))

    def rename(self, number: int, title: str, owner: str = "") -> str:
        """Rename a chat; an empty `title` restores its first question. Returns a message."""
        try:
            chats = self._session.library.chats
            chat_id = chats.with_number(number, owner)
            if chat_id is None or not chats.rename(chat_id, title, owner):
                return render_job(error=GONE)
        except AssistantError as error:
            return render_job(error=str(error))
        return ""

    def delete(self, number: int, visitor: str, owner: str = "") -> str:
        """Delete a chat. Returns a message that offers to undo it."""
        try:
            chats = self._session.library.chats
            chat_id = chats.with_number(number, owner)
            deleted = chats.delete(chat_id, owner) if chat_id is not None else None
        except AssistantError as error:
            return render_job(error=str(error))
        if deleted is None:
            return render_job(error=GONE) + self._offer_undo(visitor)
        with self._lock:
            self._deleted.setdefault(visitor, []).append(deleted)
        self._chat.was_deleted(deleted.chat_id, owner)
        return self._offer_undo(visitor)

    def undo(self, visitor: str) -> tuple[str, int]:
        """Restore the last chat that the window deleted. Returns a message and its number, or 0."""
        with self._lock:
            left = self._deleted.get(visitor)
            deleted = left.pop() if left else None
        if deleted is None:
            return "", 0  # another click has brought it back
        try:
            restored = self._session.library.chats.restore(deleted)
        except AssistantError as error:
            with self._lock:
                if visitor in self._deleted:  # not if the window was closed meanwhile
                    self._deleted[visitor].append(deleted)
            return render_job(error=str(error)) + self._offer_undo(visitor), 0
        problem = "" if restored else render_job(error=GONE)
        number = deleted.number if restored else 0
        return problem + self._offer_undo(visitor), number

    def _offer_undo(self, visitor: str) -> str:
        """How many chats the window can bring back; "" without any."""
        with self._lock:
            count = len(self._deleted.get(visitor, ()))
        return render("deleted_chat.html", count=count) if count else ""

    def forget_deleted(self, visitor: str) -> None:
        """Forget what a window deleted, because it was closed or does not want it back."""
        with self._lock:
            self._deleted.pop(visitor, None)

    def file(self, number: int, owner: str = "") -> str:
        """The chat as Markdown, in an element that the page downloads."""
        try:
            library = self._session.library
            chat = next((one for one in library.chats.all(owner) if one.number == number), None)
            if chat is None:
                return render_job(error=GONE)
            turns = saved_turns(library, chat.chat_id, owner, first=1)
        except AssistantError as error:
            return render_job(error=str(error))
        return render(
            "chat_file.html",
            markdown=chat_markdown(chat.title, _about(chat), turns),
            filename=markdown_name(chat.title),
            serial=next(self.serials),
        )


def render_chats(
    chats: Sequence[ChatSummary],
    searched: bool = False,
    error: str = "",
    running: Collection[int] = (),
) -> str:
    """The list of chats, those of a day together.

    `searched` selects the message for an empty list; `running` are the numbers of the chats that
    are being answered.
    """
    today = datetime.now().astimezone().date()
    days: list[tuple[str, list[dict[str, Any]]]] = []
    for chat in chats[:MAX_CHATS]:
        day = _day(chat.last_at, today)
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(
            {
                "number": chat.number,
                "title": sanitized(chat.title[:MAX_TITLE_LENGTH]),
                "about": _about(chat),
                "running": chat.number in running,
            }
        )
    nothing = (
        _("No chats match.") if searched else _("No chats yet. Your questions are saved here.")
    )
    return render(
        "chats.html",
        days=days,
        nothing=nothing,
        left_out=max(0, len(chats) - MAX_CHATS),
        error=error,
    )


def _day(last_at: str, today: date) -> str:
    """The heading for a chat whose last turn was at `last_at`, an ISO time in UTC."""
    try:
        day = datetime.fromisoformat(last_at).astimezone().date()
    except ValueError:
        return _("Earlier")
    age = (today - day).days
    if age <= 0:
        return _("Today")
    if age == 1:
        return _("Yesterday")
    if age <= _WEEK:
        return _("Previous 7 days")
    return format_date(day.isoformat()[:7])


def _about(chat: ChatSummary) -> str:
    """Date of the last turn and length of a chat: `14 March 2025 · 2 questions`."""
    questions = ngettext("{count} question", "{count} questions", chat.turns)
    return " · ".join(part for part in (format_date(chat.last_at[:10]), questions) if part)


def chat_markdown(title: str, about: str, turns: Sequence[TurnView]) -> str:
    """The whole chat; no text in it becomes markup."""
    blocks = [f"# {markdown_text(title)}", markdown_text(about)]
    for turn in turns:
        blocks += _turn(turn)
    return "\n\n".join(blocks) + "\n"


def markdown_name(title: str) -> str:
    """A file name for a chat: `how-long-do-cats-sleep.md`."""
    name = _NOT_IN_NAME.sub("-", sanitized(title).lower()).strip("-")[:_MAX_NAME_LENGTH].rstrip("-")
    return f"{name or 'chat'}.md"


def _turn(turn: TurnView) -> Iterator[str]:
    yield f"## {markdown_text(turn.question)}"
    if turn.error:
        yield f"*{markdown_text(turn.error)}*"
    if turn.refused:
        yield markdown_text(turn.text)
        if turn.nearest:
            yield _("Nearest papers:")
            yield "\n".join(
                f"- {markdown_text(paper['title'])} ({markdown_text(paper['id'])})"
                for paper in turn.nearest
            )
    elif turn.claims:
        headed = any(claim.heading for claim in turn.claims)
        yield ("\n" if headed else " ").join(_claim(claim, headed) for claim in turn.claims)
    if turn.note:
        yield f"*{markdown_text(turn.note)}*"
    if turn.evidence:
        yield f"{turn.evidence_heading}:"
        yield "\n".join(
            f"{item.n}. “{markdown_text(item.sentence)}” — {markdown_text(item.title)} "
            f"({markdown_text(item.id)})"
            for item in turn.evidence
        )


def _claim(claim: Claim, headed: bool) -> str:
    """A sentence with its citations, as a list item where the answer is a list."""
    text = markdown_text(claim.text)
    if claim.verdict == "quoted":
        text = f"“{text}”"
    if claim.heading:
        text = f"**{markdown_text(claim.heading)}**: {text}"
    # Escaped: `[1][2]` would be a link if something defined `[2]`.
    cited = "".join(f"\\[{n}\\]" for n in claim.citations)
    return f"{'- ' if headed else ''}{text} {cited}".rstrip()
