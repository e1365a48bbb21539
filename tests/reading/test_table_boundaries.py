"""Tables as databases, spreadsheets and people leave them: each has the same two papers."""

from __future__ import annotations

import pytest

from assistant.paper import Paper
from assistant.reading import Failure, read_bytes

HEADER = ["Title", "Authors", "Year", "Abstract", "DOI"]
ROWS = [
    ["Soil water", "Doe, Jane; Roe, R.", "2016", "It was wet.", "10.1000/w14"],
    ["Owls", "Lee, Ada", "2017", "They sleep.", "10.1000/w15"],
]
PAPERS = [
    Paper(
        title="Soil water",
        abstract="It was wet.",
        authors=("Jane Doe", "R. Roe"),
        published="2016",
        doi="10.1000/w14",
        source="x.txt",
    ),
    Paper(
        title="Owls",
        abstract="They sleep.",
        authors=("Ada Lee",),
        published="2017",
        doi="10.1000/w15",
        source="x.txt",
    ),
]


def read(text: str, encoding: str = "utf-8") -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    papers = [
        paper.model_copy(update={"reference": {}})
        for paper in read_bytes(text.encode(encoding), "x.txt", failures.append)
    ]
    return papers, failures


def table(delimiter: str = ",", quote: str = '"', rows: list[list[str]] | None = None) -> str:
    lines = rows or [HEADER, *ROWS]
    return "".join(delimiter.join(f"{quote}{it}{quote}" for it in row) + "\n" for row in lines)


COMMA, TAB = table(), table("\t", "")
OTHER_ORDER = [row[::-1] for row in (HEADER, *ROWS)]
MORE = [[*row[:4], more, row[4]] for row, more in zip((HEADER, *ROWS), "xyz", strict=True)]
SCORES = [[*row, more] for row, more in zip((HEADER, *ROWS), ("Score", "3,14", "2,7"), strict=True)]
SAME = {
    "semicolons": table(";"),
    "tabs": TAB,
    "tabs and quotes": table("\t"),
    "bars": table("|"),
    "bars without quotes": table("|", ""),
    "a mark": "\ufeff" + COMMA,
    "a mark and tabs": "\ufeff" + TAB,
    "a mark that was read wrongly": "ï»¿" + COMMA,
    "spaces around names": COMMA.replace('"Title"', '" Title\xa0"').replace("DOI", " DOI "),
    "small letters": COMMA.replace("Title", "title").replace("Abstract", "ABSTRACT"),
    "spaces behind commas": COMMA.replace('","', '", "'),
    "spaces behind semicolons": table(";").replace('";"', '"; "'),
    "a line for Excel": "sep=;\n" + table(";"),
    "a title": "Search results\n" + COMMA,
    "a title with commas": "Search results for soil, water, and owls\n" + COMMA,
    "lines above": "Results\n\nExported on 2024-01-01\nQuery: soil AND water\nBase: X\n\n" + COMMA,
    "empty cells above": "".join(f'"Line {n}",,,,\n' for n in range(9)) + COMMA,
    "comments above": "# exported\n# by\n# some\n# program\n" + COMMA,
    "the type above, as EndNote has it": "*Generic\n" + TAB,
    "decimal commas": table(";", rows=SCORES),
    "decimal commas without quotes": table("\t", "", rows=SCORES),
    "a column of numbers": "".join(
        f"{n},{line}\n" for n, line in zip(["", "0", "1"], COMMA.splitlines(), strict=True)
    ),
    "columns without names": TAB.replace("\n", "\t\t\n"),
    "rows in quotes": '"Title,Authors,Year,Abstract,DOI"\n'
    + '"Soil water,""Doe, Jane; Roe, R."",2016,It was wet.,10.1000/w14"\n'
    + '"Owls,""Lee, Ada"",2017,They sleep.,10.1000/w15"\n',
    "Markdown": "| Title | Authors | Year | Abstract | DOI |\n|---|:--|---:|---|---|\n"
    + "".join(f"| {' | '.join(row)} |\n" for row in ROWS),
    "empty rows": COMMA + ",,,,\n\n , ,,,\n",
    "a note below": COMMA + "\nTotal: 2 records\n",
    "the end of DOS files": COMMA + "\x1a",
    "the end of DOS files on a line": COMMA + "\x1a\n",
    "no line end": COMMA.rstrip(),
}
TWICE = {
    "the header again": COMMA + COMMA,
    "a mark": COMMA + "\ufeff" + COMMA,
    "a mark instead of a line end": COMMA.rstrip() + "\ufeff" + COMMA,
    "blank lines": COMMA + "\n\n" + COMMA,
    "a title above each": f"Results\n{COMMA}\nResults\n{COMMA}",
    "titles above each": f"Results\nof today\n{COMMA}Results\nof today\n{COMMA}",
    "another order of columns": COMMA + table(rows=OTHER_ORDER),
    "more columns": COMMA + table(rows=MORE),
    "other delimiters": COMMA + table(";"),
    "tabs and then commas": TAB + COMMA,
    "tabs": TAB + "\ufeff" + TAB,
}


