"""Jobs of the page: followed by many, stopped, tried again, and never dying unnoticed."""

from __future__ import annotations

import threading

import pytest
from web_support import Tags

from assistant.errors import LibraryBusy, LibraryFull
from assistant.progress import Progress, Report
from assistant.reading import Failure
from assistant.web import jobs as jobs_module
from assistant.web.jobs import Jobs, JobState, job_view


def test_a_job_is_followed_by_many_windows_and_has_a_result(jobs: Jobs) -> None:
    go_on = threading.Event()

    def task(progress: Progress) -> str:
        progress.report(1, 2, "Reading papers")
        go_on.wait()
        return "all"

    job = jobs.start("Reading papers", task)
    first, second = job.follow(), job.follow()
    for follower in (first, second):
        assert next(state for state in follower if state.report.done).running
    assert jobs.busy
    go_on.set()
    ended = JobState(job.progress.latest, running=False, result="all")
    for follower in (first, second):
        *_, last = follower
        assert last == ended
    assert not job.running
    assert not jobs.running
    # A window that comes late gets the result.
    assert list(job.follow()) == [ended]


def test_windows_get_only_a_few_states_a_second(jobs: Jobs) -> None:
    def task(progress: Progress) -> None:
        for count in range(10_000):
            progress.report(count)

    states = list(jobs.start("Counting", task).follow())
    assert states[-1].report.done == 9999
    assert len(states) < 100


def test_stopping_is_up_to_the_task(jobs: Jobs) -> None:
    def task(progress: Progress) -> str:
        progress.stop_event.wait()
        return "stopped"

    job = jobs.start("Waiting", task)
    job.stop()
    assert list(job.follow())[-1].result == "stopped"


def test_nobody_waits_for_a_task_that_is_stuck(jobs: Jobs) -> None:
    stuck = threading.Event()
    job = jobs.start("Waiting", lambda progress: stuck.wait())
    job.stop()
    last = list(job.follow(grace=0))[-1]
    assert not last.running
    view = job_view(last)
    assert (view.running, view.succeeded) == (False, False)
    # The task itself has not ended.
    assert job.running
    stuck.set()
    assert list(job.follow())[-1].result is True


def test_all_jobs_stop_with_the_page_and_so_do_later_ones() -> None:
    jobs = Jobs()

    def task(progress: Progress) -> str:
        progress.stop_event.wait()
        return "stopped"

    before = [jobs.start("Waiting", task) for _ in range(2)]
    jobs.stop()
    for job in (*before, jobs.start("Waiting", task)):
        assert list(job.follow())[-1].result == "stopped"


def test_an_error_is_one_sentence(jobs: Jobs) -> None:
    def busy(progress: Progress) -> None:
        progress.report(step="Half of it")
        raise LibraryBusy("Another program holds the library.")

    *_, last = jobs.start("Importing", busy).follow()
    assert (last.error, last.running) == ("Another program holds the library.", False)
    view = job_view(last)
    assert (view.running, view.succeeded) == (False, False)
    assert "Half of it" not in view.html
    assert 'role="alert"' in view.html


def test_an_unexpected_error_is_shown_without_a_traceback(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    *_, last = jobs.start("Dividing", lambda progress: 1 / 0).follow()
    assert "failed unexpectedly (ZeroDivisionError: division by zero)" in last.error
    assert "Traceback" not in last.error
    assert "Dividing failed" in caplog.text


def test_even_the_end_of_the_thread_ends_the_job(jobs: Jobs) -> None:
    def leave(progress: Progress) -> None:
        raise SystemExit

    *_, last = jobs.start("Leaving", leave).follow()
    assert not last.running
    assert last.error


def test_a_failed_job_is_tried_again_and_says_why_and_when(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[int] = []
    retry_now = threading.Event()

    def delay(failures: int) -> float:
        delays.append(failures)
        return 0.0 if retry_now.is_set() else 1e6

    monkeypatch.setattr(jobs_module, "retry_delay", delay)
    attempts: list[Progress] = []
    go_on = threading.Event()

    def task(progress: Progress) -> str:
        attempts.append(progress)
        if len(attempts) in (1, 2):
            raise LibraryFull("The disk is full.")
        if len(attempts) == 3:
            progress.report(1)
            raise ZeroDivisionError
        progress.report(2)
        go_on.wait()
        return "done"

    stuck = jobs.start("Making vectors", task, retry=True)
    state = next(state for state in stuck.follow() if state.next_attempt)
    assert state.running
    (problem,) = jobs.problems
    assert problem.startswith("Making vectors failed: The disk is full. The next attempt is at ")
    assert not jobs.busy
    assert jobs.running
    stuck.stop()
    assert list(stuck.follow())[-1].error == "The disk is full."
    assert jobs.problems == []

    retry_now.set()
    delays.clear()
    attempts.clear()
    job = jobs.start("Making vectors", task, retry=True)
    assert next(state for state in job.follow() if state.report.done == 2).error == ""
    assert jobs.problems == []
    go_on.set()
    assert list(job.follow())[-1].result == "done"
    # The report of the third attempt starts the count again.
    assert delays == [1, 2, 1]


def test_views() -> None:
    before = job_view(JobState())
    assert (before.running, before.succeeded) == (True, False)
    assert "Starting …" in before.html
    half = job_view(JobState(Report("Reading papers", 1, 2, per_minute=44, seconds_left=240)))
    assert 'max="2" value="1"' in half.html
    assert 'role="status"' not in half.html
    text = " ".join(Tags(half.html).text.split())
    assert text == "Reading papers: 1 of 2 44 a minuteabout 4 minutes left 1 of 2"
    done = job_view(
        JobState(Report("Reading papers", 2, 2), running=False, result="Read"),
        "Read",
        [Failure("a:1", "why")],
    )
    assert (done.running, done.succeeded) == (False, True)
    assert 'role="status"' in done.html
    assert "<progress" not in done.html
    assert "why" in Tags(done.html).text
    assert not job_view(JobState(running=False, error="No.")).succeeded
