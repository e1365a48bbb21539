"""The XML of DBLP: its download, and the pages of people and papers as XML.

https://dblp.org/faq/What+do+I+find+in+dblp+xml.html
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from assistant.paper import Paper
from assistant.reading import dates, fields, xml_records
from assistant.reading.pages import full_pages
from assistant.reading.record import paper_of
from assistant.reading.xml_records import first_text, texts

_TYPES = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "proceedings": "book",
    "book": "book",
    "incollection": "chapter",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "data": "dataset",
}
_GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis"}
# DBLP numbers people of one name.
_NUMBER = re.compile(r" \d{4}$")


def _paper(record: Element, source: str) -> Paper:
    addresses = texts(record, "ee")
    key = record.get("key", "")
    is_preprint = first_text(record, "journal") == "CoRR"
    reference: dict[str, Any] = {
        "type": "article" if is_preprint else _TYPES[record.tag],
        "genre": _GENRES.get(record.tag, ""),
        "citation-key": f"DBLP:{key}" if key else "",
        "container-title": first_text(record, "journal", "booktitle"),
        "collection-title": first_text(record, "series"),
        "volume": first_text(record, "volume"),
        "issue" if record.tag == "article" else "number": first_text(record, "number"),
        "page": full_pages(first_text(record, "pages")),
        "publisher": first_text(record, "publisher", "school"),
        "publisher-place": first_text(record, "address"),
        "ISBN": first_text(record, "isbn"),
        "note": "\n".join(texts(record, "note")),
        "editor": [{"literal": _NUMBER.sub("", name)} for name in texts(record, "editor")],
        "status": "retracted" if record.get("publtype") == "withdrawn" else "",
        "custom": {
            "dblp": {"crossref": texts(record, "crossref"), "cdrom": texts(record, "cdrom")}
        },
    }
    # A preprint's volume is "abs/2005.12345".
    arxivs = [reference["volume"].removeprefix("abs/")] if is_preprint else []
    return paper_of(
        source,
        # Every title ends with a full stop.
        title=first_text(record, "title").removesuffix("."),
        abstract="",
        authors=[_NUMBER.sub("", name) for name in texts(record, "author")]
        or [_NUMBER.sub("", name) for name in texts(record, "editor")],
        published=dates.iso(f"{first_text(record, 'month')} {first_text(record, 'year')}"),
        arxiv=[*arxivs, *addresses],
        doi=[doi for address in addresses if (doi := fields.doi(address))],
        url=addresses,
        reference=reference,
    )


FORMAT = xml_records.xml_format(
    "DBLP XML",
    "DBLP XML: a <dblp> or <dblpperson> with articles, papers and books",
    lambda head: xml_records.root(head) in ("dblp", "dblpperson"),
    frozenset(_TYPES),
    _paper,
)
