"""RSS feeds of journals and of arXiv (versions 0.91 to 2.0), and what feeds call a description.

An item's description is HTML with the abstract in it, an advertisement for it, or only where the
paper has been printed; each publisher has its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.format import OnFailure
from assistant.reading.markup import plain
from assistant.reading.names import given_first
from assistant.reading.record import LONGEST_ABSTRACT, NoPaper, check_length, paper_of, papers_of
from assistant.reading.source import Source
from assistant.reading.xml_records import records, root

_ITEM = frozenset({"item"})
_RSS_1 = re.compile(r"http://(?:purl\.org/rss/1\.0|my\.netscape\.com/rdf/simple)")
# arXiv puts the number and the kind of the announcement before the abstract.
_ANNOUNCED = re.compile(r"(?<!\s)\s*arXiv:\S+\s+Announce Type:\s*[\w-]+\s+(?:Abstract:\s*)?")
_NUMBER_IN_TITLE = re.compile(r"\s*\(arXiv:(\S+) \[[^\]]*\][^()]*\)\s*$")
_BEFORE_NUMBER = re.compile(r"https?://[\w.-]*arxiv\.org/abs/|oai:arxiv\.org:", re.IGNORECASE)
_HEADING = re.compile(
    r"<(h\d|b|strong|em|i|div|p|span|title)\b[^<>]{0,200}>\s{0,99}(?:abstract|summary)[.:]?\s{0,99}</\1>",
    re.IGNORECASE,
)
# Nature, Wiley: where and when it came out, above the abstract.
_PUBLISHED = re.compile(r"<p>[^<]{1,200}, Published online:.{0,400}?</p>", re.DOTALL)
# PubMed: its own number, below the abstract.
_BELOW = re.compile(r"<p\b[^<>]{0,200}>\s{0,99}PMID:.*", re.DOTALL)
_NOT_TEXT = re.compile(r"<(?:img|hr|input|iframe|source|svg|video)\b[^<>]{0,4000}>", re.IGNORECASE)
_SCRIPT = re.compile(r"<(script|style)\b.{0,2000}?</\1>", re.IGNORECASE | re.DOTALL)
# All there is in some feeds: "Journal of Cats, Volume 3, Issue 1, Page 4-9, March 2024."
_PRINTED = re.compile(
    r"\bVol(?:ume|\.)?\s*\d+|\bpp?\.\s*\d|\bIssue \d|\bAhead of Print", re.IGNORECASE
)
_ONLY_PRINTED = re.compile(r"Publication date:", re.IGNORECASE)
_PRINTED_WORDS = 40
# What is longer is no abstract, whatever is taken out of it.
_LONGEST = 2 * LONGEST_ABSTRACT
_PMID = re.compile(r"pmid:\s*(\d+)", re.IGNORECASE)
# RSS wants the address of whoever answers for an item, with the name behind it.
_ADDRESS = re.compile(r"[^\s@]+@[^\s@(]+\s*\((.*)\)")


class Rss:
    """A channel with an item for each paper."""

    name = "RSS"
    expected = "an RSS feed: <rss> or <rdf:RDF> with an <item> for each paper"

    def matches(self, head: str) -> bool:
        """The first element is that of RSS."""
        name = root(head)
        return name == "rss" or (name == "RDF" and _RSS_1.search(head) is not None)

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield the papers of the feed.

        Raises:
            FileUnreadable: it defines entities.
        """
        found = records(source, _ITEM, on_failure)
        yield from papers_of(found, _paper, source.name, on_failure)


def abstract_of(description: str) -> str:
    """The abstract in an item's description, which is HTML; "" if none is in it."""
    if len(description) > _LONGEST:
        return description
    text = _ANNOUNCED.sub("", description, count=1)
    text = _SCRIPT.sub("", _NOT_TEXT.sub("", text))
    if heading := _HEADING.search(text):
        text = text[heading.end() :]
    text = _BELOW.sub("", _PUBLISHED.sub("", text, count=1))
    words = plain(text).split()
    is_printed = len(words) < _PRINTED_WORDS and _PRINTED.search(text)
    return "" if is_printed or _ONLY_PRINTED.match(" ".join(words)) else text


def refuse_bare(paper: Paper) -> Paper:
    """`paper`, if it has an abstract or anything else by which a feed's item is known as one.

    Raises:
        NoPaper: all there is may be a title of news.
    """
    if not (paper.abstract or paper.authors or paper.arxiv or paper.doi or paper.pmid):
        raise NoPaper("it has no abstract, no authors and no identifier")
    return paper


def _paper(item: Element, source: str) -> Paper:
    title = _first(item, "title")
    check_length(title, "")
    in_title = _NUMBER_IN_TITLE.search(title)
    link, guid = _first(item, "link"), _first(item, "guid")
    identifiers = [*_texts(item, "doi"), *_texts(item, "identifier"), guid, link]
    numbers: list[str] = [in_title[1]] if in_title else []
    numbers += [_BEFORE_NUMBER.sub("", text) for text in (*identifiers, item.get("about", ""))]
    pmids = (found[1] for text in identifiers if (found := _PMID.match(text)))
    names = _texts(item, "creator") or [
        found[1] if (found := _ADDRESS.fullmatch(name)) else name for name in _texts(item, "author")
    ]
    written = [*_texts(item, "publicationDate"), *_texts(item, "date")]
    described = (
        abstract_of(text) for name in ("encoded", "description") for text in _texts(item, name)
    )
    return refuse_bare(
        paper_of(
            source,
            title=_NUMBER_IN_TITLE.sub("", title),
            abstract=next(filter(None, described), ""),
            authors=names[0] if len(names) == 1 else [given_first(name) for name in names],
            published=dates.most_exact(written) or dates.mail_date(_first(item, "pubDate")),
            arxiv=next(filter(fields.arxiv, numbers), None),
            doi=next(filter(fields.doi, identifiers), None),
            pmid=next(pmids, None),
            url=next(filter(fields.url, (link, guid)), None),
            tags=[*_texts(item, "category"), *_texts(item, "subject")],
        )
    )


def _first(item: Element, name: str) -> str:
    return next(iter(_texts(item, name)), "")


def _texts(item: Element, name: str) -> list[str]:
    found = ("".join(element.itertext()).strip() for element in item.iterfind(name))
    return [text for text in found if text]
