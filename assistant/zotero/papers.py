"""Zotero items -> Papers, by the reader of Zotero's JSON."""

from __future__ import annotations

import re
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields
from assistant.reading.reference_fields import with_author
from assistant.reading.retraction import with_status
from assistant.reading.service_keys import OTHERS
from assistant.reading.service_references import author_of, reference_of
from assistant.reading.zotero_items import with_authors
from assistant.reference import CUSTOM, RETRACTED, ZOTERO, ZOTERO_LINK, ZOTERO_PDF
from assistant.zotero.item import ZoteroItem, ZoteroLibrary

ORPHANED = "removed from Zotero"
"""The source of papers that stay although their item is gone."""

# What some kinds of items have in place of a title and a date.
_TITLES = ("title", "caseName", "nameOfAct", "subject")
_DATES = ("date", "dateDecided", "dateEnacted", "issueDate")
# As Zotero keeps a date: what it understood, and what was typed.
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[\sT]|$)")
# Better BibTeX writes a pinned key there.
_KEY_IN_EXTRA = re.compile(r"^\s*citation key\s*:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)


def paper_of_item(item: ZoteroItem, library: ZoteroLibrary) -> Paper:
    """The paper in `item`, with its key, its link and its collections as tags.

    Raises:
        NoPaper: it has no title, or is not a paper.
    """
    record: dict[str, Any] = {
        **item.fields,
        "itemType": item.kind,
        "creators": [dict(creator) for creator in item.creators],
        "tags": list(fields.distinct((*item.tags, *item.collections))),
        "key": item.key,
        ZOTERO_LINK: library.link(item.key),
        ZOTERO_PDF: "yes" if item.has_pdf else "",
        "citationKey": _citation_key(item),
    }
    record["title"] = next((record[name] for name in _TITLES if record.get(name)), "")
    for name in (*_DATES, "accessDate"):
        if name in record:
            record[name] = _date(record[name])
    record["date"] = next((record[name] for name in _DATES if record.get(name)), "")
    record = with_authors(record)
    reference = reference_of(OTHERS, record)
    if item.retracted:
        reference = with_status(reference, RETRACTED)
    paper = OTHERS.paper(record, library.source, reference)
    return with_author(paper, author_of(record))


def orphaned(paper: Paper) -> Paper:
    """`paper` when its item is gone: without a link that would lead nowhere."""
    custom = paper.reference.get(CUSTOM, {})
    left = {
        name: value
        for name, value in custom.get(ZOTERO, {}).items()
        if name not in (ZOTERO_LINK, ZOTERO_PDF)
    }
    reference = {**paper.reference, CUSTOM: {**custom, ZOTERO: left}}
    return paper.model_copy(update={"source": ORPHANED, "reference": reference})


def _citation_key(item: ZoteroItem) -> str:
    """The field of Zotero 8, the pinned key in Extra, or Better BibTeX's own."""
    pinned = _KEY_IN_EXTRA.search(item.fields.get("extra", ""))
    return item.fields.get("citationKey") or (pinned[1] if pinned else "") or item.citation_key


def _date(written: str) -> str:
    """A date as Zotero's database has it, `2019-03-00 March 2019`, in ISO 8601: `2019-03`."""
    found = _DATE.match(written)
    if not found:
        return written
    year, month, day = found.groups()
    parts = [
        year,
        *([month] if month != "00" else []),
        *([day] if "00" not in (month, day) else []),
    ]
    return "" if year == "0000" else "-".join(parts)
