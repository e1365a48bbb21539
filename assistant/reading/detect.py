"""Which formats there are, and which of them a text is."""

from __future__ import annotations

from assistant.reading.format import Format
from assistant.reading.json_lines import JsonLines
from assistant.reading.saved_page import SavedPage

# The strictest first: a saved page is prose, which is what is left when nothing else fits.
FORMATS: tuple[Format, ...] = (
    JsonLines(),
    SavedPage(),
)


def detect(head: str) -> Format | None:
    """Choose the format by the first characters of a text; None if it is of no known format."""
    return next((known for known in FORMATS if known.matches(head)), None)
