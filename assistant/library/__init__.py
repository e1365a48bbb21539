"""The library: catalogue of papers, chunks and vectors, search, backup."""

from assistant.library.backup import restore
from assistant.library.backup_file import Backup
from assistant.library.feeds import StoredFeed, Validators
from assistant.library.filters import EVERYTHING, Filters, parse_query, yes_or_no
from assistant.library.integrity import IntegrityProblem
from assistant.library.library import Library
from assistant.library.linked_records import (
    KeptPaper,
    LinkedItem,
    LinkedRecords,
    LinkReport,
)
from assistant.library.possible_duplicates import DuplicatePair
from assistant.library.records import (
    EDITED,
    LONGEST_TLDR,
    ChatSummary,
    DeletedChat,
    Feedback,
    Hit,
    ImportReport,
    LibraryStatus,
    Merge,
    Sort,
    SourceRecord,
    StartedTurn,
    StoredCell,
    StoredPaper,
    StoredTldr,
    StoredTurn,
    TldrLine,
)
from assistant.library.statistics import Statistics
from assistant.library.tldr_cache import TldrCache
from assistant.library.vector_rows import VectorState
from assistant.paper import STAR

__all__ = [
    "EDITED",
    "EVERYTHING",
    "LONGEST_TLDR",
    "STAR",
    "Backup",
    "ChatSummary",
    "DeletedChat",
    "DuplicatePair",
    "Feedback",
    "Filters",
    "Hit",
    "ImportReport",
    "IntegrityProblem",
    "KeptPaper",
    "Library",
    "LibraryStatus",
    "LinkReport",
    "LinkedItem",
    "LinkedRecords",
    "Merge",
    "Sort",
    "SourceRecord",
    "StartedTurn",
    "Statistics",
    "StoredCell",
    "StoredFeed",
    "StoredPaper",
    "StoredTldr",
    "StoredTurn",
    "TldrCache",
    "TldrLine",
    "Validators",
    "VectorState",
    "parse_query",
    "restore",
    "yes_or_no",
]
