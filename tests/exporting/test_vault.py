"""A vault follows the library and never takes anything of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.errors import OutputError
from assistant.exporting import ExportRecord, Vault, write_notes
from assistant.exporting.vault import STATE
from assistant.paper import Paper


def record(title: str, identifier: str = "", tldr: str = "", **known: Any) -> ExportRecord:
    made = Paper(title=title, abstract="They sleep.", **known)
    return ExportRecord.from_paper(made, identifier or f"x:{title}", tldr)


def names(folder: Path) -> list[str]:
    return sorted(str(note.relative_to(folder)) for note in folder.rglob("*.md"))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault" / "papers")


def append(note: Path, text: str) -> None:
    with note.open("a", encoding="utf-8") as file:
        file.write(text)


def test_only_what_changed_is_written(vault: Vault) -> None:
    papers = [record("Owls"), record("Bees")]
    first = vault.synchronize(papers)
    assert (first.written, first.removed, first.unchanged, first.kept) == (2, 0, 0, [])
    before = (vault.folder / "Owls.md").stat().st_mtime_ns
    again = vault.synchronize(papers)
    assert (again.written, again.unchanged) == (0, 2)
    changed = vault.synchronize([record("Owls"), record("Bees", tldr="They buzz.")])
    assert (changed.written, changed.unchanged) == (1, 1)
    assert (vault.folder / "Owls.md").stat().st_mtime_ns == before
    assert "They buzz." in (vault.folder / "Bees.md").read_text(encoding="utf-8")


def test_text_below_a_note_stays(vault: Vault) -> None:
    vault.synchronize([record("Owls")])
    note = vault.folder / "Owls.md"
    append(note, "\n## My notes\n\nSee [[Bees]].\n")
    assert vault.synchronize([record("Owls")]).unchanged == 1
    assert vault.synchronize([record("Owls", tldr="They hoot.")]).written == 1
    text = note.read_text(encoding="utf-8")
    assert "They hoot." in text
    assert text.endswith("\n## My notes\n\nSee [[Bees]].\n")
    shorter = vault.synchronize([record("Owls")])
    assert shorter.written == 1
    assert note.read_text(encoding="utf-8").count("They hoot.") == 0


def test_an_edited_note_is_not_touched(vault: Vault) -> None:
    vault.synchronize([record("Owls")])
    note = vault.folder / "Owls.md"
    mine = note.read_text(encoding="utf-8").replace("They sleep.", "They do *not* sleep.")
    note.write_text(mine, encoding="utf-8")
    for _ in range(2):
        changes = vault.synchronize([record("Owls", tldr="They hoot.")])
        assert (changes.written, changes.kept) == (0, ["Owls.md"])
    assert vault.synchronize([]).removed == 0
    assert note.read_text(encoding="utf-8") == mine


def test_notes_of_papers_that_are_gone_are_removed_if_nothing_was_added(vault: Vault) -> None:
    vault.synchronize([record("Owls"), record("Bees"), record("Ants")])
    append(vault.folder / "Bees.md", "\nMine.\n")
    append(vault.folder / "Ants.md", "\n\n")
    (vault.folder / "My own.md").write_text("# Mine", encoding="utf-8")
    changes = vault.synchronize([])
    assert changes.removed == 2
    assert names(vault.folder) == ["Bees.md", "My own.md"]
    # The paper comes back.
    assert vault.synchronize([record("Bees", tldr="x")]).written == 1
    assert (vault.folder / "Bees.md").read_text(encoding="utf-8").endswith("\nMine.\n")


def test_a_note_may_be_renamed_and_moved(vault: Vault) -> None:
    vault.synchronize([record("Owls"), record("Bees")])
    (vault.folder / "birds").mkdir()
    (vault.folder / "Owls.md").rename(vault.folder / "birds" / "About owls.md")
    changes = vault.synchronize([record("Owls", tldr="They hoot."), record("Bees")])
    assert changes.written == 1
    assert names(vault.folder) == ["Bees.md", "birds/About owls.md"]
    (vault.folder / "Bees.md").unlink()
    vault.synchronize([record("Owls", tldr="They hoot."), record("Bees")])
    assert "Bees.md" in names(vault.folder)


def test_a_paper_with_a_new_id_keeps_its_note(vault: Vault) -> None:
    vault.synchronize([record("Owls", "arxiv:2603.00001", arxiv="2603.00001"), record("Bees")])
    append(vault.folder / "Owls.md", "\nMine.\n")
    published = record("Owls", "doi:10.1/Owls", arxiv="2603.00001", doi="10.1/Owls")
    changes = vault.synchronize([published, record("Bees"), record("Ants")])
    assert (changes.written, changes.removed) == (2, 0)
    assert names(vault.folder) == ["Ants.md", "Bees.md", "Owls.md"]
    text = (vault.folder / "Owls.md").read_text(encoding="utf-8")
    assert 'paper_id: "doi:10.1/Owls"' in text
    assert text.endswith("\nMine.\n")


def test_chapters_with_one_doi_have_notes_of_their_own(vault: Vault) -> None:
    chapters = [record(f"Chapter {n}", f"text:{n}", doi="10.1/book") for n in range(3)]
    vault.synchronize(chapters)
    assert len(names(vault.folder)) == 3
    assert vault.synchronize(chapters).unchanged == 3
    vault.synchronize(chapters[1:])
    assert names(vault.folder) == ["Chapter 1.md", "Chapter 2.md"]


def test_notes_of_an_earlier_export_are_taken_over(tmp_path: Path) -> None:
    write_notes([record("Owls"), record("Bees")], tmp_path)
    vault = Vault(tmp_path)
    changes = vault.synchronize([record("Owls"), record("Bees", tldr="New.")])
    # Whether the user changed the second one is not known.
    assert (changes.unchanged, changes.written, changes.kept) == (1, 0, ["Bees.md"])
    assert vault.synchronize([record("Owls", tldr="New."), record("Bees")]).written == 1


def test_an_interrupt_loses_nothing(vault: Vault) -> None:
    vault.synchronize([record("Owls"), record("Bees")])
    append(vault.folder / "Bees.md", "\nMine.\n")

    def interrupted() -> Any:
        yield record("Owls", tldr="New.")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.synchronize(interrupted())
    assert names(vault.folder) == ["Bees.md", "Owls.md"]
    changes = vault.synchronize([record("Owls", tldr="New."), record("Bees", tldr="New.")])
    assert (changes.written, changes.unchanged, changes.kept) == (1, 1, [])
    assert (vault.folder / "Bees.md").read_text(encoding="utf-8").endswith("\nMine.\n")


def test_a_kill_before_the_state_was_saved(vault: Vault) -> None:
    vault.synchronize([record("Owls")])
    state = (vault.folder / STATE).read_bytes()
    vault.synchronize([record("Owls", tldr="New.")])
    (vault.folder / STATE).write_bytes(state)
    changes = vault.synchronize([record("Owls", tldr="New.")])
    assert (changes.unchanged, changes.kept) == (1, [])
    assert vault.synchronize([record("Owls")]).written == 1


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"x:Owls": 3}', b'{"x:Owls": ["a"]}', b"\xff"]
)
def test_a_damaged_state_is_one_line(vault: Vault, damage: bytes) -> None:
    vault.synchronize([record("Owls")])
    (vault.folder / STATE).write_bytes(damage)
    with pytest.raises(OutputError, match="is damaged") as caught:
        vault.synchronize([])
    assert "\n" not in str(caught.value)
    assert names(vault.folder) == ["Owls.md"]


def test_a_file_in_place_of_the_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="Choose another folder"):
        Vault(tmp_path / "file")
