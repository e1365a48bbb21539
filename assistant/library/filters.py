"""Filters: the conditions on papers, their syntax in a query, and the SQL for them."""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from assistant.errors import UsageError
from assistant.library.name_matching import fold, full_words, name_words

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_FILTER = re.compile(
    r"""(?<!\S)(?P<minus>-?)
        (?P<word>since|until|year|author|tag|source|venue|retracted|abstract):
        (?: ["“„](?P<quoted>[^"“”„]*)(?P<closed>["“”])[,;.?!]* | (?P<plain>[^\s"“”„]\S*) )""",
    re.VERBOSE | re.IGNORECASE,
)
_OPEN_QUOTE = re.compile(
    r"(?<!\S)-?(since|until|year|author|tag|source|venue|retracted|abstract):[\"“„]", re.IGNORECASE
)
# Punctuation that may follow a value in a sentence and is not part of it.
_SENTENCE_MARKS = ",;.?!"
# Sorts after every continuation of a date, so that `until` 2024 includes 2024-12-31.
_END = "\uffff"
# The words of a query for the labels, and their attributes of `Filters`.
_LABELS = {
    f"{minus}{word}": f"{without}{word}s"
    for minus, without in (("", ""), ("-", "without_"))
    for word in ("author", "tag", "source", "venue")
}

# The papers with one of several labels of a kind.
_LABELLED = (
    "number IN (SELECT paper FROM labels WHERE kind = ? AND label IN "
    "(SELECT value FROM json_each(?)))"
)
# The papers that appeared in one of several journals or proceedings.
_IN_VENUES = (
    "folded(ifnull(json_extract(nullif(reference, ''), '$.\"container-title\"'), '')) "
    "IN (SELECT value FROM json_each(?))"
)
_YEAR = re.compile(r"\d{4}")
# As in the index of migration 9, so that it is used.
_RETRACTED = (
    "number IN (SELECT number FROM papers "
    "WHERE json_extract(nullif(reference, ''), '$.status') = 'retracted')"
)


