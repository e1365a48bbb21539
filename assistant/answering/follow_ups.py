"""The turns of a conversation, and what a question means that only makes sense after them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.text.names import names
from assistant.text.words import content_words

_OPENING = re.compile(r"\s*(?:and|but|so|then|also|what about|how about)\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|this|that|these|those|he|she|his|her|him"
    r"|the (?:paper|authors?|study|approach|method|model|same|former|latter))\b",
    re.IGNORECASE,
)
_HOW = re.compile(r"\s*(?:how|why|when|where)\b", re.IGNORECASE)
# A question with more content words than this stands for itself, pronoun or not.
_MOST_WORDS = 4


@dataclass(frozen=True)
class Turn:
    """A question of the conversation and the text of its answer."""

    question: str
    answer: str
    refused: bool = False


def refers_back(question: str, history: Sequence[Turn]) -> bool:
    """Whether `question` is about what the last turn was about, which was answered."""
    return bool(history) and _leaves_out(question) and not history[-1].refused


def standalone(question: str, history: Sequence[Turn]) -> str:
    """`question` with what it leaves out: the questions before it, back to one that is complete.

    A question that stands for itself comes back as it is.
    """
    needed = [question]
    for turn in reversed(history):
        if not _leaves_out(needed[0]):
            break
        needed.insert(0, turn.question)
    return " ".join(needed)


def _leaves_out(question: str) -> bool:
    words = content_words(question)
    if names(question) and not _OPENING.match(question):
        return False
    if not words or (len(words) == 1 and _HOW.match(question)):
        return True
    few = len(words) <= _MOST_WORDS
    return few and bool(_OPENING.match(question) or _REFERENCE.search(question))
