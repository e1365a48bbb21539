"""SHA-256 of model files, and the `FILE.sha256` sidecar that `sha256sum` writes beside a file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from assistant.errors import ModelFileInvalid
from assistant.files import write_atomically

# `sha256sum` marks binary mode with `*`, and names with odd characters with a leading backslash.
_SIDECAR_LINE = re.compile(r"\\?([0-9a-fA-F]{64})(?: [ *](.+))?")
_LONGEST_SIDECAR = 64 * 1024


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content as 64 lower-case hexadecimal digits.

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
        ModelFileInvalid: it is another one, or the file cannot be read.
    """
    found = sha256_of(path)
    if found != expected.lower():
        raise ModelFileInvalid(
            f"{path}: wrong checksum, expected SHA-256 {expected[:12].lower()}..., "
            f"found {found[:12]}.... The file is damaged or another one; get it again."
        )


def sidecar_of(path: Path) -> Path:
    """Where the checksum of `path` is kept: `FILE.sha256` beside it."""
    return path.with_name(f"{path.name}.sha256")


def verify_sidecar(path: Path) -> bool:
    """Check a file against its sidecar; False when it has none.

    Raises:
        ModelFileInvalid: the checksum is another one, or the sidecar promises nothing for the file.
    """
    sidecar = sidecar_of(path)
    try:
        with sidecar.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_LONGEST_SIDECAR)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise _unreadable(sidecar, error) from error
    for line in text.splitlines():
        match = _SIDECAR_LINE.fullmatch(line.strip())
        # The name may carry the folder in which `sha256sum` was called.
        if match and re.split(r"[/\\]", match[2] or path.name)[-1] == path.name:
            verify(path, match[1])
            return True
    raise ModelFileInvalid(
        f"{sidecar}: no SHA-256 of {path.name} is in it. "
        f"Write it again with `sha256sum`, or delete it to use {path.name} unchecked."
    )


def write_sidecar(path: Path, checksum: str) -> None:
    """Write the sidecar of `path`; it appears whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    write_atomically(sidecar_of(path), f"{checksum}  {path.name}\n")


def _unreadable(path: Path, error: Exception) -> ModelFileInvalid:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ModelFileInvalid(f"{path}: cannot be read ({reason}). Check its name and permissions.")
