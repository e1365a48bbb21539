"""The parts of formulas: MathML elements with their TeX kinds, and symbols of commands."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup, escape

from assistant.html.formulas import symbols as known
from assistant.html.formulas.symbols import Kind

UNSLANTED = ' mathvariant="normal"'
UNSTRETCHED = ' stretchy="false"'
UNSPACED = ' lspace="0" rspace="0"'


class Atom(NamedTuple):
    """An element, as TeX sees it."""

    markup: Markup
    kind: Kind = "ordinary"
    limits: bool = False  # scripts go above and below
    width: int = 1  # symbols


def element(name: str, content: str, attributes: str = "") -> Markup:
    """An element with `content`, escaped if it is text.

    `name` and `attributes` never come from a paper.
    """
    return Markup(f"<{name}{attributes}>{escape(content)}</{name}>")  # noqa: S704


def row(atoms: list[Atom]) -> Markup:
    """`atoms` as one element."""
    if len(atoms) == 1:
        return atoms[0].markup
    return element("mrow", Markup("").join(atom.markup for atom in atoms))


def operator(character: str, kind: Kind, before: str) -> Atom:
    """An operator, with the space of its kind after an atom of the kind `before`."""
    shown = {"-": "−", "*": "∗"}.get(character, character)
    attributes = UNSTRETCHED if kind in ("opening", "closing", "relation") else ""
    if kind == "binary" and before in (
        "opening", "binary", "relation", "punctuation", "operator",
    ):  # fmt: skip
        return Atom(element("mo", shown, ' form="prefix"' + UNSPACED), "ordinary")
    return Atom(element("mo", shown, attributes), kind)


def space(hundredths: int) -> Atom:
    """A space, in hundredths of an em."""
    return Atom(element("mspace", "", f' width="{hundredths / 100}em"'), width=0)


def symbol(name: str, before: str) -> Atom | None:
    """The symbol of the command `name`; None if it is unknown or takes an argument."""
    if name in known.GREEK:
        return Atom(element("mi", known.GREEK[name]))
    if name in known.UPRIGHT:
        return Atom(element("mi", known.UPRIGHT[name], UNSLANTED))
    if name in known.OPERATORS:
        return operator(*known.OPERATORS[name], before)
    if name in known.BARS:
        return Atom(element("mo", known.BARS[name], UNSTRETCHED + UNSPACED))
    if name in known.LARGE:
        return Atom(element("mo", known.LARGE[name]), "operator", limits=True)
    if name in known.INTEGRALS:
        return Atom(element("mo", known.INTEGRALS[name]), "operator")
    if name in known.FUNCTIONS or name in known.LIMITS:
        spaced = ' movablelimits="true" lspace="0" rspace="0.17em" form="prefix"'
        return Atom(element("mo", name, spaced), "operator", name in known.LIMITS, len(name))
    if name in known.SPACES:
        return space(known.SPACES[name])
    if name in "%$&#_":
        return Atom(element("mo", name, UNSPACED))
    return None
