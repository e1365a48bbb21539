"""`watch`: what is in the folder, what lands in it, what is left alone, and how it ends."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import Run, write_papers
from patience import PATIENCE_S
from source_support import PROBABLE

import assistant.cli.watch
from assistant.cli.streams import Streams
from assistant.cli.watch import Watched, _Importer
from assistant.errors import LibraryBusy, LibraryFull
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.progress import Progress
from assistant.settings import load_settings

pytestmark = pytest.mark.slow

WATCH = """
import assistant.models as models
from assistant.models.fake import HashingEmbedder

models.open_embedder = lambda settings, notify: HashingEmbedder()

import assistant.cli.watch
assistant.cli.watch.QUIET_S = 0.5
from assistant.cli import main
main()
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assistant.cli.watch, "QUIET_S", 0.5)
    folder = tmp_path / "downloads"
    folder.mkdir()
    return folder


def long_ago(path: Path, seconds: float = 3600) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def put(path: Path, *topics: str) -> Path:
    """A file that has been there for an hour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return long_ago(write_papers(path, list(topics)))


def count() -> int:
    with Library.open(load_settings().library, None) as library:
        return library.papers.count()


# Once


def test_texts_that_are_not_certainly_papers_are_reported_and_not_stored(
    run: Run, folder: Path
) -> None:
    page = folder / "page.txt"
    page.write_text(PROBABLE, encoding="utf-8")
    letter = folder / "letter.txt"
    letter.write_text("Dear all,\n\n" + "We meet on Monday and bring cake. " * 12, encoding="utf-8")
    for path in (page, letter):
        long_ago(path)
    result = run("watch", folder, "--once")
    assert result.exit_code == 0
    assert "page.txt may be a saved page" in result.stderr
    assert "--as saved-page" in result.stderr
    assert "letter.txt does not look like papers" in result.stderr
    assert count() == 0
    # They are reported once.
    assert run("watch", folder, "--once").stderr == ""
    assert run("import", page, "--as", "saved-page").exit_code == 0
    assert count() == 1


def test_once_imports_what_is_new_and_nothing_again(run: Run, folder: Path) -> None:
    put(folder / "a.jsonl", "cats")
    put(folder / "deep" / "er" / "b.jsonl", "dogs", "owls")
    result = run("watch", folder, "--once")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "a.jsonl: 1 paper read: 1 new, 0 merged, 0 unchanged.\n"
        "deep/er/b.jsonl: 2 papers read: 2 new, 0 merged, 0 unchanged.\n"
    )
    again = run("watch", folder, "--once")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")
    put(folder / "a.jsonl", "cats", "bees")
    changed = run("watch", folder, "--once")
    assert changed.stdout.startswith("a.jsonl: 2 papers read: 1 new, 0 merged, 1 unchanged")
    with Library.open(load_settings().library, None) as library:
        assert library.vectors.missing() == 0


def test_what_is_gone_is_forgotten_and_imported_when_it_is_back(run: Run, folder: Path) -> None:
    file = put(folder / "a.jsonl", "cats")
    run("watch", folder, "--once")
    file.rename(folder.parent / "a.jsonl")
    assert run("watch", folder, "--once").stdout == ""
    (folder.parent / "a.jsonl").rename(file)
    assert run("watch", folder, "--once").stdout.startswith("a.jsonl: 1 paper read: 0 new")


def test_a_broken_file_is_reported_once(run: Run, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 \x00\xff\xfe and no more")
    long_ago(folder / "broken.pdf")
    put(folder / "c.jsonl", "cats")
    result = run("watch", folder, "--once")
    assert result.exit_code == 0
    assert "broken.pdf" in result.stderr
    assert "c.jsonl: 1 paper read: 1 new" in result.stdout
    again = run("watch", folder, "--once")
    assert (again.stdout, again.stderr) == ("", "")


@pytest.mark.parametrize(
    "name",
    [
        "x.jsonl.part", "x.jsonl.crdownload", "x.tmp", "X.PART", ".hidden.jsonl", "x.jsonl~",
        ".git/x.jsonl", "x.jsonl.download", "~$x.jsonl", "deep/.cache/x.jsonl",
    ],
)  # fmt: skip
def test_partial_and_hidden_files_are_left_alone(run: Run, folder: Path, name: str) -> None:
    put(folder / name, "cats")
    result = run("watch", folder, "--once")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert count() == 0


def test_an_empty_file_is_left_until_it_has_something(run: Run, folder: Path) -> None:
    (folder / "a.jsonl").touch()
    long_ago(folder / "a.jsonl")
    result = run("watch", folder, "--once")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    put(folder / "a.jsonl", "cats")
    assert "1 new" in run("watch", folder, "--once").stdout


def test_a_file_just_written_is_waited_for(run: Run, folder: Path) -> None:
    write_papers(folder / "a.jsonl", ["cats"])
    assert "1 new" in run("watch", folder, "--once").stdout


def test_a_time_to_come_does_not_keep_a_file_out(run: Run, folder: Path) -> None:
    long_ago(write_papers(folder / "a.jsonl", ["cats"]), -7200)
    assert "1 new" in run("watch", folder, "--once").stdout


def test_a_file_that_keeps_growing_is_left_for_the_next_time(run: Run, folder: Path) -> None:
    stop = threading.Event()

    def grow() -> None:
        with (folder / "a.jsonl").open("w", encoding="utf-8") as file:
            while not stop.wait(0.05):
                file.write('{"title": "Half')
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        while not (folder / "a.jsonl").exists() or not (folder / "a.jsonl").stat().st_size:
            time.sleep(0.01)
        result = run("watch", folder, "--once")
    finally:
        stop.set()
        writer.join()
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "a.jsonl is still being written and was skipped.\n"


def test_the_library_itself_is_not_watched(run: Run, tmp_path: Path, folder: Path) -> None:
    put(tmp_path / "downloads" / "a.jsonl", "cats")
    run("import", folder / "a.jsonl")
    for file in load_settings().library.rglob("*"):
        if file.is_file():
            long_ago(file)
    result = run("watch", tmp_path, "--once")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 1
    assert result.stdout.startswith("downloads/a.jsonl: 1 paper read")


def test_what_cannot_be_watched_is_wrong_use(run: Run, tmp_path: Path, folder: Path) -> None:
    file = put(tmp_path / "a.jsonl", "cats")
    for wrong in (file, tmp_path / "none"):
        result = run("watch", wrong, "--once")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "is not a folder" in result.stderr
    assert run("watch", folder, "--columns", "title", "--once").exit_code == 2


def test_folders_are_told_apart(run: Run, tmp_path: Path, folder: Path) -> None:
    put(folder / "a.jsonl", "cats")
    put(tmp_path / "other" / "a.jsonl", "dogs")
    run("watch", folder, "--once")
    assert "1 new" in run("watch", tmp_path / "other", "--once").stdout
    assert run("watch", folder / ".." / "downloads", "--once").stdout == ""


def test_a_folder_that_cannot_be_read_does_not_hide_the_others(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "a.jsonl", "cats")
    put(folder / "b.jsonl", "dogs")
    real = Path.stat

    def stat(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self.name == "a.jsonl":
            raise PermissionError(13, "Permission denied")
        return real(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    result = run("watch", folder, "--once")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("b.jsonl: 1 paper read: 1 new")


# All the time


class Watching:
    """The command in a process of its own, and the lines it writes."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WATCH, "watch", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        assert self.line().startswith("Watching ")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put("")

    def line(self) -> str:
        """The next line; '' at the end."""
        return self._lines.get(timeout=PATIENCE_S)

    def interrupt(self) -> tuple[int, list[str]]:
        """Press Ctrl-C; the exit code and what was written after."""
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> tuple[int, list[str]]:
        lines = list(iter(self.line, ""))
        return self.process.wait(), lines


