"""HTML that several tabs of the page share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.html import render

if TYPE_CHECKING:
    from assistant.progress import Report
    from assistant.reading import Failure

# Failures listed; further ones are only counted.
MOST_FAILURES = 20


def render_text(text: str, kind: str = "nothing", *, heading: bool = False) -> str:
    """A paragraph or a heading with the CSS class `kind`."""
    return render("text.html", text=text, kind=kind, heading=heading)


def render_header(
    papers: int | None, model: str, notices: Sequence[str] = (), user: str = ""
) -> str:
    """The header of the page for `user` ("" without log-in).

    `papers` is None if the library is not open.
    """
    count = None if papers is None else f"{papers:,}"
    return render("header.html", papers=count, model=model, notices=notices, user=user)


def render_job(
    text: str = "",
    *,
    report: Report | None = None,
    running: bool = False,
    failures: Sequence[Failure] = (),
    error: str = "",
    note: str = "",
) -> str:
    """A message, or a job that is `running`: its `text`, and the bar and rate of its `report`."""
    return render(
        "job.html",
        text=text,
        report=report if running else None,
        running=running,
        note=note,
        failures=failures[:MOST_FAILURES],
        failed=f"{len(failures):,}",
        error=error,
    )
