"""Shows how a TL;DR was made, in the terminal or as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli.streams import Streams
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.summarizing import Explanation


def show_explanation(explanation: Explanation, streams: Streams, *, as_json: bool) -> None:
    """Write the TL;DR, its source sentence, the sentence scores and the candidates."""
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
    streams.line(("Sentences with their salience (* = read by the model)", "bold"))
    for sentence in explanation.sentences:
        mark = "*" if sentence.read else " "
        streams.line((f"{sentence.salience:6.2f} {mark} ", "dim"), sentence.text)
    streams.line()
    streams.line(("Candidates (the first that is not rejected is shown)", "bold"))
    for number, candidate in enumerate(explanation.candidates, start=1):
        streams.line((f"{number:2} {candidate.method}  ", "dim"), candidate.text)
        if candidate.refused:
            streams.line(("   rejected: ", "red"), candidate.refused)
