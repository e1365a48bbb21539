"""How fast a model reads and writes: figures of its last replies, for people."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from assistant.models.protocols import GenerationStats, Priority

# Replies that are remembered of each kind: enough for a mean, few enough to follow a change.
_REMEMBERED = 100
# Prompts of which fewer tokens had to be read say nothing: most of their time is the first step.
_FEWEST_READ = 32
# Batch replies with a longer pause between them are of two runs.
_PAUSE_S = 5.0


@dataclass(frozen=True)
class _Reply:
    begun: float
    ended: float
    read: int
    reading: float
    written: int
    writing: float


class Throughput:
    """Remembers the last replies of one model. Thread-safe."""

    def __init__(self) -> None:
        """Nothing is measured yet."""
        self._lock = threading.Lock()
        self._replies = {priority: deque[_Reply](maxlen=_REMEMBERED) for priority in Priority}

    def add(self, priority: Priority, stats: GenerationStats) -> None:
        """Remember a reply that has ended, or was left by its reader; empty ones are not."""
        if not stats.generated_tokens:
            return
        now = time.monotonic()
        reply = _Reply(
            begun=now - stats.total_seconds,
            ended=now,
            read=stats.prompt_tokens - stats.reused_tokens,
            reading=stats.prompt_seconds,
            # The first token comes with the end of the prompt, the others take time of their own.
            written=stats.generated_tokens - 1,
            writing=stats.total_seconds - stats.prompt_seconds,
        )
        with self._lock:
            self._replies[priority].append(reply)

    def generation_rate(self) -> float | None:
        """Tokens a second of the last answers while they were written; None: not measured yet."""
        replies = self._latest(Priority.INTERACTIVE)
        return _rate(sum(x.written for x in replies), sum(x.writing for x in replies))

    def prompt_rate(self) -> float | None:
        """Tokens a second of the last questions with their evidence; None: not measured yet."""
        replies = [x for x in self._latest(Priority.INTERACTIVE) if x.read >= _FEWEST_READ]
        return _rate(sum(x.read for x in replies), sum(x.reading for x in replies))

    def replies_per_minute(self) -> float | None:
        """Batch replies a minute, over the last run of them; None: there was none yet."""
        run: list[_Reply] = []
        for reply in reversed(self._latest(Priority.BATCH)):
            if run and min(x.begun for x in run) - reply.ended > _PAUSE_S:
                break
            run.append(reply)
        if not run:
            return None
        return _rate(60 * len(run), run[0].ended - min(x.begun for x in run))

    def _latest(self, priority: Priority) -> list[_Reply]:
        with self._lock:
            return list(self._replies[priority])


def _rate(count: float, seconds: float) -> float | None:
    return count / seconds if count > 0 and seconds > 0 else None
