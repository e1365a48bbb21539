"""Whether a claim's numbers stand beside the words that they stand beside in the evidence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from assistant.text.numbers import Number, located_numbers
from assistant.text.words import located_words
from assistant.verification.alignment import Alignment
from assistant.verification.tokens import Token

# So many content words on each side of a number say what it belongs to.
_NEIGHBOURS = 2

# With so many of the same neighbours a number is the same, however near another one is.
_SAME_COMPANY = 3

# A comma parts as much as so many characters.
_MARK_PARTS = 20

_MARK = re.compile(r"[,;:()](?!\d)")


def numbers_are_bound(claim: str, sentences: Sequence[str], aligned: Alignment) -> bool:
    """Whether each number of `claim` keeps the company it has in one of `sentences`.

    It does where the claim, `aligned` with them, says it between the same words or right before the
    same one. Else most words
    beside it must be nearer to that number than to any other, or three of them stand right beside
    it there too.
    """
    followed = _followers(aligned.source) & _followers(aligned.claim)
    return all(
        _is_in_place(aligned, number)
        or any(key == number.value for key, _ in followed)
        or any(_is_bound(number, neighbours, sentence) for sentence in sentences)
        for number, neighbours in _with_neighbours(claim)
    )


def _is_in_place(aligned: Alignment, number: Number) -> bool:
    """Whether `number` has the same words on both sides in the claim and in the evidence.

    What the claim leaves out between them must have no number and no mark outside brackets.
    """
    content = [n for n, token in enumerate(aligned.claim) if token.content]
    for position, n in enumerate(content):
        if aligned.claim[n].number != number:
            continue
        beside = [n, *content[max(0, position - 1) : position], *content[position + 1 :][:1]]
        if any(at not in aligned.place for at in beside):
            return False
        own = aligned.place[n]
        for at in beside[1:]:
            first, last = sorted((own, aligned.place[at]))
            between = without_brackets(aligned.source[first + 1 : last])
            if any(token.number is not None or token.kind == "mark" for token in between):
                return False
    return True


def without_brackets(found: Sequence[Token]) -> list[Token]:
    """`found` without what is in brackets, as far as they are closed in it."""
    kept: list[Token] = []
    for token in found:
        if token.text == ")" and any(other.text == "(" for other in kept):
            while kept.pop().text != "(":
                pass
        else:
            kept.append(token)
    return kept


def moved_numbers(aligned: Alignment) -> bool:
    """Whether a number of the claim stands elsewhere among the words than in the evidence.

    It may, if it takes the next word with content along: `9 rivers and 5 lakes` is the same as
    `5 lakes and 9 rivers`.
    """
    there = _followers(aligned.source)
    return any(
        aligned.claim[n].number is not None
        and (aligned.claim[n].key, _following(aligned.claim, n)) not in there
        for n in aligned.moved
    )


def _followers(found: Sequence[Token]) -> set[tuple[str, str]]:
    """The numbers with the word that stands right behind each."""
    return {
        (token.key, following)
        for n, token in enumerate(found)
        if token.number is not None and (following := _following(found, n))
    }


def _following(found: Sequence[Token], at: int) -> str | None:
    """The key of the word right behind the number at `at`."""
    following = found[at + 1] if at + 1 < len(found) else None
    return following.key if following is not None and following.kind == "word" else None


def _with_neighbours(claim: str) -> list[tuple[Number, list[str]]]:
    words = located_words(claim)
    found = []
    for at, number in located_numbers(claim):
        before = [word for place, word in words if place < at][-_NEIGHBOURS:]
        after = [word for place, word in words if place > at][:_NEIGHBOURS]
        found.append((number, before + after))
    return found


def _is_bound(number: Number, neighbours: Sequence[str], sentence: str) -> bool:
    stated = located_numbers(sentence)
    own = [at for at, other in stated if number.stated_by(other)]
    others = [at for at, other in stated if not number.stated_by(other)]
    if not own:
        return False
    places: dict[str, list[int]] = {}
    for at, word in located_words(sentence):
        places.setdefault(word, []).append(at)
    plain = unicodedata.normalize("NFKC", sentence)

    def distance(numbers: Sequence[int], word: str) -> float:
        return min(
            (_distance(plain, at, one) for at in places[word] for one in numbers), default=math.inf
        )

    known = {word for word in neighbours if word in places}
    if len(known) >= _SAME_COMPANY and any(
        number.stated_by(other) and known <= set(company)
        for other, company in _with_neighbours(sentence)
    ):
        return True
    near = [distance(own, word) <= distance(others, word) for word in neighbours if word in places]
    return not near or 2 * sum(near) >= len(near)


def _distance(text: str, one: int, other: int) -> int:
    """Characters between two positions; a mark between them parts what belongs together."""
    between = text[min(one, other) : max(one, other)]
    return len(between) + _MARK_PARTS * len(_MARK.findall(between))
