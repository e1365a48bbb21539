"""Filling tables: cells, what is saved, stops and failures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tabulating_support import BARE, FINDING_COLUMN, SAMPLE, SAND, TEA, ZINC, reading_model

from assistant.errors import ModelError, UsageError
from assistant.library import Library
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.models.protocols import Priority
from assistant.progress import Progress
from assistant.settings import load_settings
from assistant.tabulating import Column, Row, Tabulator, parse_column

Fill = Callable[..., list[Row]]
SENTENCE = "We gave zinc or placebo to 120 adults with a cold."


def answers(rows: list[Row]) -> list[list[str]]:
    return [[cell.answer for cell in row.cells] for row in rows]


def test_a_cell_has_an_answer_with_its_sentence_or_is_empty(fill: Fill, library: Library) -> None:
    rows: list[Row] = fill()
    assert [row.stored.title for row in rows] == [p.title for p in (ZINC, TEA, SAND, BARE)]
    assert answers(rows) == [["120 adults took part."], ["48 students took part."], [""], [""]]
    (zinc,), (tea,), (sand,), (bare,) = [row.cells for row in rows]
    assert (zinc.sentence, zinc.method) == (SENTENCE, "written")
    assert tea.method == "written"
    assert (sand.sentence, sand.method) == ("", "empty")
    assert (bare.sentence, bare.method, bare.confidence) == ("", "empty", 0.0)
    assert zinc.confidence > 0.5 > sand.confidence
    assert library.cells.count() == 3, "a paper without an abstract has nothing to save"


def test_what_the_model_invents_is_not_an_answer(fill: Fill) -> None:
    rows: list[Row] = fill(parse_column(FINDING_COLUMN))
    (zinc,) = rows[0].cells
    assert (zinc.answer, zinc.method) == ("Symptoms ended two days earlier with zinc.", "quoted")
    assert zinc.sentence == zinc.answer


def test_every_request_waits_for_questions(fill: Fill) -> None:
    requests: list[GenerationRequest] = []
    fill(model=reading_model(requests))
    assert requests
    assert {request.priority for request in requests} <= {Priority.BATCH, Priority.BATCH_READING}
    assert all(
        (request.priority is Priority.BATCH_READING) == bool(request.choices)
        for request in requests
    )


def test_the_catalogue_answers_what_it_knows(fill: Fill) -> None:
    requests: list[GenerationRequest] = []
    rows: list[Row] = fill(parse_column("authors=Who wrote it?"), model=reading_model(requests))
    assert answers(rows)[0] == ["Ann Zinc, Bo Tin"]
    assert answers(rows)[3] == ["Cy None"]
    assert rows[0].cells[0].method == "catalogue"


def test_a_paper_says_what_it_is_about_in_its_own_words(fill: Fill) -> None:
    requests: list[GenerationRequest] = []
    rows: list[Row] = fill(
        parse_column("topic=What is this paper about?"), model=reading_model(requests)
    )
    assert [row.cells[0].answer for row in rows[2:]] == ["We derive how dunes move.", ""]
    assert not requests


def test_saved_cells_are_used_again(fill: Fill) -> None:
    requests: list[GenerationRequest] = []
    first: list[Row] = fill(model=reading_model(requests))
    assert first[0].new
    count = len(requests)
    again: list[Row] = fill(model=reading_model(requests))
    assert answers(again) == answers(first)
    assert again[0].cells[0].sentence == SENTENCE
    assert not any(row.new for row in again)
    assert len(requests) == count
    fill(model=reading_model(requests, name="other"))
    assert len(requests) == 2 * count, "another model answers for itself"
    fill(model=reading_model(requests), redo=True)
    assert len(requests) == 3 * count


def test_another_prompt_or_abstract_makes_a_cell_anew(
    library: Library, columns: tuple[Column, ...], tmp_path: Path
) -> None:
    def new(prompts: Path | None = None) -> list[bool]:
        tabulator = Tabulator(library, reading_model(), load_settings(), prompts)
        return [row.new for row in tabulator.run(columns, library.papers.all())]

    assert new() == [True, True, True, False]
    library.add([ZINC.model_copy(update={"abstract": f"{ZINC.abstract} Zinc is a metal."})])
    assert new() == [True, False, False, False]
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    text = "# user\nQuestion: {question} Title: {title} Sentence: {sentence} Yes or no?"
    (prompts / "relevance.md").write_text(text, encoding="utf-8")
    assert new(prompts) == [True, True, True, False]


def test_two_columns_with_one_question_ask_once(fill: Fill) -> None:
    requests: list[GenerationRequest] = []
    fill(model=reading_model(requests))
    count = len(requests)
    rows: list[Row] = fill(
        parse_column(f"a={SAMPLE}"),
        parse_column(f"b={SAMPLE}"),
        model=reading_model(requests, name="other"),
    )
    assert len(requests) == 2 * count
    assert answers(rows)[0] == ["120 adults took part."] * 2


def test_a_stop_keeps_what_is_done(library: Library, columns: tuple[Column, ...]) -> None:
    progress = Progress()
    tabulator = Tabulator(library, reading_model(slots=1), load_settings())
    rows = tabulator.run(columns, library.papers.all(), progress)
    assert next(rows).cells[0].answer == "120 adults took part."
    progress.stop()
    assert len(list(rows)) < 3
    assert library.cells.count() >= 1
    rest = [row.new for row in tabulator.run(columns, library.papers.all())]
    assert not rest[0]


def test_a_table_that_is_left_ends_its_threads(
    library: Library, columns: tuple[Column, ...]
) -> None:
    rows = Tabulator(library, reading_model(), load_settings()).run(columns, library.papers.all())
    next(rows)
    rows.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("table")]


def test_a_failing_model_fills_no_cell(library: Library, columns: tuple[Column, ...]) -> None:
    def fail(request: GenerationRequest) -> str:
        raise ModelError("Out of memory.")

    model = ScriptedModel(fail, adapters=["relevance", "answer", "support"])
    with pytest.raises(ModelError, match="Out of memory"):
        list(Tabulator(library, model, load_settings()).run(columns, library.papers.all()))
    assert library.cells.count() == 0


def test_a_model_without_adapters_answers_too(library: Library) -> None:
    model = ScriptedModel(lambda request: "Symptoms ended two days earlier with zinc.")
    columns = (parse_column("effect=When did the symptoms end with zinc?"),)
    rows = list(Tabulator(library, model, load_settings()).run(columns, library.papers.all()))
    assert rows[0].cells[0].answer == "Symptoms ended two days earlier with zinc."
    assert rows[2].cells[0].method == "empty"


@pytest.mark.parametrize(
    ("reply", "answer", "method"),
    [
        ("We gave zinc or placebo to 120 adults. [2]", "We gave zinc or placebo to 120 adults.",
         "written"),
        ("About twelve dozen grown-ups volunteered for it. [2]", SENTENCE, "quoted"),
        ("Not stated.", "", "empty"),
        ("Twelve dozen grown-ups volunteered for it.", "", "empty"),
        ("Twelve dozen grown-ups volunteered for it. [9]", "", "empty"),
        ("", "", "empty"),
    ],
)  # fmt: skip
def test_a_capable_model_reads_the_abstract_at_once(
    library: Library, columns: tuple[Column, ...], reply: str, answer: str, method: str
) -> None:
    requests: list[GenerationRequest] = []

    def answering(request: GenerationRequest) -> str:
        requests.append(request)
        return "yes" if request.choices else reply

    model = ScriptedModel(answering, parameters=8_000_000_000)
    rows = list(Tabulator(library, model, load_settings()).run(columns, library.papers.all()))
    cell = rows[0].cells[0]
    assert (cell.answer, cell.method) == (answer, method)
    assert cell.sentence == (SENTENCE if answer else "")
    assert any("[3] Symptoms ended" in one.messages[-1].content for one in requests)
    assert {request.priority for request in requests} == {Priority.BATCH}


def test_a_small_model_is_asked_in_english(library: Library) -> None:
    columns = (parse_column("n=Wie viele Personen haben teilgenommen?"),)
    with pytest.raises(UsageError, match="“n” is not in English"):
        Tabulator(library, reading_model(), load_settings()).run(columns, library.papers.all())
    large = ScriptedModel(lambda request: "120.", parameters=8_000_000_000)
    Tabulator(library, large, load_settings()).run(columns, library.papers.all())


@pytest.mark.parametrize("count", [0, 31])
def test_a_table_has_one_to_thirty_columns(library: Library, count: int) -> None:
    columns = [parse_column(f"c{n}=Why?") for n in range(count)]
    with pytest.raises(UsageError, match="column"):
        Tabulator(library, reading_model(), load_settings()).run(columns, [])
