"""HTML that several tabs of the page share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.html import render

if TYPE_CHECKING:
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
    running: bool = False,
    done: int = 0,
    total: int = 0,
    failures: Sequence[Failure] = (),
    error: str = "",
) -> str:
    """The progress of a job, `done` of `total` (0: unknown), or its result and `failures`."""
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
