"""An invalid identifier is reported with its line and kept; its record is imported."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest

from assistant.errors import ReadingError
from assistant.paper import Paper
from assistant.reading import Failure, read_bytes, read_file

ABSTRACT = "Gravel moves down a river when the flow is strong and stays where it is otherwise."
WRONG = {
    "doi": "11.1000/gravel",
    "arxiv": "2105.123",
    "pmid": "12x45",
    "pmcid": "PMCX12",
    "isbn": "9780306406158",
    "issn": "0028-0837",
}
RIGHT = {
    "doi": "10.1000/gravel",
    "arxiv": "2105.12345",
    "pmid": "12345",
    "pmcid": "PMC12",
    "isbn": "9780306406157",
    "issn": "0028-0836",
}
BLANKS = ("n/a", "-", "none", "NaN")


def ris(tag: str, *others: str) -> str:
    first = "TY  - JOUR\nTI  - Sand\nER  - \n\n"
    lines = (f"TY  - JOUR\nTI  - Gravel\nAB  - {ABSTRACT}", *others, f"{tag}  - {{}}", "ER  - \n")
    return first + "\n".join(lines)


def bibtex(field: str, *others: str) -> str:
    lines = (f"  abstract = {{{ABSTRACT}}}", *others, f"  {field} = {{{{VALUE}}}}")
    return "@article{a, title={Sand}}\n\n@article{b, title={Gravel},\n" + ",\n".join(lines) + "}\n"


def csv(column: str) -> str:
    return f'Title,Abstract,{column}\nSand,"{ABSTRACT}",\nGravel,"{ABSTRACT}","{{}}"\n'


def csl(key: str) -> str:
    items: list[dict[str, object]] = [
        {"type": "article-journal", "title": "Sand", "author": [{"family": "Li", "given": "Wei"}]},
        {"type": "article-journal", "title": "Gravel", "DOI": "", "abstract": ABSTRACT, key: "{}"},
    ]
    return json.dumps(items)


def lines(key: str) -> str:
    first = json.dumps({"title": "Sand", "abstract": ABSTRACT, "year": 2020})
    return first + "\n" + json.dumps({"title": "Gravel", "abstract": ABSTRACT, key: "{}"}) + "\n"


def medline(line: str) -> str:
    pmid = "" if line.startswith("PMID") else "PMID- 2\n"
    return (
        f"PMID- 1\nTI  - Sand\nAB  - {ABSTRACT}\n\n{pmid}{line}\nTI  - Gravel\nAB  - {ABSTRACT}\n"
    )


def endnote(element: str) -> str:
    database = "<remote-database-name>PubMed</remote-database-name>" if "acc" in element else ""
    start = '<xml><records>\n<record><ref-type name="Journal Article">17</ref-type>'
    title = "<titles><title>{}</title></titles>"
    return (
        f"{start}{title.format('Sand')}</record>\n<record>{title.format('Gravel')}{database}"
        f"<abstract>{ABSTRACT}</abstract><{element}>{{}}</{element}></record></records></xml>"
    )


def pubmed(element: str) -> str:
    name = element.partition(" ")[0]
    written = f"<{element}>{{}}</{name}>"
    citation = "<MedlineCitation><PMID>{}</PMID><Article><ArticleTitle>{}</ArticleTitle>{}"
    close = "</Article></MedlineCitation>{}</PubmedArticle>\n"
    is_id = name == "ArticleId"
    listed = f"<PubmedData><ArticleIdList>{written}</ArticleIdList></PubmedData>"
    journal = f"<Journal>{written}</Journal>" if name == "ISSN" else ""
    return (
        "<PubmedArticleSet>\n<PubmedArticle>" + citation.format(1, "Sand", "") + close.format("")
        + "<PubmedArticle>" + citation.format(2, "Gravel", "" if is_id else journal or written)
        + close.format(listed if is_id else "") + "</PubmedArticleSet>"
    )  # fmt: skip


WOS = f"FN x\nVR 1.0\nPT J\nTI Sand\nER\n\nPT J\nTI Gravel\nAB {ABSTRACT}\nDI {{}}\nER\n\nEF\n"
REFER = f"%0 Report\n%T Sand\n\n%0 Journal Article\n%T Gravel\n%X {ABSTRACT}\n%R {{}}\n"
REFWORKS = f"RT Journal\nT1 Sand\n\nRT Journal\nT1 Gravel\nAB {ABSTRACT}\nSN {{}}\n"

# The format, the kind, a file whose second record has the value, and the line of that record.
CASES = (
    ("RIS", "doi", ris("DO"), 5),
    ("RIS", "pmid", ris("AN", "DB  - PubMed"), 5),
    ("RIS", "isbn", ris("SN"), 5),
    ("RIS", "issn", ris("SN"), 5),
    ("BibTeX", "doi", bibtex("doi"), 3),
    ("BibTeX", "pmid", bibtex("pmid"), 3),
    ("BibTeX", "pmcid", bibtex("pmcid"), 3),
    ("BibTeX", "arxiv", bibtex("eprint", "  archiveprefix = {arXiv}"), 3),
    ("BibTeX", "arxiv", bibtex("arxivid"), 3),
    ("BibTeX", "isbn", bibtex("isbn"), 3),
    ("BibTeX", "issn", bibtex("issn"), 3),
    ("table", "doi", csv("DOI"), 3),
    ("table", "pmid", csv("PubMed ID"), 3),
    ("table", "arxiv", csv("arXiv ID"), 3),
    ("table", "pmcid", csv("PMCID"), 3),
    ("table", "isbn", csv("ISBN"), 3),
    ("table", "issn", csv("ISSN"), 3),
    ("CSL", "doi", csl("DOI"), 2),
    ("CSL", "pmid", csl("PMID"), 2),
    ("CSL", "pmcid", csl("PMCID"), 2),
    ("CSL", "arxiv", csl("arxiv"), 2),
    ("CSL", "isbn", csl("ISBN"), 2),
    ("CSL", "issn", csl("ISSN"), 2),
    ("JSON lines", "doi", lines("doi"), 2),
    ("JSON lines", "pmid", lines("pmid"), 2),
    ("JSON lines", "arxiv", lines("arxiv_id"), 2),
    ("JSON lines", "pmcid", lines("pmcid"), 2),
    ("JSON lines", "isbn", lines("isbn"), 2),
    ("JSON lines", "issn", lines("issn"), 2),
    ("MEDLINE", "doi", medline("LID - {} [doi]"), 5),
    ("MEDLINE", "pmid", medline("PMID- {}"), 5),
    ("MEDLINE", "pmcid", medline("PMC - {}"), 5),
    ("MEDLINE", "issn", medline("IS  - {} (Print)"), 5),
    ("MEDLINE", "isbn", medline("ISBN- {}"), 5),
    ("EndNote XML", "doi", endnote("electronic-resource-num"), 3),
    ("EndNote XML", "pmid", endnote("accession-num"), 3),
    ("EndNote XML", "isbn", endnote("isbn"), 3),
    ("EndNote XML", "issn", endnote("isbn"), 3),
    ("PubMed XML", "doi", pubmed('ELocationID EIdType="doi"'), 3),
    ("PubMed XML", "pmcid", pubmed('ArticleId IdType="pmc"'), 3),
    ("PubMed XML", "issn", pubmed("ISSN"), 3),
    ("Web of Science", "doi", WOS, 7),
    ("EndNote", "doi", REFER, 4),
    ("RefWorks", "issn", REFWORKS, 4),
)  # fmt: skip
NAMES = [f"{name}-{kind}-{number}" for number, (name, kind, _, _) in enumerate(CASES)]


def read(text: str, value: str) -> tuple[dict[str, Paper], list[Failure]]:
    failures: list[Failure] = []
    filled = text.replace("{VALUE}", value) if "{VALUE}" in text else text.replace("{}", value)
    papers = list(read_bytes(filled.encode(), "x", failures.append))
    return {paper.title: paper for paper in papers}, failures


@pytest.mark.parametrize(("name", "kind", "text", "line"), CASES, ids=NAMES)
def test_an_invalid_identifier_is_a_warning(name: str, kind: str, text: str, line: int) -> None:
    papers, failures = read(text, WRONG[kind])
    assert papers.keys() == {"Sand", "Gravel"}
    (warning,) = failures
    assert warning.imported
    assert warning.where == f"x:{line}"
    assert re.search(rf'{kind}\b.*"{re.escape(WRONG[kind])}.* invalid', warning.why, re.IGNORECASE)
    paper = papers["Gravel"]
    kept = re.sub(r"(?<=\d)-(?=\d)", "", json.dumps(paper.reference))
    assert WRONG[kind].replace("-", "") in kept
    assert paper.doi != WRONG[kind] != paper.arxiv


@pytest.mark.parametrize(("name", "kind", "text", "line"), CASES, ids=NAMES)
def test_valid_and_blank_values_are_none(name: str, kind: str, text: str, line: int) -> None:
    for value in (RIGHT[kind], "", *BLANKS):
        papers, failures = read(text, value)
        assert papers.keys() == {"Sand", "Gravel"}, value
        assert failures == [], value


def test_addresses_and_notes_need_no_identifier() -> None:
    papers, failures = read(
        ris("UR", "N1  - See doi 11.1000/x and PMID x", "AN  - WOS:0001"), "https://example.org/a"
    )
    assert papers.keys() == {"Sand", "Gravel"}
    assert failures == []
    assert read(bibtex("eprint"), "hal-01234567")[1] == []
    assert read(ris("SN").replace("JOUR", "RPRT"), "TR-2020-7")[1] == []


def test_each_kind_gives_one_warning_however_many_values() -> None:
    record = {"title": "Gravel", "abstract": ABSTRACT, "doi": ["x" * 500] * 3, "pmid": "y"}
    _, failures = read(lines("z") + json.dumps(record), "")
    assert [failure.where for failure in failures] == ["x:3", "x:3"]
    assert "and 2 more are invalid" in failures[0].why
    assert len(failures[0].why) < 300


def test_a_skipped_record_has_no_warning_and_leaves_none() -> None:
    text = "TY  - JOUR\nDO  - x\nER  - \n\nTY  - JOUR\nTI  - 1 2 3\nDO  - y\nER  - \n\n"
    _, failures = read(text + ris("UR"), "")
    assert [failure.imported for failure in failures] == [False, False]


def test_a_file_of_warnings_has_papers() -> None:
    papers = list(read_bytes(b"TY  - JOUR\nTI  - Sand\nDO  - x\nER  - \n", "x", lambda _: None))
    assert papers[0].reference["custom"]["ris"]["DO"] == ["x"]
    assert "invalid" not in papers[0].reference["custom"]


# Looked at one by one: the check digits are wrong, and rows of Scopus have one field too many.
REAL = {
    "scopus.csv": 56,
    "example_extraneous_data.ris": 2,
    "example_full.ris": 2,
    "example_full_without_whitespace.ris": 2,
    "example_full_write.ris": 2,
}


def test_warnings_about_real_files_are_true(shared_data: Path) -> None:
    found: dict[str, int] = {}
    for path in sorted((shared_data / "exports").rglob("*.*")):
        failures: list[Failure] = []
        with contextlib.suppress(ReadingError):
            for _ in read_file(path, failures.append):
                pass
        if warnings := sum(failure.imported for failure in failures):
            found[path.name] = warnings
    assert found == REAL
