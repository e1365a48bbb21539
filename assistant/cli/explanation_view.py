"""How a TL;DR came about, on a terminal or as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli.streams import Streams
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.summarizing import Explanation


def show_explanation(explanation: Explanation, streams: Streams, *, as_json: bool) -> None:
    """Write what is shown, what it rests on, and what was weighed for it."""
    stored, shown = explanation.stored, explanation.shown
    if as_json:
        streams.json(
            {
                "id": stored.id,
                "title": stored.title,
                "tldr": shown.text,
                "method": shown.method,
                "source": explanation.source,
                "sentences": [asdict(sentence) for sentence in explanation.sentences],
                "candidates": [asdict(candidate) for candidate in explanation.candidates],
            }
        )
        return
    streams.line((sanitized(stored.title), "bold"), "  ", (stored.id, "dim"))
    streams.line(("TL;DR: ", "bold"), shown.text, (f"  ({shown.method})", "dim"))
    streams.line(("From:  ", "bold"), explanation.source)
    streams.line()
    streams.line(("Sentences: how much each says of the paper, * what the model reads", "bold"))
    for sentence in explanation.sentences:
        mark = "*" if sentence.read else " "
        streams.line((f"{sentence.salience:6.2f} {mark} ", "dim"), sentence.text)
    streams.line()
    streams.line(("Candidates: the first that is not refused is shown", "bold"))
    for number, candidate in enumerate(explanation.candidates, start=1):
        streams.line((f"{number:2} {candidate.method}  ", "dim"), candidate.text)
        if candidate.refused:
            streams.line(("   refused: ", "red"), candidate.refused)
