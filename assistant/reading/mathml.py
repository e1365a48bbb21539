"""MathML -> formulas in one line: fractions, roots and powers keep their numbers apart.

`<mfrac><mn>1</mn><mn>2</mn></mfrac>` is 1/2 and not 12.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.reading.scripts import SUBSCRIPT, SUPERSCRIPT, script

_TOKEN = re.compile(r"<(/?)(?:[A-Za-z][\w-]*:)?([A-Za-z][\w-]*)(?:\s[^<>]*)?(/?)>|[^<]+|<")
# A formula's other spellings, which would repeat it, and what is not shown.
_HIDDEN = frozenset({"annotation", "annotation-xml", "tex-math", "mphantom", "maction-hidden"})
_LEAVES = frozenset({"mi", "mn", "mo", "mtext", "ms"})
# Operators that nobody sees, such as that of a product.
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
_SIMPLE = re.compile(r"[\w.]+|[^\w\s]?\([^()]*\)")
_ACCENTS = frozenset("^ˆ~˜¯‾→←˙¨´`_ˇ˘⃗⏞⏟︷︸^-")
_DEEPEST = 60


@dataclass
class _Node:
    tag: str
    children: list[_Node | str] = field(default_factory=list)


def formula(markup: str) -> str:
    """The text of a `<math>` element with its tags; prefixes of names are ignored."""
    top = _Node("mrow")
    opened = [top]
    ignored = 0
    for found in _TOKEN.finditer(markup):
        tag = (found[2] or "").lower()
        if not tag:
            opened[-1].children.append(found[0])
        elif found[1]:
            if ignored:
                ignored -= 1
            elif any(node.tag == tag for node in opened[1:]):
                while opened.pop().tag != tag:
                    pass
        elif len(opened) > _DEEPEST:
            ignored += not found[3]
        else:
            node = _Node(tag)
            opened[-1].children.append(node)
            if not found[3]:
                opened.append(node)
    return _text(top)


def _text(node: _Node) -> str:
    if node.tag in _HIDDEN:
        return ""
    if node.tag in _LEAVES:
        return _leaf(node)
    if node.tag == "mspace":
        return " "
    parts = [_text(child) for child in node.children if isinstance(child, _Node)]
    if write := _WRITERS.get(node.tag):
        fewest, written = write
        if len(parts) >= fewest:
            return written(parts)
    if node.tag == "semantics":
        return parts[0] if parts else ""
    if node.tag == "mmultiscripts":
        return _multiscripts(node)
    return _row(
        [child.strip() if isinstance(child, str) else _text(child) for child in node.children]
    )


def _leaf(node: _Node) -> str:
    inner = (child if isinstance(child, str) else _text(child) for child in node.children)
    text = _INVISIBLE.sub("", "".join(inner))
    return " ".join(text.split()) if node.tag != "mtext" else re.sub(r"\s+", " ", text)


def _row(parts: Sequence[str]) -> str:
    """`parts` side by side; numbers stay apart, and words from what follows them."""
    written = ""
    for part in parts:
        if not part:
            continue
        is_number = written[-1:].isdecimal() and re.match(r"[.,]?\d|√", part)
        ends_in_word = len(written) > 1 and written[-2:].isalpha() and part[0].isalnum()
        written += f" {part}" if is_number or ends_in_word else part
    return written


def _wrapped(text: str) -> str:
    text = text.strip()
    return text if len(text) == 1 or _SIMPLE.fullmatch(text) else f"({text})"


def _fraction(parts: Sequence[str]) -> str:
    return f"{_wrapped(parts[0])}/{_wrapped(parts[1])}"


def _root(parts: Sequence[str]) -> str:
    return f"{_wrapped(parts[0])}^{{1/{parts[1].strip()}}}"


def _square_root(parts: Sequence[str]) -> str:
    return f"√{_wrapped(_row(parts))}"


def _power(parts: Sequence[str]) -> str:
    base, exponent = parts[0].strip(), parts[1].strip()
    if not any(map(str.isalnum, exponent)):
        return base + exponent  # a prime, a star
    base = base if _SIMPLE.fullmatch(base) or base[-1:] in tuple(")]}|") else f"({base})"
    simple = re.fullmatch(r"[+\u2212-]?\d+|[^\W\d_]", exponent)
    return f"{base}^{exponent}" if simple else f"{base}^{{{exponent}}}"


def _index(parts: Sequence[str]) -> str:
    base, index = parts[0].strip(), parts[1].strip()
    if len(index) > 2 and not index.isalnum():
        return f"{base}_{{{index}}}"
    return base + script(SUBSCRIPT, base, index, "")


def _both(parts: Sequence[str]) -> str:
    return _power((_index(parts[:2]), parts[2])) if parts[1].strip() else _power(parts[::2])


def _over(parts: Sequence[str]) -> str:
    return parts[0] if parts[1].strip() in _ACCENTS else _power(parts)


def _under(parts: Sequence[str]) -> str:
    return parts[0] if parts[1].strip() in _ACCENTS else _index(parts)


def _limits(parts: Sequence[str]) -> str:
    return _over((_under(parts[:2]), parts[2]))


def _multiscripts(node: _Node) -> str:
    """Scripts behind and before a base: `<mprescripts/>` begins the latter."""
    children = [child for child in node.children if isinstance(child, _Node)]
    if not children:
        return ""
    base, *others = children
    at = next((n for n, child in enumerate(others) if child.tag == "mprescripts"), len(others))
    written = _text(base)
    behind, before = map(_text, others[:at]), map(_text, others[at + 1 :])
    for index, exponent in zip(behind, behind, strict=False):
        written += script(SUBSCRIPT, written, index, "")
        written += script(SUPERSCRIPT, written, exponent, "")
    pre = [exponent or index for index, exponent in zip(before, before, strict=False)]
    return _row([*filter(None, pre), written])


_WRITERS = {
    "mfrac": (2, _fraction),
    "msqrt": (1, _square_root),
    "mroot": (2, _root),
    "msup": (2, _power),
    "msub": (2, _index),
    "msubsup": (3, _both),
    "mover": (2, _over),
    "munder": (2, _under),
    "munderover": (3, _limits),
    "mtr": (1, ", ".join),
    "mtable": (1, "; ".join),
    "mfenced": (1, lambda parts: f"({','.join(parts)})"),
}
