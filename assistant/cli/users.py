"""The commands `user add`, `user remove` and `user list`: who may log in to the page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.streams import Streams
from assistant.errors import UsageError

AuthArgument = Annotated[
    Path,
    typer.Option("--auth", metavar="FILE", help="File of the users.", show_default=False),
]
NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Name to log in with.", show_default=False)
]


def add(name: NameArgument, file: AuthArgument) -> None:
    """Let somebody log in, or give a new password.

    The password is asked for twice; where stdin is no terminal, its first line is the password.
    The file, which is made if there is none, holds only a salted hash of it. A page that is being
    served takes note at once, and whoever was logged in with the old password is logged out.
    """
    from assistant.web.serving.users import hashed, is_name, name_of, read_users, write_users

    streams = Streams()
    user = name_of(name)
    if not is_name(user):
        raise UsageError(
            f"{name} cannot be a name: take up to 64 letters, digits, dots, hyphens or @, "
            "with a letter or digit first."
        )
    users = read_users(file) if file.exists() else {}
    known = user in users
    users[user] = hashed(_password(user))
    write_users(file, users)
    streams.line(f"{user} has a new password." if known else f"{user} can log in now.")


def remove(name: NameArgument, file: AuthArgument) -> None:
    """Let somebody log in no more; who is logged in just now is logged out."""
    from assistant.web.serving.users import name_of, read_users, write_users

    streams = Streams()
    users = read_users(file)
    user = name_of(name)
    if user not in users:
        raise UsageError(f"There is no user {user} in {file}.")
    del users[user]
    write_users(file, users)
    streams.line(f"{user} cannot log in any more.")
    streams.note("The chats stay in the library, for whoever gets this name next.")


def list_users(file: AuthArgument) -> None:
    """Show the names of those who may log in."""
    from assistant.web.serving.users import read_users

    streams = Streams()
    for name in read_users(file):
        streams.line(name)


def _password(user: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    first = getpass(f"Password for {user}: ")
    if getpass("Once more: ") != first:
        raise UsageError("The two are not the same. Nothing was changed.")
    return first
