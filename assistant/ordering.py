"""Results that arrive in any order, in the order of what they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def in_order(results: Iterable[tuple[int, T]]) -> Iterator[T]:
    """Yield `results`, which are numbered from 0, by number.

    What arrives early is held until everything before it has arrived. If numbers are missing at the
    end, because the work was stopped, the rest is yielded without them.
    """
    early: dict[int, T] = {}
    following = 0
    for number, result in results:
        early[number] = result
        while following in early:
            yield early.pop(following)
            following += 1
    for number in sorted(early):
        yield early[number]
