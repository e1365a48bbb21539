"""Texts and dates of papers as they are written into HTML and Markdown: never as markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from assistant.text.sanitizing import sanitized

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?", re.ASCII)
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|&~$"})
# What makes a list or a heading of a line that begins with it.
_OPENING = re.compile(r"^(?:(?=[-+=])|(\d+)(?=[.)]))")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# In the address of a link these would end it, or begin something else.
_NOT_IN_ADDRESS = {ord(mark): f"%{ord(mark):02X}" for mark in " \"'<>\\^`{|}()[]*~$"}


def html_text(text: str) -> str:
    """What can be seen of `text`, for the inside of an element or a quoted attribute."""
    return escape(sanitized(text))


def markdown_text(text: str) -> str:
    """What can be seen of `text` on one line of Markdown, also at its beginning."""
    return _OPENING.sub(r"\1\\", sanitized(text).translate(_MARKS))


def table_cell(text: str) -> str:
    """`text` for a table; an apostrophe keeps a spreadsheet from computing it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def web_address(url: str | None) -> str | None:
    """`url` as both can link to it; None if it is not one of the web."""
    shown = sanitized(url or "")
    return shown.translate(_NOT_IN_ADDRESS) if _WEB.match(shown) else None


def format_size(count: int | None) -> str:
    """A number of bytes for people; None is a file that is not there."""
    if count is None:
        return "missing"
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"


def format_count(count: int, noun: str) -> str:
    """`1 paper`, `1,200 papers`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_authors(names: Sequence[str], most: int) -> str:
    """The first `most` of `names`, and that there are more."""
    return ", ".join(names[:most]) + (" and others" if len(names) > most else "")


def format_date(date: str) -> str:
    """An ISO 8601 date of any precision as people say it: `14 March 2025`; empty if it is none."""
    match = _DATE.fullmatch(date)
    if not match:
        return ""
    year, month, day = match.groups()
    parts = [str(int(day))] if day else []
    return " ".join([*parts, *([_MONTHS[int(month) - 1]] if month else []), year])
