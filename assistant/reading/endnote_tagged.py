"""One record of EndNote's tagged text (.enw), which Google Scholar and ADS write too -> a Paper.

https://en.wikipedia.org/wiki/Refer_(software)
"""

from __future__ import annotations

import re

from assistant.paper import Paper
from assistant.reading import dates, fields
from assistant.reading.names import csl_people
from assistant.reading.pages import page_range
from assistant.reading.record import paper_of
from assistant.reading.tagged import Record
from assistant.reading.tagged_fields import Pairs, Values, split, tells

FORMAT_NAME = "endnote"

# Read as a whole, or told by other fields of the paper.
_TOLD = frozenset({"0", "A", "X", "K"})
TYPES = {
    "journal article": "article-journal", "electronic article": "article-journal",
    "magazine article": "article-magazine", "newspaper article": "article-newspaper",
    "book": "book", "edited book": "book", "electronic book": "book", "serial": "book",
    "catalog": "book", "book section": "chapter", "book chapter": "chapter",
    "electronic book section": "chapter", "conference paper": "paper-conference",
    "conference proceedings": "paper-conference", "thesis": "thesis", "report": "report",
    "government document": "report", "generic": "document", "grant": "document",
    "web page": "webpage", "blog": "post-weblog", "discussion forum": "post",
    "social media": "post", "manuscript": "manuscript", "unpublished work": "article",
    "preprint": "article", "patent": "patent", "computer program": "software",
    "dataset": "dataset", "online database": "dataset", "aggregated database": "dataset",
    "dictionary": "entry-dictionary", "encyclopedia": "entry-encyclopedia", "map": "map",
    "film or broadcast": "motion_picture", "audiovisual material": "motion_picture",
    "online multimedia": "motion_picture", "multimedia application": "software",
    "television episode": "broadcast", "podcast": "broadcast", "interview": "interview",
    "personal communication": "personal_communication", "bill": "bill", "case": "legal_case",
    "hearing": "hearing", "statute": "legislation", "legal rule or regulation": "regulation",
    "standard": "standard", "artwork": "graphic", "figure": "figure", "chart or table": "figure",
    "equation": "figure", "pamphlet": "pamphlet", "music": "musical_score",
    "ancient text": "classic", "classical work": "classic", "press release": "document",
}  # fmt: skip
"""Types of CSL by the names that EndNote has for its types, in small letters."""

_PAIRS: Pairs = (
    ("J", "container-title"), ("V", "volume"), ("N", "issue"), ("I", "publisher"),
    ("C", "publisher-place"), ("7", "edition"), ("E", "editor"), ("?", "translator"),
    ("G", "language"), ("L", "call-number"), ("!", "title-short"), ("&", "section"),
    ("6", "number-of-volumes"), ("~", "source"), ("*", "reviewed-title"), ("S", "collection-title"),
    ("O", "note"), ("Z", "note"),
)  # fmt: skip
# Types whose `%B` is the series that they are part of; it is a journal or book for the others.
_IN_SERIES = frozenset({"book", "report", "software", "map", "classic", "motion_picture"})
_PAGE_TYPES = frozenset({"book", "thesis"})
_KEY = re.compile(r"(?=\S*[a-z])[A-Za-z][^\s,{}\"#%~\\]{1,99}")
_GENRES = frozenset({"thesis", "report", "document", "article", "map", "manuscript", "patent"})


def paper(record: Record, source: str) -> Paper:
    """The paper of a record."""
    values = Values(record, _TOLD)
    kind = record.first("0")
    csl_type = TYPES.get(kind.casefold())
    addresses = record.words("U", ">")
    doi = next(filter(None, map(fields.doi, record.all("R", "M") + addresses)), None)
    arxiv = next(
        filter(
            None,
            [
                *map(fields.arxiv, addresses),
                *map(fields.arxiv_of_journal, record.all("J", "B", "M", "Z")),
            ],
        ),
        None,
    )
    said = fields.is_pubmed([*record.all("~", "W"), *addresses])
    pmid = fields.pmid(record.first("M")) if said else None
    url = next(filter(None, map(fields.url, addresses)), None)
    # Reports and patents have their own number in the field for ISBN and ISSN.
    is_numbered = csl_type in ("report", "patent", "legislation", "standard")
    # Other programs have pages or a number in the field for the DOI.
    dois = [text for text in record.all("R") if "/" in text or "doi" in text.lower()]
    stated = {"doi": () if is_numbered else dois, "serial": () if is_numbered else record.all("@")}
    title = values.first("T")
    for tag, told in (("T", title), ("R", doi), ("M", pmid), ("U", url), ("!", title)):
        values.drop(tag, [told or ""])
    keywords = record.lines("K")
    if any("*" in word for word in keywords):
        values.left["K"] = keywords
    published = _published(values)
    _put_rest(values, csl_type)
    values.found["author"] = csl_people(split(record.lines("A")))
    return paper_of(
        source,
        title=title,
        abstract=record.text("X"),
        published=published,
        arxiv=arxiv,
        doi=doi,
        pmid=pmid,
        url=url,
        # EndNote has one keyword per line, others have all of them in one.
        tags=[
            word.strip(" *")
            for word in (fields.tags(keywords[0]) if len(keywords) == 1 else keywords)
        ],
        reference=values.reference(FORMAT_NAME, kind, csl_type),
        stated=stated,
    )


def _published(values: Values) -> str | None:
    year, day = values.first("D"), values.first("8")
    date = dates.most_exact([year, day, f"{year} {day}"])
    if date:
        values.keep("D", [text for text in values.left.get("D", ()) if not tells(date, text)])
        if tells(date, day) or tells(date, f"{year} {day}"):
            values.drop("8", [day])
    return date


def _put_rest(values: Values, csl_type: str | None) -> None:
    if csl_type in _IN_SERIES:
        values.put((("B", "collection-title"),))
    else:
        values.put((("J", "container-title"), ("B", "container-title")))
    values.put_serials("@")
    if (
        values.first("@")
        and csl_type in ("patent", "report", "standard")
        and "ISBN" not in values.found
    ):
        values.put((("@", "number"),))
    if pages := values.first("P"):
        is_count = csl_type in _PAGE_TYPES and "-" not in pages
        values.put((("P", "number-of-pages" if is_count else "page"),))
        if not is_count:
            values.found["page"] = page_range(pages)
    if _KEY.fullmatch(values.first("F")):
        values.put((("F", "citation-key"),))
    if csl_type in _GENRES:
        values.put((("9", "genre"),))
    if csl_type in ("software", "dataset"):
        values.put((("7", "version"),))
    values.add_people("collection-editor", values.take("Y") if csl_type == "chapter" else ())
    values.put_date("accessed", "[")
    values.put(_PAIRS)
