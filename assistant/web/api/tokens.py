"""Access tokens of users: what programs send in place of a log-in.

The tokens file stands beside the users file, with one line `name:digest` per token. The digest is
made with the hash of the user's password, so a token ends when the password changes or the user is
removed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from assistant.errors import OutputError, PageError, UsageError
from assistant.files import locked, write_atomically
from assistant.web.serving.users import Users, read_users

PREFIX = "pa-"
_MAX_TOKENS = 20
_LOCK_TIMEOUT_S = 10.0


class Tokens:
    """The tokens of `users`, read again whenever the file changes. Thread-safe."""

    def __init__(self, users: Users) -> None:
        """Use the tokens file beside the file of `users`; it may be missing."""
        self._users = users
        self._file = tokens_file(users.file)
        self._lock = threading.Lock()
        self._version: tuple[int, ...] = ()
        self._known: list[tuple[str, str]] = []

    def user(self, token: str) -> str | None:
        """The user whose token this is; None if there is none.

        Raises:
            PageError: a file cannot be read or trusted.
        """
        if not token.startswith(PREFIX):
            return None
        found = None
        for name, digest in self._current():
            proof = self._users.hash_of(name)
            if proof is not None and hmac.compare_digest(digest, _digest(token, name, proof)):
                found = name
        return found

    def _current(self) -> list[tuple[str, str]]:
        with self._lock:
            try:
                status = self._file.stat()
            except FileNotFoundError:
                return []
            except OSError as error:
                raise _unreadable(self._file, error) from error
            version = (status.st_mtime_ns, status.st_size, status.st_ino)
            if version != self._version:
                self._known = list(_read(self._file))
                self._version = version
            return self._known


def tokens_file(users_file: Path) -> Path:
    """The file with the tokens of the users in `users_file`."""
    return users_file.with_name(f"{users_file.name}.tokens")


def add_token(users_file: Path, name: str) -> str:
    """Make a token for the user `name` and return it; the file keeps only a digest.

    Raises:
        UsageError: there is no such user, or the user has too many tokens.
        PageError: a file cannot be read or trusted.
        OutputError: the tokens file cannot be written.
    """
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    proof = read_users(users_file).get(name)
    if proof is None:
        raise UsageError(f"{users_file} has no user {name}.")
    with _edited(users_file) as lines:
        if sum(known == name for known, _ in lines) >= _MAX_TOKENS:
            raise UsageError(
                f"{name} has {_MAX_TOKENS} tokens. Revoke them first: "
                f"assistant user token {name} --revoke --auth {users_file}"
            )
        lines.append((name, _digest(token, name, proof)))
    return token


def revoke_tokens(users_file: Path, name: str) -> int:
    """Remove all tokens of the user `name`; return how many there were.

    Raises:
        PageError: a file cannot be read or trusted.
        OutputError: the tokens file cannot be written.
    """
    with _edited(users_file) as lines:
        before = len(lines)
        lines[:] = [line for line in lines if line[0] != name]
        return before - len(lines)


@contextmanager
def _edited(users_file: Path) -> Iterator[list[tuple[str, str]]]:
    """The lines of the tokens file, to be changed; they are written if the block succeeds."""
    file = tokens_file(users_file)
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(file, _LOCK_TIMEOUT_S))
        except TimeoutError as error:
            raise OutputError(
                f"{file} is being changed by another program. Try again when it is done."
            ) from error
        except OSError as error:
            raise _unwritable(file, error) from error
        lines = list(_read(file)) if file.exists() else []
        yield lines
        try:
            text = "".join(f"{name}:{digest}\n" for name, digest in lines)
            write_atomically(file, text, durable=True, mode=0o600)
        except OSError as error:
            raise _unwritable(file, error) from error


def _read(file: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error
    for line in text.splitlines():
        name, _, digest = line.partition(":")
        if name and digest.isascii():
            yield name, digest


def _digest(token: str, name: str, proof: str) -> str:
    message = f"token\n{token}\n{name}".encode(errors="replace")
    return hmac.new(proof.encode(), message, hashlib.sha256).hexdigest()


def _unreadable(file: Path, error: Exception) -> PageError:
    return PageError(f"The tokens file {file} cannot be read ({error}). Check its permissions.")


def _unwritable(file: Path, error: OSError) -> OutputError:
    return OutputError(f"{file} cannot be written ({error.strerror or error}).")
