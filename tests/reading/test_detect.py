"""Detection: by content alone, and data of unknown formats is refused, not read as prose."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from assistant.errors import NoPapersFound
from assistant.paper import Paper
from assistant.reading import FORMATS, Failure, detect, read_file

EXAMPLES = {
    "Web of Science table": "PT\tAU\tTI\tSO\nJ\tDoe, J\tx\ty\n",
    "CSL YAML": "---\nreferences:\n- id: x\n  type: book\n  title: y\n...\n",
    "CITATION.cff": "cff-version: 1.2.0\ntitle: x\nauthors:\n  - name: y\n",
    "scholarly JSON": '{"paperId": "a1", "title": "x", "abstract": "y", "externalIds": {}}',
    "web services' JSON": '{"hits": {"hits": [{"metadata": {"titles": [{"title": "x"}], '
    '"abstracts": [',
    "trending papers (JSON)": '[{"paper": {"id": "2401.00001", "title": "x", "summary": "y"}}]',
    "JSON lines": '{"title": "x", "abstract": "y"}\n{"title": "x", "abs',
    "trending papers (web page)": "<!DOCTYPE html>\n<html>"
    '<div data-props="{&quot;dailyPapers&quot;:'
    '[{&quot;paper&quot;:{&quot;id&quot;:&quot;2401.00001&quot;}}]}">',
    "arXiv API (Atom)": '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><entry>',
    "arXiv records (OAI-PMH)": '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>',
    "PubMed XML": "<PubmedArticleSet><PubmedArticle>",
    "EndNote XML": "<xml><records><record><database>x</database>"
    '<ref-type name="Journal Article">17</ref-type><contributors>',
    "Crossref XML": "<doi_records><doi_record><crossref><journal>",
    "DBLP XML": '<?xml version="1.0"?>\n<dblp><article key="journals/x">',
    "MODS": '<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods>',
    "Zotero RDF": '<rdf:RDF xmlns:z="http://www.zotero.org/namespaces/export#"><bib:Article>',
    "RSS": '<rss version="2.0"><channel><title>x</title><item>',
    "RIS": "1.\nTY  - JOUR\nTI  - x",
    "PubMed text": "PMID- 123\nTI  - x",
    "Web of Science text": "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Mouse, M\n",
    "EndNote tagged": "%0 Journal Article\n%T x\n",
    "RefWorks tagged": "RT Journal Article\nA1 Mouse,M\nT1 x\n",
    "Cochrane text": "Record #1 of 2\nID: CN-01\nAU: Mouse M\n",
    "Ovid tagged": "<1. >\nVN  - Ovid Technologies\nTI  - A title\n",
    "Ovid labelled": "Database: Ovid MEDLINE(R)\n\n<1>\nUnique Identifier\n  123\nTitle\n  A title",
    "PubMed abstracts (text)": "1. Cats. 2020 May;5(1):1.\n\nA title.\n\nMouse M.\n\nPMID: 123\n",
    "BibTeX": "% a comment\n@article{key,\n title = {x}",
    "arXiv listing": "\\\\\narXiv:2401.00001\n"
    "Date: Mon, 1 Jan 2024 00:00:00 GMT   (9kb)\n\nTitle: x\n",
    "table": "id,Document Title,Abstract\n1,x,y",
    "text of one paper": "A title\n\nSome Body\n\nAbstract\n"
    + "A text. " * 20
    + "\n1 Introduction\n",
    "saved page": "new\n\nSubscribe\n\nA title\n\nAn abstract about something.",
}


def test_every_format_is_detected_by_its_example() -> None:
    assert {known.name for known in FORMATS} == set(EXAMPLES)
    for name, head in EXAMPLES.items():
        found = detect(head)
        assert found is not None, name
        assert found.name == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('damaged\n{"title": 1}\n{"title": 2}', "JSON lines"),
        ('\n\n  { "a": 1}', "JSON lines"),
        ("[Re] A reproduction of a paper\n\nWe try.", "saved page"),
        ("BERT - a survey\n\nWe look at it.", "saved page"),
        ("Sets {1, 2} and more\n\nWe count.", "saved page"),
    ],
)
def test_border_cases(head: str, name: str) -> None:
    found = detect(head)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "head",
    [
        '{\n  "name": "x",\n',
        '[{"name": "x"}]',
        "<!DOCTYPE html>\n<html>",
        "<svg><title>x</title></svg>",
        "Scopus\nEXPORT DATE: 10 March 2023\n\nSmith, J.\nA title\n\nDOI: 10.1000/it\n",
        "J. Smith,\nA title,\n(https://www.sciencedirect.com/science/article/pii/S1)\nAbstract: x",
        "type,label,abstract\n",
    ],
)
def test_data_and_markup_are_no_page(head: str) -> None:
    assert detect(head) is None


# For each folder of real exports: format -> files, papers, records that could not be used.
EXPORTS = {
    "arxiv_atom": {"arXiv API (Atom)": (25, 245, 1)},
    "arxiv_kaggle_jsonl": {"JSON lines": (1, 200, 0)},
    "bibtex_bibtexparser": {"BibTeX": (54, 182, 27)},
    "csv_ris_litstudy": {"RIS": (2, 26, 0), "table": (5, 187, 0)},
    "medline_biopython": {"PubMed XML": (6, 8, 0), "PubMed text": (3, 6, 0)},
    "ris_rispy": {"RIS": (14, 17, 6), "Web of Science text": (1, 2, 0)},
}


@pytest.mark.parametrize("folder", EXPORTS)
def test_exports_of_other_programs_are_read_whole(shared_data: Path, folder: str) -> None:
    counts: dict[str, tuple[int, int, int]] = {}
    for path in sorted((shared_data / "exports" / folder).iterdir()):
        # A licence; an empty file; a page of a database in a format of its own.
        if path.stem in ("LICENSE", "empty", "pubmed3"):
            continue
        failures: list[Failure] = []
        papers: list[Paper] = []
        with contextlib.suppress(NoPapersFound):
            papers.extend(read_file(path, failures.append))
        found = detect(path.read_bytes()[:65_536].decode("utf-8-sig", "replace"))
        assert found is not None, path.name
        before = counts.get(found.name, (0, 0, 0))
        # Invalid identifiers are warnings.
        failed = [failure for failure in failures if not failure.imported]
        added = (1, len(papers), len(failed))
        counts[found.name] = tuple(map(sum, zip(before, added, strict=True)))  # type: ignore[assignment]
        assert all(failure.why for failure in failures)
    assert counts == EXPORTS[folder]


def test_entries_of_a_reference_manager_are_as_many_as_their_titles(shared_data: Path) -> None:
    path = shared_data / "exports" / "bibtex_bibtexparser" / "biber-examples.bib"
    titles = re.findall(r"^\s+title\s*=", path.read_text(encoding="utf-8"), re.I | re.M)
    papers = list(read_file(path, lambda failure: None))
    assert len(papers) == len(titles) == 97
    assert sum(not paper.abstract for paper in papers) == 91


def test_a_page_in_a_format_of_its_own_is_refused_with_advice(shared_data: Path) -> None:
    path = shared_data / "exports" / "medline_biopython" / "pubmed3.html"
    with pytest.raises(NoPapersFound, match=r"is a web page \(HTML\): open it in a browser"):
        list(read_file(path, lambda failure: pytest.fail(str(failure))))
