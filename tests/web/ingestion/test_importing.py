"""Imports from the page: the preview, importing, discarding, and what becomes of uploads."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from patience import PATIENCE_S
from source_support import PROBABLE
from web_support import EVIL, MakeSession, Tags

from assistant.errors import LibraryBusy
from assistant.library import ImportReport, Library
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.session import Session
from assistant.web.ingestion import importing as importing_module
from assistant.web.ingestion import preview as preview_module
from assistant.web.ingestion.importing import (
    BUSY,
    NO_PREVIEW,
    NOTHING_CHOSEN,
    Importing,
    ImportView,
)
from assistant.web.ingestion.uploads import UPLOADS, Uploads
from assistant.web.jobs import Jobs

ANTS = {"title": "On the sleep of ants", "abstract": "Ants nap two hundred times a day."}
PASTE = json.dumps(ANTS)


class Page:
    """Importing over a session, and a browser's uploads."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self.session = session
        self.importing = Importing(session, jobs)
        self.library: Library = session.library
        self.uploads = session.settings.cache / UPLOADS
        self.uploads.mkdir(parents=True, exist_ok=True)

    def upload(self, name: str, content: str | bytes) -> str:
        path = self.uploads / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def preview(self, *files: str, pasted: str = "", visitor: str = "me") -> ImportView:
        return list(self.importing.preview(visitor, files, pasted))[-1]

    def run(self, visitor: str = "me") -> ImportView:
        return list(self.importing.run(visitor))[-1]


MakePage = Callable[[], Page]


