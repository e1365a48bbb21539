"""Opening a library by its folder."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.api.library import PaperLibrary
from assistant.server_address import is_server_address
from assistant.session import Session
from assistant.settings import load_settings

_log = logging.getLogger("assistant")


def open_library(
    path: str | Path | None = None,
    *,
    model: str | Path | None = None,
    notify: Callable[[str], None] | None = None,
    **settings: Any,
) -> PaperLibrary:
    """Open the library in the folder `path`; it is created if there is none.

    The models are loaded when they are first needed. Close the library, or use it in a `with`
    statement.

    Args:
        path: the folder. None: the library that the command line uses.
        model: the language model, as in `--model`: a file, a name, or the address of a server.
            None: the bundled one. A server on another computer has to be in `confirmed_servers`.
        notify: gets one-line messages for the user, from any thread. None: they are logged as
            warnings of the logger `assistant`, which Python shows on stderr.
        settings: other settings by name, such as `threads=4`; they win over `ASSISTANT_*`
            variables.

    Raises:
        SettingsError: a setting is unknown or out of bounds.
        LibraryError: the library cannot be opened.

    """
    opened = load_settings(
        library=None if path is None else Path(path).expanduser(),
        model=_model(model),
        **settings,
    )
    session = Session(opened, notify or _log.warning)
    try:
        _ = session.library
    except BaseException:
        session.close()
        raise
    return PaperLibrary(session)


def _model(given: str | Path | None) -> Path | str | None:
    if given is None or (isinstance(given, str) and is_server_address(given)):
        return given
    return Path(given).expanduser()
