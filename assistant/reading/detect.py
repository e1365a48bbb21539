"""Which formats there are, and which of them a text is."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from assistant.reading import (
    arxiv_listing,
    bibtex,
    citation_cff,
    crossref_xml,
    csl_yaml,
    dblp_xml,
    endnote_xml,
    feeds,
    json_lines,
    mods,
    paper_text,
    pubmed_abstracts,
    pubmed_xml,
    saved_page,
    scholarly_json,
    tagged_formats,
    trending,
    web_of_science_table,
    zotero_rdf,
)
from assistant.reading.confidence import Confidence
from assistant.reading.format import Format
from assistant.reading.tables import table_format

# The strictest first: of JSON the catalogues' own before entries of any kind before plain lines; a
# saved page is prose, which is what is left when nothing else fits.
FORMATS: tuple[Format, ...] = (
    scholarly_json.CATALOGUE,
    scholarly_json.SERVICE,
    trending.DOCUMENT,
    json_lines.FORMAT,
    trending.PAGE,
    feeds.ATOM,
    feeds.OAI,
    pubmed_xml.FORMAT,
    endnote_xml.FORMAT,
    crossref_xml.FORMAT,
    dblp_xml.FORMAT,
    mods.FORMAT,
    zotero_rdf.FORMAT,
    feeds.RSS,
    tagged_formats.RIS,
    tagged_formats.PUBMED_TEXT,
    tagged_formats.WEB_OF_SCIENCE,
    web_of_science_table.FORMAT,
    tagged_formats.ENDNOTE,
    tagged_formats.REFWORKS,
    tagged_formats.COCHRANE,
    tagged_formats.OVID,
    tagged_formats.OVID_LABELS,
    pubmed_abstracts.FORMAT,
    bibtex.FORMAT,
    citation_cff.FORMAT,
    csl_yaml.FORMAT,
    arxiv_listing.FORMAT,
    table_format(),
    paper_text.FORMAT,
    saved_page.FORMAT,
)
FALLBACKS = (paper_text.FORMAT, saved_page.FORMAT)
"""Formats of prose without marks of their own, which need confidence."""


class ReadAs(enum.Enum):
    """Formats without marks of their own, which the user may say a text is of."""

    saved_page = "saved-page"
    paper = "paper"

    @property
    def format(self) -> Format:
        """The format."""
        return saved_page.FORMAT if self is ReadAs.saved_page else paper_text.FORMAT

    @classmethod
    def of(cls, form: Format) -> ReadAs:
        """How the user says that a text is of `form`, one of the two."""
        return cls.paper if form is paper_text.FORMAT else cls.saved_page


def detect(head: str, columns: Mapping[str, str] | None = None) -> Format | None:
    """The format of a text with these first characters; None if it is of no known format.

    `columns` are names of columns of tables that only the user knows, as `Columns` takes them.

    Raises:
        UsageError: a key of `columns` is unknown.
    """
    if columns and (table := table_format(columns)).matches(head):
        return table
    return next((known for known in FORMATS if known.matches(head)), None)


def recognise(
    head: str, columns: Mapping[str, str] | None = None
) -> tuple[Format | None, Confidence]:
    """The format of a text as `detect` finds it, and how certain it is that papers are in it.

    Of formats without marks of their own it is the one that is most certain.

    Raises:
        UsageError: a key of `columns` is unknown.
    """
    first = detect(head, columns)
    if first is None:
        return None, Confidence.NONE
    confidence = first.confidence(head)
    if first is paper_text.FORMAT and confidence is not Confidence.CERTAIN:
        other = saved_page.FORMAT.confidence(head) if saved_page.FORMAT.matches(head) else 0
        if other > confidence:
            return saved_page.FORMAT, Confidence(other)
    return first, confidence
