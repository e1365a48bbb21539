"""The users file."""

from __future__ import annotations

import multiprocessing
import os
import re
from pathlib import Path
from typing import Any

import pytest
from users_support import write_ann_and_ben

from assistant.errors import OutputError, PageError, UsageError
from assistant.web.serving import users as users_module
from assistant.web.serving.users import (
    Users,
    editing_users,
    hash_password,
    is_name,
    name_of,
    read_users,
    write_users,
)

HASH = f"scrypt$2$1$1${'A' * 22}==${'A' * 43}="


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed in no time."""
    monkeypatch.setattr(users_module, "_COST", (2, 1, 1))


@pytest.fixture
def file(tmp_path: Path, cheap: None) -> Path:
    """The file of Ann and Ben."""
    return write_ann_and_ben(tmp_path / "users.txt")


def test_a_password_is_known_again_and_not_written_down(tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    write_users(
        file, {"ann": hash_password("correct horse"), "eve": hash_password("correct horse")}
    )
    text = file.read_text(encoding="utf-8")
    assert "correct" not in text
    assert re.fullmatch(r"(\w+:scrypt\$16384\$8\$5\$[\w+/=]{24}\$[\w+/=]{44}\n){2}", text)
    assert len({line.partition(":")[2] for line in text.splitlines()}) == 2
    users = Users(file)
    assert users.verify("ann", "correct horse") == users.hash_of("ann")
    for name, password in (
        ("ann", "Correct horse"),
        ("ann", ""),
        ("ann", "correct horse "),
        ("ben", "correct horse"),
        ("", ""),
    ):
        assert users.verify(name, password) is None


def test_a_name_that_is_not_there_is_computed_for_as_well(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[int] = []
    key = users_module._key

    def watched(*values: Any) -> bytes:
        computed.append(1)
        return key(*values)

    monkeypatch.setattr(users_module, "_key", watched)
    users = Users(file)
    for name in ("ann", "nobody"):
        assert users.verify(name, "wrong") is None
    assert len(computed) == 2


def test_letters_are_the_same_however_they_are_typed(cheap: None, tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    write_users(file, {name_of(" JU\u0308RGEN "): hash_password("gru\u0308nlich")})
    assert Users(file).verify("j\u00fcrgen", "gr\u00fcnlich") is not None


@pytest.mark.parametrize("name", ["ann", "ann.b-c@example.org", "jürgen", "李", "1st", "a" * 64])
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "Ann", "a:b", "a/b", ".a", "a\n", "a" * 65, "<i>"]
)
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1001])
def test_too_short_and_too_long_passwords_are_refused(password: str) -> None:
    with pytest.raises(UsageError, match="8 to 1,000 characters"):
        hash_password(password)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ann\n", "line 1 is not name:hash"),
        (f"ann:{HASH}\n\n# ben\n", "line 3 is not name:hash"),
        (f":{HASH}\n", "line 1 has no valid name"),
        (f"An n:{HASH}\n", "line 1 has no valid name"),
        ("ann:\n", "line 1 has no password hash"),
        ("ann:secret\n", "line 1 has no password hash"),
        (f"ann:{HASH}x$\n", "line 1 has no password hash"),
        (f"ann:{HASH.replace('scrypt$2', 'scrypt$3')}\n", "line 1 has no password hash"),
        (f"ann:{HASH.replace('scrypt$2', 'scrypt$0')}\n", "line 1 has no password hash"),
        (f"ann:{HASH.replace('$1$1$', '$0$1$')}\n", "line 1 has no password hash"),
        (f"ann:{HASH.replace('$1$1$', '$1$99$')}\n", "line 1 has no password hash"),
        (f"ann:{HASH.replace('scrypt$2', 'scrypt$33554432')}\n", "line 1 has no password hash"),
        (f"ann:{HASH}\nann:{HASH}\n", "line 2 repeats the user ann"),
        ("", "has no users"),
        ("\n\n", "has no users"),
        ("ann:\udcff\n", "is not UTF-8"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "users.txt"
    file.touch(0o600)
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(PageError, match=problem):
        Users(file)


def test_a_file_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(PageError, match=r"no users file.*assistant user add NAME --auth"):
        Users(tmp_path / "users.txt")
    with pytest.raises(PageError, match="cannot be read"):
        Users(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_file_is_for_its_owner_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    for mode in (0o620, 0o602):
        file.chmod(mode)
        with pytest.raises(PageError, match=r"written by other users.*chmod 600"):
            Users(file)
    file.chmod(0o640)
    write_users(file, read_users(file))
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_stays_as_it_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_users(file, {})
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_changes_of_the_file_count_at_once(file: Path) -> None:
    users = Users(file)
    write_users(file, {"eve": hash_password("a new password")})
    assert users.hash_of("ann") is None
    assert users.verify("eve", "a new password") is not None
    file.write_text("broken\n", encoding="utf-8")
    with pytest.raises(PageError, match="line 1"):
        users.hash_of("eve")
    with pytest.raises(PageError, match="line 1"):
        users.hash_of("eve")


def add_users(file: Path, first: int, count: int, barrier: Any) -> None:
    barrier.wait()
    for number in range(first, first + count):
        with editing_users(file, create=True) as users:
            users[f"user{number}"] = HASH


def test_users_added_by_several_processes_at_once_are_all_kept(tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    processes = [
        context.Process(target=add_users, args=(file, 10 * part, 10, barrier)) for part in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 3
    assert read_users(file).keys() == {f"user{number}" for number in range(30)}


def test_a_failed_edit_changes_nothing(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(UsageError, match="no"), editing_users(file) as users:
        users.clear()
        raise UsageError("no")
    assert file.read_bytes() == before


def test_an_edit_does_not_wait_for_ever(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_module, "_LOCK_TIMEOUT_S", 0.05)
    with (
        editing_users(file),
        pytest.raises(OutputError, match="being changed by another program"),
        editing_users(file),
    ):
        pass
    with editing_users(file) as users:
        assert set(users) == {"ann", "ben"}


def test_a_file_in_a_folder_that_is_missing_is_an_error(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "users.txt"
    with pytest.raises(OutputError, match="cannot be written"), editing_users(missing, create=True):
        pass
    with pytest.raises(PageError, match="no users file"), editing_users(missing):
        pass
