"""Claims with another number or another unit."""

from __future__ import annotations

import random
import re
import unicodedata
from decimal import Decimal

from assistant.text.numbers import Number, number_spans, numbers
from training.reading.perturbations.source import Source, is_negated

# A number after these is a bound, and other numbers may keep to it, too.
_BOUND = re.compile(
    r"(?:[<>≤≥~≈±+=]|\b(?:than|over|under|least|most|above|below|up to|within|exceed\w*|nearly"
    r"|almost|about|around|approximately|roughly|p|version|table|figure|fig\.?|equation|beyond|until|by))"
    r"\s*$",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SPELLED = """
    two three four five six seven eight nine ten eleven twelve
""".split()  # noqa: SIM905


def changed_numbers(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with one number that the evidence states changed to one that it does not."""
    claim = unicodedata.normalize("NFKC", claim)
    stated = numbers(source.evidence)
    values = {number.value for number in numbers(f"{source.title} {source.evidence} {claim}")}
    elsewhere = [
        (match[0], number)
        for start, end, number in number_spans(source.abstract)
        if number.value not in values
        and (match := DIGITS.match(unicodedata.normalize("NFKC", source.abstract)[start:end]))
    ]
    found = []
    for start, end, number in number_spans(claim):
        before, written, after = claim[:start], claim[start:end], claim[end:]
        if not any(number.stated_by(other) for other in stated) or _BOUND.search(before):
            continue
        if re.search(r"[\w.\-–−/:^(]$", before) and not re.search(r"\($", before):
            continue
        # `25(OH)D`, `3' end`, `2A` are names.
        if re.match(
            r"[\-–/:^;]\s?\d|[(\w'′’\[]|\s?[±=×]|\s?\(?\d+% ?CI|-[A-Z]|\s?or more|\s?or less", after
        ):
            continue
        if written.lower().split()[0] in _SPELLED:
            word = written.split()[0]
            other = chooser.choice([one for one in _SPELLED[:9] if one != word.lower()])
            if str(_SPELLED.index(other) + 2) not in values:
                other = other.capitalize() if word[0].isupper() else other
                found.append(before + other + written[len(word) :] + after)
            continue
        digits = DIGITS.match(written)
        if not digits or number.value == "0":
            continue
        choices = [
            text
            for text, other in elsewhere
            if other.unit == number.unit
            and ("." in text) == ("." in digits[0])
            and is_year(text) == is_year(digits[0])
            and Decimal(1) / 8 < abs(Decimal(other.value)) / abs(Decimal(number.value)) < Decimal(8)
        ]
        if not choices or chooser.random() < 0.4:
            choices = [_other_digits(digits[0], number, chooser)]
        new = chooser.choice(choices)
        if new and _plain(new) not in values and _plain(new) != _plain(digits[0]):
            found.append(before + new + written[digits.end() :] + after)
    return found


def _plain(digits: str) -> str:
    return format(Decimal(digits.replace(",", "")).normalize(), "f")


def is_year(digits: str) -> bool:
    """Whether `digits` are a year of the last three centuries."""
    return bool(re.fullmatch(r"(?:18|19|20)\d\d", digits))


def _other_digits(digits: str, number: Number, chooser: random.Random) -> str:
    """A plausible number in place of `digits`: another digit, two exchanged, or a factor."""
    if is_year(digits):
        return str(int(digits) + chooser.choice((-7, -5, -4, -3, -2, 2, 3)))
    places = [n for n, one in enumerate(digits) if one.isdigit()]
    place = chooser.choice(places[: max(1, min(2, len(places)))])
    lowest = 1 if place == 0 else 0
    other = chooser.choice([one for one in range(lowest, 10) if abs(one - int(digits[place])) > 1])
    made = digits[:place] + str(other) + digits[place + 1 :]
    if digits.startswith("0.") and place == 0:
        made = digits[:2] + str(chooser.choice([n for n in range(1, 10) if str(n) != digits[2]]))
        made += digits[3:]
    if number.unit == "%" and Decimal(made.replace(",", "")) > 100:
        return ""
    if Decimal(made.replace(",", "")) <= 1 and "." not in made:
        return ""  # `1 patients`
    return made


_UNITS = {
    "day": ("week", "hour", "month"), "week": ("day", "month"), "month": ("week", "year", "day"),
    "year": ("month", "week"), "hour": ("minute", "day"), "minute": ("second", "hour"),
    "second": ("minute", "millisecond"), "millisecond": ("second",), "ms": ("s",),
    "h": ("min",), "min": ("h",), "mg": ("g", "µg"), "kg": ("g",), "g": ("kg", "mg"),
    "μg": ("mg", "g"), "µg": ("mg", "g"), "ng": ("µg", "mg"), "mm": ("cm", "m"),
    "cm": ("mm", "m"), "km": ("m",), "nm": ("µm", "mm"), "μm": ("nm", "mm"),
    "µm": ("nm", "mm"), "ml": ("l",), "mL": ("L",), "GB": ("MB", "TB"), "MB": ("GB", "KB"),
    "kHz": ("MHz", "Hz"), "Hz": ("kHz",), "MHz": ("GHz", "kHz"), "mM": ("µM", "nM"),
    "μM": ("mM", "nM"), "µM": ("mM", "nM"), "nM": ("µM", "mM"), "million": ("billion", "thousand"),
    "billion": ("million",), "thousand": ("million",), "%": (" per thousand", "-fold"),
    "fold": ("%",), "percentage point": ("percent",), "kDa": ("Da", "MDa"), "Gy": ("mGy",),
    "mmHg": ("cmHg",), "degree": ("radian",), "kcal": ("cal",), "inch": ("feet",),
}  # fmt: skip
_UNIT = re.compile(
    r"(?P<number>\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|one|a|an))"
    r"(?P<gap>[\s-]?)(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")"
    r"(?P<plural>s?)(?![\w°])"
)


def changed_units(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with the unit of one number exchanged."""
    if is_negated(claim):
        return []
    evidence = source.evidence.lower()
    found = []
    for match in _UNIT.finditer(claim):
        # `at least 3 weeks` follows from `at least 3 years`.
        number = re.search(r"[\d.,–-]*$", claim[: match.end("number")])
        if number and _BOUND.search(claim[: number.start()]):
            continue
        if match["unit"] == "%" and chooser.random() < 0.6:
            continue
        if match["unit"] != "fold" and match["unit"].lower() not in evidence:
            continue
        if match["number"] in {"a", "an"} and match["unit"] in {"second", "minute"}:
            continue  # `a second trial`
        new = chooser.choice(_UNITS[match["unit"]])
        gap = match["gap"]
        if new[0] in " -%":
            gap = ""
        elif match["unit"] == "%" or gap == "":
            gap = match["gap"] if match["unit"] != "fold" else " "
        before, after = claim[: match.start("gap")], claim[match.end() :]
        if match["unit"] == "%" and re.match(r"\s?\(?\)?\s?(?:CI|confidence)|-", after):
            continue
        if match["unit"] == "%" and new == "-fold" and not re.search(r"\bby \d[\d.]*$", before):
            new = " per thousand"
        if match["number"] in {"a", "an"}:
            new_article = "an" if new[0] in "aeh" and new.startswith(("hour",)) else "a"
            before = before[: match.start("number")] + new_article
        found.append(f"{before}{gap}{new}{match['plural']}{after}")
    return found