@pytest.fixture
def make_page(
    make_session: MakeSession,
    jobs: Jobs,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> MakePage:
    # The cache of the tests is shared by all of them.
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    return lambda: Page(make_session(), jobs)


def test_a_look_shows_what_is_there_and_keeps_nothing(make_page: MakePage) -> None:
    page = make_page()
    known = next(iter(page.library.papers.all())).paper
    records = [
        {"title": known.title, "abstract": known.abstract},
        {"title": "New", "abstract": "It is new.", "authors": ["Bo Ek"], "published": "2024-03"},
        {"title": "Bare", "authors": ["Bo Ek"], "doi": "10.1/bare"},
    ]
    lines = "\n".join(map(json.dumps, records)) + '\n{"abstract": "No title."}\n'
    files = [page.upload("some.jsonl", lines), page.upload("cat.png", b"\x89PNG\r\n\x1a\n\0\0")]
    views = list(page.importing.preview("me", files, PASTE))
    *earlier, last = views
    assert all(view.running for view in earlier)
    assert (last.running, last.succeeded, last.button) == (False, True, "Import 3 papers")
    text = " ".join(Tags(last.preview or "").text.split())
    assert "4 records in 3 files 3 new 1 already in the library" in text
    assert "some.jsonl JSON lines 3 1 cat.png unknown 0 1 pasted text JSON lines 1 –" in text
    assert "2 records could not be read some.jsonl:4" in text
    assert "cat.png is a picture" in text
    assert "New Bo Ek · 2024 It is new." in text
    assert "Bare Bo Ek No abstract" in text
    assert page.library.papers.count() == 2


def test_what_was_found_is_kept(make_page: MakePage) -> None:
    page = make_page()
    files = [page.upload("page.jsonl", PASTE), page.upload("broken.jsonl", PASTE + "\n{oh")]
    page.preview(*files)
    views = list(page.importing.run("me"))
    assert views[0].running
    last = views[-1]
    assert last.succeeded
    assert last.preview == ""
    assert last.button == ""
    assert "2 records read: 1 new paper, 1 already in the library." in last.html
    assert "1 could not be read" in last.html
    assert "broken.jsonl:2" in last.html
    assert page.library.papers.count() == 3
    assert page.library.vectors.missing() == 0
    assert list(page.uploads.iterdir()) == []
    # Nothing is left to be kept again.
    assert NO_PREVIEW in page.run().html


DOUBTFUL = [
    {"title": "On the sleep of cat", "abstract": "Cats sleep fourteen hours.", "authors": []},
    ANTS,
]


def decide(page: Page, record: int, choose: str) -> ImportView:
    view = page.importing.choose("me", json.dumps({"record": record, "choose": choose}))
    assert view
    return view


def test_possible_duplicates_are_marked_and_decided(make_page: MakePage) -> None:
    page = make_page()
    lines = "\n".join(map(json.dumps, [*DOUBTFUL, ANTS]))
    view = page.preview(page.upload("some.jsonl", lines))
    text = " ".join(Tags(view.preview or "").text.split())
    assert "3 records 1 new 1 possible duplicate 1 repeated in this import" in text
    assert "In the library, No. 1: On the sleep of cats" in text
    assert "The titles differ in spelling" in text
    assert view.button == "Import 2 papers"

    assert decide(page, 0, "skip").button == "Import 1 paper"
    merged = decide(page, 0, "merge")
    assert 'data-choose="merge" aria-pressed="true"' in (merged.preview or "")
    assert 'data-choose="skip" aria-pressed="false"' in (merged.preview or "")
    assert merged.button == "Import 2 papers"
    assert 'data-choose="merge" aria-pressed="false"' in (decide(page, 0, "merge").preview or "")
    assert page.importing.choose("me", "{") is None
    assert page.importing.choose("other", '{"record": 0, "choose": "skip"}') is None


@pytest.mark.parametrize(
    ("choose", "papers", "told"),
    [
        ("", 4, "3 records read: 2 new papers, 1 already in the library."),
        ("apart", 4, "3 records read: 2 new papers, 1 already in the library."),
        ("skip", 3, "3 records read: 1 new paper, 1 already in the library, 1 not imported"),
        (
            "merge",
            3,
            "3 records read: 1 new paper, 1 already in the library, "
            "1 merged with papers in the library.",
        ),
    ],
)
def test_the_decision_holds(make_page: MakePage, choose: str, papers: int, told: str) -> None:
    page = make_page()
    lines = "\n".join(map(json.dumps, [*DOUBTFUL, ANTS]))
    page.preview(page.upload("some.jsonl", lines))
    if choose:
        decide(page, 0, choose)
    assert told in page.run().html
    assert page.library.papers.count() == papers
    pairs = list(page.library.possible_duplicates())
    assert len(pairs) == (1 if choose == "" else 0)


def test_a_paste_is_kept(make_page: MakePage) -> None:
    page = make_page()
    assert page.preview(pasted=PASTE).button == "Import 1 paper"
    assert page.run().succeeded
    assert [stored.paper.source for stored in page.library.papers.all()][-1] == "pasted text"


def test_what_is_discarded_is_forgotten(make_page: MakePage) -> None:
    page = make_page()
    page.preview(page.upload("page.jsonl", PASTE))
    view = page.importing.discard("me")
    assert (view.preview, view.button) == ("", "")
    assert list(page.uploads.iterdir()) == []
    assert NO_PREVIEW in page.run().html
    assert page.library.papers.count() == 2


def test_nothing_chosen_is_an_error(make_page: MakePage) -> None:
    view = make_page().preview(pasted=" \n")
    assert NOTHING_CHOSEN in view.html
    assert 'role="alert"' in view.html
    assert view.button == ""


def test_nothing_found_says_what_can_be_read(make_page: MakePage) -> None:
    page = make_page()
    view = page.preview(page.upload("letter.txt", "Dear Bo,"))
    assert view.button == ""
    assert "No papers found" in (view.preview or "")
    for name in ("BibTeX", "RIS", "PDF", "zip"):
        assert name in (view.preview or "")


def test_what_is_only_probable_is_shown_as_such_and_the_visitor_decides(
    make_page: MakePage,
) -> None:
    page = make_page()
    upload = page.upload("ants.jsonl", PASTE)
    view = page.preview(upload, pasted=PROBABLE)
    assert (view.button, view.probable) == ("Import 1 paper", "Import all 2 papers")
    text = " ".join(Tags(view.preview or "").text.split())
    assert "2 records in 2 files 2 new" in text
    assert "1 of these records is only probable" in text
    assert "pasted text probably a saved page 1 –" in text
    assert "Gravel in rivers (probable)" in text
    assert "On the sleep of ants (probable)" not in text
    result = page.run()
    assert "1 record read: 1 new paper." in result.html
    assert "may be a saved page" in result.html
    assert page.library.papers.count() == 3

    view = page.preview(pasted=PROBABLE)
    assert (view.button, view.probable) == ("", "Import 1 probable paper")
    (last,) = list(page.importing.run("me", probable=True))[-1:]
    assert "1 record read: 1 new paper." in last.html
    assert (last.button, last.probable) == ("", "")
    assert page.library.papers.count() == 4


def test_only_uploads_are_read_and_removed(make_page: MakePage, tmp_path: Path) -> None:
    page = make_page()
    diary = tmp_path / "diary.jsonl"
    diary.write_text(PASTE, encoding="utf-8")
    for path in (str(diary), f"{page.uploads}/../../{diary.name}"):
        view = page.preview(path)
        assert "Only files uploaded on this page" in view.html
        assert view.button == ""
        page.importing.forget("me")
    assert diary.exists()


def test_two_visitors_have_looks_of_their_own(make_page: MakePage) -> None:
    page = make_page()
    file = page.upload("page.jsonl", PASTE)
    page.preview(file, visitor="one")
    assert NO_PREVIEW in page.run("two").html
    # The other one uploads the same file, which is one copy then.
    page.preview(file, visitor="two")
    page.importing.discard("two")
    assert page.run("one").succeeded
    assert list(page.uploads.iterdir()) == []


def test_a_visitor_who_goes_leaves_nothing_behind(make_page: MakePage) -> None:
    page = make_page()
    page.preview(page.upload("page.jsonl", PASTE))
    page.importing.is_previewed("other", [page.upload("never looked at.jsonl", PASTE)], "")
    page.importing.forget("me")
    page.importing.forget("other")
    assert list(page.uploads.iterdir()) == []
    assert NO_PREVIEW in page.run().html


def test_a_preview_of_something_else_is_none(make_page: MakePage) -> None:
    page = make_page()
    first = page.upload("first.jsonl", PASTE)
    second = page.upload("second.jsonl", PASTE)
    page.preview(first, pasted="text")
    assert page.importing.is_previewed("me", [first], "text")
    assert not page.importing.is_previewed("me", [first], "another text")
    assert NO_PREVIEW in page.run().html
    page.preview(first)
    assert not page.importing.is_previewed("me", [second], "")
    assert [path.name for path in page.uploads.iterdir()] == ["second.jsonl"]
    assert not page.importing.is_previewed("me", [second], "")


def many(count: int) -> str:
    papers = ({"title": f"Paper {n}", "abstract": f"It has {n} words."} for n in range(count))
    return "\n".join(map(json.dumps, papers))


def test_a_long_look_says_how_far_it_is_and_can_be_stopped(
    make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    monkeypatch.setattr(preview_module, "_BATCH", 10)
    passed = threading.Semaphore(2)
    preview = page.library.preview_import()
    outcomes = preview.outcomes

    def slow(records: list[Paper]) -> object:
        passed.acquire()
        return outcomes(records)

    monkeypatch.setattr(preview, "outcomes", slow)
    monkeypatch.setattr(page.library, "preview_import", lambda: preview)
    views = page.importing.preview("me", [page.upload("many.jsonl", many(100))], "")
    assert "Reading papers: 20" in next(view for view in views if "20" in view.html).html
    page.importing.stop("other")
    page.importing.stop("me")
    passed.release(100)
    *_, last = views
    assert "found before you stopped" in (last.preview or "")
    assert last.button == "Import all"
    assert page.library.papers.count() == 2
    assert page.run().succeeded
    assert page.library.papers.count() == 102


def test_only_the_first_papers_are_shown(make_page: MakePage) -> None:
    page = make_page()
    view = page.preview(page.upload("many.jsonl", many(30)))
    assert Tags(view.preview or "").text.count("words.") == 20
    assert "The first 20 records" in (view.preview or "")


def test_only_so_many_failures_are_named(make_page: MakePage) -> None:
    page = make_page()
    lines = many(1) + '\n{"abstract": "x"}' * (preview_module.NAMED_FAILURES + 5)
    text = Tags(page.preview(pasted=lines).preview or "").text
    assert "205 records could not be read" in text
    assert "… and 5 more records" in text


def test_markup_stays_text(make_page: MakePage) -> None:
    page = make_page()
    record = {"title": EVIL, "abstract": EVIL, "authors": [EVIL]}
    name = "<img src=x onerror=alert(1)>.jsonl"
    view = page.preview(page.upload(name, json.dumps(record) + f"\n{EVIL}"))
    found = Tags(view.preview or "")
    assert not {"img", "script", "a"} & set(found.tags)
    assert "<script>alert(1)</script>" in found.text
    assert name in found.text


def embed_until_stopped(page: Page, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let imports make vectors until they are stopped; the event says that one has begun."""
    embedding = threading.Event()

    def wait_for_stop(progress: Progress) -> int:
        embedding.set()
        progress.stop_event.wait()
        return 0

    monkeypatch.setattr(page.library.vectors, "embed_missing", wait_for_stop)
    return embedding


def test_a_stopped_import_keeps_what_was_read(
    make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    embedding = embed_until_stopped(page, monkeypatch)
    page.preview(pasted=PASTE)
    views = page.importing.run("me")
    assert next(views).running
    assert embedding.wait(PATIENCE_S)
    page.importing.stop("other")
    page.importing.stop("me")
    assert "Stopped: what was read so far is in the library." in list(views)[-1].html
    assert page.library.papers.count() == 3
    assert page.library.vectors.missing() == 1


def test_two_imports_at_once_are_refused(
    make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    release = threading.Event()
    add = page.library.add

    def slow(*given: object) -> object:
        release.wait()
        return add(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(page.library, "add", slow)
    page.preview(page.upload("page.jsonl", PASTE), visitor="one")
    page.preview(pasted=PASTE, visitor="two")
    first = page.importing.run("one")
    next(first)
    refused = page.run("two")
    assert BUSY in refused.html
    assert refused.preview is None
    assert refused.button == "Import 1 paper"
    # Who began it goes: it goes on.
    page.importing.forget("one")
    release.set()
    assert "1 new paper" in list(first)[-1].html
    assert page.run("two").succeeded
    assert list(page.uploads.iterdir()) == []


def test_what_failed_can_be_kept_again(
    make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()

    def busy(*_: object) -> None:
        raise LibraryBusy("Another program holds the library.")

    page.preview(page.upload("page.jsonl", PASTE))
    with monkeypatch.context() as patched:
        patched.setattr(page.library, "add", busy)
        last = page.run()
    assert "Another program holds the library." in last.html
    assert last.button == "Import 1 paper"
    assert "1 record" in (last.preview or "")
    assert page.run().succeeded
    assert list(page.uploads.iterdir()) == []


def test_an_upload_that_is_gone_is_said(make_page: MakePage) -> None:
    page = make_page()
    file = page.upload("page.jsonl", PASTE)
    Path(file).unlink()
    assert "the upload no longer exists" in (page.preview(file).preview or "")


def test_uploads_go_with_their_last_holder(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    paths = [tmp_path / name for name in ("a", "b")]
    for path in paths:
        path.touch()
    uploads.hold("one", paths)
    uploads.hold("two", paths[:1])
    uploads.release("one")
    assert [path.exists() for path in paths] == [True, False]
    uploads.hold("two", [])
    assert not paths[0].exists()


def test_an_upload_that_cannot_be_removed_is_no_fault(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    uploads.hold("one", [tmp_path / "folder", tmp_path / "file"])
    uploads.release("one")
    assert not (tmp_path / "file").exists()


def test_every_window_sees_an_import_and_can_stop_it(
    make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    embedding = embed_until_stopped(page, monkeypatch)
    assert page.importing.line() == ""
    page.preview(pasted=PASTE)
    views = page.importing.run("me")
    next(views)
    # The window is closed, or loaded again.
    page.importing.forget("me")
    assert embedding.wait(PATIENCE_S)
    line = page.importing.line()
    assert "Import: 1 record read: 1 new paper. Making vectors" in " ".join(Tags(line).text.split())
    assert 'data-do="import-stop"' in line
    page.importing.stop_import()
    list(views)
    assert "Stopped: what was read so far is in the library." in page.importing.line()
    monkeypatch.setattr(importing_module, "_RESULT_S", 0.0)
    assert page.importing.line() == ""


class Blocked:
    """The library's `add`, which waits after the first record until it may go on."""

    def __init__(self, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
        self.first_read = threading.Event()
        add = page.library.add

        def slow(papers: Iterable[Paper], progress: Progress) -> ImportReport:
            def read() -> Iterator[Paper]:
                for paper in papers:
                    yield paper
                    self.first_read.set()
                    progress.stop_event.wait()
                    return

            return add(read(), progress)

        monkeypatch.setattr(page.library, "add", slow)

    def interrupt(self, page: Page, jobs: Jobs) -> None:
        """Begin the import that was previewed, and stop the jobs of the server in the middle."""
        views = page.importing.run("me")
        next(views)
        assert self.first_read.wait(PATIENCE_S)
        jobs.stop()
        assert "Stopped" in list(views)[-1].html


BATS = {"title": "On the sleep of bats", "abstract": "Bats hang for twenty hours a day."}
CAT = {"title": "On the sleep of cat", "abstract": "They sleep."}
OWL = {"title": "On the sleep of owl", "abstract": "They sleep."}


def keys(line: str) -> list[str]:
    """The keys of the imports that can be resumed."""
    actions = [value or "" for name, value in Tags(line).attributes if name == "data-do"]
    return [one.split(":")[1] for one in actions if one.startswith("import-resume:")]


def finish(importing: Importing) -> str:
    """Wait for the import that runs; return the line after it."""
    for _ in range(1000):
        if not importing.running:
            return importing.line()
        time.sleep(0.01)
    raise AssertionError("the import did not end")


def test_an_import_that_the_end_of_the_server_interrupted_is_resumed(
    make_page: MakePage, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    with monkeypatch.context() as patched:
        blocked = Blocked(page, patched)
        upload = page.upload("refs.jsonl", "\n".join(map(json.dumps, [ANTS, CAT, OWL])))
        page.preview(upload, pasted=json.dumps(BATS))
        for record, choice in ((1, "skip"), (2, "merge")):
            asked = json.dumps({"record": record, "choose": choice})
            assert page.importing.choose("me", asked)
        blocked.interrupt(page, jobs)
    assert page.library.papers.count() == 3
    # Gradio removes uploads when the server ends.
    assert not Path(upload).exists()

    again = Importing(page.session, Jobs())
    line = again.line()
    assert "The import of refs.jsonl, pasted text is not complete." in Tags(line).text
    again.resume(*keys(line))
    line = finish(again)
    assert (
        "4 records read: 1 new paper, 1 already in the library, 1 merged with papers in the "
        "library, 1 not imported, as you decided." in Tags(line).text
    )
    assert keys(line) == []
    titles = [stored.paper.title for stored in page.library.papers.all()]
    assert len(titles) == 4
    assert "On the sleep of cat" not in titles
    assert not (page.library.folder / "imports").exists()


def test_what_is_left_of_an_import_is_discarded(
    make_page: MakePage, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    page.preview(pasted=f"{PASTE}\n{json.dumps(BATS)}")
    Blocked(page, monkeypatch).interrupt(page, jobs)
    again = Importing(page.session, Jobs())
    [key] = keys(again.line())
    for wrong in ("", "..", "../catalog", key[:-1]):
        again.resume(wrong)
        again.discard_unfinished(wrong)
    assert keys(again.line()) == [key]
    again.discard_unfinished(key)
    assert again.line() == ""
    assert page.library.papers.count() == 3
    assert not (page.library.folder / "imports").exists()


def test_importing_the_same_again_completes_it(
    make_page: MakePage, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    pasted = f"{PASTE}\n{json.dumps(BATS)}"
    with monkeypatch.context() as patched:
        page.preview(pasted=pasted)
        Blocked(page, patched).interrupt(page, jobs)
    page.importing = Importing(page.session, Jobs())
    assert keys(page.importing.line())
    page.preview(pasted=PASTE)
    assert page.run().succeeded
    assert keys(page.importing.line()), "another import leaves it as it is"
    page.preview(pasted=pasted)
    assert page.run().succeeded
    assert keys(page.importing.line()) == []


def test_what_was_kept_and_is_damaged_is_not_offered(
    make_page: MakePage, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    with monkeypatch.context() as patched:
        page.preview(pasted=f"{PASTE}\n{json.dumps(BATS)}")
        Blocked(page, patched).interrupt(page, jobs)
    [description] = page.library.folder.glob("imports/*/import.json")
    description.write_text("{")
    page.importing = Importing(page.session, Jobs())
    assert page.importing.line() == ""
    # Its files go with the next import.
    page.preview(pasted=PASTE)
    assert page.run().succeeded
    assert not (page.library.folder / "imports").exists()


def test_an_import_whose_files_cannot_be_kept_says_so(make_page: MakePage) -> None:
    page = make_page()
    (page.library.folder / "imports").touch()
    page.preview(pasted=PASTE)
    last = page.run()
    assert "cannot be kept" in last.html
    assert "Nothing was imported." in last.html
    assert page.library.papers.count() == 2
    assert last.button == "Import 1 paper"


def test_a_stopped_import_can_be_resumed(
    make_page: MakePage, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_page()
    with monkeypatch.context() as patched:
        blocked = Blocked(page, patched)
        page.preview(pasted=f"{PASTE}\n{json.dumps(BATS)}")
        views = page.importing.run("me")
        next(views)
        assert blocked.first_read.wait(PATIENCE_S)
        page.importing.stop("me")
        list(views)
    page.importing.resume(*keys(page.importing.line()))
    assert "1 new paper, 1 already in the library." in finish(page.importing)
