"""How much each sentence of an abstract says of what a one-line summary of it says.

A linear model over what can be seen of a sentence without a language model: where it stands, what
its authors announce with it, and what it shares with the title and with the other sentences. Its
weights (`salience.json`) were fitted by `training/tldr/salience.py` to how near each sentence of
SciTLDR's training papers comes to the TL;DR that people wrote.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentences
from assistant.text.words import vocabulary

Vector = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "salience.json"
# The best of four sentences comes within 1 point of ROUGE-1 of the best of all (docs/tldr.md), and
# four are on average 60% of the words of an abstract.
MOST_SENTENCES = 4

_ADVERB = r"(?:\w+ly |also |first |then |here |therefore |thus )?"
_KINDS = "paper|work|article|study|letter|report|thesis|survey|review"
_CUES = {
    "proposes": rf"\bwe {_ADVERB}(?:propose|present|introduce|develop|design|devise)\b",
    "this paper": rf"\b(?:this|our) (?:{_KINDS})\b",
    "finds": rf"\bwe {_ADVERB}(?:show|demonstrate|find|found|prove|study|investigate|describe"
    r"|report|analy[sz]e|explore|examine|address|provide|argue)\b",
    "in this paper": rf"\bin this (?:{_KINDS})\b",
    "background": r"\b(?:however|recently|has been|have been|often|typically|important"
    r"|challeng\w+|existing|previous|despite|although)\b",
    "results": r"\b(?:experiment\w*|results?|outperform\w*|state-of-the-art|achieve\w*"
    r"|empirical\w*|evaluat\w*|demonstrat\w*|improve\w*)\b",
    "begins with we": r"^we\b",
    "begins with however": r"^however\b",
    "begins with this": r"^(?:in this|this|here)\b",
    "number": r"\d",
    "question": r"\?$",
}
_PATTERNS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _CUES.values())
FEATURES = (
    *_CUES,
    "position", "rank", "first", "second", "last", "of how many",
    "share of title", "share in title", "like the others",
    "words", "short", "long", "very long",
    "announces first", "before it", "right before it", "right behind it",
    "proposes with title", "first with title", "before it with title",
)  # fmt: skip


def features(title: str, lines: list[str]) -> Vector:
    """What can be seen of each sentence; shape (lines, features), in the order of FEATURES."""
    cues = np.array(
        [[bool(pattern.search(sentence)) for pattern in _PATTERNS] for sentence in lines], float
    )
    of_title = vocabulary(title)
    stems = [vocabulary(sentence) for sentence in lines]
    announcing = cues[:, 0] + cues[:, 1] + cues[:, 3] > 0
    count = len(lines)
    first_own = int(np.argmax(announcing)) if announcing.any() else count
    rows = []
    for place, sentence in enumerate(lines):
        shared = len(stems[place] & of_title)
        of_the_title = shared / max(1, len(of_title))
        length = len(sentence.split())
        others = [
            len(stems[place] & other) / max(1, min(len(stems[place]), len(other)))
            for number, other in enumerate(stems)
            if number != place
        ]
        rows.append(
            [
                place / max(1, count - 1),
                min(place, 8) / 8,
                place == 0,
                place == 1,
                place == count - 1,
                count / 10,
                of_the_title,
                shared / max(1, len(stems[place])),
                sum(others) / max(1, len(others)),
                min(length, 60) / 60,
                length < 8,
                length > 35,
                length > 50,
                place == first_own,
                place < first_own,
                place == first_own - 1,
                place == first_own + 1,
                cues[place, 0] * of_the_title,
                (place == 0) * of_the_title,
                (place < first_own) * of_the_title,
            ]
        )
    return np.hstack([cues, np.array(rows, float)])


def salience(title: str, lines: list[str]) -> Vector:
    """How near each of `lines` is expected to come to a TL;DR (ROUGE-1, 0 to about 0.6)."""
    if not lines:
        return np.zeros(0)
    weights, bias = _weights()
    return features(title, lines) @ weights + bias


def essence(title: str, abstract: str) -> str:
    """The sentences of `abstract` that a one-line summary may need, in their order.

    What the model does not read costs no time, and no summary needs the background.
    """
    found = lines_of(abstract)
    return " ".join(found[place] for place in sorted(_order(title, found)[:MOST_SENTENCES]))


def lines_of(abstract: str) -> list[str]:
    """The sentences of `abstract` of which something can be seen, each on one line."""
    return [line for sentence in sentences(abstract) if (line := sanitized(sentence))]


def _order(title: str, lines: list[str]) -> list[int]:
    return [int(place) for place in np.argsort(-salience(title, lines), kind="stable")]


@lru_cache(maxsize=1)
def _weights() -> tuple[Vector, float]:
    kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return np.array([kept["weights"][name] for name in FEATURES]), float(kept["bias"])
