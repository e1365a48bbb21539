"""Which formats there are, and which of them a text is."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.reading.arxiv_listing import ArxivListing
from assistant.reading.arxiv_xml import ArxivAtom, ArxivOai
from assistant.reading.bibtex import BibTex
from assistant.reading.cochrane import Cochrane
from assistant.reading.endnote_xml import EndNoteXml
from assistant.reading.feeds import Rss
from assistant.reading.format import Format
from assistant.reading.json_lines import JsonLines
from assistant.reading.medline import Medline
from assistant.reading.paper_text import PaperText
from assistant.reading.pubmed_abstracts import PubmedAbstracts
from assistant.reading.pubmed_xml import PubmedXml
from assistant.reading.refer import Refer
from assistant.reading.refworks import RefWorks
from assistant.reading.ris import Ris
from assistant.reading.saved_page import SavedPage
from assistant.reading.scholarly_json import ScholarlyJson
from assistant.reading.service_json import ServiceJson
from assistant.reading.tables import Table
from assistant.reading.trending import TrendingHtml, TrendingJson
from assistant.reading.web_of_science import WebOfScience

# The strictest first: of JSON the catalogues' own before entries of any kind before plain lines; a
# saved page is prose, which is what is left when nothing else fits.
FORMATS: tuple[Format, ...] = (
    ScholarlyJson(),
    ServiceJson(),
    TrendingJson(),
    JsonLines(),
    TrendingHtml(),
    ArxivAtom(),
    ArxivOai(),
    PubmedXml(),
    EndNoteXml(),
    Rss(),
    Ris(),
    Medline(),
    WebOfScience(),
    Refer(),
    RefWorks(),
    Cochrane(),
    PubmedAbstracts(),
    BibTex(),
    ArxivListing(),
    Table(),
    PaperText(),
    SavedPage(),
)


def detect(head: str, columns: Mapping[str, str] | None = None) -> Format | None:
    """Choose the format by the first characters of a text; None if it is of no known format.

    `columns` are names of columns of tables that only the user knows, as `Table` takes them.

    Raises:
        UsageError: a key of `columns` is none.
    """
    if columns and (table := Table(columns)).matches(head):
        return table
    return next((known for known in FORMATS if known.matches(head)), None)
