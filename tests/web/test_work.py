from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from assistant.web import work as work_module
from assistant.web.work import RunningWork, Work


def test_items_come_in_order_and_end() -> None:
    def task(emit: Callable[[int], None], stop: threading.Event) -> None:
        for number in range(3):
            emit(number)

    assert list(Work(task).items()) == [0, 1, 2]


def test_an_error_reaches_who_follows_after_the_items_before_it() -> None:
    def task(emit: Callable[[int], None], stop: threading.Event) -> None:
        emit(1)
        raise ValueError("broken")

    got = []
    with pytest.raises(ValueError, match="broken"):
        for item in Work(task).items():
            got.append(item)
    assert got == [1]


def test_a_stopped_task_may_hand_out_its_last_item() -> None:
    def task(emit: Callable[[str], None], stop: threading.Event) -> None:
        emit("begun")
        stop.wait()
        emit("stopped")

    work = Work(task)
    items = work.items()
    assert next(items) == "begun"
    work.stop()
    assert list(items) == ["stopped"]


def test_a_task_that_does_not_stop_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_module, "_GRACE", 0.0)
    release = threading.Event()

    def task(emit: Callable[[str], None], stop: threading.Event) -> None:
        release.wait()

    work = Work(task)
    work.stop()
    assert list(work.items()) == []
    assert work.running
    release.set()


def test_everything_under_way_is_stopped_at_the_end() -> None:
    under_way = RunningWork()

    def task(emit: Callable[[str], None], stop: threading.Event) -> None:
        stop.wait()

    works = [under_way.start(task), under_way.start(task)]
    under_way.stop()
    for work in works:
        assert list(work.items()) == []
        assert work.stopped
