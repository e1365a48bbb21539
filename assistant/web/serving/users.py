"""The users of the page: a file with one line `name:hash` per user, and password hashing."""

from __future__ import annotations

import base64
import errno
import hashlib
import hmac
import os
import re
import secrets
import stat
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from assistant.errors import OutputError, PageError, UsageError
from assistant.files import locked, write_atomically

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 1_000
_MAX_NAME_LENGTH = 64
# Seconds to wait for another command that changes the same file.
_LOCK_TIMEOUT_S = 10.0
_NAME = re.compile(rf"\w[\w.@-]{{0,{_MAX_NAME_LENGTH - 1}}}")

# N, r and p of scrypt, one of the minimum settings in OWASP's Password Storage Cheat Sheet: a hash
# takes 16 MB and a quarter of a second.
_COST = (1 << 14, 8, 5)
_SALT_BYTES = 16
_KEY_BYTES = 32
# Bounds for hashes made elsewhere, so that a log-in cannot exhaust the computer.
_MAX_MEMORY_BYTES = 1 << 28
_MAX_P = 16
_HASH = re.compile(r"scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w+/=]{16,128})\$([\w+/=]{22,172})")


class Users:
    """The users in a file, which is read again whenever it changes. Thread-safe."""

    def __init__(self, file: Path) -> None:
        """Read `file`.

        Raises:
            PageError: the file cannot be read or trusted, has an invalid line, or has no users.
        """
        self.file = file
        self._lock = threading.Lock()
        self._version: tuple[int, ...] = ()
        self._hashes: dict[str, str] = {}
        if not self._current():
            raise PageError(
                f"{file} has no users, so nobody could log in. Add one: "
                f"assistant user add NAME --auth {file}"
            )

    def hash_of(self, name: str) -> str | None:
        """The hash of a user's password; None for an unknown user.

        Raises:
            PageError: the file has changed and can no longer be used.
        """
        return self._current().get(name)

    def verify(self, name: str, password: str) -> str | None:
        """The hash of the password of the user `name` if `password` is right, else None.

        It takes a quarter of a second, for unknown names too.

        Raises:
            PageError: the file has changed and can no longer be used.
        """
        known = self.hash_of(name)
        # Checking against a key that no password has takes the same time.
        matches = _matches(password, known or _encoded(bytes(_SALT_BYTES), bytes(_KEY_BYTES)))
        return known if matches else None

    def _current(self) -> Mapping[str, str]:
        with self._lock:
            try:
                status = self.file.stat()
            except OSError as error:
                raise _unreadable(self.file, error) from error
            version = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)
            if version != self._version:
                self._hashes = read_users(self.file)
                self._version = version
            return self._hashes


def read_users(file: Path) -> dict[str, str]:
    """The hashes in `file` by name; blank lines are skipped.

    Raises:
        PageError: the file cannot be read, others may write to it, or a line is invalid.
    """
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            raw = opened.read()
    except OSError as error:
        raise _unreadable(file, error) from error
    if os.name != "nt" and mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PageError(
            f"{file} can be written by other users of this computer, who could add themselves. "
            f"Restrict it to yourself: chmod 600 {file}"
        )
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise PageError(f"{file} is not UTF-8 text with a line name:hash per user.") from error
    users: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, colon, hashed = (part.strip() for part in line.partition(":"))
        if not colon:
            raise _invalid(file, number, "is not name:hash")
        if not is_name(name):
            raise _invalid(file, number, "has no valid name before the colon")
        if not _is_hash(hashed):
            raise _invalid(file, number, "has no password hash after the colon")
        if name in users:
            raise _invalid(file, number, f"repeats the user {name}")
        users[name] = hashed
    return users


