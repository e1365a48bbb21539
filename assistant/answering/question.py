"""Questions, the turns of a conversation, and the rule-based rewriting of follow-up questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import UsageError
from assistant.text.names import names
from assistant.text.sanitizing import sanitized
from assistant.text.words import content_words

MAX_CHARACTERS = 2_000

_QUANTITY = re.compile(
    r"""\bhow\s+(?:much|many|\w+er\b|large|big|small|long|short|fast|slow|quick|often|far|high|low
        |deep|wide|old|likely|accurate|expensive|cheap)
      | \b(?:what|which|by\s+what|at\s+what|to\s+what|in\s+what)\s+(?:\w+\s+)?(?:number|share
        |fraction|portion|proportion|percentage|factor|accuracy|score|rate|speed|speed-?up|size|amount|year
        |date|pass@\d+)
      | \bwhen\s+(?:was|were|did|is)\b""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """A question on one line.

    `words` are its distinct content words as stems, `names` the names and acronyms in it.
    """

    text: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    asks_quantity: bool

    @classmethod
    def parse(cls, text: str) -> Question:
        """Validate and analyse the text of a question.

        Raises:
            UsageError: it is empty, or longer than `MAX_CHARACTERS`.
        """
        if len(text) > MAX_CHARACTERS:
            raise UsageError(
                f"The question has {len(text):,} characters; at most {MAX_CHARACTERS:,} are "
                "possible. Ask in one or two sentences; to add a paper, import it."
            )
        clean = sanitized(text)
        if not clean:
            raise UsageError("The question is empty. Ask something about the papers.")
        return cls(
            text=clean,
            words=tuple(dict.fromkeys(content_words(clean))),
            names=tuple(names(clean)),
            asks_quantity=_QUANTITY.search(clean) is not None,
        )


_OPENING = re.compile(r"\s*(?:and|but|so|then|also|what about|how about)\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|this|that|these|those|he|she|his|her|him"
    r"|the (?:paper|authors?|study|approach|method|model|same|former|latter))\b",
    re.IGNORECASE,
)
_HOW = re.compile(r"\s*(?:how|why|when|where)\b", re.IGNORECASE)
# A question with more content words is standalone, even with a pronoun.
_MAX_FOLLOW_UP_WORDS = 4


@dataclass(frozen=True)
class Turn:
    """A question of the conversation and the text of its answer."""

    question: str
    answer: str
    refused: bool = False


def is_follow_up(question: str, history: Sequence[Turn]) -> bool:
    """Whether `question` refers to the last turn, and that was answered."""
    return bool(history) and _is_incomplete(question) and not history[-1].refused


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Prepend earlier questions, back to a complete one, to an incomplete `question`."""
    questions = [question]
    for turn in reversed(history):
        if not _is_incomplete(questions[0]):
            break
        questions.insert(0, turn.question)
    return " ".join(questions)


def _is_incomplete(question: str) -> bool:
    words = content_words(question)
    if names(question) and not _OPENING.match(question):
        return False
    if not words or (len(words) == 1 and _HOW.match(question)):
        return True
    short = len(words) <= _MAX_FOLLOW_UP_WORDS
    return short and bool(_OPENING.match(question) or _REFERENCE.search(question))
