"""Rules that reject a claim whose p-values, ranges or units are not those of its evidence.

The numbers alone can all be in the evidence, each at another place.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

# --- p-values -------------------------------------------------------------------------------------

_P_VALUE = re.compile(
    r"\bp(?:[-\s]?values?)?\s?(?:(?:was|were|is|of)\s)?(?P<sign><\s?or\s?=|>\s?or\s?=|[<>=≤≥]"
    r"|less than|below|under|greater than|above|over)\s?"
    r"(?P<value>[01]?\.\d{1,12}|0|1)(?!\.?\d)",
    re.IGNORECASE,
)
_BELOW = frozenset({"<", "≤", "less than", "below", "under", "<or="})
_ABOVE = frozenset({">", "≥", "greater than", "above", "over", ">or="})


class _PValue(NamedTuple):
    """A p-value: -1 below `value`, 1 above it, 0 equal to it."""

    side: int
    value: Decimal

    def states(self, other: _PValue) -> bool:
        """Whether `other` follows: p = 0.03 and p < 0.01 state that p < 0.05."""
        if self == other:
            return True
        if other.side < 0:
            return self.side <= 0 and self.value <= other.value
        return other.side > 0 and self.side >= 0 and self.value >= other.value


def _p_values(text: str) -> list[_PValue]:
    found = []
    for match in _P_VALUE.finditer(text):
        sign = re.sub(r"\s?or\s?=", "or=", match["sign"].lower())
        side = -1 if sign in _BELOW else 1 if sign in _ABOVE else 0
        found.append(_PValue(side, Decimal(match["value"])))
    return found


def _has_other_p_value(claim: str, evidence: str) -> bool:
    stated = _p_values(evidence)
    return bool(stated) and any(
        not any(one.states(p) for one in stated)
        # `p > 0.01` is no paraphrase of `p < 0.01`, even beside `p = 0.03`.
        or (p.side != 0 and p not in stated and _PValue(-p.side, p.value) in stated)
        for p in _p_values(claim)
    )


# --- Ranges ---------------------------------------------------------------------------------------

_RANGE = re.compile(
    r"(?<![\w.,/^-])(?P<low>\d+(?:\.\d+)?)\s?%?(?:\s?[-–—]\s?|\s(?:to|and)\s)"
    r"(?P<high>\d+(?:\.\d+)?)(?![\w./-]{0,9}\d)"
)
# Only these make `3 and 5` a range.
_BETWEEN = re.compile(r"\bbetween\s$", re.IGNORECASE)


def _ranges(text: str) -> set[tuple[Decimal, Decimal]]:
    return {
        (Decimal(match["low"]), Decimal(match["high"]))
        for match in _RANGE.finditer(text)
        if " and " not in match[0]
        or _BETWEEN.search(text[max(0, match.start() - 9) : match.start()])
    }


def _has_other_range(claim: str, evidence: str) -> bool:
    """Whether a range of `claim` shares just one end with the ranges of `evidence`."""
    stated = _ranges(evidence)
    lows, highs = {low for low, _ in stated}, {high for _, high in stated}
    # `12-19` and `20-49` make up `12-49`.
    return any((low in lows) != (high in highs) for low, high in _ranges(claim))


# --- Units ----------------------------------------------------------------------------------------

_PREFIX = r"(?:micro|milli|nano|pico|kilo|mega|centi|deci|mc|[µμunpkmMcdG])?"
_UNIT = re.compile(
    r"(?<![\w.,])(?P<value>\d[\d,]*(?:\.\d+)?|\.\d+)[\s-]?"
    rf"(?P<unit>{_PREFIX}(?:gram|lit(?:er|re)|mol(?:ar|e)?|g|[Ll]|m|M|U|Da|Gy|Hz|V|W|J|Pa|cal|bp|mHg)"
    r"|IU|mmHg|cmHg|ms|s|min|h|hr|minute|hour|day|week|month|year|inch|feet|ft|degree|radian)s?"
    r"(?![\w])"
    r"(?:\s?(?:/|per\s)\s?(?P<per>kg|mL|ml|dL|dl|L|l|d|day|week|min|h|hr|hour|month|year|g|m2|mg)"
    r"(?![\w]))?"
)
_LONG = (
    (r"^(?:micro|mc|µ|μ)", "u"), (r"^milli", "m"), (r"^nano", "n"), (r"^pico", "p"),
    (r"^kilo", "k"), (r"^mega", "M"), (r"^centi", "c"), (r"^deci", "d"), (r"gram$", "g"),
    (r"(?:liter|litre|(?<!ca)l)$", "L"), (r"moL?e?$", "mol"), (r"molar$", "M"),
    (r"^minute$", "min"), (r"^(?:hour|hr)$", "h"), (r"^feet$", "ft"),
)  # fmt: skip
_PER = {"ml": "mL", "dl": "dL", "l": "L", "d": "day", "hr": "h", "hour": "h"}


class _Quantity(NamedTuple):
    value: Decimal
    unit: str
    per: str


def _quantities(text: str) -> list[_Quantity]:
    return [
        _Quantity(
            Decimal(match["value"].replace(",", "")),
            _short(match["unit"]),
            _PER.get(match["per"] or "", match["per"] or ""),
        )
        for match in _UNIT.finditer(text)
    ]


def _short(unit: str) -> str:
    for pattern, short in _LONG:
        unit = re.sub(pattern, short, unit)
    return unit


def _has_other_unit(claim: str, evidence: str) -> bool:
    """Whether the evidence has a quantity of `claim`, but in other units only."""
    stated = _quantities(evidence)
    for one in _quantities(claim):
        same = [other for other in stated if other.value == one.value]
        if same and not any(_agree(one, other) for other in same):
            return True
    return False


def _agree(one: _Quantity, other: _Quantity) -> bool:
    """Whether the units are equal, as far as both are given: `mg` agrees with `mg/kg`."""
    return one.unit == other.unit and (not one.per or not other.per or one.per == other.per)


def has_other_quantity(claim: str, evidence: str) -> bool:
    """Whether `claim` has a p-value, a range or a unit that contradicts those of `evidence`."""
    claim, evidence = (unicodedata.normalize("NFKC", text) for text in (claim, evidence))
    return (
        _has_other_p_value(claim, evidence)
        or _has_other_range(claim, evidence)
        or _has_other_unit(claim, evidence)
    )
