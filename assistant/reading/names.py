"""Names of authors as catalogues sort them -> as people write them."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv|[2-4](?:nd|rd|th))\.?", re.IGNORECASE)


def given_first(name: str) -> str:
    """`Last, First` and `Last, First, Jr.` with the given name first; any other as it is.

    A comma at the end marks an organisation, whose name has commas of its own.
    """
    name = name.strip()
    if name.endswith(","):
        return name.rstrip(", ")
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 3 and _SUFFIX.fullmatch(parts[1]):
        parts[1], parts[2] = parts[2], parts[1]
    if len(parts) == 2 or (len(parts) == 3 and _SUFFIX.fullmatch(parts[2])):
        return " ".join(part for part in (parts[1], parts[0], *parts[2:]) if part)
    return name
