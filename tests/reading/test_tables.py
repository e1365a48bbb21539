"""Tables: columns are found by their names, and a wrong quote costs its row."""

from __future__ import annotations

import csv
import io
import random
import tracemalloc
from pathlib import Path

import pytest
from source_support import read_source

from assistant.errors import UsageError
from assistant.paper import Paper
from assistant.reading import Failure
from assistant.reading.format import Format, unreported
from assistant.reading.source import HEAD_BYTES, Source
from assistant.reading.tables import table_format

# Papers and failures of each real export; springer.csv and retraction_watch.csv have no abstracts.
EXPECTED = {
    "ieee.csv": (10, 0),
    "ieee_1.csv": (100, 0),
    "retraction_watch.csv": (1, 0),
    "scopus.csv": (58, 0),
    "springer.csv": (18, 0),
}


def read(
    text: str | bytes, table: Format | None = None, name: str = "papers.csv"
) -> tuple[list[Paper], list[Failure]]:
    data = text.encode() if isinstance(text, str) else text
    table = table or table_format()
    with io.BufferedReader(io.BytesIO(data), HEAD_BYTES) as stream:
        source = Source(stream, name)
        assert table.matches(source.head)
        return read_source(table, source)


def rows(*fields: list[str], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(fields)
    return text.getvalue()


@pytest.mark.parametrize("name", EXPECTED)
def test_real_exports(shared_data: Path, name: str) -> None:
    data = (shared_data / "exports" / "csv_ris_litstudy" / name).read_bytes()
    papers, failures = read(data, name=name)
    assert (len(papers), len(failures)) == EXPECTED[name]


def test_real_rows_are_what_the_csv_module_reads(shared_data: Path) -> None:
    path = shared_data / "exports" / "csv_ris_litstudy" / "scopus.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        dois = [row["DOI"] for row in csv.DictReader(file)]
    papers, _ = read(path.read_bytes())
    assert [paper.doi or "" for paper in papers] == dois
    assert papers[0].authors[:2] == ("Phillips J.C.", "Braun R.")
    assert papers[0].tags == ("Biomolecular simulation", "Molecular dynamics", "Parallel computing")
    assert papers[0].published == "2005"


ZOTERO = rows(
    [
        *("Key", "Item Type", "Publication Year", "Author", "Title", "Publication Title", "DOI"),
        *("Url", "Abstract Note", "Date", "Extra", "Manual Tags", "Automatic Tags"),
    ],
    [
        *("AB", "journalArticle", "2024", "van Dyke, Ada", "A title", "A Journal", "10.1000/1"),
        *(
            "https://example.org/p",
            "One\nline more.",
            "2024-03-14",
            "arXiv:2403.01234 [cs]\nPMID: 77",
        ),
        *("logic; graphs", "x"),
    ],
    [
        "B",
        "book",
        "2023",
        "Doe, Jane; Roe, Rick, Jr.",
        "B title",
        "",
        "",
        "",
        "Two.",
        "",
        "",
        "",
        "x",
    ],
)


def test_zotero() -> None:
    papers, failures = read(ZOTERO)
    assert failures == []
    assert papers[0] == Paper(
        title="A title",
        abstract="One\nline more.",
        authors=("Ada van Dyke",),
        published="2024-03-14",
        arxiv="2403.01234",
        doi="10.1000/1",
        pmid="77",
        url="https://example.org/p",
        tags=("logic", "graphs"),
        source="papers.csv",
        reference={
            "type": "article-journal",
            "container-title": "A Journal",
            "note": "arXiv:2403.01234 [cs]\nPMID: 77",
            "custom": {"csv": {"Key": "AB", "Automatic Tags": "x", "entry-type": "journalArticle"}},
        },
    )
    assert papers[1].authors == ("Jane Doe", "Rick Roe Jr.")
    assert (papers[1].published, papers[1].tags) == ("2023", ("x",))


def test_web_of_science() -> None:
    table = (
        "PT\tAU\tTI\tSO\tDE\tAB\tPD\tPY\tDI\tPM\n"
        'J\tDoe, J; Roe, R\tThe "best" of 5" disks\tX\ta; b\tOne.\tMAR 14\t2020\t10.1000/1\t5\n'
        'J\tDoe, J\t"Best" of all\tX\ta; b\t"Quoted" abstract.\tMAR\t2021\t10.1000/2\t\n'
        'J\tDoe, J\tOdd" one\tX\ta; b\tAn abstract.\tMAR\t2022\t10.1000/3\t\n'
        "J\tDoe, J\tLast\tX\ta; b\tAn abstract.\tMAR\t2023\t10.1000/4\t\n"
    )
    papers, failures = read(table)
    assert failures == []
    assert [paper.doi for paper in papers] == [f"10.1000/{n}" for n in range(1, 5)]
    assert papers[0].title == 'The "best" of 5" disks'
    assert papers[0].authors == ("J Doe", "R Roe")
    assert papers[1].authors == ("J Doe",)
    assert (papers[0].pmid, papers[0].published, papers[0].tags) == ("5", "2020", ("a", "b"))
    assert papers[2].title == 'Odd" one'
    table = rows(
        ["Authors", "Author Full Names", "Article Title", "Source Title", "Abstract", "Pubmed Id"],
        ["Doe, J", "Doe, Jane", "A title", "A Journal", "An abstract.", "123"],
    )
    papers, _ = read(table)
    assert (papers[0].title, papers[0].authors, papers[0].pmid) == ("A title", ("Jane Doe",), "123")


def test_scopus_of_today() -> None:
    papers, failures = read(
        rows(
            ["Authors", "Author full names", "Title", "Year", "Source title", "Abstract"],
            ["Doe, J.", "Doe, Jane (572); Roe, Rick (573)", "A title", "2024", "X", "An abstract."],
            ["[No author name available]", "", "B title", "2024", "X", "[No abstract available]"],
            ["[No author name available]", "", "C title", "2024", "X", "Abstract."],
        )
    )
    assert [paper.authors for paper in papers] == [("Jane Doe", "Rick Roe"), (), ()]
    assert [paper.abstract for paper in papers] == ["An abstract.", "", "Abstract."]
    assert failures == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_encodings_and_line_ends(delimiter: str, encoding: str, end: str) -> None:
    table = rows(
        ["Title", "Abstract", "Year"],
        [f"Caf\u00e9{delimiter} one", 'Two "quoted" words.\nA line.', "2020"],
        ["B", "An abstract.", "2021.0"],
        delimiter=delimiter,
    )
    papers, failures = read(table.replace("\r\n", "\n").replace("\n", end).encode(encoding))
    assert failures == []
    assert [paper.title for paper in papers] == [f"Caf\u00e9{delimiter} one".strip(), "B"] or (
        delimiter == "\t"
    )
    assert papers[0].abstract == 'Two "quoted" words.\nA line.'
    assert [paper.published for paper in papers] == ["2020", "2021"]


def test_names_given_win() -> None:
    table = "Titel,Title,Kurzfassung,Summary\nEin Titel,x,Ein Text.,y\n"
    papers, _ = read(table, table_format({"title": "titel", "abstract": "Kurzfassung"}))
    assert [(paper.title, paper.abstract) for paper in papers] == [("Ein Titel", "Ein Text.")]
    assert not table_format({"title": "Titre"}).matches(table)
    assert '"Titre"' in table_format({"title": "Titre"}).expected
    with pytest.raises(UsageError, match="a table has no column for journal"):
        table_format({"journal": "Journal"})


@pytest.mark.parametrize(
    "author",
    [
        *(
            "Ada Lovelace, Alan Turing",
            "Ada Lovelace and Alan Turing",
            "Lovelace, Ada; Turing, Alan",
        ),
        *("Lovelace, Ada and Turing, Alan", "Ada Lovelace|Alan Turing"),
    ],
)
def test_names_of_two(author: str) -> None:
    papers, _ = read(rows(["title", "abstract", "authors"], ["A", "B", author]))
    assert papers[0].authors == ("Ada Lovelace", "Alan Turing")


@pytest.mark.parametrize(
    ("author", "name"),
    [("Knuth, Donald E.", "Donald E. Knuth"), ("de la Cruz, Ana", "Ana de la Cruz")],
)
def test_name_of_one(author: str, name: str) -> None:
    papers, _ = read(rows(["title", "abstract", "authors"], ["A", "B", author]))
    assert papers[0].authors == (name,)


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        " ",
        "[No abstract available]",
        "No abstract available.",
        "n/a",
        "NaN",
        "None",
        "-",
        "---",
    ],
)
def test_what_is_no_abstract(abstract: str) -> None:
    papers, failures = read(rows(["Title", "Abstract", "Summary"], ["A", abstract, ""]))
    assert (papers, failures) == ([Paper(title="A", source="papers.csv")], [])
    papers, _ = read(rows(["Title", "Abstract", "Summary"], ["A", abstract, "A summary."]))
    assert papers[0].abstract == "A summary."


