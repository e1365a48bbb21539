"""Papers as a library may hold them, as hostile to every format as they can be."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from assistant.paper import Paper
from assistant.reading import fields, identifiers
from assistant.text.sanitizing import sanitized, sanitized_lines

FRAGMENTS = [
    *"\\{}$%&#_^~\"@<>[]()*|`'=-+,;:.!?/ \t",
    *("--", "---", "----", "``", "''", "\n", "\n\n", "\n\n\n", "  ", "\u3000", "\xa0", "\r\n"),
    *("a", "B", "x1", "0", "word", "Title", "and", " and ", "others", "et al.", "of", "the"),
    *("<b>", "</b>", "<i>x</i>", "<sub>2</sub>", "<jats:p>", "</jats:p>", "<p>", "<!--", "-->"),
    *("<math><mi>x</mi></math>", "<think>", "</think>", "<s>", "]]>", "<![CDATA[", "<?xml a?>"),
    *("&amp;", "&lt;b&gt;", "&#38;", "&amp;amp;", "&#x26;lt;", "&nbsp;", "R&D", "&copy"),
    *("$x^2$", "$\\alpha$", "$5 and $10", "$$y$$", "\\(z\\)", "$\\{a,b\\}$", "\\$", "$a_{i}$"),
    *("\\emph{so}", "\\'e", '\\"o', "\\o", "\\textbf{A}", "{GPU}", "{\\em so}", "{{A b}}", "{}"),
    *("\\", "\\\\", "\\n", "C:\\temp", "\\item", "\\begin{itemize}", "\\textbackslash{}"),
    *("~10", "a~b", "Fig.~3", "~--", "https://x.org/~me--a", "http://a.b/c?d=e&lt;f#g_h"),
    *("TY  - JOUR", "ER  - ", "AB  - x", "KW - y", "PMID: 123", "@article{k,", "@misc("),
    *("\\mu", "\\cal{O}", "{\\cal K}", "x_{i}", "_{GPU}", "\\left(", "\\mathcal", "z~2", "ab~2"),
    *("}\n@a{b,", "&NoBreak;", "\\cite{k}"),
    *("é", "Ã©", "â€™", "ü»", "ß", "漢字", "日本", "Ж", "😀", "𝛼", "عربي", "é’s", "ﬁ", "n\u0303"),
    *("title = {x}", "given=Ada", "Family, Given", "Smith, Jr.", "arXiv:1706.03762", "=1+1", "@x"),
    *("ACME, Inc.", "Jr.", "van der", "III", "doi:10.1/x", "null", "None", "crossref = {a}"),
]  # fmt: skip
_PIECES = st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4))
_JOINED = st.lists(_PIECES, min_size=1, max_size=14).map("".join)


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))


# A library holds what an import has cleaned: nothing invisible, and titles, names and tags on one
# line with single spaces. Titles and abstracts have letters, and no abstract says "None".
_TEXTS = (
    _JOINED.map(lambda text: sanitized_lines(text).strip())
    .filter(lambda text: sanitized_lines(text).strip() == text and _has_letter(text))
    .filter(lambda text: fields.abstract(text) == text)
)
_LINES = _JOINED.map(sanitized).filter(lambda text: bool(text) and sanitized(text) == text)

# Names as an importer writes them: without what is beside them, the given name first.
_NAMES = st.one_of(
    _LINES,
    st.sampled_from(
        ["Ashish Vaswani", "Jan van der Berg", "OpenAI", "King, Jr.", "European Commission, DG X",
         "Barnes and Noble", "李 明", "Ludwig van Beethoven", "The ATLAS Collaboration"]
    ),
).filter(lambda name: fields.people([name]) == [name])  # fmt: skip

# Years are those that importers take for years in dates that people wrote.
_DATES = st.one_of(
    st.none(),
    st.integers(1500, 2099).map(str),
    st.tuples(st.integers(1500, 2099), st.integers(1, 12)).map(lambda it: f"{it[0]}-{it[1]:02}"),
    st.dates().filter(lambda day: 1500 <= day.year < 2100).map(str),
)
_ARXIV = st.one_of(st.none(), st.sampled_from(["1706.03762", "2401.00001v3", "math.GT/0309136"]))
_PMID = st.one_of(st.none(), st.integers(1, 999_999_999).map(str))
# What is in no identifier and no address: white space.
_SOLID = _JOINED.map(lambda text: "".join(sanitized(text).split())).filter(
    lambda text: bool(text) and sanitized(text) == text
)
# A mark of punctuation behind a DOI belongs to the text around it, as importers see it: these are
# DOIs as a library has them. The prefix 10.48550 is arXiv's, from which an importer takes arXiv's
# identifier.
_DOI = st.one_of(
    st.none(),
    _SOLID.map(lambda text: f"10.1000/{text}").filter(lambda doi: identifiers.doi(doi) == doi),
    st.just("10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2"),
)
# From addresses at arXiv, DOI and PubMed an importer takes the identifier, so these are of others.
_URL = st.one_of(st.none(), _SOLID.map(lambda text: f"https://example.org/{text}"))


def papers(keeps_tag: Callable[[str], bool] = bool) -> st.SearchStrategy[Paper]:
    """Papers with tags that `keeps_tag`; each tag is there once."""
    return st.builds(
        Paper,
        title=_LINES.filter(_has_letter),
        abstract=st.just("") | _TEXTS,
        authors=st.lists(_NAMES, max_size=4).map(tuple),
        published=_DATES,
        arxiv=_ARXIV,
        doi=_DOI,
        pmid=_PMID,
        url=_URL,
        tags=st.lists(_LINES.filter(keeps_tag), max_size=4, unique=True).map(tuple),
    )
