"""Files that other programs keep as models, before they are checked; and bounded searches."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError

# At most this many files and folders of one program are looked at.
_MAX_FILES = 1000
_MAX_ENTRIES = 20_000
# The longest text of another program that is read, in characters.
_MAX_TEXT = 1_000_000
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Candidate:
    """A file that a program keeps as a model.

    Attributes:
        file: the file.
        name: what the program calls the model; "" if it has no name for it but that of the file.
        program: the program's name.
        licence: first line of the licence, or "".
        sha256: the checksum that the program states, or None.
        bytes: the size that the program states, or None.

    """

    file: Path
    name: str
    program: str
    licence: str = ""
    sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class Unusable:
    """A model that cannot be used: its name or path, the program that keeps it, and why."""

    name: str
    program: str
    reason: str


def read_text(file: Path) -> str:
    """The beginning of a small text file of another program; "" if it cannot be read."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(_MAX_TEXT)
    except (OSError, ValueError):
        return ""


def gguf_files(folder: Path, depth: int) -> list[Path]:
    """GGUF files in `folder` and up to `depth` levels of folders below it, sorted.

    Folders that are links are not followed, files that are links are.
    """
    found = []
    entries = 0
    for path, folders, names in os.walk(folder):
        entries += len(folders) + len(names)
        if len(Path(path).relative_to(folder).parts) >= depth or entries > _MAX_ENTRIES:
            folders.clear()
        folders.sort()
        found += [Path(path, name) for name in names if name.lower().endswith(".gguf")]
    return sorted(found)[:_MAX_FILES]


def files_below(folder: Path, depth: int) -> Iterator[Path]:
    """Files exactly `depth` levels below `folder`, sorted by path."""
    try:
        entries = sorted(folder.iterdir())[:_MAX_FILES]
    except OSError:
        return
    for entry in entries:
        if depth > 1:
            yield from files_below(entry, depth - 1)
        elif is_file(entry) and not entry.name.startswith("."):
            yield entry


def is_file(path: Path) -> bool:
    """Whether `path` is a file that this user may see."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def as_path(given: str) -> Path | None:
    """`given` as a path, if it is one: absolute, ending with .gguf, or a file that exists.

    Raises:
        ModelError: it names the home folder of a user who does not exist.
    """
    try:
        path = Path(given).expanduser()
    except RuntimeError as error:
        raise ModelError(f"{given}: no such user. Give the full path.") from error
    is_path = path.is_absolute() or path.suffix.lower() == ".gguf" or is_file(path)
    return path if is_path else None
