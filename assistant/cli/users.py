"""The commands `user add`, `user remove` and `user list`: who can log in to the page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.streams import Streams
from assistant.errors import UsageError
from assistant.text.formatting import format_count

AuthArgument = Annotated[
    Path,
    typer.Option("--auth", metavar="FILE", help="Users file.", show_default=False),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="User name.", show_default=False)]


def add(name: NameArgument, file: AuthArgument) -> None:
    """Add a user, or change a password.

    The command asks for the password twice. If stdin is not a terminal, the password is its first
    line. The file is created if it is missing, and stores only a salted hash of the password. A
    running server applies the change at once and ends sessions with the old password.
    """
    from assistant.web.serving.users import (
        editing_users,
        hash_password,
        is_name,
        name_of,
        read_users,
    )

    streams = Streams()
    user = name_of(name)
    if not is_name(user):
        raise UsageError(
            f"{name} is not a valid user name. Use up to 64 letters, digits, dots, hyphens or @, "
            "starting with a letter or digit."
        )
    if file.exists():
        read_users(file)  # an unusable file is reported before the password is asked for
    hashed = hash_password(_password(user))
    with editing_users(file, create=True) as users:
        is_new = user not in users
        users[user] = hashed
    streams.line(f"{user} can log in now." if is_new else f"{user} has a new password.")


def remove(name: NameArgument, file: AuthArgument) -> None:
    """Remove a user and end their sessions."""
    from assistant.web.serving.users import editing_users, name_of

    streams = Streams()
    user = name_of(name)
    with editing_users(file) as users:
        if user not in users:
            raise UsageError(f"{file} has no user {user}.")
        del users[user]
    streams.line(f"{user} can no longer log in.")
    streams.note("Their chats stay in the library; a new user of the same name would see them.")


def token(
    name: NameArgument,
    file: AuthArgument,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Remove all tokens of the user instead.")
    ] = False,
) -> None:
    """Make a token with which a program of a user can use the HTTP API.

    The token is printed once; only a digest of it is stored. It ends when the password changes or
    the user is removed. A running server knows it at once.
    """
    from assistant.web.api.tokens import add_token, revoke_tokens
    from assistant.web.serving.users import name_of

    streams = Streams()
    user = name_of(name)
    if revoke:
        streams.line(f"{format_count(revoke_tokens(file, user), 'token')} of {user} revoked.")
        return
    streams.line(add_token(file, user))
    streams.note("Keep this token secret. It is not shown again.")


def list_users(file: AuthArgument) -> None:
    """List the users who can log in."""
    from assistant.web.serving.users import read_users

    streams = Streams()
    for name in read_users(file):
        streams.line(name)


def _password(user: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    first = getpass(f"Password for {user}: ")
    if getpass("Repeat the password: ") != first:
        raise UsageError("The passwords do not match. Nothing was changed.")
    return first
