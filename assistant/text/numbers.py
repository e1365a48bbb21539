"""Text -> its numbers, comparable however they are written: `1,000` is `1000`, `three` is 3."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

_BELOW_20 = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
""".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_WORDS: dict[str, int] = {
    **{word: value for value, word in enumerate(_BELOW_20)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
    "dozen": 12,
}
_SCALES: dict[str, Decimal] = {
    "hundred": Decimal(100),
    "thousand": Decimal(1_000),
    "million": Decimal(1_000_000),
    "billion": Decimal(1_000_000_000),
    "trillion": Decimal(1_000_000_000_000),
    "k": Decimal(1_000),
    "K": Decimal(1_000),
    "M": Decimal(1_000_000),
    "B": Decimal(1_000_000_000),
    "b": Decimal(1_000_000_000),
    "T": Decimal(1_000_000_000_000),
}
_MULTIPLES = {
    **dict.fromkeys(("twice", "double", "doubles", "doubled", "halve", "halves", "halved"), 2),
    **dict.fromkeys(("thrice", "triple", "triples", "tripled"), 3),
    "tenfold": 10,
}
# How a unit is written -> how it is compared. Other words behind a number are no unit.
UNITS: dict[str, str] = {
    **dict.fromkeys(("x", "×", "times", "time", "fold"), "times"),
    **dict.fromkeys(("%", "percent", "percents"), "%"),
    **dict.fromkeys(("kb", "kilobyte", "kilobytes"), "KB"),
    **dict.fromkeys(("mb", "megabyte", "megabytes"), "MB"),
    **dict.fromkeys(("gb", "gigabyte", "gigabytes"), "GB"),
    **dict.fromkeys(("tb", "terabyte", "terabytes"), "TB"),
    **dict.fromkeys(("bit", "bits"), "bit"),
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("second", "seconds", "sec"), "s"),
    **dict.fromkeys(("minute", "minutes", "min"), "min"),
    **dict.fromkeys(("hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "day"),
    **dict.fromkeys(("week", "weeks"), "week"),
    **dict.fromkeys(("month", "months"), "month"),
    **dict.fromkeys(("year", "years"), "year"),
    **dict.fromkeys(("point", "points"), "point"),
    **dict.fromkeys(("nm", "nanometer", "nanometers", "nanometre", "nanometres"), "nm"),
    **dict.fromkeys(("μm", "micrometer", "micrometers", "micrometre", "micrometres"), "μm"),
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), "mm"),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), "cm"),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), "km"),
    **dict.fromkeys(("mg", "milligram", "milligrams"), "mg"),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("g", "gram", "grams"), "g"),
    **dict.fromkeys(("ml", "milliliter", "milliliters", "millilitre", "millilitres"), "ml"),
    **dict.fromkeys(("hz", "hertz"), "Hz"),
    **dict.fromkeys(("khz", "kilohertz"), "kHz"),
    **dict.fromkeys(("mhz", "megahertz"), "MHz"),
    **dict.fromkeys(("ghz", "gigahertz"), "GHz"),
}
_SCALE_WORDS = "hundred|thousand|million|billion|trillion"
_UNIT_PATTERN = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_SPELLED = "|".join(_WORDS)

# A number in digits is not part of a name: no letter, underscore, or letter and hyphen before it.
_NUMBER = re.compile(
    rf"""(?<![^\W\d_])(?<![^\W\d_][-‐–.])(?<![^\W\d_]\d[-‐–.])(?<![\d_.,])
        (?:10(?:\s?\^\s?(?P<power>[-−+]?\d{{1,2}})(?!\d)|\((?P<raised>[-−]?\d{{1,2}})\)(?!\s?%))|
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d,])|\d+(?:\.\d+)?|(?<![)\]%])\.\d+))
        (?:(?P<letter>[kKMBT])(?![^\W\d_])|[-\s]?(?P<scale>{_SCALE_WORDS})s?\b)?
        (?:\s?(?P<mark>%|\\%|×)|[-\s]?(?P<unit>{_UNIT_PATTERN})(?![^\W\d_])(?!\s?\d))?
      | \b(?P<tens>{"|".join(_TENS)})[-\s](?P<ones>{"|".join(_BELOW_20[1:10])})\b
        (?:[-\s](?P<tens_scale>{_SCALE_WORDS})s?\b)?(?:[-\s]?(?P<tens_unit>{_UNIT_PATTERN})\b)?
      | \b(?P<word>{_SPELLED})s?(?:[-\s](?P<word_scale>{_SCALE_WORDS}|dozen)s?\b)?
        (?:[-\s]?(?P<word_unit>{_UNIT_PATTERN})\b|\b)
      | \b(?P<multiple>{"|".join(_MULTIPLES)})\b""",
    re.VERBOSE | re.IGNORECASE,
)