@dataclass(frozen=True)
class Filters:
    """Conditions that a paper has to meet, all of them; without conditions, every paper matches.

    `since` and `until` are ISO 8601 dates of any precision, both inclusive. A less precise date of
    a paper matches if it may be in the range; a paper without a date does not match. A paper
    matches if it has all `authors`, all `tags`, one of `sources`, one of `venues` (journals,
    proceedings), and none of those in `without_...`. `retracted` asks for papers that are known to
    be retracted, or for the others. `only` has paper numbers; `with_abstract` excludes papers
    without an abstract, `without_abstract` the others.
    Case and accents are ignored.
    """

    since: str | None = None
    until: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    without_authors: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    without_sources: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    without_venues: tuple[str, ...] = ()
    retracted: bool | None = None
    only: tuple[int, ...] | None = None
    with_abstract: bool = False
    without_abstract: bool = False

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            UsageError: a date is invalid, a name or label is empty, or `since` is after `until`.
        """
        for word, date in (("since", self.since), ("until", self.until)):
            if date is not None and not _is_date(date):
                raise UsageError(
                    f"{word}:{date} is not a date; write a year, a month or a day: "
                    f"{word}:2024, {word}:2024-03 or {word}:2024-03-14."
                )
        if self.since and self.until and self.since > self.until + _END:
            raise UsageError(f"since:{self.since} is after until:{self.until}; swap the two dates.")
        for name in (*self.authors, *self.without_authors):
            if not name_words(name):
                raise UsageError(
                    f"author:{name!r} is not a name; write author:hinton or "
                    'author:"Geoffrey Hinton".'
                )
        for word, labels in (
            ("tag", (*self.tags, *self.without_tags)),
            ("source", (*self.sources, *self.without_sources)),
            ("venue", (*self.venues, *self.without_venues)),
        ):
            if not all(map(fold, labels)):
                raise UsageError(
                    f'{word}: is empty; write the {word} after the colon, like {word}:"my {word}".'
                )

    @property
    def one_paper(self) -> int | None:
        """The number of the paper, if `only` has exactly one."""
        return self.only[0] if self.only is not None and len(self.only) == 1 else None

    @property
    def given(self) -> bool:
        """Whether there are conditions."""
        return self != Filters()

    def combine(self, other: Filters) -> Filters:
        """Filters that require these conditions and those of `other`.

        Raises:
            UsageError: no paper can match: because of the dates, because no source is in both, or
                because one asks for retracted papers and the other for those that are not.
        """
        if None not in (self.retracted, other.retracted) and self.retracted != other.retracted:
            raise UsageError("retracted: is given twice; remove one of them.")
        labels: dict[str, Any] = {
            name: _distinct((*getattr(self, name), *getattr(other, name)))
            for name in _LABELS.values()
        } | {
            "sources": _in_both("source", self.sources, other.sources),
            "venues": _in_both("venue", self.venues, other.venues),
        }
        only = self.only if other.only is None else other.only
        if self.only is not None and other.only is not None:
            only = tuple(sorted(set(self.only) & set(other.only)))
        return Filters(
            since=max(filter(None, (self.since, other.since)), default=None),
            until=min(
                filter(None, (self.until, other.until)), key=lambda date: date + _END, default=None
            ),
            retracted=other.retracted if self.retracted is None else self.retracted,
            only=only,
            with_abstract=self.with_abstract or other.with_abstract,
            without_abstract=self.without_abstract or other.without_abstract,
            **labels,
        )

    @classmethod
    def from_pairs(cls, pairs: Sequence[tuple[str, str]]) -> Self:
        """Filters from pairs like `("author", "hinton")` or `("-tag", "nlp")`.

        Raises:
            UsageError: as above, or a date is excluded or given twice.
        """
        values: dict[str, list[str]] = {}
        for word, value in pairs:
            if word.lstrip("-") == "year":
                _check_year(word, value)
                values.setdefault("since", []).append(value)
                values.setdefault("until", []).append(value)
            else:
                values.setdefault(word, []).append(value)
        for word in ("retracted", "abstract"):
            if f"-{word}" in values:
                raise UsageError(f"-{word}: is not a filter; write {word}:yes or {word}:no.")
        for word, opposite in (("since", "until"), ("until", "since")):
            if f"-{word}" in values:
                raise UsageError(
                    f"-{word}: is not a filter; use {opposite}: to exclude the papers on the other "
                    "side of a date."
                )
        for word in ("since", "until", "retracted", "abstract"):
            if len(values.get(word, ())) > 1:
                dates = " (year: sets since: and until:)" if word in ("since", "until") else ""
                raise UsageError(f"{word}: is given twice; remove one of them{dates}.")
        labels: dict[str, Any] = {
            name: _distinct(values.get(word, ())) for word, name in _LABELS.items()
        }
        abstract = yes_or_no(values.get("abstract", [""])[0], "abstract")
        return cls(
            since=values.get("since", [None])[0],
            until=values.get("until", [None])[0],
            retracted=yes_or_no(values.get("retracted", [""])[0]),
            with_abstract=abstract is True,
            without_abstract=abstract is False,
            **labels,
        )

    def __str__(self) -> str:
        """The filters in query syntax, without `only`."""
        words = [f"{word}:{date}" for word in ("since", "until") if (date := getattr(self, word))]
        for word, name in _LABELS.items():
            words += [f"{word}:{_quoted(value)}" for value in getattr(self, name)]
        if self.retracted is not None:
            words.append(f"retracted:{'yes' if self.retracted else 'no'}")
        if self.with_abstract or self.without_abstract:
            words.append(f"abstract:{'yes' if self.with_abstract else 'no'}")
        return " ".join(words)


# Every paper of the library.
EVERYTHING = Filters()


def parse_query(text: str) -> tuple[str, Filters]:
    """Split a query into its text and its filters.

    The filters are `since:2024-03`, `until:2024`, `year:2024`, `author:hinton`,
    `tag:"machine learning"`, `source:page.txt` and `venue:Nature`; a minus sign before `author`,
    `tag`, `source` or `venue` excludes. `retracted:yes` and `retracted:no` ask for papers that are
    known to be retracted, or not, `abstract:yes` and `abstract:no` for papers with an abstract or
    without one. Any other word with a colon stays in the text, and so do these words without a
    value right after the colon.

    Raises:
        UsageError: a value is invalid, or a quotation mark is not closed.
    """
    words: list[tuple[str, str]] = []
    rest: list[str] = []
    position = 0
    for match in _FILTER.finditer(text):
        value = match["quoted"]
        if value is None:
            # A value of punctuation alone is passed on and rejected there.
            value = match["plain"].rstrip(_SENTENCE_MARKS) or match["plain"]
        words.append((match["minus"] + match["word"].lower(), value.strip()))
        rest.append(text[position : match.start()].strip())
        position = match.end()
    rest.append(text[position:].strip())
    for part in rest:
        opened = _OPEN_QUOTE.search(part)
        if opened:
            raise UsageError(f"The quotation mark after {opened[1]}: is not closed.")
    if not words:
        return text, EVERYTHING
    return " ".join(filter(None, rest)), Filters.from_pairs(words)


def yes_or_no(value: str, word: str = "retracted") -> bool | None:
    """What `retracted:`, or another `word`, asks for; None for "".

    Raises:
        UsageError: it is neither yes nor no.
    """
    known = {"": None, "yes": True, "no": False}
    if value.casefold() not in known:
        raise UsageError(f"{word}:{value} is not known; write {word}:yes or {word}:no.")
    return known[value.casefold()]


def _check_year(word: str, value: str) -> None:
    if word != "year" or not _YEAR.fullmatch(value):
        hint = "since: or until: exclude the years on one side" if word != "year" else ""
        raise UsageError(f"{word}:{value} is not a filter; write year:2024. {hint}".strip())


def _in_both(word: str, one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """What a paper may have one of, if it has to have one of each; all of them if one is empty."""
    if not one or not other:
        return one or other
    known = set(map(fold, other))
    both = tuple(label for label in one if fold(label) in known)
    if not both:
        raise UsageError(
            f"No {word} is in both the query and the options; write all of them in one "
            f"place: {', '.join((*one, *other))}."
        )
    return both


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) if part else 1 for part in match.groups())
    return year > 0 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[^\s\"“”„]+", value) else f'"{value}"'


def conditions(filters: Filters) -> tuple[str, list[str]]:
    """A condition on `papers` and its parameters; `1` if every paper matches.

    Every value is a parameter, never part of the statement.
    """
    parts: list[str] = []
    values: list[str] = []

    def add(condition: str, *given: str) -> None:
        parts.append(condition)
        values.extend(given)

    if filters.since is not None:
        # A less precise date is a prefix of it and sorts before it.
        prefixes = [filters.since[:length] for length in (4, 7) if length < len(filters.since)]
        add(
            "(published >= ? OR published IN (SELECT value FROM json_each(?)))",
            filters.since,
            json.dumps(prefixes),
        )
    if filters.until is not None:
        add("published <= ?", filters.until + _END)
    for name in filters.authors:
        add(*_author(name))
    for name in filters.without_authors:
        condition, *given = _author(name)
        add(f"NOT ({condition})", *given)
    for tag in filters.tags:
        add(_LABELLED, "tag", _json([fold(tag)]))
    if filters.without_tags:
        add(f"NOT {_LABELLED}", "tag", _json(map(fold, filters.without_tags)))
    if filters.sources:
        add(_LABELLED, "source", _json(map(fold, filters.sources)))
    if filters.without_sources:
        add(f"NOT {_LABELLED}", "source", _json(map(fold, filters.without_sources)))
    if filters.venues:
        add(_IN_VENUES, _json(map(fold, filters.venues)))
    if filters.without_venues:
        add(f"NOT {_IN_VENUES}", _json(map(fold, filters.without_venues)))
    if filters.retracted is not None:
        add(_RETRACTED if filters.retracted else f"NOT {_RETRACTED}")
    if filters.only is not None:
        add("number IN (SELECT value FROM json_each(?))", json.dumps(filters.only))
    if filters.with_abstract:
        add("abstract != ''")
    if filters.without_abstract:
        add("abstract = ''")
    return " AND ".join(parts) or "1", values


def _author(name: str) -> tuple[str, ...]:
    """Papers by the words of their authors' names; for several words, by the full names."""
    words = name_words(name)
    given = ("author", _json(full_words(words)))
    if len(words) == 1:
        return _LABELLED, *given
    return f"({_LABELLED} AND matches_name(authors, ?))", *given, " ".join(words)


def _json(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
