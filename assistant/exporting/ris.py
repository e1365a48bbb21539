"""RIS export: the tagged format of reference managers, with records from `TY` to `ER`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.exporting.escaping import JOINER, escaped, without_mojibake
from assistant.exporting.record import ExportRecord, family_and_given

_LOOKS_LIKE_TAG = re.compile(r"[A-Z][A-Z0-9](?:  -|[ \t]{0,4}-(?:\s|\Z))")


def ris(records: Iterable[ExportRecord]) -> Iterator[str]:
    """One RIS record per record."""
    for record in records:
        lines = [f"{tag}  - {value}\n" for tag, value in _fields(record) if value]
        yield f"{''.join(lines)}ER  - \n\n"


def _fields(record: ExportRecord) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if record.doi or record.pmid else "UNPB"
    yield "TI", escaped(record.title)
    for name in record.authors:
        yield "AU", _author(name)
    yield "PY", record.published[:4]
    if len(record.published) > 4:
        # Year/month/day/season; unknown parts are empty.
        yield "DA", "/".join([*record.published.split("-"), "", ""][:4])
    yield "AB", _multiline(record.abstract)
    yield "DO", record.doi
    if record.pmid:
        yield "AN", record.pmid
        yield "DB", "PubMed"
    yield "UR", record.url
    if record.arxiv:
        yield "LK", f"arXiv:{record.arxiv}"
    for tag in record.tags:
        yield "KW", tag
    if record.tldr:
        # The importer searches notes for a PubMed id.
        yield "N1", f"TL;DR: {record.tldr}".replace("PMID", f"PMID{JOINER}")


def _author(name: str) -> str:
    """`Family, Given`. A trailing comma marks an organization with a comma in its name."""
    parts = family_and_given(name)
    if parts:
        return ", ".join(parts)
    return f"{name}," if "," in name else name


def _multiline(text: str) -> str:
    """`text` with its line breaks. No line looks like a tag, and indentation is preserved."""
    lines = escaped(text).split("\n")
    for place, line in enumerate(lines[1:], start=1):
        if not line:
            # The importer keeps only one blank line.
            lines[place] = "" if lines[place - 1] else JOINER
        elif line[0].isspace() or _LOOKS_LIKE_TAG.match(line):
            lines[place] = JOINER + line
    lines = [line + JOINER if line[-1:].isspace() else line for line in lines]
    return without_mojibake("\n".join(lines))
