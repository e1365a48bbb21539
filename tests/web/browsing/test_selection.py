"""What can be done with chosen papers, without a server."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable

import pytest
from patience import PATIENCE_S
from web_support import EVIL, PAPERS, MakeSession, Tags

from assistant.errors import LibraryBusy, LibraryReadOnly
from assistant.exporting import FORMATS
from assistant.library import Library, StoredTldr
from assistant.library.removal import RemovedPaper
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.web import jobs as jobs_module
from assistant.web.browsing.selection import (
    EXPORTS,
    NONE_CHOSEN,
    PURGE,
    Selection,
    purge_in_background,
)
from assistant.web.jobs import Jobs

MakeSelection = Callable[..., tuple[Selection, Library]]


@pytest.fixture
def make_selection(make_session: MakeSession, jobs: Jobs) -> MakeSelection:
    def make(**given: object) -> tuple[Selection, Library]:
        session = make_session(**given)
        return Selection(session, jobs), session.library

    return make


def tags(library: Library) -> list[list[str]]:
    return [sorted(stored.paper.tags) for stored in library.papers.all()]


def test_tags_are_given_and_taken(make_selection: MakeSelection) -> None:
    selection, library = make_selection()
    done = selection.tag("1,2", "to read, nlp")
    assert "2 papers have “to read”, “nlp”." in done.html
    assert tags(library) == [["nlp", "to read"]] * 2
    assert "1 paper no longer has “NLP”." in selection.untag("2", "NLP").html
    assert tags(library) == [["nlp", "to read"], ["to read"]]
    assert "1 paper starred." in selection.star("1").html
    assert tags(library)[0] == ["nlp", "star", "to read"]
    assert "Enter a tag" in selection.tag("1", " ,").html


@pytest.mark.parametrize("chosen", ["", "x", "-1,,", "1.5", "9" * 30])
def test_without_papers_nothing_is_done(make_selection: MakeSelection, chosen: str) -> None:
    selection, library = make_selection()
    for done in (
        selection.tag(chosen, "x"),
        selection.untag(chosen, "x"),
        selection.star(chosen),
        selection.export(chosen, "ris"),
        selection.question(chosen),
        selection.remove("me", chosen),
    ):
        assert NONE_CHOSEN in done.html
        assert not done.undo
    assert library.papers.count() == 2


@pytest.mark.parametrize("form", EXPORTS)
def test_every_format_is_a_file_in_its_link(make_selection: MakeSelection, form: str) -> None:
    paper = Paper(title="On bats & ünïcode", abstract="Bats sleep.", authors=("Bo Ek",))
    selection, library = make_selection(papers=[*PAPERS, paper])
    library.tldrs.save(StoredTldr(3, "They sleep.", "m", "p", "generated", 1.0, ""))
    html = selection.export("3,1,99", form).html
    found = dict(Tags(html).attributes)
    assert found["download"] == f"papers{FORMATS[form].ending}"
    media_type, _, content = (found["href"] or "").partition(";base64,")
    assert media_type.startswith("data:")
    text = base64.b64decode(content).decode("utf-8")
    assert "ünïcode" in text or "\\u00fc" in text
    assert "sleep of cats" in text
    assert "owls" not in text
    assert "2 papers as " in html
    assert html != selection.export("3,1,99", form).html, "the same file again is a new one"


def test_all_formats_that_are_one_file_are_offered() -> None:
    assert set(EXPORTS) == {name for name, form in FORMATS.items() if form.text}


def test_an_unknown_format_is_one_line(make_selection: MakeSelection) -> None:
    selection, _ = make_selection()
    assert "is not a file format" in selection.export("1", "obsidian").html


def test_removal_is_asked_about_done_and_undone(make_selection: MakeSelection) -> None:
    selection, library = make_selection()
    library.papers.tag([1], ["mine"])
    library.tldrs.save(StoredTldr(1, "They sleep.", "m", "p", "generated", 1.0, ""))
    before = [(stored.paper, line and line.text) for stored, line in library.tldrs.for_papers()]
    question = selection.question("1,2")
    assert question.undo
    assert "Remove 2 papers with" in question.html

    done = selection.remove("me", "1,2")
    assert done.undo
    assert "2 papers removed." in done.html
    assert 'data-gone="1,2"' in done.html
    assert library.papers.count() == 0
    assert "There is no removal to undo." in selection.undo("somebody else").html

    back = selection.undo("me")
    assert "2 papers restored." in back.html
    assert not back.undo
    assert [
        (stored.paper, line and line.text) for stored, line in library.tldrs.for_papers()
    ] == before
    assert "There is no removal to undo." in selection.undo("me").html


def test_papers_that_are_gone_already(make_selection: MakeSelection) -> None:
    selection, library = make_selection()
    library.remove([1])
    assert selection.remove("me", "2").undo
    done = selection.remove("me", "1")
    assert "These papers have already been removed." in done.html
    assert done.undo, "what was removed before still is to be had"


def test_the_last_removal_can_be_undone_and_the_one_before_is_erased(
    make_selection: MakeSelection, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection, library = make_selection()
    erased = threading.Event()
    monkeypatch.setattr(library, "purge_removed", lambda progress: erased.set())
    selection.remove("me", "1")
    assert not erased.is_set(), "it can still be undone"
    selection.remove("me", "2")
    assert erased.wait(PATIENCE_S)
    assert "1 paper restored." in selection.undo("me").html
    assert [stored.title for stored in library.papers.all()] == ["On the sleep of owls"]


def test_leaving_the_page_erases_what_was_removed(make_selection: MakeSelection) -> None:
    selection, library = make_selection()
    secret = "quokka"
    library.add([Paper(title="On the sleep of quokkas", abstract=f"The {secret} sleeps.")])
    library.vectors.embed_missing()
    selection.remove("me", "3")
    selection.leave("somebody else")
    selection.leave("me")
    for job in selection._jobs._jobs:
        list(job.follow())
    files = [path.read_bytes() for path in library.folder.rglob("*") if path.is_file()]
    assert files
    assert not any(secret.encode() in content for content in files)
    assert "There is no removal to undo." in selection.undo("me").html


def test_a_purge_that_was_interrupted_continues_at_the_next_start(
    make_selection: MakeSelection, jobs: Jobs
) -> None:
    selection, library = make_selection()
    library.vectors.embed_missing()
    selection.remove("me", "1")
    assert library.purge_due(), "the page ended before the removal became final"
    list(purge_in_background(selection._session, jobs).follow())
    assert not library.purge_due()
    assert "1 paper restored." in selection.undo("me").html


def test_erasing_that_fails_is_tried_again_and_the_page_says_so(
    make_selection: MakeSelection, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection, library = make_selection()
    free, erased = threading.Event(), threading.Event()

    def busy(progress: Progress) -> None:
        if not free.is_set():
            raise LibraryBusy("Another program holds the library.")
        erased.set()

    monkeypatch.setattr(jobs_module, "retry_delay", lambda failures: 0.05)
    monkeypatch.setattr(library, "purge_removed", busy)
    selection.remove("me", "1")
    selection.leave("me")
    (job,) = jobs._jobs
    assert next(state for state in job.follow() if state.next_attempt).running
    assert f"{PURGE} failed: Another program holds" in jobs.problems[0]
    free.set()
    assert erased.wait(PATIENCE_S)
    assert not list(job.follow())[-1].error
    assert jobs.problems == []


def test_a_read_only_library_loses_nothing(
    make_selection: MakeSelection, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection, library = make_selection()
    done = selection.remove("me", "1")
    monkeypatch.setattr(library._database, "_refusal", LibraryReadOnly("It cannot be written."))
    again = selection.remove("me", "2")
    assert again.undo, "what was removed before still is to be had"
    for action in (
        selection.tag("2", "x"),
        selection.untag("2", "x"),
        selection.star("2"),
        again,
    ):
        assert "It cannot be written." in action.html
        assert 'role="alert"' in action.html
    assert library.papers.count() == 1
    failed = selection.undo("me")
    assert "It cannot be written." in failed.html
    assert failed.undo, "it can be tried again"
    monkeypatch.setattr(library._database, "_refusal", None)
    assert "1 paper restored." in selection.undo("me").html
    assert done.undo


def test_a_fault_of_ours_is_told_without_a_traceback(
    make_selection: MakeSelection, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection, library = make_selection()
    monkeypatch.setattr(library.papers, "tag", lambda *_: 1 / 0)
    html = selection.tag("1", "x").html
    assert "failed unexpectedly (ZeroDivisionError: division by zero)" in html
    assert "Traceback" not in html


def test_nothing_that_is_typed_is_markup(make_selection: MakeSelection) -> None:
    selection, _ = make_selection()
    seen = Tags(selection.tag("1", EVIL).html)
    assert set(seen.tags) == {"p"}


def test_what_is_removed_while_something_else_is_put_back_can_be_undone_too(
    make_selection: MakeSelection, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection, library = make_selection()
    selection.remove("me", "1")
    undo_removal = library.undo_removal

    def slowly(removed: list[RemovedPaper]) -> list[int]:
        monkeypatch.undo()
        assert selection.remove("me", "2").undo
        return undo_removal(removed)

    monkeypatch.setattr(library, "undo_removal", slowly)
    assert selection.undo("me").undo
    assert "1 paper restored." in selection.undo("me").html
    assert library.papers.count() == 2
