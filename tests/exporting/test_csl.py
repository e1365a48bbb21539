"""CSL JSON in and out: every field of an item comes back, whatever its type."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.exporting import ExportRecord, write
from assistant.exporting.csl import csl_item
from assistant.paper import Paper
from assistant.reading import Failure, read_bytes
from assistant.reading.work_types import CSL_TYPES

ITEMS = json.loads((Path(__file__).parent / "csl_items.json").read_text(encoding="utf-8"))


def read(items: list[Any] | str) -> list[Paper]:
    text = items if isinstance(items, str) else json.dumps(items, ensure_ascii=False)
    failures: list[Failure] = []
    papers = list(read_bytes(text.encode(), "x.json", failures.append))
    # An invalid ISBN is a warning.
    assert [one for one in failures if not one.imported] == []
    return papers


def written(papers: list[Paper], form: str = "csljson", tldr: str | None = None) -> str:
    out = io.StringIO()
    write((ExportRecord.from_paper(paper, paper.id, tldr) for paper in papers), form, out)
    return out.getvalue()


def back(item: dict[str, Any], tldr: str | None = None) -> dict[str, Any]:
    (found,) = json.loads(written(read([item]), tldr=tldr))
    assert isinstance(found, dict)
    return found


def test_the_items_have_all_types_and_fields() -> None:
    assert {item["type"] for item in ITEMS} == CSL_TYPES
    assert len({key for item in ITEMS for key in item}) > 100


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["type"]))
def test_every_field_comes_back(item: dict[str, Any]) -> None:
    found = back(item)
    assert {key: found.get(key) for key in item} == item
    # What we add is known of the item: its key, and the names that CSL has for old ones.
    added = {"citation-key", "title-short", "container-title-short", "event-title"}
    assert found.keys() - item.keys() <= added


def test_all_items_of_a_file_come_back_by_every_way() -> None:
    papers = read(ITEMS)
    first = written(papers)
    assert [item["id"] for item in json.loads(first)] == [item["id"] for item in ITEMS]
    assert written(read(first)) == first
    # JSON lines have only the fields that CSL has a name for.
    lines = json.loads(written(read(written(papers, "jsonl"))))
    assert [item.get("volume") for item in lines] == [
        item.get("volume") for item in json.loads(first)
    ]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"volume": 12, "page": 3}, {"volume": "12", "page": "3"}),
        ({"accessed": {"date-parts": [["2020", "3"]]}}, {"accessed": {"date-parts": [[2020, 3]]}}),
        ({"DOI": "https://doi.org/10.1000/it"}, {"DOI": "10.1000/it"}),
        ({"URL": "www.example.org"}, {"URL": "www.example.org"}),
        ({"PMID": "none"}, {"PMID": "none"}),
        ({"volume": ["1", "2"]}, {"volume": ["1", "2"]}),
        ({"volume": None, "issue": "", "editor": [], "x": {}}, {}),
        ({"type": "journal-article"}, {"type": "article-journal"}),
        ({"author": [{"family": "Strix", "given": "A.", "literal": "A. Strix"}]}, None),
        ({"note": " padded \r\n"}, {"note": "padded"}),
        ({"x": "12", "y": "true", "z": '"q"', "n": "null"}, None),
        ({"custom": {"bibtex": {"timestamp": "2020"}, "csl": {"entry-type": "x"}, "a": 1}}, None),
    ],
)
def test_odd_values(given: dict[str, Any], found: dict[str, Any] | None) -> None:
    item = {"id": "k", "type": "book", "title": "Owls", "ISBN": "1", **given}
    result = back(item)
    for key, value in (given if found is None else found).items():
        assert result[key] == value, key


def test_what_was_changed_in_the_library_wins() -> None:
    item = {
        "id": "k",
        "type": "book",
        "title": "Of <i>owls</i>",
        "issued": {"date-parts": [[2020], [2021]]},
        "keyword": "a; b",
        "categories": ["a"],
        "author": [{"family": "Strix", "given": "A.", "ORCID": "1"}],
    }
    (paper,) = read([item])
    changed = paper.model_copy(
        update={"title": "Owls", "published": "2019", "tags": ("c",), "authors": ("B. Bubo",)}
    )
    record = ExportRecord.from_paper(changed, "text:1")
    found = csl_item(record, "key")
    assert found["title"] == "Owls"
    assert found["issued"] == {"date-parts": [[2019]]}
    assert found["keyword"] == "c"
    assert "categories" not in found
    assert found["author"] == [{"family": "Bubo", "given": "B."}]
    assert (found["id"], found["citation-key"]) == ("k", "key")


def test_a_tldr_is_a_line_of_the_note() -> None:
    item = {"id": "k", "type": "book", "title": "Owls", "ISBN": "1", "note": "Mine."}
    first = back(item, "Owls sleep.")
    assert first["note"] == "Mine.\nTL;DR: Owls sleep."
    assert back(first, "Owls sleep.")["note"] == first["note"]


def test_an_arxiv_number_has_a_place_of_its_own_where_its_fields_are_taken() -> None:
    paper = Paper(
        title="Owls",
        arxiv="2401.00001",
        reference={"type": "report", "number": "TR-7", "archive": "State Archive"},
    )
    (found,) = json.loads(written([paper]))
    assert (found["number"], found["archive"]) == ("TR-7", "State Archive")
    assert found["custom"] == {"arXiv": "2401.00001"}
    (again,) = read([found])
    assert again.arxiv == "2401.00001"


def test_items_of_several_files_with_one_id_get_their_own() -> None:
    items = [{"id": "1", "type": "book", "title": title, "ISBN": "1"} for title in ("Owls", "Cats")]
    papers = [paper for item in items for paper in read([item])]
    first, second = json.loads(written(papers))
    assert first["id"] == "1"
    assert second["id"] == papers[1].id


def test_invisible_characters_do_not_come_back() -> None:
    item = {"id": "k", "type": "book", "title": "Owls", "x\u202ey": {"a\u202e": "b\u0000\u202ec"}}
    assert back({**item, "ISBN": "1"})["xy"] == {"a": "bc"}