@pytest.fixture
def watching(folder: Path) -> Iterator[Watching]:
    put(folder / "first.jsonl", "cats")
    started = Watching(folder)
    assert started.line().startswith("first.jsonl: 1 paper read: 1 new")
    yield started
    started.process.kill()
    started.process.wait()
    assert started.process.stdout is not None
    started.process.stdout.close()


@posix
def test_what_lands_is_imported_as_it_comes(watching: Watching, folder: Path) -> None:
    write_papers(folder / "second.jsonl", ["dogs"])
    assert watching.line().startswith("second.jsonl: 1 paper read: 1 new")
    (folder / "deep").mkdir()
    write_papers(folder / "deep" / "third.jsonl", ["owls"])
    assert watching.line().startswith("deep/third.jsonl: 1 paper read: 1 new")
    write_papers(folder / "second.jsonl", ["dogs", "ants"])
    assert watching.line().startswith("second.jsonl: 2 papers read: 1 new, 0 merged, 1 unchanged")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    said: list[str] = []
    while not (said and said[-1].startswith("broken.pdf: 0 papers read")):
        said.append(watching.line())
    assert len(said) == 2, "one reason and the summary"
    # A download: the empty name, the growing part, the name with all of it.
    (folder / "fourth.jsonl").touch()
    write_papers(folder / "fourth.jsonl.part", ["bees"])
    write_papers(folder / "fifth.jsonl", ["wasps"])
    assert watching.line().startswith("fifth.jsonl: 1 paper read: 1 new")
    (folder / "fourth.jsonl.part").replace(folder / "fourth.jsonl")
    assert watching.line().startswith("fourth.jsonl: 1 paper read: 1 new")
    # A paper gets its vectors after its line; an interrupt before that would leave it without.
    with Library.open(load_settings().library, None) as library:
        while library.vectors.missing():
            time.sleep(0.05)
    assert watching.interrupt() == (0, ["Stopped."])
    assert count() == 6


