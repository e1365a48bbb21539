"""Backups: everything comes back; what is no backup is refused; nothing is ever lost by one."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import (
    BackupUnusable,
    LibraryBusy,
    LibraryError,
    LibraryReadOnly,
    OutputError,
)
from assistant.library import Library, StoredTldr, backup, backup_file, restore
from assistant.library.metadata import COLLECTION
from assistant.library.schema import SCHEMA_VERSION
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and links of POSIX")


@pytest.fixture
def filled(library: Library, make_papers: MakePapers) -> Library:
    """Papers, merged and tagged ones among them, vectors, TL;DRs, a chat, a prompt of one's own."""
    library.add(make_papers(30))
    record = Paper(title="On tulips", doi="10.1/tulip", source="a.bib")
    library.add([record, record.model_copy(update={"abstract": "Red.", "source": "b.bib"})])
    library.papers.tag([3], ["star"])
    library.papers.untag([4], ["old"])
    library.vectors.embed_missing()
    library.tldrs.save(StoredTldr(3, "A line.", "m", "p", "generated", 1.5, "2024-01-01T00:00:00"))
    library.chats.save_turn("chat", "Why?", '{"text": "Because."}')
    library.metadata.set("watched:/x", "{}")
    (library.folder / "prompts").mkdir()
    (library.folder / "prompts" / "tldr.md").write_text("# user\n{title}{abstract}\n")
    return library


def everything(folder: Path) -> dict[str, Any]:
    """Every row of every table, as SQLite has it, and the prompts."""
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' "
                "AND name NOT LIKE 'full_text%' AND name NOT IN ('vocabulary', 'occurrences')"
            )
        ]
        found: dict[str, Any] = {
            table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))
            for table in tables
        }
    found["prompts"] = {
        file.name: file.read_bytes() for file in (folder / "prompts").glob("*") if file.is_file()
    }
    return found


def files(folder: Path) -> dict[str, str]:
    """Every file below `folder` by its content; the lock is none."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "chroma.lock"
    }


@pytest.fixture
def saved(filled: Library, tmp_path: Path) -> Path:
    """A backup of the closed library."""
    target = tmp_path / "papers.zip"
    filled.back_up(target)
    filled.close()
    return target


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another library, which is closed."""
    folder = tmp_path / "other"
    with Library.open(folder, HashingEmbedder()) as library:
        library.add([Paper(title="What I had", abstract="Before.")])
        library.vectors.embed_missing()
    (folder / "prompts").mkdir()
    (folder / "prompts" / "answer.md").write_text("mine")
    return folder


def test_everything_comes_back(filled: Library, tmp_path: Path) -> None:
    target = tmp_path / "papers.zip"
    made = filled.back_up(target)
    assert (made.papers, made.version) == (31, SCHEMA_VERSION)
    query = "penguins while migrating"
    hits = [hit.stored.id for hit in filled.search(query)]
    filled.close()
    restored = restore(target, tmp_path / "new", replace=False)
    assert restored == made
    assert everything(tmp_path / "new") == everything(filled.folder)
    embedder = HashingEmbedder()
    with Library.open(tmp_path / "new", embedder) as library:
        assert library.check() == []
        assert library.vectors.missing() == 0
        assert [hit.stored.id for hit in library.search(query)] == hits
        assert library.chats.turns("chat")[0].answer_json == '{"text": "Because."}'
    assert embedder.texts == [query], "nothing was embedded again"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library", "new", "papers.zip"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "catalog.sqlite", "chroma", "chroma.lock", "prompts",
    ]  # fmt: skip


def test_an_empty_library_comes_back(library: Library, tmp_path: Path) -> None:
    assert library.back_up(tmp_path / "b.zip").papers == 0
    assert restore(tmp_path / "b.zip", tmp_path / "new", replace=False).papers == 0
    with Library.open(tmp_path / "new", None) as new:
        assert new.papers.count() == 0


