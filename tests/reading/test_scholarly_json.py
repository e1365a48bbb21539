"""JSON of Semantic Scholar, OpenAlex, Crossref and CSL: known by its keys, read as it is given."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from source_support import read_source

from assistant.errors import AssistantError
from assistant.paper import Paper
from assistant.reading import Failure, scholarly_json
from assistant.reading.format import unreported
from assistant.reading.source import HEAD_BYTES, Source

SEMANTIC_SCHOLAR = {
    "paperId": "649def34f8be52c8b66281af98ae884c09aef38b",
    "corpusId": 1,
    "externalIds": {"DOI": "10.1000/s2", "ArXiv": "2403.01234", "PubMed": "123", "MAG": "9"},
    "url": "https://www.semanticscholar.org/paper/649",
    "title": "Of owls",
    "abstract": "Owls sleep by day.",
    "year": 2024,
    "publicationDate": "2024-03-14",
    "authors": [{"authorId": "1", "name": "Ada Lovelace"}, {"authorId": None, "name": "A. Turing"}],
    "fieldsOfStudy": ["Biology"],
    "s2FieldsOfStudy": [
        {"category": "Biology", "source": "external"},
        {"category": "Psychology", "source": "s2-fos-model"},
    ],
    "tldr": {"model": "tldr@v2", "text": "Owls sleep."},
}
OPENALEX = {
    "id": "https://openalex.org/W2741809807",
    "doi": "https://doi.org/10.1000/oa",
    "title": "Of cats",
    "display_name": "Of cats",
    "publication_year": 2023,
    "publication_date": "2023-02-01",
    "ids": {
        "openalex": "https://openalex.org/W2741809807",
        "pmid": "https://pubmed.ncbi.nlm.nih.gov/29456894",
    },
    "primary_location": {"landing_page_url": "https://doi.org/10.1000/oa", "is_oa": True},
    "locations": [{"landing_page_url": "http://arxiv.org/abs/2302.00001v2"}, None],
    "authorships": [
        {"author_position": "first", "author": {"id": "x", "display_name": "Grace Hopper"}},
        {"author_position": "last", "author": {}, "raw_author_name": "K. Johnson"},
    ],
    "abstract_inverted_index": {
        "Cats": [0, 4],
        "sleep": [1],
        "and": [3],
        "well,": [2],
        "dream.": [5],
    },
    "topics": [{"display_name": "Sleep", "score": 0.9}],
    "concepts": [{"display_name": "Left out"}],
    "keywords": [{"display_name": "Cat"}, {"keyword": "dream", "score": 0.1}],
}
CROSSREF = {
    "indexed": {"date-parts": [[2022, 4, 3]], "timestamp": 1},
    "publisher": "A Publisher",
    "DOI": "10.1000/CR",
    "type": "journal-article",
    "created": {"date-parts": [[2019, 1, 1]]},
    "title": ["Of <i>whales</i>"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Whales sleep upright.</jats:p>",
    "author": [
        {"given": "Jane", "family": "Doe", "sequence": "first", "affiliation": []},
        {"name": "The Whale Group", "sequence": "additional"},
    ],
    "issued": {"date-parts": [[2020, 3]]},
    "subject": ["Ecology", "Zoology"],
    "URL": "https://doi.org/10.1000/cr",
}
CSL = {
    "id": "doe2020",
    "type": "article-journal",
    "title": "Of bats",
    "abstract": "Bats sleep\nhead down.",
    "author": [
        {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
        {"literal": "The Bat Group"},
    ],
    "issued": {"date-parts": [["2021", 7, "9"]]},
    "DOI": "10.48550/arXiv.2107.00001",
    "PMID": "77",
    "URL": "https://example.org/bats",
    "keyword": "sleep, bats",
    "container-title": "Journal of Bats",
}
PAPERS = {
    "Of owls": Paper(
        title="Of owls",
        abstract="Owls sleep by day.",
        authors=("Ada Lovelace", "A. Turing"),
        published="2024-03-14",
        arxiv="2403.01234",
        doi="10.1000/s2",
        pmid="123",
        url="https://www.semanticscholar.org/paper/649",
        tags=("Biology", "Psychology"),
        source="x.json",
    ),
    "Of cats": Paper(
        title="Of cats",
        abstract="Cats sleep well, and Cats dream.",
        authors=("Grace Hopper", "K. Johnson"),
        published="2023-02-01",
        arxiv="2302.00001v2",
        doi="10.1000/oa",
        pmid="29456894",
        url="https://doi.org/10.1000/oa",
        tags=("Cat", "dream", "Sleep"),
        source="x.json",
    ),
    "Of whales": Paper(
        title="Of whales",
        abstract="Whales sleep upright.",
        authors=("Jane Doe", "The Whale Group"),
        published="2020-03",
        doi="10.1000/CR",
        url="https://doi.org/10.1000/cr",
        tags=("Ecology", "Zoology"),
        source="x.json",
    ),
    "Of bats": Paper(
        title="Of bats",
        abstract="Bats sleep\nhead down.",
        authors=("Ludwig van Beethoven", "The Bat Group"),
        published="2021-07-09",
        arxiv="2107.00001",
        doi="10.48550/arXiv.2107.00001",
        pmid="77",
        url="https://example.org/bats",
        tags=("sleep", "bats"),
        source="x.json",
    ),
}
RECORDS: dict[str, dict[str, Any]] = dict(
    zip(PAPERS, (SEMANTIC_SCHOLAR, OPENALEX, CROSSREF, CSL), strict=True)
)


def read(data: str | bytes | object) -> tuple[list[Paper], list[Failure]]:
    if not isinstance(data, str | bytes):
        data = json.dumps(data)
    raw = data.encode() if isinstance(data, str) else data
    with io.BufferedReader(io.BytesIO(raw), HEAD_BYTES) as stream:
        source = Source(stream, "x.json")
        assert scholarly_json.CATALOGUE.matches(source.head)
        papers, failures = read_source(scholarly_json.CATALOGUE, source)
        # References have tests of their own, in test_service_references.py.
        return [paper.model_copy(update={"reference": {}}) for paper in papers], failures


def envelopes(record: Any) -> dict[str, Any]:
    three = [record, record, record]
    return {
        "one": record,
        "list": three,
        "with null": [None, *three],
        "results": {"meta": {"count": 3, "page": 1}, "results": three, "group_by": []},
        "data": {"total": 3, "offset": 0, "next": 3, "data": three},
        "message": {"status": "ok", "message-type": "work", "message": record},
        "items": {
            "status": "ok",
            "message-type": "work-list",
            "message": {"facets": {}, "total-results": 3, "items": three, "query": {}},
        },
    }


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("title", RECORDS)
def test_every_service_in_every_envelope(title: str, indent: int | None) -> None:
    for kind, envelope in envelopes(RECORDS[title]).items():
        papers, failures = read(json.dumps(envelope, indent=indent))
        assert papers == [PAPERS[title]] * (1 if kind in ("one", "message") else 3), kind
        assert [failure.why for failure in failures] == ["not a JSON object"] * (
            kind == "with null"
        )


def test_json_lines_of_several_services() -> None:
    lines = [json.dumps(record) for record in RECORDS.values()]
    assert read("\n".join(lines)) == (list(PAPERS.values()), [])
    assert read("\r\n".join(lines) + "\r\n")[0] == list(PAPERS.values())


def test_answers_of_a_service_one_a_line() -> None:
    line = json.dumps({"meta": {}, "results": [OPENALEX, OPENALEX]})
    assert read(f"{line}\n{line}\n") == ([PAPERS["Of cats"]] * 4, [])


def test_damage_costs_its_line() -> None:
    lines = [json.dumps(record) for record in RECORDS.values()]
    for place in range(5):
        bad = [*lines[:place], lines[0][:-40], *lines[place:]]
        papers, failures = read("\n".join(bad))
        assert papers == list(PAPERS.values())
        assert [failure.where for failure in failures] == [f"x.json:{place + 1}"]
        assert failures[0].why.startswith("not readable as JSON: ")


def test_damage_costs_its_record() -> None:
    text = json.dumps([OPENALEX] * 5)
    start = text.index('"publication_year"', 2000)
    papers, failures = read(text[:start] + text[start + 1 :])
    assert papers == [PAPERS["Of cats"]] * 4
    assert len(failures) == 1
    papers, failures = read(text[:-300])
    assert papers == [PAPERS["Of cats"]] * 4
    assert [failure.where for failure in failures] == ["x.json:5"]


def test_a_record_without_abstract_is_kept() -> None:
    papers, failures = read(
        [
            {**SEMANTIC_SCHOLAR, "abstract": None},
            {**SEMANTIC_SCHOLAR, "title": None},
            {"title": "Short", "abstract": "A record with few keys."},
            "text",
            {**OPENALEX, "abstract_inverted_index": None},
            {**CROSSREF, "title": []},
        ]
    )
    assert [(paper.title, paper.abstract) for paper in papers] == [
        ("Of owls", ""),
        ("Short", "A record with few keys."),
        ("Of cats", ""),
    ]
    assert [(failure.where, failure.why) for failure in failures] == [
        ("x.json:2", "it has no title"),
        ("x.json:4", "not a JSON object"),
        ("x.json:6", "it has no title"),
    ]


@pytest.mark.parametrize("wrong", [None, 7, "x", [], {}, [None], [[7]], {"a": [None]}, True])
def test_values_of_any_kind_are_left_out_where_they_make_no_sense(wrong: object) -> None:
    for title, record in RECORDS.items():
        kept = {"title", "abstract", "abstract_inverted_index", "paperId", "display_name"}
        odd = {key: value if key in kept else wrong for key, value in record.items()}
        (paper,), failures = read([record, odd])[0][1:], read([record, odd])[1]
        assert (paper.title, paper.abstract) == (title, PAPERS[title].abstract)
        assert failures == []
    for record in RECORDS.values():
        read([record, dict.fromkeys(record, wrong)])


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ({"date-parts": [[2020]]}, "2020"),
        ({"date-parts": [["2020", "3", "1"], ["2020", "4"]]}, "2020-03-01"),
        ({"date-parts": [[None]]}, None),
        ({"date-parts": [2020, 3]}, "2020-03"),
        ({"raw": "2020-03-01"}, "2020-03-01"),
        ({"literal": "March 2020"}, "2020-03"),
        ("2020-03", "2020-03"),
        ({"date-parts": [[2020, 13]]}, "2020"),
        ({"date-parts": [[2015, 14], [2016, 16]]}, "2015"),
        ({"date-parts": [[2020, 0, 0]]}, "2020"),
        ({"date-parts": [[2020, 3, 0]]}, "2020-03"),
        ({"date-parts": [[0]]}, None),
        ({"date-parts": [["0000"]]}, None),
        ({"date-parts": [[2020]], "season": 2}, "2020"),
        ({"raw": "Spring 2019"}, "2019"),
    ],
)
def test_dates_of_csl(issued: object, date: str | None) -> None:
    (paper,), _ = read([{**CSL, "issued": issued}])
    assert paper.published == date


def test_index_of_old_exports() -> None:
    index = {"IndexLength": 2, "InvertedIndex": {"words.": [1], "Two": [0]}}
    (paper,), _ = read([{**OPENALEX, "abstract_inverted_index": index}])
    assert paper.abstract == "Two words."


@pytest.mark.parametrize(
    "head",
    [
        '{"title": "A", "abstract": "B"}\n{"title": "A", "abstract": "B"}\n',
        '{"title": "A", "abstract": "B", "doi": "10.1/x", "authors": ["x"], "year": 2020}\n',
        '{"id": "0704.0001", "submitter": "x", "title": "A", "abstract": "B", "doi": null}\n',
        '{"id": 1, "title": "A", "abstract": "B", "url": "https://x.org", "type": "paper"}\n',
        '[{"paper": {"id": "2403.01234", "title": "A", "summary": "B"}, "title": "A"}]',
        '[{"title": "A", "abstract": "B"}]',
        '{"title": "A", "abstract": "B", "authors": ["X"], "DOI": "10.1/x", "URL": "x"}\n',
        '{"data": [{"title": "A"}]}',
        'A saved page\n\nwith a "paperId": in it, and {"paperId": 3} too.\n',
        "[1] A reference",
        "{",
        "[",
        "",
    ],
)
def test_what_is_not_of_these_services(head: str) -> None:
    assert not scholarly_json.CATALOGUE.matches(head)


def test_other_real_files_are_not_of_these_services(shared_data: Path) -> None:
    for path in sorted((shared_data / "exports").rglob("*.*")):
        if path.is_file():
            head = path.read_bytes()[:HEAD_BYTES].decode("utf-8", "replace")
            assert not scholarly_json.CATALOGUE.matches(head), path.name


def test_a_first_record_longer_than_the_head() -> None:
    authors = [{"author": {"display_name": f"Author {n}"}} for n in range(5000)]
    long = {**OPENALEX, "authorships": authors}
    for text in (json.dumps([long, long]), json.dumps(long) + "\n" + json.dumps(long)):
        assert len(text) > 2 * HEAD_BYTES
        papers, failures = read(text)
        assert [len(paper.authors) for paper in papers] == [5000, 5000]
        assert failures == []


def test_bytes_that_are_no_text_cost_their_record() -> None:
    text = json.dumps([SEMANTIC_SCHOLAR, {**SEMANTIC_SCHOLAR, "title": "Caf#"}, SEMANTIC_SCHOLAR])
    papers, failures = read(text.encode().replace(b"#", b"\xff"))
    assert papers == [PAPERS["Of owls"]] * 2
    assert [failure.where for failure in failures] == ["x.json:2"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(encoding: str) -> None:
    text = json.dumps([{**CSL, "title": "Caf\u00e9"}], ensure_ascii=False)
    (paper,), _ = read(text.encode(encoding))
    assert paper.title == "Caf\u00e9"


def test_memory_does_not_grow_with_the_document(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    record = json.dumps({**SEMANTIC_SCHOLAR, "abstract": "word " * 400})
    path.write_text('{"data": [' + ",".join([record] * 8_000) + "]}", encoding="utf-8")
    with io.BufferedReader(path.open("rb", buffering=0), HEAD_BYTES) as stream:
        papers = scholarly_json.CATALOGUE.read(Source(stream, "x.json"), unreported)
        next(papers)
        tracemalloc.start()
        try:
            assert sum(1 for _ in papers) == 7_999
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < path.stat().st_size / 5


@pytest.mark.parametrize("seed", range(200))
def test_any_mutation_ends(seed: int) -> None:
    choice = random.Random(seed)
    records = [choice.choice(list(RECORDS.values())) for _ in range(4)]
    text = choice.choice(
        (json.dumps(records), "\n".join(map(json.dumps, records)), json.dumps({"data": records}))
    )
    data = bytearray(text.encode())
    for _ in range(choice.randint(1, 6)):
        place = choice.randrange(len(data))
        data[place : place + choice.choice((0, 1, 1, 30))] = bytes(
            choice.choices(b'{}[]",:\\x1\n\xff', k=choice.randint(0, 2))
        )
    if seed % 2:
        del data[choice.randrange(20, len(data)) :]
    failures: list[Failure] = []
    with io.BufferedReader(io.BytesIO(bytes(data)), HEAD_BYTES) as stream:
        try:
            source = Source(stream, "x.json")
            scholarly_json.CATALOGUE.matches(source.head)
            papers, failures = read_source(scholarly_json.CATALOGUE, source)
        except AssistantError:
            return
    assert len(papers) <= 4
    assert {paper.title for paper in papers} or failures


def test_citations_and_recommendations_of_semantic_scholar() -> None:
    paper = {"paperId": "a", "title": "Cats", "externalIds": {"DOI": "10.1000/it"}}
    for answer in (
        {"offset": 0, "data": [{"contexts": ["x"], "citingPaper": paper}]},
        {"data": [{"isInfluential": True, "citedPaper": paper}]},
        {"recommendedPapers": [paper]},
    ):
        text = json.dumps(answer)
        assert scholarly_json.CATALOGUE.matches(text)
        (found,), failures = read(text)
        assert not failures
        assert (found.title, found.doi) == ("Cats", "10.1000/it")