def test_a_library_that_is_full_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = put(folder / "a.jsonl", "cats")
    monkeypatch.setattr(assistant.cli.watch, "retry_delay", lambda failures: 0.01 * failures)
    with Library.open(load_settings().library, HashingEmbedder()) as library:
        watched = Watched(library, folder)

        def importer(*, once: bool) -> _Importer:
            return _Importer(library, watched, None, Streams(), Progress(), once)

        add, embed = library.add, library.vectors.embed_missing
        failing = [library.add, library.vectors.embed_missing]

        def fail_once(action: Callable[..., Any], error: Exception) -> Callable[..., Any]:
            def failing_once(*given: Any) -> Any:
                if action in failing:
                    failing.remove(action)
                    raise error
                return action(*given)

            return failing_once

        full, busy = LibraryFull("The disk is full."), LibraryBusy("Somebody writes.")
        monkeypatch.setattr(library, "add", fail_once(add, full))
        monkeypatch.setattr(library.vectors, "embed_missing", fail_once(embed, busy))
        ((path, state),) = watched.whole()
        with pytest.raises(LibraryFull):
            importer(once=True).run(path, state)
        failing.append(add)
        importer(once=False).run(path, state)
        assert library.papers.count() == 1
        assert library.vectors.missing() == 0
        assert list(watched.whole()) == []
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        "a.jsonl: The disk is full. The next attempt is in 0 s.",
        "a.jsonl: Somebody writes. The next attempt is in 0 s.",
    ]
    assert shown.out.startswith(f"{file.name}: 1 paper read: 1 new")


@posix
def test_a_file_is_not_read_while_it_is_written(watching: Watching, folder: Path) -> None:
    whole = write_papers(folder.parent / "x.jsonl", [f"animal{n}" for n in range(40)]).read_text()
    with (folder / "slow.jsonl").open("w", encoding="utf-8") as file:
        for start in range(0, len(whole), len(whole) // 20):
            file.write(whole[start : start + len(whole) // 20])
            file.flush()
            time.sleep(0.1)
    assert watching.line().startswith("slow.jsonl: 40 papers read: 40 new")
    assert watching.interrupt() == (0, ["Stopped."])


@posix
def test_started_again_it_knows_what_it_has_seen(watching: Watching, folder: Path) -> None:
    assert watching.interrupt() == (0, ["Stopped."])
    put(folder / "second.jsonl", "dogs")
    again = Watching(folder)
    assert again.line().startswith("second.jsonl: 1 paper read: 1 new")
    assert again.interrupt() == (0, ["Stopped."])
    assert again.process.stdout is not None
    again.process.stdout.close()


@posix
def test_a_folder_that_disappears_is_an_error(watching: Watching, folder: Path) -> None:
    shutil.rmtree(folder)
    code, lines = watching.ended()
    assert code == 1
    assert lines == [
        f"Error: {folder} no longer exists. Imported papers are kept; start watching again when "
        "the folder is back."
    ]
    assert count() == 1
