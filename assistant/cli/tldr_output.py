"""Writes TL;DRs: line by line, as one page at the end, or one with how it was made."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli.streams import Streams, as_json
from assistant.text.formatting import csv_row, markdown_text
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.summarizing import Explanation, TldrResult

_COLUMNS = ("id", "title", "tldr", "method", "model", "prompt", "seconds")


class Format(enum.StrEnum):
    """Output formats of TL;DRs."""

    jsonl = "jsonl"
    csv = "csv"
    md = "md"
    text = "text"
    html = "html"


class Output:
    """Writes results in one format as they arrive; an HTML page is written at the end."""

    def __init__(self, form: Format, write: Callable[[str], None], *, by_date: bool) -> None:
        """Write the header; `by_date` groups an HTML page by date instead of topic."""
        self._form = form
        self._write = write
        self._by_date = by_date
        self._page: list[TldrResult] = []
        if form is Format.csv:
            write(",".join(_COLUMNS) + "\n")

    def add(self, result: TldrResult) -> None:
        """Write one result, or collect it for the page."""
        if self._form is Format.html:
            self._page.append(result)
        else:
            self._write(_row(result, self._form))

    def end(self, library: Library | None) -> None:
        """Write the end of the output; topics of a page come from the vectors of `library`."""
        if self._form is Format.html:
            from assistant.summarizing.html_page import tldr_page

            numbers = [result.number for result in self._page if result.number is not None]
            vectors = library.vectors.means(numbers) if library and not self._by_date else {}
            self._write(tldr_page(self._page, "date" if self._by_date else "topic", vectors))


def _row(result: TldrResult, form: Format) -> str:
    shape = result.as_json()
    if form is Format.jsonl:
        return as_json(shape) + "\n"
    if form is Format.csv:
        return csv_row(sanitized(str(shape[name])) for name in _COLUMNS)
    if form is Format.md:
        return f"- **{markdown_text(result.title)}** — {markdown_text(result.tldr)}\n"
    return f"{sanitized(result.title)} — {sanitized(result.tldr)}\n"


def show_explanation(explanation: Explanation, streams: Streams, *, json: bool) -> None:
    """Write the TL;DR, its source sentence, the sentence scores and the candidates."""
    stored, shown = explanation.stored, explanation.shown
    if json:
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
    streams.line((sanitized(stored.shown_title), "bold"), "  ", (stored.id, "dim"))
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
