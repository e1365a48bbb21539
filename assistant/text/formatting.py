"""Texts, dates and links of papers, written safely into HTML, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from assistant.languages import _, format_number
from assistant.paper import Paper
from assistant.text.sanitizing import sanitized

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?", re.ASCII)
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)

# The extensions of common dialects too: formulas, highlights, mentions, emoji names.
_MARKDOWN_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|&~$^=@{}!"})
# Marks that start a list at the beginning of a line. Before a digit a backslash would be visible,
# so it follows the number instead.
_LIST_MARK = re.compile(r"\A(?:(?=[-+])|(\d+)(?=[.)]))")
# Many programs turn bare addresses into links, and `:smile:` into an emoji.
_BARE_ADDRESS = re.compile(r":(?=//|[\w+-]+:)|(?<=www)\.", re.IGNORECASE)
# Spreadsheets read a cell that starts with one of these as a formula.
_FORMULA_MARKS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# Characters that could end the address of a link in HTML or Markdown.
_NOT_IN_ADDRESS = {ord(mark): f"%{ord(mark):02X}" for mark in " \"'<>\\^`{|}()[]*~$"}


def markdown_text(text: str) -> str:
    """`text` on one line, escaped so that none of it becomes Markdown markup."""
    escaped = sanitized(text).translate(_MARKDOWN_MARKS)
    return _LIST_MARK.sub(r"\1\\", _BARE_ADDRESS.sub(r"\\\g<0>", escaped))


def csv_row(values: Iterable[str]) -> str:
    """One line of CSV. An apostrophe keeps spreadsheets from evaluating a cell as a formula."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(
        f"'{value}" if value.startswith(_FORMULA_MARKS) else value for value in values
    )
    return line.getvalue()


def web_address(url: str | None) -> str | None:
    """`url` escaped for a link in HTML or Markdown; None if it is not an http(s) address."""
    address = sanitized(url or "")
    return address.translate(_NOT_IN_ADDRESS) if _WEB.match(address) else None


def paper_link(paper: Paper) -> str:
    """The web address of `paper`: by DOI, arXiv id, PubMed id or its own URL, in this order.

    Returns "" if it has none of them.
    """
    for prefix, identifier in (
        ("https://doi.org/", paper.doi),
        ("https://arxiv.org/abs/", paper.arxiv),
        ("https://pubmed.ncbi.nlm.nih.gov/", paper.pmid),
    ):
        if clean := sanitized(identifier or ""):
            return prefix + quote(clean, safe="/:")
    return web_address(paper.url) or ""


def format_size(size: int | None) -> str:
    """`size` in bytes as `12.3 MB` or `1,200 bytes`; None is a missing file."""
    if size is None:
        return _("missing")
    if size >= 100_000:
        return _("{size} MB", size=format_number(size / 1e6, 1))
    return _("{count} bytes", count=size)


def format_count(count: int, noun: str) -> str:
    """`1 paper`, `1,200 papers`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_authors(names: Sequence[str], most: int) -> str:
    """The first `most` names, with "and others" if there are more."""
    shown = ", ".join(names[:most])
    return _("{names} and others", names=shown) if len(names) > most else shown


def format_date(date: str) -> str:
    """An ISO 8601 date of any precision as `14 March 2025`; "" if it is not a date."""
    match = _DATE.fullmatch(date)
    if not match:
        return ""
    year, month, day = match.groups()
    parts = [str(int(day))] if day else []
    return " ".join([*parts, *([_MONTHS[int(month) - 1]] if month else []), year])
