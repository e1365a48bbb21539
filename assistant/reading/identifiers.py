"""Identifiers as people write them -> their one form: DOI, arXiv id, PMID, PMCID, ISBN, ISSN.

Each function takes the value of a field that is meant for the identifier, or a web address with the
identifier in it, and returns None for anything else. `noted` finds identifiers in notes, where a
label such as "DOI:" tells what they are.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from assistant.reading.cleaning import one_line

# What programs write where there is no identifier.
_BLANK = re.compile(
    r"[\W_0]*|(?:[\[(<]?(?:n\.?\s?/?\s?a\.?|na[nt]|none?|null|nil|unknown|undefined|tba|tbd|missing"
    r"|(?:not|un) ?(?:available|assigned|applicable)|no (?:doi|pmid|pmcid|isbn|arxiv(?: id)?)"
    r"|(?:doi|pmid|pmcid|isbn|arxiv)\W*)[\])>]?)",
    re.IGNORECASE,
)
# Characters of a value; addresses of publishers with a session in them are the longest.
_LONGEST_VALUE = 4_000
_LONGEST_DOI = 400
_LONGEST_NOTE = 20_000
_MOST_LABELS = 100

# Nearly every DOI is written like this, and is what it says.
_ORDINARY_DOI = re.compile(r"10\.\d{4,9}/(?!10\.)[\w.()/-]*\w", re.ASCII)
# The registrant may have parts: 10.1000.10/123.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9})*/\S+")
_REGISTRANT = re.compile(r"(10\.\d{4,9}(?:\.\d{1,9})*)\s?(?:/|%2F)\s?(?:\1/(?=\S))?", re.IGNORECASE)
_BEFORE_DOI = re.compile(
    r"(?:[\s\"'“‘<(\[{]|https?:\s?/{1,2}\s?|(?:(?:www|dx)\.)*doi\.org\s?[/:]|(?:urn|info):(?=doi)"
    r"|digital object identifier[\s:]*"
    r"|doi\s?(?:no\.|number|link|name)?(?:[\s:=/.#–—-]|%3A|(?=10\.))+)*+",
    re.IGNORECASE,
)
_DOI_AGAIN = re.compile(r".*doi(?:\.org/|:)\s?(?=10\.\d{4})", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.|[\w-]+(?:\.[\w-]+)+/)", re.IGNORECASE)
_DOI_IN_ADDRESS = re.compile(
    r"(?:(?<=[/=:])|(?<=%2F)|(?<=%3D))10\.\d{4,9}(?:\.\d{1,9})*(?:/|%2F)\S+", re.IGNORECASE
)
# What publishers put behind a DOI in the addresses of its pages and files.
_PAGE = re.compile(
    r"(?:/(?:full|pdf|epdf|epub|abstract|abs|html|xml|meta|summary|references|citations?|figures"
    r"|fulltext|full-text|pdfft|download|issuetoc|asset|supplementary-material|suppl_file)"
    r"(?:\.\w{2,5})?(?:/[\w.-]*)*|(?:\.(?:full|abstract|short|long|article-info|pdf|html|xml|epub|supplementary"
    r"-material))+)$",
    re.IGNORECASE,
)
_BIORXIV_VERSION = re.compile(r"(?<=\d)v\d{1,2}$")
_AFTER_DOI = re.compile(
    r"\s*(?:\[(?:doi|pii|online)\]|<(?:/|[a-z]+[\s/>])|[\"“”]).*", re.IGNORECASE
)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
_CUT = re.compile(r"[-/_(.]$")
_REST = re.compile(r"(?!(?:19|20)\d\d[.;,]?$)[a-z\d][^\s;,]*\d[^\s;,]*", re.IGNORECASE)

# https://info.arxiv.org/help/arxiv_identifier.html: since April 2007 YYMM.NNNN, since 2015 with
# five digits; before that archive/YYMMNNN.
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|econ|eess|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th"
    "|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|q-fin|quant-ph|solv-int|stat"
    "|supr-con"
)
_ARXIV_NUMBER = (
    r"(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5}"
    rf"|(?:{_ARCHIVES})(?:\.[a-z]{{2}})?/\d\d(?:0[1-9]|1[0-2])\d{{3}}"
)
_ORDINARY_ARXIV = re.compile(rf"({_ARXIV_NUMBER})(v\d{{1,3}})?", re.IGNORECASE | re.ASCII)
_ARXIV_PLACE = (
    r"(?:https?://)?(?:[\w-]+\.)*(?:(?:arxiv|ar5iv|alphaxiv)(?:\.labs)?(?:\.arxiv)?\.org|lanl\.gov)"
    r"/(?:abs|pdf|html|format|ps|e-print|overview)/|(?:https?://)?huggingface\.co/papers/|abs/"
    r"|(?:(?:https?://)?(?:(?:dx|www)\.)?doi\.org/|doi:\s?)?10\.48550/arxiv\.|oai:arxiv\.org:"
    r"|(?:eprint:\s*)?arxiv(?:\.org)?(?:[\s:./]|preprint|e-?prints?,?|id\b|arxiv)*+"
)
# One of these is in each address of that kind.
_ARXIV_SITES = ("xiv", "ar5iv", "lanl.gov", "huggingface.co")
_AFTER_ARXIV = r"(v\d{1,3})?(?:\.pdf)?(?:[?#]\S*)?(?:\s*\[[\w., -]{2,60}\])?[\s.,;:)\]]*"
_ARXIV = re.compile(
    rf"[\s<(\[]*(?:{_ARXIV_PLACE})?({_ARXIV_NUMBER}){_AFTER_ARXIV}", re.IGNORECASE | re.ASCII
)
# "arXiv preprint arXiv:2005.12345" as Google Scholar has it, "arXiv:2302.13971 [cs]" as Zotero,
# "eprint: arXiv:2005.12345" as ADS, "CoRR, abs/2005.12345" as DBLP.
_ARXIV_JOURNAL = re.compile(
    rf"\s*(?:(?:(?:arxiv(?: preprint| e-prints)?|eprint:?|corr),?\s+)?(?:arxiv:\s*|abs/)"
    rf"({_ARXIV_NUMBER})(v\d{{1,3}})?(?![\w/]|\.\d))",
    re.IGNORECASE | re.ASCII,
)

_NUMBER = r"0{0,7}([1-9]\d{0,8})"
_PUBMED_ADDRESS = (
    r"(?:https?://)?(?:(?:www\.|m\.)?(?:pubmed\.)?ncbi\.nlm\.nih\.gov/(?:m/)?(?:pubmed/)?"
    r"|(?:www\.)?pubmed\.gov/|(?:www\.)?europepmc\.org/(?:abstract|article)/MED/)(?:\?term=)?"
)
_PMID = re.compile(
    rf"\s*(?:{_PUBMED_ADDRESS}|(?:info:)?(?:pmid|pubmed(?: ?id)?|medline)[\s:=/#-]*)?"
    rf"{_NUMBER}(?:\.0)?(?:\s*\[[a-z]{{2,9}}\]|[\s.,;:)\]/]|[;,?#&/\s]\s*\S.*)*",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_PMCID = re.compile(
    r"\s*(?:(?:https?://)?(?:[\w-]+\.)*(?:nih\.gov|europepmc\.org|pmc\.gov)/(?:[a-z]+/){0,4})?"
    r"(?:pmc ?id[\s:=#-]*|pubmed ?central(?: id)?[\s:=#-]*|pmc:\s*)?(PMC[\s-]?)?"
    rf"{_NUMBER}(?:\.\d{{1,2}})?(?:\s*\[[^\]]{{0,99}}\]|[\s.,;:)\]/]|[;,?#&/\s]\s*\S.*)*",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)

# Digits with hyphens or single spaces between; 978 or 979 is in front of the longer ones. A hyphen
# may be before them, as in "EISSN-2375-5636".
_ISBN = re.compile(
    r"(?<!\d)(?<!\d-)(?:97[89][- ]?(?:\d[- ]?){9}\d|(?:\d[- ]?){9}[\dX])(?![\w-])", re.IGNORECASE
)
_DASHES = re.compile("[\u2010-\u2015\u2212\xad]")
_ISSN = re.compile(r"(?<!\d)(?<!\d-)(\d{4})[- ]?(\d{3}[\dX])(?![\w-])", re.IGNORECASE)
# Characters of a text whose numbers are remembered.
_LONGEST_KNOWN = 100

# What is in a note one after the other, from the beginning of a line: "PMID: 123; DOI: 10.1000/1",
# "{:PMID: 123}" as CSL has it. Labels that are not known here may be between.
_LABEL = re.compile(
    r"[\s;,|{}(\[:]{0,20}(?:tex\.)?([a-z]{2,20})(?: ?id)?\s{0,3}(?:[:=]|(?<=pmid)\s)\s{0,3}"
    r"([^\s}|]{1,300})",
    re.IGNORECASE,
)


def doi(value: object) -> str | None:
    """The DOI in a text or web address, without what is around it; of several the first."""
    if not isinstance(value, str):
        return None
    if _ORDINARY_DOI.fullmatch(value) and len(value) <= _LONGEST_DOI:
        return value
    if "10" not in value or len(value) > _LONGEST_VALUE:
        return None
    text = one_line(html.unescape(value) if "&" in value else value).replace("\\", "")
    if again := _DOI_AGAIN.match(text):
        text = text[again.end() :]
        return _trimmed_doi(_without_query(text) if again[0].rstrip().endswith("/") else text)
    start = _BEFORE_DOI.match(text)
    begin = start.end() if start else 0
    if text.startswith("10.", begin):
        is_address = "doi.org/" in text[:begin].lower()
        return _trimmed_doi(_without_query(text[begin:]) if is_address else text[begin:])
    found = _DOI_IN_ADDRESS.search(text) if _ADDRESS.match(text, begin) else None
    if found is None:
        return None
    page = unquote(_without_query(found[0]).partition("&")[0])
    name = _trimmed_doi(_PAGE.sub("", page))
    return _BIORXIV_VERSION.sub("", name) if name and name.startswith("10.1101/") else name


def _without_query(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0]


def _trimmed_doi(text: str) -> str | None:
    """The DOI that `text` begins with."""
    for _ in range(2):  # twice: some programs escape what was escaped already
        text = unquote(text) if "%" in text else text
    text = _AFTER_DOI.sub("", _REGISTRANT.sub(r"\1/", text, count=1))
    found = _DOI.match(text)
    if found is None:
        return None
    name = found[0]
    rest = text[found.end() :].strip()
    # A line end or a space within it.
    if rest and _CUT.search(name) and _REST.fullmatch(rest):
        name += rest
    name = name.split(";http", 1)[0].split(",http", 1)[0]
    while name:
        last = name[-1]
        opening = _CLOSING.get(last)
        if last not in ".,;:\"'”’»/`*" and (opening is None or _balanced(name, opening, last)):
            break
        name = name[:-1]
    suffix = name.partition("/")[2]
    is_valid = any(map(str.isalnum, suffix)) and len(name) <= _LONGEST_DOI and "\ufffd" not in name
    return name if is_valid and one_line(name) == name else None


def _balanced(name: str, opening: str, closing: str) -> bool:
    return name.count(opening) >= name.count(closing)


def arxiv(value: object) -> str | None:
    """The arXiv id in a text, web address or DOI, with its version if it has one.

    A number such as 704.0001, which lost its zeros, gets them back.
    """
    if isinstance(value, float):
        value = f"{value:.5f}" if value >= 1500 else f"{value:09.4f}"
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE:
        return None
    if value[:4].lower() == "http" and not any(map(value.lower().__contains__, _ARXIV_SITES)):
        return None  # most addresses: the pattern takes long to tell
    found = _ORDINARY_ARXIV.fullmatch(value) or _ARXIV.fullmatch(value)
    return found[1] + (found[2] or "").lower() if found else None


def arxiv_of_journal(value: str) -> str | None:
    """The arXiv id given as a journal, or at the beginning of a note."""
    found = _ARXIV_JOURNAL.match(value)
    return found[1] + (found[2] or "").lower() if found else None


def pmid(value: object) -> str | None:
    """The PubMed id as text, from text, a number, or an address of PubMed; of lines the first.

    The program pymed writes those of the references below.
    """
    found = _PMID.fullmatch(_digits(value).partition("\n")[0])
    return found[1] if found else None


def pmcid(value: object) -> str | None:
    """The PubMed Central id as "PMC" and its number, from either, or from an address of PMC."""
    text = _digits(value)
    found = _PMCID.fullmatch(text)
    if found is None or (not found[1] and "://" in text):
        return None
    return f"PMC{found[2]}"


def _digits(value: object) -> str:
    """A text, a whole number, or "" for anything else."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_VALUE else ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return str(int(value)) if 0 < value < 10**15 else ""
    return ""


