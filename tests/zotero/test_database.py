"""Zotero's database, of two versions: what is read, what is left out, what changes a stamp."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from zotero_support import FEED, GROUP, GROUP_ID, ZOTERO_5, ZOTERO_7, ZoteroFolder, key_of

from assistant.errors import ZoteroUnreadable
from assistant.zotero import OWN_LIBRARY, ZoteroItem, ZoteroLibrary, open_database


@pytest.fixture(params=[ZOTERO_5, ZOTERO_7])
def zotero(request: pytest.FixtureRequest, tmp_path: Path) -> ZoteroFolder:
    return ZoteroFolder(tmp_path / "Zotero", request.param)


def items(zotero: ZoteroFolder, library: ZoteroLibrary = OWN_LIBRARY) -> list[ZoteroItem]:
    with open_database(zotero.database) as database:
        return list(database.items(library, list(database.stamps(library))))


def stamps(zotero: ZoteroFolder) -> dict[str, str]:
    with open_database(zotero.database) as database:
        return database.stamps(OWN_LIBRARY)


def test_everything_about_an_item(zotero: ZoteroFolder) -> None:
    item = zotero.add(
        "On sleep",
        creators=(("Lovelace", "Ada"), ("Owl Consortium", ""), ("Smith", "Jo", "editor")),
        tags=("owls", "to read"),
        DOI="10.1000/182",
    )
    zotero.add("", kind="attachment", parent=item, content_type="application/pdf")
    zotero.add("", kind="note", parent=item)
    thesis = zotero.collection("Thesis")
    zotero.collection("Chapter 2", item, parent=thesis)
    zotero.citation_keys({item: "lovelaceSleep"})
    assert items(zotero) == [
        ZoteroItem(
            key=key_of(item),
            kind="journalArticle",
            fields={"title": "On sleep", "DOI": "10.1000/182"},
            creators=(
                {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
                {"creatorType": "author", "name": "Owl Consortium"},
                {"creatorType": "editor", "firstName": "Jo", "lastName": "Smith"},
            ),
            tags=("owls", "to read"),
            collections=("Thesis/Chapter 2",),
            citation_key="lovelaceSleep",
            has_pdf=True,
        )
    ]


def test_trash_notes_attachments_and_other_libraries_are_left_out(zotero: ZoteroFolder) -> None:
    kept = zotero.add("Kept")
    zotero.trash(zotero.add("In the trash"))
    zotero.add("", kind="note")
    zotero.add("A file of its own", kind="attachment", content_type="application/pdf")
    zotero.add("Of a group", library=GROUP)
    zotero.add("Of a feed", library=FEED)
    assert [item.key for item in items(zotero)] == [key_of(kept)]


def test_a_trashed_pdf_is_none(zotero: ZoteroFolder) -> None:
    item = zotero.add("Kept")
    zotero.trash(zotero.add(kind="attachment", parent=item, content_type="application/pdf"))
    zotero.add(kind="attachment", parent=item, content_type="text/html")
    assert not items(zotero)[0].has_pdf


def test_groups_are_read_when_asked_for(zotero: ZoteroFolder) -> None:
    zotero.add("Mine")
    item = zotero.add("Ours", library=GROUP)
    with open_database(zotero.database) as database:
        assert database.libraries(groups=False) == [OWN_LIBRARY]
        _, group = database.libraries(groups=True)
        assert (group.group, group.name) == (GROUP_ID, "Sleep Lab")
        assert list(database.stamps(group)) == [key_of(item)]
    assert group.link(key_of(item)) == f"zotero://select/groups/{GROUP_ID}/items/{key_of(item)}"
    assert group.source == "Zotero: Sleep Lab"


def test_a_collection_in_the_trash_gives_no_tag(tmp_path: Path) -> None:
    zotero = ZoteroFolder(tmp_path / "Zotero", ZOTERO_7)
    item = zotero.add("On sleep")
    old = zotero.collection("Old", item)
    zotero.collection("Inner", item, parent=old)
    zotero.sql("INSERT INTO deletedCollections (collectionID) VALUES (?)", old)
    assert items(zotero)[0].collections == ()


def test_collections_that_contain_each_other_do_not_hang(zotero: ZoteroFolder) -> None:
    item = zotero.add("On sleep")
    one = zotero.collection("One", item)
    two = zotero.collection("Two", item, parent=one)
    zotero.sql("UPDATE collections SET parentCollectionID = ? WHERE collectionID = ?", two, one)
    assert items(zotero)[0].collections == ()


def test_retractions(zotero: ZoteroFolder) -> None:
    for flag in (0, 1, 2):
        item = zotero.add(f"Paper {flag}")
        zotero.sql("INSERT INTO retractedItems VALUES (?, '{}', ?)", item, flag)
    assert [item.retracted for item in items(zotero)] == [True, True, False]


def change_field(zotero: ZoteroFolder, item: int) -> None:
    zotero.change(item, title="Another title")


def add_tag(zotero: ZoteroFolder, item: int) -> None:
    zotero.change(item, "new tag")


def rename_tag(zotero: ZoteroFolder, item: int) -> None:
    zotero.sql("UPDATE tags SET name = 'renamed'")


def rename_collection(zotero: ZoteroFolder, item: int) -> None:
    zotero.sql("UPDATE collections SET collectionName = 'Renamed'")


def attach_pdf(zotero: ZoteroFolder, item: int) -> None:
    zotero.add(kind="attachment", parent=item, content_type="application/pdf")


def new_citation_key(zotero: ZoteroFolder, item: int) -> None:
    zotero.citation_keys({item: "another"})


def sync_with_zotero_org(zotero: ZoteroFolder, item: int) -> None:
    zotero.sql("UPDATE items SET version = 7 WHERE itemID = ?", item)


@pytest.mark.parametrize(
    "change",
    [
        change_field, add_tag, rename_tag, rename_collection, attach_pdf, new_citation_key,
        sync_with_zotero_org,
    ],
)  # fmt: skip
def test_a_change_changes_the_stamp_of_its_item_alone(
    zotero: ZoteroFolder, change: Callable[[ZoteroFolder, int], None]
) -> None:
    item = zotero.add("On sleep", tags=("old",))
    other = zotero.add("Something else")
    zotero.collection("Thesis", item)
    before = stamps(zotero)
    assert stamps(zotero) == before
    change(zotero, item)
    now = stamps(zotero)
    assert now.keys() == before.keys()
    assert now[key_of(item)] != before[key_of(item)]
    assert now[key_of(other)] == before[key_of(other)]


def test_nothing_in_the_folder_changes(zotero: ZoteroFolder) -> None:
    zotero.add("On sleep")
    zotero.citation_keys({1: "a"})

    def contents() -> dict[str, tuple[bytes, int]]:
        return {
            file.name: (file.read_bytes(), file.stat().st_mtime_ns)
            for file in zotero.folder.iterdir()
        }

    before = contents()
    zotero.folder.chmod(0o500)
    try:
        assert items(zotero)
    finally:
        zotero.folder.chmod(0o700)
    assert contents() == before


def test_many_items_are_read_in_pages(zotero: ZoteroFolder) -> None:
    with zotero.connect() as connection:
        connection.executemany(
            "INSERT INTO items (itemID, itemTypeID, libraryID, key) VALUES (?, 4, 1, ?)",
            [(number, key_of(number)) for number in range(1, 1_201)],
        )
    assert len(items(zotero)) == 1_200


def test_values_that_are_no_text_or_no_utf8(zotero: ZoteroFolder) -> None:
    item = zotero.add("On sleep")
    zotero.sql("UPDATE itemDataValues SET value = CAST(X'4F6E20FF' AS TEXT)")
    zotero.change(item, volume="3")
    zotero.sql("UPDATE itemDataValues SET value = 3 WHERE value = '3'")
    assert items(zotero)[0].fields == {"title": "On \ufffd", "volume": "3"}


def unreadable(path: Path) -> str:
    with pytest.raises(ZoteroUnreadable) as caught, open_database(path):
        pass
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_what_is_not_zoteros(tmp_path: Path) -> None:
    path = tmp_path / "zotero.sqlite"
    assert "does not exist" in unreadable(path)
    path.write_text("Dear diary")
    assert "not a SQLite database" in unreadable(path)
    path.write_bytes(b"")
    assert "not a SQLite database" in unreadable(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE items (name TEXT)")
    assert "another program" in unreadable(path)


def test_zotero_4_and_unknown_versions_are_refused_by_name(tmp_path: Path) -> None:
    zotero = ZoteroFolder(tmp_path / "Zotero")
    zotero.sql("ALTER TABLE items DROP COLUMN version")
    zotero.sql("UPDATE version SET version = 77")
    message = unreadable(zotero.database)
    assert "version 77 of its tables" in message
    assert "update Zotero" in message


def test_a_damaged_database(tmp_path: Path) -> None:
    zotero = ZoteroFolder(tmp_path / "Zotero")
    for number in range(200):
        zotero.add(f"Paper {number}")
    whole = zotero.database.read_bytes()
    zotero.database.write_bytes(whole[:4096] + b"\xaa" * (len(whole) - 4096))
    assert "cannot be read as a Zotero database" in unreadable(zotero.database)


def test_a_damaged_better_bibtex_is_not_taken_for_none(tmp_path: Path) -> None:
    zotero = ZoteroFolder(tmp_path / "Zotero")
    (zotero.folder / "better-bibtex.sqlite").write_text("no database")
    assert "better-bibtex.sqlite is not a SQLite database" in unreadable(zotero.database)


def test_an_older_better_bibtex_has_no_keys(tmp_path: Path) -> None:
    zotero = ZoteroFolder(tmp_path / "Zotero")
    zotero.add("On sleep")
    zotero.citation_keys({})
    with closing(sqlite3.connect(zotero.folder / "better-bibtex.sqlite")) as connection:
        connection.execute("DROP TABLE citationkey")
    assert items(zotero)[0].citation_key == ""
