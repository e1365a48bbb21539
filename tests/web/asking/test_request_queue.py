"""The line before the model."""

from __future__ import annotations

import threading
from queue import SimpleQueue

from patience import PATIENCE_S

from assistant.progress import Progress
from assistant.web.asking.request_queue import RequestQueue

Said = SimpleQueue[tuple[str, int]]


def wait_in(
    line: RequestQueue, name: str, said: Said, progress: Progress
) -> tuple[threading.Event, ...]:
    """One who waits: two events, `served` and `leave`."""
    served, leave = threading.Event(), threading.Event()

    def run() -> None:
        with line.slot(progress, lambda before: said.put((name, before))):
            served.set()
            leave.wait(PATIENCE_S)

    threading.Thread(target=run, daemon=True).start()
    return served, leave


def test_so_many_are_served_and_the_others_know_their_place() -> None:
    line, said, progress = RequestQueue(2), Said(), Progress()
    first, first_leaves = wait_in(line, "first", said, progress)
    assert first.wait(PATIENCE_S)
    second, second_leaves = wait_in(line, "second", said, progress)
    assert second.wait(PATIENCE_S)
    third, third_leaves = wait_in(line, "third", said, progress)
    assert said.get(timeout=PATIENCE_S) == ("third", 2)
    fourth, fourth_leaves = wait_in(line, "fourth", said, progress)
    assert said.get(timeout=PATIENCE_S) == ("fourth", 3)
    assert not third.is_set()

    first_leaves.set()
    assert third.wait(PATIENCE_S)
    assert said.get(timeout=PATIENCE_S) == ("fourth", 2)
    assert not fourth.is_set()
    second_leaves.set()
    assert fourth.wait(PATIENCE_S)
    third_leaves.set()
    fourth_leaves.set()
    # Who did not wait was told nothing.
    assert said.empty()


def test_who_stops_waiting_gives_way() -> None:
    line, said = RequestQueue(1), Said()
    never, tired = Progress(), Progress()
    served, leave = wait_in(line, "first", said, never)
    assert served.wait(PATIENCE_S)
    gone, gone_leaves = wait_in(line, "tired", said, tired)
    assert said.get(timeout=PATIENCE_S) == ("tired", 1)
    last, last_leaves = wait_in(line, "last", said, never)
    assert said.get(timeout=PATIENCE_S) == ("last", 2)
    tired.stop()
    # The block is entered, so that it can say what it has; but it does not count.
    assert gone.wait(PATIENCE_S)
    assert said.get(timeout=PATIENCE_S) == ("last", 1)
    leave.set()
    assert last.wait(PATIENCE_S)
    gone_leaves.set()
    last_leaves.set()