def test_prompts_that_are_none_do_not_spoil_the_backup(filled: Library, tmp_path: Path) -> None:
    prompts = filled.folder / "prompts"
    (prompts / "._tldr.md").write_bytes(b"\0")  # what macOS leaves beside a file
    (prompts / "folder.md").mkdir()
    (prompts / "huge.md").write_bytes(b"x" * ((1 << 20) + 1))
    (prompts / "answer.md").write_text("old")
    os.utime(prompts / "answer.md", (0, 0))  # before the time that zip files know
    filled.back_up(tmp_path / "b.zip")
    restore(tmp_path / "b.zip", tmp_path / "new", replace=False)
    restored = sorted(file.name for file in (tmp_path / "new" / "prompts").iterdir())
    assert restored == ["answer.md", "tldr.md"]


def test_a_backup_is_one_moment_while_others_write(
    filled: Library, make_papers: MakePapers, tmp_path: Path
) -> None:
    stop = threading.Event()

    def write() -> None:
        first = 1000
        while not stop.is_set():
            filled.add(make_papers(10, first))  # ten at once or none
            first += 10

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [filled.back_up(tmp_path / f"{n}.zip") for n in range(4)]
    finally:
        stop.set()
        writer.join()
    for n, backup_made in enumerate(made):
        assert backup_made.papers % 10 == 1
        restore(tmp_path / f"{n}.zip", tmp_path / f"new{n}", replace=False)
        with Library.open(tmp_path / f"new{n}", None) as library:
            assert library.papers.count() == backup_made.papers
            assert library.check() == []


# Where it is written


def test_a_backup_replaces_a_file_and_follows_a_link(filled: Library, tmp_path: Path) -> None:
    real = tmp_path / "real.zip"
    real.write_text("an older one")
    (tmp_path / "link.zip").symlink_to(real)
    filled.back_up(tmp_path / "link.zip")
    assert (tmp_path / "link.zip").is_symlink()
    assert zipfile.is_zipfile(real)


@pytest.mark.parametrize("name", ["catalog.sqlite", "catalog.sqlite-wal", "b.zip", "chroma/b.zip"])
def test_a_backup_into_the_library_itself_is_refused(filled: Library, name: str) -> None:
    before = everything(filled.folder)
    with pytest.raises(OutputError, match="inside the library folder"):
        filled.back_up(filled.folder / name)
    assert everything(filled.folder) == before


