"""Text -> HTML that is safe to show.

Everything from papers, users and models goes through the templates of this package, which clean
and escape every value they are handed: it comes out as the text it was, never as markup, so it can
neither run nor fetch anything. The only links are those that the templates write: citations, and
files to keep that are whole in their links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from assistant.text.visible import visible_lines
from assistant.text.written import spoken_date
from assistant.web.formulas import formulas, marked_formulas
from assistant.web.turn_text import turn_text

if TYPE_CHECKING:
    from assistant.library import ChatSummary
    from assistant.reading import Failure
    from assistant.web.turn import TurnView

# Shown for a verdict when the pointer rests on it.
VERDICTS = {
    "supported": "Checked: what this sentence says is in the evidence it cites.",
    "quoted": "Taken word for word from the evidence it cites.",
}
# More failures than these are counted, not listed.
MOST_FAILURES = 20
# More chats than these are found by searching; of more turns the latest are shown.
MOST_CHATS = 200
MOST_TURNS = 100
LONGEST_TITLE = 300
_BLANK = re.compile(r"\n[ \t]+(?=\n)")
# The end of a line that was only as long as somebody's window: no paragraph, no entry of a list and
# no part of a structured abstract (`METHODS: ...`) begins behind it.
_WRAPPED = re.compile(
    r"(?<!\n)[ \t]*\n(?!\s*\n|[ \t]{2}|[-*\u2022] |(?:[A-Z][A-Z ,/&]+|[A-Z][a-z]+):\s)[ \t]*"
)


def render_welcome() -> str:
    """What the tab for questions says before the first one."""
    return render("welcome.html")


def render_turn(turn: TurnView, *, latest: bool = False) -> str:
    """One question with its evidence and its answer; the `latest` can be asked again."""
    return render("turn.html", turn=turn, latest=latest)


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
        left_out=f"{len(turns) - MOST_TURNS:,}" if len(turns) > MOST_TURNS else "",
        markdown=markdown,
        filename=filename,
        error=error,
    )


def chat_about(chat: ChatSummary) -> str:
    """When a chat was last added to, and how long it is: `14 March 2025 · 2 questions`."""
    questions = f"{chat.turns:,} {'question' if chat.turns == 1 else 'questions'}"
    return " · ".join(part for part in (spoken_date(chat.last_at[:10]), questions) if part)


def render_header(
    papers: int | None, model: str, notices: Sequence[str] = (), user: str = ""
) -> str:
    """The head of the page for `user`, "" where nobody logs in.

    `papers` is None while, or because, the library is not open.
    """
    count = None if papers is None else f"{papers:,}"
    return render("header.html", papers=count, model=model, notices=notices, user=user)


def render_job(
    text: str = "",
    *,
    running: bool = False,
    done: int = 0,
    total: int = 0,
    failures: Sequence[Failure] = (),
    error: str = "",
) -> str:
    """How far an import or a batch is: `done` of `total` (0: not known), then what came of it."""
    return render(
        "job.html",
        text=text,
        running=running,
        done=done,
        total=total,
        failures=failures[:MOST_FAILURES],
        failed=f"{len(failures):,}",
        error=error,
    )


def render_digest(**values: Any) -> str:
    """What is new, by topic; `values` are those of `digest.Digests`."""
    return render("digest.html", **values)


def render_about(**values: Any) -> str:
    """What is in use and how it is set; `values` are those of `about.About`."""
    return render("about.html", **values)


def flowing(text: str) -> str:
    """`text` without the line ends within its paragraphs, so that they fill any width."""
    return _WRAPPED.sub(" ", _BLANK.sub("\n", visible_lines(text)))


@cache
def _environment() -> jinja2.Environment:
    def cleaned(value: Any) -> Any:
        # Markup is only what `formulas` made of text that it had cleaned.
        is_text = isinstance(value, str) and not isinstance(value, Markup)
        return visible_lines(value) if is_text else value

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("assistant.web", "templates"),
        autoescape=True,
        finalize=cleaned,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals["verdicts"] = VERDICTS
    environment.filters["copied"] = turn_text
    environment.filters["flowing"] = flowing
    environment.filters["formulas"] = formulas
    environment.globals["marked_formulas"] = marked_formulas
    return environment


def render(template: str, **values: Any) -> str:
    """A template of this package with `values`, each cleaned and escaped."""
    return _environment().get_template(template).render(**values)
