"""What a person typed -> a full text query: content words and quoted phrases, never syntax."""

from __future__ import annotations

import re
import unicodedata

# A question longer than this is a pasted text; its beginning says what it is about.
MAX_CHARACTERS = 8_000
MAX_TERMS = 128
_PHRASE = re.compile(r'["“„”]([^"“„”]+)["“”]')
_WORD = re.compile(r"[^\W_]+")

# Words of English questions that say nothing about a paper's content.
STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being
    below between both but by can cannot could d did do does doing done down during each either
    else ever every few for from further get gets give given had has have having he her here hers
    herself him himself his how however i if in into is it its itself just let ll m may me might
    mine more most much must my myself no nor not of off on once only or other ought our ours
    ourselves out over own please re s same shall she should so some such t tell than that the
    their theirs them themselves then there therefore these they this those though through thus to
    too under until up upon us ve very was we were what whatever when where whether which while who
    whom whose why will with within without would you your yours yourself yourselves
    """.split()  # noqa: SIM905
)


def match_expression(query: str) -> str | None:
    """Return the FTS5 expression for `query`, or None when there is no word in it.

    Every term is a quoted string, in which FTS5 knows no operators. A phrase in quotation marks
    stays together; of the other words the stop words are left out, unless nothing else is there.
    """
    text = unicodedata.normalize("NFC", query[:MAX_CHARACTERS])
    terms: dict[str, None] = {}
    stop_words: dict[str, None] = {}
    for phrase in _PHRASE.findall(text):
        words = _WORD.findall(phrase.lower())
        if len(words) > 1:
            terms[" ".join(words)] = None
    for word in _WORD.findall(text.lower()):
        (stop_words if word in STOP_WORDS else terms)[word] = None
    chosen = list(terms or stop_words)[:MAX_TERMS]
    return " OR ".join(f'"{term}"' for term in chosen) or None
