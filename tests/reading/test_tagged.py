"""RIS, PubMed text and Web of Science text: lines with a tag in front."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest
from hang_guard import hang_guard
from source_support import counts, read_source, read_with, source_of

from assistant.errors import AssistantError
from assistant.paper import Paper
from assistant.reading import dates, endnote_xml, json_lines, pubmed_xml, saved_page, tagged_formats
from assistant.reading.format import Failure, Format
from assistant.reading.reader import read_bytes
from assistant.reading.single_names import given_first

RIS = """Record #1 of 2
Provider: somebody
1.
TY  - JOUR
AU  - Lovelace, Ada
AU  - Turing, Alan M., Jr.; Hopper, Grace
A2  - Editor, An
PY  - 2019
DA  - 2019/03/12/
TI  - A title that goes
   on
AB  - First line of it.
Second line: MS - multiple sclerosis.

XY is no tag.
N2  - First line of it.
KW  - *cats
dogs; owls
KW  - Mice, Nude
XX  - unknown
that goes on
SP  -
DO  - https://doi.org/10.1000/it
DB  - PubMed
AN  - 31452104
UR  - https://arxiv.org/abs/2403.01234; https://example.org
ER  -

2.
TY  - JOUR
T1  - Second
A1  - World Health Organization,
Y1  - 2014///
N2  - Text.
"""
NBIB = """
PMID- 123
OWN - NLM
DP  - 2004 Nov-Dec
TI  - A title that
      goes on.
LID - 10.1000/it [doi]
LID - e12 [pii]
AB  - BACKGROUND: One - two.
      AB - three.