@contextmanager
def editing_users(file: Path, *, create: bool = False) -> Iterator[dict[str, str]]:
    """Yield the hashes in `file` by name, to be changed; they are written when the block ends.

    Other processes that edit the file wait meanwhile. When the block raises, nothing is written.

    Args:
        file: the users file.
        create: start a new file if there is none, instead of raising an error.

    Raises:
        PageError: the file cannot be read or trusted, or has an invalid line.
        OutputError: the file cannot be written, or another process keeps it locked.
    """
    if not create:
        read_users(file)
    elif not file.parent.is_dir():  # it would be created with the lock
        raise _unwritable(file, FileNotFoundError(errno.ENOENT, "No such folder"))
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(file, _LOCK_TIMEOUT_S))
        except TimeoutError as error:
            raise OutputError(
                f"{file} is being changed by another program. Wait until it is done, then try "
                "again."
            ) from error
        except OSError as error:
            raise _unwritable(file, error) from error
        users = read_users(file) if file.exists() or not create else {}
        yield users
        write_users(file, users)


def write_users(file: Path, users: Mapping[str, str]) -> None:
    """Replace `file` with `users`, hashes by name, readable by its owner only.

    Raises:
        OutputError: the file cannot be written.
    """
    text = "".join(f"{name}:{hashed}\n" for name, hashed in users.items())
    try:
        write_atomically(file, text, durable=True, mode=0o600)
    except OSError as error:
        raise _unwritable(file, error) from error


def name_of(typed: str) -> str:
    """The name of a user as it is stored, however it was typed."""
    return unicodedata.normalize("NFKC", typed.strip()[: 4 * _MAX_NAME_LENGTH]).casefold()


def is_name(name: str) -> bool:
    """Whether `name` is a valid name as `name_of` returns it."""
    return name_of(name) == name and _NAME.fullmatch(name) is not None


def hash_password(password: str) -> str:
    """A salted hash of `password`.

    Raises:
        UsageError: the password is too short or too long.
    """
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise UsageError(
            f"A password needs {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH:,} characters; "
            f"this one has {len(password):,}."
        )
    salt = secrets.token_bytes(_SALT_BYTES)
    return _encoded(salt, _key(password, salt, *_COST, _KEY_BYTES))


def _matches(password: str, known: str) -> bool:
    n, r, p, salt, key = _parts(known)
    given = _key(password[:MAX_PASSWORD_LENGTH], salt, n, r, p, len(key))
    return hmac.compare_digest(given, key)


def _key(password: str, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
    # Keyboards differ in how they encode the same letter.
    text = unicodedata.normalize("NFKC", password).encode(errors="replace")
    return hashlib.scrypt(
        text, salt=salt, n=n, r=r, p=p, maxmem=2 * _MAX_MEMORY_BYTES, dklen=length
    )


def _encoded(salt: bytes, key: bytes) -> str:
    encoded = (base64.b64encode(part).decode() for part in (salt, key))
    return "$".join(("scrypt", *map(str, _COST), *encoded))


def _is_hash(text: str) -> bool:
    try:
        n, r, p, _, _ = _parts(text)
    except ValueError:
        return False
    return n > 1 and not n & (n - 1) and 128 * n * r <= _MAX_MEMORY_BYTES and 0 < p <= _MAX_P


def _parts(text: str) -> tuple[int, int, int, bytes, bytes]:
    """N, r, p, salt and key of a hash; ValueError if it is not one."""
    match = _HASH.fullmatch(text)
    if match is None:
        raise ValueError("not a hash")
    n, r, p = (int(part) for part in match.groups()[:3])
    if r < 1:
        raise ValueError("not a hash")
    salt, key = (base64.b64decode(part, validate=True) for part in match.groups()[3:])
    return n, r, p, salt, key


def _invalid(file: Path, number: int, what: str) -> PageError:
    return PageError(
        f"{file}, line {number} {what}. Fix the line, or remove it and add the user again: "
        f"assistant user add NAME --auth {file}"
    )


def _unreadable(file: Path, error: OSError) -> PageError:
    if isinstance(error, FileNotFoundError):
        return PageError(
            f"There is no users file {file}. Create it by adding a user: "
            f"assistant user add NAME --auth {file}"
        )
    return PageError(f"The users file {file} cannot be read ({error.strerror or error}).")


def _unwritable(file: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{file} cannot be written ({error.strerror or error}). "
        "Choose a file in a folder of your own with --auth."
    )