def isbn(value: object) -> str | None:
    """The first ISBN in a text whose check digit is right, as 13 digits."""
    text = _digits(value)
    for found in _ISBN.finditer(_DASHES.sub("-", text)):
        digits = found[0].replace("-", "").replace(" ", "").upper()
        if len(digits) == 10 and _is_isbn_10(digits):
            digits = f"978{digits[:9]}"
            return f"{digits}{-_weighted(digits) % 10}"
        if len(digits) == 13 and _weighted(digits) % 10 == 0:
            return digits
    return None


def _is_isbn_10(digits: str) -> bool:
    return _modulo_11(digits) == 0 and len(set(digits)) > 1


def _weighted(digits: str) -> int:
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))


def _modulo_11(digits: str) -> int:
    """The sum that the check digit of an ISBN of 10 digits, or of an ISSN, makes 0."""
    values = (10 if digit == "X" else int(digit) for digit in digits)
    return sum(value * (len(digits) - place) for place, value in enumerate(values)) % 11


def issn(value: object) -> str | None:
    """The first ISSN in a text whose check digit is right, as `1234-5679`."""
    for found in _ISSN.finditer(_DASHES.sub("-", _digits(value))):
        digits = f"{found[1]}{found[2]}".upper()
        if _modulo_11(digits) == 0 and len(set(digits)) > 1:
            return f"{digits[:4]}-{digits[4:]}"
    return None


