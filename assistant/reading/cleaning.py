"""Texts of exports without the characters that no text of a paper has."""

from __future__ import annotations

import functools
import re

from assistant.text.sanitizing import sanitized, sanitized_lines

_NOT_WORD = re.compile(r"[\W_]+")


def folded(name: str) -> str:
    """The name of a field without capitals, spaces and signs: "Source title", "source_title"."""
    return _folded(name) if len(name) < 100 else _NOT_WORD.sub("", name.casefold())


# All records of a file have the same few names.
@functools.lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    return _NOT_WORD.sub("", name.casefold())


def clean_text(value: str) -> str:
    """Remove control and invisible characters, and white space around the text.

    NUL would end the text in the full-text index; invisible characters would hide words from the
    reader, but not from the model.
    """
    return sanitized_lines(_whole(value)).strip()


def one_line(value: str) -> str:
    """Clean, with every run of white space made one space: titles are wrapped in many exports."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip(" ")
    return sanitized(_whole(value))


def _whole(value: str) -> str:
    """`value` with halves of characters ("\\ud83d") joined or marked: no encoding can write them.

    JSON can spell them, and file names have them for bytes that are not text.
    """
    if value.isascii() or value.isprintable():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
