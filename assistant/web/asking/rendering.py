"""Questions with their answers, and the chats they are in, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.html import render
from assistant.text.formatting import format_count, format_date

if TYPE_CHECKING:
    from assistant.library import ChatSummary
    from assistant.web.asking.turn import TurnView

# Shown for a verdict when the pointer rests on it.
VERDICTS = {
    "supported": "Checked: what this sentence says is in the evidence it cites.",
    "quoted": "Taken word for word from the evidence it cites.",
}
# More chats than these are found by searching; of more turns the latest are shown.
MOST_CHATS = 200
MOST_TURNS = 100
LONGEST_TITLE = 300


def render_welcome() -> str:
    """What the tab for questions says before the first one."""
    return render("welcome.html")


def render_turn(turn: TurnView, *, latest: bool = False) -> str:
    """One question with its evidence and its answer; the `latest` can be asked again."""
    return render("turn.html", turn=turn, latest=latest, verdicts=VERDICTS)


def render_earlier(count: int) -> str:
    """What stands in place of the `count` first turns of a long chat."""
    return render("earlier.html", count=f"{count:,}", one=count == 1)


def render_chips(scope: str = "", *, editing: bool = False, problem: str = "") -> str:
    """What the next question asks: the one paper of title `scope`, in place of the last one."""
    return render("chips.html", scope=scope, editing=editing, problem=problem)


def render_chats(chats: Sequence[ChatSummary], searched: bool = False, error: str = "") -> str:
    """The list of chats, each of which is a button; `searched` tells no chat from none found."""
    shown = [
        {"id": chat.chat_id, "title": chat.title[:LONGEST_TITLE], "about": chat_about(chat)}
        for chat in chats[:MOST_CHATS]
    ]
    nothing = (
        "No chat has these words."
        if searched
        else "No chats yet. Ask a question, and it is kept here."
    )
    return render(
        "chats.html",
        rows=shown,
        nothing=nothing,
        left_out=f"{len(chats) - MOST_CHATS:,}" if len(chats) > MOST_CHATS else "",
        error=error,
    )


def render_opened_chat(
    title: str, about: str, turns: Sequence[TurnView], markdown: str, filename: str, error: str = ""
) -> str:
    """A saved chat, and its Markdown for the button that downloads it as `filename`."""
    return render(
        "opened_chat.html",
        title=title[:LONGEST_TITLE],
        about=about,
        turns=turns[-MOST_TURNS:],
        latest=False,
        verdicts=VERDICTS,
        left_out=f"{len(turns) - MOST_TURNS:,}" if len(turns) > MOST_TURNS else "",
        markdown=markdown,
        filename=filename,
        error=error,
    )


def chat_about(chat: ChatSummary) -> str:
    """When a chat was last added to, and how long it is: `14 March 2025 · 2 questions`."""
    questions = format_count(chat.turns, "question")
    return " · ".join(part for part in (format_date(chat.last_at[:10]), questions) if part)
