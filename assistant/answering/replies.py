"""Yes or no at the start of an answer: where it belongs, and where it does not follow."""

from __future__ import annotations

import difflib
import re

from assistant.text.names import missing_facts
from assistant.text.numbers import numbers

# `Yes,` or `No,` at the start is true or false only together with the question.
_REPLY = re.compile(r"^(yes|no)(?:[,;:]|\.(?!\s*\d))\s+", re.IGNORECASE)

_BARE_REPLY = re.compile(r"^(?:yes|no)\W*$", re.IGNORECASE)
# A question for yes or no, perhaps after a few words about what; not one for a choice.
_ASKS_YES_OR_NO = re.compile(
    r"^(?:[^?]{1,80}[:,–-]\s+|(?:and|but|so)\s+)?(?:is|are|was|were|do|does|did|can|could|has|have|had|will"
    r"|would|should|may|might)\b(?!.*\bor\b)",
    re.IGNORECASE,
)
_QUESTION_WORDS = ("what", "which", "how", "when", "where", "why", "who", "whose")
# How much alike a misspelt question word has to be: `waht`, `wich`.
_LIKENESS = 0.7
# A question for more or less, and an answer that finds neither.
_ASKS_FOR_MORE = re.compile(
    r"\b(?:better|worse|(?:fast|slow|high|low|larg|small|great|strong|weak|long|short|cheap|safe)er"
    r"|more|less|fewer|superior|inferior)\b.*\bthan\b|\b(?:outperform|exceed|surpass|beat)s?\b",
    re.IGNORECASE,
)
_FINDS_THE_SAME = re.compile(
    r"\b(?:comparabl[ey]|similar(?:ly)?|equal(?:ly|s)?|equivalent(?:ly)?|on\s+par|as\s+\w+\s+as|same"
    r"|no\s+(?:\w+\s+)?difference|not\s+(?:\w+\s+)?(?:differ|better|worse|superior)\w*|non-?inferior\w*)\b",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(?:without|with\s+no|no\s+prior|in\s+the\s+absence\s+of)\b", re.IGNORECASE
)
_DENIES = re.compile(
    r"\b(?:not?|never|neither|nor|none|cannot|unable|unlikely|fail(?:s|ed)?|impossible|requires?d?|needs?"
    r"|must|only|however|but)\b|n['’]t\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"^(?:if|unless|suppose)\b", re.IGNORECASE)
# `Which GPU was it, and how long did it take?`
_TWO_PARTS = re.compile(
    r"\w\W+(?:and|&|plus)\s+(?:how|what|which|who|when|where|why|by\s+how)\b", re.IGNORECASE
)


# What a question for yes or no, or for anything else, starts with.
_STARTS_A_QUESTION = re.compile(
    rf"^(?:(?:and|but|so)\s+)?(?:{'|'.join(_QUESTION_WORDS)}|is|are|was|were|do|does|did|can|could|has"
    r"|have|had|will|would|should|may|might)\b",
    re.IGNORECASE,
)
_NEGATIVE_PREFIXES = r"(?:un|non-?|in|im|ir|il|dis|in-)"
# Shorter words have other words as their negative forms: `form`, `inform`.
_MIN_NEGATED_LETTERS = 7


def is_reply(claim: str) -> bool:
    """Whether `claim` starts with yes or no."""
    return _REPLY.match(claim) is not None


def is_bare_reply(claim: str) -> bool:
    """Whether `claim` is yes or no and nothing else."""
    return _BARE_REPLY.match(claim) is not None


def asks_yes_or_no(question: str) -> bool:
    """Whether `question` is to be answered by yes or no."""
    return _ASKS_YES_OR_NO.match(last_question(question)) is not None


def last_question(text: str) -> str:
    """The last question of `text` that is one by itself, as the questions before only lead to it.

    `Does it help? How many patients took part?` asks how many; `Does it help? In women?` is one.
    """
    *_, last = re.split(r"\?\s+", text.strip())
    return last if _STARTS_A_QUESTION.match(last) else text


def with_question(claim: str, question: str) -> str:
    """`claim` for the judge: after the question if it replies yes or no."""
    return f"{question} {claim}" if is_reply(claim) or is_bare_reply(claim) else claim


def without_reply(claim: str) -> str:
    """`claim` for the rules: without `Yes,` or `No,` at its start."""
    return _REPLY.sub("", claim)


def with_both_replies(claim: str) -> tuple[str, ...]:
    """`claim`, and if it replies yes or no, also with the other reply."""
    if not (reply := _REPLY.match(claim)):
        return (claim,)
    word = reply[1]
    other = {"yes": "no", "no": "yes"}[word.lower()]
    return claim, (other.capitalize() if word[0].isupper() else other) + claim[len(word) :]


def without_needless_reply(claim: str, question: str) -> str:
    """`claim` without yes or no if `question` asks for something else, even with a typing error."""
    if not is_reply(claim) or asks_yes_or_no(question):
        return claim
    first = re.match(r"\W*(\w+)", last_question(question).lower())
    if first and difflib.get_close_matches(first[1], _QUESTION_WORDS, 1, _LIKENESS):
        bare = without_reply(claim)
        return bare[:1].upper() + bare[1:]
    return claim


def is_doubtful(claim: str, question: str) -> bool:
    """Whether the yes or no of `claim` does not follow from what it says after it.

    What holds under a condition is no reply, "comparable" replies no to "Is it better?",
    "unsupervised" to "Is it supervised?", and "it works with no labels" yes to "without labels?".
    """
    if not (reply := _REPLY.match(claim)):
        return False
    said = claim[reply.end() :]
    if _CONDITION.match(said):
        return True
    if reply[1].lower() != "yes":
        return bool(_WITHOUT.search(question)) and _affirms_without(said)
    if _ASKS_FOR_MORE.search(question) and _FINDS_THE_SAME.search(said):
        return True
    return _says_the_negative(said, last_question(question))


def _affirms_without(said: str) -> bool:
    """Whether `said` denies nothing but what something is done without."""
    return bool(_WITHOUT.search(said)) and not _DENIES.search(_WITHOUT.sub("", said))


def _says_the_negative(said: str, question: str) -> bool:
    """Whether `said` has a word of `question` only with a prefix such as `un` or `non`."""
    words = set(re.findall(r"[a-z]+", question.lower()))
    return any(
        re.search(rf"\b{_NEGATIVE_PREFIXES}{word}\b", said, re.IGNORECASE)
        and not re.search(rf"(?<![\w-]){word}\b", said, re.IGNORECASE)
        for word in words
        if len(word) >= _MIN_NEGATED_LETTERS
    )


def leaves_out_a_part(claim: str, question: str, evidence: str) -> bool:
    """Whether `question` has two parts and `claim` lacks a number that may answer one of them."""
    if not _TWO_PARTS.search(question) or not numbers(evidence):
        return False
    return any(
        missing_facts(f"{number.value} {number.unit}".strip(), f"{claim} {question}")
        for number in numbers(evidence)
    )
