"""Salience of the sentences of an abstract: their expected overlap with a TL;DR.

A linear model over position, cue phrases, and words shared with the title and the other sentences.
`training/tldr/salience.py` fitted its weights (`salience.json`) to the ROUGE-1 of each sentence of
SciTLDR's training papers against the human-written TL;DRs.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from assistant.text.words import vocabulary

Vector = npt.NDArray[np.float64]

WEIGHTS = Path(__file__).parent / "salience.json"
# The best of the four most salient sentences is within 1 point of ROUGE-1 of the best of all
# (docs/tldr.md). Four sentences have 60% of an abstract's words on average.
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


def features(title: str, sentences: list[str]) -> Vector:
    """The features of each sentence, in the order of FEATURES; shape (sentences, features)."""
    cues = np.array(
        [[bool(cue.search(sentence)) for cue in _PATTERNS] for sentence in sentences], float
    )
    title_stems = vocabulary(title)
    stems = [vocabulary(sentence) for sentence in sentences]
    announcing = cues[:, 0] + cues[:, 1] + cues[:, 3] > 0
    count = len(sentences)
    first_cue = int(np.argmax(announcing)) if announcing.any() else count
    rows = []
    for place, sentence in enumerate(sentences):
        shared = len(stems[place] & title_stems)
        title_share = shared / max(1, len(title_stems))
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
                title_share,
                shared / max(1, len(stems[place])),
                sum(others) / max(1, len(others)),
                min(length, 60) / 60,
                length < 8,
                length > 35,
                length > 50,
                place == first_cue,
                place < first_cue,
                place == first_cue - 1,
                place == first_cue + 1,
                cues[place, 0] * title_share,
                (place == 0) * title_share,
                (place < first_cue) * title_share,
            ]
        )
    return np.hstack([cues, np.array(rows, float)])


def salience(title: str, sentences: list[str]) -> Vector:
    """The expected ROUGE-1 of each sentence against a TL;DR, 0 to about 0.6."""
    if not sentences:
        return np.zeros(0)
    weights, bias = _weights()
    return features(title, sentences) @ weights + bias


def salient_text(title: str, abstract: str) -> str:
    """The most salient sentences of `abstract`, in their original order.

    A TL;DR needs no background, and a shorter prompt takes less time.
    """
    sentences = abstract_sentences(abstract)
    order = np.argsort(-salience(title, sentences), kind="stable")
    return " ".join(sentences[place] for place in sorted(order[:MOST_SENTENCES]))


def abstract_sentences(abstract: str) -> list[str]:
    """The sanitized sentences of `abstract`, each on one line, without empty ones."""
    return [
        line for start, end in sentence_spans(abstract) if (line := sanitized(abstract[start:end]))
    ]


@lru_cache(maxsize=1)
def _weights() -> tuple[Vector, float]:
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return np.array([stored["weights"][name] for name in FEATURES]), float(stored["bias"])
