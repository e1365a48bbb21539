"""How the lines of each tagged format look, and where its records begin and end.

Programs and databases write tags with fewer or other spaces, in small letters, with a tab or
another dash behind them. What could also be a line of an abstract, such as `T1-weighted images`,
is a tag only in files that write all their tags so, as the first type of a record shows.
"""

from __future__ import annotations

import re

from assistant.reading.tagged import Layout
from assistant.reading.tagged_lines import DASH, Beginning


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


# With fewer spaces than RIS asks for, a tag must be one we know: `MS - multiple sclerosis` in an
# abstract is none.
_RIS_KNOWN = (
    "A[123BDNU]|BT|C[1-8TY]|D[ABOP]|E[DPT]|I[DS]|J[AFO]|KW|L[123AK]|M[1-3]|N[12]|P[BY]|S[NPT]"
    "|T[123AIY]|U[1-5R]|VL|Y[12]"
)
_RIS_TAG = re.compile(
    rf"[ \t]{{0,4}}([A-Z][A-Z0-9](?=  {DASH})|(?:{_RIS_KNOWN})(?=[ \t]{{0,4}}{DASH}(?:\s|$))"
    rf"|(?i:{_RIS_KNOWN}|ER)(?=(?: {{2,4}}|\t){DASH}(?:\s|$))"
    # `ER-positive` is no end.
    rf"|ER(?=[ \t]{{0,4}}(?:{DASH}(?:\s|$)|$)))[ \t]*(?:{DASH}[ \t]?)?(.*)"
)
_RIS_CLOSE_TAG = re.compile(
    rf"[ \t]{{0,4}}((?:{_RIS_KNOWN}|ER)(?=[ \t]{{0,4}}{DASH})|ER(?=[ \t]*$))"
    rf"[ \t]*(?:{DASH}[ \t]?)?(.*)",
    re.IGNORECASE,
)
_RIS_TYPE = re.compile(rf"^[ \t]{{0,4}}(TY)([ \t]{{0,4}}){DASH}(.?)", re.MULTILINE | re.IGNORECASE)

