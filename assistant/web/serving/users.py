"""The people who may use the page: a file with a line `name:hash` for each, and their passwords."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import stat
import threading
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from assistant.errors import OutputError, PageError, UsageError
from assistant.files import write_atomically

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1_000
_LONGEST_NAME = 64
_NAME = re.compile(rf"\w[\w.@-]{{0,{_LONGEST_NAME - 1}}}")

# OWASP's Password Storage Cheat Sheet names N = 2^14, r = 8, p = 5 among the least that is enough:
# 16 MB and a quarter of a second.
_COST = (1 << 14, 8, 5)
_SALT_BYTES = 16
_KEY_BYTES = 32
# A hash that was made elsewhere may cost more, but not so much that a log-in hangs the computer.
_MOST_MEMORY = 1 << 28
_MOST_PASSES = 16
_HASH = re.compile(r"scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w+/=]{16,128})\$([\w+/=]{22,172})")


class Users:
    """The users of a file, which is read anew whenever it has changed. Thread-safe."""

    def __init__(self, file: Path) -> None:
        """Read `file`.

        Raises:
            PageError: it cannot be read or trusted, a line is wrong, or nobody is in it.
        """
        self.file = file
        self._lock = threading.Lock()
        self._read_at: tuple[int, ...] = ()
        self._hashes: dict[str, str] = {}
        if not self._now():
            raise PageError(
                f"{file} has no users, so nobody could log in. Add one: "
                f"assistant user add NAME --auth {file}"
            )

    def hash_of(self, name: str) -> str | None:
        """The hash of a user's password; None if there is no such user.

        Raises:
            PageError: the file has changed and cannot be used any more.
        """
        return self._now().get(name)

    def verified(self, name: str, password: str) -> str | None:
        """The hash of the password of the user `name`, if `password` is the right one, else None.

        It takes as long for a name that is not in the file. It computes for a quarter of a second.

        Raises:
            PageError: the file has changed and cannot be used any more.
        """
        known = self.hash_of(name)
        # No password has this key; to find that out takes as long.
        fits = _fits(password, known or _written(bytes(_SALT_BYTES), bytes(_KEY_BYTES)))
        return known if fits else None

    def _now(self) -> Mapping[str, str]:
        with self._lock:
            try:
                found = self.file.stat()
            except OSError as error:
                raise _unreadable(self.file, error) from error
            read_at = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
            if read_at != self._read_at:
                self._hashes = read_users(self.file)
                self._read_at = read_at
            return self._hashes


def read_users(file: Path) -> dict[str, str]:
    """The hashes in `file` by name; blank lines are left out.

    Raises:
        PageError: it cannot be read, others may write to it, or a line is wrong.
    """
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            raw = opened.read()
    except OSError as error:
        raise _unreadable(file, error) from error
    if os.name != "nt" and mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PageError(
            f"{file} can be written by others, who could let themselves in. "
            f"Make it yours alone: chmod 600 {file}"
        )
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise PageError(f"{file} is not UTF-8 text; it has a line name:hash per user.") from error
    users: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, colon, hashed = (part.strip() for part in line.partition(":"))
        if not colon:
            raise _wrong(file, number, "is not name:hash")
        if not is_name(name):
            raise _wrong(file, number, "has no usable name before the colon")
        if not _is_hash(hashed):
            raise _wrong(file, number, "has no hash of a password behind the colon")
        if name in users:
            raise _wrong(file, number, f"names {name} a second time")
        users[name] = hashed
    return users


def write_users(file: Path, users: Mapping[str, str]) -> None:
    """Put `users`, hashes by name, in place of `file`, which nobody else may then read.

    Raises:
        OutputError: it cannot be written.
    """
    text = "".join(f"{name}:{hashed}\n" for name, hashed in users.items())
    try:
        # Nobody else may read it, not even while it is written.
        write_atomically(file, text, durable=True, mode=0o600)
    except OSError as error:
        raise OutputError(
            f"{file} cannot be written ({error.strerror or error}); name a file in a folder of "
            "your own with --auth."
        ) from error


def name_of(typed: str) -> str:
    """The name that somebody means: however it was typed, one person has one name."""
    return unicodedata.normalize("NFKC", typed.strip()[: 4 * _LONGEST_NAME]).casefold()


def is_name(name: str) -> bool:
    """Whether a user can be called `name`."""
    return name_of(name) == name and _NAME.fullmatch(name) is not None


def hashed(password: str) -> str:
    """A hash by which `password` is known again, salted.

    Raises:
        UsageError: it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsageError(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters; "
            f"this one has {len(password):,}."
        )
    salt = secrets.token_bytes(_SALT_BYTES)
    return _written(salt, _key(password, salt, *_COST, _KEY_BYTES))


def _fits(password: str, known: str) -> bool:
    n, r, p, salt, key = _parts(known)
    given = _key(password[:LONGEST_PASSWORD], salt, n, r, p, len(key))
    return hmac.compare_digest(given, key)


def _key(password: str, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
    # Keyboards differ in how they write the same letter.
    text = unicodedata.normalize("NFKC", password).encode(errors="replace")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=2 * _MOST_MEMORY, dklen=length)


def _written(salt: bytes, key: bytes) -> str:
    encoded = (base64.b64encode(part).decode() for part in (salt, key))
    return "$".join(("scrypt", *map(str, _COST), *encoded))


def _is_hash(text: str) -> bool:
    try:
        n, r, p, _, _ = _parts(text)
    except ValueError:
        return False
    return n > 1 and not n & (n - 1) and 128 * n * r <= _MOST_MEMORY and 0 < p <= _MOST_PASSES


def _parts(text: str) -> tuple[int, int, int, bytes, bytes]:
    """N, r, p, salt and key of a hash; ValueError if it is none."""
    match = _HASH.fullmatch(text)
    if match is None:
        raise ValueError("not a hash")
    n, r, p = (int(part) for part in match.groups()[:3])
    if r < 1:
        raise ValueError("not a hash")
    salt, key = (base64.b64decode(part, validate=True) for part in match.groups()[3:])
    return n, r, p, salt, key


def _wrong(file: Path, number: int, what: str) -> PageError:
    return PageError(
        f"{file}, line {number} {what}. Mend it, or take the line out and add the user again: "
        f"assistant user add NAME --auth {file}"
    )


def _unreadable(file: Path, error: OSError) -> PageError:
    if isinstance(error, FileNotFoundError):
        return PageError(
            f"There is no file of users {file}. Make it by adding one: "
            f"assistant user add NAME --auth {file}"
        )
    return PageError(f"The file of users {file} cannot be read ({error.strerror or error}).")