# Between numbers of a row, whose unit stands behind the last one: `80 and 90%`.
_ROW = re.compile(r"\s*(?:,|,?\s+(?:and|or|to)\b|-|–|/)\s*")

# A sign, not the dash of a range or of a name: a space, bracket or sign of relation is before it.
_MINUS = re.compile(r"(?:^|[\s(\[=<>~≈≤≥])[-−]$")


@dataclass(frozen=True)
class Number:
    """A value in plain digits and the unit it is counted in, empty without a known one."""

    value: str
    unit: str = ""

    def stated_by(self, other: Number) -> bool:
        """Whether `other` says the same: the value, and the unit if this number has one.

        A number without a unit is no percentage: 77 is not 77%.
        """
        if self.value != other.value:
            return False
        return self.unit == other.unit or (not self.unit and other.unit != "%")


def numbers(text: str) -> list[Number]:
    """The numbers in `text`, in order; digits inside names such as `GPT-2` are none."""
    return [number for _, number in located_numbers(text)]


def located_numbers(text: str) -> list[tuple[int, Number]]:
    """The numbers with the position at which each begins in the NFKC form of `text`."""
    return [(start, number) for start, _, number in number_spans(text)]


def number_spans(text: str) -> list[tuple[int, int, Number]]:
    """The numbers with where each begins and ends, unit included, in the NFKC form of `text`."""
    plain = unicodedata.normalize("NFKC", text)
    matches = list(_NUMBER.finditer(plain))
    found = [
        _signed(_number(match), plain[max(0, match.start() - 2) : match.start()])
        for match in matches
    ]
    for position in range(len(found) - 2, -1, -1):
        between = plain[matches[position].end() : matches[position + 1].start()]
        if not found[position].unit and _ROW.fullmatch(between):
            found[position] = replace(found[position], unit=found[position + 1].unit)
    return [
        (match.start(), match.end(), number) for match, number in zip(matches, found, strict=True)
    ]


def _signed(number: Number, before: str) -> Number:
    """`number` below zero if a minus stands right before it, and nothing it could join to."""
    if _MINUS.search(before) and number.value != "0":
        return replace(number, value=f"-{number.value}")
    return number


def _number(match: re.Match[str]) -> Number:
    if match["multiple"]:
        return Number(str(_MULTIPLES[match["multiple"].lower()]), "times")
    if power := match["power"] or match["raised"]:
        value = Decimal(1).scaleb(int(power.replace("−", "-")))
        scale, unit = (
            match["letter"] or (match["scale"] or "").lower(),
            match["mark"] or match["unit"],
        )
    elif match["digits"]:
        value = Decimal(match["digits"].replace(",", ""))
        scale = match["letter"] or (match["scale"] or "").lower()
        unit = match["mark"] or match["unit"]
    elif match["tens"]:
        value = Decimal(_WORDS[match["tens"].lower()] + _WORDS[match["ones"].lower()])
        scale, unit = (match["tens_scale"] or "").lower(), match["tens_unit"]
    else:
        value = Decimal(_WORDS[match["word"].lower()])
        scale, unit = (match["word_scale"] or "").lower(), match["word_unit"]
    value *= Decimal(12) if scale == "dozen" else _SCALES.get(scale, Decimal(1))
    unit = (unit or "").lstrip("\\").lower()
    return Number(format(value.normalize(), "f"), UNITS.get(unit, ""))