def serial_numbers(text: str) -> dict[str, str]:
    """The first ISBN and the first ISSN in a text, as they are written; they may be invalid.

    A record keeps those with a wrong check digit, too: they are reported, but not used.
    """
    return dict(_known_numbers(text) if len(text) < _LONGEST_KNOWN else _numbers_in(text))


# The papers of a journal have its number, in one of few spellings.
@functools.lru_cache(maxsize=4096)
def _known_numbers(text: str) -> dict[str, str]:
    return _numbers_in(text)


def _numbers_in(text: str) -> dict[str, str]:
    numbers = {}
    text = _DASHES.sub("-", text)
    if found := _ISBN.search(text):
        numbers["ISBN"] = found[0]
        text = _ISBN.sub(" ", text)
    if found := _ISSN.search(text):
        numbers["ISSN"] = f"{found[1]}-{found[2]}"
    return numbers


_READERS: dict[str, Callable[[object], str | None]] = {
    "doi": doi,
    "arxiv": arxiv,
    "pmid": pmid,
    "pmcid": pmcid,
    "isbn": isbn,
    "issn": issn,
}


def noted(texts: Iterable[str]) -> dict[str, str]:
    """The identifiers that notes name with a label, by its lower-case form; of each the first.

    Labels are DOI, PMID, PMCID, arXiv, ISBN and ISSN. Only those at the beginning of a line count,
    and those right behind their values: prose may name another paper.
    """
    found: dict[str, str] = {}
    for text in texts:
        if ":" not in text and "=" not in text and "pmid" not in text[:99].lower():
            continue
        for line in text[:_LONGEST_NOTE].split("\n")[:_MOST_LABELS]:
            at = 0
            while label := _LABEL.match(line, at):
                at = label.end()
                kind = label[1].lower()
                if read := _READERS.get(kind):
                    # An ISBN may have spaces in it.
                    rest = line[label.start(2) : label.start(2) + 30] if kind == "isbn" else ""
                    if name := read(label[2].rstrip(";,")) or read(rest):
                        found.setdefault(kind, name)
    return found


def is_blank(value: object) -> bool:
    """Tell whether the value of an identifier says that there is none: "", 0, "n/a", "DOI:"."""
    if value is None or value is False:
        return True
    text = str(value)
    return len(text) < 40 and _BLANK.fullmatch(text.strip()) is not None
