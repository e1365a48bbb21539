"""The handlers of the library tab, without a server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from web_support import MakeSession

from assistant.errors import LibraryBusy, ModelError
from assistant.library import Library
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.web import shelf as shelf_module
from assistant.web.shelf import Shelf
from assistant.web.work import UnderWay


@pytest.fixture
def make_shelf(
    make_session: MakeSession, under_way: UnderWay
) -> Callable[..., tuple[Shelf, Library]]:
    def make(model: ScriptedModel | None = None, **given: object) -> tuple[Shelf, Library]:
        session = make_session(model, **given)
        return Shelf(session, under_way), session.library

    return make


MakeShelf = Callable[..., tuple[Shelf, Library]]


def test_the_list_shows_papers_with_number_title_id_and_abstract(make_shelf: MakeShelf) -> None:
    shelf, library = make_shelf()
    listing = shelf.listing()
    for stored in library.papers():
        for shown in (f">{stored.number}<", stored.title, stored.id, stored.abstract):
            assert shown in listing.html
    assert listing.summary == "1-2 of 2"
    assert not listing.more_before
    assert not listing.more_after


def test_the_list_has_pages(make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "PAGE", 10)
    papers = [Paper(title=f"Title {n:02}", abstract=f"Abstract {n:02}.") for n in range(25)]
    shelf, _ = make_shelf(papers=papers)
    last = shelf.listing("", 2)
    assert "Title 24" in last.html
    assert "Title 19" not in last.html
    assert (last.summary, last.more_before, last.more_after) == ("21-25 of 25", True, False)
    assert shelf.listing("", 99) == last
    assert shelf.listing("", -1).summary == "1-10 of 25"


def test_the_filter_searches(make_shelf: MakeShelf) -> None:
    shelf, _ = make_shelf()
    html = shelf.listing("owls").html
    assert "On the sleep of owls" in html
    assert html.index("of owls") < html.find("of cats") or "of cats" not in html


DATED = [
    Paper(
        title=f"On bats, part {n}", abstract="Bats sleep.", published=f"20{n}", authors=("Bo Ek",)
    )
    for n in range(10, 25)
]


def test_the_box_understands_filters(
    make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "PAGE", 10)
    shelf, _ = make_shelf(papers=DATED)
    newest = shelf.listing("since:2012 author:ek")
    assert newest.html.index("part 24") < newest.html.index("part 15")
    assert "part 14" not in newest.html
    assert (newest.summary, newest.more_after) == ("1-10 of 13", True)
    older = shelf.listing("since:2012 author:ek", 1)
    assert "part 12" in older.html
    assert "part 11" not in older.html
    assert (older.summary, older.more_before, older.more_after) == ("11-13 of 13", True, False)
    assert shelf.listing("bats until:2011").summary == "2 found"
    nothing = shelf.listing("author:<b>nobody</b>")
    assert "No paper fits author:&lt;b&gt;nobody&lt;/b&gt;." in nothing.html


def test_a_wrong_filter_says_what_is_possible(make_shelf: MakeShelf) -> None:
    shelf, _ = make_shelf()
    listing = shelf.listing("cats since:yesterday")
    assert "since:2024, since:2024-03 or since:2024-03-14" in listing.html
    assert 'role="alert"' in listing.html
    assert (listing.summary, listing.more_after) == ("", False)


def test_similar_papers(make_shelf: MakeShelf) -> None:
    shelf, _ = make_shelf(papers=DATED)
    assert 'class="similar" data-paper="3"' in shelf.listing().html
    listing = shelf.listing("similar:#3")
    assert "Most like “On bats, part 12”" in listing.html
    assert 'id="paper-3"' not in listing.html
    assert listing.summary == "14 most like no. 3"
    assert shelf.listing("similar:3 since:2023").summary == "2 most like no. 3"
    assert "No other paper fits since:2030." in shelf.listing("since:2030 similar:3").html
    assert "No paper in the library has the id" in shelf.listing("similar:nonsense").html


def test_an_empty_library_says_what_to_do(make_shelf: MakeShelf) -> None:
    shelf, _ = make_shelf(papers=[])
    assert "The library is empty" in shelf.listing().html
    assert "The library is empty" not in shelf.listing("cats").html


def test_a_paste_is_imported_and_found(make_shelf: MakeShelf, saved_page: Path) -> None:
    shelf, library = make_shelf()
    views = list(shelf.import_papers([], saved_page.read_text(encoding="utf-8")))
    assert views[-1].succeeded
    assert not views[-1].running
    assert "1 papers read: 1 new, 0 merged, 0 unchanged" in views[-1].html
    assert library.missing_vectors() == 0
    assert "On the sleep of bats" in shelf.listing("bats").html
    assert [stored.paper.source for stored in library.papers()][-1] == "pasted text"


def test_uploads_are_imported_and_their_copies_removed(
    make_shelf: MakeShelf, saved_page: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jsonl"
    good = {"title": "On the sleep of ants", "abstract": "Ants nap two hundred times a day."}
    broken.write_text(f'{json.dumps(good)}\n{{"abstract": "Nothing else."}}\n', encoding="utf-8")
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    shelf, library = make_shelf()
    *_, last = shelf.import_papers([str(saved_page), str(broken), str(picture)], "")
    assert last.succeeded
    assert "2 papers read: 2 new" in last.html
    assert "2 could not be read" in last.html
    assert "broken.jsonl:2" in last.html
    assert "cat.png is a picture" in last.html
    assert library.count() == 4
    assert not any(path.exists() for path in (saved_page, broken, picture))


def test_nothing_to_import_is_an_error(make_shelf: MakeShelf) -> None:
    shelf, _ = make_shelf()
    (only,) = shelf.import_papers([], "  \n")
    assert "There is nothing to import" in only.html
    assert 'role="alert"' in only.html
    assert not only.succeeded


def test_a_failing_library_is_one_line(
    make_shelf: MakeShelf, saved_page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, library = make_shelf()

    def busy(*_: object) -> None:
        raise LibraryBusy("Another program holds the library.")

    monkeypatch.setattr(library, "add", busy)
    *_, last = shelf.import_papers([str(saved_page)], "")
    assert "Another program holds the library." in last.html
    assert not last.succeeded


def test_missing_vectors_are_made_by_an_import_of_nothing(make_shelf: MakeShelf) -> None:
    shelf, library = make_shelf()
    library.add([Paper(title="On the sleep of bees", abstract="Bees sleep in groups.")])
    assert library.missing_vectors() == 1
    *_, last = shelf.import_papers([], "")
    assert last.succeeded
    assert library.missing_vectors() == 0


def test_a_stopped_import_keeps_what_was_read(
    make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch, saved_page: Path
) -> None:
    shelf, library = make_shelf()
    embedding = threading.Event()

    def wait_for_stop(progress: object, should_stop: Callable[[], bool]) -> int:
        embedding.set()
        while not should_stop():
            time.sleep(0.01)
        return 0

    monkeypatch.setattr(library, "embed_missing", wait_for_stop)
    views = shelf.import_papers([str(saved_page)], "")
    assert next(views).running
    assert embedding.wait(10)
    shelf.stop("import")
    assert "Stopped; what was read is kept" in list(views)[-1].html
    assert library.count() == 3
    assert library.missing_vectors() == 1


def test_tldrs_are_written_once(make_shelf: MakeShelf) -> None:
    model = ScriptedModel(lambda request: "Cats and owls sleep for many hours of the day.")
    shelf, library = make_shelf(model)
    *_, last = shelf.write_tldrs("visitor")
    assert "2 TL;DRs written; every paper has one now." in last.html
    lines = [tldr.text for _, tldr in library.tldrs() if tldr]
    assert len(lines) == 2
    html = shelf.listing().html
    assert all(line in html for line in lines)
    asked = len(model.requests)
    *_, again = shelf.write_tldrs("visitor")
    assert "Every paper has its TL;DR." in again.html
    assert len(model.requests) == asked


def test_stopping_tldrs_keeps_those_written(make_shelf: MakeShelf) -> None:
    papers = [
        Paper(title=f"On creature {n}", abstract=f"Creature {n} sleeps {n} hours a day, no more.")
        for n in range(40)
    ]
    model = ScriptedModel(lambda request: "It sleeps.", slots=2, seconds_per_piece=0.05)
    shelf, library = make_shelf(model, papers=papers)
    views = shelf.write_tldrs("visitor")
    for view in views:
        if " of 40" in view.html:
            break
    shelf.stop("tldrs")
    assert "Stopped: " in list(views)[-1].html
    assert 0 < library.status().tldrs < 40


def test_a_visitor_who_goes_stops_only_the_own_batch(make_shelf: MakeShelf) -> None:
    model = ScriptedModel(lambda request: "It sleeps all day.", seconds_per_piece=0.05)
    shelf, _ = make_shelf(model)
    views = shelf.write_tldrs("first")
    next(views)
    shelf.leave("second")
    (refused,) = shelf.write_tldrs("second")
    assert "being written already" in refused.html
    shelf.leave("first")
    assert not list(views)[-1].running


def test_a_failing_model_is_one_line(make_shelf: MakeShelf) -> None:
    shelf, _ = make_shelf(ScriptedModel([ModelError("The model is gone.")] * 8))
    assert "The model is gone." in list(shelf.write_tldrs("visitor"))[-1].html


def test_a_fault_of_ours_is_told_without_a_traceback(
    make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch, saved_page: Path
) -> None:
    shelf, library = make_shelf()
    monkeypatch.setattr(library, "add", lambda *_: 1 / 0)
    *_, last = shelf.import_papers([str(saved_page)], "")
    assert "failed unexpectedly (ZeroDivisionError: division by zero)" in last.html
    assert "Traceback" not in last.html


def test_two_imports_at_once_are_refused(
    make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch, saved_page: Path
) -> None:
    shelf, library = make_shelf()
    release = threading.Event()
    add = library.add

    def slow(*given: object) -> object:
        release.wait()
        return add(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "add", slow)
    first = shelf.import_papers([str(saved_page)], "")
    next(first)
    (refused,) = shelf.import_papers([], "more")
    assert "Another import is running" in refused.html
    release.set()
    assert list(first)[-1].succeeded
