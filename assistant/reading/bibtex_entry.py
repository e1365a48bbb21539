"""An entry of BibTeX -> a Paper with its bibliographic record.

What the terms of CSL cannot tell is kept in `custom["bibtex"]` as it is written: fields without a
name in CSL, and known fields whose spelling says more than their value, such as capitals protected
by braces, or `journaltitle` instead of `journal`. The export writes those again where they still
say what the paper says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.paper import Paper
from assistant.reading import bibtex_fields as known
from assistant.reading import dates, fields
from assistant.reading.bibtex_names import names
from assistant.reading.latex import without_latex
from assistant.reading.record import check_length, paper_of
from assistant.reading.reference_fields import LONGEST_TEXT
from assistant.reference import CUSTOM, DATES, ENTRY_TYPE, NAMES, CslName

_SPACES = re.compile(r" {2,}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_LATEX = re.compile(r"[\\{}~]|--|``")
_IDENTIFIER_MARKUP = re.compile(r"\\url\s*(?=\{)|\\(?=[_%&#$~<>])|[{}]")
_CORR_VOLUME = re.compile(r"abs/(\S+)")
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
# Accents and escapes, which the export writes as the characters they mean.
_LETTERS = re.compile(
    r"\{?\\(?:[`'^~=.\"]\s?|[uvHcdbkrtG](?=[ {]))\{?\\?\s?[A-Za-z]\}?\}?"
    r"|\{?\\(?:ss|oe|OE|ae|AE|aa|AA|[oOlLij])(?:\{\}|\}|\s|(?![A-Za-z]))|\\[&%_#$]"
)
_MEANS_MORE = re.compile(r"[{}\\~]")
_IN_BRACES = re.compile(r"(?:^|(?<=\sand\s))\{[^{}]*\}(?=\sand\s|$)", re.IGNORECASE)
_DASHES = re.compile(r"\s*-{2,3}\s*")
# BibLaTeX's commands for "and the following page" or pages.
_FOLLOWING = re.compile(r"\\(?:psqq?|sqq?)(?![A-Za-z])\s*")
TLDR = "TL;DR: "
_TLDR = re.compile(rf"\A{TLDR}[^\n]*(?:\n\s*\n|\Z)")
_SENTENCE_END = re.compile(r"[.:?!…]$")
_NOTED = re.compile(r"^\s*(PMID|DOI|PMCID):\s*(\S+)", re.MULTILINE | re.IGNORECASE)

TITLE = ("title", "subtitle")
DATE = ("date", "year", "month", "day")
EPRINT = ("eprint", "eprinttype", "archiveprefix", "arxivid")
_CLASSES = ("primaryclass", "eprintclass")
KEYWORDS = ("keywords", "keyword")
AUTHOR = ("author", "authors")
ADDRESS = ("url", "link")
_OF_PAPER = frozenset(
    {*TITLE, *DATE, *EPRINT, *KEYWORDS, *AUTHOR, *ADDRESS, "abstract", "doi", "pmid"}
)
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


@dataclass(frozen=True)
class Entry:
    """An entry of a file; `values` has its fields by their names in small letters.

    Macros are filled in, LaTeX is as written.
    """

    kind: str
    key: str
    line: int
    values: dict[str, str] = field(default_factory=dict)


def entry_paper(entry: Entry, source: str) -> Paper:
    """The paper of an entry.

    Raises:
        NoPaper: as `paper_of` does.
    """
    values = _without_tldr(entry.values)
    check_length(values.get("title", ""), values.get("abstract", ""))
    url = address(values)
    doi = fields.doi(_identifier(values.get("doi", ""))) or fields.doi(url)
    arxiv = _arxiv(values, doi, url)
    csl_type = known.csl_type(entry.kind, values, arxiv is not None)
    custom: dict[str, Any] = {ENTRY_TYPE: entry.kind}
    reference: dict[str, Any] = {
        "citation-key": "".join(entry.key.split()),
        "type": csl_type,
        CUSTOM: {known.FORMAT: custom},
    }
    _read_fields(entry.kind, csl_type, values, reference, custom)
    noted = _noted(values.get("note", "")) if "note" in values else {}
    doi = doi or fields.doi(noted.get("doi"))
    if pmcid := noted.get("pmcid"):
        reference.setdefault("PMCID", pmcid)
    abstract = text_of(values.get("abstract", ""))
    tags = keywords(values)
    published = date(values)
    title = full_title(values)
    _read_names("author", AUTHOR, values, reference, custom)
    if not is_plain(values.get("title", "")) or "subtitle" in values:
        _keep(TITLE, values, custom)
    if _group(DATE, values) != date_fields(published):
        _keep(DATE, values, custom)
    if _group(EPRINT, values) != eprint_fields(arxiv_of(values)):
        _keep(EPRINT, values, custom)
    if ", ".join(tags) != " ".join(values.get("keywords", "").split()) or "keyword" in values:
        _keep(KEYWORDS, values, custom)
    for name, read in (("url", url), ("doi", doi), ("pmid", fields.pmid(values.get("pmid")))):
        if name in values and values[name].strip() != read:
            custom[name] = values[name]
    if "link" in values:
        _keep(ADDRESS, values, custom)
    if not fields.abstract(abstract):
        _keep(("abstract",), values, custom)
    return paper_of(
        source,
        title=title,
        abstract=abstract,
        published=published,
        arxiv=arxiv,
        doi=doi,
        pmid=pubmed(values) or noted.get("pmid"),
        url=url,
        tags=tags,
        reference=reference,
    )


def _without_tldr(values: dict[str, str]) -> dict[str, str]:
    """The fields without the TL;DR that the export writes."""
    annote = values.get("annote", "")
    rest = _TLDR.sub("", annote) if annote.startswith(TLDR) else annote
    if rest == annote:
        return values
    others = {name: value for name, value in values.items() if name != "annote"}
    return others | ({"annote": rest} if rest else {})


def _read_fields(
    kind: str,
    csl_type: str,
    values: Mapping[str, str],
    reference: dict[str, Any],
    custom: dict[str, Any],
) -> None:
    """Add the fields to `reference`, and what their values do not tell to `custom`."""
    layout = known.layout(csl_type, kind)
    sources: dict[str, list[str]] = {}
    for name, value in values.items():
        if name in _OF_PAPER or (name == known.CSL_TYPE and value == csl_type):
            continue
        key = layout.keys.get(name)
        if key is None or len(value) > LONGEST_TEXT:
            custom[name] = value
        else:
            sources.setdefault(key, []).append(name)
    for key, written in sources.items():
        if key in NAMES:
            _read_names(key, written, values, reference, custom)
            continue
        name = first_of(layout.groups[key], written)
        read = value_of(key, name, values)
        reference[key] = read
        if len(written) > 1 or name != layout.name(key) or not _says_all(key, name, values, read):
            _keep(written, values, custom)
    if csl_type == "thesis" and kind in known.GENRES:
        reference.setdefault("genre", known.GENRES[kind])


def first_of(groups: known.Groups, written: list[str]) -> str:
    """Of several fields of one key the one that counts."""
    if len(written) == 1:
        return written[0]
    return next(name for group in groups for name in group if name in written)


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
    if goes_on := values.get(known.SUBTITLES.get(name, "")):
        return _joined(text, text_of(goes_on))
    return _LANGUAGES.get(text.lower(), text) if name in ("langid", "hyphenation") else text


def _following(found: re.Match[str]) -> str:
    return "ff." if found[0].strip().endswith("qq") else "f."


def _says_all(key: str, name: str, values: Mapping[str, str], read: Any) -> bool:
    """Whether the field can be written again from what was read."""
    written = values[name]
    if key in DATES:
        return bool(written.strip() == read)
    if key == "page":
        return is_plain(written) and bool(written.strip() == read.replace("-", "--"))
    return is_plain(written) and known.SUBTITLES.get(name) not in values


def _read_names(
    key: str,
    written: tuple[str, ...] | list[str],
    values: Mapping[str, str],
    reference: dict[str, Any],
    custom: dict[str, Any],
) -> None:
    name = next((name for name in written if values.get(name)), None)
    if name is None:
        return
    value = values[name]
    people, others = names(value)
    reference[key] = people
    if others:
        custom.setdefault(known.OTHERS, []).append(f"{key} {len(people)}")
    if name != key or not _names_say_all(value):
        _keep(written, values, custom)


def _names_say_all(value: str) -> bool:
    if "{" in value or "\\" in value or "~" in value:
        value = _IN_BRACES.sub("", _LETTERS.sub("", " ".join(value.split())))
        if _MEANS_MORE.search(value):
            return False
    return "=" not in value and ";" not in value and "nonymous" not in value


def _keep(written: tuple[str, ...] | list[str], values: Mapping[str, str], custom: dict[str, Any]) -> None:
    for name in written:
        if value := values.get(name):
            custom[name] = value


def _group(written: tuple[str, ...], values: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name in written if (value := values.get(name))}


def is_plain(value: str) -> bool:
    """Whether the text of a field says all: no capitals are protected, and no words are marked."""
    if not _MEANS_MORE.search(value):
        return True
    return not _MEANS_MORE.search(_LETTERS.sub("", value))


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
    return _joined(title, text_of(subtitle)) if subtitle else title


def _joined(title: str, subtitle: str) -> str:
    title = title.rstrip()
    between = " " if not title or _SENTENCE_END.search(title) else ": "
    return f"{title}{between}{subtitle.lstrip()}".strip()


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


def identifier(read: Callable[[object], str | None], value: str) -> str | None:
    """A DOI or PMID as `read` of `fields` takes it."""
    return read(_identifier(value))


def pubmed(values: Mapping[str, str]) -> str | None:
    """The PMID, also as an eprint."""
    pmid = _identifier(values.get("pmid", ""))
    if not pmid and _archive(values) in ("pubmed", "pmid"):
        pmid = _identifier(values.get("eprint", ""))
    return fields.pmid(pmid)


def _archive(values: Mapping[str, str]) -> str:
    return (values.get("eprinttype") or values.get("archiveprefix", "")).strip("{} ").lower()


def arxiv_of(values: Mapping[str, str]) -> str | None:
    """The arXiv id in the fields for it."""
    candidates = [_identifier(values.get("arxivid", ""))]
    if (eprint := values.get("eprint")) and _archive(values) in ("", "arxiv"):
        archive = next(filter(None, map(values.get, _CLASSES)), "").strip()
        eprint = _identifier(eprint)
        candidates += [eprint, f"{archive}/{eprint}"]
    return next((found for text in candidates if text and (found := fields.arxiv(text))), None)


def _arxiv(values: Mapping[str, str], doi: str | None, url: str | None) -> str | None:
    if found := arxiv_of(values) or (url and fields.arxiv(url)):
        return found
    candidates = [
        fields.arxiv_of_journal(values[name].strip(" {}")) or ""
        for name in ("journal", "journaltitle", "note")
        if name in values
    ]
    if volume := _CORR_VOLUME.fullmatch(values.get("volume", "").strip()):
        candidates.append(volume[1])
    if name := _ARXIV_DOI.fullmatch(doi or ""):
        candidates.append(name[1])
    return next((found for text in candidates if (found := fields.arxiv(text))), None)


def _noted(note: str) -> dict[str, str]:
    """Identifiers that programs without a field for them write into the note, one a line."""
    return {name.lower(): value for name, value in _NOTED.findall(note)}


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
