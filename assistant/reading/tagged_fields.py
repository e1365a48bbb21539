"""Values of tagged records -> fields of a reference; what has no field is kept as it is written."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from typing import Any

from assistant.reading import dates
from assistant.reading.identifiers import serial_numbers
from assistant.reading.names import csl_people
from assistant.reading.pages import page_range
from assistant.reading.reference_fields import LONGEST_TEXT
from assistant.reading.tagged import Record
from assistant.reference import CUSTOM, ENTRY_TYPE, NAMES, Reference

Pairs = Sequence[tuple[str, str]]
"""Tags and the keys of a reference for them, in the order in which they are asked."""

_ROLES = frozenset(NAMES)
_MOST_COMMAS = 8
_WORD = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\](\.?)")
_NO_TITLE = re.compile(r"\[?(?:title )?not available\]?\.?", re.IGNORECASE)


class Values:
    """The values of a record by their tags, and the reference that is made of them.

    A value that becomes part of the reference is taken away. What is left at the end is kept
    verbatim, under the name of the format.
    """

    def __init__(self, record: Record, told: Container[str] = (), *, join: str = "\n") -> None:
        """The values of `record` without those of the tags `told`, their lines joined."""
        self.left: dict[str, list[str]] = {}
        for tag, values in record.values.items():
            if tag in told:
                continue
            # Nearly all values have one line, which has no white space around it.
            if len(values) == 1 and len(values[0]) == 1:
                if values[0][0]:
                    self.left[tag] = [values[0][0]]
                continue
            texts = [lines[0] if len(lines) == 1 else join.join(lines).strip() for lines in values]
            if texts := [text for text in texts if text]:
                self.left[tag] = texts
        self.found: Reference = {}

    def first(self, *tags: str) -> str:
        """The first value of the first of `tags` that has one, else nothing; it is not taken."""
        return next((self.left[tag][0] for tag in tags if tag in self.left), "")

    def all(self, *tags: str) -> list[str]:
        """The values of `tags`, those of the first tag first; they are not taken."""
        left = self.left
        return [text for tag in tags if tag in left for text in left[tag]]

    def take(self, *tags: str) -> list[str]:
        """The values of `tags`, those of the first tag first; they are taken."""
        return [text for tag in tags for text in self.left.pop(tag, ())]

    def drop(self, tag: str, told: Iterable[str]) -> None:
        """Take the values of `tag` that are `told` elsewhere."""
        if texts := self.left.get(tag):
            known = [" ".join(text.split()) for text in told]
            self.keep(tag, [text for text in texts if " ".join(text.split()) not in known])

    def keep(self, tag: str, texts: list[str]) -> None:
        """Leave `texts` for `tag`."""
        if texts:
            self.left[tag] = texts
        else:
            self.left.pop(tag, None)

    def put(self, pairs: Pairs) -> None:
        """Take the values of each tag for its key, unless they are too long for it.

        Names of a role are added up, and notes joined. Of other values the first one counts; those
        that say the same are taken too.
        """
        left, found = self.left, self.found
        for tag, key in pairs:
            values = left.get(tag)
            if values is None:
                continue
            if key in _ROLES:
                # PsycINFO has all cited authors in a tag for editors.
                listed = [text for text in values if text.count(",") > _MOST_COMMAS]
                self.add_people(key, (text for text in values if text not in listed))
                self.keep(tag, listed)
            elif sum(map(len, values)) > LONGEST_TEXT // 2:
                continue
            elif key == "note":
                found[key] = "\n".join([*([found[key]] if key in found else []), *values])
                del left[tag]
            else:
                known = found.setdefault(key, values[0])
                if len(values) == 1 and known is values[0]:
                    del left[tag]
                else:
                    self.drop(tag, [known])

    def add_people(self, role: str, people: Iterable[str]) -> None:
        """Add names, one or several per line, to a role."""
        names = csl_people(split(people))
        if names:
            self.found.setdefault(role, []).extend(names)

    def put_date(self, key: str, tag: str) -> None:
        """Take the date of `tag`, if it names at least a month; keep it if it says more."""
        text = self.first(tag)
        date = dates.iso(text)
        if date and len(date) > 4:
            self.found[key] = date
            self.keep(tag, [text for text in self.left[tag] if not tells(date, text)])

    def put_pages(self, first: str, last: str) -> None:
        """Take the first and the last page, or both from `first`."""
        begin, end = self.first(first), self.first(last)
        page = page_range(begin, end)
        if page:
            self.found["page"] = page
            self.keep(first, self.left[first][1:])
            if last in self.left:
                self.keep(last, self.left[last][1:])

    def put_serials(self, *tags: str) -> None:
        """The first ISBN and ISSN; the values are left if they say more."""
        for tag in tags:
            kept = []
            for text in self.left.get(tag, ()):
                numbers = serial_numbers(text)
                new = {key: number for key, number in numbers.items() if key not in self.found}
                self.found |= new
                known = {_digits(self.found[key]) for key in numbers}
                if not numbers or known != {_digits(text)}:
                    kept.append(text)
            self.keep(tag, kept)

    def published(self, *tags: str) -> str | None:
        """The most exact date of the first one's year; what says more is left."""
        said = {text: dates.iso(text) for text in self.all(*tags)}
        found = [date for date in said.values() if date]
        date = max((it for it in found if it[:4] == found[0][:4]), key=len, default=None)
        if date:
            for tag in tags:
                if texts := self.left.get(tag):
                    self.keep(tag, [text for text in texts if not _tells(date, text, said[text])])
        return date

    def reference(self, name: str, kind: str | list[str], csl_type: str | None) -> dict[str, Any]:
        """The reference of a record of the format `name`; `kind` is its type as it is written."""
        custom: dict[str, Any] = {ENTRY_TYPE: kind} if kind else {}
        custom |= self.left
        if csl_type:
            self.found["type"] = csl_type
        if custom:
            self.found[CUSTOM] = {name: custom}
        return self.found


def split(lines: Iterable[str]) -> list[str]:
    """The parts of lines that semicolons separate."""
    return [
        part
        for text in lines
        for line in text.split("\n")
        for part in line.split(";")
        if part.strip()
    ]


def tells(date: str, text: str) -> bool:
    """Tell whether the ISO 8601 `date` says all that `text` says."""
    return _tells(date, text, dates.iso(text))


def _tells(date: str, text: str, said: str | None) -> bool:
    if said is None or not date.startswith(said):
        return False
    return text == said or len(_WORD.findall(text)) == said.count("-") + 1


def _digits(text: str) -> str:
    return text.replace("-", "").replace(" ", "")


def titles(title: str, vernacular: str) -> tuple[str, str]:
    """The title and, if it is a translation, the original one.

    PubMed puts a translated title in brackets, and "[Not Available]" for a missing one.
    """
    if not title or _NO_TITLE.fullmatch(title):
        return vernacular or title, ""
    if (found := _BRACKETS.fullmatch(title)) and found[1].strip():
        return found[1].strip() + found[2], vernacular
    return title, vernacular
