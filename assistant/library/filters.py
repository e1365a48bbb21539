"""Filters: which papers a search may find, and how they are written in the line of a question."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Self

from assistant.errors import UsageError
from assistant.library.name_matching import folded, name_words

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_FILTER = re.compile(
    r"""(?<!\S)(?P<minus>-?)(?P<word>since|until|author|tag|source):
        (?: ["“„](?P<quoted>[^"“”„]*)(?P<closed>["“”])[,;.?!]* | (?P<plain>[^\s"“”„]\S*) )""",
    re.VERBOSE | re.IGNORECASE,
)
_OPEN_QUOTE = re.compile(r"(?<!\S)-?(since|until|author|tag|source):[\"“„]", re.IGNORECASE)
# What may follow a value in a sentence and does not belong to it.
_SENTENCE_MARKS = ",;.?!"
# Sorts behind every rest of a date.
_END = "\uffff"


@dataclass(frozen=True)
class Filters:
    """Conditions that a paper has to meet, all of them; without any, every paper does.

    `since` and `until` are ISO 8601 dates of any precision, both inclusive; where the paper's date
    is less precise than they are, it is enough that it could be within. A paper without a date
    meets neither. Of `authors` and `tags` the paper has to have every one, of `sources` it has
    one; it has none of those in `without_...`. `only` are paper numbers; `with_abstract` leaves out
    papers without one. Case and accents do not count.
    """

    since: str | None = None
    until: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    without_authors: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    without_sources: tuple[str, ...] = ()
    only: tuple[int, ...] | None = None
    with_abstract: bool = False

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            UsageError: a date is none, a name or label is empty, or `since` is after `until`.
        """
        for word, date in (("since", self.since), ("until", self.until)):
            if date is not None and not _is_date(date):
                raise UsageError(
                    f"{word}:{date} is no date; possible are a year, a month or a day: "
                    f"{word}:2024, {word}:2024-03 or {word}:2024-03-14."
                )
        if self.since and self.until and self.since > self.until + _END:
            raise UsageError(
                f"No paper is from since:{self.since} until:{self.until}; exchange the two dates."
            )
        for name in (*self.authors, *self.without_authors):
            if not name_words(name):
                raise UsageError(
                    f'author:{name!r} is no name; write author:hinton or author:"Geoffrey Hinton".'
                )
        for word, labels in (
            ("tag", (*self.tags, *self.without_tags)),
            ("source", (*self.sources, *self.without_sources)),
        ):
            if not all(map(folded, labels)):
                raise UsageError(
                    f'{word}: is empty; name the {word} behind the colon, like {word}:"my {word}".'
                )

    @property
    def one_paper(self) -> int | None:
        """The number of the one paper that is asked for, if it is one."""
        return self.only[0] if self.only is not None and len(self.only) == 1 else None

    @property
    def given(self) -> bool:
        """Whether there is any condition at all."""
        return self != Filters()

    def also(self, other: Filters) -> Filters:
        """Both together: the papers that meet these conditions and those of `other`.

        Raises:
            UsageError: no paper can, by their dates, or the two have no source in common.
        """
        sources = self.sources or other.sources
        if self.sources and other.sources:
            known = set(map(folded, other.sources))
            sources = tuple(source for source in self.sources if folded(source) in known)
            if not sources:
                raise UsageError(
                    "The sources of the two places have none in common; name all of them in one "
                    f"place: {', '.join((*self.sources, *other.sources))}."
                )
        only = self.only if other.only is None else other.only
        if self.only is not None and other.only is not None:
            only = tuple(sorted(set(self.only) & set(other.only)))
        return Filters(
            since=max(filter(None, (self.since, other.since)), default=None),
            until=min(
                filter(None, (self.until, other.until)), key=lambda date: date + _END, default=None
            ),
            sources=sources,
            only=only,
            authors=_distinct((*self.authors, *other.authors)),
            tags=_distinct((*self.tags, *other.tags)),
            without_authors=_distinct((*self.without_authors, *other.without_authors)),
            without_tags=_distinct((*self.without_tags, *other.without_tags)),
            without_sources=_distinct((*self.without_sources, *other.without_sources)),
            with_abstract=self.with_abstract or other.with_abstract,
        )

    @classmethod
    def of_words(cls, words: Sequence[tuple[str, str]]) -> Self:
        """Filters from pairs like `("author", "hinton")` or `("-tag", "nlp")`.

        Raises:
            UsageError: as above, or a date is excluded or there twice.
        """
        values: dict[str, list[str]] = {}
        for word, value in words:
            values.setdefault(word, []).append(value)
        for word, opposite in (("since", "until"), ("until", "since")):
            if f"-{word}" in values:
                raise UsageError(
                    f"-{word}: is not possible; {opposite}: leaves out the papers on the other "
                    "side of a date."
                )
            if len(values.get(word, ())) > 1:
                raise UsageError(f"{word}: is there twice; leave one of the two out.")
        return cls(
            since=values.get("since", [None])[0],
            until=values.get("until", [None])[0],
            authors=_distinct(values.get("author", ())),
            tags=_distinct(values.get("tag", ())),
            sources=_distinct(values.get("source", ())),
            without_authors=_distinct(values.get("-author", ())),
            without_tags=_distinct(values.get("-tag", ())),
            without_sources=_distinct(values.get("-source", ())),
        )

    def __str__(self) -> str:
        """Write them as they can be written in the line of a question; `only` is left out."""
        words = [f"{word}:{date}" for word in ("since", "until") if (date := getattr(self, word))]
        for field in fields(self):
            base = field.name.removeprefix("without_")
            if base in ("authors", "tags", "sources"):
                minus = "" if base == field.name else "-"
                words += [
                    f"{minus}{base[:-1]}:{_quoted(value)}" for value in getattr(self, field.name)
                ]
        return " ".join(words)


# Every paper of the library.
EVERYTHING = Filters()


def parse_query(text: str) -> tuple[str, Filters]:
    """Take the filters out of the line of a question: the rest of it, and the filters.

    `since:2024-03`, `until:2024`, `author:hinton`, `tag:"machine learning"`, `source:page.txt`, and
    with a minus sign in front what is left out. Any other word with a colon stays in the text, and
    so do these words when a space or nothing follows the colon.

    Raises:
        UsageError: a value is not possible, or a quotation mark is not closed.
    """
    words: list[tuple[str, str]] = []
    rest: list[str] = []
    position = 0
    for match in _FILTER.finditer(text):
        value = match["quoted"]
        if value is None:
            # A plain value of nothing but marks is left for the check to refuse.
            value = match["plain"].rstrip(_SENTENCE_MARKS) or match["plain"]
        words.append((match["minus"] + match["word"].lower(), value.strip()))
        rest.append(text[position : match.start()].strip())
        position = match.end()
    rest.append(text[position:].strip())
    for part in rest:
        opened = _OPEN_QUOTE.search(part)
        if opened:
            raise UsageError(f"The quotation mark behind {opened[1]}: is not closed.")
    if not words:
        return text, EVERYTHING
    return " ".join(filter(None, rest)), Filters.of_words(words)


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
