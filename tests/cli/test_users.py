"""The commands `user` and the options of `serve` for a group."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_support import Run

from assistant.web.serving import server
from assistant.web.serving.users import Users, read_users


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users.txt"


def test_users_are_added_listed_changed_and_removed(run: Run, file: Path) -> None:
    added = run("user", "add", "Ann", "--auth", file, stdin="correct horse\n")
    assert (added.stdout, added.stderr, added.exit_code) == ("ann can log in now.\n", "", 0)
    run("user", "add", "ben", "--auth", file, stdin="battery staple\r\nnot this\n")
    assert Users(file).verify("ann", "correct horse")
    assert Users(file).verify("ben", "battery staple")
    assert run("user", "list", "--auth", file).stdout == "ann\nben\n"
    changed = run("user", "add", "ann", "--auth", file, stdin="something new\n")
    assert changed.stdout == "ann has a new password.\n"
    assert Users(file).verify("ann", "correct horse") is None
    removed = run("user", "remove", "ANN", "--auth", file)
    assert removed.stdout == "ann can no longer log in.\n"
    assert "chats stay in the library" in removed.stderr
    assert run("user", "list", "--auth", file).stdout == "ben\n"


@pytest.mark.parametrize(
    ("arguments", "stdin", "problem"),
    [
        (("add", "a b"), "long enough\n", "a b is not a valid user name"),
        (("add", "ann"), "short\n", "8 to 1,000 characters"),
        (("add", "ann"), "", "8 to 1,000 characters"),
        (("remove", "nobody"), None, "has no user nobody"),
    ],
)
def test_what_cannot_be_used_changes_nothing(
    run: Run, file: Path, arguments: tuple[str, ...], stdin: str | None, problem: str
) -> None:
    run("user", "add", "ben", "--auth", file, stdin="battery staple\n")
    before = file.read_bytes()
    result = run("user", *arguments, "--auth", file, stdin=stdin)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert file.read_bytes() == before


def test_at_a_terminal_the_password_is_asked_for_twice(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["correct horse", "correct hose", "correct horse", "correct horse"]
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return typed.pop(0)

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(getpass, "getpass", answer)
    from assistant.cli import users

    class System:
        stdin = Terminal()

    monkeypatch.setattr(users, "sys", System)
    result = run("user", "add", "ann", "--auth", file)
    assert (result.exit_code, file.exists()) == (2, False)
    assert "do not match" in result.stderr
    assert run("user", "add", "ann", "--auth", file).exit_code == 0
    assert asked == ["Password for ann: ", "Repeat the password: "] * 2
    assert list(read_users(file)) == ["ann"]


@pytest.mark.parametrize("command", ["add", "remove", "list"])
def test_help_of_every_command_holds_an_example(run: Run, command: str) -> None:
    result = run("user", command, "--help")
    assert result.exit_code == 0
    assert f"assistant user {command}" in result.stdout.split("Example:")[1]


def test_a_file_that_is_not_there_is_an_error(run: Run, file: Path) -> None:
    for arguments in (("user", "list"), ("user", "remove", "ann"), ("serve", "--port", "0")):
        result = run(*arguments, "--auth", file)
        assert result.exit_code == 1
        assert f"no users file {file}" in result.stderr


def test_serve_hands_users_and_names_on(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[dict[str, Any]] = []

    class Served:
        def __init__(
            self, session: object, host: str, port: int, users: Any, names: Any, *, api: bool
        ) -> None:
            served.append({"host": host, "users": users, "names": names, "api": api})

        def run(self, on_ready: Callable[[str], None]) -> None:
            on_ready("http://vm:7860")

    monkeypatch.setattr(server, "PageServer", Served)
    run("user", "add", "ann", "--auth", file, stdin="correct horse\n")
    result = run(
        "serve", "--host", "0.0.0.0", "--auth", file, "--name", "a.example", "--name", "b.example"
    )
    assert result.exit_code == 0
    assert result.stdout == "The page is open at http://vm:7860 (press Ctrl-C to stop)\n"
    assert "not encrypted" in result.stderr
    assert served[0]["users"].hash_of("ann")
    assert (served[0]["host"], served[0]["names"]) == ("0.0.0.0", ["a.example", "b.example"])
    assert served[0]["api"] is False
    assert run("serve", "--auth", file).stderr == ""
    run("serve")
    assert served[2]["users"] is None


def test_a_name_without_users_is_wrong(run: Run) -> None:
    result = run("serve", "--name", "papers.example.org")
    assert result.exit_code == 2
    assert "--auth FILE" in result.stderr
