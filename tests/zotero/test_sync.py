"""Syncs one after another: what changes in Zotero changes here, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from zotero_support import GROUP, LocalApi, ZoteroFolder, key_of, serving

from assistant.errors import UsageError
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS, Progress
from assistant.reference import zotero_link
from assistant.zotero import (
    ORPHANED,
    SyncReport,
    ZoteroItem,
    ZoteroLibrary,
    ZoteroLocalApi,
    ZoteroSource,
    check_removals,
    differences,
    open_database,
    synchronize,
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", HashingEmbedder()) as opened:
        yield opened


@pytest.fixture
def zotero(tmp_path: Path) -> ZoteroFolder:
    return ZoteroFolder(tmp_path / "Zotero")


def sync_from(
    source: ZoteroSource,
    library: Library,
    progress: Progress = NO_PROGRESS,
    *,
    groups: bool = False,
) -> SyncReport:
    report = SyncReport()
    for one in differences(source, library, groups=groups):
        report.add(synchronize(source, library, one, progress))
    return report


def sync(zotero: ZoteroFolder, library: Library, *, groups: bool = False) -> SyncReport:
    with open_database(zotero.database) as database:
        return sync_from(database, library, groups=groups)


def titles(library: Library) -> list[str]:
    return [stored.title for stored in library.papers.all()]


def only(library: Library) -> Paper:
    (stored,) = library.papers.all()
    return stored.paper


def test_a_library_over_several_syncs(library: Library, zotero: ZoteroFolder) -> None:
    items = [
        zotero.add(
            f"Sleep of the {number}th owl",
            DOI=f"10.1000/{number}",
            abstractNote=f"The {number}th owl sleeps {number} hours.",
        )
        for number in range(30)
    ]
    assert sync(zotero, library).added == 30
    again = sync(zotero, library)
    assert (again.added, again.changed, again.unchanged, again.removed) == (0, 0, 0, 0)

    for item in items[:3]:
        zotero.change(item, "read", volume="7")
    zotero.add("A new one")
    zotero.trash(items[10])
    zotero.delete(items[11])
    report = sync(zotero, library)
    assert (report.changed, report.added, report.removed) == (3, 1, 2)
    assert report.removed_papers == 2
    assert library.papers.count() == 29
    first = library.papers.get("doi:10.1000/0").paper
    assert (first.tags, first.reference["volume"]) == (("read",), "7")

    zotero.trash(items[10], back=True)
    assert sync(zotero, library).added == 1
    assert library.papers.count() == 30
    assert library.check() == []


def test_only_changed_items_are_read(
    library: Library, zotero: ZoteroFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [zotero.add(f"Paper {number}") for number in range(5)]
    sync(zotero, library)
    zotero.change(items[2], volume="9")
    with open_database(zotero.database) as database:
        asked: list[str] = []
        read = database.items

        def asking(of: ZoteroLibrary, keys: Collection[str]) -> Iterator[ZoteroItem]:
            asked.extend(keys)
            return read(of, keys)

        monkeypatch.setattr(database, "items", asking)
        sync_from(database, library)
    assert asked == [key_of(items[2])]


def test_a_renamed_collection_changes_the_tags(library: Library, zotero: ZoteroFolder) -> None:
    item = zotero.add("On sleep", tags=("owls",))
    zotero.collection("Thesis", item)
    sync(zotero, library)
    assert only(library).tags == ("owls", "Thesis")
    zotero.sql("UPDATE collections SET collectionName = 'Book'")
    assert sync(zotero, library).changed == 1
    assert only(library).tags == ("owls", "Book")


def test_an_item_joins_the_paper_from_a_file(library: Library, zotero: ZoteroFolder) -> None:
    library.add([Paper(title="On sleep", doi="10.1000/182", source="a.bib", tags=("bib",))])
    item = zotero.add("On sleep", DOI="10.1000/182", tags=("zotero",))
    assert sync(zotero, library).merged == 1
    assert set(only(library).tags) == {"bib", "zotero"}
    assert zotero_link(only(library).reference).endswith(key_of(item))
    zotero.delete(item)
    report = sync(zotero, library)
    assert (report.removed, report.removed_papers) == (1, 0)
    assert only(library).tags == ("bib",)
    assert zotero_link(only(library).reference) == ""


def test_a_starred_paper_is_kept_without_its_link(library: Library, zotero: ZoteroFolder) -> None:
    item = zotero.add("On sleep", DOI="10.1000/182")
    sync(zotero, library)
    library.papers.tag([1], ["star"])
    zotero.trash(item)
    report = sync(zotero, library)
    assert [kept.title for kept in report.kept] == ["On sleep"]
    (record,) = library.papers.records(1)
    assert record.sources == (ORPHANED,)
    assert zotero_link(only(library).reference) == ""
    assert sync(zotero, library).kept == []


def test_duplicates_merged_in_zotero(library: Library, zotero: ZoteroFolder) -> None:
    one = zotero.add("On sleep", DOI="10.1000/182")
    other = zotero.add("On sleep", DOI="10.1000/182", volume="3")
    sync(zotero, library)
    assert library.papers.count() == 1
    zotero.trash(other)
    zotero.change(one, volume="3")
    report = sync(zotero, library)
    assert (report.changed, report.removed, report.removed_papers) == (1, 1, 0)
    assert library.papers.count() == 1
    assert zotero_link(only(library).reference).endswith(key_of(one))


def test_an_item_added_again_keeps_the_paper(library: Library, zotero: ZoteroFolder) -> None:
    item = zotero.add("On sleep", DOI="10.1000/182")
    sync(zotero, library)
    zotero.add("On sleep", DOI="10.1000/182")
    zotero.delete(item)
    report = sync(zotero, library)
    assert (report.merged, report.removed_papers) == (1, 0)
    assert [stored.number for stored in library.papers.all()] == [1]


def test_items_without_a_title_are_reported_once(library: Library, zotero: ZoteroFolder) -> None:
    item = zotero.add("")
    report = sync(zotero, library)
    assert report.skipped == 1
    with open_database(zotero.database) as database:
        (found,) = differences(database, library, groups=False)
        assert found.nothing
    zotero.change(item, title="Now it has one")
    assert sync(zotero, library).added == 1


def test_remarks_name_the_item(library: Library, zotero: ZoteroFolder) -> None:
    item = zotero.add("On sleep", ISSN="1234-5670")
    empty = zotero.add("")
    with open_database(zotero.database) as database:
        (found,) = differences(database, library, groups=False)
        report = synchronize(database, library, found)
    assert [(one.key, one.imported) for one in report.remarks] == [
        (key_of(item), True),
        (key_of(empty), False),
    ]


def test_a_full_sync_adds_papers_again_that_were_removed_here(
    library: Library, zotero: ZoteroFolder
) -> None:
    zotero.add("Stays")
    zotero.add("Comes back")
    sync(zotero, library)
    library.remove([2])
    assert sync(zotero, library).added == 0
    with open_database(zotero.database) as database:
        (found,) = differences(database, library, groups=False, full=True)
        report = synchronize(database, library, found)
    assert (report.added, report.unchanged) == (1, 1)
    assert titles(library) == ["Stays", "Comes back"]


def test_groups_are_separate(library: Library, zotero: ZoteroFolder) -> None:
    zotero.add("Mine")
    zotero.add("Ours", library=GROUP)
    assert sync(zotero, library).added == 1
    assert sync(zotero, library, groups=True).added == 1
    # What follows the group stays when only the user's own library is synced.
    assert sync(zotero, library).removed == 0
    assert titles(library) == ["Mine", "Ours"]
    assert {record.sources for n in (1, 2) for record in library.papers.records(n)} == {
        ("Zotero",),
        ("Zotero: Sleep Lab",),
    }


def test_most_of_a_library_gone_is_questioned(
    library: Library, zotero: ZoteroFolder, tmp_path: Path
) -> None:
    for number in range(30):
        zotero.add(f"Paper {number}")
    sync(zotero, library)
    other = ZoteroFolder(tmp_path / "another")
    other.add("A single paper")
    with open_database(other.database) as database:
        found = differences(database, library, groups=False)
        with pytest.raises(UsageError, match=r"29 of the 30 items.*--yes"):
            check_removals(found, library)
    for number in range(1, 11):
        zotero.trash(number)
    with open_database(zotero.database) as database:
        check_removals(differences(database, library, groups=False), library)


def test_after_a_stop_the_next_sync_continues(
    library: Library, zotero: ZoteroFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.zotero.sync._BATCH", 2)
    items = [zotero.add(f"Paper {number}") for number in range(5)]
    sync(zotero, library)
    for item in items:
        zotero.change(item, volume="9")
    zotero.trash(items[0])
    progress = Progress(lambda report: progress.stop() if report.done == 2 else None)
    with open_database(zotero.database) as database:
        report = sync_from(database, library, progress)
    assert (report.changed, report.removed) == (2, 0)
    report = sync(zotero, library)
    assert (report.changed, report.removed) == (2, 1)


def test_database_and_api_say_the_same(library: Library, zotero: ZoteroFolder) -> None:
    item = zotero.add(
        "On sleep",
        creators=(("Lovelace", "Ada"), ("Owl Consortium", "")),
        tags=("owls",),
        date="2019-03-00 March 2019",
        accessDate="2020-01-02 10:00:00",
        DOI="10.1000/182",
    )
    zotero.add(kind="attachment", parent=item, content_type="application/pdf")
    zotero.collection("Thesis", item)
    assert sync(zotero, library).added == 1
    api = LocalApi()
    api.collection("COLL2345", "Thesis")
    api.add(
        key_of(item),
        title="On sleep",
        creators=[
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
            {"creatorType": "author", "name": "Owl Consortium"},
        ],
        tags=[{"tag": "owls"}],
        collections=["COLL2345"],
        date="March 2019",
        parsed="2019-03",
        accessDate="2020-01-02T10:00:00Z",
        DOI="10.1000/182",
    )
    api.add("PDFS2345", "attachment", parentItem=key_of(item), contentType="application/pdf")
    with serving(api) as port:
        report = sync_from(ZoteroLocalApi(port), library)
    assert (report.unchanged, report.changed, report.added) == (1, 0, 0)
