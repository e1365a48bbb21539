"""Which encoding bytes without a mark are in: UTF-8, or Windows-1252 as old programs write it.

Nearly any bytes can be read as Windows-1252, so it is believed only where what breaks UTF-8 stands
as letters and signs of Western languages do: an accented letter beside a plain one, a capital not
behind a small one. A character of UTF-8 that was cut, Cyrillic, Chinese or binary data do not.
"""

from __future__ import annotations

import re

WINDOWS = "cp1252"
NAMES = {WINDOWS: "Windows-1252"}
"""What people call an encoding, where it is not its name in capitals."""

_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_SMALL = rb"\x9a\x9c\x9e\xdf-\xef\xf1-\xf6\xf8-\xfd"
_CAPITAL = rb"\x8a\x8c\x8e\x9f\xc0-\xcf\xd1-\xd6\xd8-\xdd"
# Two accented letters in a row are the most there are, as in "créée".
_LETTERS = rb"(?:[%b]|(?<![a-z])[%b]){1,2}" % (_SMALL, _CAPITAL)
_WORD = re.compile(
    rb"(?<![\x80-\xff])"
    rb"(?:(?<=[A-Za-z])%b(?![\x80-\xff])|%b(?=[A-Za-z])"
    # Words of one letter: French "à", Italian "è", Portuguese "é", Spanish "ó".
    rb"|(?<![A-Za-z])[\xe0\xe8\xe9\xf3\xc0\xc8\xc9\xd3](?![A-Za-z\x80-\xff]))"
    % (_LETTERS, _LETTERS)
)
_QUOTE = re.compile(
    rb"(?<![A-Za-z0-9\x80-\xff])[\x91\x93\xab](?=[A-Za-z0-9\xc0-\xff])"
    rb"|(?<=[A-Za-z0-9.,!?\xdf-\xfe])[\x92\x94\xbb](?![\x80-\xff])"
)
_SIGN = re.compile(
    rb"(?<![\x80-\xff])(?:(?<=\S)[\x85\x99\xa9\xae]|[\xab\xbb](?=\s)|\xb5(?=[A-Za-z])|\xa7(?=[\s\d])"
    rb"|(?<=[\s\dA-Za-z)])[\x96\x97\xa0\xb0-\xb3\xb7\xb9\xd7](?=[\s\w(<.,;)+-]))(?![\x80-\xff])"
)
# So many more letters of Windows-1252 than characters of UTF-8 make these chance.
_CHANCE = 10
# Of so many letters and signs in their places one may be out of place.
_OUT_OF_PLACE = 20


def guess(data: bytes) -> str:
    """`utf-8` or `cp1252`; empty where `data` is nothing but ASCII, which is both."""
    if data.isascii():
        return ""
    # What replaces a character is no letter and no high byte, so that it lends support to nothing.
    rest, valid = _UTF_8.subn(b"\x1a", data)
    high = len(_HIGH.findall(rest))
    rest, quotes = _QUOTE.subn(b'"', rest)
    words = sum(len(_HIGH.findall(found[0])) for found in _WORD.finditer(rest))
    placed = quotes + words + len(_SIGN.findall(rest))
    is_windows = placed > _CHANCE * valid and placed >= _OUT_OF_PLACE * (high - placed)
    return WINDOWS if is_windows else "utf-8"
