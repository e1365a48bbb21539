"""The claim with a number or a unit of its evidence in place of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from assistant.text.numbers import Number, number_spans

# More numbers make a table, not a statement.
_MAX_NUMBERS = 12
# Before a number, these words make it a bound or an estimate, which another number may satisfy.
_BOUND = re.compile(
    r"(?:\b(?:than|over|above|below|under|least|most|to|about|around|nearly|almost|roughly|some"
    r"|approximately|circa|ca\.?|approx\.?|only|every|within|exceed\w*|up|between|from|minimum"
    r"|maximum|beyond|more|less|fewer|close|near)|[<>~≈≤≥±])\s*$",
    re.IGNORECASE,
)
# After a number, these do the same.
_BOUND_AFTER = re.compile(
    r"\s*(?:\+|±|or\s+(?:more|less|fewer|higher|lower)|and\s+(?:more|above|below|over)|at\s+most"
    r"|at\s+least)",
    re.IGNORECASE,
)
# Before a number, these words make it a label.
_LABEL = re.compile(
    r"\b(?:tables?|fig(?:ure)?s?\.?|sections?|sec\.?|chapters?|equations?|eqs?\.?|appendix|steps?"
    r"|phases?|types?|stages?|versions?|grades?|levels?|layers?|lines?|pages?|p\.|refs?\.?|no\.?"
    r"|theorems?|lemmas?|corollary|ch\.|part|question|example|task|group|class|week|day|year"
    r"|month|age|aged)\s*$",
    re.IGNORECASE,
)
# A range or a row of numbers, of which each can be meant.
_JOINED = re.compile(r"\s*(?:,|,?\s+(?:and|or|to)\b|-|–|/|±|\+/-|vs\.?|versus)\s*")
# Units as (kind, factor): the same quantity can be written in each unit of a kind.
_SCALES: dict[str, tuple[str, str]] = {
    "ms": ("time", "0.001"), "s": ("time", "1"), "min": ("time", "60"), "h": ("time", "3600"),
    "day": ("time", "86400"), "week": ("time", "604800"), "month": ("months", "1"),
    "year": ("months", "12"), "KB": ("size", "1"), "MB": ("size", "1000"),
    "GB": ("size", "1000000"), "TB": ("size", "1000000000"), "nm": ("length", "0.000001"),
    "μm": ("length", "0.001"), "mm": ("length", "1"), "cm": ("length", "10"),
    "km": ("length", "1000000"), "mg": ("mass", "1"), "g": ("mass", "1000"),
    "kg": ("mass", "1000000"), "Hz": ("rate", "1"), "kHz": ("rate", "1000"),
    "MHz": ("rate", "1000000"), "GHz": ("rate", "1000000000"),
}  # fmt: skip
# Rounding changes a number by at most this share.
_ROUNDING = Decimal("0.1")
# These are ways to say how much something changes, which convert into each other.
_RELATIVE = frozenset({"%", "times", "point"})


@dataclass(frozen=True)
class ExchangedQuantity:
    """`repaired` is the claim with `stated`, of the evidence, in place of its own `claimed`."""

    kind: Literal["number", "unit"]
    claimed: str
    stated: str
    repaired: str


def exchanged_quantities(claim: str, sentence: str) -> Iterator[ExchangedQuantity]:
    """`claim` with each number of `sentence` that can stand in place of one of its own.

    Both texts are in NFKC form. Bounds, estimates, ranges, labels such as `Table 3`, and numbers
    that are the same when rounded or converted are left out.
    """
    own, others = number_spans(claim), number_spans(sentence)
    if len(own) > _MAX_NUMBERS or len(others) > _MAX_NUMBERS:
        return
    for start, end, number in own:
        if not _is_exact(claim, start, end):
            continue
        # A number that the evidence states in another unit or more exactly is not another one.
        if any(number.unit != other.unit and _is_equal(number, other) for *_, other in others):
            continue
        for position, (other_start, other_end, other) in enumerate(others):
            kind = _kind(number, other)
            neighbours = others[max(0, position - 1) : position + 2]
            if (
                kind is None
                or not _is_exact(sentence, other_start, other_end)
                or _is_joined(sentence, neighbours)
            ):
                continue
            written = sentence[other_start:other_end]
            repaired = f"{claim[:start]}{written}{claim[end:]}"
            yield ExchangedQuantity(kind, claim[start:end].strip(), written.strip(), repaired)


def _kind(number: Number, other: Number) -> Literal["number", "unit"] | None:
    """How `other` differs from `number`; None if it is equal, or something else."""
    if number.value == other.value:
        converts = {number.unit, other.unit} <= _RELATIVE
        both = number.unit and other.unit and number.unit != other.unit
        return "unit" if both and not converts else None
    if number.unit != other.unit or _is_equal(number, other):
        return None
    return "number"


def _is_equal(number: Number, other: Number) -> bool:
    """Whether both are the same quantity, converted, or one of them rounded."""
    one_kind, one_factor = _SCALES.get(number.unit, (number.unit, "1"))
    other_kind, other_factor = _SCALES.get(other.unit, (other.unit, "1"))
    if one_kind != other_kind:
        return False
    one = Decimal(number.value) * Decimal(one_factor)
    two = Decimal(other.value) * Decimal(other_factor)
    if one == two:
        return True
    # Half of the last digit of the one that is written with fewer digits.
    tolerance = max(
        _last_digit(number.value) * Decimal(one_factor),
        _last_digit(other.value) * Decimal(other_factor),
    )
    difference = abs(one - two)
    close = difference <= min(tolerance / 2, _ROUNDING * max(abs(one), abs(two)))
    return close and _digits(number.value) != _digits(other.value)


def _last_digit(value: str) -> Decimal:
    """The value of 1 in the last digit of `value` that is not a zero of a whole number."""
    digits = value.lstrip("-")
    if "." in digits:
        return Decimal(1).scaleb(-len(digits.partition(".")[2]))
    return Decimal(1).scaleb(len(digits) - len(digits.rstrip("0"))) if digits.strip("0") else (
        Decimal(1)
    )  # fmt: skip


def _digits(value: str) -> int:
    """The number of significant digits: a rounded number has fewer."""
    return len(Decimal(value).normalize().as_tuple().digits)


def _is_exact(text: str, start: int, end: int) -> bool:
    """Whether the number says how much there is: no bound, estimate, label, `(1)` or `1.`."""
    before, after = text[max(0, start - 24) : start], text[end : end + 16]
    if before[-1:] in ("(", "") and after[:1] in (")", "."):
        return False
    return not (_BOUND.search(before) or _LABEL.search(before) or _BOUND_AFTER.match(after))


def _is_joined(text: str, spans: list[tuple[int, int, Number]]) -> bool:
    """Whether one of the numbers at `spans` follows another one as in `3 to 5` or `3 and 5`."""
    return any(_JOINED.fullmatch(text[end:start]) for (_, end, _), (start, _, _) in pairwise(spans))
