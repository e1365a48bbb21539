"""Saved chats on the page: list, search, open, rename, delete, and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.html import render
from assistant.text.formatting import format_count, format_date, markdown_text
from assistant.text.sanitizing import sanitized
from assistant.web.asking.saved_turn import saved_turns
from assistant.web.asking.turn import VERDICTS
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.answering import Claim
    from assistant.library import ChatSummary
    from assistant.session import Session
    from assistant.web.asking.turn import TurnView

GONE = "This chat no longer exists."
# Further chats are found by searching; of longer chats the latest turns are shown.
MAX_CHATS = 200
MAX_TURNS = 100
MAX_TITLE_LENGTH = 300
# The current conversation numbers its turns from 1; ids must be unique within the page.
_FIRST_NUMBER = 1_000_001
_NOT_IN_NAME = re.compile(r"[^\w]+")
_MAX_NAME_LENGTH = 60


@dataclass(frozen=True)
class OpenedChat:
    """An open chat; without a `chat_id` no chat is open and `html` says why."""

    html: str
    chat_id: str = ""
    title: str = ""


class ChatHistory:
    """The saved chats of a session's library. Thread-safe; errors appear in the HTML.

    `owner` is the logged-in user, "" without log-in; chats of other users are hidden.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def listing(self, words: str = "", owner: str = "") -> str:
        """The chats that contain all of `words`, latest first, as HTML."""
        try:
            chats = self._session.library.chats.search(words, owner)
        except AssistantError as error:
            return render_chats((), error=str(error))
        return render_chats(chats, searched=bool(words.strip()))

    def open(self, chat_id: str, problem: str = "", owner: str = "") -> OpenedChat:
        """A chat with all its turns, below the message `problem`."""
        try:
            library = self._session.library
            chat = next((one for one in library.chats.all(owner) if one.chat_id == chat_id), None)
            if chat is None:
                return OpenedChat(render_job(error=problem or GONE))
            turns = saved_turns(library, chat_id, owner, _FIRST_NUMBER)
        except AssistantError as error:
            return OpenedChat(render_job(error=str(error)))
        about = _about(chat)
        html = render(
            "opened_chat.html",
            title=chat.title[:MAX_TITLE_LENGTH],
            about=about,
            turns=turns[-MAX_TURNS:],
            latest=False,
            verdicts=VERDICTS,
            left_out=f"{len(turns) - MAX_TURNS:,}" if len(turns) > MAX_TURNS else "",
            markdown=chat_markdown(chat.title, about, turns),
            filename=markdown_name(chat.title),
            error=problem,
        )
        return OpenedChat(html, chat_id, chat.title)

    def rename(self, chat_id: str, title: str, owner: str = "") -> OpenedChat:
        """Rename a chat; an empty `title` restores its first question."""
        try:
            self._session.library.chats.rename(chat_id, title, owner)
        except AssistantError as error:
            return self.open(chat_id, str(error), owner)
        return self.open(chat_id, owner=owner)

    def delete(self, chat_id: str, owner: str = "") -> OpenedChat:
        """Permanently delete a chat."""
        try:
            deleted = self._session.library.chats.delete(chat_id, owner) is not None
        except AssistantError as error:
            return self.open(chat_id, str(error), owner)
        return OpenedChat(render_job("Chat deleted.") if deleted else render_job(error=GONE))


def render_chats(chats: Sequence[ChatSummary], searched: bool = False, error: str = "") -> str:
    """The list of chats; `searched` selects the message for an empty list."""
    rows = [
        {"id": chat.chat_id, "title": chat.title[:MAX_TITLE_LENGTH], "about": _about(chat)}
        for chat in chats[:MAX_CHATS]
    ]
    nothing = "No chats match." if searched else "No chats yet. Your questions are saved here."
    return render(
        "chats.html",
        rows=rows,
        nothing=nothing,
        left_out=f"{len(chats) - MAX_CHATS:,}" if len(chats) > MAX_CHATS else "",
        error=error,
    )


def _about(chat: ChatSummary) -> str:
    """Date of the last turn and length of a chat: `14 March 2025 · 2 questions`."""
    questions = format_count(chat.turns, "question")
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
            yield "Nearest papers:"
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