RIS_FIRST = re.compile(
    rf"[ \t]{{0,4}}(?:TY[ \t]{{0,4}}{DASH}(?:[ \t]|$|[A-Z]{{3,}})|(?:{_RIS_KNOWN})(?:  |\t){DASH})",
    re.IGNORECASE,
)
RIS_PROOF = re.compile(
    rf"^[ \t]{{0,4}}(?:TY[ \t]{{0,4}}{DASH}|ER[ \t]{{1,4}}{DASH}[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)


def ris(head: str) -> Layout:
    """The layout of a RIS file with this `plain_head`."""
    found = _RIS_TYPE.search(head)
    is_close = found is not None and not (
        found[1] == "TY" and (len(found[2]) > 1 or not found[3].strip())
    )
    return Layout(
        _RIS_CLOSE_TAG if is_close else _RIS_TAG,
        begins=_tags("TY"),
        titles=_tags("TI T1 CT BT"),
        people=_tags("AU A1"),
        content=_tags("AB N2 DO KW PY Y1 UR"),
        ends=_tags("ER"),
        glued=Beginning("TY  ", re.compile(rf"\bTY  {DASH} ?[A-Z]{{3,6}}\s*$")),
    )


_PUBMED_KNOWN = (
    "PMID|PMCR?|OWN|STAT|DCOM|LR|IS|VI|IP|DP|B?TI|TT|PG|LID|O?AB|CI|FAU|AUI?D?|AD|CN|LA|GR|PT|DEP"
    "|PL|J?TA|JID|SB|OTO?|COIS|EDAT|MHDA|CRDT|PHST|AID|PST|SO|MH|RN|NM|FIR|SI|GN|ISSN|ISBN|MID|BDAT|FED|ED"
)
PUBMED_FIRST = re.compile(
    rf"[ ]{{0,3}}(?:PMID[ \t]{{0,2}}{DASH}[ \t]*[1-9]\d*\s*$|PMC[ \t]{{0,2}}{DASH}[ \t]*PMC\d+\s*$"
    # ERIC's records have no number.
    rf"|OWN[ \t]{{0,2}}{DASH}[ \t]*ERIC\s*$)",
    re.ASCII | re.IGNORECASE,
)
# Lines that continue a value have six spaces in front.
PUBMED = Layout(
    re.compile(
        rf"[ ]{{0,3}}((?=[A-Z0-9 ]{{4}}-)[A-Z][A-Z0-9]{{1,3}}(?= *-)"
        rf"|(?:{_PUBMED_KNOWN})(?=[ \t]{{0,4}}{DASH}(?:\s|$))"
        rf"|(?=[A-Za-z ]{{4}}{DASH})(?i:{_PUBMED_KNOWN})(?=[ ]*{DASH}))[ \t]*{DASH}[ \t]?(.*)"
    ),
    # PubMed Central begins its records with its own number, so no one tag begins all.
    once=_tags("PMID PMC OWN STAT TI"),
    titles=_tags("TI BTI TT"),
    glued=Beginning("PMID- ", re.compile(r"\bPMID- [1-9]\d{0,8}\s*$", re.ASCII)),
)

WEB_OF_SCIENCE_FIRST = re.compile(r"[ ]{0,2}PT[ \t]+[A-Z]\s*$", re.IGNORECASE)


def web_of_science(head: str) -> Layout:
    """The layout of a file of Web of Science with this `plain_head`."""
    # Lines that continue a value have three spaces in front.
    is_small = re.search(r"^[ ]{0,2}pt[ \t]+[A-Za-z]\s*$", head, re.MULTILINE) is not None
    return Layout(
        re.compile(r"[ ]{0,2}([A-Z][A-Z0-9])(?:[ \t](.*)|$)", re.IGNORECASE if is_small else 0),
        begins=_tags("PT"),
        titles=_tags("TI"),
        people=_tags("AU AF"),
        content=_tags("AB DI PM DE ID PY"),
        ends=_tags("ER EF"),
        outside=_tags("FN VR"),
    )


# EndNote's `.enw`, which Google Scholar, ACM, ADS and Zotero export too.
_ENDNOTE_TAG = r"[ \t]{0,4}[%\uff05\ufe6a]([0-9A-Z@!$&(){}\[\]<>~^*+=?#-])"
_ENDNOTE_TYPES = (
    "Journal Article|Book|Book Section|Edited Book|Conference (?:Paper|Proceedings)|Thesis|Report"
    "|Generic|Web Page|Electronic Article|Magazine Article|Newspaper Article|Unpublished Work"
)
ENDNOTE_FIRST = re.compile(
    r"[ \t]{0,4}[%\uff05\ufe6a](?:0[ \t]*[A-Z]|0$|[ABDEJRTUX](?:[ \t]+\S|[A-Z]))", re.IGNORECASE
)


def endnote(head: str) -> Layout:
    """The layout of EndNote's tagged text with this `plain_head`.

    Most programs begin each record with its type. Others write it further down, and older ones
    leave a blank line between the records instead.
    """
    first = ENDNOTE_FIRST.match(head)
    is_close = first is not None and not re.match(r"\W*\w(?:[ \t]|$)", head)
    is_small = re.match(r"\W*[a-z][ \t]", head) is not None
    return Layout(
        re.compile(
            _ENDNOTE_TAG + ("(?:[ \\t]*(.*))" if is_close else r"(?:[ \t]+(.*)|$)"),
            re.IGNORECASE if is_small else 0,
        ),
        begins=_tags("0"),
        titles=_tags("T"),
        people=_tags("A"),
        kinds=(_tags("D"), _tags("J"), _tags("X")),
        apart=True,
        glued=Beginning("%0 ", re.compile(rf"%0 (?:{_ENDNOTE_TYPES})\s*$")),
    )


REFWORKS_FIRST = re.compile(r"[ ]{0,2}RT[ \t]+[A-Z][A-Za-z]")
# Only known tags: abstracts have lines such as "AI systems ...".
REFWORKS = Layout(
    re.compile(
        r"[ ]{0,2}(RT|SR|ID|A[1-6BDNV]|T[1-3]|J[FO]|YR|FD|VO|IS|SP|OP|K1|NO|ED|P[BP]|S[FLN]|LA"
        r"|C[LNR]|OT|LK|DO|D[BS]|IP|R[DS]|ST|U[1-9L]|LL|W[PTV]|OL|PMID|PMCID)(?:[ \t](.*)|$)"
    ),
    begins=_tags("RT"),
    titles=_tags("T1"),
    people=_tags("A1"),
)

COCHRANE_FIRST = re.compile(r"ID[:\uff1a][ \t]?C[DN]-?\d")
# Only known tags: abstracts have lines such as "AIM: ...".
COCHRANE = Layout(
    re.compile(
        r"(ID|AU|TI|SO|YR|VL|NO|PG|PM|XR|PT|KY|DOI|AB|US|CC|Record #)(?:[:\uff1a]|\d)[ \t]?(.*)"
    ),
    begins=_tags("ID"),
    titles=_tags("TI"),
    people=_tags("AU"),
    outside=frozenset({"RECORD #"}),
)

OVID_FIRST = re.compile(r"[ ]{0,3}(?:<\d{1,7}\. ?>\s*$|VN {1,2}- Ovid)")
OVID_PROOF = re.compile(r"^[ ]{0,3}VN {1,2}- Ovid Technologies", re.MULTILINE)
_OVID_WIDE = re.compile(r"^[ ]{0,3}VN  -", re.MULTILINE)


def ovid(head: str) -> Layout:
    """The layout of a file of Ovid with tags, and this `plain_head`."""
    space = "  " if _OVID_WIDE.search(head) else " "
    return Layout(
        re.compile(
            rf"[ ]{{0,3}}(<(?=\d{{1,7}}\. ?>\s*$)|(?:[A-Z][A-Z0-9]|SCORE)(?={space}-(?:\s|$)))"
            rf"(?:\d+\. ?>|{space}-[ \t]?)(.*)"
        ),
        begins=_tags("VN"),
        titles=_tags("TI"),
        outside=_tags("<"),
    )


OVID_LABELS_FIRST = re.compile(r"<\d{1,7}>\s*$")
OVID_LABELS_PROOF = re.compile(
    r"^<\d{1,7}>\s*\n(?:Score\s*\n\s+\S+\s*\n)?"
    r"(?:Unique Identifier|Accession Number|Authors?|Title|Database|Publication Type|VN)\s*\n\s+\S",
    re.MULTILINE,
)
# Values are indented.
OVID_LABELS = Layout(
    re.compile(
        r"(<(?=\d{1,7}>\s*$)|[A-Z][\w/()&-]{1,30}(?: [\w/()&-]{1,30}){0,7}(?=\s*$))(?:\d+>)?\s*()$"
    ),
    begins=frozenset("<"),
    titles=_tags("TITLE"),
)
