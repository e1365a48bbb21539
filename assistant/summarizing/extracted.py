"""A line about a paper by rule alone, for where no model is to be asked."""

from __future__ import annotations

from assistant.library import StoredPaper
from assistant.summarizing.candidates import candidates, chosen
from assistant.text.sanitizing import sanitized


def extracted(stored: StoredPaper) -> str | None:
    """The sentence of the abstract that says most, shortened; None if there is but the title."""
    line = chosen(candidates(stored.paper, "", cut=False, strict=True)).text
    return None if line == sanitized(stored.title) else line
