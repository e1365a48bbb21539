"""Page numbers as exports write them: two fields, or one range that may be short."""

from __future__ import annotations

import re

_RANGE = re.compile(
    r"(?<![\w.-])([A-Za-z]{0,3})(\d{1,9})[-\u2013]([A-Za-z]{0,3})(\d{1,9})(?![\w-])"
)


def joined_pages(first: str, last: str) -> str:
    """`12-19` of the first and last page as they are written; nothing without a first page."""
    return f"{first}-{last}" if first and last and first != last else first


def page_range(first: str, last: str = "") -> str:
    """`12-19` of the first and last page, which may be written short: 123 and 8 are 123-128.

    Nothing without a first page.
    """
    if not last or last == first or (first.endswith(last) and "-" in first):
        return full_pages(first)
    if not first or "-" in first:
        return first
    return full_pages(f"{first}-{last}")


def full_pages(pages: str) -> str:
    """`pages` with the last page of each range in full: 123-8 becomes 123-128."""
    return _RANGE.sub(_full_range, pages) if "-" in pages or "\u2013" in pages else pages


def _full_range(found: re.Match[str]) -> str:
    prefix, first, last_prefix, last = found.groups()
    if len(last) >= len(first) or last_prefix not in ("", prefix):
        return found[0].replace("\u2013", "-")
    whole = first[: -len(last)] + last
    return f"{prefix}{first}-{prefix}{whole}" if int(whole) > int(first) else found[0]
