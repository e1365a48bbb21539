"""The key for a server: from the environment, a private file, or the system's keyring.

A key is never written anywhere by this program.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelServerError
from assistant.server_address import ServerAddress
from assistant.settings import APP_NAME, Settings

_VARIABLE = "ASSISTANT_SERVER_KEY"
_CHROMA_VARIABLE = "ASSISTANT_CHROMA_TOKEN"
_MAX_BYTES = 100_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class ServerKey:
    """A key ("" for none), and where it comes from."""

    secret: str = ""
    origin: str = ""

    def __repr__(self) -> str:
        return f"ServerKey({self.origin!r})"


def find_key(settings: Settings, address: ServerAddress) -> ServerKey:
    """The key for `address`.

    `ASSISTANT_SERVER_KEY` is for the server of the language model, or for the embedder's if that is
    the only server; `ASSISTANT_CHROMA_TOKEN` is for the Chroma server. The file and the keyring
    hold a key for each address.

    Raises:
        ModelServerError: the key file cannot be used, or a key is not one.
    """
    if address == settings.chroma:
        given, variable = settings.chroma_token, _CHROMA_VARIABLE
    else:
        servers = (settings.model, settings.embedder, address)
        first = next(one for one in servers if isinstance(one, ServerAddress))
        given = settings.server_key if first.base == address.base else None
        variable = _VARIABLE
    if given is not None:
        found = ServerKey(given.get_secret_value().strip(), variable)
    else:
        found = _from_file(settings.server_key_file, address) or _from_keyring(address, variable)
    # It becomes a line of a request.
    if not (found.secret.isascii() and (found.secret.isprintable())) or " " in found.secret:
        raise ModelServerError(
            f"The key for {address.base} from {found.origin} has spaces or special characters. "
            "Copy it again."
        )
    return found


def _from_file(path: Path | None, address: ServerAddress) -> ServerKey | None:
    if path is None:
        return None
    file = path.expanduser()
    try:
        with file.open(encoding="utf-8") as opened:
            status = os.fstat(opened.fileno())
            if os.name == "posix" and stat.S_IMODE(status.st_mode) & _OTHERS:
                raise ModelServerError(
                    f"{file}: other users can read this file of keys. Run `chmod 600 {file}`."
                )
            lines = opened.read(_MAX_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not text"
        raise ModelServerError(f"{file}: the file of keys cannot be read ({reason}).") from error
    for number, line in enumerate(lines, start=1):
        if not (words := line.split()) or words[0].startswith("#"):
            continue
        try:
            where, secret = words
            base = ServerAddress.parse_like(address, where).base
        except ValueError:
            raise ModelServerError(
                f"{file}, line {number}: expected an address and a key, separated by a space."
            ) from None
        if base == address.base:
            return ServerKey(secret, str(file))
    return None


def _from_keyring(address: ServerAddress, variable: str) -> ServerKey:
    """The key that `keyring set paper-assistant ADDRESS` stored, if `keyring` is installed."""
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError:
        return ServerKey()
    try:
        return ServerKey(keyring.get_password(APP_NAME, address.base) or "", "the keyring")
    except NoKeyringError:
        return ServerKey()
    except KeyringError as error:
        raise ModelServerError(
            f"The system's keyring cannot be read ({error}). Unlock it, or set {variable}."
        ) from error