FAU - Lovelace, Ada
AU  - Lovelace A
CN  - The Group, Inc.
OT  - *cats
MH  - Mice, Nude/*genetics/
      growth
MH  - *Owls
SO  - Somewhere. 2004.

PMID- 124
TI  - No abstract.

PMC - PMC9
PMID- 125
TI  - Third.
AB  - Text.
"""
WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Lovelace, A
   Hopper, G
AF Lovelace, Ada
   Hopper, Grace
TI A title that
   goes on
ID ONE; TWO
   THREE
DE cats; mice, nude
AB One.
   IT goes on.
PD MAR 12
PY 2019
DI 10.1000/it
PM 31452104
ER

PT C
TI Second
AB Text.
EA NOV 2018
EF
"""
ATOM = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>'
PUBMED = "<?xml version='1.0'?><PubmedArticleSet><PubmedArticle/></PubmedArticleSet>"
ENDNOTE = "<?xml version='1.0'?><xml><records><record><titles/></record></records></xml>"
PROSE = (
    "A title\n\nTY is a country code, and PT J is nothing; the PMID- prefix is common. "
    + "Many words follow here. " * 20
    + "\n\nTY  - JOUR\nTI  - x\n"
)
FORMATS: tuple[Format, ...] = (
    tagged_formats.RIS,
    tagged_formats.PUBMED_TEXT,
    tagged_formats.WEB_OF_SCIENCE,
    pubmed_xml.FORMAT,
    endnote_xml.FORMAT,
)


def bare(papers: list[Paper]) -> list[Paper]:
    """The papers without their references, which have tests of their own."""
    return [paper.model_copy(update={"reference": {}}) for paper in papers]


def test_ris() -> None:
    papers, failures = read_with(tagged_formats.RIS, RIS)
    assert failures == []
    assert bare(papers) == [
        Paper(
            title="A title that goes on",
            abstract=("First line of it.\nSecond line: MS - multiple sclerosis.\n\nXY is no tag."),
            authors=("Ada Lovelace", "Alan M. Turing Jr.", "Grace Hopper"),
            published="2019-03-12",
            arxiv="2403.01234",
            doi="10.1000/it",
            pmid="31452104",
            url="https://arxiv.org/abs/2403.01234",
            tags=("cats", "dogs", "owls", "Mice, Nude"),
            source="x",
        ),
        Paper(
            title="Second",
            abstract="Text.",
            authors=("World Health Organization",),
            published="2014",
            source="x",
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - T\nAB  - A\nER  - \n" * 2,
        "TY  - JOUR\nTI  - T\nAB  - A\n" * 2,
        "TY - JOUR\nTI - T\nAB - A\nER -\n" * 2,
        "TY  -JOUR\nTI  -T\nAB  -A\nER  -\n" * 2,
        "TY  - JOUR\r\nTI  - T\r\nAB  - A\r\nER  - \r\n\n\r" * 2,
        "TY  - JOUR\rTI  - T\rAB  - A\rER  - \r" * 2,
        "\n\n  TY  - JOUR\n  TI  - T\n  AB  - A\n  ER  - \n" * 2,
        "\ufeffTY  - JOUR\nTI  - T\nAB  - A\nER  - \nTI  - T\nAB  - A",
    ],
)
def test_ris_as_programs_write_it(text: str) -> None:
    assert tagged_formats.RIS.matches(source_of(text).head)
    papers, failures = read_with(tagged_formats.RIS, text)
    assert bare(papers) == [Paper(title="T", abstract="A", source="x")] * 2
    assert failures == []


@pytest.mark.parametrize(
    ("lines", "pmid"),
    [
        ("DB  - MEDLINE\nAN  - 123", "123"),
        ("DP  - NLM\nAN  - 123", "123"),
        ("AN  - 123", None),
        ("DB  - Scopus\nAN  - 123", None),
        ("N1  - seen; PMID: 123 there", "123"),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/123/", "123"),
    ],
)
def test_numbers_in_pubmed(lines: str, pmid: str | None) -> None:
    (paper,), _ = read_with(tagged_formats.RIS, f"TY  - JOUR\nTI  - T\nAB  - A\n{lines}\nER  - ")
    assert paper.pmid == pmid


def test_medline() -> None:
    papers, failures = read_with(tagged_formats.PUBMED_TEXT, NBIB)
    assert failures == []
    assert bare(papers) == [
        Paper(
            title="A title that goes on.",
            abstract="BACKGROUND: One - two. AB - three.",
            authors=("Ada Lovelace", "The Group, Inc."),
            published="2004-11",
            doi="10.1000/it",
            pmid="123",
            tags=("cats", "Mice, Nude", "Owls"),
            source="x",
        ),
        Paper(title="No abstract.", pmid="124", source="x"),
        Paper(title="Third.", abstract="Text.", pmid="125", source="x"),
    ]


def test_web_of_science() -> None:
    papers, failures = read_with(tagged_formats.WEB_OF_SCIENCE, WOS)
    assert failures == []
    assert bare(papers) == [
        Paper(
            title="A title that goes on",
            abstract="One. IT goes on.",
            authors=("Ada Lovelace", "Grace Hopper"),
            published="2019-03-12",
            doi="10.1000/it",
            pmid="31452104",
            tags=("cats", "mice, nude", "ONE", "TWO THREE"),
            source="x",
        ),
        Paper(title="Second", abstract="Text.", published="2018-11", source="x"),
    ]


def test_records_that_are_no_paper_are_failures_one_by_one() -> None:
    papers, failures = read_with(
        tagged_formats.RIS,
        b"TY  - JOUR\nTI  - No abstract\nER  - \n"
        b"TY  - JOUR\nAB  - No title\nER  - \n"
        b"TY  - JOUR\nTI  - T\nAB  - caf\xff\nER  - \n"
        b"TY  - JOUR\nTI  - T\nAB  - A\nER  - \n"
        b"TY  - JOUR\nTI  - T\nAU  - caf\xff",
    )
    assert [(paper.title, paper.abstract) for paper in papers] == [("No abstract", ""), ("T", "A")]
    assert [failure.where for failure in failures] == ["x:4", "x:9", "x:17"]
    assert failures[0].why == "it has no title"
    assert failures[1].why == "character 10 of the line is not text: save the file as UTF-8"


@pytest.mark.parametrize("cut", ["AB  - A text that e", "AU  - Somebo", "AB"])
def test_a_record_that_is_cut_is_a_failure(cut: str) -> None:
    whole = "TY  - JOUR\nTI  - T\nAB  - A\nER  - \n"
    papers, failures = read_with(tagged_formats.RIS, f"{whole}TY  - JOUR\nTI  - T\n{cut}")
    assert (len(papers), [failure.where for failure in failures]) == (1, ["x:5"])
    assert "it was cut" in failures[0].why
    # One without an end is whole where the next one begins.
    papers, failures = read_with(tagged_formats.RIS, f"TY  - JOUR\nTI  - T\n{whole}")
    assert (len(papers), failures) == (2, [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(encoding: str) -> None:
    data = "TY  - JOUR\r\nTI  - Caf\u00e9\r\nAB  - A\r\nER  - ".encode(encoding)
    assert tagged_formats.RIS.matches(source_of(data).head)
    (paper,), failures = read_with(tagged_formats.RIS, data)
    assert (paper.title, failures) == ("Caf\u00e9", [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RIS, "RIS"),
        (NBIB, "PubMed text"),
        ("PMC - PMC9\nPMID- 125\nTI  - Third.\n", "PubMed text"),
        (WOS, "Web of Science text"),
        (PUBMED, "PubMed XML"),
        (ENDNOTE, "EndNote XML"),
        (PROSE, None),
        (ATOM, None),
        ("@article{a,\n title={T},\n abstract={\nTY  - JOUR\nTI  - x}}", None),
        ('{"title": "T", "abstract": "\nTY  - JOUR\nTI  - x"}', None),
        ("<html><pre>\nTY  - JOUR\nTI  - x\n</pre></html>", None),
        ("title,abstract\nTY,PT J\n", None),
        ("AI is here.\nPT Barnum\nWE know.\n", None),
        ("TY  - JOUR\nand then prose\n", None),
    ],
)
def test_formats_are_told_apart(text: str, expected: str | None) -> None:
    assert [known.name for known in FORMATS if known.matches(text)] == ([expected] * bool(expected))
    if expected:
        assert not saved_page.FORMAT.matches(text)
        assert not json_lines.FORMAT.matches(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019/03/12/", "2019-03-12"),
        ("2019/03//", "2019-03"),
        ("2014//", "2014"),
        ("2019/3/2/Spring", "2019-03-02"),
        ("2019-03-12T10:00:00Z", "2019-03-12"),
        ("2019", "2019"),
        ("2004 Nov-Dec", "2004-11"),
        ("2006 Mar 1", "2006-03-01"),
        ("12 March 2019", "2019-03-12"),
        ("March 12, 2019", "2019-03-12"),
        ("18-21 March 2013", "2013-03"),
        ("1 Jan.-Feb. 2019", "2019-01"),
        ("24-27 Sept. 2019", "2019-09"),
        ("2015 Nov 27-Dec 3", "2015-11"),
        ("Spring 2019", "2019"),
        ("2019/13/45", "2019"),
        ("2019 Feb 31", "2019-02"),
        ("in the marches of 2019", "2019"),
        ("0000", None),
        ("", None),
        ("soon", None),
    ],
)
def test_dates(text: str, expected: str | None) -> None:
    assert dates.iso(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Shannon,Claude E.", "Claude E. Shannon"),
        ("Turing, Jr., Alan", "Alan Turing Jr."),
        ("King, Martin L, 3rd", "Martin L King 3rd"),
        ("Fanning E.", "Fanning E."),
        ("Plato", "Plato"),
        ("Lovelace,", "Lovelace"),
        ("Centers for Disease Control, Atlanta, Georgia", None),
        ("", ""),
    ],
)
def test_names(name: str, expected: str | None) -> None:
    assert given_first(name) == (name if expected is None else expected)


RIS_FILES = {
    "example_basic.ris": (1, 0),
    "example_bom.ris": (0, 1),
    "example_custom_list_tags.ris": (0, 1),
    "example_empty_tag.ris": (1, 0),
    "example_extraneous_data.ris": (2, 0),
    "example_full.ris": (2, 0),
    "example_full_without_whitespace.ris": (2, 0),
    "example_full_write.ris": (2, 0),
    "example_multi_unknown_tags.ris": (1, 0),
    "example_multiline.ris": (0, 3),
    "example_single_unknown_tag.ris": (1, 0),
    "example_starting_newlines.ris": (1, 0),
    "example_urls.ris": (4, 0),
    "example_utf_chars.ris": (0, 1),
}
OTHER_RIS_FILES = {"example.ris": (25, 0), "exclude.ris": (1, 0)}
MEDLINE_FILES = {
    "pubmed_result1.txt": (1, 0),
    "pubmed_result2.txt": (4, 0),
    "pubmed_result3.txt": (1, 0),
}


def test_shared_files(shared_data: Path) -> None:
    folder = shared_data / "exports"
    assert counts(tagged_formats.RIS, folder / "ris_rispy", list(RIS_FILES)) == RIS_FILES
    assert (
        counts(tagged_formats.RIS, folder / "csv_ris_litstudy", list(OTHER_RIS_FILES))
        == OTHER_RIS_FILES
    )
    assert (
        counts(tagged_formats.PUBMED_TEXT, folder / "medline_biopython", list(MEDLINE_FILES))
        == MEDLINE_FILES
    )
    wos = {"example_wos.ris": (2, 0)}
    assert counts(tagged_formats.WEB_OF_SCIENCE, folder / "ris_rispy", list(wos)) == wos


def test_each_shared_file_is_of_one_format_at_most(shared_data: Path) -> None:
    for path in (shared_data / "exports").rglob("*.*"):
        if path.stat().st_size:
            head = source_of(path.read_bytes()).head
            assert sum(known.matches(head) for known in FORMATS) <= 1, path.name


def test_damaged_files_never_crash() -> None:
    chance = random.Random(7)
    pieces = [b"\r", b"\x00", b"\xff", b"TY  - JOUR\n", b"ER  - ", b"PMID- 1\n", b"PT J\n", b"<!--"]
    for known, text in (
        (tagged_formats.RIS, RIS),
        (tagged_formats.PUBMED_TEXT, NBIB),
        (tagged_formats.WEB_OF_SCIENCE, WOS),
    ) * 150:
        data = bytearray(text.encode()[: chance.randrange(1, 2 * len(text))])
        for _ in range(chance.randrange(8)):
            place = chance.randrange(len(data) + 1)
            data[place : place + chance.randrange(3)] = chance.choice(pieces)
        try:
            papers, _ = read_with(known, bytes(data))
        except AssistantError:
            continue
        assert len(papers) <= 3 + 8


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - T\nAB  - x\nN1  - x\n" + "more text here\n" * 90_000,
        "TY  - JOUR\nTI  - T\nAB  - A\nUR  - " + ";" * 3_000_000,
        "TY  - JOUR\nTI  - T\nAB  - A\nUR  - x" + " " * 3_000_000 + "x",
        "TY  - JOUR\nTI  - T\nAB  - A\nAU  - " + ", " * 1_500_000,
        "TY  - JOUR\nTI  - T\nAB  - A\n" + "KW  - x\n" * 90_000,
        "TY  - JOUR\nTI  - T\nAB  - A\nN1  - " + "PMID  " * 500_000,
    ],
)
def test_time_grows_with_the_size_and_not_faster(text: str) -> None:
    with hang_guard():
        papers, failures = read_with(tagged_formats.RIS, text)
    # What is too long for a note is reported.
    assert len(papers) + len(failures) == 1


@pytest.mark.parametrize("endless", [("y" * 1_000_000 + "\n") * 40, "KW  - x\n" * 150_000])
def test_a_record_without_end_is_given_up_before_it_fills_the_memory(endless: str) -> None:
    text = "TY  - JOUR\nTI  - T\nAB  - x\n" + endless
    source = source_of(text)
    failures: list[Failure] = []
    tracemalloc.start()
    try:
        papers, failures = read_source(tagged_formats.RIS, source)
        assert bare(papers) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failures == [Failure("x:1", "it is too large for a paper's record")]
    assert peak < 45_000_000


def test_entities_in_keywords_do_not_cut_them() -> None:
    text = "TY  - JOUR\nTI  - Cats\nAB  - They nap.\nKW  - R&amp;D; *Sleep; A*\nER  - \n"
    (paper,) = read_bytes(text.encode(), "a.ris", lambda failure: None)
    assert paper.tags == ("R&D", "Sleep", "A*")


def test_numbers_of_pubmed_as_europe_pmc_and_proquest_write_them() -> None:
    for line in ("UR  - https://europepmc.org/abstract/MED/123", "U2  - PMID: 123"):
        (paper,), _ = read_with(tagged_formats.RIS, f"TY  - JOUR\nTI  - x\n{line}\nER  - \n")
        assert paper.pmid == "123"


@pytest.mark.parametrize(
    "line", ["JO  - arXiv preprint arXiv:2005.12345", "N1  - eprint: arXiv:2005.12345"]
)
def test_arxiv_in_the_place_of_a_journal(line: str) -> None:
    (paper,), _ = read_with(tagged_formats.RIS, f"TY  - JOUR\nTI  - x\n{line}\nER  - \n")
    assert paper.arxiv == "2005.12345"


def test_a_note_on_another_paper_names_none() -> None:
    text = "TY  - JOUR\nTI  - x\nN1  - Extends arXiv:2005.12345\nER  - \n"
    (paper,), _ = read_with(tagged_formats.RIS, text)
    assert paper.arxiv is None
