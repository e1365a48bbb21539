"""What workers report besides results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Failed:
    """A record that could not be processed, and why, on one line."""

    reason: str


@dataclass(frozen=True)
class Unusable:
    """A worker that cannot do anything: the address of its computer, and why."""

    node: str
    reason: str
