"""A saved chat as Markdown: questions, answers with citations, and evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.text.formatting import markdown_text
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.answering import Claim
    from assistant.web.asking.turn import TurnView

_NOT_IN_NAME = re.compile(r"[^\w]+")
_MAX_NAME_LENGTH = 60


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
        yield "Evidence:"
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
