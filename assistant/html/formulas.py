"""Formulas in texts of papers and models -> MathML; everything else becomes escaped text.

Text between dollar signs is a formula only if it is unlikely to be something else: "$5 and $10" are
prices, and `$HOME and $PATH` are variables. Text that is not converted stays unchanged. Formulas
consist of letters, so a search in the page finds them; assets/formulas.js copies them as LaTeX.

KaTeX, the alternative, needs 1.5 MB of scripts and fonts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from assistant.html import mathml
from assistant.text.sanitizing import sanitized_lines

# Formulas converted in one text; further ones stay unchanged.
MAX_FORMULAS = 400

_LONGEST = mathml.MAX_CHARACTERS
_FORMULA = re.compile(
    rf"\\\((?P<round>.{{1,{_LONGEST}}}?)\\\)"
    rf"|\\\[(?P<square>.{{1,{_LONGEST}}}?)\\\]"
    rf"|(?<![\\$])\$\$(?P<double>[^$]{{1,{_LONGEST}}})\$\$"
    rf"|(?<![\\$])\$(?P<single>(?:[^$\\]|\\.){{1,{_LONGEST}}})\$",
    re.DOTALL,
)
# Names of commands, and words inside text commands.
_COMMAND = re.compile(r"\\(?:text\w*|mbox|hbox|mathrm|operatorname)\s*\{[^{}]*\}|\\[A-Za-z]+")
_PROSE = re.compile(r"[A-Za-z]{2,}[,.;:]?\s+[A-Za-z]{2,}")
_MARK = re.compile(r"[\\^_]")


# Start and end of a converted formula in its text, and its MathML.
_Formula = tuple[int, int, Markup]


def formulas(text: str) -> Markup:
    """`text`, sanitized and escaped, with its formulas as MathML."""
    text = sanitized_lines(text)
    return _between(text, list(_convertible(text)), 0, len(text))


def marked_formulas(before: str, marked: str, after: str) -> Markup:
    """A text of three parts, the second in a `mark` element, with its formulas as MathML.

    A formula that crosses the start or end of the mark is included in it.
    """
    before, marked, after = (sanitized_lines(part) for part in (before, marked, after))
    text = before + marked + after
    found = list(_convertible(text))
    begin, end = len(before), len(before) + len(marked)
    if begin == end:
        return _between(text, found, 0, len(text))
    begin = next((one[0] for one in found if one[0] < begin < one[1]), begin)
    end = next((one[1] for one in found if one[0] < end < one[1]), end)
    parts = [_between(text, found, *span) for span in ((0, begin), (begin, end), (end, len(text)))]
    return parts[0] + Markup("<mark>") + parts[1] + Markup("</mark>") + parts[2]


def found_formulas(text: str, find: Callable[[str], list[tuple[int, int]]]) -> Markup:
    """`text` with what `find` finds in it in `mark` elements, and its formulas as MathML.

    `find` gets the sanitized text and returns spans in order, which do not overlap. Nothing within
    a formula is marked.
    """
    text = sanitized_lines(text)
    formulas_ = list(_convertible(text))
    parts, at = [], 0
    for begin, end in find(text):
        if begin < at or any(one[0] < end and begin < one[1] for one in formulas_):
            continue
        parts += [_between(text, formulas_, at, begin), Markup("<mark>")]
        parts += [escape(text[begin:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*parts, _between(text, formulas_, at, len(text))])


def _between(text: str, found: list[_Formula], begin: int, end: int) -> Markup:
    """The part of `text` from `begin` to `end`, neither of which is inside a formula."""
    parts, at = [], begin
    for formula_begin, formula_end, markup in found:
        if begin <= formula_begin and formula_end <= end:
            parts += [escape(text[at:formula_begin]), markup]
            at = formula_end
    return Markup("").join([*parts, escape(text[at:end])])


def _convertible(text: str) -> Iterator[_Formula]:
    """The formulas of `text` that can be converted, in order."""
    if "$" not in text and "\\(" not in text and "\\[" not in text:
        return
    at = count = 0
    while count < MAX_FORMULAS and (match := _FORMULA.search(text, at)):
        kind = str(match.lastgroup)
        content, (begin, end) = match[kind], match.span()
        beside = text[max(0, begin - 1) : begin], text[end : end + 1]
        markup = None
        if not _is_prose(content) and (kind != "single" or _is_formula(content, *beside)):
            markup = _converted(content, kind in ("square", "double"))
        if markup is None:
            # The closing mark may open another formula.
            at = begin + 1
        else:
            at, count = end, count + 1
            yield begin, end, markup


@lru_cache(maxsize=4096)
def _converted(source: str, display: bool) -> Markup | None:
    return mathml.mathml(source, display)


def _is_prose(content: str) -> bool:
    return "\n\n" in content or _PROSE.search(_COMMAND.sub("+", content)) is not None


def _is_formula(content: str, before: str, after: str) -> bool:
    """Whether text between two dollar signs is a formula, not a price, variable or template.

    `before` and `after` are the characters next to the dollar signs.
    """
    has_mark = _MARK.search(content) is not None
    first, last = content[0].isspace(), content[-1].isspace()
    if after == "{" or (first and last and not has_mark):
        return False
    if first != last and "\\" not in content:
        return False
    return has_mark or "=" in content or not (before.isalnum() or after.isdigit())
