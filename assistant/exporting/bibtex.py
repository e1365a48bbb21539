"""BibTeX export in UTF-8. LaTeX special characters are escaped, except in formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.exporting.citation_keys import CitationKeys
from assistant.exporting.escaping import (
    JOINER,
    escaped,
    formulas,
    without_ligatures,
    without_mojibake,
)
from assistant.exporting.record import ExportRecord
from assistant.paper import ARXIV_DOI

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
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
_NEEDS_BRACES = re.compile(
    r"[,;]|\band\b|\bet\.?\s*al\.?$|^others$|^(?:given|prefix|family|suffix)\s*=", re.IGNORECASE
)
_PERCENT = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def bibtex(records: Iterable[ExportRecord]) -> Iterator[str]:
    """One entry per record."""
    keys = CitationKeys()
    for record in records:
        lines = [f"  {name} = {value},\n" for name, value in _fields(record) if value]
        yield f"@{_entry_type(record)}{{{keys.key(record)},\n{''.join(lines)}}}\n\n"


def _entry_type(record: ExportRecord) -> str:
    """`misc` for a preprint, because `article` requires a journal."""
    only_arxiv = not record.doi or record.doi.lower().startswith(ARXIV_DOI)
    return "misc" if only_arxiv and not record.pmid else "article"


def _fields(record: ExportRecord) -> Iterator[tuple[str, str]]:
    yield "title", _braced(_latex(record.title))
    yield "author", _braced(" and ".join(map(_author, record.authors)))
    yield "year", _braced(record.published[:4])
    if len(record.published) > 4:
        yield "month", _MONTHS[int(record.published[5:7]) - 1]
    if len(record.published) > 7:
        yield "date", _braced(record.published)
    if record.arxiv:
        yield "eprint", _braced(_identifier(record.arxiv))
        yield "archiveprefix", _braced("arXiv")
    yield "doi", _braced(_identifier(record.doi))
    yield "pmid", _braced(_identifier(record.pmid))
    yield "url", _braced(_identifier(record.url))
    yield "keywords", _braced(_tags(record.tags))
    if record.tldr:
        yield "annote", _braced(_latex(f"TL;DR: {record.tldr}"))
    yield "abstract", _braced(_latex(record.abstract))


def _braced(value: str) -> str:
    return f"{{{value}}}" if value else ""


def _latex(text: str) -> str:
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
    depth = 0
    for mark in re.findall(r"[{}]", formula):
        depth += 1 if mark == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and "&#" not in formula and "\n" not in formula


def _latex_escaped(text: str) -> str:
    # The importer reads \textasciitilde{} as a space, so a tilde is written as an entity.
    return without_ligatures(text).replace("~", "&#126;").translate(_ESCAPES)


def _author(name: str) -> str:
    """`name`, in braces if BibTeX would split it at a comma or at `and`."""
    written = _latex(name)
    return f"{{{written}}}" if ";" in written or _NEEDS_BRACES.search(name) else written


def _tags(tags: tuple[str, ...]) -> str:
    """Tags separated by commas, or by semicolons if a tag contains a comma."""
    written = [tag.translate(_ESCAPES) for tag in tags]
    if any("," in tag for tag in tags) or any(";" in tag for tag in tags):
        return "; ".join(written) + ";"
    return ", ".join(written)


def _identifier(text: str) -> str:
    """An identifier or URL: no LaTeX escapes, but percent-encoded braces and backslashes."""
    return text.translate(_PERCENT)