def test_a_table_of_titles_is_one_of_papers_only_with_another_column_of_theirs() -> None:
    papers, failures = read("Title,DOI\nA,10.1000/1\n")
    assert (papers[0].doi, papers[0].abstract, failures) == ("10.1000/1", "", [])
    papers, failures = read("Title,Year,Kind\nStalker,1979,film\n")
    assert papers == []
    assert "name one with --columns" in failures[0].why


def test_an_abstract_under_another_name_is_not_lost_in_silence() -> None:
    prose = "The abstract stands in a column of its own. " * 6
    papers, failures = read(f"Title,Authors,Kurzfassung\nA,B,{prose}\n")
    assert papers == []
    assert failures[0].why == 'it has no "abstract", but "Kurzfassung" is as long as one'
    cited = "A. Author: A title, 2020; " * 30
    papers, failures = read(f"Title,Authors,Cited references\nA,B,{cited}\n".replace(", 2", " 2"))
    assert (len(papers), failures) == (1, [])


@pytest.mark.parametrize(
    "header",
    [
        "Lens ID,Title,Date Published,Abstract,Author/s,DOI",
        "key,title,publishedDate,abstractText,Author(s),DOI",
        "ROWNUM,ARTICLE TITLE,PUBLICATION_YEAR,Abstract Note,AUTHOR NAMES,Item DOI",
        "id,display_name,publication_date,abstract,authorships.author.display_name,doi",
    ],
)
def test_spellings_of_columns(header: str) -> None:
    (paper,), _ = read(f"{header}\n1,A title,2020,An abstract.,Ada Lovelace,10.1000/1\n")
    assert paper == Paper(
        title="A title",
        abstract="An abstract.",
        authors=("Ada Lovelace",),
        published="2020",
        doi="10.1000/1",
        source="papers.csv",
        reference={"custom": {"csv": {header.partition(",")[0]: "1"}}},
    )


