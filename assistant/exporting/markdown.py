"""Markdown: one file to read, a section a paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.exporting.fields import Exported, Fields, fields_of

# Also what only some programs know: formulas, highlights, mentions, emoji by name.
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|&~$^=@{}!"})
_AT_BEGINNING = re.compile(r"\A(\s*)([-+]|\d+(?=[.)]))")
_ADDRESS = re.compile(r":(?=//|\w)|(?<=www)\.", re.IGNORECASE)
_NOT_IN_LINKS = {ord(mark): f"%{ord(mark):02X}" for mark in "<> \"'`\\|()[]*"}


def markdown(papers: Iterable[Exported]) -> Iterator[str]:
    """A heading and a section a paper."""
    for exported in papers:
        paper = fields_of(exported)
        yield "\n\n".join([f"## {escaped(paper.title)}", *body(paper)]) + "\n\n"


def body(paper: Fields) -> Iterator[str]:
    """The blocks below a paper's title: who, when and where, TL;DR, and the abstract's lines."""
    facts = [escaped(", ".join(paper.authors)), paper.published[:4], address(paper.link)]
    if line := " · ".join(fact for fact in facts if fact):
        yield line
    if paper.tldr:
        yield f"**TL;DR:** {escaped(paper.tldr)}"
    yield from (escaped(line) for line in paper.abstract.split("\n") if line.strip())


def address(link: str) -> str:
    """A web address to click on."""
    return f"<{link.translate(_NOT_IN_LINKS)}>" if link else ""


def escaped(line: str) -> str:
    """One line of text of which nothing becomes markup, wherever it stands."""
    text = _ADDRESS.sub(r"\\\g<0>", line.strip().translate(_MARKS))
    return _AT_BEGINNING.sub(_not_a_list, text)


def _not_a_list(found: re.Match[str]) -> str:
    # A backslash is seen before a digit, so it goes before the mark behind that.
    mark = found[2]
    return f"{found[1]}\\{mark}" if not mark.isdigit() else f"{found[0]}\\"
