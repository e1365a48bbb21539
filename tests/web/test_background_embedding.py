"""Embedding in the background: it makes way for other jobs and survives every error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from web_support import MakeSession, OpenPage, Serve, Tags

from assistant.errors import LibraryBusy, LibraryDamaged, LibraryFull
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.web import background_embedding as background_module
from assistant.web import jobs as jobs_module
from assistant.web.background_embedding import embed_in_background
from assistant.web.header import Header
from assistant.web.jobs import Jobs


def paper(number: int) -> Paper:
    return Paper(title=f"On the sleep of cat {number}", abstract=f"It naps {number} times a day.")


def wait_until(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_module, "_CHECK_S", 0.02)


def test_papers_of_another_program_are_embedded_when_no_other_job_runs(
    make_session: MakeSession, jobs: Jobs
) -> None:
    session = make_session()
    library = session.library
    finish = threading.Event()
    jobs.start("Another job", lambda progress: finish.wait())
    embedding = embed_in_background(session, jobs)
    with Library.open(library.folder, HashingEmbedder()) as other:
        other.add(map(paper, range(5)))
    time.sleep(0.2)
    assert library.vectors.missing() == 5
    finish.set()
    wait_until(lambda: library.vectors.missing() == 0)
    with Library.open(library.folder, HashingEmbedder()) as other:
        other.add([paper(9)])
    wait_until(lambda: library.vectors.missing() == 0)
    assert not jobs.busy
    embedding.stop()
    assert not list(embedding.follow())[-1].error
    assert library.check() == []


def test_a_job_that_starts_meanwhile_pauses_the_embedding(
    make_session: MakeSession, jobs: Jobs
) -> None:
    session = make_session()
    library = session.library
    library.add(map(paper, range(200)))
    finish = threading.Event()
    embedder = library.vectors.embedder
    assert isinstance(embedder, HashingEmbedder)
    embed = embedder.embed

    def start_another_job(texts: Any) -> Any:
        if not jobs.busy:
            jobs.start("Another job", lambda progress: finish.wait())
        return embed(texts)

    embedder.embed = start_another_job  # type: ignore[method-assign]
    embed_in_background(session, jobs)
    wait_until(lambda: library.vectors.missing() < 200)
    time.sleep(0.2)
    assert library.vectors.missing() == 200 - 64
    embedder.embed = embed  # type: ignore[method-assign]
    finish.set()
    wait_until(lambda: library.vectors.missing() == 0)


@pytest.mark.parametrize(
    "error",
    [
        LibraryBusy("Another program holds the library."),
        LibraryFull("The disk is full. Free some space."),
        LibraryDamaged("The catalogue is damaged."),
        ZeroDivisionError("division by zero"),
    ],
)
def test_after_any_error_embedding_goes_on_and_the_page_says_so_meanwhile(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    session = make_session()
    library = session.library
    library.add([paper(9)])
    retry = threading.Event()
    monkeypatch.setattr(jobs_module, "retry_delay", lambda failures: 0.05)
    embed = library.vectors.embed_missing

    def failing(progress: Progress) -> int:
        if not retry.is_set():
            raise error
        return embed(progress)

    monkeypatch.setattr(library.vectors, "embed_missing", failing)
    header = Header(session, jobs)
    job = embed_in_background(session, jobs)
    assert next(state for state in job.follow() if state.next_attempt).running
    shown = " ".join(Tags(header.now()).text.split())
    assert f"Making vectors in the background failed: {job.state.error}" in shown
    assert str(error) in shown
    retry.set()
    wait_until(lambda: library.vectors.missing() == 0)
    wait_until(lambda: jobs.problems == [])
    assert "failed" not in header.now()
    # Papers that come later are embedded too.
    library.add([paper(10)])
    wait_until(lambda: library.vectors.missing() == 0)


def test_a_library_that_cannot_be_opened_is_tried_again(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "retry_delay", lambda failures: 0.05)
    session = make_session(papers=[])
    opened = Library.open
    refused = threading.Event()

    def refuse(*given: Any) -> Library:
        refused.set()
        raise LibraryBusy("Another program holds the library.")

    monkeypatch.setattr(Library, "open", refuse)
    embed_in_background(session, jobs)
    refused.wait()
    monkeypatch.setattr(Library, "open", opened)
    session.library.add([paper(1)])
    wait_until(lambda: session.library.vectors.missing() == 0)


def test_every_open_window_says_that_embedding_failed_and_when_it_works_again(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs_module, "retry_delay", lambda failures: 0.2)
    session = make_session()
    vectors = session.library.vectors
    embed, full = vectors.embed_missing, threading.Event()

    def embed_missing(progress: Progress) -> int:
        if full.is_set():
            raise LibraryFull("The disk is full.")
        return embed(progress)

    monkeypatch.setattr(vectors, "embed_missing", embed_missing)
    with serve(session) as server, open_page(server.address) as page:
        page.locator("#header").get_by_text("2 papers").wait_for()
        full.set()
        session.library.add([paper(9)])
        page.locator("#header").get_by_text("3 papers").first.wait_for()
        page.get_by_text("Making vectors in the background failed: The disk is full.").wait_for()
        full.clear()
        page.locator("#header .notice").first.wait_for(state="detached")
        assert vectors.missing() == 0
