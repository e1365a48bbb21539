"""The filters that the Library offers: years, tags, venues, sources, and marks of papers."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any, Literal

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _, current_language, format_number

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.session import Session

# Groups of filters: name, kind of label, shown only if there are more labels than this (a single
# source says nothing), maximum number of labels.
_GROUPS: tuple[tuple[str, Literal["tag", "source", "venue", "year"], int, int], ...] = (
    (_("Year"), "year", 0, 60),
    (_("Venue"), "venue", 0, 40),
    (_("Tag"), "tag", 0, 40),
    (_("Source"), "source", 1, 40),
)
# Seconds before labels are counted again, which takes a while in a very large library.
_KEPT_S = 10.0


class Facets:
    """The filters of a session's library as HTML. Thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        # When and for which library they were counted, and the HTML by language.
        self._counted: tuple[float, tuple[int, ...], dict[str, str]] | None = None

    def view(self) -> str:
        """The most frequent labels of each kind and the marks as HTML buttons."""
        now, language = time.monotonic(), current_language().code
        try:
            library = self._session.library
            stamp = library.stamp()
            with self._lock:
                if self._counted:
                    created_at, counted_stamp, known = self._counted
                    is_current = counted_stamp == stamp or now < created_at + _KEPT_S
                    if is_current and language in known:
                        return known[language]
            html = _rendered(library)
        except AssistantError:
            return ""  # the table shows what is wrong
        with self._lock:
            same = self._counted and self._counted[1] == stamp
            known = self._counted[2] if self._counted and same else {}
            self._counted = (now, stamp, {**known, language: html})
        return html

    def is_current(self, stamp: tuple[int, ...]) -> bool:
        """Whether the last result of `view` is of the library at `stamp`."""
        with self._lock:
            return self._counted is not None and self._counted[1] == stamp

    def is_due(self) -> bool:
        """Whether `view` would count the labels again, after the library has changed."""
        with self._lock:
            counted = self._counted
        if counted is None:
            return True
        try:
            is_changed = counted[1] != self._session.library.stamp()
        except AssistantError:
            return False
        return is_changed and time.monotonic() >= counted[0] + _KEPT_S

    def expire(self) -> None:
        """Count the labels again, after the user changed them."""
        with self._lock:
            self._counted = None


def _rendered(library: Library) -> str:
    from assistant.library import STAR, Filters

    groups: list[dict[str, Any]] = []
    for name, kind, least, most in _GROUPS:
        labels = [
            {"text": text, "filter": filter_text(kind, text), "count": format_number(count)}
            for text, count in library.papers.facets(kind, most)
            if not (kind == "tag" and text.casefold() == STAR)
        ]
        if len(labels) > least:
            groups.append({"name": name, "kind": kind, "labels": labels})
    marks = [
        {
            "text": text,
            "filter": word,
            "count": format_number(count),
        }
        for text, word, filters in (
            (_("Starred"), f"tag:{STAR}", Filters(tags=(STAR,))),
            (_("Without abstract"), "abstract:no", Filters(without_abstract=True)),
            (_("Retracted"), "retracted:yes", Filters(retracted=True)),
        )
        if (count := library.papers.count(filters))
    ]
    return render("facets.html", groups=groups, marks=marks)


def filter_text(kind: str, label: str) -> str:
    """A filter in the syntax of the search box."""
    quoted = re.search(r"[\s\"“”„]", label) or label[-1:] in ",;.?!"
    return f'{kind}:"{label}"' if quoted else f"{kind}:{label}"
