"""Dates as exports write them for people -> ISO 8601: `2004 Nov-Dec`, `12 March 2019`, `2019/03/`.

What is not clear is left out: a range of days or seasons gives their month or year.
"""

from __future__ import annotations

import calendar
import email.utils
import functools
import re

from assistant.reading import fields

_ISO = re.compile(r"(?:\d{4}(?:-\d\d){0,2}(?:T\S*)?|\d{8})$", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(1[5-9]|20)\d\d(?!\d)", re.ASCII)
_NUMBERS = re.compile(r"(\d{4})([/.-])(\d{1,2})(?:\2(\d{1,2})(?!\d))?(?!\d)", re.ASCII)
_MONTH = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\b",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)", re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Longer than any date; a bound for what comes from a damaged file.
_LONGEST = 100


def iso(value: object) -> str | None:
    """The date in a text or number, as exact as it is there; None without a year.

    Of a range of months it is the first; years are those from 1500 to 2099.
    """
    if value is None or isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return _iso(str(value).strip()[:_LONGEST])


# Many papers are of one date, and a reader asks for the date of one several times.
@functools.lru_cache(maxsize=4096)
def _iso(text: str) -> str | None:
    if _ISO.match(text) and (date := fields.date(text)):
        return date
    if numbers := _NUMBERS.match(text):
        return _valid(numbers[1], numbers[3], numbers[4])
    year = _YEAR.search(text)
    if year is None:
        return None
    rest = text[: year.start()] + " " + text[year.end() :]
    months = _MONTH.findall(rest)
    if not months:
        return year[0]
    days = _DAY.findall(rest)
    month = MONTHS.index(months[0].casefold()) + 1
    return _valid(year[0], str(month), days[0] if len(months) == len(days) == 1 else None)


def mail_date(value: object) -> str | None:
    """ISO 8601 date of a date in an e-mail, such as `Mon, 2 Apr 2007 19:18:42 GMT`.

    The time and anything after it are left out.
    """
    parsed = email.utils.parsedate(value) if isinstance(value, str) else None
    if parsed is None:
        return None
    year, month, day = parsed[:3]
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year:04}-{month:02}-{day:02}"


def most_exact(texts: list[str]) -> str | None:
    """Of several dates of one paper the most exact of the first one's year."""
    dates = [date for text in texts if (date := iso(text))]
    return max((date for date in dates if date[:4] == dates[0][:4]), key=len, default=None)


def _valid(year: str, month: str, day: str | None) -> str | None:
    parts = [year, month.zfill(2), *([day.zfill(2)] if day else [])]
    return next((date for size in (3, 2, 1) if (date := fields.date("-".join(parts[:size])))), None)
