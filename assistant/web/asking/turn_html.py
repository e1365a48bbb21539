"""A turn of a chat as HTML."""

from __future__ import annotations

from assistant.html import render
from assistant.web.asking.copying import STYLES, copied_text
from assistant.web.asking.turn import VERDICT_NAMES, VERDICTS, TurnView


def render_turn(turn: TurnView, *, latest: bool = False) -> str:
    """A question with evidence and answer; the `latest` one offers Retry and Edit."""
    return render(
        "turn.html",
        turn=turn,
        latest=latest,
        verdicts=VERDICTS,
        verdict_names=VERDICT_NAMES,
        copied=copied_text(turn) if turn.answer else "",
        styles=STYLES,
    )
