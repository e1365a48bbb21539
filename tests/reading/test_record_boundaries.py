"""Where records begin and end in tagged files as programs, databases and people leave them."""

from __future__ import annotations

import pytest

from assistant.paper import Paper
from assistant.reading import Failure, read_bytes

PAPER = Paper(
    title="Soil water in a dry valley",
    abstract="Soil was wet in spring. It dried later.",
    authors=("Jane Doe", "Richard A. Roe"),
    published="2016",
    doi="10.1000/w14",
    tags=("soil", "water"),
    source="x",
)
SECOND = Paper(title="Of owls", abstract="Owls sleep by day.", authors=("Ada Lee",), source="x")


def read(data: str | bytes, encoding: str = "utf-8") -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    raw = data.encode(encoding) if isinstance(data, str) else data
    papers = [
        paper.model_copy(update={"reference": PAPER.reference})
        for paper in read_bytes(raw, "x", failures.append)
    ]
    return papers, failures


ENDNOTE_FIELDS = [
    "%A Doe, Jane",
    "%A Roe, Richard A.",
    "%T Soil water in a dry valley",
    "%D 2016",
    "%X Soil was wet in spring. It dried later.",
    "%K soil; water",
    "%R 10.1000/w14",
    "%V 3",
]
ENDNOTE_TYPE = "%0 Journal Article"
ENDNOTE_SECOND = ["%A Lee, Ada", "%T Of owls", "%X Owls sleep by day."]
RIS_FIELDS = [
    "A1  - Doe, Jane",
    "A1  - Roe, Richard A.",
    "T1  - Soil water in a dry valley",
    "PY  - 2016",
    "AB  - Soil was wet in spring. It dried later.",
    "KW  - soil",
    "KW  - water",
    "DO  - 10.1000/w14",
    "VL  - 3",
]
RIS_TYPE = "TY  - JOUR"
RIS_SECOND = ["A1  - Lee, Ada", "T1  - Of owls", "AB  - Owls sleep by day."]
END = "ER  - "


def with_type(fields: list[str], kind: str, place: int) -> list[str]:
    return [*fields[:place], kind, *fields[place:]]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n \n\t\n", "\n\ufeff", "\n\n\ufeff"])
@pytest.mark.parametrize("first", range(len(ENDNOTE_FIELDS) + 1))
@pytest.mark.parametrize("second", range(4))
def test_the_type_of_endnote_in_any_line(first: int, second: int, between: str) -> None:
    one = "\n".join(with_type(ENDNOTE_FIELDS, ENDNOTE_TYPE, first))
    two = "\n".join(with_type(ENDNOTE_SECOND, ENDNOTE_TYPE, second))
    assert read(f"{one}\n") == ([PAPER], [])
    if between == "\n" and first and second == 0 and first >= 3:
        # The second type ends the record of the first, which has one.
        assert read(f"{one}\n{two}\n") == ([PAPER, SECOND], [])
    elif between != "\n" or (first > 3 and second > 2):
        assert read(f"{one}{between}{two}\n") == ([PAPER, SECOND], [])


@pytest.mark.parametrize("first", range(len(RIS_FIELDS) + 1))
@pytest.mark.parametrize("second", range(4))
@pytest.mark.parametrize("end", [END, "ER", "ER -", "ER  - x", "ER\t-"])
def test_the_type_of_ris_in_any_line(first: int, second: int, end: str) -> None:
    one = "\n".join([*with_type(RIS_FIELDS, RIS_TYPE, first), end])
    two = "\n".join([*with_type(RIS_SECOND, RIS_TYPE, second), end])
    assert read(f"{one}\n") == ([PAPER], [])
    assert read(f"{one}\n{two}\n") == ([PAPER, SECOND], [])
    assert read(f"{one}\n\n{two}") == ([PAPER, SECOND], [])


@pytest.mark.parametrize("place", [0, *range(3, len(RIS_FIELDS) + 1)])
def test_records_of_ris_without_ends(place: int) -> None:
    one = "\n".join(with_type(RIS_FIELDS, RIS_TYPE, place))
    two = "\n".join(with_type(RIS_SECOND, RIS_TYPE, 0))
    assert read(f"{one}\n{one}\n{two}\n{two}\n") == ([PAPER, PAPER, SECOND, SECOND], [])
    assert read(f"{one}\n\n{two}") == ([PAPER, SECOND], [])
    assert read(f"{one}\n{two}\n{END}\n") == ([PAPER, SECOND], [])
    # What is not in one of them is no reason to leave it out.
    bare = f"{RIS_TYPE}\nT1  - Of owls\n"
    papers, failures = read(bare + bare + RIS)
    assert ([paper.title for paper in papers], failures) == (["Of owls"] * 2 + [PAPER.title], [])


