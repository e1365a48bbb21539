"""Jobs of the page: begun once, followed by several, stopped, and what goes wrong in them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from web_support import Tags

from assistant.errors import LibraryBusy
from assistant.reading import Failure
from assistant.web import jobs
from assistant.web.jobs import Job, Progress, State, job_view, refused
from assistant.web.work import RunningWork

Emit = Callable[[str], None]


def test_a_job_is_begun_once_and_followed_by_several(under_way: RunningWork) -> None:
    job: Job[str] = Job(under_way)
    assert list(job.follow()) == []
    go_on = threading.Event()

    def task(emit: Emit, stop: threading.Event) -> None:
        emit("half")
        go_on.wait()
        emit("all")

    assert job.begin(task)
    assert not job.begin(lambda emit, stop: emit("another"))
    first, second = job.follow(), job.follow()
    for follower in (first, second):
        assert next(state for state in follower if state.told == "half").running
    go_on.set()
    for follower in (first, second):
        *_, last = follower
        assert last == State("all", running=False)
    assert not job.running
    # Who comes late sees how it ended; and the next one can begin.
    assert list(job.follow()) == [State("all", running=False)]
    assert job.begin(lambda emit, stop: None)


def test_only_so_many_states_are_shown(under_way: RunningWork) -> None:
    job: Job[str] = Job(under_way)

    def task(emit: Emit, stop: threading.Event) -> None:
        for count in range(10_000):
            emit(str(count))

    job.begin(task)
    states = list(job.follow())
    assert states[-1] == State("9999", running=False)
    assert len(states) < 100


def test_stopping_is_up_to_the_task(under_way: RunningWork) -> None:
    job: Job[str] = Job(under_way)
    job.stop()

    def task(emit: Emit, stop: threading.Event) -> None:
        stop.wait()
        emit("stopped")

    job.begin(task)
    job.stop()
    assert list(job.follow())[-1] == State("stopped", running=False)


def test_nobody_waits_for_a_task_that_is_stuck(
    under_way: RunningWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_GRACE", 0.0)
    job: Job[str] = Job(under_way)
    stuck = threading.Event()

    def task(emit: Emit, stop: threading.Event) -> None:
        stuck.wait()

    job.begin(task)
    job.stop()
    assert not list(job.follow())[-1].running
    # It still holds what it holds.
    assert not job.begin(lambda emit, stop: None)
    stuck.set()
    while job.running:
        time.sleep(0.01)


def test_errors_are_one_line(under_way: RunningWork) -> None:
    job: Job[Progress] = Job(under_way)

    def busy(emit: Callable[[Progress], None], stop: threading.Event) -> None:
        emit(Progress("half"))
        raise LibraryBusy("Another program holds the library.")

    job.begin(busy)
    *_, last = job.follow()
    assert last == State(Progress("half"), False, "Another program holds the library.")
    view = job_view(last)
    assert not view.running
    assert not view.succeeded
    assert "half" not in view.html
    assert 'role="alert"' in view.html


def test_a_fault_of_ours_is_told_without_a_traceback(under_way: RunningWork) -> None:
    job: Job[Progress] = Job(under_way)

    def faulty(emit: Callable[[Progress], None], stop: threading.Event) -> None:
        raise ZeroDivisionError("division by zero")

    job.begin(faulty)
    *_, last = job.follow()
    assert "failed unexpectedly (ZeroDivisionError: division by zero)" in last.error
    assert "Traceback" not in last.error


def test_views() -> None:
    before = job_view(State())
    assert (before.running, before.succeeded) == (True, False)
    assert "Beginning …" in before.html
    half = job_view(State(Progress("Reading", 1, 2)))
    assert 'max="2" value="1"' in half.html
    assert 'role="status"' not in half.html
    done = job_view(State(Progress("Read", 2, 2, (Failure("a:1", "why"),)), running=False))
    assert (done.running, done.succeeded) == (False, True)
    assert 'role="status"' in done.html
    assert "<progress" not in done.html
    assert "why" in Tags(done.html).text
    assert not refused("No.").succeeded
