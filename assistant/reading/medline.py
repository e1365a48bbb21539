"""One record of PubMed's text (MEDLINE, .nbib) -> a Paper; ERIC writes the same format.

https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

from __future__ import annotations

import re
from collections import deque

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.names import csl_people
from assistant.reading.pages import full_pages
from assistant.reading.record import paper_of
from assistant.reading.tagged import Record
from assistant.reading.tagged_fields import Pairs, Values, titles
from assistant.reference import CslName

FORMAT_NAME = "medline"

# Read as a whole, or told by other fields of the paper.
_TOLD = frozenset({"PMID", "AB", "FAU", "AU", "CN", "PT", "FED", "OT", "MH"})
_PAIRS: Pairs = (
    ("JT", "container-title"), ("TA", "container-title-short"), ("CTI", "collection-title"),
    ("VTI", "volume-title"), ("VI", "volume"), ("IP", "issue"), ("EN", "edition"),
    ("PB", "publisher"), ("PL", "publisher-place"), ("LA", "language"), ("CI", "rights"),
)  # fmt: skip
_TYPES = {
    "journal article": "article-journal",
    "journal articles": "article-journal",
    "preprint": "article",
    "book chapter": "chapter",
    "book": "book",
    "books": "book",
    "collected works - general": "book",
    "newspaper article": "article-newspaper",
    "dataset": "dataset",
    "technical report": "report",
    "academic dissertation": "thesis",
    "dissertations/theses - doctoral dissertations": "thesis",
    "dissertations/theses - masters theses": "thesis",
    "dissertations/theses - undergraduate theses": "thesis",
    "dissertations/theses": "thesis",
    "reports - research": "report",
    "reports - evaluative": "report",
    "reports - descriptive": "report",
}
_ARTICLE_DOI = re.compile(r"(10\.\d{4,9}/\S+)\s*\[doi\]", re.IGNORECASE)
_STATED_DOI = re.compile(r"(.+?)\s*\[doi\]", re.IGNORECASE)
_MEDIUM = re.compile(r"\s*\([^()]*\)$")  # `0028-0836 (Print)`
_SOURCE_DOI = re.compile(r"\bdoi: (10\.\d{4,9}/\S+?)[.,;]?(?=\s|$)")
_PMCID = re.compile(r"PMC\d{1,9}", re.ASCII)
_PAGE_SIGN = re.compile(r"^pp?(?=\d)")
_EPUB = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(r".*\b((?:19|20)\d\d)$", re.ASCII)


def paper(record: Record, source: str) -> Paper:
    """The paper of a record."""
    values = Values(record, _TOLD, join=" ")
    stated = {
        "doi": [found[1] for it in values.all("LID", "AID") if (found := _STATED_DOI.match(it))],
        "pmid": record.all("PMID"),
        "pmcid": values.all("PMC"),
        "serial": [_MEDIUM.sub("", text) for text in values.all("IS", "ISSN", "ISBN")],
    }
    numbers = record.all("LID", "AID", "SO")
    doi = next((found[1] for number in numbers if (found := _ARTICLE_DOI.match(number))), None)
    if doi is None and (found := _SOURCE_DOI.search(values.first("SO"))):
        doi = found[1]
    book = values.first("BTI")
    title, original = titles(values.first("TI") or book, values.first("TT"))
    if values.first("TI") and book:
        values.put((("BTI", "container-title"),))
    abstract = record.first("AB", "OAB")
    for tag, told in (("TI", values.first("TI")), ("BTI", book), ("TT", original or title)):
        values.drop(tag, [told])
    values.drop("OAB", [abstract])
    values.keep("AB", [text for text in record.all("AB") if text != abstract])
    addresses = [number for number in numbers if number.startswith(("http://", "https://"))]
    is_eric = "ERIC" in values.left.get("OWN", ())
    # The numbers of ERIC's articles begin with EJ, those of all else with ED.
    is_article = not is_eric or values.first("OID").startswith("EJ")
    if is_eric:
        doi = doi or next(filter(None, map(fields.doi, addresses)), None)
    url = next((it for it in addresses if not fields.doi(it)), None)
    for tag in ("LID", "AID"):
        values.keep(
            tag,
            [
                number
                for number in values.left.get(tag, ())
                if number != url and (not doi or not _tells_doi(number, doi))
            ],
        )
    if original:
        values.found["original-title"] = original
    kinds = record.all("PT")
    published = values.published("DP") or _other_date(values)
    csl_type = _type(kinds, bool(book), title == book, is_article)
    _put_numbers(values)
    if not is_article:
        values.put((("JT", "publisher"),))
    values.put(_PAIRS)
    values.add_people("editor", record.all("FED") or values.take("ED"))
    if record.all("FED"):
        values.take("ED")
    values.found["author"] = _authors(record)
    headings = record.all("MH")
    words = record.all("OT")
    # Aspects of a topic, and which of the topics are the main ones.
    for tag, texts in (("MH", headings), ("OT", words)):
        if any("*" in text or "/" in text for text in texts):
            values.left[tag] = texts
    short = values.found.get("container-title-short")
    if short and short == values.found.get("container-title"):
        del values.found["container-title-short"]
    return paper_of(
        source,
        title=title,
        abstract=abstract,
        published=published,
        # The kind of each number follows it in brackets.
        arxiv=[number.partition("[")[0] for number in numbers],
        doi=doi,
        pmid=record.first("PMID"),
        url=url,
        tags=[
            *(word.strip(" *") for word in words),
            *(heading.split("/")[0].strip(" *") for heading in headings),
        ],
        reference=values.reference(FORMAT_NAME, kinds, csl_type),
        stated=stated,
    )


def _tells_doi(number: str, doi: str) -> bool:
    found = _ARTICLE_DOI.match(number)
    return found[1] == doi if found else fields.doi(number) == doi


def _other_date(values: Values) -> str | None:
    """The year at the end of a source, as ERIC has it: `v9 Article 10 2019`."""
    found = _YEAR_LAST.match(values.first("SO"))
    return found[1] if found else None


def _put_numbers(values: Values) -> None:
    if (pages := values.first("PG")) and len(values.left["PG"]) == 1:
        values.found["page"] = full_pages(_PAGE_SIGN.sub("", pages))
        del values.left["PG"]
    values.put_serials("IS", "ISSN", "ISBN")
    if found := _PMCID.match(values.first("PMC")):
        values.found["PMCID"] = found[0]
        values.drop("PMC", [found[0]])
    if found := _EPUB.fullmatch(values.first("DEP")):
        values.found["available-date"] = "-".join(found.groups())
        values.keep("DEP", values.left["DEP"][1:])


def _type(kinds: list[str], has_book: bool, is_book: bool, is_article: bool) -> str:
    """The type of CSL; nearly all of PubMed's publication types are of articles in journals."""
    known = next((found for kind in kinds if (found := _TYPES.get(kind.casefold()))), None)
    if has_book and known != "thesis":
        return "book" if is_book else "chapter"
    if is_article:
        return "article-journal" if known in (None, "report") else known
    return "report" if known in (None, "article-journal") else known


def _authors(record: Record) -> list[CslName]:
    """Full names, and the short ones of those who have no full one; then groups."""
    full, short = record.all("FAU"), record.all("AU")
    people = full or short
    if full and len(short) > len(full):
        rest = deque(full)
        people = [rest.popleft() if rest and _is_short(name, rest[0]) else name for name in short]
        people = full if rest else people
    return [*csl_people(people), *({"literal": name} for name in record.all("CN"))]


def _is_short(short: str, full: str) -> bool:
    """Tell whether `Lovelace A` may be short for `Lovelace, Ada`."""
    return short.casefold().startswith(full.partition(",")[0].casefold())
