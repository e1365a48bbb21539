"""One record of Web of Science's plain text -> a Paper.

https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html
"""

from __future__ import annotations

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.names import csl_people
from assistant.reading.record import paper_of
from assistant.reading.tagged import Record
from assistant.reading.tagged_fields import Pairs, Values, split, tells

FORMAT_NAME = "wos"

# Read as a whole, or told by other fields of the paper.
_TOLD = frozenset({"PT", "TI", "AB", "AU", "AF", "CA", "DE", "ID"})
_PAIRS: Pairs = (
    ("SO", "container-title"), ("JI", "container-title-short"), ("SE", "collection-title"),
    ("VL", "volume"), ("IS", "issue"), ("SU", "supplement-number"), ("AR", "number"),
    ("PU", "publisher"), ("PI", "publisher-place"), ("LA", "language"), ("CT", "event-title"),
    ("CL", "event-place"), ("PG", "number-of-pages"), ("FT", "original-title"),
)  # fmt: skip
_TYPES = {
    "J": "article-journal",
    "S": "chapter",
    "B": "book",
    "C": "paper-conference",
    "P": "patent",
}


def paper(record: Record, source: str) -> Paper:
    """The paper of a record."""
    values = Values(record, _TOLD)
    title = record.first("TI")
    doi = next(filter(None, map(fields.doi, record.all("DI", "D2"))), None)
    pmid = fields.pmid(record.first("PM"))
    published = _published(values)
    for tag, told in (("DI", doi), ("D2", doi), ("PM", pmid)):
        values.drop(tag, [told or ""])
    values.put_serials("SN", "EI", "BN")
    values.put_pages("BP", "EP")
    values.drop("PS", [values.found.get("page", "")])
    if "page" not in values.found:
        values.put((("PS", "page"),))
    people = record.lines("AF") or record.lines("AU")
    kind = record.first("PT")
    csl_type = _type(kind, values)
    if csl_type == "patent":
        values.put((("PN", "number"),))
    if csl_type == "book":
        values.drop("SO", [title])
    values.put(_PAIRS)
    groups = [{"literal": name} for name in record.lines("CA")]
    values.found["author"] = [*csl_people(people), *groups]
    for role, tag in (
        ("editor", "BE"),
        ("container-author", "BF" if "BF" in values.left else "BA"),
    ):
        values.add_people(role, values.take(tag))
    if "container-author" in values.found:
        values.take("BA")
    return paper_of(
        source,
        title=title,
        abstract=record.first("AB"),
        published=published,
        doi=doi,
        pmid=pmid,
        tags=split(record.all("DE", "ID")),
        reference=values.reference(FORMAT_NAME, kind, csl_type),
        stated={
            "doi": record.all("DI", "D2"),
            "pmid": record.all("PM"),
            "serial": record.all("SN", "EI", "BN"),
        },
    )


def _published(values: Values) -> str | None:
    """A paper that is out before its issue has a date of early access, but no year."""
    year, day, early = values.first("PY"), values.first("PD"), values.first("EA")
    date = dates.iso(f"{year} {day}") if year else dates.iso(early)
    if date is None:
        return None
    values.drop("PY", [date[:4]])
    if tells(date, f"{year} {day}") or day == year:
        values.drop("PD", [day])
    values.keep("EA", [text for text in values.left.get("EA", ()) if not tells(date, text)])
    return date


def _type(kind: str, values: Values) -> str | None:
    """The type of CSL; the document type is more exact than the type of the publication."""
    document = values.first("DT").casefold()
    if "book chapter" in document:
        return "chapter"
    if "proceedings paper" in document and kind != "J":
        return "paper-conference"
    if kind == "B" and (values.first("BP") or document.startswith(("article", "review;"))):
        return "chapter"
    if kind == "S" and "SN" in values.left:
        return "article-journal"
    return _TYPES.get(kind)
