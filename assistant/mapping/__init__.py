"""The map of the library: papers placed by similarity, grouped into named topics."""

from assistant.mapping.map_builder import (
    MAX_PAPERS,
    build_map,
    existing_papers,
    library_version,
    map_vectors,
    updated_map,
)
from assistant.mapping.paper_map import MapStore, PaperMap

__all__ = [
    "MAX_PAPERS",
    "MapStore",
    "PaperMap",
    "build_map",
    "existing_papers",
    "library_version",
    "map_vectors",
    "updated_map",
]