def test_arxiv_from_its_address() -> None:
    papers, _ = read(
        rows(["title", "summary", "link"], ["A", "B", "https://arxiv.org/abs/2403.01234v2"])
    )
    assert papers[0].arxiv == "2403.01234v2"


def test_lines_before_the_header() -> None:
    table = "Title,Abstract\nA,B.\n"
    for before in ("sep=,\n", '"About the data: exported on Mar 14, 2020."\n', "\n\n"):
        papers, failures = read(before + table)
        assert ([paper.title for paper in papers], failures) == (["A"], [])


def test_damaged_rows_cost_themselves() -> None:
    table = (
        "title,abstract,year\n"
        '"A","abstract A",2020\n'
        '"B","abstract B,2021\n'  # a quote missing
        '"C","abstract C",2022\n'
        '"D","an "inner" quote",2023\n'
        "E\n"
        '"F","abstract F"\n'
        "\n"
        '"G","over\n\nlines",2024,more,and,more\n'
        '"H",abstract H",2025\n'
        '"I","abstract I",2026\n'
    )
    papers, failures = read(table)
    assert [paper.title for paper in papers] == list("ACDFGHI")
    assert [failure.where for failure in failures] == ["papers.csv:3", "papers.csv:6"]
    assert failures[0].why == "a quote is not closed, or has a quote in it that is not doubled"
    assert failures[1].why == "the row is cut: it has 1 of 3 columns"


def test_bytes_that_are_no_text_cost_their_row() -> None:
    papers, failures = read(b"title,abstract\nA,B.\nCaf\xff,B.\nC,D.\n")
    assert [paper.title for paper in papers] == ["A", "C"]
    assert [failure.where for failure in failures] == ["papers.csv:3"]


