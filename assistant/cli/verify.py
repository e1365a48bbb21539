"""The command `verify`: claims with their evidence as JSON lines, one verdict for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import ModelCall
from assistant.cli.streams import STDIN
from assistant.errors import FileUnreadable, UsageError
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.answering.evidence_check import EvidenceCheck
    from assistant.progress import Progress

# Bytes of a line; longer ones are skipped, and reported like other bad lines.
_MAX_LINE = 1_000_000
_EXAMPLE = '{"claim": "...", "evidence": "...", "title": "..."}'


def verify(
    path: Annotated[
        str,
        typer.Argument(metavar="PATH", help="File of JSON lines; - reads stdin."),
    ] = STDIN,
    *,
    call: ModelCall,
) -> None:
    """Check claims against evidence, one verdict per line.

    Every line of the input is a JSON object with the texts `claim` and `evidence`, and `title` if
    the evidence is from a paper. For each, one line is written as soon as it is judged: the claim,
    whether it is supported, the verdict (supported, not_found or contradicted), and the reason. A
    line that cannot be used gives a line with `error`, and the exit status is 1. The library is not
    used.
    """
    from assistant.answering.evidence_check import EvidenceCheck

    streams = call.streams
    bad = 0
    with (
        _opened(path) as file,
        call.open_session(embedding=False) as session,
        stop_on_interrupt() as progress,
    ):
        check: EvidenceCheck | None = None
        for number, line in _lines(file):
            if check is None:
                check = EvidenceCheck(session.model, session.prompts)
            try:
                judged = _judged(line, check, progress)
            except UsageError as error:
                bad += 1
                streams.json({"line": number, "error": str(error)})
                continue
            if judged is None or progress.stop_requested:
                streams.note("Stopped.")
                raise typer.Exit(INTERRUPTED)
            streams.json(judged)
    if bad:
        streams.note(f"{format_count(bad, 'line')} could not be used; the others were.")
        raise typer.Exit(1)


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    """The input as bytes.

    Raises:
        FileUnreadable: it cannot be opened.
    """
    if path == STDIN:
        yield sys.stdin.buffer
        return
    try:
        file = Path(path).expanduser().open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FileUnreadable(
            f"{path}: the file cannot be read ({reason}). Check the path and its permissions."
        ) from error
    with file:
        yield file


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank, with their numbers; None for one that is too long."""
    number = 0
    while line := file.readline(_MAX_LINE + 1):
        number += 1
        too_long = len(line) > _MAX_LINE
        while line and not line.endswith(b"\n") and too_long:
            line = file.readline(_MAX_LINE)
        if too_long:
            yield number, None
        elif line.strip():
            yield number, line


def _judged(line: bytes | None, check: EvidenceCheck, progress: Progress) -> dict[str, Any] | None:
    """The result for one line; None after a stop.

    Raises:
        UsageError: the line cannot be used.
    """
    if line is None:
        raise UsageError(f"The line has more than {_MAX_LINE:,} bytes. Shorten its evidence.")
    try:
        given = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError("The line is not UTF-8 text. Save the file as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The line is not JSON. Write {_EXAMPLE}.") from error
    if not isinstance(given, dict):
        raise UsageError(f"The line is not a JSON object. Write {_EXAMPLE}.")
    texts = {"title": "", **{name: given[name] for name in ("claim", "evidence") if name in given}}
    if given.get("title") is not None:
        texts["title"] = given["title"]
    for name in ("claim", "evidence", "title"):
        if name not in texts:
            raise UsageError(f"The line has no `{name}`. Write {_EXAMPLE}.")
        if not isinstance(texts[name], str):
            raise UsageError(f"`{name}` is not a text. Write {_EXAMPLE}.")
    checked = check.check(texts["claim"], texts["evidence"], texts["title"], progress)
    return None if checked is None else checked.as_json()
