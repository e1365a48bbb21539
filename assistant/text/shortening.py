"""What can be removed from a sentence of an abstract without changing what the rest says.

Announcements ("In this paper, ...") and text in brackets. What is left may need `with_full_stop`.
"""

from __future__ import annotations

import re

KINDS_OF_PAPERS = "paper|work|article|study|letter|report|thesis|survey|review|manuscript"
_ANNOUNCEMENT = re.compile(
    rf"^(?:(?:here|thus|hence|therefore|moreover|furthermore|additionally|finally|specifically"
    r"|concretely|accordingly|consequently|lastly|also|in particular|in short"
    # `Overall survival` and `First authors` are subjects.
    r"|(?:overall|first|second)(?:(?=,)|(?= we ))"
    r"|in summary|in addition|to this end|to that end|as a result|in response|motivated by this"
    rf"|in (?:this|the present|our) (?:{KINDS_OF_PAPERS})|in (?:this|the) section),?"
    r" )+(?=\w)",
    re.IGNORECASE,
)
BRACKETS = re.compile(r" ?\((?:[^()]*)\)| ?\[(?:[^\[\]]*)\]")
_REFERENCE = re.compile(
    r"\b(?:"
    r"such\b(?! (?:as|an?)\b)|these|those|the (?:above|former|latter|two|three|resulting|same)"
    r"|both (?:of )?(?:paradigms|approaches|methods|worlds|tasks|settings)"
    r"|(?:this|that) (?:issue|problem|challenge|end|gap|limitation|need|question|goal|setting"
    r"|phenomenon|task|approach|method|model|algorithm|framework|technique|network|architecture"
    r"|result|insight|idea|property|bound|data|dataset|information|process|observation)"
    r")\b|^(?:it|they|its|their)\b",
    re.IGNORECASE,
)
_FULL_STOPS = (".", "!", "?", "。", "！", "？", "।", "؟")


def without_opening(sentence: str) -> str:
    """`sentence` without words that only connect or announce it: `Moreover, in this paper,`."""
    bare = _ANNOUNCEMENT.sub("", sentence)
    return with_capital(bare) if bare != sentence else sentence


def refers_to_other_text(sentence: str) -> bool:
    """Whether `sentence` refers to an earlier sentence: `such benchmarks`, `they`."""
    return bool(_REFERENCE.search(sentence))


def with_capital(sentence: str) -> str:
    """`sentence` with a capital at its start."""
    return sentence[:1].upper() + sentence[1:]


def with_full_stop(sentence: str) -> str:
    """`sentence` without separators at its end, and with a full stop if it has no such mark."""
    bare = sentence.rstrip(" ,;:–—-")
    return bare if bare.endswith(_FULL_STOPS) else f"{bare}."
