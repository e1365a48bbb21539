"""What arXiv's two services answer in XML: Atom feeds of its API, and records of OAI-PMH.

Atom feeds of journals are read too.

https://info.arxiv.org/help/api/user-manual.html and https://info.arxiv.org/help/oa/index.html
describe them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.dates import mail_date
from assistant.reading.feeds import abstract_of, refuse_bare
from assistant.reading.format import OnFailure
from assistant.reading.names import given_first
from assistant.reading.record import NoPaper, paper_of, papers_of
from assistant.reading.source import Source
from assistant.reading.xml_records import records, root

_ATOM = "http://www.w3.org/2005/Atom"
_OAI = "http://www.openarchives.org/OAI/"
_ENTRY = frozenset({"entry"})
_RECORD = frozenset({"record", "error"})
# What stands before the number: `http://arxiv.org/abs/`, also of a mirror; `oai:arXiv.org:`.
_BEFORE_NUMBER = re.compile(r"https?://[\w.-]*arxiv\.org/abs/|oai:arxiv\.org:", re.IGNORECASE)
_COMMENT = re.compile(r"comments?:", re.IGNORECASE)


class ArxivAtom:
    """A feed with an entry for each paper."""

    name = "arXiv API (Atom)"
    expected = "an Atom feed as the arXiv API answers: <feed> with an <entry> for each paper"

    def matches(self, head: str) -> bool:
        """The first element is a feed, or an entry, of Atom."""
        return root(head) in ("feed", "entry") and _ATOM in head

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield the papers of the feed; the API's errors, which are entries too, are failures.

        Raises:
            FileUnreadable: it defines entities, or is not text.
        """
        found = records(source, _ENTRY, on_failure)
        yield from papers_of(found, _of_entry, source.name, on_failure)


class ArxivOai:
    """Records of OAI-PMH, whose metadata may be `arXiv`, `arXivRaw`, `arXivOld` or `oai_dc`."""

    name = "arXiv records (OAI-PMH)"
    expected = "an answer of OAI-PMH: <record>s with arXiv, arXivRaw or oai_dc metadata"

    def matches(self, head: str) -> bool:
        """The first element is that of an answer, or of records taken out of one."""
        return root(head) == "OAI-PMH" or (
            root(head) in ("ListRecords", "GetRecord", "records", "record") and _OAI in head
        )

    def read(self, source: Source, on_failure: OnFailure) -> Iterator[Paper]:
        """Yield the papers; records that were deleted and the service's errors are failures.

        Raises:
            FileUnreadable: it defines entities, or is not text.
        """
        found = records(source, _RECORD, on_failure)
        yield from papers_of(found, _of_record, source.name, on_failure)


def _of_entry(entry: Element, source: str) -> Paper:
    number, summary = _text(entry, "id"), _text(entry, "summary")
    described = (abstract_of(text) for text in (summary, _text(entry, "content")))
    if "/api/errors" in number:
        raise NoPaper(f"arXiv answered with an error: {fields.one_line(summary)}")
    links = [
        link.get("href")
        for link in entry.findall("link")
        if link.get("rel", "alternate") == "alternate"
    ]
    names = [_text(author, "name") for author in entry.findall("author")]
    paper = paper_of(
        source,
        title=_text(entry, "title"),
        abstract=next(filter(None, described), ""),
        authors=names or _text(entry, "creator"),
        published=_text(entry, "published"),
        arxiv=_BEFORE_NUMBER.sub("", number.strip()),
        # Journals have it as dc:identifier.
        doi=_text(entry, "doi") or _text(entry, "identifier"),
        url=next(iter(links), number),
        # Classes of mathematics and computing come several to a term: "05C85, 68R10".
        tags=[tag for found in entry.findall("category") for tag in fields.tags(found.get("term"))],
    )
    return refuse_bare(paper)


def _of_record(record: Element, source: str) -> Paper:
    if record.tag == "error":
        why = fields.one_line("".join(record.itertext()))
        raise NoPaper(f"arXiv answered with an error: {record.get('code', '')} {why}".rstrip())
    header = record.find("header")
    if header is not None and header.get("status") == "deleted":
        raise NoPaper(f"it was deleted: {fields.one_line(_text(header, 'identifier'))}")
    metadata = record.find("metadata/*")
    if metadata is None:
        raise NoPaper("it has no metadata")
    if metadata.tag == "dc":
        return _of_dublin_core(metadata, source)
    if metadata.tag in ("arXiv", "arXivRaw", "arXivOld"):
        return _of_arxiv(metadata, source)
    raise NoPaper(f"its metadata is {metadata.tag}; expected is arXiv, arXivRaw or oai_dc")


def _of_arxiv(metadata: Element, source: str) -> Paper:
    names = [
        " ".join(_text(author, part) for part in ("forenames", "keyname", "suffix"))
        for author in metadata.iter("author")
    ]
    return paper_of(
        source,
        title=_text(metadata, "title"),
        abstract=_text(metadata, "abstract"),
        authors=names or _text(metadata, "authors"),
        published=_text(metadata, "created") or mail_date(metadata.findtext("version/date")),
        arxiv=_text(metadata, "id"),
        doi=_text(metadata, "doi"),
        tags=list(fields.tags(_text(metadata, "categories"), separator=" ")),
    )


def _of_dublin_core(metadata: Element, source: str) -> Paper:
    descriptions = [text for text in _texts(metadata, "description") if not _COMMENT.match(text)]
    identifiers = _texts(metadata, "identifier")
    numbers = [_BEFORE_NUMBER.sub("", identifier) for identifier in identifiers]
    return paper_of(
        source,
        title=next(iter(_texts(metadata, "title")), ""),
        abstract=max(descriptions, key=len, default=""),
        authors=[given_first(name) for name in _texts(metadata, "creator")],
        # One for each version, the first one first.
        published=next(iter(_texts(metadata, "date")), None),
        arxiv=next(filter(fields.arxiv, numbers), None),
        doi=next(filter(fields.doi, identifiers), None),
        url=next(filter(fields.url, identifiers), None),
        tags=_texts(metadata, "subject"),
    )


def _text(element: Element, name: str) -> str:
    """All text of the first child of this name, "" if there is none."""
    found = element.find(name)
    return "" if found is None else "".join(found.itertext())


def _texts(element: Element, name: str) -> list[str]:
    return ["".join(found.itertext()).strip() for found in element.iter(name)]
