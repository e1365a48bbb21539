"""BibTeX export in UTF-8: entries with the user's own keys, types and fields.

Fields that an import kept as they were written are written so again if they still say what the
paper says; see `assistant.reading.bibtex_entry`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assistant.exporting.citation_keys import CitationKeys
from assistant.exporting.latex import (
    braced,
    identifier,
    latex,
    name_list,
    page_range,
    tag_list,
    verbatim,
)
from assistant.exporting.record import ExportRecord
from assistant.paper import ARXIV_DOI
from assistant.reading import bibtex_entry, bibtex_values, fields
from assistant.reading import bibtex_fields as known
from assistant.reading.dates import MONTHS
from assistant.reading.format import NoPaper
from assistant.reading.markup import plain
from assistant.reading.reference_fields import cleaned
from assistant.reading.work_types import CSL_TYPES
from assistant.reference import CUSTOM, DATES, ENTRY_TYPE, NAMES
from assistant.text.sanitizing import sanitized

_NOT_IN_NAMES = re.compile(r"[\s={},;:\"#%()'\\@~]+")
_LONGEST_NAME = 100
_ENTRY_TYPE = re.compile(r"(?!(?:string|comment|preamble|set|xdata)$)[a-z]\w{0,99}")
# The order of keys in an entry; others follow.
_ORDER = (
    "editor", "translator", "container-author", "container-title", "container-title-short",
    "collection-title", "volume", "part-number", "issue", "collection-number", "number", "page",
    "chapter-number", "edition", "publisher", "publisher-place", "event-title", "event-place",
)  # fmt: skip
_PLACES = {key: place for place, key in enumerate(_ORDER)}


def bibtex(records: Iterable[ExportRecord]) -> Iterator[str]:
    """One entry per record."""
    keys = CitationKeys()
    for record in records:
        entry = _Entry(record)
        lines = [f"  {name} = {value},\n" for name, value in entry.fields.items() if value]
        yield f"@{entry.kind}{{{keys.key(record)},\n{''.join(lines)}}}\n\n"


class _Entry:
    """The entry of a record: its type, and its fields with their values as BibTeX."""

    def __init__(self, record: ExportRecord) -> None:
        self.fields: dict[str, str] = {}
        self._record = record
        self._reference = record.reference
        self._custom, self._others = _own_fields(record.reference)
        own = self._custom.pop(ENTRY_TYPE, "")
        self._type = record.reference.get("type") or _guessed_type(record, own)
        self.kind = self._kind(own)
        self._layout = known.layout(self._type, self.kind)
        self._write_title_and_author()
        self._write_date()
        for key in sorted(self._reference, key=lambda key: _PLACES.get(key, len(_PLACES))):
            if key in self._layout.groups and key != "annote":
                self._write_key(key)
        self._write_identifiers()
        self._write_texts()

    def _kind(self, own: str) -> str:
        is_preprint = bool(self._record.arxiv)
        meant = known.csl_type(own, self._custom, is_preprint)
        if meant == self._type and _ENTRY_TYPE.fullmatch(own):
            return own
        kind = known.entry_type(self._type, self._reference.get("genre", ""))
        meant = known.csl_type(kind, {}, is_preprint)
        if meant != self._type and self._type in CSL_TYPES - {"document"}:
            self.fields[known.CSL_TYPE] = braced(self._type)
        return kind

    def _write_title_and_author(self) -> None:
        record = self._record
        title = sanitized(plain(bibtex_values.full_title(self._custom)))
        self._own_or(bibtex_values.TITLE, title == record.title, {"title": latex(record.title)})
        people = record.names
        written = next((name for name in bibtex_values.AUTHOR if name in self._custom), "")
        agrees = bool(written) and (self._read("author", written) or []) == people
        text = name_list(people, self._others.get("author") == len(people))
        self._own_or(bibtex_values.AUTHOR, agrees, {"author": text})

    def _write_date(self) -> None:
        published = self._record.published
        agrees = (bibtex_values.date(self._custom) or "") == published
        self._own_or(bibtex_values.DATE, agrees, bibtex_values.date_fields(published))

    def _write_key(self, key: str) -> None:
        """A key of the reference: as its own fields say it, or in the field that it has."""
        value = self._reference[key]
        groups = self._layout.groups[key]
        written = [name for group in groups for name in group if name in self._custom]
        if any(self._read(key, name) == value for name in written):
            for name in written:
                self._add_own(name)
            return
        if key == "genre" and value == known.GENRES.get(self.kind):
            return
        same = [name for name in written if name in groups[0]]
        for name in same:
            for other in (name, known.SUBTITLES.get(name, "")):
                self._custom.pop(other, None)
        self.fields.setdefault(same[0] if same else groups[0][0], braced(self._written(key, value)))

    def _written(self, key: str, value: Any) -> str:
        if key in NAMES:
            return name_list(value, self._others.get(key) == len(value))
        if key in DATES:
            return "-".join(f"{part:02}" for part in value["date-parts"][0])
        return page_range(value) if key == "page" else latex(value)

    def _write_identifiers(self) -> None:
        record, custom = self._record, self._custom
        arxiv = bibtex_values.arxiv_of(custom)
        pmid = bibtex_values.pubmed(custom) or ""
        has_own = any(name in custom for name in bibtex_values.EPRINT)
        if has_own and not arxiv and record.arxiv:
            # The eprint is that of another archive.
            self.fields["arxivid"] = braced(identifier(record.arxiv))
        agrees = not arxiv or arxiv == record.arxiv
        eprint = {
            name: identifier(value)
            for name, value in bibtex_values.eprint_fields(record.arxiv).items()
        }
        self._own_or(bibtex_values.EPRINT, agrees, eprint)
        doi = bibtex_values.doi_of(custom)
        self._own_or(("doi",), (doi or "") == record.doi, {"doi": identifier(record.doi)})
        if "pmid" in custom or pmid != record.pmid:
            self._own_or(("pmid",), pmid == record.pmid, {"pmid": identifier(record.pmid)})
        medium = self._reference.get("medium", "")
        address = bibtex_values.address(custom | {"howpublished": medium}) or ""
        self._own_or(bibtex_values.ADDRESS, address == record.url, {"url": identifier(record.url)})

    def _write_texts(self) -> None:
        record, custom = self._record, self._custom
        tags = (sanitized(plain(tag)) for tag in bibtex_values.keywords(custom))
        agrees = fields.distinct(filter(None, tags)) == record.tags
        self._own_or(bibtex_values.KEYWORDS, agrees, {"keywords": tag_list(record.tags)})
        if "annote" in self._reference:
            self._write_key("annote")
        if record.tldr:
            line = latex(f"{bibtex_entry.TLDR}{record.tldr}")
            annote = self.fields.get("annote", "")
            self.fields["annote"] = f"{{{line}\n\n{annote[1:-1]}}}" if annote else braced(line)
        if record.abstract:
            custom.pop("abstract", None)
        for name in list(custom):
            self._add_own(name)
        self.fields.setdefault("abstract", braced(latex(record.abstract)))

    def _own_or(self, names: Sequence[str], agrees: bool, instead: Mapping[str, str]) -> None:
        """The user's own fields among `names` where there are any and they agree."""
        own = [name for name in names if name in self._custom]
        if own and agrees:
            for name in own:
                self._add_own(name)
            return
        for name in own:
            del self._custom[name]
        for name, text in instead.items():
            self.fields[name] = text if name == "month" else braced(text)

    def _add_own(self, name: str) -> None:
        value = self._custom.pop(name, "")
        is_macro = name == "month" and value in MONTHS
        self.fields.setdefault(name, value if is_macro else verbatim(value))

    def _read(self, key: str, name: str) -> Any:
        """What an import reads from a field of the user's."""
        try:
            return cleaned({key: bibtex_values.value_of(key, name, self._custom)}).get(key)
        except NoPaper:  # too long
            return None


def _guessed_type(record: ExportRecord, own: str) -> str:
    """`article` for a preprint, because an article in a journal requires a journal."""
    if own:
        return known.csl_type(own, {}, bool(record.arxiv))
    only_arxiv = not record.doi or record.doi.lower().startswith(ARXIV_DOI)
    if record.pmid or not only_arxiv or record.reference.get("container-title"):
        return "article-journal"
    return "article" if record.arxiv else "document"


def _own_fields(reference: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """The fields that are kept as the user wrote them; which lists of names have others."""
    custom = reference.get(CUSTOM, {}).get(known.FORMAT, {})
    own: dict[str, str] = {}
    others: dict[str, int] = {}
    for name, value in custom.items():
        if name == known.OTHERS:
            counts = (text.rpartition(" ") for text in value) if isinstance(value, list) else ()
            others.update({key: int(count) for key, _, count in counts if count.isdecimal()})
        elif field := _NOT_IN_NAMES.sub("-", name)[:_LONGEST_NAME].lower():
            own[field] = value if isinstance(value, str) else "; ".join(value)
    return own, others
