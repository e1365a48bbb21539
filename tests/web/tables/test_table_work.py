"""Tables of the page: filled in the background, stopped, resumed, asked again, each user's own."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from patience import PATIENCE_S
from tabulating_support import PAPERS, SAMPLE, reading_model
from web_support import MakeSession

from assistant.errors import ModelError, UsageError
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import Priority
from assistant.session import Session
from assistant.web.jobs import Jobs
from assistant.web.tables.saved_tables import SavedTable
from assistant.web.tables.table_work import TableState, TableWork

# They wait for threads.
pytestmark = pytest.mark.slow

COLUMNS = (("sample", SAMPLE), ("who", "Who wrote it?"))
TABLE = SavedTable(COLUMNS, (1, 2, 3, 4), 4)
SLOW = 0.2


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def state_of(work: TableWork, owner: str = "") -> TableState:
    state = work.state(owner)
    assert state
    return state


def answers(work: TableWork, owner: str = "") -> list[list[str]]:
    return [[cell.answer for cell in row.cells] for row in state_of(work, owner).rows]


def wait_until_done(work: TableWork, owner: str = "") -> None:
    def is_done() -> bool:
        state = state_of(work, owner)
        return state.saved.status == "done" and not state.report

    until(is_done)


def test_a_table_is_filled_and_kept(session: Session, work: TableWork, jobs: Jobs) -> None:
    assert work.state("") is None
    work.begin("", TABLE)
    wait_until_done(work)
    assert answers(work)[0] == ["120 adults took part.", "Ann Zinc, Bo Tin"]
    assert answers(work)[1][0] == "48 students took part."
    assert state_of(work).rows[2].cells[0].method == "empty"
    assert answers(work)[3] == ["", "Cy None"]
    assert state_of(work).missing == 0
    # Another server knows it, and asks nothing again.
    other = TableWork(session, jobs)
    assert answers(other) == answers(work)
    assert state_of(other).saved == state_of(work).saved


def test_all_requests_are_of_a_batch_so_that_questions_go_first(
    make_session: MakeSession, jobs: Jobs
) -> None:
    requests: list[GenerationRequest] = []
    work = TableWork(make_session(reading_model(requests), PAPERS), jobs)
    work.begin("", TABLE)
    wait_until_done(work)
    assert requests
    assert {request.priority for request in requests} <= {Priority.BATCH, Priority.BATCH_READING}


def test_it_stops_and_resumes_also_in_another_server(make_session: MakeSession, jobs: Jobs) -> None:
    session = make_session(reading_model(slots=1, seconds_per_piece=SLOW), PAPERS)
    work = TableWork(session, jobs)
    work.begin("", TABLE)
    until(lambda: bool(answers(work)[0][0]))
    work.stop("")
    until(lambda: state_of(work).report is None)
    state = state_of(work)
    assert state.saved.status == "stopped"
    assert state.missing > 0
    assert answers(work)[0][0] == "120 adults took part."
    # A server that starts later leaves it stopped, until somebody resumes it.
    other = TableWork(session, jobs)
    other.start()
    time.sleep(0.3)
    assert state_of(other).report is None
    other.resume("")
    wait_until_done(other)
    assert state_of(other).missing == 0


def test_what_a_server_left_unfinished_goes_on_by_itself(
    make_session: MakeSession, jobs: Jobs
) -> None:
    session = make_session(reading_model(slots=1, seconds_per_piece=SLOW), PAPERS)
    first = Jobs()
    work = TableWork(session, first)
    work.begin("", TABLE)
    until(lambda: state_of(work).report is not None)
    first.stop()
    until(lambda: not first.running)
    assert state_of(work).saved.status == "filling"
    later = TableWork(session, jobs)
    later.start()
    wait_until_done(later)


def test_cells_are_asked_again(make_session: MakeSession, jobs: Jobs) -> None:
    model = reading_model()
    session = make_session(model, PAPERS)
    work = TableWork(session, jobs)
    work.begin("", TABLE)
    wait_until_done(work)
    asked = len(model.requests)
    made = session.library.cells.count()
    assert work.redo("", [(1, 0), (99, 0), (1, 7)]) == 1
    until(lambda: state_of(work).report is None and state_of(work).missing == 0)
    assert answers(work)[0][0] == "120 adults took part."
    assert len(model.requests) > asked
    assert session.library.cells.count() == made
    assert state_of(work).saved.status == "done"
    with pytest.raises(UsageError, match="Select cells first"):
        work.redo("", [(99, 0)])
    with pytest.raises(UsageError, match="Select cells first"):
        work.redo("nobody", [(1, 0)])


def test_a_failure_stops_it_and_is_said(make_session: MakeSession, jobs: Jobs) -> None:
    broken = True
    reading = reading_model()

    def reply(request: GenerationRequest) -> str:
        if broken:
            raise ModelError("The model server does not answer.")
        return "yes" if request.choices else "120 adults took part."

    model = ScriptedModel(
        reply, adapters=["relevance", "answer", "support"], choose=reading._choose, slots=1
    )
    work = TableWork(make_session(model, PAPERS), jobs)
    work.begin("", TABLE)
    until(lambda: state_of(work).error != "" and state_of(work).report is None)
    assert state_of(work).error == "The model server does not answer."
    assert state_of(work).saved.status == "stopped"
    broken = False
    work.resume("")
    assert state_of(work).error == ""
    wait_until_done(work)


def test_each_user_has_a_table(work: TableWork) -> None:
    work.begin("ann", TABLE)
    work.begin("ben", SavedTable((("date", "When was it published?"),), (2,), 1))
    wait_until_done(work, "ann")
    until(lambda: state_of(work, "ben").saved.status == "done")
    assert len(answers(work, "ann")) == 4
    assert answers(work, "ben") == [["2019"]]
    assert work.state("") is None


def test_a_new_table_takes_the_place_of_one_that_is_being_filled(
    make_session: MakeSession, jobs: Jobs
) -> None:
    session = make_session(reading_model(slots=1, seconds_per_piece=SLOW), PAPERS)
    work = TableWork(session, jobs)
    work.begin("", TABLE)
    until(lambda: state_of(work).report is not None)
    work.begin("", SavedTable((("who", "Who wrote it?"),), (1,), 1))
    until(lambda: state_of(work).saved.status == "done")
    assert answers(work) == [["Ann Zinc, Bo Tin"]]
    time.sleep(0.3)
    saved = TableWork(session, jobs).state("")
    assert saved
    assert saved.saved.papers == (1,)


@pytest.mark.parametrize(
    "wrong",
    [
        SavedTable((), (1,)),
        SavedTable(COLUMNS, ()),
        SavedTable((("a", "What?"), ("A", "What?")), (1,)),
        SavedTable((("title", "What?"),), (1,)),
    ],
)
def test_what_cannot_be_a_table_leaves_the_one_there_is(work: TableWork, wrong: SavedTable) -> None:
    work.begin("", TABLE)
    with pytest.raises(UsageError):
        work.begin("", wrong)
    assert state_of(work).saved.columns == COLUMNS


def test_papers_that_change_or_go_are_read_again(
    session: Session, work: TableWork, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.web.tables.table_work._RELOAD_S", 0.0)
    work.begin("", TABLE)
    wait_until_done(work)
    until(lambda: not jobs.running)
    before = state_of(work).version
    assert state_of(work).version == before
    session.library.remove([1])
    state = state_of(work)
    assert [row.stored.number for row in state.rows] == [2, 3, 4]
    assert state.version > before
