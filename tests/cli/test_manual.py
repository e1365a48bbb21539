"""docs/cli.md documents every command, as the command itself does."""

from __future__ import annotations

import manual
import pytest

from assistant.cli.app import app

PARTS = manual.parts(manual.MANUAL.read_text(encoding="utf-8"))


def test_every_command_is_documented() -> None:
    commands = {f"assistant {info.name} --help" for info in app.registered_commands} | {
        f"assistant {group.name} {info.name} --help"
        for group in app.registered_groups
        if group.typer_instance
        for info in group.typer_instance.registered_commands
    }
    assert {"assistant --help", "settings"} | commands == set(PARTS)


@pytest.mark.parametrize("name", PARTS)
def test_the_manual_says_what_the_program_says(name: str) -> None:
    assert PARTS[name] == manual.current(name), "run: python tests/manual.py"
