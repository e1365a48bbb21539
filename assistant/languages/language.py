"""The languages there are, which one is current, and which one a browser prefers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Language:
    """A language of the page.

    `code` names its catalogue, `tag` is its BCP 47 tag for browsers, and `name` is what its
    speakers call it. `thousands` and `point` separate the digits of numbers.
    """

    code: str
    tag: str
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    thousands: str = ","
    point: str = "."


ENGLISH = Language("en", "en", "English")
# A further language needs a line here and a catalogue.
LANGUAGES = (
    ENGLISH,
    Language("de", "de", "Deutsch", thousands=".", point=","),
    Language("zh", "zh-Hans", "中文"),
)

_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def current_language() -> Language:
    """The language of the request being answered; English outside of requests."""
    return _current.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Make `language` the current one in this block."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def preferred_language(accepted: str, chosen: str = "") -> Language:
    """The language with the code `chosen`, or else the best one of an Accept-Language header.

    Regional variants count as their language: `de-AT` is German. English if nothing fits.
    """
    by_code = {language.code: language for language in LANGUAGES}
    if chosen in by_code:
        return by_code[chosen]
    ranked = []
    for place, part in enumerate(accepted.lower().split(",")):
        tag, *parameters = (piece.strip() for piece in part.split(";"))
        language = by_code.get(tag.split("-")[0])
        weight = _weight(parameters)
        if language and weight > 0:
            ranked.append((-weight, place, language))
    return min(ranked, key=lambda one: one[:2])[2] if ranked else ENGLISH


def format_number(value: float, decimals: int = 0) -> str:
    """`value` with the separators of the current language: `1,234.5`, `1.234,5`."""
    language = current_language()
    whole, _, fraction = f"{value:,.{decimals}f}".partition(".")
    return whole.replace(",", language.thousands) + (fraction and language.point + fraction)


def _weight(parameters: list[str]) -> float:
    """The weight from 0 to 1 of an entry of Accept-Language; 0 if it is not valid."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0 <= weight <= 1 else 0.0
    return 1.0
