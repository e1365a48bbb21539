"""Papers as text or as a file in the formats of other programs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import OutputError, UsageError
from assistant.exporting import FORMATS, ExportRecord, format_of, write, write_notes
from assistant.files import remove_leftovers, replacing
from assistant.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from assistant.library import StoredPaper, StoredTldr


def records_of(
    rows: Iterable[tuple[StoredPaper, StoredTldr | None]], progress: Progress = NO_PROGRESS
) -> Iterator[ExportRecord]:
    """The records of papers with their TL;DRs; `progress` gets their number."""
    for done, (stored, tldr) in enumerate(rows, start=1):
        yield ExportRecord.from_paper(stored.paper, stored.id, tldr.text if tldr else None)
        progress.report(done)


def write_text(records: Iterable[ExportRecord], form: str) -> str:
    """`records` as text in the format `form`.

    Raises:
        UsageError: `form` is no format of a file.
    """
    out = io.StringIO()
    write(records, form, out)
    return out.getvalue()


def write_file(records: Iterable[ExportRecord], path: Path, form: str | None) -> int:
    """Write `records` to the file `path`, which appears when it is complete; return their number.

    Raises:
        UsageError: the format is unknown.
        OutputError: the file cannot be written.
    """
    chosen = form or format_of(path)
    if chosen is None or chosen not in FORMATS:
        raise UsageError(
            f"{path}: the format is unknown. Use one of {', '.join(FORMATS)}, or one of the file "
            f"extensions {', '.join(known.ending for known in FORMATS.values() if known.ending)}."
        )
    if FORMATS[chosen].text is None:
        return write_notes(records, path)
    target = path.resolve()
    try:
        remove_leftovers(target)
        with replacing(target) as part, part.open("w", encoding="utf-8", newline="") as file:
            return write(records, chosen, file)
    except OSError as error:
        raise OutputError(
            f"{path}: the papers cannot be written ({error.strerror or error}). "
            "Choose another file."
        ) from error
