"""Text as it may be shown: without characters that hide, reorder or control."""

from __future__ import annotations

import unicodedata

# Scripts such as Persian and Hindi need them within words.
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """`text` on one line without control, direction and other invisible characters."""
    shown = "".join(
        character
        for character in text
        if character.isspace()
        or character in _JOINERS
        or unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs")
    )
    return " ".join(shown.split())