RIS = "\n".join([RIS_TYPE, *RIS_FIELDS, END])
RIS_TWO = "\n".join([RIS_TYPE, *RIS_SECOND, END])
ENDNOTE = "\n".join([ENDNOTE_TYPE, *ENDNOTE_FIELDS])
ENDNOTE_TWO = "\n".join([ENDNOTE_TYPE, *ENDNOTE_SECOND])
PUBMED = """PMID- {}
OWN - NLM
TI  - Soil water in a dry valley
AB  - Soil was wet in spring. It dried later.
FAU - Doe, Jane
FAU - Roe, Richard A.
DP  - 2016
OT  - soil
OT  - water
AID - 10.1000/w14 [doi]
SO  - J Soil. 2016;3"""
WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AF Doe, Jane
   Roe, Richard A.
TI Soil water in a dry valley
AB Soil was wet in spring. It dried later.
PY 2016
DE soil; water
DI 10.1000/w14
ER

EF"""
REFWORKS = """RT Journal Article
A1 Doe, Jane
A1 Roe, Richard A.
T1 Soil water in a dry valley
AB Soil was wet in spring. It dried later.
YR 2016
K1 soil
K1 water
DO 10.1000/w14"""
COCHRANE = """Record #1 of 1
ID: CN-01234
AU: Doe, Jane
AU: Roe, Richard A.
TI: Soil water in a dry valley
YR: 2016
DOI: 10.1000/w14
KY: soil; water
AB: Soil was wet in spring. It dried later."""
FORMS = {
    "RIS": RIS,
    "EndNote": ENDNOTE,
    "PubMed": PUBMED.format(123),
    "Web of Science": WOS,
    "RefWorks": REFWORKS,
    "Cochrane": COCHRANE,
}
MARK = "\ufeff"


def without_pmid(found: tuple[list[Paper], list[Failure]]) -> tuple[list[Paper], list[Failure]]:
    papers, failures = found
    return [paper.model_copy(update={"pmid": None}) for paper in papers], failures


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "between",
    [
        *("\n", "\r\n", "\r", "\n\n", "\r\r\n", "\n\x0c\n", "\n\x0c", "\u2028", "\x85", "\n\x1a\n"),
        *(f"\n{MARK}", f"\r\n{MARK}", f"\n{MARK}{MARK}\n", f"{MARK}", f"\n\n{MARK}\n", "\nï»¿"),
        *("\n\u200b", "\n\u200e", "\n\xa0\n"),
    ],
)
def test_files_that_were_joined(form: str, between: str) -> None:
    text = FORMS[form]
    assert without_pmid(read(f"{text}{between}{text}\n")) == ([PAPER, PAPER], [])
    assert without_pmid(read(f"{MARK}{text}{between}{text}")) == ([PAPER, PAPER], [])


@pytest.mark.parametrize("form", ["RIS", "EndNote", "PubMed"])
def test_files_that_were_joined_without_a_line_end(form: str) -> None:
    text = FORMS[form]
    assert without_pmid(read(f"{text}{text}\n{text}")) == ([PAPER] * 3, [])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n", *"\u2028\u2029\x85\x0b\x0c"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_line_ends_of_every_kind(form: str, end: str, encoding: str) -> None:
    text = FORMS[form].replace("\n", end)
    assert without_pmid(read(f"{text}{end}{end}{text}{end}", encoding)) == ([PAPER, PAPER], [])


@pytest.mark.parametrize("form", FORMS)
def test_line_ends_of_several_kinds_in_one_file(form: str) -> None:
    kinds = ("\n", "\r\n", "\r", "\u2028", "\x0c\n", "\x85")
    lines = FORMS[form].split("\n") * 2
    text = "".join(f"{line}{kinds[number % len(kinds)]}" for number, line in enumerate(lines))
    assert without_pmid(read(text)) == ([PAPER, PAPER], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - ", " - "),
        ("  - ", "- "),
        ("  - ", "  -"),
        ("  - ", " -"),
        ("  - ", "-"),
        ("  - ", "   -  "),
        ("  - ", "\t- "),
        ("  - ", "\t-\t"),
        ("  - ", "  -\t"),
        ("  - ", "\xa0\xa0- "),
        ("  - ", "\xa0\xa0-\xa0"),
        ("  - ", "\u3000－\u3000"),
        ("  - ", "  \uff0d "),
        ("  - ", "  \u2013 "),
        ("  - ", "  \u2014 "),
        ("  - ", "  \u2212 "),
        ("  - ", "  \u2010 "),
        ("  - ", "  \u2011 "),
        ("  - ", " \u2013 "),
        ("\n", "\n "),
        ("\n", "\n    "),
        ("\n", "\n\t"),
        ("\n", "\n\xa0"),
        ("\n", "\n\u200b"),
        ("\n", "\n\n"),
        ("\n", "  \n"),
        ("\n", "\xa0\n"),
    ],
)
@pytest.mark.parametrize("small", [False, True])
def test_tags_of_ris_as_databases_write_them(old: str, new: str, small: bool) -> None:
    text = f"{RIS}\n\n{RIS_TWO}\n"
    if small:
        lines = text.split("\n")
        text = "\n".join(line[:2].lower() + line[2:] for line in lines)
    assert read(text.replace(old, new)) == ([PAPER, SECOND], [])


@pytest.mark.parametrize("tag", ["TI", "AB", "KW", "DO", "ER", "A1"])
@pytest.mark.parametrize("gap", ["  -", " - ", "\t- ", "   - ", "  – ", "  － ", "\xa0\xa0- "])
def test_one_tag_of_ris_that_is_written_otherwise(tag: str, gap: str) -> None:
    text = f"{RIS}\n{RIS_TWO}".replace("T1  - ", "TI  - ")
    assert read(text.replace(f"{tag}  - ", f"{tag}{gap}")) == ([PAPER, SECOND], [])


@pytest.mark.parametrize("tag", ["ti", "Ti", "ab", "er", "Er", "a1", "kw"])
def test_one_tag_of_ris_in_small_letters(tag: str) -> None:
    text = f"{RIS}\n{RIS_TWO}".replace("T1  - ", "TI  - ")
    assert read(text.replace(f"{tag.upper()}  - ", f"{tag}  - ")) == ([PAPER, SECOND], [])


@pytest.mark.parametrize(
    "line",
    [
        *(
            "ER-positive tumours",
            "T1-weighted images",
            "AB-negative blood",
            "MS - multiple",
            "an - x",
        ),
        *("IN - THE NEWS", "A1-antitrypsin", "id - like", "ER stress", "SN-38 - a drug"),
    ],
)
def test_lines_of_an_abstract_that_look_like_tags(line: str) -> None:
    text = f"{RIS_TYPE}\nTI  - Of cells\nAB  - We look at\n{line} here.\nPY  - 2016\n{END}\n"
    (paper,), failures = read(text)
    assert (paper.abstract, failures) == (f"We look at\n{line} here.", [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n%", "\n %"),
        ("\n%", "\n\xa0%"),
        ("\n%", "\n\u200b%"),
        ("\n%", "\n\n%"),
        ("%", "\uff05"),
        (" ", "\t"),
        (" ", "  "),
        (" ", "\xa0"),
        (" ", "\u3000"),
        (" ", ""),
    ],
)
def test_tags_of_endnote_as_programs_write_them(old: str, new: str) -> None:
    def written(text: str) -> str:
        if old == " ":
            lines = text.split("\n")
            return "\n".join(line[:2] + new + line[3:] if line else "" for line in lines)
        return text.replace(old, new)

    assert read(written(f"{ENDNOTE}\n\n{ENDNOTE_TWO}\n")) == ([PAPER, SECOND], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- ", "-"),
        ("- ", "-\t"),
        ("- ", "- \xa0"),
        ("- ", "\uff0d "),
        ("\n", "\n "),
        ("\n", "\n\n"),
        ("  - ", "\xa0\xa0- "),
        ("  - ", " - "),
        ("  - ", "\t- "),
        ("PMID-", "PMID -"),
        ("PMID-", "pmid-"),
    ],
)
def test_tags_of_pubmed_as_programs_write_them(old: str, new: str) -> None:
    text = f"{PUBMED.format(123)}\n\n{PUBMED.format(124)}\n".replace(old, new)
    assert without_pmid(read(text)) == ([PAPER, PAPER], [])


@pytest.mark.parametrize(
    "old_new", [("\n", "\n "), (" ", "\t"), (" ", "\xa0"), ("\n", "\n\n"), ("ER\n", "ER \n")]
)
def test_tags_of_web_of_science_as_programs_write_them(old_new: tuple[str, str]) -> None:
    old, new = old_new
    lines = WOS.split("\n")
    if old == " ":
        lines = [line[:2] + new + line[3:] if line[2:3] == " " else line for line in lines]
    text = "\n".join(lines)
    text = text if old == " " else text.replace(old, new)
    assert read(f"{text}\n{text}\n") == ([PAPER, PAPER], [])


@pytest.mark.parametrize(
    "leftover",
    [
        "",
        "\n\n\n",
        "NL  - Shoulder J",
        "C1  - Database: Embase <1980 to 2024 Week 25>",
        "NL  - x\n\nLink to the text: http://x.example\n\nC1  - Database\n\nSearch Strategy:\n---",
        "1     exp shoulder/ (1000)\n2     1 and 2",
        "# a comment\n% another\n// a third",
        "\x1a",
        "END OF FILE",
        "ER  - ",
        "ER  - \nER  - ",
        "EF",
        "<br>",
        "NL  - x\nER  - ",
    ],
)
def test_what_stands_behind_the_end_of_a_record_is_none(leftover: str) -> None:
    assert read(f"{RIS}\n{leftover}\n\n2. \n{RIS_TWO}\n{leftover}\n") == ([PAPER, SECOND], [])


@pytest.mark.parametrize("tags", ["AB", "DO", "KW", "UR", "N2 DO"])
def test_values_behind_the_end_of_a_record_are_reported_once(tags: str) -> None:
    lines = "\n".join(f"{tag}  - Some value" for tag in tags.split())
    papers, failures = read(f"{RIS}\nNL  - x\n\n{lines}\n{lines}\nC1  - y\n\n{RIS_TWO}\n{lines}\n")
    assert papers == [PAPER, SECOND]
    expected = f"{', '.join(tags.split())} behind the end of a record (ER)"
    assert [failure.where for failure in failures] == ["x:12", f"x:{25 if ' ' in tags else 23}"]
    assert all(failure.why.startswith(expected) for failure in failures)


def test_a_record_without_a_type_behind_an_end() -> None:
    two = "\n".join([*RIS_SECOND, END])
    assert read(f"{RIS}\n{two}\n{RIS}\n") == ([PAPER, SECOND, PAPER], [])
    assert read(f"{RIS}\n" + "\n".join(RIS_SECOND) + f"\n{RIS}\n") == ([PAPER, SECOND, PAPER], [])


def test_the_type_may_be_missing_everywhere() -> None:
    one, two = "\n".join([*RIS_FIELDS, END]), "\n".join([*RIS_SECOND, END])
    assert read(f"{one}\n\n{two}\n") == ([PAPER, SECOND], [])


def test_records_of_older_programs_between_blank_lines() -> None:
    one, two = "\n".join(ENDNOTE_FIELDS), "\n".join(ENDNOTE_SECOND)
    assert read(f"{one}\n\n{two}\n\n{one}\n") == ([PAPER, SECOND, PAPER], [])
    # Where blank lines are everywhere, they part nothing.
    spaced = "\n\n".join([*ENDNOTE_FIELDS, *ENDNOTE_SECOND])
    assert read(f"{spaced}\n") == ([PAPER, SECOND], [])


def test_programs_that_write_the_type_at_different_places() -> None:
    old = "\n".join(ENDNOTE_SECOND)
    late = "\n".join([*ENDNOTE_FIELDS[:6], ENDNOTE_TYPE, *ENDNOTE_FIELDS[6:]])
    for parts in ([ENDNOTE, late, old], [late, ENDNOTE, late], [old, late, ENDNOTE_TWO, late, old]):
        papers, failures = read("\n\n".join(parts))
        titles = [SECOND.title if part in (old, ENDNOTE_TWO) else PAPER.title for part in parts]
        assert ([paper.title for paper in papers], failures) == (titles, [])
        assert [paper.doi for paper in papers] == [
            None if title == SECOND.title else PAPER.doi for title in titles
        ]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "x\u2028" * 200_000,
            "\u2028x" * 200_000,
            "\ufeffTY  - JOUR" * 5_000,
            "TY  - " * 10_000,
        ),
        *(
            "\n\n%A x" * 6_000,
            "%0 Book\n" * 6_000,
            "\n\n%T x\n%A y" * 5_000,
            "ER  - \n" * 9_000,
        ),
        *(
            "\n\nKW  - x\nTY  - JOUR" * 5_000,
            "é" + "\x1a" * 200_000 + "x",
            "ER  - TY  - JOUR" * 5_000,
        ),
    ],
)
@pytest.mark.parametrize("form", ["RIS", "EndNote"])
def test_hostile_files_end(form: str, text: str) -> None:
    papers, _ = read(f"{FORMS[form]}\n{text}\n")
    assert papers[0].title == PAPER.title
