"""Text as it may be shown: without characters that hide, reorder or control.

Every text that comes in is read through this, and every text that goes out, to a terminal, a file
or the page, goes through it once more: a library may be older than this, and a model writes too.
"""

from __future__ import annotations

import re
from typing import Any

# What begins a new line somewhere, to an editor, a terminal or `str.splitlines`.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Separators of fields and records, which Python counts as white space.
_SEPARATOR = re.compile("[\x1c-\x1f]")
_LAST_OF_PLANES = "".join(f"{chr(n - 2)}{chr(n - 1)}" for n in range(0x20000, 0x100000, 0x10000))
_INVISIBLE_MARKS = (
    "\x00-\x08\x0e-\x1b\x7f-\x9f"  # controls
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero width, directions
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\ud800-\udfff"  # halves of characters
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use: no font but the author's has them
    "\U000e0000-\U000e0fff"  # tags and variation selectors
    "\ufdd0-\ufdef\ufffe\uffff"  # no characters at all
    f"{_LAST_OF_PLANES}"
)
_INVISIBLE = re.compile(f"[{_INVISIBLE_MARKS}]")
# Persian, Hindi and others need joiners within their words; anywhere else they hide.
_JOINING = "[\u0600-\u109f\u1700-\u1cff\ua800-\uabff\U00011000-\U00011fff]"
_JOINER = re.compile(f"(?<={_JOINING})([\u200c\u200d])[\u200c\u200d]*(?={_JOINING})|[\u200c\u200d]")
# No language puts more accents on a letter; a pile of them covers the lines above and below.
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILE = re.compile(f"([{_ACCENTS}]{{4}})[{_ACCENTS}]+")
# Nearly no text has one of these characters, and one look takes a fraction of the time.
_ANY = re.compile(f"[\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029\u200c\u200d{_INVISIBLE_MARKS}{_ACCENTS}]")


def sanitized_lines(text: str) -> str:
    """`text` without control, direction and other invisible characters; lines and tabs stay.

    Every kind of line end becomes `\\n`.
    """
    if (text.isascii() and text.isprintable()) or not _ANY.search(text):
        return text
    text = _SEPARATOR.sub(" ", _LINE_END.sub("\n", text))
    return _PILE.sub(r"\1", _JOINER.sub(r"\1", _INVISIBLE.sub("", text)))


def sanitized(text: str) -> str:
    """`text` as `sanitized_lines` has it, on one line with single spaces."""
    return " ".join(sanitized_lines(text).split())


def sanitized_json(value: Any) -> Any:
    """A JSON value with every text in it as `sanitized_lines` has it; keys stay."""
    if isinstance(value, str):
        return sanitized_lines(value)
    if isinstance(value, dict):
        return {name: sanitized_json(one) for name, one in value.items()}
    return [sanitized_json(one) for one in value] if isinstance(value, list | tuple) else value
