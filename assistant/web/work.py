"""Work: something slow in a thread of its own, which a page handler follows and may stop."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
# What a Work runs: it hands out items by its first argument and looks at the flag, its second.
Task = Callable[[Callable[[T], None], threading.Event], None]

# Seconds between two looks at the stop flag.
_POLL = 0.1
# Seconds that a task gets to hand out its last items after it was told to stop.
_GRACE = 3.0


class Work(Generic[T]):
    """Runs a task in a thread of its own; whoever follows gets its items as they come.

    Following never waits for a task that is stuck: a little after it was told to stop, the items
    end. What the task raises is raised to who follows.
    """

    def __init__(self, task: Task[T]) -> None:
        """Start now."""
        self._stop = threading.Event()
        self._items: queue.SimpleQueue[tuple[T] | BaseException | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=(task,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the task to end; calling it twice, or after the end, does nothing."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    @property
    def running(self) -> bool:
        """Whether the task still runs."""
        return self._thread.is_alive()

    def items(self, grace: float | None = None) -> Iterator[T]:
        """Yield what the task hands out; to be followed once.

        After it was told to stop it has `grace` seconds (None: some) for its last items.

        Raises:
            Exception: whatever the task raised.
        """
        deadline: float | None = None
        while True:
            try:
                item = self._items.get(timeout=_POLL)
            except queue.Empty:
                if self.stopped:
                    deadline = deadline or time.monotonic() + (_GRACE if grace is None else grace)
                    if time.monotonic() > deadline:
                        return
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item[0]

    def _run(self, task: Task[T]) -> None:
        try:
            task(lambda item: self._items.put((item,)), self._stop)
        except BaseException as error:
            self._items.put(error)
        finally:
            self._items.put(None)


class RunningWork:
    """All work that is under way, to be stopped when the page ends."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._works: list[Work[Any]] = []

    def start(self, task: Task[T]) -> Work[T]:
        """Start a Work and remember it while it runs."""
        work = Work(task)
        with self._lock:
            self._works = [known for known in self._works if known.running]
            self._works.append(work)
        return work

    @property
    def running(self) -> bool:
        """Whether any work is under way."""
        with self._lock:
            return any(work.running for work in self._works)

    def stop(self) -> None:
        """Ask everything that runs to end."""
        with self._lock:
            for work in self._works:
                work.stop()
