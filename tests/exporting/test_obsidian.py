"""Notes for Obsidian: names, front matter, and what is never replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hostile import HOSTILE, unseen, writable

from assistant.errors import OutputError
from assistant.exporting import ExportRecord, write_notes
from assistant.paper import Paper


def paper(title: str, identifier: str, tags: tuple[str, ...] = ()) -> ExportRecord:
    made = Paper(title=title, abstract="They sleep.", tags=tags)
    return ExportRecord.from_paper(made, identifier, "Sleep.")


def front_matter(note: Path) -> dict[str, object]:
    text = note.read_text(encoding="utf-8")
    assert text.startswith("---\n")
    values = yaml.safe_load(text.split("\n---\n")[0])
    assert isinstance(values, dict)
    return values


def names(folder: Path) -> list[str]:
    return sorted(note.name for note in folder.iterdir())


def test_a_note_has_front_matter_and_text(tmp_path: Path) -> None:
    made = Paper(
        title='On "owls": #1',
        abstract="They *sleep*.\nAll day.",
        authors=("Zoë Müller",),
        published="2020-03",
        doi="10.1000/x",
        tags=("to read", "C++", "1984", "a/b c"),
    )
    record = ExportRecord.from_paper(made, "doi:10.1000/x", "Yes: no")
    assert write_notes([record], tmp_path / "a" / "b") == 1
    note = tmp_path / "a" / "b" / "On owls 1.md"
    assert front_matter(note) == {
        "paper_id": "doi:10.1000/x",
        "title": 'On "owls": #1',
        "authors": ["Zoë Müller"],
        "published": "2020-03",
        "doi": "10.1000/x",
        "tags": ["to-read", "C", "_1984", "a/b-c"],
        "keywords": ["to read", "C++", "1984", "a/b c"],
        "tldr": "Yes: no",
    }
    assert note.read_text(encoding="utf-8").split("\n---\n\n")[1] == (
        '# On "owls": \\#1\n\n'
        "Zoë Müller · 2020 · <https://doi.org/10.1000/x>\n\n"
        "**TL;DR:** Yes: no\n\n"
        "They \\*sleep\\*.\n\n"
        "All day.\n"
    )


def test_exporting_again_replaces_notes_of_the_same_papers(tmp_path: Path) -> None:
    papers = [paper("Owls", "x:1"), paper("owls", "x:2"), paper("OWLS", "x:3")]
    write_notes(papers, tmp_path)
    before = names(tmp_path)
    assert before == ["OWLS (x 3).md", "Owls.md", "owls (x 2).md"]
    (tmp_path / "Owls.md").write_text("---\ntitle: a\npaper_id: 'x:1'\n---\nold", encoding="utf-8")
    write_notes(papers, tmp_path)
    write_notes(papers[1:2], tmp_path)
    assert front_matter(tmp_path / "Owls.md")["paper_id"] == "x:1"
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    "mine", ["", "My note about owls.", "---\ntags: [a]\n---\npaper_id: x:1", "paper_id: x:1"]
)
def test_a_note_of_the_user_is_never_replaced(tmp_path: Path, mine: str) -> None:
    (tmp_path / "Owls.md").write_text(mine, encoding="utf-8")
    write_notes([paper("Owls", "x:1")], tmp_path)
    assert names(tmp_path) == ["Owls (x 1).md", "Owls.md"]
    assert (tmp_path / "Owls.md").read_text(encoding="utf-8") == mine
    (tmp_path / "Owls (x 1).md").write_text(mine, encoding="utf-8")
    with pytest.raises(OutputError, match="is another note"):
        write_notes([paper("Owls", "x:1")], tmp_path)
    assert (tmp_path / "Owls (x 1).md").read_text(encoding="utf-8") == mine


@pytest.mark.parametrize("name", HOSTILE)
def test_every_title_makes_a_safe_name_and_a_readable_note(tmp_path: Path, name: str) -> None:
    text = writable(HOSTILE[name])
    folder = tmp_path / "notes"
    for identifier in ("x:1", f"text:{text}"):
        made = Paper.model_construct(title=text, abstract=text, tags=(text,), authors=(text,))
        write_notes([ExportRecord.from_paper(made, identifier, text)], folder)
    notes = list(folder.iterdir())
    assert len(notes) == 2
    for note in notes:
        assert len(note.name.encode()) <= 120
        assert not re.search(r'[\\/:*?"<>|\x00-\x1f]', note.name)
        assert note.stem == note.stem.strip(". ")
        assert unseen(note.read_text(encoding="utf-8")) == []
        assert unseen(note.name) == []
        assert str(front_matter(note)["paper_id"]).startswith(("x:1", "text:"))


def test_names_that_windows_keeps_for_devices_are_not_used(tmp_path: Path) -> None:
    titles = ["CON", "nul", "com1.txt", "Console", "...", "a" * 300, "漢" * 300]
    write_notes([paper(title, f"x:{n}") for n, title in enumerate(titles)], tmp_path)
    long = ["a" * 117 + ".md", "漢" * 39 + ".md"]
    assert names(tmp_path) == sorted(
        ["_CON.md", "_nul.md", "_com1.txt.md", "Console.md", "x 4.md", *long]
    )


def test_ids_that_begin_alike_have_notes_of_their_own(tmp_path: Path) -> None:
    papers = [paper("Owls", f"doi:10.1000/{'x' * 100}{n}") for n in range(3)]
    assert write_notes(papers, tmp_path) == 3
    assert len(names(tmp_path)) == 3


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write notes there"):
        write_notes([paper("Owls", "x:1")], tmp_path / "file")


def test_what_stops_an_export_leaves_whole_notes(tmp_path: Path) -> None:
    def papers() -> Iterator[ExportRecord]:
        yield paper("Owls", "x:1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_notes(papers(), tmp_path)
    assert names(tmp_path) == ["Owls.md"]
