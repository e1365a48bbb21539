"""The offline paper assistant: cited answers and one-line TL;DRs from a library of abstracts.

`open_library` is the start of the Python API (docs/python.md). Its parts are imported when they are
first used, so that importing this package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.api import (
        Answer,
        AnswerStream,
        AssistantError,
        Chat,
        Filters,
        ImportResult,
        LibraryStatus,
        Paper,
        PaperDetails,
        PaperLibrary,
        Progress,
        SearchResult,
        Tldr,
        open_library,
    )

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "AnswerStream",
    "AssistantError",
    "Chat",
    "Filters",
    "ImportResult",
    "LibraryStatus",
    "Paper",
    "PaperDetails",
    "PaperLibrary",
    "Progress",
    "SearchResult",
    "Tldr",
    "__version__",
    "open_library",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from assistant import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
