"""JSON lines: one paper a line; a bad line is a failure and costs nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from assistant.errors import NoPapersFound
from assistant.paper import Paper
from assistant.reading import Failure, read_bytes, read_file

GOOD = '{"title": "A title", "abstract": "An abstract."}'


def read_lines(*lines: str | bytes) -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return list(read_bytes(data, "papers.jsonl", failures.append)), failures


def record(**fields: object) -> str:
    return json.dumps({"title": "A title", "abstract": "An abstract.", **fields})


def test_title_and_abstract_are_enough() -> None:
    papers, failures = read_lines(GOOD)
    assert papers == [Paper(title="A title", abstract="An abstract.", source="papers.jsonl")]
    assert failures == []


def test_arxiv_snapshot(shared_data: Path) -> None:
    path = shared_data / "exports" / "arxiv_kaggle_jsonl" / "arxiv-metadata-oai-snapshot.json"
    failures: list[Failure] = []
    papers = list(read_file(path, failures.append))
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert failures == []
    assert [paper.arxiv for paper in papers] == [entry["id"] for entry in records]
    same = [p.abstract == e["abstract"].strip() for p, e in zip(papers, records, strict=True)]
    assert sum(same) > 170, "only LaTeX outside of formulas changes"
    assert papers[0].title == (
        "Calculation of prompt diphoton production cross sections at Tevatron and LHC energies"
    )
    assert papers[0].id == "doi:10.1103/physrevd.76.013009"
    assert papers[1].authors == ("Ileana Streinu", "Louis Theran")
    assert papers[1].tags == ("math.CO", "cs.CG")
    assert papers[1].published == "2007-03-31"
    assert all(paper.published for paper in papers)
    assert not any("(" in author or "\n" in author for paper in papers for author in paper.authors)


def test_made_up_records(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    subprocess.run([sys.executable, shared_data / "make_large.py", "200", path], check=True)
    failures: list[Failure] = []
    papers = list(read_file(path, failures.append))
    assert (len(papers), failures) == (200, [])
    assert len({paper.id for paper in papers}) == 200
    assert all(paper.published and paper.arxiv is None for paper in papers)


def test_bad_lines_are_failures_and_the_rest_goes_on() -> None:
    papers, failures = read_lines(
        GOOD,
        "",
        '{"title": "cut sho',
        '{"abstract": "No title"}',
        '{"title": 7, "abstract": "x"}',
        '{"title": "x", "abstract": 7}',
        '{"title": " ", "abstract": "x"}',
        '["title", "abstract"]',
        b'{"title": "Caf\xff", "abstract": "x"}',
        '{"x": ' + "[" * 100_000,
        GOOD,
    )
    assert len(papers) == 2
    assert [failure.where for failure in failures] == [f"papers.jsonl:{n}" for n in range(3, 11)]
    reasons = [failure.why for failure in failures]
    assert reasons[1] == '"title" is missing'
    assert reasons[2] == '"title" is not a text but a number'
    assert reasons[3] == '"abstract" is not a text but a number'
    assert reasons[4] == "it has no title"
    assert reasons[5] == "not a JSON object but a list"
    assert reasons[6] == "character 15 of the line is not text: save the file as UTF-8"
    assert all("\n" not in reason for reason in reasons)


def test_titles_alone_are_papers_in_a_file_of_papers() -> None:
    titles = ('{"title": "B"}', '{"title": "C", "abstract": null}', '{"title": "D", "doi": "x"}')
    papers, failures = read_lines(GOOD, *titles)
    assert [(paper.title, paper.abstract) for paper in papers[1:]] == [
        ("B", ""),
        ("C", ""),
        ("D", ""),
    ]
    (warning,) = failures
    assert warning.imported and 'DOI "x" is invalid' in warning.why
    prose = "The abstract is there, under another name. " * 8
    _, failures = read_lines(GOOD, json.dumps({"title": "A", "text": prose}))
    assert [failure.why for failure in failures] == [
        'it has no "abstract", but "text" is as long as one'
    ]


def test_known_fields_are_taken_and_unknown_or_invalid_ones_left() -> None:
    (paper,), failures = read_lines(
        record(
            authors=["Ada Lovelace", {"name": "Alan Turing"}, 3, ""],
            date="2024-03-14T10:00:00Z",
            doi="https://doi.org/10.1000/ABC",
            arxiv_id="arXiv:2403.01234v2",
            pmid=12345,
            url="https://example.org/p",
            keywords="deep learning; graphs",
            tags=["graphs", "logic"],
            citations=12,
            source="elsewhere",
        )
    )
    assert failures == []
    assert paper == Paper(
        title="A title",
        abstract="An abstract.",
        authors=("Ada Lovelace", "Alan Turing"),
        published="2024-03-14",
        doi="10.1000/ABC",
        arxiv="2403.01234v2",
        pmid="12345",
        url="https://example.org/p",
        tags=("graphs", "logic", "deep learning"),
        source="papers.jsonl",
        reference={"custom": {"json": {"citations": "12", "source": "elsewhere"}}},
    )
    (bare,), failures = read_lines(
        record(
            authors=7, published="soon", doi="none", id="17", pmid="x", url="javascript:x", tags=1
        )
    )
    assert bare == Paper(
        title="A title",
        abstract="An abstract.",
        source="papers.jsonl",
        reference={"custom": {"json": {"id": "17"}, "invalid": {"pmid": ["x"]}}},
    )
    (warning,) = failures
    assert warning.imported and 'PMID "x" is invalid' in warning.why


def test_text_no_file_can_hold_is_cleaned() -> None:
    (paper,), _ = read_lines(r'{"title": "A\u0000 \ud83d title", "abstract": " one\ntwo\u0007 "}')
    assert paper.title == "A \ufffd title"
    assert paper.abstract == "one\ntwo"
    assert paper.id.startswith("text:")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_and_windows_line_ends(encoding: str) -> None:
    failures: list[Failure] = []
    text = record(title="Caf\u00e9 \u2028 one") + "\r\n" + "nonsense\r\n" + GOOD + "\r\n"
    papers = list(read_bytes(text.encode(encoding), "x.jsonl", failures.append))
    assert [paper.title for paper in papers] == ["Caf\u00e9 one", "A title"]
    assert [failure.where for failure in failures] == ["x.jsonl:2"]


def test_no_usable_line_names_the_first_problem() -> None:
    with pytest.raises(NoPapersFound, match=r'papers\.jsonl:1: "abstract" is missing'):
        read_lines('{"title": "x"}', '{"title": "y"}')


def test_large_file_is_read_as_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    line = record(abstract="word " * 400) + "\n"
    path.write_text(line * 10_000, encoding="utf-8")
    papers = read_file(path, lambda failure: None)
    next(papers)
    tracemalloc.start()
    try:
        assert sum(1 for _ in papers) == 9_999
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 10


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"year": 2014}, {"published": "2014"}),
        ({"year": "1990"}, {"published": "1990"}),
        ({"published": None, "year": 2014}, {"published": "2014"}),
        ({"year": 2014, "publish_time": "2014-05-02"}, {"published": "2014-05-02"}),
        ({"published": "March 2024"}, {"published": "2024-03"}),
        ({"published": "Spring 2024"}, {"published": "2024"}),
        ({"published": "20240314"}, {"published": "2024-03-14"}),
        ({"published": "0000-00-00"}, {}),
        ({"pubmed_id": "19999934"}, {"pmid": "19999934"}),
        ({"pubmed_id": "19999934\n8888"}, {"pmid": "19999934"}),
        ({"doi": "DOI 10.1000/x."}, {"doi": "10.1000/x"}),
        ({"url": "https://doi.org/10.1000/x"}, {"doi": "10.1000/x"}),
        ({"url": "https://arxiv.org/abs/2104.12255"}, {"arxiv": "2104.12255"}),
        ({"url": "https://pubmed.ncbi.nlm.nih.gov/123/"}, {"pmid": "123"}),
        ({"doi": "10.48550/arXiv.2104.12255"}, {"arxiv": "2104.12255"}),
        (
            {"authors": [{"first": "Kara", "middle": ["B."], "last": "Singer", "suffix": ""}]},
            {"authors": ("Kara B. Singer",)},
        ),
        ({"authors": ["Lovelace, Ada"]}, {"authors": ("Ada Lovelace",)}),
        ({"authors": "Lovelace, A., Turing, A."}, {"authors": ("A. Lovelace", "A. Turing")}),
        ({"authors": [{"name": "Ada Lovelace"}, "et al."]}, {"authors": ("Ada Lovelace",)}),
        ({"author": ["Ada Lovelace"]}, {"authors": ("Ada Lovelace",)}),
    ],
)
def test_values_as_data_sets_write_them(record: dict[str, object], expected: object) -> None:
    line = json.dumps({"title": "Of bats", "abstract": "Bats sleep.", **record})
    (paper,) = read_bytes(line.encode(), "x.jsonl", print)
    found = {key: getattr(paper, key) for key in ("published", "authors", "arxiv", "doi", "pmid")}
    assert {key: value for key, value in found.items() if value} == {
        **({"doi": record["doi"]} if "48550" in str(record) else {}),
        **expected,  # type: ignore[dict-item]
    }
