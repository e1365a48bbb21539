"""Atomic writes: whole or not at all, and nothing is left behind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from assistant.files import locked, remove_leftovers, replacing, temporary_folder, write_atomically


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_gets_its_new_content_and_nothing_stays_beside_it(
    tmp_path: Path, durable: bool
) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("old", encoding="utf-8")
    write_atomically(target, "zwei\r\nZeilen ü\n", durable=durable)
    assert target.read_bytes() == "zwei\r\nZeilen ü\n".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_a_failing_writer_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), replacing(target) as part:
        part.write_text("half of the n", encoding="utf-8")
        raise ZeroDivisionError
    assert target.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("old", encoding="utf-8")
    with replacing(target) as part:
        part.write_text("new", encoding="utf-8")
        assert target.read_text(encoding="utf-8") == "old"
    assert target.read_text(encoding="utf-8") == "new"


def test_two_writers_in_one_process_do_not_disturb_each_other(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    with replacing(target) as first, replacing(target) as second:
        first.write_text("first", encoding="utf-8")
        second.write_text("second", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "first"  # the block that ends last wins
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_private_file_is_private_from_the_start(tmp_path: Path) -> None:
    target = tmp_path / "users.txt"
    with replacing(target, mode=0o600) as part:
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_name_as_long_as_the_file_system_allows(tmp_path: Path) -> None:
    target = tmp_path / ("ü" * 127)
    write_atomically(target, "text")
    assert target.read_text(encoding="utf-8") == "text"


def test_a_missing_folder_is_an_error_and_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "nowhere" / "notes.txt", "text")
    assert not (tmp_path / "nowhere").exists()


def test_a_temporary_folder_goes_with_its_files_and_what_was_moved_stays(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), temporary_folder(tmp_path / "library") as folder:
        assert folder.parent == tmp_path
        (folder / "catalog").write_text("moved")
        (folder / "rest").write_text("removed")
        (folder / "catalog").replace(tmp_path / "catalog")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == [tmp_path / "catalog"]


def test_leftovers_of_killed_processes_are_removed_and_nothing_else(tmp_path: Path) -> None:
    stale = tmp_path / ".notes.txt.999999999.0123abcd.part"
    others = [
        tmp_path / f".notes.txt.{os.getppid()}.0123abcd.part",
        tmp_path / ".other.txt.999999999.0123abcd.part",
        tmp_path / ".notes.txt.mine.part",
        tmp_path / "notes.txt.part",
    ]
    for file in (stale, *others):
        file.write_text("half a li", encoding="utf-8")
    folder = tmp_path / ".notes.txt.999999999.4567abcd.part"
    folder.mkdir()
    (folder / "half").touch()
    remove_leftovers(tmp_path / "notes.txt")
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_a_lock_is_held_until_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    with locked(target), pytest.raises(TimeoutError), locked(target, 0.05):
        pass
    with locked(target, 0.05):
        pass
    with pytest.raises(ZeroDivisionError), locked(target):
        raise ZeroDivisionError
    with locked(target, 0.05):
        pass
