"""HTML and messages that several tabs of the page share."""

from __future__ import annotations

import base64
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _

if TYPE_CHECKING:
    from assistant.progress import Report
    from assistant.reading import Failure

_log = logging.getLogger(__name__)

# Failures listed; further ones are only counted.
MAX_FAILURES = 20


def explained(error: BaseException, what: str) -> str:
    """A message about an `error`; the details of an unexpected one are logged with `what`."""
    if isinstance(error, AssistantError):
        return str(error)
    _log.error(what, exc_info=error)
    return _(
        "The assistant failed unexpectedly ({error}). "
        "The terminal it was started from shows the details.",
        error=f"{type(error).__name__}: {error}",
    )


def data_url(media_type: str, content: str | bytes) -> str:
    """A link that contains a whole file."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogateescape")
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def render_text(text: str, kind: str = "nothing", *, heading: bool = False) -> str:
    """A paragraph or a heading with the CSS class `kind`."""
    return render("text.html", text=text, kind=kind, heading=heading)


def render_header(
    papers: int | None,
    model: str,
    notices: Sequence[str] = (),
    user: str = "",
    sent: Sequence[str] = (),
) -> str:
    """The header of the page for `user` ("" without log-in).

    `papers` is None if the library is not open. `sent` says what is sent to model servers.
    """
    return render("header.html", papers=papers, model=model, notices=notices, user=user, sent=sent)


def render_job(
    text: str = "",
    *,
    report: Report | None = None,
    running: bool = False,
    failures: Sequence[Failure] = (),
    error: str = "",
    note: str = "",
    merges: Sequence[str] = (),
    warnings: Sequence[Failure] = (),
    warned: str = "",
) -> str:
    """A message, or a job that is `running`: its `text`, and the bar and rate of its `report`.

    `merges` are lines about merged records, `warnings` the first ones about records that were read,
    and `warned` says how many.
    """
    return render(
        "job.html",
        text=text,
        report=report if running else None,
        running=running,
        note=note,
        failures=failures[:MAX_FAILURES],
        failed=len(failures),
        error=error,
        merges=merges,
        warnings=warnings[:MAX_FAILURES],
        warned=warned,
    )
