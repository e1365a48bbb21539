"""The state of a collection on a Chroma server, which is stored with it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self

from assistant.library.chroma_server import ServerCollection
from assistant.library.vector_rows import VectorState

_FORMAT = "1"


@dataclass(frozen=True)
class StoredState:
    """What is stored with a collection.

    It has `reached` a state of the catalogue, and has nothing newer than `target`. `library` is the
    random name of the library, `embedder` the fingerprint of its vectors.
    """

    library: str
    embedder: str
    reached: VectorState
    target: VectorState
    # Whether it has once had all vectors; before that it is not searched.
    complete: bool

    @classmethod
    def of(cls, collection: ServerCollection) -> Self | None:
        """The values of `collection`; None if this program did not make it."""
        try:
            values = collection.values
            if values["assistant"] != _FORMAT:
                return None
            states = json.loads(values["state"])
            reached, target = (VectorState(**states[name]) for name in ("reached", "target"))
            complete = bool(states.get("complete", True))  # True before this was stored
            return cls(str(values["library"]), str(values["embedder"]), reached, target, complete)
        except (LookupError, TypeError, ValueError):
            return None

    @property
    def values(self) -> dict[str, str]:
        """The values to store."""
        states = {
            "reached": asdict(self.reached),
            "target": asdict(self.target),
            "complete": self.complete,
        }
        return {
            "assistant": _FORMAT,
            "library": self.library,
            "embedder": self.embedder,
            "state": json.dumps(states),
        }
