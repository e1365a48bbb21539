"""SHA-256 of model files, and the `FILE.sha256` sidecar in the format of `sha256sum`."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from assistant.errors import ModelFileInvalid
from assistant.files import write_atomically

# `sha256sum` marks binary mode with `*` and escaped names with a leading backslash.
_SIDECAR_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?: [ *](.+))?")
_MAX_SIDECAR_CHARACTERS = 64 * 1024


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as 64 lower-case hexadecimal digits.

    Raises:
        ModelFileInvalid: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def verify(path: Path, expected: str) -> None:
    """Compare a file's SHA-256 with `expected`, 64 hexadecimal digits in either case.

    Raises:
        ModelFileInvalid: they differ, or the file cannot be read.
    """
    actual = sha256_of(path)
    if actual != expected.lower():
        raise ModelFileInvalid(
            f"{path}: wrong checksum, expected SHA-256 {expected[:12].lower()}..., "
            f"found {actual[:12]}.... The file is damaged or not the right one. Download it again."
        )


def sidecar_of(path: Path) -> Path:
    """Path of the checksum file of `path`: `FILE.sha256` in the same folder."""
    return path.with_name(f"{path.name}.sha256")


def verify_sidecar(path: Path) -> bool:
    """Compare a file with its sidecar; False if it has none.

    Raises:
        ModelFileInvalid: the checksums differ, or the sidecar has no entry for the file.
    """
    sidecar = sidecar_of(path)
    try:
        with sidecar.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_MAX_SIDECAR_CHARACTERS)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise _unreadable(sidecar, error) from error
    for line in text.splitlines():
        match = _SIDECAR_LINE.fullmatch(line.strip())
        # The name may include the folder that was passed to `sha256sum`.
        if match and re.split(r"[/\\]", match[2] or path.name)[-1] == path.name:
            verify(path, match[1])
            return True
    raise ModelFileInvalid(
        f"{sidecar}: contains no SHA-256 of {path.name}. "
        f"Rewrite it with `sha256sum`, or delete it to use {path.name} without a check."
    )


def write_sidecar(path: Path, checksum: str) -> None:
    """Write the sidecar of `path` atomically.

    Raises:
        OSError: the folder cannot be written.
    """
    write_atomically(sidecar_of(path), f"{checksum}  {path.name}\n")


def _unreadable(path: Path, error: Exception) -> ModelFileInvalid:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ModelFileInvalid(f"{path}: cannot be read ({reason}). Check its name and permissions.")
