"""Escapes text so that an import reads it back unchanged.

The importer converts or removes entities, tags, LaTeX and wrongly decoded characters. Text that
looks like one of them gets a word joiner (U+2060) inside, written as the entity `&#8288;`. The
importer decodes the entity, and then drops it like all invisible characters.
"""

from __future__ import annotations

import re

import ftfy

from assistant.text.word_lists import word_list

JOINER = "&#8288;"
"""A word joiner: it separates the characters around it, and the importer drops it."""

# Placeholder for JOINER while escaping; sanitized texts do not contain it.
_MARK = "\u2060"

# HTML, JATS and MathML elements that the importer removes.
_ELEMENTS = [
    *(word_list("block_elements") + word_list("inline_elements") + word_list("mathml_elements")),
    *"a b i u q title".split(),  # noqa: SIM905
]
_TAG = re.compile(
    rf"<(?=/?(?:(?:jats|mml|m|xhtml|html|ce|ns\d):[a-z][a-z0-9-]*|{'|'.join(_ELEMENTS)})"
    r"(?:\s[^<>]*)?/?>)|<(?=!--|!\[CDATA\[|\?xml)|\](?=\]>)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?=#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_MOJIBAKE = re.compile(
    "([\xc2-\xf4])(?=[\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122])"
)
# The remaining patterns match LaTeX outside formulas. They are applied separately to each piece of
# text between two formulas, so the context of its ends is unknown.
# Math commands that the importer keeps even outside formulas.
_MATH_COMMANDS = word_list("latex_math_commands")
_COMMAND = re.compile(rf"\\(?!(?:{'|'.join(_MATH_COMMANDS)})(?![A-Za-z]))")
# Braces after _ or ^ belong to a subscript or superscript.
_GROUP = re.compile(r"(?<![_^])\{(?=[{} ]*(?:[^\W_][^,;=|:\\{}$]*)?(?:[{}$]|\Z))")
_QUOTE = re.compile(r"`(?=`)")
_ADDRESS = r"https?://[^\s{}]{1,2000}"
_TIE = re.compile(
    rf"{_ADDRESS}"
    r"|(?:(?<=[^\W\d_]{2})|(?<=[.,:;)\]\d$])|^)~(?=[^\W\d_]|[\\{\[$]|\Z)"
    r"|(?:(?<=[^\W\d_]{2})|(?<=[.,)]))~(?=[\d(])"
    r"|~(?=-)"
)
_DASH = re.compile(rf"{_ADDRESS}|(?<![-\s])-{{2,3}}(?!-)|(?<!-)-{{2,3}}(?=\s|\Z)")
_LONGEST_FORMULA = 700


def escaped(text: str) -> str:
    """Insert word joiners into everything that the importer would read as markup."""
    if "&" in text:
        text = _ENTITY.sub(rf"\g<0>{_MARK}", text)
    if "<" in text or "]]>" in text:
        text = _TAG.sub(rf"\g<0>{_MARK}", text)
    parts = formulas(text)
    parts[::2] = map(_without_latex, parts[::2])
    text = "".join(parts)
    if text.startswith("{"):
        # The importer removes braces around a whole title.
        text = _MARK + text
    return without_mojibake(text.replace(_MARK, JOINER))


def without_ligatures(text: str) -> str:
    """Keep `--` from becoming a dash, and two backquotes from becoming a quotation mark.

    For text with escaped dollars, which contains no formulas. `escaped` includes this.
    """
    return _without_ligatures(text).replace(_MARK, JOINER)


def without_mojibake(text: str) -> str:
    """Keep accented characters that look like wrongly decoded UTF-8 from being repaired."""
    if _MOJIBAKE.search(text) and ftfy.fix_encoding(text) != text:
        return _MOJIBAKE.sub(rf"\1{JOINER}", text)
    return text


def formulas(text: str) -> list[str]:
    """Split `text` at its formulas; every second piece is a formula with its dollars.

    Returns `[text]` unless the importer reads all pairs of dollars as formulas.
    """
    pieces = text.split("$")
    if len(pieces) < 3 or len(pieces) % 2 == 0:
        return [text]
    for place in range(1, len(pieces), 2):
        before, content, after = pieces[place - 1 : place + 2]
        tight = not content[:1].isspace() and not content[-1:].isspace()
        is_formula = (tight and not after[:1].isdigit()) or any(mark in content for mark in "\\^_=")
        if (
            not content
            or len(content) > _LONGEST_FORMULA
            or "\n\n" in content
            or before.endswith("\\")
            or content.endswith("\\")
            or not is_formula
        ):
            return [text]
        pieces[place] = f"${content}$"
    return pieces


def _without_latex(text: str) -> str:
    if "\\" in text:
        text = _COMMAND.sub(rf"\\{_MARK}", text)
    if "{" in text:
        text = _GROUP.sub(f"{{{_MARK}", text)
    if "~" in text:
        text = _TIE.sub(lambda found: f"~{_MARK}" if found[0] == "~" else found[0], text)
    return _without_ligatures(text)


def _without_ligatures(text: str) -> str:
    if "``" in text:
        text = _QUOTE.sub(f"`{_MARK}", text)
    if "--" in text:
        text = _DASH.sub(
            lambda found: _MARK.join(found[0]) if found[0][0] == "-" else found[0], text
        )
    return text
