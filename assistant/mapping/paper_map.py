"""The positions and topics of papers on a map, and the file that caches them.

The file contains numbers, positions and topic names, but no titles or abstracts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.files import write_atomically
from assistant.library import VectorState
from assistant.mapping.layout import Points, golden_angle_directions
from assistant.topics.clustering import Floats

# Increase this when the same papers get another layout, or when the file format changes.
MAP_VERSION = 2
FOLDER = "maps"
# Distance of an added paper from its most similar one; the map has a width of 1.
_OFFSET = 0.006


class PaperMap(BaseModel):
    """Papers by their `numbers`, with coordinates `x` and `y` from 0 to 1 and a `topic`.

    A `topic` is an index into `names`, or -1 for none. `version` identifies the library and `state`
    its vectors at the time of the layout. The last `later` papers were added after the layout.
    `way` is the MAP_VERSION of the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: int = MAP_VERSION
    version: str
    state: VectorState
    numbers: tuple[int, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    topic: tuple[int, ...]
    names: tuple[str, ...]
    later: int = 0

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if {len(self.numbers)} != {len(self.x), len(self.y), len(self.topic)}:
            raise ValueError("a paper has no position or no topic")
        if any(not -1 <= topic < len(self.names) for topic in self.topic):
            raise ValueError("a topic has no name")
        return self

    def without(self, numbers: Collection[int]) -> PaperMap:
        """The map without these papers."""
        kept = [index for index, number in enumerate(self.numbers) if number not in numbers]
        return self._select(kept)

    def with_added(self, added: Sequence[int], vectors: Mapping[int, Floats]) -> PaperMap:
        """The map with the papers `added`, each next to the most similar paper of the map.

        `vectors` contains a vector of length 1 for every paper, old and added.
        """
        if not added or not self.numbers:
            return self
        known = np.array([vectors[number] for number in self.numbers])
        nearest = (known @ np.array([vectors[number] for number in added]).T).argmax(axis=0)
        extended = self._select([*range(len(self.numbers)), *map(int, nearest)])
        positions: Points = np.column_stack([extended.x, extended.y])[len(self.numbers) :]
        positions = positions + _OFFSET * golden_angle_directions(np.arange(len(added)))
        positions = np.clip(positions, 0.0, 1.0)
        return extended.model_copy(
            update={
                "numbers": (*self.numbers, *added),
                "x": (*self.x, *(round(x, 5) for x in positions[:, 0].tolist())),
                "y": (*self.y, *(round(y, 5) for y in positions[:, 1].tolist())),
                "later": len(added),
            }
        )

    def _select(self, indices: Sequence[int]) -> PaperMap:
        """The map with the papers at `indices` of this one, in that order."""
        columns = {
            name: tuple(getattr(self, name)[index] for index in indices)
            for name in ("numbers", "x", "y", "topic")
        }
        return self.model_copy(update=columns)


class MapCache:
    """The latest map of a library, as a file in the cache folder.

    A file that cannot be read or written is ignored: the map is then built again.
    """

    def __init__(self, cache: Path, library: Path) -> None:
        """Cache the map of the library in the folder `library`."""
        name = hashlib.sha256(os.fsencode(library.absolute())).hexdigest()[:16]
        self._file = cache / FOLDER / f"{name}.json"

    def read(self) -> PaperMap | None:
        """The cached map, or None if it is missing, damaged or of another MAP_VERSION."""
        try:
            cached = PaperMap.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return None
        return cached if cached.way == MAP_VERSION else None

    def write(self, paper_map: PaperMap) -> bool:
        """Replace the cached map, and return whether that succeeded."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, paper_map.model_dump_json())
        except OSError:
            return False
        return True
