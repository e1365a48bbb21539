"""Dates in the current language."""

from __future__ import annotations

import re

from assistant.languages.messages import _

_MONTHS = (
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"),
    _("August"), _("September"), _("October"), _("November"), _("December"),
)  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?", re.ASCII)


def format_date(date: str) -> str:
    """An ISO 8601 date of any precision in words, such as `14 March 2025`; "" if it is none."""
    match = _DATE.fullmatch(date)
    if not match:
        return ""
    year, month, day = match.groups()
    if not month:
        return year
    name = _MONTHS[int(month) - 1]
    if not day:
        return _("{month} {year}", month=name, year=year)
    return _("{day} {month} {year}", day=str(int(day)), month=name, year=year)
