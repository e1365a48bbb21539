"""The public Python API (docs/python.md); `assistant` exports the same names.

The command line, the MCP server and the HTTP API are built on it. What is not exported here may
change in any version.
"""

from assistant.api.answers import (
    Answer,
    AnswerDone,
    AnswerEvent,
    AnswerStream,
    CitedPaper,
    Claim,
    ClaimVerified,
    EvidenceFound,
    NearPaper,
    PaperName,
    PassagesFound,
    Source,
    Timings,
)
from assistant.api.chat import Chat
from assistant.api.library import PaperLibrary
from assistant.api.library_facts import (
    ImportProblem,
    ImportResult,
    LibraryStatus,
    MergedRecord,
    ModelInfo,
    SentData,
)
from assistant.api.opening import open_library
from assistant.api.papers import (
    PaperDetails,
    PaperHit,
    PaperLine,
    SearchResult,
    SourcePaper,
    TagCount,
    Tldr,
    TldrRecord,
)
from assistant.api.result import Result
from assistant.api.tables import TableCell, TableRow
from assistant.errors import AssistantError
from assistant.library import Filters
from assistant.paper import Paper
from assistant.progress import Progress

__all__ = [
    "Answer",
    "AnswerDone",
    "AnswerEvent",
    "AnswerStream",
    "AssistantError",
    "Chat",
    "CitedPaper",
    "Claim",
    "ClaimVerified",
    "EvidenceFound",
    "Filters",
    "ImportProblem",
    "ImportResult",
    "LibraryStatus",
    "MergedRecord",
    "ModelInfo",
    "NearPaper",
    "Paper",
    "PaperDetails",
    "PaperHit",
    "PaperLibrary",
    "PaperLine",
    "PaperName",
    "PassagesFound",
    "Progress",
    "Result",
    "SearchResult",
    "SentData",
    "Source",
    "SourcePaper",
    "TableCell",
    "TableRow",
    "TagCount",
    "Timings",
    "Tldr",
    "TldrRecord",
    "open_library",
]
