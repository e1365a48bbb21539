"""One LaTeX formula -> MathML, which all current browsers display.

latex2mathml converts the formula; only what is known to be harmless is taken from its result. Every
element and attribute is written here, from a fixed list, and contents of a formula become escaped
text of a leaf. A formula with anything else in it (links, colours, tables, unknown commands) is not
converted.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_CHARACTERS = 600
MAX_DEPTH = 24  # nested groups
_MAX_NESTING = 4 * MAX_DEPTH  # nested elements
# As in print, a line may break after a relation or operator, if the piece has this many symbols.
_MIN_PIECE = 8

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
_BREAK = re.compile(
    r"[-+=<>≤≥≈≠∈→×]|\\(leq?|geq?|leqslant|geqslant|ll|gg|neq?|equiv|sim|simeq|approx|cong|propto"
    r"|subset|subseteq|supset|supseteq|in|to|gets|mapsto|(right|left|Right|Left)arrow|iff|implies"
    r"|times|cdot|pm|mp|cup|cap|vee|wedge|oplus|otimes|circ|mid|colon)"
)
# Definitions, which can multiply, and characters that were not in the text.
_FORBIDDEN = ("&", r"\def", r"\newcommand", r"\unicode")
_PRIMES_OF_NOTHING = re.compile(r"(^|[{_^])\s*'")
# What latex2mathml does not know, in other words.
_REWRITTEN = (
    (re.compile(r"\\([RNZQC])(eals?)?(?![A-Za-z])"), r"\\mathbb{\1}"),
    (re.compile(r"\\(arg)(?![A-Za-z])"), r"\\mathrm{\1}"),
    (re.compile(r"\\operatorname(?![A-Za-z])\*?"), r"\\mathrm"),
    (re.compile(r"\\(mbox|hbox|textsc|textnormal|textup|emph)(?![A-Za-z])"), r"\\text"),
    (re.compile(r"\\(relax|nonumber|notag|nolimits|ensuremath)(?![A-Za-z])"), ""),
    (re.compile(r"\\sim(?![A-Za-z])"), "∼"),
    (re.compile(r"\*"), "∗"),
    (re.compile(r"\.{3}"), r"\\ldots "),
    (re.compile(r"\\not\s*="), r"\\ne "),
    (re.compile(r"\d{1,3}(,\d{3})+(?!\d)(\.\d+)?"), r"\\text{\g<0>}"),
    # A prime and an exponent are one superscript.
    (re.compile(r"''\^({[^{}]*}|\\[A-Za-z]+|[^\\{}])"), r"^{\\prime\\prime \1}"),
    (re.compile(r"'\^({[^{}]*}|\\[A-Za-z]+|[^\\{}])"), r"^{\\prime \1}"),
)

_CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2,
    "munderover": 3,
}  # fmt: skip
_ROWS = ("mrow", "mstyle", "msqrt")
# Scripts of these operators go above and below, if there is room.
_LIMITS = re.compile("[∑∏∐⋂⋃⋁⋀⨁⨂⨆⨄]|[a-z\u2006\u2009]{2,}")
_ABOVE_AND_BELOW = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_LEAVES = ("mi", "mn", "mo", "mtext", "mspace")
_ATTRIBUTES = (
    "accent", "form", "linethickness", "lspace", "maxsize", "minsize", "movablelimits", "rspace",
    "stretchy", "width",
)  # fmt: skip
_DROPPED = ("displaystyle", "fence", "mathvariant", "scriptlevel", "separator")
# No size or space is larger than a few letters, so that a formula cannot cover other text.
_VALUE = re.compile(r"true|false|prefix|postfix|negativethinmathspace|-?[0-3]?(\.\d+)?(em)?")
_ALPHABETS = {
    "bold": "BOLD", "bold-italic": "BOLD", "script": "SCRIPT", "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR", "bold-fraktur": "BOLD FRAKTUR", "double-struck": "DOUBLE-STRUCK",
    "sans-serif": "SANS-SERIF", "bold-sans-serif": "SANS-SERIF BOLD", "monospace": "MONOSPACE",
}  # fmt: skip
_UNSPACED = {"lspace": "0", "rspace": "0"}
_FUNCTION = {"movablelimits": "true", "form": "prefix", "lspace": "0", "rspace": "0.17em"}


class _Unknown(Exception):
    """The formula contains something that is not converted."""


def mathml(source: str, display: bool = False) -> Markup | None:
    """`source`, without its dollar signs, as `math` elements between which a line may break.

    None if it is longer than `MAX_CHARACTERS`, deeper than `MAX_DEPTH`, empty or not convertible.
    """
    source = source.strip()
    if not source or len(source) > MAX_CHARACTERS or _PRIMES_OF_NOTHING.search(source):
        return None
    try:
        pieces = list(_pieces(source))
        try:
            return Markup("").join(_converted(piece, display) for piece in pieces)
        except Exception:
            # A command may apply to what follows it, across pieces.
            return _converted(source, display)
    except Exception:  # latex2mathml raises whatever comes up
        return None


def _pieces(source: str) -> Iterator[str]:
    """The parts of a formula, each of which ends with a relation, an operator or a comma."""
    begin = depth = fences = symbols = 0
    before = ""
    for token in _TOKEN.finditer(source):
        text, end = token[0], token.end()
        depth += (text in ("{", r"\left")) - (text in ("}", r"\right"))
        if not 0 <= depth < MAX_DEPTH or text in _FORBIDDEN:
            raise _Unknown
        fences += (text in ("(", "[")) - (text in (")", "]"))
        symbols += text not in "{}_^"
        is_sign = _BREAK.fullmatch(text) and not _BREAK.fullmatch(before)
        is_comma = text in (",", ";") and fences <= 0
        follows = source[end:].lstrip()[:1]
        if depth == 0 and symbols >= _MIN_PIECE and (is_sign or is_comma) and follows not in "^_'":
            yield source[begin:end]
            begin, symbols = end, 0
        before = text
    if depth:
        raise _Unknown
    yield source[begin:]


def _converted(piece: str, display: bool) -> Markup:
    from latex2mathml.converter import convert_to_element

    rewritten = piece
    for pattern, other in _REWRITTEN:
        rewritten = pattern.sub(other, rewritten)
    converted = convert_to_element(rewritten, "block" if display else "inline")
    attributes = {"displaystyle": "true"} if display else {}
    return _element("math", _children(converted), attributes | {"alttext": piece})


def _children(element: Element, depth: int = 0) -> Markup:
    """The children of `element` as markup.

    Raises:
        _Unknown: one of them is not known to be harmless.
    """
    if depth > _MAX_NESTING or (element.text or "").strip():
        raise _Unknown
    written, before = [], "("
    for child in element:
        name, attributes = child.tag, _attributes(child)
        if name in _LEAVES:
            text = html.unescape(child.text or "")
            if len(child) or "\\" in text:  # an unknown command
                raise _Unknown
            name, content, attributes = _leaf(child, text, attributes, before)
            before = text if name == "mo" else ""
        elif name in _ROWS or len(child) == _CHILDREN.get(name):
            content, before = _children(child, depth + 1), ""
            if name in ("mrow", "mstyle"):
                if len(child) == 1:
                    written.append(content)
                    continue
                name = "mrow"
            elif child[0].tag == "mo" and _LIMITS.fullmatch(html.unescape(child[0].text or "")):
                name = _ABOVE_AND_BELOW.get(name, name)
        else:
            raise _Unknown
        written.append(_element(name, content, attributes))
    return Markup("").join(written)


def _leaf(
    element: Element, text: str, attributes: dict[str, str], before: str
) -> tuple[str, str, dict[str, str]]:
    """Name, text and attributes of a leaf; `before` is the operator before it, or ""."""
    name, variant = element.tag, element.get("mathvariant", "")
    if name in ("mi", "mo") and len(text) > 1 and text[-1].isalpha():
        return "mo", text, _FUNCTION | ({} if before else {"lspace": "0.17em"})
    if text == "∞":
        return "mi", text, {}
    if name == "mi" and unicodedata.category(text or "x") == "Sm" and text not in "∂∇":
        name = "mo"
    if name == "mo":
        if text in ("+", "−", "±", "∓") and before and before not in ")]}⟩|!":
            return name, text, {"form": "prefix", **_UNSPACED}
        return name, text, (_UNSPACED if text in tuple("|‖/!.?%") else {}) | attributes
    if alphabet := _ALPHABETS.get(variant):
        text = "".join(_letter(alphabet, letter) for letter in text)
    return name, text, attributes | ({"mathvariant": "normal"} if variant == "normal" else {})


def _letter(alphabet: str, letter: str) -> str:
    """A Latin letter or a digit in a mathematical alphabet, which browsers choose no other way."""
    case = "CAPITAL" if letter.isupper() else "SMALL"
    name = unicodedata.name(letter).split()[-1] if letter.isdigit() else letter.upper()
    kind = f"DIGIT {name}" if letter.isdigit() else f"{case} {name}"
    # Some letters were encoded before the rest of their alphabets.
    older = {"FRAKTUR": "BLACK-LETTER"}.get(alphabet, alphabet)
    for character in (f"MATHEMATICAL {alphabet} {kind}", f"{older} {kind}"):
        try:
            return unicodedata.lookup(character)
        except KeyError:
            continue
    return letter


def _attributes(element: Element) -> dict[str, str]:
    known = {name: value for name, value in element.attrib.items() if name not in _DROPPED}
    if not all(name in _ATTRIBUTES and _VALUE.fullmatch(known[name]) for name in known):
        raise _Unknown
    return known


def _element(name: str, content: str, attributes: dict[str, str]) -> Markup:
    """An element with `content`, escaped if it is text; `name` never comes from a paper."""
    written = Markup("").join(Markup(' {}="{}"').format(*pair) for pair in attributes.items())
    return Markup(f"<{name}{written}>{escape(content)}</{name}>")  # noqa: S704
