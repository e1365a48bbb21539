"""Rules that reject a claim whose numbers belong to other words than in the evidence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from assistant.text.numbers import Number, located_numbers, numbers
from assistant.text.words import located_words
from assistant.verification.alignment import Alignment
from assistant.verification.tokens import Token

# Content words on each side of a number that show what it belongs to.
_NEIGHBOURS = 2
# With this many common neighbours two numbers are the same, even if another number is closer.
_COMMON_NEIGHBOURS = 3
# Additional distance, in characters, across punctuation.
_MARK_DISTANCE = 20

_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
# `0.72% and 5.38%`, `3.1 mm, 4.2 mm and 5 mm`.
_VALUE = r"\d[\d.,]*(?<![.,])(?:\s?%|\s[^\W\d]{1,3}\b(?<!and)(?<!or))?"
_TWO_VALUES = re.compile(rf"{_VALUE}(?:,?\s+(?:and|or|vs\.?|versus)\s+|,\s+){_VALUE}")
_TWO_WORDS = re.compile(r"\b([^\W\d][\w-]*),?\s+(?:and|or)\s+([^\W\d][\w-]*)")

_MARK = re.compile(r"[,;:()](?!\d)")


def numbers_are_bound(claim: str, sentences: Sequence[str], aligned: Alignment) -> bool:
    """Whether each number of `claim` belongs to the same words as in one of `sentences`.

    `aligned` is the alignment of the claim with all sentences. A number is bound if it stands
    between the same words, if the same word follows it directly, or if most words around it are
    closer to this number than to any other number of a sentence.
    """
    followed = _numbers_with_next_word(aligned.source) & _numbers_with_next_word(aligned.claim)
    return all(
        _has_same_neighbours(aligned, number)
        or any(key == number.value for key, _ in followed)
        or any(_is_bound(number, neighbours, sentence) for sentence in sentences)
        for number, neighbours in _with_neighbours(claim)
    )


def _has_same_neighbours(aligned: Alignment, number: Number) -> bool:
    """Whether `number` stands between the same words in the claim and in the evidence.

    What the claim omits between them must contain no number, and no mark outside parentheses.
    """
    content = [n for n, token in enumerate(aligned.claim) if token.content]
    for index, n in enumerate(content):
        if aligned.claim[n].number != number:
            continue
        around = [n, *content[max(0, index - 1) : index], *content[index + 1 :][:1]]
        if any(at not in aligned.to_source for at in around):
            return False
        own = aligned.to_source[n]
        for at in around[1:]:
            first, last = sorted((own, aligned.to_source[at]))
            if all(
                aligned.to_source.get(m) == own + m - n for m in range(min(at, n), max(at, n) + 1)
            ):
                continue  # the claim has all that stands between them
            between = without_parentheses(aligned.source[first + 1 : last])
            if any(token.number is not None or token.kind == "mark" for token in between):
                return False
    return True


def without_parentheses(tokens: Sequence[Token]) -> list[Token]:
    """`tokens` without complete parentheses and their contents."""
    remaining: list[Token] = []
    for token in tokens:
        if token.text == ")" and any(other.text == "(" for other in remaining):
            while remaining.pop().text != "(":
                pass
        else:
            remaining.append(token)
    return remaining


def has_moved_number(aligned: Alignment) -> bool:
    """Whether a number of the claim is at another place among the words than in the evidence.

    A number can move together with the next word: `9 rivers and 5 lakes` is the same as `5 lakes
    and 9 rivers`.
    """
    in_source = _numbers_with_next_word(aligned.source)
    return any(
        aligned.claim[n].number is not None
        and (aligned.claim[n].key, _next_word(aligned.claim, n)) not in in_source
        for n in aligned.moved
    )


def drops_a_value(claim: str, sentence: str) -> bool:
    """Whether `claim` has one value of `1% and 5% in A and B, respectively`, but both A and B."""
    if not _RESPECTIVELY.search(sentence):
        return False
    stated = {number.value for number in numbers(claim)}
    for match in _TWO_VALUES.finditer(unicodedata.normalize("NFKC", sentence)):
        values = [number.value for number in numbers(match[0])]
        if len({value for value in values if value in stated}) == 1 < len(set(values)):
            return any(
                re.search(rf"\b{one}\b[^.;]*?\b(?:and|or)\b[^.;]*?\b{other}\b", sentence)
                for one, other in _TWO_WORDS.findall(claim)
            )
    return False


def _numbers_with_next_word(tokens: Sequence[Token]) -> set[tuple[str, str]]:
    """The keys of the numbers that a word follows directly, and of these words."""
    return {
        (token.key, following)
        for n, token in enumerate(tokens)
        if token.number is not None and (following := _next_word(tokens, n))
    }


def _next_word(tokens: Sequence[Token], position: int) -> str | None:
    """The key of the word directly after `position`, if any."""
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    return following.key if following is not None and following.kind == "word" else None


def _with_neighbours(text: str) -> list[tuple[Number, list[str]]]:
    """The numbers of `text`, each with the stems of the content words around it."""
    words = located_words(text)
    numbers = []
    for position, number in located_numbers(text):
        before = [word for at, word in words if at < position][-_NEIGHBOURS:]
        after = [word for at, word in words if at > position][:_NEIGHBOURS]
        numbers.append((number, before + after))
    return numbers


def _is_bound(number: Number, neighbours: Sequence[str], sentence: str) -> bool:
    located = located_numbers(sentence)
    own = [at for at, other in located if number.stated_by(other)]
    others = [at for at, other in located if not number.stated_by(other)]
    if not own:
        return False
    positions: dict[str, list[int]] = {}
    for at, word in located_words(sentence):
        positions.setdefault(word, []).append(at)
    text = unicodedata.normalize("NFKC", sentence)

    def distance(numbers: Sequence[int], word: str) -> float:
        return min(
            (_distance(text, at, one) for at in positions[word] for one in numbers),
            default=math.inf,
        )

    common = [word for word in neighbours if word in positions]
    if len(set(common)) >= _COMMON_NEIGHBOURS and any(
        number.stated_by(other) and set(common) <= set(words)
        for other, words in _with_neighbours(sentence)
    ):
        return True
    closer = [distance(own, word) <= distance(others, word) for word in common]
    return not closer or 2 * sum(closer) >= len(closer)


def _distance(text: str, one: int, other: int) -> int:
    """Characters between two positions, plus a penalty for each mark between them."""
    between = text[min(one, other) : max(one, other)]
    return len(between) + _MARK_DISTANCE * len(_MARK.findall(between))
