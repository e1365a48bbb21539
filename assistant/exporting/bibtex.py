"""BibTeX, in UTF-8, with what LaTeX would take for a command escaped and formulas as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.exporting.citation_keys import CitationKeys
from assistant.exporting.escaping import JOINER, formulas, shielded, undecodable, without_ligatures
from assistant.exporting.fields import Exported, Fields, fields_of

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ESCAPES = str.maketrans(
    {
        **{mark: f"\\{mark}" for mark in "%&#_$"},
        "\\": "\\textbackslash{}",
        # As commands, because braces have to be in pairs even if they are escaped.
        "{": "\\textbraceleft{}",
        "}": "\\textbraceright{}",
        "^": "\\textasciicircum{}",
        "~": "\\textasciitilde{}",
    }
)
# A space within a line is one to LaTeX, however long it is and of whatever kind.
_WIDE_SPACE = re.compile(r"(?<=\s)[^\S\n]|[^\S\n ]|[^\S\n](?=\n|\Z)|(?<!\S)[^\S\n]")
# What reads like the beginning of another entry.
_ENTRY = re.compile(r"@(?=[ \t]*[A-Za-z]\w*\s*[({])")
_NEEDS_BRACES = re.compile(
    r"[,;]|\band\b|\bet\.?\s*al\.?$|^others$|^(?:given|prefix|family|suffix)\s*=", re.IGNORECASE
)
_NOT_IN_ADDRESSES = {"{": "%7B", "}": "%7D", "\\": "%5C"}
_PERCENT = str.maketrans(_NOT_IN_ADDRESSES)


def bibtex(papers: Iterable[Exported]) -> Iterator[str]:
    """One entry a paper."""
    keys = CitationKeys()
    for exported in papers:
        paper = fields_of(exported)
        lines = [f"  {name} = {value},\n" for name, value in _values(paper) if value]
        yield f"@{_kind(paper)}{{{keys.key(paper)},\n{''.join(lines)}}}\n\n"


def _kind(paper: Fields) -> str:
    """`misc` is what BibTeX has for a preprint, which has no journal."""
    only_arxiv = not paper.doi or paper.doi.lower().startswith("10.48550/arxiv.")
    return "misc" if only_arxiv and not paper.pmid else "article"


def _values(paper: Fields) -> Iterator[tuple[str, str]]:
    yield "title", _braced(_latex(paper.title))
    yield "author", _braced(" and ".join(map(_name, paper.authors)))
    yield "year", _braced(paper.published[:4])
    if len(paper.published) > 4:
        yield "month", _MONTHS[int(paper.published[5:7]) - 1]
    if len(paper.published) > 7:
        yield "date", _braced(paper.published)
    if paper.arxiv:
        yield "eprint", _braced(_address(paper.arxiv))
        yield "archiveprefix", _braced("arXiv")
    yield "doi", _braced(_address(paper.doi))
    yield "pmid", _braced(_address(paper.pmid))
    yield "url", _braced(_address(paper.url))
    yield "keywords", _braced(_tags(paper.tags))
    if paper.tldr:
        yield "annote", _braced(_latex(f"TL;DR: {paper.tldr}"))
    yield "abstract", _braced(_latex(paper.abstract))


def _braced(value: str) -> str:
    return f"{{{value}}}" if value else ""


def _latex(text: str) -> str:
    """`text` in LaTeX, a paragraph for each of its lines."""
    text = shielded(text)
    if text.split(" ") != text.split():
        text = _WIDE_SPACE.sub(lambda space: f"&#{ord(space[0])};", text)
    if "@" in text:
        text = _ENTRY.sub(f"@{JOINER}", text)
    pieces = formulas(undecodable(text))
    if not all(map(_is_latex, pieces[1::2])):
        pieces = ["".join(pieces)]
    pieces[::2] = map(_escaped, pieces[::2])
    # A blank line is one paragraph's end; those after the first have to be told.
    return re.sub(r"\n+", lambda ends: "\n\n" + "\\par{}" * (len(ends[0]) - 1), "".join(pieces))


def _is_latex(formula: str) -> bool:
    """Whether a formula can be written as it is: nothing to decode in it, its braces in pairs."""
    depth = 0
    for mark in re.findall(r"[{}]", formula):
        depth += 1 if mark == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and "&#" not in formula and "\n" not in formula


def _escaped(text: str) -> str:
    # The importer takes \textasciitilde{} for a space, so a tilde is told by its number.
    return without_ligatures(text).replace("~", "&#126;").translate(_ESCAPES)


def _name(name: str) -> str:
    """A name as people write it; braces keep together what has commas or `and` in it."""
    written = _latex(name)
    return f"{{{written}}}" if ";" in written or _NEEDS_BRACES.search(name) else written


def _tags(tags: tuple[str, ...]) -> str:
    """Tags between commas, or semicolons where a tag has a comma."""
    written = [tag.translate(_ESCAPES) for tag in tags]
    if any("," in tag for tag in tags) or any(";" in tag for tag in tags):
        return "; ".join(written) + ";"
    return ", ".join(written)


def _address(text: str) -> str:
    """A name or address, which is not LaTeX; three characters cannot be in it."""
    return text.translate(_PERCENT)
