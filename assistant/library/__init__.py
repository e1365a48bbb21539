"""What is kept: the catalogue of papers, their chunks and vectors, and the search over them."""

from assistant.library.filters import EVERYTHING, Filters, parse_query
from assistant.library.kept_lines import KeptLines
from assistant.library.library import Library
from assistant.library.records import (
    ChatSummary,
    Hit,
    ImportReport,
    LibraryStatus,
    StoredPaper,
    StoredTldr,
    StoredTurn,
    TldrLine,
)
from assistant.library.vectors import WordVectors

__all__ = [
    "EVERYTHING",
    "ChatSummary",
    "Filters",
    "Hit",
    "ImportReport",
    "KeptLines",
    "Library",
    "LibraryStatus",
    "StoredPaper",
    "StoredTldr",
    "StoredTurn",
    "TldrLine",
    "WordVectors",
    "parse_query",
]
