"""Which of the encodings of Latin letters a text is in, by the words that it gives in each.

In the right encoding the letters of nearly every word belong to one language; in a wrong one they
are mixed with signs and with letters of others. So Polish, Czech, Hungarian or Turkish text, and
text of old Macs, is told from Western text of Windows, if there are a few such words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_ENCODINGS = ("cp1252", "mac_roman", "iso8859_2", "cp1250", "cp1254", "cp1257", "cp850")
_LETTERS = (
    "àâæçéèêëîïôœùûüÿ",  # French
    "äöüß",  # German
    "áéíóúüñ",  # Spanish
    "áàâãçéêíóôõú",  # Portuguese
    "àèéìíîòóù",  # Italian
    "àçèéíïòóúü",  # Catalan
    "åäöé",  # Swedish, Finnish
    "æøåé",  # Danish, Norwegian
    "áéíóúýðþæö",  # Icelandic
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovene
    "ăâîșțşţ",  # Romanian
    "âçğıîöşü",  # Turkish
    "ąčęėįšųūž",  # Lithuanian
    "āčēģīķļņšūž",  # Latvian
    "äõöüšž",  # Estonian
)
_ALPHABETS = tuple(frozenset(f"{it}{it.upper()}{'İ' * ('ı' in it)}") for it in _LETTERS)
_SIGNS = "“”‘’‚„«»‹›–—…¿¡"
_BETWEEN = re.compile(r"[\x00-@\[-`{-~\xa0’]+")
_FEWEST_WORDS = 4
_MOST_WORDS = 2_000
_LEAST_SHARE = 0.95
_LEAST_LEAD = 0.15


def encoding_of(data: bytes, *, looks_western: bool) -> str:
    """The codec of a text in Latin letters; "" where there are too few words, or none stands out.

    Most words of a text are of one language, those of a list of names are not. A list of names that
    `looks_western`, as Windows-1252, is not taken for text of one Eastern language.
    """
    shares: dict[tuple[str, ...], tuple[float, float]] = {}
    names: list[str] = []
    for name in _ENCODINGS:
        words = _words(data.decode(name, errors="replace"))
        # Of two encodings that give the same text, the first is as good as the other.
        if len(words) >= _FEWEST_WORDS and words not in shares:
            shares[words] = _shares(words)
            names.append(name)
    for place in (1,) if looks_western else (0, 1):
        found = [it[place] for it in shares.values()]
        ranked = sorted(found, reverse=True)
        lead = ranked[0] - ranked[1] if len(ranked) > 1 else 0.0
        if ranked and ranked[0] >= _LEAST_SHARE and lead >= _LEAST_LEAD:
            return names[found.index(ranked[0])]
    return ""


def _words(text: str) -> tuple[str, ...]:
    """The different words of `text` that are not ASCII, without signs around them."""
    words = dict.fromkeys(word.strip(_SIGNS) for word in _BETWEEN.split(text) if not word.isascii())
    return tuple(word for word in words if not word.isascii())[:_MOST_WORDS]


def _shares(words: Sequence[str]) -> tuple[float, float]:
    """How many of `words` are of the language that has most of them, and of any language."""
    counts = [0] * len(_ALPHABETS)
    of_any = 0
    for word in words:
        if not word.isalpha() or any(a.islower() and b.isupper() for a, b in pairwise(word)):
            continue
        letters = {letter for letter in word if not letter.isascii()}
        fitting = [letters <= alphabet for alphabet in _ALPHABETS]
        counts = [count + fits for count, fits in zip(counts, fitting, strict=True)]
        of_any += any(fitting)
    return max(counts) / len(words), of_any / len(words)
