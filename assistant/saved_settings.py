"""Settings that were made on the page, kept in the library's folder for the next start.

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
from assistant.files import write_atomically

FILE = "settings.json"
# Settings that may be in the file: those that the page can change while it runs.
SAVED_SETTINGS = ("model", "context", "evidence", "answer_tokens")

_LONGEST = 100_000
_REPAIR = "Repair it, or delete it to go back to the defaults."


def read_saved_settings(library: Path) -> dict[str, Any]:
    """What is kept in the folder `library`; nothing if there is no file.

    Raises:
        SettingsError: the file cannot be read, is not of this form, or has another setting in it.
    """
    file = library / FILE
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(_LONGEST)
        found = json.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SettingsError(f"{file}: cannot be read as settings ({reason}). {_REPAIR}") from error
    if not isinstance(found, dict):
        raise SettingsError(f"{file}: is not an object of settings. {_REPAIR}")
    if unknown := sorted(set(found) - set(SAVED_SETTINGS)):
        raise SettingsError(
            f"{file}: {unknown[0]!r} is no setting that can be kept there; "
            f"those are: {', '.join(SAVED_SETTINGS)}. {_REPAIR}"
        )
    if isinstance(model := found.get("model"), str):
        try:
            found["model"] = library / Path(model).expanduser()
        except RuntimeError as error:
            raise SettingsError(f"{file}: {model}: there is no such user. {_REPAIR}") from error
    return found


def save_settings(library: Path, values: Mapping[str, Any]) -> None:
    """Write `values` into the folder `library`; without any there is no file.

    The file appears whole or not at all.

    Raises:
        LibraryError: the folder cannot be written.
    """
    file = library / FILE
    if values:
        shape = {name: _written(values[name], library) for name in SAVED_SETTINGS if name in values}
        write_library_file(file, json.dumps(shape, indent=2) + "\n")
        return
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise library_write_error(file, error) from error


def write_library_file(file: Path, text: str) -> None:
    """Make `text` the content of `file` in the library's folder: all of it, or nothing changes.

    Raises:
        LibraryError: the folder cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text, durable=True)
    except OSError as error:
        raise library_write_error(file, error) from error


def library_write_error(file: Path, error: OSError) -> LibraryError:
    """What to tell when `file` of the library could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LibraryFull(f"{file}: cannot be written, its disk is full. Free some space.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return LibraryReadOnly(f"{file}: cannot be written. Change the rights of its folder.")
    return LibraryError(f"{file}: cannot be written ({error.strerror or error}).")


def _written(value: Any, library: Path) -> Any:
    if not isinstance(value, Path):
        return value
    inside = value.is_absolute() and value.is_relative_to(library.absolute())
    return str(value.relative_to(library.absolute()) if inside else value)
