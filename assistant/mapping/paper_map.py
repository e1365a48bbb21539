"""A map: which paper lies where and belongs to which topic. It holds nothing of the papers' text
but the words that name the topics, and can be kept in a file of the cache."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.files import write_atomically
from assistant.library import VectorState
from assistant.topics.clustering import Floats

# Has to change when the same papers get another map, or when the format changes.
WAY = 2
FOLDER = "maps"
# A paper that came later lies so far from its nearest one; the map is 1 wide.
_BESIDE = 0.006
_TURN = np.pi * (3 - np.sqrt(5))


class PaperMap(BaseModel):
    """Papers by their `numbers`, each at `x` and `y` between 0 and 1 and in a `topic`.

    `topic` is a place in `names`, or -1 for none. `state` is the state of the vectors from which it
    was drawn, and `version` that of the whole library. The last `later` papers came after it was
    drawn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: int = WAY
    version: str
    state: VectorState
    numbers: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    topic: tuple[int, ...]
    names: tuple[str, ...]
    later: int = 0

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if {len(self.numbers)} != {len(self.x), len(self.y), len(self.topic)}:
            raise ValueError("a paper lacks its place or its topic")
        if any(not -1 <= topic < len(self.names) for topic in self.topic):
            raise ValueError("a topic has no name")
        return self

    def without(self, numbers: Collection[int]) -> PaperMap:
        """The map without these papers."""
        kept = [place for place, number in enumerate(self.numbers) if number not in numbers]
        return self._taking(kept)

    def beside_nearest(self, new: Sequence[int], vectors: Mapping[int, Floats]) -> PaperMap:
        """The map with the papers `new`, each beside the paper of the map that it is most like.

        `vectors` has one of length 1 for every paper, those of the map and new ones.
        """
        if not new or not self.numbers:
            return self
        known = np.array([vectors[number] for number in self.numbers])
        nearest = (known @ np.array([vectors[number] for number in new]).T).argmax(axis=0)
        placed = self._taking([*range(len(self.numbers)), *map(int, nearest)])
        angles = np.arange(len(new)) * _TURN
        x = [*self.x, *_moved(placed.x[len(self.x) :], np.cos(angles))]
        y = [*self.y, *_moved(placed.y[len(self.y) :], np.sin(angles))]
        numbers = (*self.numbers, *new)
        return placed.model_copy(
            update={"numbers": numbers, "x": tuple(x), "y": tuple(y), "later": len(new)}
        )

    def _taking(self, places: Sequence[int]) -> PaperMap:
        taken = {
            name: tuple(getattr(self, name)[place] for place in places)
            for name in ("numbers", "x", "y", "topic")
        }
        return self.model_copy(update=taken)


def _moved(values: Sequence[float], directions: npt.NDArray[np.float64]) -> list[float]:
    moved = np.clip(np.array(values) + _BESIDE * directions, 0.0, 1.0)
    return [round(float(one), 5) for one in moved]


class MapCache:
    """The last map of each library, in a folder of the cache.

    A file that cannot be read counts as missing; a map that cannot be written is drawn again later.
    """

    def __init__(self, cache: Path, library: Path) -> None:
        """Cache the map of the library in the folder `library`."""
        name = hashlib.sha256(os.fsencode(library.absolute())).hexdigest()[:16]
        self._file = cache / FOLDER / f"{name}.json"

    def read(self) -> PaperMap | None:
        """The cached map; None if there is none, or if an older version drew it."""
        try:
            kept = PaperMap.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return None
        return kept if kept.way == WAY else None

    def write(self, drawn: PaperMap) -> bool:
        """Replace the cached map by `drawn`; return whether that was possible."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, drawn.model_dump_json())
        except OSError:
            return False
        return True
