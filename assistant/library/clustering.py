"""Clusters of things: some pairs belong together, some must not. Their order is irrelevant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Pair = tuple[int, int]


def grouped(
    items: Iterable[Item], keys_of: Callable[[Item], Iterable[Hashable]]
) -> list[list[Item]]:
    """Group items that share a key, directly or through others; in order of their first items."""
    all_items = list(items)
    parents = list(range(len(all_items)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[Hashable, int] = {}
    for index, item in enumerate(all_items):
        for key in keys_of(item):
            one, other = sorted((root(first.setdefault(key, index)), root(index)))
            parents[other] = one
    groups: dict[int, list[Item]] = defaultdict(list)
    for index, item in enumerate(all_items):
        groups[root(index)].append(item)
    return list(groups.values())


def clusters(
    numbers: Collection[int],
    links: set[Pair],
    conflicts: set[Pair],
    alone: Collection[int] = (),
) -> list[list[int]]:
    """Group linked numbers so that no two in conflict are in one group.

    The lesser number of a pair comes first. A number that is linked to two that are in conflict
    could belong to either. Such numbers form groups of their own, except those in `alone`, which
    stay single.
    """
    found: list[list[int]] = []
    for component in connected_by(numbers, links):
        if not _in_conflict(component, conflicts):
            found.append(component)
            continue
        linked: dict[int, set[int]] = defaultdict(set)
        for one, other in _within(component, links):
            linked[one].add(other)
            linked[other].add(one)
        doubtful = [number for number in component if _in_conflict(linked[number], conflicts)]
        certain = [number for number in component if number not in doubtful]
        for part in connected_by(certain, _within(certain, links)):
            found += [[number] for number in part] if _in_conflict(part, conflicts) else [part]
        found += [[number] for number in doubtful if number in alone]
        left = [number for number in doubtful if number not in alone]
        if len(left) == len(component):
            found += [[number] for number in left]
        elif left:
            found += clusters(left, _within(left, links), conflicts)
    return found


def connected_by(numbers: Iterable[int], links: Iterable[Pair]) -> list[list[int]]:
    """Group the numbers that links connect, directly or not."""
    own: dict[int, list[Pair]] = defaultdict(list)
    for pair in links:
        for number in pair:
            own[number].append(pair)
    return grouped(sorted(numbers), lambda number: own[number])


def _in_conflict(numbers: Iterable[int], conflicts: set[Pair]) -> bool:
    some = set(numbers)
    return any(one in some and other in some for one, other in conflicts)


def _within(numbers: Iterable[int], links: Iterable[Pair]) -> set[Pair]:
    some = set(numbers)
    return {(one, other) for one, other in links if one in some and other in some}
