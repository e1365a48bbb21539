"""Questions, answers and chats as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.html import render
from assistant.text.formatting import format_count, format_date

if TYPE_CHECKING:
    from assistant.library import ChatSummary
    from assistant.web.asking.turn import TurnView

# Tooltips of the verdicts.
VERDICTS = {
    "supported": "Verified: the cited evidence supports this sentence.",
    "quoted": "Quoted word for word from the cited evidence.",
}
# Further chats are found by searching; of longer chats the latest turns are shown.
MAX_CHATS = 200
MAX_TURNS = 100
MAX_TITLE_LENGTH = 300


def render_turn(turn: TurnView, *, latest: bool = False) -> str:
    """A question with evidence and answer; the `latest` one offers Retry and Edit."""
    return render("turn.html", turn=turn, latest=latest, verdicts=VERDICTS)


def render_earlier(count: int) -> str:
    """A line in place of the first `count` turns of a long chat."""
    return render("earlier.html", count=f"{count:,}", one=count == 1)


def render_chips(scope: str = "", *, editing: bool = False, problem: str = "") -> str:
    """The scope of the next question: one paper with the title `scope`, or an edited question."""
    return render("chips.html", scope=scope, editing=editing, problem=problem)


def render_chats(chats: Sequence[ChatSummary], searched: bool = False, error: str = "") -> str:
    """The list of chats; `searched` selects the message for an empty list."""
    rows = [
        {"id": chat.chat_id, "title": chat.title[:MAX_TITLE_LENGTH], "about": chat_about(chat)}
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


def render_opened_chat(
    title: str, about: str, turns: Sequence[TurnView], markdown: str, filename: str, error: str = ""
) -> str:
    """A saved chat, and its Markdown to download as `filename`."""
    return render(
        "opened_chat.html",
        title=title[:MAX_TITLE_LENGTH],
        about=about,
        turns=turns[-MAX_TURNS:],
        latest=False,
        verdicts=VERDICTS,
        left_out=f"{len(turns) - MAX_TURNS:,}" if len(turns) > MAX_TURNS else "",
        markdown=markdown,
        filename=filename,
        error=error,
    )


def chat_about(chat: ChatSummary) -> str:
    """Date of the last turn and length of a chat: `14 March 2025 · 2 questions`."""
    questions = format_count(chat.turns, "question")
    return " · ".join(part for part in (format_date(chat.last_at[:10]), questions) if part)
