"""The benchmark of tables: its labels, and how it judges a cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.evaluating import KeyFact
from assistant.tabulating import Cell, parse_column
from assistant.tabulating.columns import _shipped
from benchmarks.table import CELLS, MORE, labelled, outcome, papers

TRAINING = Path(__file__).resolve().parents[2] / "training" / "reading" / "abstracts.jsonl"


def test_at_least_200_cells_are_labelled_for_the_columns_of_the_package() -> None:
    chosen = labelled()
    assert len({one.id for one in chosen}) == len(chosen) == 40
    assert sum(len(one.cells) for one in chosen) >= 200
    for one in chosen:
        names = [column.name for column in _shipped()[one.set].columns]
        assert [*one.cells] == [*names, parse_column(MORE[one.set]).name]
        for fact in filter(None, one.cells.values()):
            KeyFact.parse(fact)
    facts = [fact for one in chosen for fact in one.cells.values()]
    assert facts.count(None) >= 50, "enough cells that have to stay empty"


def test_no_paper_was_trained_on() -> None:
    with TRAINING.open(encoding="utf-8") as lines:
        trained = {json.loads(line)["id"] for line in lines}
    assert trained
    assert not trained & {one.id for one in labelled()}


def test_every_fact_is_in_its_abstract(shared_data: Path) -> None:
    chosen = labelled()
    found = papers(chosen, shared_data)
    for one in chosen:
        paper = found[one.id]
        for name, fact in one.cells.items():
            if fact is not None:
                assert KeyFact.parse(fact).is_in(f"{paper.title} {paper.abstract}"), (one.id, name)


@pytest.mark.parametrize(
    ("answer", "fact", "expected"),
    [
        ("62 patients.", "62|sixty-two", "correct"),
        ("Sixty-two patients.", "62|sixty-two", "correct"),
        ("26 patients.", "62|sixty-two", "wrong"),
        ("", "62", "missed"),
        ("", None, "empty"),
        ("26 patients.", None, "invented"),
    ],
)
def test_a_cell_is_judged_by_its_fact(answer: str, fact: str | None, expected: str) -> None:
    assert outcome(Cell(answer, answer, "quoted", 0.9), fact) == expected


def test_the_labels_name_papers_and_no_abstracts() -> None:
    assert CELLS.stat().st_size < 30_000
