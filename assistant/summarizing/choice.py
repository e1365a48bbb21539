"""Which line about a paper is shown: the model's own, or a sentence of the abstract, shortened.

A linear model compares them by how much of the title they carry, how far they agree with each
other, and how long they are. Its weights (`choice.json`) were fitted by `training/tldr/choice.py`
to how near each line came to the TL;DR that people wrote. A line that is not faithful to its paper
is no candidate.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.summarizing.line import is_faithful, one_line
from assistant.summarizing.salience import ranked
from assistant.summarizing.shorten import MOST_WORDS, plain_beginning, shortened
from assistant.text.visible import visible
from assistant.text.words import vocabulary

if TYPE_CHECKING:
    from assistant.library.records import TldrMethod
    from assistant.paper import Paper

WEIGHTS = Path(__file__).parent / "choice.json"
FEATURES = (
    "generated",
    "first extracted",
    "words",
    "long",
    "short",
    "share of title",
    "share in title",
    "agreement",
    "best agreement of generated",
)
MOST_EXTRACTED = 3
_FEWEST_WORDS = 10


@dataclass(frozen=True)
class Candidate:
    """A line that might be shown, and how near to a good TL;DR it is expected to come."""

    text: str
    method: TldrMethod
    score: float


def candidates(paper: Paper, reply: str, *, cut: bool, compare: bool) -> list[Candidate]:
    """The lines about `paper` that may be shown, the best first; there is always one.

    The model's `reply`, which may have been `cut` by its limit, is among them if it is one whole
    line that the paper bears out. Unless they are to be compared it is the best then: the weights
    know the lines of the embedded model and its adapter only.
    """
    written = one_line(reply, cut=cut)
    if written and not is_faithful(written, f"{paper.title}\n{paper.abstract}"):
        written = None
    generated = plain_beginning(written) if written else None
    lines = [line for line in extracted_lines(paper) if line != generated]
    if generated:
        lines.insert(0, generated)
    scores = features(paper.title, lines, generated=generated is not None) @ _weights()
    found = [
        Candidate(line, "generated" if line == generated else "extracted", float(score))
        for line, score in zip(lines, scores, strict=True)
    ]
    return sorted(found, key=lambda one: (not compare and one.method == "extracted", -one.score))


def extracted_lines(paper: Paper) -> list[str]:
    """The sentences of the abstract that say most of the paper, shortened, the best first.

    Where nothing can be seen of the abstract, the title has to do.
    """
    best = ranked(paper.title, paper.abstract)[:MOST_EXTRACTED]
    return list(dict.fromkeys(map(shortened, best))) or [visible(paper.title)]


def features(title: str, lines: Sequence[str], *, generated: bool) -> npt.NDArray[np.float64]:
    """What the lines are compared by; shape (lines, features), in the order of FEATURES.

    With `generated` the first of `lines` is the model's own.
    """
    of_title = vocabulary(title)
    stems = [vocabulary(line) for line in lines]
    rows = []
    for place, line in enumerate(lines):
        own = generated and place == 0
        words = len(line.split())
        shared = len(stems[place] & of_title)
        agreements = [
            2 * len(stems[place] & other) / max(1, len(stems[place]) + len(other))
            for number, other in enumerate(stems)
            if number != place
        ] or [0.0]
        rows.append(
            [
                own,
                place == int(generated),
                min(words, 60) / 30,
                words > MOST_WORDS,
                words < _FEWEST_WORDS,
                shared / max(1, len(of_title)),
                shared / max(1, len(stems[place])),
                sum(agreements) / len(agreements),
                max(agreements) * own,
            ]
        )
    return np.array(rows, float)


@lru_cache(maxsize=1)
def _weights() -> npt.NDArray[np.float64]:
    kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return np.array([kept[name] for name in FEATURES])
