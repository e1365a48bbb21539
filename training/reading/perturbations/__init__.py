"""A true claim -> claims that its evidence does not support: one small change each.

Every function returns the claims that one kind of change makes, none where the result might still
be true or would be hard to read: a wrong label is worse than a missing example.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from training.reading.perturbations.directions import reversed_directions
from training.reading.perturbations.exchanged import exchanged_names, swapped
from training.reading.perturbations.negation import flipped, negated
from training.reading.perturbations.numbers import changed_numbers, changed_units
from training.reading.perturbations.source import Source
from training.reading.perturbations.strength import strengthened

Change = Callable[[str, Source, random.Random], list[str]]
_FEWER_NEGATIONS = 0.3
# How often a kind is chosen where several are possible: rare ones come first.
CHANGES: dict[str, tuple[Change, float]] = {
    "number": (changed_numbers, 1.0),
    "unit": (changed_units, 2.0),
    "direction": (reversed_directions, 1.0),
    "negation": (negated, 0.5),
    "flip": (flipped, 3.0),
    "swap": (swapped, 4.0),
    "name": (exchanged_names, 1.0),
    "strength": (strengthened, 2.0),
}


def perturbations(claim: str, source: Source, chooser: random.Random) -> Iterator[tuple[str, str]]:
    """Kind and text of false variants of the true `claim`, one of each kind, in random order."""
    made = {kind: change(claim, source, chooser) for kind, (change, _) in CHANGES.items()}
    possible = [kind for kind, texts in made.items() if texts]
    # Nearly every claim can be negated; too many of them, and `not` alone would mean no.
    if possible == ["negation"] and chooser.random() < _FEWER_NEGATIONS:
        return
    # Exponential waiting times sort by weight.
    possible.sort(key=lambda kind: chooser.expovariate(CHANGES[kind][1]))
    for kind in possible:
        yield kind, chooser.choice(made[kind])
