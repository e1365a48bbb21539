"""The prompt of a conversation under Ctrl-C, also when two come at once."""

from __future__ import annotations

import builtins

import pytest

from assistant.cli.interrupt import interruptible_prompt


def _raising(error: BaseException) -> object:
    def fake_input(prompt: str) -> str:
        raise error

    return fake_input


def test_a_second_interrupt_on_the_heels_of_the_first_is_an_interrupt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So it came out of `input` itself under a flood of signals (CPython 3.11).
    error = SystemError("<class 'KeyboardInterrupt'> returned a result with an exception set")
    error.__cause__ = KeyboardInterrupt()
    monkeypatch.setattr(builtins, "input", _raising(error))
    with interruptible_prompt() as prompted, pytest.raises(KeyboardInterrupt):
        prompted("> ")


def test_another_fault_of_python_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "input", _raising(SystemError("lost sys.stdin")))
    with interruptible_prompt() as prompted, pytest.raises(SystemError, match="lost"):
        prompted("> ")
