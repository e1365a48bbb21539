"""The library as a picture: papers placed by meaning, in topics that have names."""

from assistant.mapping.map_builder import (
    MOST_PAPERS,
    brought_up,
    drawn,
    papers_of,
    vectors_to_show,
    version_of,
)
from assistant.mapping.paper_map import MapCache, PaperMap

__all__ = [
    "MOST_PAPERS",
    "MapCache",
    "PaperMap",
    "brought_up",
    "drawn",
    "papers_of",
    "vectors_to_show",
    "version_of",
]
