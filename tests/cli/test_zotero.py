"""The commands `zotero sync`, `zotero status` and `zotero tldrs`."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from cli_support import Run
from zotero_support import LocalApi, ZoteroFolder, key_of, serving

SYNC = ("zotero", "sync", "--no-vectors", "--data-dir")


@pytest.fixture
def zotero(tmp_path: Path) -> ZoteroFolder:
    """A folder with three items, one of them without a title."""
    made = ZoteroFolder(tmp_path / "Zotero")
    for name in ("cats", "owls"):
        item = made.add(
            f"On the sleep of {name}",
            abstractNote=f"Sleep is a riddle. We show that {name} sleep fourteen hours a day.",
            tags=(name,),
        )
    made.add(kind="attachment", parent=item, content_type="application/pdf")
    made.add("", tags=("nothing",))
    return made


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_sync_over_time(run: Run, zotero: ZoteroFolder) -> None:
    first = run("zotero", "sync", "--data-dir", zotero.folder)
    assert first.exit_code == 0, first.stderr
    assert first.stdout == "My Library: 3 items in Zotero; 2 new, 1 not papers.\n"
    assert (
        f"Not imported: zotero://select/library/items/{key_of(4)}: it has no title" in first.stderr
    )

    again = run(*SYNC, zotero.folder)
    assert again.stdout == "My Library: 3 items in Zotero; nothing has changed.\n"

    zotero.change(1, "read")
    zotero.trash(2)
    preview = run(*SYNC, zotero.folder, "--dry-run")
    assert "0 new, 1 changed, 1 gone. Nothing was changed." in preview.stdout
    last = run(*SYNC, zotero.folder)
    assert last.stdout == (
        "My Library: 2 items in Zotero; 1 changed, 1 gone from Zotero; 1 paper removed here.\n"
    )
    shown = run("show", "1").stdout
    assert "Tags:      cats, read" in shown
    assert f"Zotero:    zotero://select/library/items/{key_of(1)}" in shown
    assert run("check").exit_code == 0


def test_a_starred_paper_is_kept(run: Run, zotero: ZoteroFolder) -> None:
    run(*SYNC, zotero.folder)
    run("tag", "star", "2")
    zotero.trash(2)
    result = run(*SYNC, zotero.folder)
    assert "0 papers removed here; 1 kept, because you tagged them" in result.stdout
    assert "kept: " in result.stdout
    assert "On the sleep of owls" in result.stdout


def test_the_folder_of_the_last_sync_is_used_again(
    run: Run, zotero: ZoteroFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    nowhere = run("zotero", "sync", "--no-vectors")
    assert nowhere.exit_code == 1
    assert "No Zotero library was found" in nowhere.stderr
    run(*SYNC, zotero.folder)
    assert "nothing has changed" in run("zotero", "sync", "--no-vectors").stdout
    with serving(LocalApi()) as port:  # it is still known after a sync from elsewhere
        assert run("zotero", "sync", "--api", "--yes", "--port", port).exit_code == 0
    assert "2 new" in run("zotero", "sync", "--no-vectors").stdout


def test_json(run: Run, zotero: ZoteroFolder) -> None:
    (report,) = json.loads(run(*SYNC, zotero.folder, "--json").stdout)
    assert (report["name"], report["items"], report["added"]) == ("My Library", 3, 2)
    assert report["remarks"] == [{"key": key_of(4), "why": "it has no title", "imported": False}]
    (preview,) = json.loads(run(*SYNC, zotero.folder, "--json", "--dry-run").stdout)
    assert preview == {"name": "My Library", "items": 3, "new": 0, "changed": 0, "gone": 0}


def test_an_emptied_library_needs_a_yes(run: Run, tmp_path: Path) -> None:
    zotero = ZoteroFolder(tmp_path / "Zotero")
    for number in range(12):
        zotero.add(f"Paper number {number}")
    run(*SYNC, zotero.folder)
    for number in range(1, 13):
        zotero.delete(number)
    refused = run(*SYNC, zotero.folder)
    assert refused.exit_code == 2
    assert "Nothing was changed" in refused.stderr
    assert "12" in run("list").stdout
    agreed = run(*SYNC, zotero.folder, "--yes")
    assert (agreed.exit_code, run("list").stdout) == (0, "")


def test_bad_folders_are_one_line(run: Run, tmp_path: Path) -> None:
    missing = run(*SYNC, tmp_path)
    assert missing.exit_code == 1
    assert len(missing.stderr.splitlines()) == 1
    (tmp_path / "zotero.sqlite").write_text("no database")
    wrong = run(*SYNC, tmp_path)
    assert wrong.exit_code == 1
    assert "is not a SQLite database" in wrong.stderr


def test_the_running_zotero_is_asked_only_with_api(run: Run, zotero: ZoteroFolder) -> None:
    api = LocalApi()
    api.add("ABCD2345", title="On the sleep of bees")
    with serving(api) as port:
        run(*SYNC, zotero.folder, "--port", port)
        assert api.requests == []
        result = run("zotero", "sync", "--no-vectors", "--api", "--port", port, "--yes")
    assert result.exit_code == 0, result.stderr
    assert "1 new" in result.stdout
    assert api.requests
    both = run("zotero", "sync", "--api", "--data-dir", zotero.folder)
    assert both.exit_code == 2


@pytest.mark.usefixtures("no_network")
def test_status(run: Run, zotero: ZoteroFolder, tmp_path: Path) -> None:
    before = run("zotero", "status", "--data-dir", zotero.folder)
    assert "never" in before.stdout
    zotero.citation_keys({1: "cats"})
    run(*SYNC, zotero.folder)
    after = run("zotero", "status", "--data-dir", zotero.folder).stdout
    assert "3 items; 3 synced, 2 of them papers" in after
    assert "1 of Better BibTeX" in after
    about = json.loads(run("zotero", "status", "--json", "--data-dir", zotero.folder).stdout)
    assert about["version"] == 123
    assert about["libraries"][0] == {"name": "My Library", "items": 3, "synced": 3, "papers": 2}
    gone = run("zotero", "status", "--data-dir", tmp_path)
    assert gone.exit_code == 0
    assert "does not exist" in gone.stderr
    assert "Last sync" in gone.stdout


def test_tldrs_for_zotero(run: Run, zotero: ZoteroFolder, papers: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.rdf"
    run("import", "--no-vectors", papers)
    run(*SYNC, zotero.folder)
    nothing = run("zotero", "tldrs", out)
    assert "No TL;DR to write" in nothing.stderr
    assert not out.exists()
    assert run("tldr").exit_code == 0
    written = run("zotero", "tldrs", out)
    assert "Wrote 2 TL;DRs" in written.stderr  # not of bees, dogs and ants
    text = out.read_text(encoding="utf-8")
    assert text.count("<bib:Memo ") == 2
    assert f"zotero://select/library/items/{key_of(1)}" in text
    run("zotero", "tldrs", tmp_path / "out.ris")
    assert (tmp_path / "out.ris").read_text(encoding="utf-8").count("TL;DR") >= 2
    assert (
        "no paper that is synced with Zotero has a new TL;DR"
        in run("zotero", "tldrs", "--new", tmp_path / "new.rdf").stderr
    )


def test_tldrs_are_never_written_into_zoteros_folder(run: Run, zotero: ZoteroFolder) -> None:
    inside = run("zotero", "tldrs", zotero.folder / "storage" / "out.rdf")
    assert inside.exit_code == 2
    assert "only Zotero writes" in inside.stderr
    assert run("zotero", "tldrs", zotero.folder.parent / "out.txt").exit_code == 2
