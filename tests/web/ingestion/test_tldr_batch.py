"""Batches of TL;DRs from the page: started, followed, stopped, continued."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from web_support import EVIL, MakeSession, Tags

from assistant.errors import ModelError
from assistant.library import Library
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.web.ingestion.tldr_batch import NOTHING_TO_CONTINUE, SHOWN_LINES, TldrBatch
from assistant.web.jobs import Jobs

MakeBatch = Callable[..., tuple[TldrBatch, Library]]
CREATURES = [
    Paper(title=f"On creature {n}", abstract=f"Creature {n} sleeps {n} hours a day, no more.")
    for n in range(40)
]


@pytest.fixture
def make_batch(make_session: MakeSession, jobs: Jobs) -> MakeBatch:
    def make(model: ScriptedModel | None = None, **given: object) -> tuple[TldrBatch, Library]:
        reply = model or ScriptedModel(lambda request: "It sleeps for many hours of the day.")
        session = make_session(reply, **given)
        return TldrBatch(session, jobs), session.library

    return make


def slow() -> ScriptedModel:
    return ScriptedModel(lambda request: "It sleeps.", slots=2, seconds_per_piece=0.05)


def lines_of(library: Library) -> dict[int, str]:
    return {stored.number: tldr.text for stored, tldr in library.tldrs.for_papers() if tldr}


def stop_midway(batch: TldrBatch, redo: bool = False) -> str:
    """Begin a batch, and stop it when the first lines are there; its last view."""
    views = batch.write("me", redo=redo)
    next(view for view in views if view.lines)
    batch.stop("me")
    *_, last = views
    assert last.can_continue
    assert "Stopped: " in last.html
    return last.html


def test_lines_are_written_once_and_shown(make_batch: MakeBatch) -> None:
    model = ScriptedModel(lambda request: "Cats and owls sleep for many hours of the day.")
    batch, library = make_batch(model)
    views = list(batch.write("me"))
    assert views[0].running
    last = views[-1]
    assert (last.running, last.succeeded, last.own, last.can_continue) == (False, True, True, False)
    assert "2 TL;DRs written. Every paper with an abstract has one now." in last.html
    lines = lines_of(library)
    assert len(lines) == 2
    text = Tags(last.lines).text
    assert all(line in text for line in lines.values())
    # The newest first.
    assert text.index("sleep of owls") < text.index("sleep of cats")
    asked = len(model.requests)
    assert "every paper with an abstract has a TL;DR" in list(batch.write("me"))[-1].html
    assert len(model.requests) == asked


def test_how_things_stand(make_batch: MakeBatch) -> None:
    papers = [*CREATURES[:3], Paper(title="Bare", authors=("Bo Ek",), doi="10.1/bare")]
    batch, library = make_batch(papers=papers)
    before = " ".join(Tags(batch.summary()).text.split())
    assert "0 of 3 papers have a TL;DR by" in before
    assert "3 are missing." in before
    assert "1 paper has no abstract and gets no TL;DR." in before
    list(batch.write("me", [2]))
    assert list(lines_of(library)) == [2]
    after = " ".join(Tags(batch.summary()).text.split())
    assert "1 of 3 papers have" in after
    assert "2 are missing." in after


def test_an_empty_library_has_nothing_to_write(make_batch: MakeBatch) -> None:
    batch, _ = make_batch(papers=[])
    assert "No papers yet" in batch.summary()
    assert "There is nothing to write" in list(batch.write("me"))[-1].html


def test_chosen_papers_alone_are_written(make_batch: MakeBatch) -> None:
    batch, library = make_batch(papers=CREATURES)
    *_, last = batch.write("me", [3, 5])
    assert "2 TL;DRs written. The selected papers have theirs now." in last.html
    assert list(lines_of(library)) == [3, 5]
    *_, last = batch.write("me", [3, 5])
    assert "the selected papers have a TL;DR, or no abstract" in last.html
    assert list(batch.write("me", []))[-1].succeeded
    assert list(lines_of(library)) == [3, 5]


def test_what_was_stopped_is_gone_on_with(make_batch: MakeBatch) -> None:
    model = slow()
    batch, library = make_batch(model, papers=CREATURES)
    stop_midway(batch)
    first = lines_of(library)
    assert 0 < len(first) < 40
    (refused,) = batch.resume("other")
    assert NOTHING_TO_CONTINUE in refused.html
    model_asked = len(model.requests)
    *_, last = batch.resume("me")
    assert f"{40 - len(first)} TL;DRs written. Every paper" in last.html
    assert not last.can_continue
    assert len(lines_of(library)) == 40
    assert len(model.requests) - model_asked == 40 - len(first)
    (refused,) = batch.resume("me")
    assert NOTHING_TO_CONTINUE in refused.html


def test_lines_are_written_anew_and_going_on_writes_each_once(make_batch: MakeBatch) -> None:
    model = slow()
    batch, library = make_batch(model, papers=CREATURES[:20])
    list(batch.write("me"))
    assert len(lines_of(library)) == 20
    asked = len(model.requests)
    stop_midway(batch, redo=True)
    *_, last = batch.resume("me")
    assert last.succeeded
    written = int(Tags(last.html).text.split(" TL;DRs written")[0])
    assert 0 < written < 20
    # Those that were under way when it was stopped are asked for twice.
    assert 20 <= len(model.requests) - asked <= 20 + 2 * model.slots


def test_another_window_watches(make_batch: MakeBatch) -> None:
    batch, _ = make_batch(slow(), papers=CREATURES)
    assert list(batch.follow("other")) == []
    views = batch.write("me")
    assert next(views).own
    watching = batch.write("other")
    view = next(watching)
    assert view.running
    assert not view.own
    assert "Another window is writing TL;DRs" in view.html
    batch.stop("other")
    batch.stop("other")
    assert next(view for view in watching if view.lines).running
    batch.stop("me")
    assert list(views)[-1].can_continue
    *_, last = watching
    assert (last.running, last.can_continue) == (False, False)


def test_only_the_latest_lines_are_in_sight(make_batch: MakeBatch) -> None:
    batch, _ = make_batch(papers=CREATURES)
    *_, last = batch.write("me")
    assert last.lines.count("<li>") == SHOWN_LINES
    assert "On creature 39" in last.lines


def test_a_failing_model_is_one_line(make_batch: MakeBatch) -> None:
    batch, _ = make_batch(ScriptedModel([ModelError("The model is gone.")] * 8))
    *_, last = batch.write("me")
    assert "The model is gone." in last.html
    assert (last.running, last.succeeded, last.can_continue) == (False, False, True)


def test_markup_stays_text(make_batch: MakeBatch) -> None:
    model = ScriptedModel(lambda request: EVIL, name=EVIL)
    batch, _ = make_batch(model, papers=[Paper(title=EVIL, abstract=f"{EVIL} It sleeps.")])
    *_, last = batch.write("me")
    for shown in (last.lines, batch.summary()):
        assert not {"img", "script", "a"} & set(Tags(shown).tags)
    assert "<script>alert(1)</script>" in Tags(last.lines).text
