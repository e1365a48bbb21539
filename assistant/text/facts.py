"""What can be checked of a text without understanding it: its numbers and its names."""

from __future__ import annotations

from assistant.text.names import bears, names
from assistant.text.numbers import UNITS, Number, numbers

# `one` is a pronoun more often than a number.
_PRONOUN = Number("1")


def missing_facts(text: str, source: str) -> list[str]:
    """The numbers (with their units) and names in `text` that are not in `source`."""
    given = numbers(source)
    missing = [
        f"{number.value} {number.unit}".strip()
        for number in numbers(text)
        if number != _PRONOUN and not any(number.stated_by(other) for other in given)
    ]
    return missing + [
        name
        for name in names(text)
        if name.lower() not in UNITS and not bears(source, name)  # a unit is no name
    ]
