"""Values of the fields of BibTeX: texts, titles, dates, keywords and identifiers.

Functions that take the fields of an entry read the ones that belong together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.reading import bibtex_fields as known
from assistant.reading import dates, fields, identifiers
from assistant.reading.bibtex_names import names
from assistant.reading.latex import without_latex
from assistant.reading.titles import with_subtitle
from assistant.reference import DATES, NAMES

_SPACES = re.compile(r" {2,}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_LATEX = re.compile(r"[\\{}~]|--|``")
_IDENTIFIER_MARKUP = re.compile(r"\\url\s*(?=\{)|\\(?=[_%&#$~<>])|[{}]")
_CORR_VOLUME = re.compile(r"abs/(\S+)")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_DASHES = re.compile(r"\s*-{2,3}\s*")
# BibLaTeX's commands for "and the following page" or pages.
_FOLLOWING = re.compile(r"\\(?:psqq?|sqq?)(?![A-Za-z])\s*")

TITLE = ("title", "subtitle")
DATE = ("date", "year", "month", "day")
EPRINT = ("eprint", "eprinttype", "archiveprefix", "arxivid")
_EPRINT_VALUES = frozenset({"eprint", "arxivid"})
_CLASSES = ("primaryclass", "eprintclass")
KEYWORDS = ("keywords", "keyword")
AUTHOR = ("author", "authors")
ADDRESS = ("url", "link")
# Those whose language has a code are called by it; https://ctan.org/pkg/biblatex has the names.
_LANGUAGES = {
    "english": "en", "american": "en-US", "usenglish": "en-US", "british": "en-GB",
    "ukenglish": "en-GB", "canadian": "en-CA", "australian": "en-AU", "german": "de",
    "ngerman": "de", "austrian": "de-AT", "naustrian": "de-AT", "nswissgerman": "de-CH",
    "swissgerman": "de-CH", "french": "fr", "acadian": "fr-CA", "canadien": "fr-CA",
    "spanish": "es", "italian": "it", "portuguese": "pt", "portuges": "pt", "brazilian": "pt-BR",
    "brazil": "pt-BR", "dutch": "nl", "russian": "ru", "ukrainian": "uk", "polish": "pl",
    "czech": "cs", "slovak": "sk", "slovene": "sl", "slovenian": "sl", "croatian": "hr",
    "serbian": "sr", "bulgarian": "bg", "romanian": "ro", "hungarian": "hu", "magyar": "hu",
    "greek": "el", "latin": "la", "turkish": "tr", "danish": "da", "swedish": "sv",
    "norwegian": "no", "norsk": "nb", "nynorsk": "nn", "finnish": "fi", "estonian": "et",
    "latvian": "lv", "lithuanian": "lt", "icelandic": "is", "catalan": "ca", "galician": "gl",
    "basque": "eu", "chinese": "zh", "japanese": "ja", "korean": "ko", "arabic": "ar",
    "hebrew": "he", "persian": "fa", "hindi": "hi", "vietnamese": "vi", "thai": "th",
}  # fmt: skip


def value_of(key: str, name: str, values: Mapping[str, str]) -> Any:
    """What the field `name` says about `key` of a reference: a text, names or a date."""
    written = values[name]
    if key in NAMES:
        return names(written)[0]
    if key in DATES:
        return _day(written)
    if key == "page":
        return text_of(_FOLLOWING.sub(_following, _DASHES.sub("-", written)))
    text = text_of(written)
    if key == "PMCID":
        return identifiers.pmcid(text) or text
    if goes_on := values.get(known.SUBTITLES.get(name, "")):
        return with_subtitle(text, text_of(goes_on))
    return _LANGUAGES.get(text.lower(), text) if name in ("langid", "hyphenation") else text


def _following(found: re.Match[str]) -> str:
    return "ff." if found[0].strip().endswith("qq") else "f."


def text_of(value: str) -> str:
    """As TeX reads it: a line end is a space, a blank line a new paragraph."""
    if "  " in value or not value.isprintable():
        paragraphs = (" ".join(part.split()) for part in _PARAGRAPH.split(value))
        value = "\n".join(paragraphs)
    if not _LATEX.search(value):
        return value
    return _SPACES.sub(" ", without_latex(value, sure=True))


def full_title(values: Mapping[str, str]) -> str:
    """The title with its subtitle."""
    title = text_of(values.get("title", ""))
    subtitle = values.get("subtitle")
    return with_subtitle(title, text_of(subtitle)) if subtitle else title


def keywords(values: Mapping[str, str]) -> tuple[str, ...]:
    """EndNote has a keyword a line, a star before main topics; others separate them."""
    value = values.get("keywords") or values.get("keyword", "")
    lines = value.split("\n")
    if len(lines) == 1 or ";" in value or "," in value:
        return fields.tags(text_of(value))
    return tuple(text_of(line).removeprefix("*") for line in lines)


def _identifier(value: str) -> str:
    """A name or address, where LaTeX only escapes characters."""
    if "\\" in value:
        value = value.replace(r"\textless", "<").replace(r"\textgreater", ">")
    return _IDENTIFIER_MARKUP.sub("", value).strip()


def address(values: Mapping[str, str]) -> str | None:
    """The first web address in the fields for it."""
    for name in (*ADDRESS, "howpublished"):
        if (value := values.get(name)) and (url := fields.url(_identifier(value))):
            return url
    return None


def doi_of(values: Mapping[str, str]) -> str | None:
    """The DOI in the field for it."""
    return identifiers.doi(_identifier(values.get("doi", "")))


def pubmed(values: Mapping[str, str]) -> str | None:
    """The PMID, also as an eprint."""
    pmid = _identifier(values.get("pmid", ""))
    if not pmid and _archive(values) in ("pubmed", "pmid"):
        pmid = _identifier(values.get("eprint", ""))
    return identifiers.pmid(pmid) if pmid else None


def stated(values: Mapping[str, str]) -> dict[str, list[str]]:
    """The values of the fields that are meant for a DOI, PMID or arXiv id, which may be invalid."""
    found = {name: [_identifier(values[name])] for name in ("doi", "pmid") if name in values}
    if not _EPRINT_VALUES.isdisjoint(values) and arxiv_of(values) is None:
        kind = {"arxiv": "arxiv", "pubmed": "pmid", "pmid": "pmid"}.get(_archive(values), "")
        for name, of in (("arxivid", "arxiv"), ("eprint", kind)):
            if of and name in values:
                found.setdefault(of, []).append(_identifier(values[name]))
    return found


def _archive(values: Mapping[str, str]) -> str:
    return (values.get("eprinttype") or values.get("archiveprefix", "")).strip("{} ").lower()


def arxiv_of(values: Mapping[str, str]) -> str | None:
    """The arXiv id in the fields for it."""
    candidates = [_identifier(values.get("arxivid", ""))]
    if (eprint := values.get("eprint")) and _archive(values) in ("", "arxiv"):
        archive = next(filter(None, map(values.get, _CLASSES)), "").strip()
        eprint = _identifier(eprint)
        candidates += [eprint, f"{archive}/{eprint}"]
    return next((found for text in candidates if text and (found := identifiers.arxiv(text))), None)


def arxiv(values: Mapping[str, str], doi: str | None, url: str | None) -> str | None:
    """The arXiv id in any field, or in the DOI or web address of the entry."""
    if found := arxiv_of(values) or (url and identifiers.arxiv(url)):
        return found
    candidates = [
        identifiers.arxiv_of_journal(values[name].strip(" {}")) or ""
        for name in ("journal", "journaltitle", "note", "eid")
        if name in values
    ]
    if volume := _CORR_VOLUME.fullmatch(values.get("volume", "").strip()):
        candidates.append(volume[1])
    if name := _ARXIV_DOI.fullmatch(doi or ""):
        candidates.append(name[1])
    return next((found for text in candidates if (found := identifiers.arxiv(text))), None)


def eprint_fields(arxiv: str | None) -> dict[str, str]:
    """The fields of an arXiv id."""
    return {"eprint": arxiv, "archiveprefix": "arXiv"} if arxiv else {}


def date_fields(published: str | None) -> dict[str, str]:
    """The fields of a date of publication; `month` is a macro."""
    if not published:
        return {}
    found = {"year": published[:4]}
    if len(published) > 4:
        found["month"] = dates.MONTHS[int(published[5:7]) - 1]
    return found | ({"date": published} if len(published) > 7 else {})


def date(values: Mapping[str, str]) -> str | None:
    """An ISO date, from `date` or from `year`, `month` and `day`, as exact as they are."""
    if (value := values.get("date")) and (found := _day(value)):
        return found
    written = values.get("year") or values.get("date")
    year = re.search(r"(?<!\d)\d{4}(?!\d)", written) if written else None
    if year is None:
        return None
    written = values.get("month", "").lower()
    if not written:
        return year[0]
    named = re.search("|".join(dates.MONTHS), written)
    numbers = [int(number) for number in re.findall(r"(?<!\d)\d{1,2}(?!\d)", written)]
    if named:
        month = dates.MONTHS.index(named[0]) + 1
    elif numbers:
        month = numbers.pop(0)
    else:
        return year[0]
    days = re.findall(r"^\D*(\d{1,2})\D*$", values.get("day", "")) or numbers[:1]
    exact = [f"{year[0]}-{month:02}-{int(day):02}" for day in days]
    written_dates = (*exact, f"{year[0]}-{month:02}")
    return next((found for text in written_dates if (found := fields.date(text))), year[0])


def _day(value: str) -> str | None:
    """Of a span, its first day; "~" and "?" mark dates that are not certain."""
    return fields.date(text_of(value).split("/")[0].strip(" ~?%"))
