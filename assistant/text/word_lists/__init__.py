"""Lists of words as text files, words separated by white space."""

from __future__ import annotations

from pathlib import Path


def word_list(name: str) -> list[str]:
    """The words of the list `NAME.txt` in this folder, in order."""
    return Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8").split()
