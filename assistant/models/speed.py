"""How fast a model writes on this computer: measured when it was used, else estimated.

Writing one token reads all weights that it uses once, so the time is about their size divided by
the bandwidth of the memory. The bandwidth is measured by copying, which takes a tenth of a second.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.files import write_atomically
from assistant.models.memory import free_memory

# In the cache folder: tokens per second by model.
FILE = "speeds.json"
_MAX_CHARACTERS = 1_000_000
_MAX_MODELS = 200
# Bytes that a thread copies at a time, more than a processor caches for it, and how often. The
# fastest counts: other programs only make it slower.
_COPY_BYTES = 32 * 1024 * 1024
_ROUNDS = 6
# llama.cpp reaches about this share of the bandwidth of copying (measured: docs/models.md).
_SHARE = 0.2


@dataclass(frozen=True)
class Speed:
    """Tokens that a model writes per second, and whether that was measured here."""

    tokens_per_second: float
    measured: bool

    @property
    def text(self) -> str:
        """`34 tokens/s`, or `about 3.4 tokens/s` if it is an estimate."""
        rate = self.tokens_per_second
        return f"{'' if self.measured else 'about '}{rate:,.{0 if rate >= 10 else 1}f} tokens/s"


def remember_speed(cache: Path, name: str, size: int, tokens_per_second: float) -> None:
    """Save how fast the model `name` of `size` bytes wrote. A cache that cannot be written is left.

    Args:
        cache: the cache folder.
        name: display name of the model.
        size: size of its files in bytes, so that another model of this name is not mistaken for it.
        tokens_per_second: the measured speed.

    """
    speeds = _read(cache)
    speeds.pop(_key(name, size), None)
    speeds[_key(name, size)] = round(tokens_per_second, 2)
    kept = dict(list(speeds.items())[-_MAX_MODELS:])
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        write_atomically(cache / FILE, json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def speed(cache: Path, name: str, size: int, bytes_per_token: int, threads: int) -> Speed:
    """The speed of the model `name` of `size` bytes: as measured here, or estimated.

    Args:
        cache: the cache folder, with the measured speeds.
        name: display name of the model.
        size: size of its files in bytes.
        bytes_per_token: bytes of weights that are read for one token.
        threads: number of compute threads.

    """
    if measured := _read(cache).get(_key(name, size)):
        return Speed(measured, measured=True)
    return Speed(reading_rate(threads) / max(1, bytes_per_token), measured=False)


def reading_rate(threads: int) -> float:
    """Bytes of weights that `threads` threads read per second when they write tokens; estimated."""
    return _SHARE * memory_bandwidth(threads)


@lru_cache(maxsize=8)
def memory_bandwidth(threads: int) -> float:
    """Bytes that `threads` threads read and write per second when they copy memory."""
    import numpy as np

    free = free_memory()
    # Both arrays of all threads take at most a quarter of what is free.
    size = _COPY_BYTES if free is None else max(1 << 20, min(_COPY_BYTES, free // (8 * threads)))

    def prepare(_: int) -> tuple[Any, Any]:
        # Filled, because the system allocates pages when they are first written.
        return np.ones(size, dtype=np.uint8), np.full(size, 2, dtype=np.uint8)

    def copy(pair: tuple[Any, Any]) -> None:
        np.copyto(pair[1], pair[0])

    fastest = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        pairs = list(pool.map(prepare, range(threads)))
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            list(pool.map(copy, pairs))
            fastest = min(fastest, time.perf_counter() - started)
    return 2 * threads * size / fastest


def _key(name: str, size: int) -> str:
    return f"{name}|{size}"


def _read(cache: Path) -> dict[str, float]:
    try:
        with (cache / FILE).open(encoding="utf-8") as file:
            speeds = json.loads(file.read(_MAX_CHARACTERS))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(speeds, dict):
        return {}
    return {
        key: float(rate)
        for key, rate in speeds.items()
        if isinstance(rate, int | float) and 0 < rate < 1e6
    }