def test_a_link_to_the_library_is_the_library(filled: Library, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(filled.folder)
    with pytest.raises(OutputError, match="inside the library folder"):
        filled.back_up(tmp_path / "link" / "catalog.sqlite")


def test_places_that_cannot_be_written(filled: Library, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("a file")
    for target in (tmp_path / "folder", tmp_path / "none" / "b.zip", tmp_path / "file" / "b.zip"):
        with pytest.raises(OutputError, match="cannot write the backup"):
            filled.back_up(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "library"]


@posix
def test_a_device_is_not_replaced(filled: Library) -> None:
    with pytest.raises(OutputError, match="not a regular file"):
        filled.back_up(Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_full_disk_is_said_of_the_right_disk(
    filled: Library, tmp_path: Path, mount: Callable[..., None]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", disk)
    with pytest.raises(OutputError, match=r"disk/b\.zip.*No space left"):
        filled.back_up(disk / "b.zip")
    assert list(disk.iterdir()) == []


def test_a_folder_that_is_not_ours(
    filled: Library, tmp_path: Path, mount: Callable[..., None]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "ro", "tmpfs", disk)
    with pytest.raises(OutputError, match="Read-only file system"):
        filled.back_up(disk / "b.zip")


# Over an existing library


def test_an_existing_library_stays_unless_it_is_to_be_replaced(saved: Path, other: Path) -> None:
    before = files(other)
    with pytest.raises(LibraryError, match="--replace"):
        restore(saved, other, replace=False)
    assert files(other) == before


def test_what_is_replaced_is_kept(saved: Path, other: Path, folder: Path, tmp_path: Path) -> None:
    before = everything(other)
    (other / "signs.npz").touch()
    restore(saved, other, replace=True)
    assert everything(other) == everything(folder)
    assert not (other / "signs.npz").exists()
    assert not (other / "chroma").exists()
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(other / "catalog.sqlite.before-restore", old / "catalog.sqlite")
    shutil.copytree(other / "prompts.before-restore", old / "prompts")
    assert everything(old) == before
    with Library.open(other, HashingEmbedder()) as library:
        assert library.check() == []
        assert library.search("tulips")[0].stored.title == "On tulips"


def test_what_was_kept_before_stays(saved: Path, other: Path) -> None:
    for _ in range(3):
        restore(saved, other, replace=True)
    kept = sorted(path.name for path in other.glob("*.before-restore*"))
    assert kept == [
        "catalog.sqlite.before-restore",
        "catalog.sqlite.before-restore-2",
        "catalog.sqlite.before-restore-3",
        "prompts.before-restore",
        "prompts.before-restore-2",
        "prompts.before-restore-3",
    ]
    with closing(sqlite3.connect(other / kept[0])) as connection:
        assert connection.execute("SELECT title FROM papers").fetchall() == [("What I had",)]


def test_what_is_only_in_the_journal_is_kept_too(saved: Path, other: Path) -> None:
    # As a program leaves it that was killed.
    script = (
        "import os, sys; from pathlib import Path; from assistant.library import Library\n"
        "from assistant.paper import Paper\n"
        "library = Library.open(Path(sys.argv[1]), None)\n"
        "library.add([Paper(title='Just now', abstract='New.')])\n"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(other)], check=True)
    assert (other / "catalog.sqlite-wal").stat().st_size > 0
    restore(saved, other, replace=True)
    with closing(sqlite3.connect(other / "catalog.sqlite.before-restore")) as connection:
        assert connection.execute("SELECT count(*) FROM papers").fetchone() == (2,)
    with Library.open(other, None) as library:
        assert library.papers.count() == 31


@pytest.mark.parametrize("content", [b"no database at all" * 500, b"", b"SQLite format 3\0" * 300])
def test_a_damaged_library_can_be_replaced(saved: Path, other: Path, content: bytes) -> None:
    (other / "catalog.sqlite").write_bytes(content)
    (other / "catalog.sqlite-wal").write_bytes(b"a journal")
    restore(saved, other, replace=True)
    with Library.open(other, None) as library:
        assert library.papers.count() == 31
        assert library.check() == []
    assert (other / "catalog.sqlite.before-restore").read_bytes() == content


def test_without_a_catalogue_there_is_no_library(saved: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "catalog.sqlite-wal").write_bytes(b"left over")
    restore(saved, new, replace=False)
    with Library.open(new, None) as library:
        assert library.papers.count() == 31


@pytest.mark.parametrize("searched", [True, False])
def test_a_library_that_is_open_is_not_replaced(saved: Path, other: Path, searched: bool) -> None:
    with Library.open(other, HashingEmbedder()) as library:
        if searched:
            library.search("what")
        with pytest.raises(LibraryBusy, match="close it"):
            restore(saved, other, replace=True)
        library.add([Paper(title="Later", abstract="Still there.")])
    with Library.open(other, HashingEmbedder()) as library:
        assert library.papers.count() == 2
        assert library.check() == []
    assert not list(other.glob("*before-restore*"))


def test_a_library_another_process_has_open_is_not_replaced(saved: Path, other: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from assistant.library import Library\n"
        "library = Library.open(Path(sys.argv[1]), None)\n"
        "print('open', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(other)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(LibraryBusy, match="close it"):
            restore(saved, other, replace=True)
        process.communicate("\n")
    restore(saved, other, replace=True)


def test_a_library_that_cannot_be_written(
    saved: Path, other: Path, mount: Callable[..., None]
) -> None:
    mount("--bind", other, other)
    mount("-o", "remount,ro,bind", other)
    with pytest.raises(LibraryReadOnly):
        restore(saved, other, replace=True)


# Into a folder that others use


def during_unpacking(monkeypatch: pytest.MonkeyPatch, other_process: Callable[[], object]) -> None:
    """Let `other_process` run when the backup is unpacked."""
    unpack = backup_file.unpack

    def unpacking(source: Path, work: Path) -> backup_file.Backup:
        other_process()
        return unpack(source, work)

    monkeypatch.setattr(backup, "unpack", unpacking)


@pytest.mark.parametrize("exists", [False, True])
def test_a_failed_restore_removes_no_files_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    new = tmp_path / "new"
    if exists:
        new.mkdir()
    (tmp_path / "damaged.zip").write_bytes(b"not a backup")

    def write_file() -> None:
        new.mkdir(exist_ok=True)
        (new / "thesis.txt").write_text("three years of work")

    during_unpacking(monkeypatch, write_file)
    with pytest.raises(BackupUnusable):
        restore(tmp_path / "damaged.zip", new, replace=False)
    assert (new / "thesis.txt").read_text() == "three years of work"
    assert not list(tmp_path.rglob("*.part"))


def test_a_library_created_during_a_restore_is_not_replaced(
    saved: Path, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"
    during_unpacking(monkeypatch, lambda: other.rename(new))
    with pytest.raises(LibraryError, match="--replace"):
        restore(saved, new, replace=False)
    with Library.open(new, None) as library:
        assert [stored.title for stored in library.papers.all()] == ["What I had"]


def test_a_file_created_during_a_restore_stays(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"

    def write_file() -> None:
        new.mkdir()
        (new / "thesis.txt").touch()

    during_unpacking(monkeypatch, write_file)
    assert restore(saved, new, replace=False).papers == 31
    assert (new / "thesis.txt").exists()
    with Library.open(new, None) as library:
        assert library.papers.count() == 31


# What is no backup


def forged(saved: Path, tmp_path: Path, **changes: Any) -> Path:
    """The backup with other members (None: without it) and other words of `backup.json`."""
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(members.pop("backup.json"))
    for name, content in changes.pop("members", {}).items():
        if content is None:
            members.pop(name)
            continue
        members[name] = content
        about["sha256"][name] = hashlib.sha256(content).hexdigest()
    about.update(changes)
    target = tmp_path / "forged.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("backup.json", json.dumps(about))
    return target


def refused(source: Path, other: Path) -> str:
    before = files(other)
    with pytest.raises(BackupUnusable) as caught:
        restore(source, other, replace=True)
    assert files(other) == before
    message = str(caught.value)
    assert message.startswith(f"{source} cannot be restored: ")
    assert len(message.splitlines()) == 1
    new = other.with_name("new")
    with pytest.raises(BackupUnusable):
        restore(source, new, replace=False)
    assert not new.exists()
    return message


@pytest.mark.parametrize(
    "name",
    [
        "../evil.md", "prompts/../evil.md", "/tmp/evil.md", "prompts/../../evil.md",
        "prompts\\..\\evil.md", "C:\\evil.md", "prompts/C:evil.md", "prompts/sub/evil.md",
        "prompts/.evil.md", "prompts/evil.py", "evil.md", "catalog.sqlite-wal",
        "chroma/chroma.sqlite3", "prompts/evil\n.md", "prompts/", "prompts/\u202eevil.md",
        "./catalog.sqlite", "prompts/" + "x" * 300 + ".md",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(
    saved: Path, other: Path, tmp_path: Path, name: str
) -> None:
    source = forged(saved, tmp_path, members={name: b"evil"})
    assert "not part of a library" in refused(source, other)
    assert not list(tmp_path.rglob("*evil*"))


@posix
def test_a_link_in_the_archive_becomes_no_link(saved: Path, other: Path, tmp_path: Path) -> None:
    target = forged(saved, tmp_path, members={})
    content = b"/etc/passwd"
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(members.pop("backup.json"))
    about["sha256"]["prompts/answer.md"] = hashlib.sha256(content).hexdigest()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        link = zipfile.ZipInfo("prompts/answer.md")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, content)
        archive.writestr("backup.json", json.dumps(about))
    restore(target, other, replace=True)
    prompt = other / "prompts" / "answer.md"
    assert not prompt.is_symlink()
    assert prompt.read_bytes() == content


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "newer version"),
        ({"format": None}, "not a backup"),
        ({"papers": -1}, "not a backup"),
        ({"papers": "many"}, "not a backup"),
        ({"made_at": 1}, "not a backup"),
        ({"sha256": {}}, "not a backup"),
        ({"sha256": []}, "not a backup"),
        ({"sha256": {"catalog.sqlite": 5}}, "not a backup"),
        ({"sha256": {"catalog.sqlite": "0" * 64}}, "its catalog.sqlite is damaged"),
        ({"members": {"catalog.sqlite": None}}, "damaged or not a backup"),
        ({"members": {"catalog.sqlite": b""}}, "its catalogue"),
        ({"members": {"catalog.sqlite": b"no database" * 999}}, "not a catalogue"),
        ({"members": {"prompts/long.md": b"x" * (1 << 21)}}, "too large"),
        ({"members": {f"prompts/{n}.md": b"x" for n in range(300)}}, "not a backup"),
        ({"filler": "x" * (1 << 21)}, "too large"),
    ],
)  # fmt: skip
def test_what_a_backup_must_not_say(
    saved: Path, other: Path, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    assert said in refused(forged(saved, tmp_path, **changes), other)


@pytest.mark.parametrize("content", [b"[]", b"null", b"{", b"[" * 100_000, b"\xff\xfe", b""])
def test_a_description_that_is_none(other: Path, tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "x.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("backup.json", content)
    assert "not a backup" in refused(source, other)


def test_files_of_other_kinds(other: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Dear all,")
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("thesis.tex", "x")
    assert "damaged or not a backup" in refused(tmp_path / "text", other)
    assert "damaged or not a backup" in refused(tmp_path / "empty", other)
    assert "not a regular file" in refused(tmp_path / "folder", other)
    assert "it is not a backup" in refused(tmp_path / "zip", other)
    assert "does not exist" in refused(tmp_path / "none", other)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packed_in_a_way_that_is_not_ours(
    saved: Path, other: Path, tmp_path: Path, packing: int
) -> None:
    source = tmp_path / "x.zip"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(source, "w", packing) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "compressed in an unknown way" in refused(source, other)


def with_size(saved: Path, tmp_path: Path, claimed: int) -> Path:
    """The backup with another size of the catalogue in the directory of the archive."""
    data = bytearray(saved.read_bytes())
    with zipfile.ZipFile(saved) as archive:
        real = archive.getinfo("catalog.sqlite").file_size
    at = data.index(b"PK\x01\x02")  # its first entry
    assert int.from_bytes(data[at + 24 : at + 28], "little") == real
    data[at + 24 : at + 28] = claimed.to_bytes(4, "little")
    source = tmp_path / "lying.zip"
    source.write_bytes(data)
    return source


def test_no_more_is_unpacked_than_was_said(saved: Path, other: Path, tmp_path: Path) -> None:
    assert "damaged" in refused(with_size(saved, tmp_path, 100), other)


def test_less_than_was_said_is_judged_by_its_checksum(saved: Path, tmp_path: Path) -> None:
    source = with_size(saved, tmp_path, 1 << 20)
    assert restore(source, tmp_path / "new", replace=False).papers == 31


def test_more_than_fits_on_the_disk(
    saved: Path, tmp_path: Path, mount: Callable[..., None]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=100k", "tmpfs", disk)
    with pytest.raises(LibraryError, match="No space is left"):
        restore(saved, disk / "new", replace=False)
    assert list(disk.iterdir()) == []


def catalogue(saved: Path, tmp_path: Path, *statements: str) -> Path:
    """The backup with these changes in its catalogue, and all checksums right."""
    with zipfile.ZipFile(saved) as archive:
        archive.extract("catalog.sqlite", tmp_path / "work")
    path = tmp_path / "work" / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return forged(saved, tmp_path, members={"catalog.sqlite": path.read_bytes()})


def test_a_newer_catalogue_is_refused(saved: Path, other: Path, tmp_path: Path) -> None:
    source = catalogue(saved, tmp_path, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert "newer version" in refused(source, other)


def test_the_catalogue_of_another_program_is_refused(
    saved: Path, other: Path, tmp_path: Path
) -> None:
    source = catalogue(saved, tmp_path, "PRAGMA application_id = 7")
    assert "not a catalogue" in refused(source, other)


def test_a_catalogue_without_tables_is_refused(saved: Path, other: Path, tmp_path: Path) -> None:
    source = catalogue(saved, tmp_path, "DROP TABLE papers")
    assert "not a catalogue" in refused(source, other)


def test_a_damaged_catalogue_with_a_right_checksum_is_refused(
    saved: Path, other: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(saved) as archive:
        content = archive.read("catalog.sqlite")
    spoiled = content[:8192] + b"\xa5" * 8192 + content[16384:]
    source = forged(saved, tmp_path, members={"catalog.sqlite": spoiled})
    assert "its catalogue" in refused(source, other)


def test_cut_and_spoiled_backups_are_refused_or_whole(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    dice = random.Random(5)
    source = tmp_path / "spoiled.zip"
    outcomes = []
    for n in range(150):
        if n % 3:
            at = dice.randrange(len(whole))
            source.write_bytes(whole[:at] + bytes([dice.randrange(256)]) + whole[at + 1 :])
        else:
            source.write_bytes(whole[: dice.randrange(len(whole))])
        new = tmp_path / "new"
        try:
            assert restore(source, new, replace=False).papers == 31
            outcomes.append("whole")
            shutil.rmtree(new)
        except BackupUnusable:
            assert not new.exists()
            outcomes.append("refused")
    assert outcomes.count("refused") > 60


# Killed in the middle


def _killed_backup(folder: Path, target: Path) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    vars(backup)["pack"] = die
    with Library.open(folder, None) as library:
        library.back_up(target)


@posix
def test_a_killed_backup_leaves_no_half_file(filled: Library, tmp_path: Path) -> None:
    filled.close()
    target = tmp_path / "b.zip"
    target.write_text("an older backup")
    process = multiprocessing.get_context("fork").Process(
        target=_killed_backup, args=(filled.folder, target)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert target.read_text() == "an older backup"
    with Library.open(filled.folder, None) as library:
        assert library.check() == []
        library.back_up(target)
    assert zipfile.is_zipfile(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "library"]


def _killed_restore(source: Path, folder: Path, moment: int) -> None:
    """Be killed at the `moment`th change of the file system."""
    left = [moment]

    def audit(event: str, _: object) -> None:
        if event in ("os.rename", "os.link", "os.remove", "os.rmdir", "shutil.rmtree", "os.mkdir"):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)
    restore(source, folder, replace=True)


@posix
def test_a_killed_restore_leaves_the_old_or_the_new_library(
    saved: Path, other: Path, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("fork")
    found = []
    for moment in range(60):
        copy = tmp_path / f"copy{moment}"
        shutil.copytree(other, copy)
        process = context.Process(target=_killed_restore, args=(saved, copy, moment))
        process.start()
        process.join()
        with Library.open(copy, HashingEmbedder()) as library:
            count = library.papers.count()
            assert library.check() == []
            assert library.search("what")
        assert count in (1, 31), moment
        if count == 31:
            assert (copy / "catalog.sqlite.before-restore").is_file()
        found.append(count)
        if process.exitcode == 0:
            break
        # And again, to its end.
        restore(saved, copy, replace=True)
        assert not list(copy.glob(".*"))
    assert found[0] == 1
    assert found[-1] == 31
    assert process.exitcode == 0


def test_the_names_of_the_parts_are_those_of_the_library() -> None:
    assert backup_file.CATALOG == "catalog.sqlite"


def test_a_restored_library_gets_a_collection_of_its_own_on_a_chroma_server(
    filled: Library, tmp_path: Path
) -> None:
    name = filled.metadata.get_or_set(COLLECTION, "mine")
    assert filled.metadata.get_or_set(COLLECTION, "another") == name == "mine"
    filled.back_up(tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "restored", replace=False)
    with Library.open(tmp_path / "restored", None) as restored:
        assert restored.metadata.get(COLLECTION) is None
    assert filled.metadata.get(COLLECTION) == "mine"
