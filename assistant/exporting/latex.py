"""Texts, names and tags as LaTeX in BibTeX files.

Special characters are escaped, except in formulas, and whatever the import would take for markup,
so that it reads the same text back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.exporting.escaping import (
    JOINER,
    escaped,
    formulas,
    without_ligatures,
    without_mojibake,
)
from assistant.reading.bibtex_parser import NEXT_ENTRY
from assistant.reference import CslName

_ESCAPES = str.maketrans(
    {
        **{mark: f"\\{mark}" for mark in "%&#_$"},
        "\\": "\\textbackslash{}",
        # BibTeX counts escaped braces too, so \{ would be unbalanced.
        "{": "\\textbraceleft{}",
        "}": "\\textbraceright{}",
        "^": "\\textasciicircum{}",
        "~": "\\textasciitilde{}",
    }
)
# White space that LaTeX would collapse or drop.
_WIDE_SPACE = re.compile(r"(?<=\s)[^\S\n]|[^\S\n ]|[^\S\n](?=\n|\Z)|(?<!\S)[^\S\n]")
# Text that parsers read as the start of another entry.
_ENTRY = re.compile(r"@(?=[ \t]*[A-Za-z]\w*\s*[({])")
_NEXT_ENTRY = re.compile(rf"(?!\A)(?:{NEXT_ENTRY.pattern})@", NEXT_ENTRY.flags)
_NEEDS_BRACES = re.compile(
    r"[,;]|\band\b|\bet\.?\s*al\.?$|^others$|^\\|^(?:given|prefix|family|suffix|use\w+)(?:-i)?\s*=",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|[ivx]{1,4}|\d(?:st|nd|rd|th))\.?", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
_ESCAPED_BRACE = re.compile(r"\\[{}]")
_BRACES = {"\\{": "\\textbraceleft{}", "\\}": "\\textbraceright{}"}
_PERCENT = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def latex(text: str) -> str:
    """`text` as LaTeX; each line becomes a paragraph."""
    text = escaped(text)
    if text.split(" ") != text.split():
        text = _WIDE_SPACE.sub(lambda space: f"&#{ord(space[0])};", text)
    if "@" in text:
        text = _ENTRY.sub(f"@{JOINER}", text)
    pieces = formulas(without_mojibake(text))
    if not all(map(_is_latex, pieces[1::2])):
        pieces = ["".join(pieces)]
    pieces[::2] = map(_latex_escaped, pieces[::2])
    # A blank line ends a paragraph; each further empty line becomes a \par{}.
    return re.sub(r"\n+", lambda ends: "\n\n" + "\\par{}" * (len(ends[0]) - 1), "".join(pieces))


def _is_latex(formula: str) -> bool:
    """Whether a formula needs no escaping: balanced braces, one line, no entities."""
    return "&#" not in formula and "\n" not in formula and _is_balanced(formula)


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in _BRACE.findall(text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _latex_escaped(text: str) -> str:
    # The importer reads \textasciitilde{} as a space, so a tilde is written as an entity.
    return without_ligatures(text).replace("~", "&#126;").translate(_ESCAPES)


def braced(text: str) -> str:
    """`text` as the value of a field; "" stays empty."""
    return f"{{{text}}}" if text else ""


def verbatim(text: str) -> str:
    """LaTeX of a user as the value of a field: as it is, unless it would end the field."""
    if not _is_balanced(_ESCAPED_BRACE.sub("", text)):
        return braced(latex(text))
    if not _is_balanced(text):
        # BibTeX counts escaped braces too.
        text = _ESCAPED_BRACE.sub(lambda brace: _BRACES[brace[0]], text)
    return braced(_NEXT_ENTRY.sub(r"\g<0>{}", text))


def page_range(page: str) -> str:
    """Pages with the two hyphens that LaTeX makes a dash."""
    written = latex(page)
    return written.replace("-", "--") if "--" not in written else written


def name_list(names: Sequence[CslName], others: bool = False) -> str:
    """Names separated by `and`; `others` adds `and others`."""
    return " and ".join([*map(_name, names), *(["others"] if others and names else [])])


def _name(name: CslName) -> str:
    """`von Last, Jr, First`; names that are not divided are in braces."""
    family, given = name.get("family", ""), name.get("given", "")
    suffix = name.get("suffix", "")
    particles = (name.get("dropping-particle", ""), name.get("non-dropping-particle", ""))
    particle = " ".join(filter(None, particles))
    if not family:
        return _in_braces(name.get("literal") or " ".join(filter(None, (given, particle))))
    last = " ".join(filter(None, (_protected(particle), _family(family))))
    if given or suffix:
        first = _protected(given) if given else "{}"
        return ", ".join((last, *([_suffix(suffix)] if suffix else []), first))
    return last if particle or " " not in last else _in_braces(family)


def _in_braces(text: str) -> str:
    written = latex(text)
    # A pair of braces around a command is that of a letter.
    return f"{{{{{written}}}}}" if written.startswith("\\") else f"{{{written}}}"


def _family(family: str) -> str:
    """In braces if it has a small word inside, which would begin the family name."""
    first, *rest = family.split()
    is_split = not first[:1].islower() and any(word[:1].islower() for word in rest[:-1])
    return braced(latex(family)) if is_split else _protected(family)


def _suffix(suffix: str) -> str:
    return suffix if _SUFFIX.fullmatch(suffix) else braced(latex(suffix))


def _protected(part: str) -> str:
    written = latex(part)
    return braced(written) if _NEEDS_BRACES.search(written) else written


def tag_list(tags: tuple[str, ...]) -> str:
    """Tags separated by commas, or by semicolons if a tag contains a comma."""
    written = [tag.translate(_ESCAPES) for tag in tags]
    if any("," in tag for tag in tags) or any(";" in tag for tag in tags):
        return "; ".join(written) + ";"
    return ", ".join(written)


def identifier(text: str) -> str:
    """An identifier or URL: no LaTeX escapes, but percent-encoded braces and backslashes."""
    return text.translate(_PERCENT)
