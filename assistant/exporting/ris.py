"""RIS: two letters, two spaces, a hyphen, a value; from `TY` to `ER`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.exporting.escaping import JOINER, shielded, undecodable
from assistant.exporting.fields import Exported, Fields, fields_of
from assistant.exporting.names import family_and_given

_LIKE_A_TAG = re.compile(r"[A-Z][A-Z0-9](?:  -|[ \t]{0,4}-(?:\s|\Z))")


def ris(papers: Iterable[Exported]) -> Iterator[str]:
    """One record a paper."""
    for exported in papers:
        paper = fields_of(exported)
        lines = [f"{tag}  - {value}\n" for tag, value in _values(paper) if value]
        yield f"{''.join(lines)}ER  - \n\n"


def _values(paper: Fields) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if paper.doi or paper.pmid else "UNPB"
    yield "TI", shielded(paper.title)
    for name in paper.authors:
        yield "AU", _name(name)
    yield "PY", paper.published[:4]
    if len(paper.published) > 4:
        # Year/month/day/season: what is not known is empty.
        yield "DA", "/".join([*paper.published.split("-"), "", ""][:4])
    yield "AB", _lines(paper.abstract)
    yield "DO", paper.doi
    if paper.pmid:
        yield "AN", paper.pmid
        yield "DB", "PubMed"
    yield "UR", paper.url
    if paper.arxiv:
        yield "LK", f"arXiv:{paper.arxiv}"
    for tag in paper.tags:
        yield "KW", tag
    if paper.tldr:
        # Importers look for PubMed's number in notes.
        yield "N1", f"TL;DR: {paper.tldr}".replace("PMID", f"PMID{JOINER}")


def _name(name: str) -> str:
    """`Family, Given`; a comma at the end marks a name that has commas of its own."""
    parts = family_and_given(name)
    if parts:
        return ", ".join(parts)
    return f"{name}," if "," in name else name


def _lines(text: str) -> str:
    """A text over several lines, none of which reads like a tag or loses its indent."""
    lines = shielded(text).split("\n")
    for place, line in enumerate(lines[1:], start=1):
        if not line:
            # One blank line is seen, more are not.
            lines[place] = "" if lines[place - 1] else JOINER
        elif line[0].isspace() or _LIKE_A_TAG.match(line):
            lines[place] = JOINER + line
    lines = [line + JOINER if line[-1:].isspace() else line for line in lines]
    return undecodable("\n".join(lines))
