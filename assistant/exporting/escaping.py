"""Plain text -> text that the importer's cleaning gives back as it was.

The importer takes markup out of what it reads: entities, tags, LaTeX, wrongly decoded characters.
A text of the library has gone through that, so hardly any still looks like markup; where one does,
the thing is broken up with a word joiner, written as the entity `&#8288;`. The importer decodes
that and drops it, like everything that cannot be seen.
"""

from __future__ import annotations

import re

import ftfy

JOINER = "&#8288;"
"""Stands for nothing, and keeps what is on its two sides apart."""

# While a text is being worked on; no text has one that is visible.
_MARK = "\u2060"

# Elements of HTML, JATS and MathML that the importer takes out.
_ELEMENTS = """
    p br div sec section li list-item ul ol list h1 h2 h3 h4 h5 h6 tr table hr blockquote abstract
    abstracttext disp-formula sub sup inf em strong italic bold sc tt small big font span mark cite
    code monospace underline roman sans-serif strike label xref ext-link uri inline-formula tex-math
    alternatives named-content styled-content inline-graphic graphic email fn td th tbody thead
    def-list abbr math mi mn mo ms mrow msub msup msubsup mfrac msqrt mroot mover munder munderover
    mtext mspace mstyle mtable mtr mtd mlabeledtr mfenced mmultiscripts mprescripts none semantics
    annotation annotation-xml mpadded mphantom menclose merror a b i u q title
""".split()  # noqa: SIM905
_TAG = re.compile(
    rf"<(?=/?(?:(?:jats|mml|m|xhtml|html|ns\d):[a-z][a-z0-9-]*|{'|'.join(_ELEMENTS)})"
    r"(?:\s[^<>]*)?/?>)|<(?=!--|!\[CDATA\[|\?xml)|\](?=\]>)",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?=#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")
_LOOKS_DECODED_WRONGLY = re.compile(
    "([\xc2-\xf4])(?=[\x80-\xbf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122])"
)
# The rest is LaTeX, outside of formulas. Each stretch of text between two of them is looked at
# alone, so its ends may be anything.
# Commands of mathematics, which the importer leaves alone also where there are no dollars.
_MATHEMATICS = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi
    rho sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega approx
    sim simeq times pm mp leq geq le ge neq ll gg equiv propto to rightarrow leftarrow infty partial
    nabla cdot cdots sum prod int frac sqrt log exp sin cos tan max min lim mathcal mathbb mathrm
    mathbf mathfrak cal bar hat tilde vec dot left right langle rangle otimes oplus cup cap subset
    ell hbar odot circ prime forall exists mid perp star ast
""".split()  # noqa: SIM905
_COMMAND = re.compile(rf"\\(?!(?:{'|'.join(_MATHEMATICS)})(?![A-Za-z]))")
# Braces of an index belong to it.
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


def shielded(text: str) -> str:
    """`text` with what the importer would take for markup broken up; hardly ever altered."""
    if "&" in text:
        text = _ENTITY.sub(rf"\g<0>{_MARK}", text)
    if "<" in text or "]]>" in text:
        text = _TAG.sub(rf"\g<0>{_MARK}", text)
    parts = formulas(text)
    parts[::2] = map(_without_latex, parts[::2])
    text = "".join(parts)
    if text.startswith("{"):
        # Braces around a whole title are taken for LaTeX's.
        text = _MARK + text
    return undecodable(text.replace(_MARK, JOINER))


def without_ligatures(text: str) -> str:
    """`text` so that two hyphens are no dash and two accents no quote, as `shielded` does it.

    For text whose dollars are escaped: then its formulas are no formulas to LaTeX.
    """
    return _without_ligatures(text).replace(_MARK, JOINER)


def undecodable(text: str) -> str:
    """`text` so that its accents are not taken for bytes that were decoded wrongly."""
    if _LOOKS_DECODED_WRONGLY.search(text) and ftfy.fix_encoding(text) != text:
        return _LOOKS_DECODED_WRONGLY.sub(rf"\1{JOINER}", text)
    return text


def formulas(text: str) -> list[str]:
    """`text` in pieces, every second one a formula with its dollars.

    All dollars of a text have to make pairs that the importer surely takes for formulas, too.
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
