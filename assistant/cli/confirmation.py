"""The question before data is sent to a model server on another computer for the first time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from assistant.errors import ServerNotConfirmed, SettingsError
from assistant.saved_settings import save_settings
from assistant.settings import setting_source
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.cli.streams import Streams
    from assistant.destinations import Destination
    from assistant.settings import Settings


def confirm_servers(
    used: Sequence[Destination], settings: Settings, streams: Streams, *, agreed: bool
) -> bool:
    """Ask about each server of `used` that is not confirmed, and save the agreement.

    `agreed`: the user agreed by an option. Returns whether the saved settings have changed.

    Raises:
        ServerNotConfirmed: the user does not agree, or cannot be asked.
        SettingsError: the confirmed servers were given by the environment.
        LibraryError: the library's folder cannot be written.
    """
    new = [one for one in used if not one.confirmed]
    if not new:
        return False
    if settings.is_fixed("confirmed_servers"):
        raise SettingsError(
            f"{new[0].address.base} is not on this computer and not in "
            f"{setting_source('confirmed_servers')}. Add it there to allow that data is sent to it."
        )
    for one in new:
        text = sanitized(one.text)
        if agreed:
            streams.note(f"Confirmed: {text}.")
        elif not _is_terminal():
            raise ServerNotConfirmed(
                f"{one.address.base} is not on this computer. With it, {text}. Nothing was sent. "
                "Add --confirm-server to agree; it is saved in the library."
            )
        elif not typer.confirm(
            f"{sanitized(one.address.base)} is not on this computer. With it, {text}. Agree?",
            err=True,
        ):
            raise ServerNotConfirmed(f"Nothing was sent to {one.address.base}.")
    confirmed = [*settings.confirmed_servers, *(one.address.base for one in new)]
    save_settings(settings.library, {"confirmed_servers": confirmed})
    return True


def _is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
