"""The columns of a table, known by their names: which of them are a paper's, and rows -> Papers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import UsageError
from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.cleaning import folded
from assistant.reading.confidence import reads_like_abstract
from assistant.reading.dates import most_exact
from assistant.reading.field_names import reference_of_fields
from assistant.reading.format import NoPaper
from assistant.reading.invalid_identifiers import add_remark
from assistant.reading.record import paper_of, refuse_prose
from assistant.reading.shifted_rows import aligned
from assistant.reading.single_names import given_first

# What a column is called, with or without capitals, spaces and signs: "Author(s)", "pubYear". The
# first that a table has is taken, or, where a row has no value there, the next.
_NAMES: dict[str, tuple[str, ...]] = {
    "title": (
        *("title", "article title", "document title", "item title", "paper title"),
        *("primary title", "original title", "title english", "titles", "display name", "ti"),
    ),
    "abstract": (
        *("abstract", "abstract note", "abstract text", "article abstract", "paper abstract"),
        *("abstract english", "abstracts", "summary", "summaries", "description", "ab"),
    ),
    "authors": (
        *("author full names", "authors", "author", "author names", "author list", "creators"),
        *("creator", "authorships author display name", "speakers authors", "af", "au"),
    ),
    "date": (
        *("publication date", "date published", "published date", "published", "date", "pub date"),
        *("issued", "issue date", "cover date", "date of publication", "publication year", "year"),
        *("year published", "published year", "online date", "pub year", "date year"),
        *("create date", "publish time", "py"),
    ),
    "doi": (
        *("doi", "item doi", "article doi", "paper doi", "digital object identifier", "di"),
        *("original paper doi",),
    ),
    "pmid": ("pmid", "pubmed id", "medline pmid", "pm", "original paper pubmed id"),
    "arxiv": ("arxiv", "arxiv id", "arxiv identifier", "archive id", "archive location", "extra"),
    "url": (
        *("url", "link", "urls", "article url", "article link", "document url", "document link"),
        *("doi link", "source url", "external url", "dimensions url", "pdf link", "web address"),
    ),
    "tags": (
        *("author keywords", "keywords", "keyword", "tags", "manual tags", "de", "categories"),
        *("index keywords", "keywords plus", "automatic tags", "ieee terms", "mesh terms", "mesh"),
    ),
}
# Columns that may have something else in them, too.
_NOT_ONLY_ARXIV = frozenset({"archiveid", "archivelocation", "extra"})
# Only these columns have names with the family name first, between semicolons alone.
_FAMILY_FIRST = frozenset({"authorfullnames", "af", "au"})
# So has Zotero's only column of names; these tell its tables.
_ZOTERO = frozenset({"itemtype", "publicationtitle", "abstractnote"})
# Our exports have these columns; the first two are no fields of a paper.
_OURS = frozenset({"id", "tldr", "citationkey"})
_DERIVED = frozenset({"id", "tldr"})
# Keeps spreadsheets from evaluating a cell of ours.
_FORMULA = re.compile(r"\A'(?=[=+@＝＋－＠-])")

_ARXIV_IN_TEXT = re.compile(r"\barxiv:\s*(\S+)", re.IGNORECASE)
_PMID_IN_TEXT = re.compile(r"\bpmid:\s*(\d+)", re.IGNORECASE)
# One family name and what follows its comma; names in Chinese characters have neither.
_ONE_NAME = re.compile(r"(?:[a-z]+\s+)*[^\s,\u2e80-\uffff]+,\s*[^,\u2e80-\uffff]+")
# A list as Python or JSON spells it: "['Ada Lovelace', \"Miles O'Brien\"]".
_LIST = re.compile(r"\[\s*[\"'].*[\"']\s*\]", re.DOTALL)
_IN_LIST = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_NO_AUTHOR = re.compile(r"\[no authors? (?:name|id)s? (?:available|found|listed)\]", re.IGNORECASE)

# A table of titles is one of papers if it has a column for one of these.
_OF_PAPERS = frozenset({"abstract", "authors", "doi", "pmid", "arxiv"})
# Columns of abstracts in tables of papers, and of texts about anything in others.
_OF_ANYTHING = frozenset({"description", "summary", "summaries"})


class Columns:
    """The names of columns: known ones, and those that the user names.

    Args:
        given: names of columns such as `{"title": "Titel"}`; they replace the known ones. The keys
            are title, abstract, authors, date, doi, pmid, arxiv, url and tags.

    Raises:
        UsageError: a key of `given` is unknown.
    """

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        """Keep the names given; see the class."""
        given = dict(given or {})
        unknown = [key for key in given if key not in _NAMES]
        if unknown:
            raise UsageError(
                f"a table has no column for {', '.join(unknown)}: name one for {', '.join(_NAMES)}"
            )
        self._given = {key: folded(column) for key, column in given.items()}
        self.named = "".join(f', {key} in "{column}"' for key, column in given.items())

    def found(self, header: Sequence[str]) -> FoundColumns | None:
        """The columns in `header`; None without titles, another column, or a given one."""
        names = [folded(name) for name in header]
        if not set(self._given.values()) <= set(names):
            return None
        columns = {}
        for key, known in _NAMES.items():
            wanted = (self._given[key],) if key in self._given else tuple(map(folded, known))
            columns[key] = [(name, names.index(name)) for name in wanted if name in names]
        if not columns["title"] and {"name", "abstract"} <= set(names):
            # Conferences call it so; any other table has names of something else.
            columns["title"] = [("name", names.index("name"))]
        found = [key for key, places in columns.items() if places]
        if "title" not in found or len(found) < 2:
            return None
        taken = {place for places in columns.values() for _, place in places}
        others = {name: place for place, name in enumerate(header) if place not in taken}
        abstracts = {name for name, _ in columns["abstract"]}
        of_anything = not self._given and not set(found) & (_OF_PAPERS - {"abstract"})
        return FoundColumns(
            width=len(names),
            columns=columns,
            others=others,
            header=tuple(header),
            family_first=set(names) >= _ZOTERO,
            ours=set(names) >= _OURS,
            of_anything=of_anything and bool(abstracts) and abstracts <= _OF_ANYTHING,
        )


@dataclass(frozen=True)
class FoundColumns:
    """The columns of one table.

    Args:
        width: how many there are.
        columns: for each key of a paper the names and places of its columns, the best first.
        others: the places of the others by their names.
        header: the names as they are written.
        family_first: in its names of authors the family name comes first.
        of_anything: a table of products or films could have the same columns.
        ours: it was exported from a library.
    """

    width: int
    columns: Mapping[str, Sequence[tuple[str, int]]]
    others: Mapping[str, int]
    header: Sequence[str]
    family_first: bool
    of_anything: bool
    ours: bool

    def paper(self, row: Sequence[str], source: str) -> Paper:
        """The paper of a row, which may be shorter or longer than the header.

        Raises:
            NoPaper: as `paper_of`, and if only its title could make it a paper.
        """

        row, left_out = self._with_own_fields(row)

        def values(key: str) -> list[tuple[str, str]]:
            """The columns of this kind that have a value in this row, the best first."""
            return [
                (name, row[place].strip())
                for name, place in self.columns[key]
                if place < len(row) and row[place].strip()
            ]

        def first(key: str) -> str:
            return next((value for _, value in values(key)), "")

        if self.ours:
            row = [_FORMULA.sub("", value) for value in row]
        abstracts = [text for _, value in values("abstract") if (text := fields.abstract(value))]
        if not abstracts:
            self._check_without_abstract(row)
        arxivs = [value for name, value in values("arxiv") if name != "extra"]
        extra = " ".join(value for name, value in values("arxiv") if name == "extra")
        arxivs += _ARXIV_IN_TEXT.findall(extra)
        # Addresses of papers on arXiv have their identifier in them.
        arxivs += [value for _, value in values("url")]
        pmids = [value for _, value in values("pmid")] + _PMID_IN_TEXT.findall(extra)
        names = values("authors")
        published = most_exact([value for _, value in values("date")])
        paper = paper_of(
            source,
            title=first("title"),
            abstract=next(iter(abstracts), ""),
            authors=_authors(*names[0], family_first=self.family_first) if names else (),
            published=published,
            arxiv=arxivs,
            doi=first("doi"),
            pmid=pmids,
            url=first("url"),
            tags=_spelled(first("tags")) or first("tags"),
            reference=self._reference(row, published, left_out),
            stated={
                key: [text for name, text in values(key) if name not in _NOT_ONLY_ARXIV]
                for key in ("doi", "pmid", "arxiv")
            },
        )
        has_identifier = paper.arxiv or paper.doi or paper.pmid
        if self.of_anything and not has_identifier and not reads_like_abstract(paper.abstract):
            raise NoPaper(
                "its table has no known column of abstracts, authors or identifiers, and the "
                "description does not read like an abstract: name the columns with --columns"
            )
        return paper

    def _with_own_fields(self, row: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """The row with one field for each column, and the fields that may belong to another one.

        Raises:
            NoPaper: its title is not known.
        """
        while len(row) > self.width and not row[-1].strip():
            row = row[:-1]
        if len(row) <= self.width:
            return row, ()
        kinds = {place: key for key, found in self.columns.items() for _, place in found}
        found = aligned(self.header, kinds, row)
        said = f"the row has {len(row)} fields, and its table {self.width} columns"
        if self.columns["title"][0][1] not in found.placed:
            raise NoPaper(f"{said}, so it is not known which is its title: correct the row")
        count = len(found.left_out)
        add_remark(
            f"{said}: 1 field belongs to no column and is kept without one"
            if count == 1
            else f"{said}: {count} fields that may belong to others are kept without a column"
        )
        return found.row, found.left_out

    def _reference(
        self, row: Sequence[str], published: str | None, left_out: Sequence[str]
    ) -> dict[str, Any]:
        """The reference in a row, with the columns that a paper has no place for."""
        rest: dict[str, Any] = {
            name: row[place] for name, place in self.others.items() if place < len(row)
        }
        for key, places in self.columns.items():
            filled = [place for _, place in places if place < len(row) and row[place].strip()]
            # What was not read: other keywords, a second address, names in another form.
            unread = [] if key in ("title", "abstract") else filled[1:]
            if key == "date":
                said = (published or "", (published or "")[:4])
                unread = [place for place in filled if row[place].strip() not in said]
            rest |= {self.header[place]: row[place] for place in unread}
        for name, place in self.columns["arxiv"]:
            value = row[place].strip() if place < len(row) else ""
            if name == "extra" or (value and fields.arxiv(value) is None):
                rest[self.header[place]] = value
        if left_out:
            rest["fields without a column"] = list(left_out)
        if self.ours:
            rest = {name: value for name, value in rest.items() if folded(name) not in _DERIVED}
        return reference_of_fields(rest, "csv", family_first=self.family_first, ours=self.ours)

    def _check_without_abstract(self, row: Sequence[str]) -> None:
        if self.columns["abstract"] and all(p >= len(row) for _, p in self.columns["abstract"]):
            raise NoPaper(f"the row is cut: it has {len(row)} of {self.width} columns")
        if not any(self.columns[key] for key in _OF_PAPERS):
            raise NoPaper(
                "its table has titles, but no known column of abstracts, authors or identifiers: "
                "name one with --columns"
            )
        refuse_prose({name: row[place] for name, place in self.others.items() if place < len(row)})


def _spelled(value: str) -> list[str]:
    """The texts of a list that is spelled out; nothing of any other value."""
    if not _LIST.fullmatch(value):
        return []
    return [single or double for single, double in _IN_LIST.findall(value)]


def _authors(column: str, value: str, *, family_first: bool) -> list[str] | str:
    """Names as `paper_of` takes them; one such as `van Dyke, Ada` is not two."""
    if spelled := _spelled(value):
        return [given_first(name) for name in spelled]
    if _NO_AUTHOR.search(value):
        return []
    # BibTeX's way, which is in tables made from it, and OpenAlex's.
    several = value.split("|") if "|" in value else " ".join(value.split()).split(" and ")
    if "|" in value or (len(several) > 1 and all(name.count(",") == 1 for name in several)):
        return [given_first(name) for name in several]
    is_one = family_first or column in _FAMILY_FIRST or _ONE_NAME.fullmatch(value)
    if not is_one and ";" not in value:
        return value
    return fields.people(value, family_first=True)
