"""Text as exports write it -> text as people read it.

Titles and abstracts arrive with the markup of web pages, of publishers (JATS), of formulas
(MathML) and of LaTeX, and at times decoded wrongly. Ordinary prose that looks a little like any
of these (`a < b and c > d`, `R&D`, `{1, 2}`) comes out as it went in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

import ftfy

from assistant.reading.latex import without_latex
from assistant.reading.mathml import formula
from assistant.reading.scripts import END, SUBSCRIPT, SUPERSCRIPT, with_scripts
from assistant.text.word_lists import word_list

# UTF-8 read as Latin-1 or Windows-1252: the first byte of a character, then a later one.
_MOJIBAKE = re.compile("[\xc2-\xf4][\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
_LATIN = re.compile("[ -~\xc0-\xd6\xd8-\xf6\xf8-\u024f]*")
# With its semicolon only: `R&D` and `?a=1&copy=2` are no entities.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCKS = frozenset(word_list("block_elements"))
# Short names that may be something else, such as the `<s>` that begins a sequence of tokens.
_PAIRED = frozenset("a b i u p q title math none label code mark cite list abstract".split())  # noqa: SIM905
_KNOWN = _BLOCKS | _PAIRED | {*word_list("inline_elements"), *word_list("mathml_elements")}
_PREFIX = r"(?:jats|mml|m|xhtml|html|ce|ns\d):"
_TAG = re.compile(
    rf"<(/?)({_PREFIX})?([A-Za-z][A-Za-z0-9-]{{0,20}})((?:\s[^<>]{{0,2000}})?)(/?)>", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--.{0,400}?-->|<!\[CDATA\[|\]\]>|<\?xml[^<>]{0,200}\?>", re.DOTALL)
_TITLE = re.compile(
    rf"<({_PREFIX})?title>\s{{0,99}}([^<>]{{0,200}}?)\s{{0,99}}</(?:{_PREFIX})?title>\s{{0,99}}"
    rf"(?:<(?:{_PREFIX})?p>\s{{0,99}})?",
    re.IGNORECASE,
)
_MATHML_BEGINS = re.compile(rf"<(?:{_PREFIX})?math[\s>]", re.IGNORECASE)
# A formula's other spellings, which would repeat it.
_REPEATS = ("annotation", "annotation-xml", "tex-math")
_HEADINGS = frozenset(("abstract", "summary", ""))
_SCRIPTS = {
    "sup": SUPERSCRIPT,
    "superscript": SUPERSCRIPT,
    "sub": SUBSCRIPT,
    "inf": SUBSCRIPT,
    "subscript": SUBSCRIPT,
}
# What stands for a tag of MathML outside of a formula: between two numbers it was no letter.
_GAP = "\x08"
_GAPS = re.compile(rf"(?<=\d){_GAP}+(?=\d)")
_OF_FORMULAS = frozenset(word_list("mathml_elements"))
_SIGNS = str.maketrans(dict.fromkeys(SUPERSCRIPT + SUBSCRIPT + END + _GAP))
# `<sc>d</sc>-glucose`, where a small capital is a capital.
_SMALL_CAPITAL = re.compile(
    rf"<(?:{_PREFIX})?(sc|scp|smallcaps|smcap|small-caps)>([a-z])</(?:{_PREFIX})?\1>", re.IGNORECASE
)
_OPEN_PARAGRAPH = re.compile(r"\s{0,99}<p>\S", re.IGNORECASE)
# From the beginning of white space: a long run of it is searched once.
_BLANK_LINES = re.compile(r"(?<!\s)\s*\n\s*")


def _has_markup(text: str) -> bool:
    """Whether there may be markup in it: a tenth of the time of a pattern for an abstract."""
    return (
        "&" in text
        or "<" in text
        or "{" in text
        or "}" in text
        or "\\" in text
        or "~" in text
        or "--" in text
        or "``" in text
    )


def are_ordinary(texts: Sequence[object]) -> bool:
    """Whether all are texts that `plain` and `one_line` leave as they are.

    Most are, and one look at all of them takes a fraction of the time. They have no markup, and of
    characters only those of ASCII and Latin letters.
    """
    if not all(isinstance(text, str) for text in texts):
        return False
    whole = "|".join(texts)  # type: ignore[arg-type]
    return (
        (whole.isascii() or (_LATIN.fullmatch(whole) is not None and not _MOJIBAKE.search(whole)))
        and whole.isprintable()
        and "  " not in whole
        and "| " not in whole
        and " |" not in whole
        and whole[:1] != " " != whole[-1:]
        and not _has_markup(whole)
    )


def plain(text: str) -> str:
    """`text` without the markup of web pages, publishers, MathML and LaTeX, decoded rightly.

    Formulas between dollars stay as they are written; text without markup stays as it is.
    """
    text = _decoded(text)
    if not _has_markup(text):
        return text
    if "&" in text:
        # Twice: many exports escape what was escaped already.
        text = _decoded(_unescaped(_unescaped(text)))
    if "<" in text:
        text = _without_tags(text)
    return without_latex(text)


def _decoded(text: str) -> str:
    """Decoded rightly, and then without soft hyphens: one may be a part of a wrong character."""
    if text.isascii():
        return text
    if _MOJIBAKE.search(text):
        text = ftfy.fix_encoding(text)
    return text.replace("\xad", "")


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def _without_tags(text: str) -> str:
    text = _COMMENT.sub("", text.translate(_SIGNS))
    if _MATHML_BEGINS.search(text):
        for name in _REPEATS:
            text = _each_element(text, name, lambda element: "")
        text = _each_element(text, "math", lambda element: _GAP + formula(element) + _GAP)
    text = _SMALL_CAPITAL.sub(lambda found: found[2].upper(), _TITLE.sub(_heading, text))
    names = {found[3].lower() for found in _TAG.finditer(text) if found[1]}
    if _OPEN_PARAGRAPH.match(text):
        names.add("p")
    blocks = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal blocks
        name = found[3].lower()
        is_block = name in _BLOCKS
        if not found[2] and (name not in _KNOWN or (name in _PAIRED and name not in names)):
            return found[0]
        blocks += is_block
        if name in _SCRIPTS:
            return "" if found[5] else END if found[1] else _SCRIPTS[name]
        if name in _OF_FORMULAS:
            return _GAP
        return "\n" if is_block else ""

    text = _GAPS.sub(" ", _TAG.sub(replaced, text)).replace(_GAP, "")
    text = with_scripts(text)
    return _BLANK_LINES.sub("\n", text).strip() if blocks else text


def _heading(found: re.Match[str]) -> str:
    """The heading of a section becomes its first words; that of the whole abstract is removed."""
    heading = found[2]
    if heading.rstrip(":.").lower() in _HEADINGS:
        return ""
    return f"\n{heading}" + (" " if heading.endswith((":", ".", "?")) else ": ")


def _each_element(text: str, name: str, replaced: Callable[[str], str]) -> str:
    """`text` with `replaced` applied to each element of this name, with its tags."""
    begins = re.compile(rf"<(?:{_PREFIX})?{name}[\s>]", re.IGNORECASE)
    ends = re.compile(rf"</(?:{_PREFIX})?{name}>", re.IGNORECASE)
    parts: list[str] = []
    done = 0
    while (begin := begins.search(text, done)) and (end := ends.search(text, begin.end())):
        parts += (text[done : begin.start()], replaced(text[begin.start() : end.end()]))
        done = end.end()
    return "".join(parts) + text[done:]
