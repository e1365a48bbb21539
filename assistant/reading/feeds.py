"""Feeds and harvested records: Atom, RSS (0.91 to 2.0) and OAI-PMH, of arXiv and of journals.

An item's description is HTML with the abstract in it, an advertisement for it, or only where the
paper was printed; each publisher has its own way.

https://info.arxiv.org/help/api/user-manual.html and https://info.arxiv.org/help/oa/index.html
describe what arXiv's services answer.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.arxiv_reference import arxiv_reference
from assistant.reading.confidence import LIKE_ABSTRACT, abstract_score
from assistant.reading.format import NoPaper
from assistant.reading.markup import plain
from assistant.reading.pages import joined_pages
from assistant.reading.record import LONGEST_ABSTRACT, check_length, paper_of
from assistant.reading.single_names import given_first
from assistant.reading.xml_records import first_text, root, texts, xml_format

_ATOM = "http://www.w3.org/2005/Atom"
_OAI = "http://www.openarchives.org/OAI/"
_RSS_1 = re.compile(r"http://(?:purl\.org/rss/1\.0|my\.netscape\.com/rdf/simple)")
# arXiv puts the number and the kind of the announcement before the abstract.
_ANNOUNCED = re.compile(r"(?<!\s)\s*arXiv:\S+\s+Announce Type:\s*[\w-]+\s+(?:Abstract:\s*)?")
_NUMBER_IN_TITLE = re.compile(r"\s*\(arXiv:(\S+) \[[^\]]*\][^()]*\)\s*$")
# What is before the number: `http://arxiv.org/abs/`, also of a mirror; `oai:arXiv.org:`.
_BEFORE_NUMBER = re.compile(r"https?://[\w.-]*arxiv\.org/abs/|oai:arxiv\.org:", re.IGNORECASE)
# What posts of blogs and episodes of podcasts have, and articles of journals have not.
_OF_POSTS = ("comments", "commentRss", "enclosure", "duration", "episode", "thumbnail", "group")
_COMMENT = re.compile(r"comments?:", re.IGNORECASE)
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
# Longer descriptions are not abstracts.
_LONGEST = 2 * LONGEST_ABSTRACT
# In RSS an author is an e-mail address, with the name after it.
_ADDRESS = re.compile(r"[^\s@]+@[^\s@(]+\s*\((.*)\)")


def abstract_of(description: str) -> str:
    """The abstract in an item's description, which is HTML; "" if there is none."""
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


def _refuse_news(item: Element, paper: Paper) -> Paper:
    """`paper`, if it has an identifier or anything else that news, posts and episodes have not.

    Raises:
        NoPaper: it may be any of these.
    """
    if paper.arxiv or paper.doi or paper.pmid:
        return paper
    if any(item.find(name) is not None for name in _OF_POSTS):
        raise NoPaper("it has no identifier, but comments or a recording: it is a post")
    if not paper.abstract and not paper.authors:
        raise NoPaper("it has no abstract, no authors and no identifier")
    # Posts have authors as articles have; those of an article write at least one scholarly word.
    score = abstract_score(paper.abstract)
    if paper.abstract and not (score > 0 if paper.authors else score >= LIKE_ABSTRACT):
        raise NoPaper("it has no identifier, and its text does not read like an abstract")
    return paper


def _numbers(addresses: list[str]) -> list[str]:
    return [_BEFORE_NUMBER.sub("", address.strip()) for address in addresses]


def _rss_item(item: Element, source: str) -> Paper:
    title = first_text(item, "title")
    check_length(title, "")
    in_title = _NUMBER_IN_TITLE.search(title)
    link, guid = first_text(item, "link"), first_text(item, "guid")
    identifiers = [*texts(item, "doi"), *texts(item, "identifier"), guid, link]
    names = texts(item, "creator") or [
        found[1] if (found := _ADDRESS.fullmatch(name)) else name for name in texts(item, "author")
    ]
    described = map(abstract_of, texts(item, "encoded", "description"))
    return _refuse_news(
        item,
        paper_of(
            source,
            title=_NUMBER_IN_TITLE.sub("", title),
            abstract=next(filter(None, described), ""),
            authors=names[0] if len(names) == 1 else map(given_first, names),
            published=dates.most_exact(texts(item, "publicationDate", "date"))
            or dates.mail_date(first_text(item, "pubDate")),
            arxiv=[
                *([in_title[1]] if in_title else []),
                *_numbers([*identifiers, item.get("about", "")]),
            ],
            doi=identifiers,
            pmid=[text for text in identifiers if text[:5].casefold() == "pmid:"],
            url=(link, guid),
            tags=texts(item, "category", "subject"),
            reference=_of_journal(item),
        ),
    )


def _of_journal(item: Element) -> dict[str, Any]:
    """What PRISM and Dublin Core say of the journal that an item is in."""
    journal = first_text(item, "publicationName")
    return {
        "type": "article-journal" if journal else "",
        "container-title": journal,
        "volume": first_text(item, "volume"),
        "issue": first_text(item, "number"),
        "page": joined_pages(first_text(item, "startingPage"), first_text(item, "endingPage")),
        "ISSN": first_text(item, "issn", "eIssn"),
        "publisher": first_text(item, "publisher"),
        "language": first_text(item, "language"),
        "rights": first_text(item, "rights"),
    }


