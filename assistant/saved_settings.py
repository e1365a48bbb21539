"""The settings that were changed on the page or by a command, saved in the library's folder.

`settings.json` is an object with some of `SAVED_SETTINGS`. Options and environment variables
override them; they override the defaults. A relative model path starts at the library's folder, so
that a library can be moved together with its models.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.errors import (
    LibraryError,
    LibraryFull,
    LibraryReadOnly,
    SettingsError,
)
from assistant.files import locked, write_atomically
from assistant.server_address import ServerAddress, is_server_address

FILE = "settings.json"
# Settings that the page or a command saves.
SAVED_SETTINGS = (
    "model", "gpu_layers", "embedder", "chroma", "confirmed_servers", "context", "evidence",
    "answer_tokens", "auto_tldrs",
)  # fmt: skip

_MAX_CHARACTERS = 100_000
_FIX = "Fix it, or delete it to restore the defaults."


def read_saved_settings(library: Path) -> dict[str, Any]:
    """The settings saved in the folder `library`; empty if there is no file.

    Raises:
        SettingsError: the file cannot be read, is not a JSON object, or has an unknown setting.
    """
    file = library / FILE
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(_MAX_CHARACTERS)
        settings = json.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SettingsError(f"{file}: cannot read the settings ({reason}). {_FIX}") from error
    if not isinstance(settings, dict):
        raise SettingsError(f"{file}: is not a JSON object. {_FIX}")
    if unknown := sorted(set(settings) - set(SAVED_SETTINGS)):
        raise SettingsError(
            f"{file}: {unknown[0]!r} cannot be set in this file. It can contain: "
            f"{', '.join(SAVED_SETTINGS)}. {_FIX}"
        )
    model = settings.get("model")
    if isinstance(model, str) and not is_server_address(model):
        try:
            settings["model"] = library / Path(model).expanduser()
        except RuntimeError as error:
            raise SettingsError(f"{file}: {model}: no such user. {_FIX}") from error
    return settings


def save_settings(library: Path, changes: Mapping[str, Any]) -> None:
    """Change the settings file of the folder `library`; None removes a setting from it.

    Other settings in the file stay, also those that another process saved meanwhile. A file
    without settings is deleted.

    Raises:
        SettingsError: the present file is invalid.
        LibraryError: the folder cannot be written.
    """
    file = library / FILE
    try:
        library.mkdir(parents=True, exist_ok=True)
        with locked(file):
            values = {**read_saved_settings(library), **changes}
            content = {
                name: _as_json(values[name], library)
                for name in SAVED_SETTINGS
                if values.get(name) is not None
            }
            if content:
                write_library_file(file, json.dumps(content, indent=2) + "\n")
            else:
                file.unlink(missing_ok=True)
    except OSError as error:
        raise library_write_error(file, error) from error


def write_library_file(file: Path, text: str) -> None:
    """Write `text` to `file` in the library's folder, atomically and durably.

    Raises:
        LibraryError: the folder cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text, durable=True)
    except OSError as error:
        raise library_write_error(file, error) from error


def library_write_error(file: Path, error: OSError) -> LibraryError:
    """The error for a failed write of `file` in the library's folder."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LibraryFull(f"{file}: cannot be written, the disk is full. Free some space.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return LibraryReadOnly(f"{file}: cannot be written. Change the folder's permissions.")
    return LibraryError(f"{file}: cannot be written ({error.strerror or error}).")


def _as_json(value: Any, library: Path) -> Any:
    if isinstance(value, ServerAddress):
        return str(value)
    if not isinstance(value, Path):
        return value
    inside = value.is_absolute() and value.is_relative_to(library.absolute())
    return str(value.relative_to(library.absolute()) if inside else value)
