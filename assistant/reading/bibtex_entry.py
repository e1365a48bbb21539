"""The fields of a BibTeX entry -> a Paper: names, dates, identifiers, LaTeX."""

from __future__ import annotations

import re

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.dates import MONTHS
from assistant.reading.latex import without_latex
from assistant.reading.record import check_length, paper_of

_SPACES = re.compile(r" {2,}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_AND = re.compile(r"\s+and\s+|[{}]|;|,", re.IGNORECASE)
_OTHERS = re.compile(r"(?:others|et\.?\s*al\.?)", re.IGNORECASE)
_ET_AL = re.compile(r",?\s+et\.?\s*al\.?$", re.IGNORECASE)
_JUNIOR = re.compile(r"(?:jr|sr|[ivx]{1,4}|\d(?:st|nd|rd|th))\.?", re.IGNORECASE)
_NAME_PARTS = re.compile(r"(?:(?:given|prefix|family|suffix)(?:-i)?|use\w+)\s*=\s*", re.IGNORECASE)
_IDENTIFIER_MARKUP = re.compile(r"\\url\s*(?=\{)|\\(?=[_%&#$~<>])|[{}]")
_CORR_VOLUME = re.compile(r"abs/(\S+)")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)


def entry_paper(values: dict[str, str], source: str) -> Paper:
    """The paper with the fields `values` of an entry; names are in small letters.

    Raises:
        NoPaper: as `paper_of` does.
    """
    check_length(values.get("title", ""), values.get("abstract", ""))
    kind = (values.get("eprinttype") or values.get("archiveprefix", "")).strip().lower()
    eprint = _identifier(values.get("eprint", ""))
    url = fields.url(_identifier(values.get("url") or values.get("link", "")))
    doi = fields.doi(_identifier(values.get("doi", ""))) or fields.doi(url)
    return paper_of(
        source,
        title=_text(values.get("title", "")),
        abstract=_text(values.get("abstract", "")),
        authors=_authors(values.get("author") or values.get("authors", "")),
        published=_published(values),
        arxiv=_arxiv(values, kind, eprint, doi, url),
        doi=doi,
        pmid=_identifier(values.get("pmid", ""))
        or (eprint if kind in ("pubmed", "pmid") else None),
        url=url,
        tags=_tags(values.get("keywords") or values.get("keyword", "")),
    )


def _text(value: str) -> str:
    """As TeX reads it: a line end is a space, a blank line a new paragraph."""
    paragraphs = (" ".join(part.split()) for part in _PARAGRAPH.split(value))
    return _SPACES.sub(" ", without_latex("\n".join(paragraphs), sure=True))


def _tags(value: str) -> list[str]:
    """EndNote has a keyword a line, a star before main topics; others separate them."""
    lines = value.split("\n")
    if len(lines) == 1 or ";" in value or "," in value:
        return list(fields.tags(_text(value)))
    return [_text(line).removeprefix("*") for line in lines]


def _identifier(value: str) -> str:
    """A name or address, where LaTeX only escapes characters."""
    value = value.replace(r"\textless", "<").replace(r"\textgreater", ">")
    return _IDENTIFIER_MARKUP.sub("", value).strip()


def _arxiv(
    values: dict[str, str], kind: str, eprint: str, doi: str | None, url: str | None
) -> str | None:
    candidates = [_identifier(values.get("arxivid", ""))]
    if kind in ("", "arxiv"):
        archive = values.get("primaryclass") or values.get("eprintclass", "")
        candidates += [eprint, f"{archive.strip()}/{eprint}"]
    candidates.append(url or "")
    candidates += [
        fields.arxiv_of_journal(values.get(name, "").strip(" {}")) or ""
        for name in ("journal", "note")
    ]
    if found := _CORR_VOLUME.fullmatch(values.get("volume", "").strip()):
        candidates.append(found[1])
    if found := _ARXIV_DOI.fullmatch(doi or ""):
        candidates.append(found[1])
    return next((known for name in candidates if (known := fields.arxiv(name))), None)


def _published(values: dict[str, str]) -> str | None:
    """An ISO date, from `date` or from `year`, `month` and `day`, as exact as they are."""
    # Of a span, its first day; "~" and "?" mark dates that are not certain.
    date = fields.date(_text(values.get("date", "")).split("/")[0].strip(" ~?%"))
    if date:
        return date
    year = re.search(r"(?<!\d)\d{4}(?!\d)", values.get("year", "") or values.get("date", ""))
    if year is None:
        return None
    written = values.get("month", "").lower()
    named = re.search("|".join(MONTHS), written)
    numbers = [int(number) for number in re.findall(r"(?<!\d)\d{1,2}(?!\d)", written)]
    if named:
        month = MONTHS.index(named[0]) + 1
    elif numbers:
        month = numbers.pop(0)
    else:
        return year[0]
    days = re.findall(r"^\D*(\d{1,2})\D*$", values.get("day", "")) or numbers[:1]
    exact = [f"{year[0]}-{month:02}-{int(day):02}" for day in days]
    written_dates = (*exact, f"{year[0]}-{month:02}")
    return next((date for text in written_dates if (date := fields.date(text))), year[0])


def _authors(value: str) -> list[str]:
    """Each name as people write it, `First Last`, without `and others`."""
    value = " ".join(value.split())
    names = _split(value, "and")
    if len(names) == 1:
        # Not BibTeX, but met: "A. Author; B. Author" and "Ada Author, Ben Author, Cy Author".
        names = _split(value, ";")
        parts = _split(value, ",")
        if len(names) == 1 and len(parts) > 2 and all(" " in part for part in parts):
            names = parts
    return [
        without_latex(name, sure=True)
        for written in names
        if not _OTHERS.fullmatch(written.strip("{} ")) and (name := _in_order(written))
    ]


def _split(value: str, separator: str) -> list[str]:
    """Parts of `value` between separators that are in no braces."""
    parts, depth, done = [], 0, 0
    for found in _AND.finditer(value):
        mark = found[0].strip().lower()
        depth = max(0, depth + (mark == "{") - (mark == "}"))
        if mark == separator and depth == 0:
            parts.append(value[done : found.start()].strip())
            done = found.end()
    return [part for part in (*parts, value[done:].strip()) if part]


def _in_order(name: str) -> str:
    name = _ET_AL.sub("", name)
    parts = _split(name, ",")
    if all(_NAME_PARTS.match(part) for part in parts) and parts:
        named = {part.split("=")[0].strip().lower(): part.split("=", 1)[1] for part in parts}
        parts = [named.get(key, "").strip('" ') for key in ("given", "prefix", "family", "suffix")]
        return " ".join(part for part in parts if part)
    if len(parts) > 2:
        last, junior, first = parts[0], parts[1], " ".join(parts[2:])
        if not _JUNIOR.fullmatch(junior) and _JUNIOR.fullmatch(first):
            junior, first = first, junior
        return f"{first} {last} {junior}" if _JUNIOR.fullmatch(junior) else " ".join(parts)
    return " ".join(reversed(parts))
