"""TL;DRs written in the background of the page: started, stopped, continued, written again."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from patience import PATIENCE_S
from web_support import MakeSession, Tags

from assistant.errors import LibraryReadOnly, ModelError
from assistant.library import EDITED
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import GenerationRequest, Priority
from assistant.paper import Paper
from assistant.server_address import ServerAddress
from assistant.session import Session
from assistant.web.ingestion.tldr_work import TldrWork
from assistant.web.jobs import Jobs

CREATURES = [
    Paper(title=f"On creature {n}", abstract=f"Creature {n} sleeps {n} hours a day, no more.")
    for n in range(40)
]


def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def written(session: Session) -> int:
    return session.library.tldrs.count()


def make_automatic(session: Session, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    settings = session.settings.model_copy(update={"auto_tldrs": True} | changes)
    monkeypatch.setattr(Session, "settings", property(lambda self: settings))


def slow() -> ScriptedModel:
    return ScriptedModel(lambda request: "It sleeps.", slots=2, seconds_per_piece=0.05)


def test_new_papers_get_their_tldrs_by_themselves(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[GenerationRequest] = []

    def reply(request: GenerationRequest) -> str:
        requests.append(request)
        return "They sleep for many hours of the day."

    session = make_session(ScriptedModel(reply))
    make_automatic(session, monkeypatch)
    work = TldrWork(session, jobs)
    assert work.state().missing == 2
    work.start()
    until(lambda: written(session) == 2)
    session.library.add(
        [Paper(title="Bats", abstract="Bats sleep."), Paper(title="No abstract", doi="10.1/x")]
    )
    until(lambda: written(session) == 3)
    until(lambda: work.view() == "")
    assert {request.priority for request in requests} == {Priority.BATCH}
    assert work.state().missing == 0


def test_nothing_is_written_unless_it_is_wanted(make_session: MakeSession, jobs: Jobs) -> None:
    session = make_session()
    work = TldrWork(session, jobs)
    work.start()
    line = Tags(work.view()).text
    assert "2 papers have no TL;DR" in line
    assert "Write" in line
    time.sleep(0.3)
    assert written(session) == 0
    work.write_missing()
    until(lambda: written(session) == 2)
    until(lambda: work.view() == "")
    session.library.add([Paper(title="Bats", abstract="Bats sleep.")])
    until(lambda: "1 paper has no TL;DR" in Tags(work.view()).text)


def test_nothing_is_sent_to_another_computer_by_itself(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    server = ServerAddress.parse("http://gpu.lab:8000/v1")
    make_automatic(session, monkeypatch, model=server)
    work = TldrWork(session, jobs)
    work.start()
    assert "2 papers have no TL;DR" in Tags(work.view()).text
    time.sleep(0.3)
    assert written(session) == 0


def test_it_is_stopped_and_resumed_also_after_a_restart(
    make_session: MakeSession, jobs: Jobs
) -> None:
    session = make_session(slow(), papers=CREATURES)
    work = TldrWork(session, jobs)
    work.write_missing()
    until(lambda: written(session) > 2)
    assert "Writing TL;DRs: " in work.view()
    assert 'id="stop-tldrs"' in work.view()
    work.stop()
    until(lambda: work.state().report is None)
    count = written(session)
    assert 0 < count < 40
    assert f"Stopped: {40 - count} papers have no TL;DR" in Tags(work.view()).text
    assert 'id="resume-tldrs"' in work.view()

    again = TldrWork(session, jobs)  # as after a restart
    again.start()
    time.sleep(1.2)
    assert written(session) == count
    again.resume()
    until(lambda: written(session) == 40)


def test_chosen_ones_are_written_again_and_differently(
    make_session: MakeSession, jobs: Jobs
) -> None:
    requests: list[GenerationRequest] = []

    def reply(request: GenerationRequest) -> str:
        requests.append(request)
        return "They sleep for many hours of the day."

    session = make_session(ScriptedModel(reply))
    work = TldrWork(session, jobs)
    work.rewrite([1])
    assert work.is_queued(1)
    until(lambda: not work.is_queued(1))
    assert written(session) == 1
    assert requests[-1].temperature == 0
    session.library.tldrs.edit(1, "Mine.")
    work.rewrite([1, 99])
    until(lambda: not work.is_queued(1) and not work.is_queued(99))
    assert len(requests) == 2
    # The model would write the same again.
    assert requests[-1].temperature > 0
    shown = session.library.tldrs.get(1)
    assert shown
    assert shown.model != EDITED


def test_what_is_left_of_the_chosen_ones_is_remembered(
    make_session: MakeSession, jobs: Jobs
) -> None:
    session = make_session(slow(), papers=CREATURES)
    work = TldrWork(session, jobs)
    work.rewrite(range(1, 31))
    until(lambda: written(session) > 2)
    work.stop()
    until(lambda: work.state().report is None)
    left = work.state().queued
    assert 0 < left < 30
    assert f"Stopped: {left} TL;DRs to rewrite, " in Tags(work.view()).text
    TldrWork(session, jobs).resume()
    until(lambda: work.state().queued == 0)


def test_one_is_rewritten_while_the_others_stay_stopped(
    make_session: MakeSession, jobs: Jobs
) -> None:
    session = make_session(slow(), papers=CREATURES)
    work = TldrWork(session, jobs)
    work.rewrite(range(1, 21))
    until(lambda: written(session) > 2)
    work.stop()
    until(lambda: work.state().report is None)
    state = work.state()
    rewritten = session.library.tldrs.get(30)
    assert rewritten is None

    work.rewrite([30])
    until(lambda: not work.is_queued(30))
    assert session.library.tldrs.get(30) is not None
    until(lambda: work.state().report is None)
    # One that waits because of the stop is rewritten when it is asked for, too.
    work.rewrite([20])
    until(lambda: not work.is_queued(20))
    until(lambda: work.state().report is None)
    after = work.state()
    assert after.stopped
    assert after.queued == state.queued - 1
    assert after.missing == state.missing - 2
    assert 'id="resume-tldrs"' in work.view()
    work.resume()
    until(lambda: work.state().queued == 0 and written(session) == 40)


def test_an_edited_one_is_not_replaced_by_itself(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    session.library.tldrs.edit(1, "Mine.")
    make_automatic(session, monkeypatch)
    TldrWork(session, jobs).start()
    until(lambda: session.library.tldrs.get(2) is not None)
    time.sleep(0.2)
    shown = session.library.tldrs.get(1)
    assert shown
    assert shown.text == "Mine."


def test_a_failure_is_tried_again_and_told(make_session: MakeSession, jobs: Jobs) -> None:
    failing = [True]

    def reply(request: GenerationRequest) -> str:
        if failing[0]:
            raise ModelError("The model failed.")
        return "They sleep for many hours of the day."

    session = make_session(ScriptedModel(reply))
    work = TldrWork(session, jobs)
    work.write_missing()
    until(lambda: any("Writing TL;DRs failed: The model failed." in one for one in jobs.problems))
    failing[0] = False
    until(lambda: written(session) == 2)


def test_other_work_goes_first(make_session: MakeSession, jobs: Jobs) -> None:
    session = make_session()
    importing = jobs.start("The import", lambda progress: progress.wait(PATIENCE_S))
    work = TldrWork(session, jobs)
    work.write_missing()
    time.sleep(0.5)
    assert written(session) == 0
    importing.stop()
    until(lambda: written(session) == 2)


def test_a_library_that_cannot_be_written_is_left_alone(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    make_automatic(session, monkeypatch)
    monkeypatch.setattr(session.library._database, "_refusal", LibraryReadOnly("Read-only."))
    work = TldrWork(session, jobs)
    work.start()
    assert work.view() == ""
    time.sleep(0.3)
    assert jobs.problems == []
