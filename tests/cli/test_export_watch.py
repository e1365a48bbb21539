"""`export --watch`: the file or vault follows the library until a stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli_support import Run, write_papers

from assistant.api import PaperLibrary
from assistant.cli import export_watch
from assistant.cli.export_watch import Followed, follow
from assistant.cli.streams import Streams
from assistant.errors import OutputError
from assistant.library import EVERYTHING, Filters, Library
from assistant.progress import Progress
from assistant.session import Session
from assistant.settings import load_settings


class Steps(Progress):
    """A progress whose waits do the next of `steps`, and whose stop is requested after the last."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = list(steps)

    def wait(self, seconds: float) -> bool:
        if not self._steps:
            return True
        self._steps.pop(0)()
        return False


def rest() -> None:
    pass


@pytest.fixture
def library(filled: Path) -> Iterator[PaperLibrary]:
    with Session(load_settings(), embedding=False) as session:
        yield PaperLibrary(session)


@contextmanager
def another_program() -> Iterator[Library]:
    with Library.open(load_settings().library, None) as other:
        yield other


def tag(name: str) -> Callable[[], None]:
    def change() -> None:
        with another_program() as other:
            other.papers.tag([1], [name])

    return change


def remove() -> None:
    with another_program() as other:
        other.remove([2])


def test_a_vault_follows_changes_of_another_program(
    library: PaperLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "vault"
    steps = Steps(tag("cosy"), rest, rest, remove, rest, rest)
    follow(Followed(library, "", EVERYTHING), "obsidian", out, Streams(), steps)
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        f"{out}: 5 notes written, 0 removed, 0 unchanged.",
        f"{out}: 1 note written, 0 removed, 4 unchanged.",
        f"{out}: 0 notes written, 1 removed, 4 unchanged.",
    ]
    assert shown.err.splitlines() == [
        f"Following the library in {out}. Press Ctrl-C to stop.",
        "Stopped.",
    ]
    assert "cosy" in (out / "On the sleep of cats.md").read_text(encoding="utf-8")
    assert not (out / "On the sleep of dogs.md").exists()


def test_a_file_is_written_only_if_its_content_changed(
    library: PaperLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "library.bib"

    def unrelated() -> None:
        with another_program() as other:
            other.metadata.set("something", str(time.time()))

    steps = Steps(unrelated, rest, rest, tag("cosy"), rest, out.unlink, unrelated, rest, rest)
    follow(Followed(library, "", EVERYTHING), "bibtex", out, Streams(), steps)
    assert capsys.readouterr().out.splitlines() == [f"Wrote 5 papers to {out}."] * 3
    assert "cosy" in out.read_text(encoding="utf-8")


def test_papers_that_no_longer_match_leave_the_vault(library: PaperLibrary, tmp_path: Path) -> None:
    def untag() -> None:
        with another_program() as other:
            other.papers.untag([1], ["cosy"])
            other.papers.tag([3], ["cosy"])

    tag("cosy")()
    out = tmp_path / "vault"
    chosen = Followed(library, "", Filters(tags=("cosy",)))
    follow(chosen, "obsidian", out, Streams(), Steps(untag, rest, rest))
    assert [note.name for note in out.glob("*.md")] == ["On the sleep of owls.md"]


def test_an_edited_note_is_reported_once(
    library: PaperLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "vault"

    def edit() -> None:
        note = out / "On the sleep of cats.md"
        note.write_text(note.read_text("utf-8").replace("riddle", "secret"), "utf-8")

    steps = Steps(edit, tag("a"), rest, rest, tag("b"), rest, rest)
    follow(Followed(library, "", EVERYTHING), "obsidian", out, Streams(), steps)
    assert capsys.readouterr().err.count("On the sleep of cats.md was edited") == 1


def test_another_or_empty_library_does_not_empty_the_vault(
    run: Run, library: PaperLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "vault"
    follow(Followed(library, "", EVERYTHING), "obsidian", out, Streams(), Steps())
    with Session(load_settings(library=tmp_path / "other"), embedding=False) as session:
        empty = Followed(PaperLibrary(session), "", EVERYTHING)
        follow(empty, "obsidian", out, Streams(), Steps())
    assert len(list(out.glob("*.md"))) == 5
    assert "The library is empty" in capsys.readouterr().err


def test_a_later_failure_is_tried_again(
    library: PaperLibrary,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_watch, "retry_delay", lambda failures: 0.0)
    out = tmp_path / "folder" / "library.bib"
    with pytest.raises(OutputError):
        follow(Followed(library, "", EVERYTHING), "bibtex", out, Streams(), Steps())
    out.parent.mkdir()

    def away() -> None:
        out.unlink()
        out.parent.rmdir()

    steps = Steps(away, tag("a"), rest, out.parent.mkdir, rest)
    follow(Followed(library, "", EVERYTHING), "bibtex", out, Streams(), steps)
    assert "The export is tried again." in capsys.readouterr().err
    assert out.is_file()


def test_a_library_that_never_rests_is_exported_all_the_same(
    library: PaperLibrary, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "vault"
    busy = [tag(f"tag {n}") for n in range(export_watch._MOST_LOOKS)]
    follow(Followed(library, "", EVERYTHING), "obsidian", out, Streams(), Steps(*busy))
    assert f"{out}: 1 note written" in capsys.readouterr().out


def test_a_watch_needs_a_place(run: Run, filled: Path) -> None:
    result = run("export", "--watch")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--out" in result.stderr


def test_the_command_follows_until_it_is_interrupted(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("import", write_papers(tmp_path / "two.jsonl", ["cats", "dogs"]))

    @contextmanager
    def interrupted() -> Iterator[Progress]:
        yield Steps()

    monkeypatch.setattr("assistant.cli.export.stop_on_interrupt", interrupted)
    result = run("export", "cats", "--watch", "-o", tmp_path / "cats.bib")
    assert (result.exit_code, result.stdout) == (0, f"Wrote 1 paper to {tmp_path}/cats.bib.\n")
    assert result.stderr.endswith("Stopped.\n")
