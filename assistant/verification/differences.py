"""Proves that a sentence says otherwise than a claim: the same statement, but for one difference.

The difference is a number, a unit, a direction (`higher`, `lower`), a negation, or the sides of a
comparison. To prove it, the claim is repaired with what the sentence says: the sentence must
support the repaired claim by the rules of verification, and not the claim itself. What only seems
to differ, such as a rounded number, or may be true together, such as `some do` and `some do not`,
is no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.text.word_lists import word_list
from assistant.text.words import stem
from assistant.verification.directions import exchanged_directions
from assistant.verification.quantities import exchanged_quantities
from assistant.verification.tokens import Token, tokenize
from assistant.verification.verifier import verify_claim

if TYPE_CHECKING:
    from assistant.library import StoredPaper
    from assistant.verification.verifier import CitedSentence

Kind = Literal["number", "unit", "direction", "negation", "comparison"]

# Longer texts are not compared: they are no single statement.
MAX_CHARACTERS = 1_000
# A negation or a direction is about all that its sentence says: of its content words, the claim may
# omit this share, ...
_MAX_OMITTED = 0.5
# ... and about numbers this one, because the number itself is proof of what is meant.
_MAX_OMITTED_WITH_NUMBERS = 0.75
# A claim with fewer content words says too little to be the same statement.
_MIN_WORDS = 3
# With one of these on either side, both sides can be true.
_LIMITING = frozenset(word_list("limiting_words"))
# The negations that deny a whole statement. `without` and `none` deny a part of it.
_NEGATION = re.compile(
    r"\b(?:(?:do|does|did)\s+(?:not|n['’]t)\s+|(?:do|does|did)n['’]t\s+|not\s+|never\s+|no\s+"
    r"|fail(?:s|ed)?\s+to\s+)|(?<=can)not\b|n['’]t\b",
    re.IGNORECASE,
)
# After these words `not` and `no` deny something else, or less than the statement.
_NOT_DENYING = re.compile(
    r"\s*(?:only|just|merely|simply|necessarily|always|all|every|each|yet|longer|more|less|fewer"
    r"|until|unless|because|if|one|doubt|matter|both|very|entirely|fully|completely)\b",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"^(?P<left>.{2,200}?)\s(?P<verb>(?:[a-z]+ly\s)?(?:outperform(?:s|ed)?|surpass(?:es|ed)?"
    r"|exceed(?:s|ed)?|beats?|underperform(?:s|ed)?"
    r"|(?:is|are|was|were|performs?|performed|works?|runs?)\s(?:[a-z]+ly\s|much\s|far\s)?"
    r"(?:[a-z]{2,}er|better|worse|(?:more|less)\s[a-z]+)\sthan))"
    r"\s(?P<right>.{2,200}?)(?P<rest>(?:\s(?:in|on|for|by|across|with|at|when|under)\s.*)?[.]?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Difference:
    """What a claim says, and what the sentence says instead.

    Attributes:
        kind: what differs.
        claimed: the words of the claim; empty for a negation and a comparison.
        stated: the words of the sentence; for a negation, which of the two denies: `claim` or
            `evidence`.
        repaired: the claim as the sentence supports it; None where the claim denies nothing that a
            change of its words could repair.
        sentence: the sentence.

    """

    kind: Kind
    claimed: str
    stated: str
    repaired: str | None
    sentence: CitedSentence


def find_difference(claim: str, sentences: Sequence[CitedSentence]) -> Difference | None:
    """How one of the `sentences` says otherwise than `claim`; None if that is not proven.

    None, too, if one of them supports the claim.
    """
    plain = unicodedata.normalize("NFKC", claim)
    if len(plain) > MAX_CHARACTERS or sum(t.content for t in tokenize(plain)) < _MIN_WORDS:
        return None
    usable = [one for one in sentences if len(one.text) <= MAX_CHARACTERS]
    if any(verify_claim(plain, [one]).supported for one in usable):
        return None
    for sentence in usable:
        for difference in _differences(plain, sentence):
            return difference
    return None


def _differences(claim: str, sentence: CitedSentence) -> Iterator[Difference]:
    text = unicodedata.normalize("NFKC", sentence.text)
    quantities = [
        found
        for found in exchanged_quantities(claim, text)
        if _is_same_statement(found.repaired, sentence, _MAX_OMITTED_WITH_NUMBERS)
    ]
    # With two numbers that fit, it is open which one the claim means.
    if len({found.stated for found in quantities}) == 1:
        found = quantities[0]
        yield Difference(found.kind, found.claimed, found.stated, found.repaired, sentence)
    if _is_limited(claim) or _is_limited(text):
        return
    for one in exchanged_directions(claim, text):
        if _is_same_statement(one.repaired, sentence, _MAX_OMITTED):
            yield Difference("direction", one.claimed, one.stated, one.repaired, sentence)
    for repaired in _affirmed(claim):
        if not _negations(text) and _is_same_statement(repaired, sentence, _MAX_OMITTED):
            yield Difference("negation", "", "claim", repaired, sentence)
    if not _negations(claim):
        for affirmed in _affirmed(text, claim):
            other = _Sentence(affirmed, sentence.start, sentence.stored)
            if _is_same_statement(claim, other, _MAX_OMITTED):
                yield Difference("negation", "", "evidence", None, sentence)
    swapped = _swapped(claim)
    if swapped and _is_same_statement(swapped, sentence, _MAX_OMITTED):
        yield Difference("comparison", "", "", swapped, sentence)


@dataclass(frozen=True)
class _Sentence:
    """A cited sentence whose text was changed."""

    text: str
    start: int
    stored: StoredPaper


def _is_same_statement(claim: str, sentence: CitedSentence, max_omitted: float) -> bool:
    """Whether the rules find `claim` in `sentence`, and it keeps enough of that.

    Without a number as a proof of what is meant, `claim` may have no words of its own.
    """
    found = verify_claim(claim, [sentence])
    if not found.supported or (found.missing and max_omitted < _MAX_OMITTED_WITH_NUMBERS):
        return False
    said = {token.key for token in tokenize(claim)}
    content = [token for token in tokenize(sentence.text) if token.content]
    omitted = [token for token in content if token.key not in said]
    return len(omitted) <= max_omitted * len(content)


def _is_limited(text: str) -> bool:
    return any(_is_limiting(token) for token in tokenize(text))


def _is_limiting(token: Token) -> bool:
    return token.text in _LIMITING or stem(token.text) in _LIMITING


def _negations(text: str) -> list[re.Match[str]]:
    """Where `text` denies something, in any way."""
    return list(re.finditer(
        r"\b(?:not|no|never|neither|nor|none|without|nothing|unable|lacks?|lacked|fail\w*|cannot"
        r"|hardly|barely|rarely|seldom)\b|n['’]t\b",
        text,
        re.IGNORECASE,
    ))  # fmt: skip


def _affirmed(text: str, claim: str | None = None) -> Iterator[str]:
    """`text`, which denies exactly one thing, without the negation.

    If `claim` is given, the first word that is denied must be in it: `does not significantly help`
    does not deny `helps`.
    """
    if len(_negations(text)) != 1:
        return
    match = _NEGATION.search(text)
    if match is None:
        return
    rest = text[match.end() :]
    if _NOT_DENYING.match(rest):
        return
    if claim is not None:
        first = next((token for token in tokenize(rest) if token.kind != "mark"), None)
        if first is None or first.key not in {token.key for token in tokenize(claim)}:
            return
    yield " ".join(f"{text[: match.start()]}{rest}".split())


def _swapped(claim: str) -> str | None:
    """`B outperforms A` for `A outperforms B`; None without such a comparison."""
    match = _COMPARISON.match(claim.strip())
    if match is None or _negations(claim):
        return None
    return f"{match['right']} {match['verb']} {match['left']}{match['rest']}"
