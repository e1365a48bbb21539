from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from web_support import MakeSession

from assistant.errors import LibraryBusy
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.web import background_embedding as background_module
from assistant.web.background_embedding import BackgroundEmbedding
from assistant.web.work import RunningWork


def paper(number: int) -> Paper:
    return Paper(title=f"On the sleep of cat {number}", abstract=f"It naps {number} times a day.")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in a minute"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_module, "_LOOK_S", 0.02)


def test_papers_of_another_program_get_vectors_when_nothing_else_is_to_do(
    make_session: MakeSession, under_way: RunningWork
) -> None:
    session = make_session()
    library = session.library
    finish = threading.Event()

    def other_work(emit: Callable[[int], None], stop: threading.Event) -> None:
        finish.wait()

    under_way.start(other_work)
    ended = threading.Event()
    thread = threading.Thread(target=BackgroundEmbedding(session, under_way, ended).run)
    thread.start()
    try:
        with Library.open(library.folder, HashingEmbedder()) as other:
            other.add(map(paper, range(5)))
        time.sleep(0.2)
        assert library.vectors.missing() == 5  # it rests while there is other work
        finish.set()
        wait_until(lambda: library.vectors.missing() == 0)
        with Library.open(library.folder, HashingEmbedder()) as other:
            other.add([paper(9)])
        wait_until(lambda: library.vectors.missing() == 0)
    finally:
        finish.set()
        ended.set()
        thread.join()
    assert library.check() == []


def test_a_library_that_is_busy_is_tried_again(
    make_session: MakeSession, under_way: RunningWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session()
    library = session.library
    library.add([paper(9)])
    embed, tries = library.vectors.embed_missing, []

    def busy_at_first(**options: Callable[[], bool]) -> int:
        tries.append(options)
        if len(tries) == 1:
            raise LibraryBusy("Another program writes.")
        return embed(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(library.vectors, "embed_missing", busy_at_first)
    ended = threading.Event()
    thread = threading.Thread(target=BackgroundEmbedding(session, under_way, ended).run)
    thread.start()
    try:
        wait_until(lambda: library.vectors.missing() == 0)
    finally:
        ended.set()
        thread.join()
    assert len(tries) > 1