def test_hopelessly_long_lines_are_given_up() -> None:
    long = "x" * 3_000_000
    papers, failures = read(
        f'title,abstract\nA,B.\n"{long}",x\nC,D.\n"E,{long[:1_500_000]}\nF,"G."\n'
    )
    assert [paper.title for paper in papers] == ["A", "C", "F"] or len(papers) == 4
    assert failures[0] == Failure("papers.csv:3", "the line is longer than 2,097,152 characters")


@pytest.mark.parametrize(
    "head",
    [
        '{"title": "A", "abstract": "B"}\n',
        '{"title": "", "abstract": "", "date": ""}\n',
        "A title\n\nAn abstract, with a comma; and more.\n",
        "Title\nAbstract\n",
        "TY  - JOUR\nTI  - A, title\n",
        "@article{x,\n title = {A},\n abstract = {B},\n}\n",
        "<title>x</title>, <abstract>\n",
        "a,b,c\n1,2,3\n",
        "title,x,y\n1,2,3\n",
        "year,doi,abstract\n",
        "",
    ],
)
def test_no_tables(head: str) -> None:
    assert not table_format().matches(head)


def test_other_real_files_are_no_tables(shared_data: Path) -> None:
    for path in sorted(shared_data.rglob("*.*")):
        if path.is_file() and path.suffix not in {".csv", ".py", ".md"}:
            head = path.read_bytes()[:HEAD_BYTES].decode("utf-8", "replace")
            assert not table_format().matches(head), path.name


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    row = rows(["A title", "word " * 400])
    path.write_text("title,abstract\n" + row * 10_000, encoding="utf-8")
    with io.BufferedReader(path.open("rb", buffering=0), HEAD_BYTES) as stream:
        papers = table_format().read(Source(stream, "large.csv"), unreported)
        next(papers)
        tracemalloc.start()
        try:
            assert sum(1 for _ in papers) == 9_999
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < path.stat().st_size / 5


@pytest.mark.parametrize("seed", range(200))
def test_any_mutation_ends(seed: int) -> None:
    choice = random.Random(seed)
    body = bytearray(ZOTERO.encode()[::1] + ZOTERO.split("\r\n", 1)[1].encode() * 3)
    start = body.index(b"\n") + 1
    for _ in range(choice.randint(1, 12)):
        place = choice.randrange(start, len(body))
        body[place : place + choice.choice((0, 1, 1, 9))] = choice.choice(
            (b'"', b'"', b",", b"\n", b"\r", b"\xff", b"\0", b"x")
        )
    data = bytes(body[: choice.randrange(start, len(body))]) if seed % 2 else bytes(body)
    with io.BufferedReader(io.BytesIO(data), HEAD_BYTES) as stream:
        failures: list[Failure] = []
        try:
            source = Source(stream, "x.csv")
        except Exception:
            assert b"\0" in data
            return
        papers, failures = read_source(table_format(), source)
    assert len(papers) + len(failures) <= data.count(b"\n") + data.count(b"\r") + 1


def test_many_odd_quotes_end() -> None:
    table = "title,abstract,x\n" + 'A,"B\n' * 20_000 + ('"' + "C,D,E\n" * 3000) * 5
    papers, failures = read(table)
    assert len(papers) + len(failures) > 20_000


def test_rows_may_end_with_a_tab_though_a_title_begins_with_a_quote() -> None:
    papers, failures = read('TI\tAU\tPY\n"Cats" and mice\tLee, A\t2020\t\nOwls\tLee, A\t2021\t\n')
    assert not failures
    assert [paper.title for paper in papers] == ['"Cats" and mice', "Owls"]


def test_a_name_is_a_title_beside_an_abstract_alone() -> None:
    (paper,), _ = read("type,name,speakers/authors,abstract\nPoster,Cats,Ada Lovelace,Text.\n")
    assert (paper.title, paper.authors) == ("Cats", ("Ada Lovelace",))
    assert not table_format().matches("name,description,date\n")


def test_lists_as_python_spells_them() -> None:
    (paper,), _ = read(
        "title,authors,keywords,abstract\n"
        """Cats,"['Ada Lovelace', ""Miles O'Brien""]","['mice', 'owls']",Text.\n"""
    )
    assert paper.authors == ("Ada Lovelace", "Miles O'Brien")
    assert paper.tags == ("mice", "owls")
