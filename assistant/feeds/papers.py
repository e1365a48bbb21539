"""The papers in the answer of a feed, read as a file of any format is read."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from assistant.errors import FeedUnusable, NoPapersFound, ReadingError
from assistant.feeds.content import LARGEST_BYTES
from assistant.paper import Paper
from assistant.reading import Failure, Limits, OnFailure, read_stream
from assistant.reading.detect import FALLBACKS
from assistant.reading.source import HEAD_BYTES
from assistant.text.sanitizing import sanitized

_LIMITS = Limits(LARGEST_BYTES, LARGEST_BYTES, LARGEST_BYTES)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
_LINK = re.compile(rb"<link\s[^<>]{0,1000}>", re.IGNORECASE)
_OF_FEED = re.compile(rb"\btype\s*=\s*[\"']?application/(?:rss|atom|rdf)\+xml", re.IGNORECASE)
_PLACE = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]{1,1000})", re.IGNORECASE)


def papers_in(body: bytes, name: str, url: str, on_failure: OnFailure) -> Iterator[Paper]:
    """Yield the papers of an answer, with `name` as their source; none if a feed is empty.

    Records that are not papers, and what follows where the answer is cut, go to `on_failure`.
    `url` is where the answer is from.

    Raises:
        FeedUnusable: it is a web page, a text, or anything else that is no feed of papers.
    """
    formats: list[str] = []
    failures: list[Failure] = []

    def note(failure: Failure) -> None:
        if not failure.imported:
            failures.append(failure)
        on_failure(failure)

    def on_format(_: str, format_name: str) -> None:
        # Prose that reads like papers is what a user may import, but no feed.
        if format_name in {known.name for known in FALLBACKS}:
            raise _no_feed(body, url, "it is a text without marks of a format")
        formats.append(format_name)

    if not body.strip():
        raise FeedUnusable("The answer is empty. Check the address.")
    count = 0
    try:
        with io.BufferedReader(io.BytesIO(body), HEAD_BYTES) as stream:
            for paper in read_stream(stream, name, note, on_format=on_format, limits=_LIMITS):
                count += 1
                # Files in an archive have names of their own.
                yield paper if paper.source == name else paper.model_copy(update={"source": name})
    except ReadingError as error:
        if count:
            raise FeedUnusable(f"{error}.") from error
        if isinstance(error, NoPapersFound) and formats and not failures:
            return
        raise _no_feed(body, url, str(error)) from error


def _no_feed(body: bytes, url: str, why: str) -> FeedUnusable:
    if not _PAGE.match(body[:HEAD_BYTES]):
        return FeedUnusable(f"There are no papers in the answer: {sanitized(why)[:400]}.")
    found = _linked_feed(body, url)
    advice = (
        f"The page names this feed: {found}"
        if found
        else "Give the address of an RSS or Atom feed, often linked on the page as RSS"
    )
    return FeedUnusable(f"The address is that of a web page, not of a feed. {advice}.")


def _linked_feed(body: bytes, url: str) -> str:
    """The address of the feed that a web page links to in its head, or ""."""
    for link in _LINK.findall(body[: 4 * HEAD_BYTES]):
        place = _PLACE.search(link)
        if place and _OF_FEED.search(link):
            try:
                return sanitized(urljoin(url, html.unescape(place[1].decode(errors="replace"))))
            except ValueError:
                continue
    return ""