def _atom_entry(entry: Element, source: str) -> Paper:
    number, summary = first_text(entry, "id"), first_text(entry, "summary")
    if "/api/errors" in number:
        raise NoPaper(f"arXiv answered with an error: {fields.one_line(summary)}")
    described = map(abstract_of, (summary, first_text(entry, "content")))
    links = [
        link.get("href")
        for link in entry.findall("link")
        if link.get("rel", "alternate") == "alternate"
    ]
    return _refuse_news(
        entry,
        paper_of(
            source,
            title=first_text(entry, "title"),
            abstract=next(filter(None, described), ""),
            authors=texts(entry, "author/name") or first_text(entry, "creator"),
            published=first_text(entry, "published"),
            arxiv=_numbers([number]),
            # Journals have it as dc:identifier.
            doi=first_text(entry, "doi", "identifier"),
            url=next(iter(links), number),
            # Classes of mathematics and computing come several to a term: "05C85, 68R10".
            tags=[
                tag for found in entry.findall("category") for tag in fields.tags(found.get("term"))
            ],
            reference=_of_entry(entry, number),
        ),
    )


def _of_entry(entry: Element, number: str) -> dict[str, Any]:
    """The reference of an entry of arXiv, or of a journal's feed."""
    if not _BEFORE_NUMBER.match(number.strip()):
        return _of_journal(entry)
    printed = first_text(entry, "journal_ref")
    reference = arxiv_reference(first_text(entry, "comment"), printed)
    return reference | {"custom": {"arxiv": {"journal-ref": printed}}}


def _oai_record(record: Element, source: str) -> Paper:
    if record.tag == "error":
        why = fields.one_line("".join(record.itertext()))
        raise NoPaper(f"arXiv answered with an error: {record.get('code', '')} {why}".rstrip())
    header = record.find("header")
    if header is not None and header.get("status") == "deleted":
        raise NoPaper(f"it was deleted: {fields.one_line(first_text(header, 'identifier'))}")
    metadata = record.find("metadata/*")
    if metadata is None:
        raise NoPaper("it has no metadata")
    if metadata.tag == "dc":
        return _of_dublin_core(metadata, source)
    if metadata.tag in ("arXiv", "arXivRaw", "arXivOld"):
        return _of_arxiv(metadata, source)
    raise NoPaper(f"its metadata is {metadata.tag}; expected arXiv, arXivRaw or oai_dc")


def _of_arxiv(metadata: Element, source: str) -> Paper:
    names = [
        " ".join(texts(author, "forenames", "keyname", "suffix"))
        for author in metadata.iter("author")
    ]
    return paper_of(
        source,
        title=first_text(metadata, "title"),
        abstract=first_text(metadata, "abstract"),
        authors=names or first_text(metadata, "authors"),
        published=first_text(metadata, "created")
        or dates.mail_date(metadata.findtext("version/date")),
        arxiv=first_text(metadata, "id"),
        doi=first_text(metadata, "doi"),
        tags=fields.tags(first_text(metadata, "categories"), separator=" "),
        reference=arxiv_reference(
            first_text(metadata, "comments"),
            first_text(metadata, "journal-ref"),
            first_text(metadata, "license"),
        )
        | {
            "custom": {
                "arxiv": {
                    name: first_text(metadata, name)
                    for name in ("journal-ref", "report-no", "acm-class", "msc-class", "proxy")
                }
            }
        },
    )


def _of_dublin_core(metadata: Element, source: str) -> Paper:
    described = [text for text in texts(metadata, "description") if not _COMMENT.match(text)]
    identifiers = texts(metadata, "identifier")
    return paper_of(
        source,
        title=first_text(metadata, "title"),
        abstract=max(described, key=len, default=""),
        authors=map(given_first, texts(metadata, "creator")),
        # One for each version, the first one first.
        published=first_text(metadata, "date"),
        arxiv=_numbers(identifiers),
        doi=identifiers,
        url=identifiers,
        tags=texts(metadata, "subject"),
        reference={
            "publisher": first_text(metadata, "publisher"),
            "language": first_text(metadata, "language"),
            "rights": first_text(metadata, "rights"),
            "note": "\n".join(
                text for text in texts(metadata, "description") if _COMMENT.match(text)
            ),
            "custom": {
                "dc": {name: texts(metadata, name) for name in ("type", "source", "relation")}
            },
        },
    )


RSS = xml_format(
    "RSS",
    "an RSS feed: <rss> or <rdf:RDF> with an <item> for each paper",
    lambda head: root(head) == "rss" or (root(head) == "RDF" and bool(_RSS_1.search(head))),
    frozenset({"item"}),
    _rss_item,
)
ATOM = xml_format(
    "arXiv API (Atom)",
    "an Atom feed as the arXiv API answers: <feed> with an <entry> for each paper",
    lambda head: root(head) in ("feed", "entry") and _ATOM in head,
    frozenset({"entry"}),
    _atom_entry,
)
OAI = xml_format(
    "arXiv records (OAI-PMH)",
    "an answer of OAI-PMH: <record>s with arXiv, arXivRaw or oai_dc metadata",
    # Also records that were taken out of an answer.
    lambda head: (
        root(head) == "OAI-PMH"
        or (root(head) in ("ListRecords", "GetRecord", "records", "record") and _OAI in head)
    ),
    frozenset({"record", "error"}),
    _oai_record,
)
