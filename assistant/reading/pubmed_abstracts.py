"""What PubMed saves as "Abstract (text)": records for reading, numbered, in paragraphs.

A record is a citation with its number in front, the title, the authors, their affiliations, the
abstract, and the identifiers, with blank lines between; only the first two are always there.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from assistant.paper import Paper
from assistant.reading import dates
from assistant.reading.format import Format, NoPaper
from assistant.reading.record import LARGEST_RECORD, PART_COST, TOO_LARGE, paper_of, papers_of
from assistant.reading.source import LONGEST_LINE, NOT_TEXT, UNREADABLE, Source

_CITATION = re.compile(r"(\d{1,5})\. (\S.*?\.) ((?:1[5-9]|20)\d\d\b.*)")
_IDENTIFIER = re.compile(r"^(DOI|PMID|PMCID):[ \t]*(\S+)", re.MULTILINE)
_IS_PUBMED = re.compile(r"^PMID:[ \t]*\d+", re.MULTILINE)
# Paragraphs that are neither names nor abstract.
_ASIDE = re.compile(
    r"(?:Author information|Collaborators|Conflict of interest statement|Copyright\b|©|\(c\) ?\d"
    r"|(?:Comment|Erratum|Update|Republished|Retraction|Expression of concern|Original report"
    r"|Summary|Corrected and republished|Plain language summary|Dataset|Cites|Reprint)[a-z ]*"
    r" (?:in|of|for|on|from)\n|\[(?:Article|Indexed) (?:in|for)|Publisher:)"
)
# "Smith J(1)(2)", "van der Berg C(#)", "Group of Somewhere" behind a semicolon.
_MARKS = re.compile(r"\([\d#*†‡§]{1,4}\)")
_NAME = re.compile(r"[^\W\d_][\w'’. -]{0,60} [A-Z]{1,4}(?: (?:Jr|Sr|\d(?:st|nd|rd|th)|I{2,3}))?")
_LABEL = re.compile(r"[A-Z][A-Z0-9 ,/&()-]{2,60}: ")


def _matches(head: str) -> bool:
    """The text opens with a numbered citation, and records have their PMID."""
    return _CITATION.match(head.lstrip()) is not None and bool(_IS_PUBMED.search(head))


def _records(source: Source) -> Iterator[tuple[int, list[str]]]:
    """The paragraphs of each record, with its line; none of a record that is too large."""
    begin, size, expected = 0, 0, None
    record: list[str] = []
    paragraph: list[str] = []
    for number, text in itertools.chain(source.all_lines(LONGEST_LINE), [(0, "")]):
        line = "" if text is None else text
        found = None if paragraph else _CITATION.match(line)
        # A numbered list within an abstract begins again.
        if found and expected in (None, int(found[1])):
            if record:
                yield begin, record
            begin, size, record, expected = number, 0, [], int(found[1]) + 1
        size += PART_COST + (LARGEST_RECORD if text is None else len(line))
        if size > LARGEST_RECORD:
            record, paragraph = [""], []
        elif line.strip():
            paragraph.append(line.strip())
        elif paragraph:
            record.append("\n".join(paragraph))
            paragraph = []
    if record:
        yield begin, record


def _paper(paragraphs: list[str], source: str) -> Paper:
    if paragraphs == [""]:
        raise NoPaper(TOO_LARGE)
    if any(UNREADABLE in paragraph for paragraph in paragraphs):
        raise NoPaper(NOT_TEXT)
    citation = " ".join(paragraphs[0].split())
    found = _CITATION.match(citation)
    identifiers: dict[str, str] = {}
    body: list[str] = []
    for paragraph in paragraphs[2:]:
        if ids := _IDENTIFIER.findall(paragraph):
            identifiers |= dict(ids)
        elif not _ASIDE.match(paragraph):
            body.append(paragraph)
    people = _people(body[0]) if body else []
    return paper_of(
        source,
        title=" ".join(paragraphs[1].split()) if len(paragraphs) > 1 else "",
        abstract="\n".join(map(_unwrapped, body[1:] if people else body)),
        authors=people,
        published=dates.iso(found[3].split(";")[0].split(". ")[0]) if found else None,
        doi=identifiers.get("DOI"),
        pmid=identifiers.get("PMID"),
        stated={"doi": identifiers.get("DOI"), "pmid": identifiers.get("PMID")},
    )


def _people(paragraph: str) -> list[str]:
    """The names in a paragraph of names; nothing of any other."""
    line = _MARKS.sub("", " ".join(paragraph.split())).removesuffix(".")
    persons, _, groups = line.partition(";")
    names = [name.strip() for name in persons.split(",")]
    if not all(map(_NAME.fullmatch, names)):
        return []
    return names + [group.strip() for group in groups.split(";") if group.strip()]


def _unwrapped(paragraph: str) -> str:
    """The lines of a paragraph joined, except those that begin with a label."""
    parts: list[str] = []
    for line in paragraph.split("\n"):
        if parts and not _LABEL.match(line):
            parts[-1] += f" {line}"
        else:
            parts.append(line)
    return "\n".join(parts)


FORMAT = Format(
    "PubMed abstracts (text)",
    'PubMed\'s "Abstract (text)": numbered citations, each with a title and its PMID',
    _matches,
    lambda source, skip: papers_of(_records(source), _paper, source.name, skip),
)