@pytest.mark.parametrize("name", SAME)
def test_variants_of_one_table(name: str) -> None:
    assert read(SAME[name]) == (PAPERS, [])


@pytest.mark.parametrize("name", TWICE)
def test_tables_that_were_joined(name: str) -> None:
    assert read(TWICE[name]) == (PAPERS * 2, [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n", *"\u2028\u2029\x85\x0b\x0c"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_line_ends_of_every_kind(end: str, encoding: str) -> None:
    for text in (COMMA, TAB, table(";")):
        assert read(text.replace("\n", end), encoding) == (PAPERS, [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_breaks_in_quotes(end: str) -> None:
    text = COMMA.replace("It was", "It\n\nwas").replace("\n", end)
    papers, failures = read(text)
    assert failures == []
    assert [paper.abstract for paper in papers] == ["It\n\nwas wet.", "They sleep."]
    assert papers[1] == PAPERS[1]


@pytest.mark.parametrize("mark", ['""', '\\"'])
def test_quotes_in_quotes(mark: str) -> None:
    papers, failures = read(COMMA.replace("It was wet", f"It {mark}was{mark}, wet"))
    assert ([paper.abstract for paper in papers], failures) == (
        ['It "was", wet.', "They sleep."],
        [],
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Only a title", "the row is cut: it has 1 of 5 columns"),
        ('"Only,a,2', "a quote is not closed, or has a quote in it that is not doubled"),
        (",Nobody,2016,An abstract.,10.1000/x", "it has no title"),
        ("B\ufdd0,x", None),
    ],
)
def test_a_broken_row_costs_itself(row: str, why: str | None) -> None:
    lines = COMMA.splitlines(keepends=True)
    data = "".join([*lines[:2], f"{row}\n", *lines[2:], *lines[1:]])
    failures: list[Failure] = []
    raw = data.encode().replace("\ufdd0".encode(), b"\xff")
    papers = list(read_bytes(raw, "x.txt", failures.append))
    assert [paper.title for paper in papers] == ["Soil water", "Owls", "Soil water", "Owls"]
    assert [failure.where for failure in failures] == ["x.txt:3"]
    assert why is None or failures[0].why == why


def test_a_paper_that_is_called_like_a_column() -> None:
    text = COMMA + "Title,,2020,On titles.,10.1000/w16\nAuthors,,2020,On authors.,10.1000/w17\n"
    papers, failures = read(text)
    assert ([paper.title for paper in papers[2:]], failures) == (["Title", "Authors"], [])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "é" + "\x1a" * 200_000 + "x",
            "é" + "\ufeff" * 200_000,
            "Title\n" * 6_000,
            "é\ufeff" * 10_000,
        ),
        *(
            "Title,Authors\n" * 5_000,
            '"x' * 10_000,
            '", ' * 100_000,
            ", " * 100_000,
            "|-" * 200_000,
        ),
    ],
)
def test_hostile_files_end(text: str) -> None:
    papers, _ = read(f"{COMMA}{text}\n")
    assert papers[:2] == PAPERS
