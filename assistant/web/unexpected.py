"""What the page says of an error that nobody foresaw."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)


def unexpected(error: BaseException, what: str) -> str:
    """A sentence about `error` for the page; `what` went wrong, and where, goes to the terminal."""
    _log.error(what, exc_info=error)
    return (
        f"The assistant failed unexpectedly ({type(error).__name__}: {error}). "
        "The terminal it was started from says where."
    )
