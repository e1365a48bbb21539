"""Which formats there are, and which of them a text is."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.reading import (
    arxiv_listing,
    bibtex,
    endnote_xml,
    feeds,
    json_lines,
    paper_text,
    pubmed_abstracts,
    pubmed_xml,
    saved_page,
    scholarly_json,
    tagged_formats,
    trending,
)
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
    feeds.RSS,
    tagged_formats.RIS,
    tagged_formats.PUBMED_TEXT,
    tagged_formats.WEB_OF_SCIENCE,
    tagged_formats.ENDNOTE,
    tagged_formats.REFWORKS,
    tagged_formats.COCHRANE,
    pubmed_abstracts.FORMAT,
    bibtex.FORMAT,
    arxiv_listing.FORMAT,
    table_format(),
    paper_text.FORMAT,
    saved_page.FORMAT,
)


def detect(head: str, columns: Mapping[str, str] | None = None) -> Format | None:
    """The format of a text with these first characters; None if it is of no known format.

    `columns` are names of columns of tables that only the user knows, as `Columns` takes them.

    Raises:
        UsageError: a key of `columns` is unknown.
    """
    if columns and (table := table_format(columns)).matches(head):
        return table
    return next((known for known in FORMATS if known.matches(head)), None)
