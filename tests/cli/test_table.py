"""`table`: columns and sets, selections, formats, files, stops."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from cli_support import Run
from tabulating_support import FINDING_COLUMN, PAPERS, SAMPLE, SAMPLE_COLUMN, reading_model
from typer.testing import CliRunner, Result

import assistant.models
from assistant.cli import interrupt
from assistant.cli.app import app
from assistant.models import GenerationRequest
from assistant.models.fake import HashingEmbedder
from assistant.progress import Progress

SENTENCE = "We gave zinc or placebo to 120 adults with a cold."


@pytest.fixture
def run(requests: list[GenerationRequest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command with a model that reads, on a library of four papers."""
    monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: reading_model(requests))
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())

    def invoke(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    page = tmp_path / "papers.jsonl"
    lines = [paper.model_dump_json(exclude={"source"}) for paper in PAPERS]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert invoke("import", page).exit_code == 0
    return invoke


def test_text_has_a_paragraph_for_each_paper(run: Run) -> None:
    result = run("table", "--column", SAMPLE_COLUMN, "--column", FINDING_COLUMN)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(
        "Zinc against colds (2021)  [doi:10.1000/zinc]\n"
        "  sample   120 adults took part.\n"
        "  finding  Symptoms ended two days earlier with zinc.\n\n"
        "Green tea and sleep (2019)  ["
    )
    assert "  sample   —\n" in result.stdout
    assert result.stderr == "1 paper without an abstract: only the catalogue can answer.\n"


def test_jsonl_has_everything(run: Run) -> None:
    result = run("table", "--column", SAMPLE_COLUMN, "--format", "jsonl", "--limit", "1")
    (line,) = map(json.loads, result.stdout.splitlines())
    confidence = line["cells"]["sample"].pop("confidence")
    assert 0.5 < confidence <= 1
    assert line == {
        "id": "doi:10.1000/zinc",
        "title": "Zinc against colds",
        "year": "2021",
        "link": "https://doi.org/10.1000/zinc",
        "cells": {
            "sample": {
                "answer": "120 adults took part.",
                "sentence": SENTENCE,
                "method": "written",
            }
        },
    }


def test_csv_has_the_sentence_next_to_the_answer_and_no_formulas(run: Run) -> None:
    result = run("table", "--column", SAMPLE_COLUMN, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff"))))
    assert list(rows[0]) == [
        "id", "title", "year", "link",
        "sample", "sample: sentence", "sample: method", "sample: confidence",
    ]  # fmt: skip
    assert (rows[0]["sample"], rows[0]["sample: sentence"]) == ("120 adults took part.", SENTENCE)
    assert rows[2]["title"] == "'=A theory of sand"
    assert rows[2]["sample"] == ""


def test_markdown_has_footnotes(run: Run) -> None:
    result = run("table", "--column", SAMPLE_COLUMN, "--format", "md")
    lines = result.stdout.splitlines()
    assert lines[0] == "| paper | sample |"
    assert lines[1] == "|---|---|"
    assert lines[2].endswith("(2021) | 120 adults took part.[^1] |")
    assert f"[^1]: {SENTENCE}" in lines
    assert all(line.count("|") == 3 for line in lines[:6])


def test_html_shows_the_sentence_on_hover_and_loads_nothing(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "table.html"
    result = run("table", "--column", 'sample=How many <b>"people"</b> took part?', "--out", out)
    assert result.exit_code == 0
    assert f"Wrote 4 papers to {out}." in " ".join(result.stderr.split())
    page = out.read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    assert "<script" not in page
    assert "=A theory of sand" in page
    page = run("table", "--column", SAMPLE_COLUMN, "--format", "html").stdout
    assert f'title="{SENTENCE}"' in page
    assert f"<summary>120 adults took part.</summary><blockquote>{SENTENCE}</blockquote>" in page


def test_a_workbook_has_text_and_no_formulas(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "table.xlsx"
    columns = (SAMPLE_COLUMN, "=SUM=+Why @all?")
    assert run("table", "--column", columns[0], "--out", out).exit_code == 0
    with zipfile.ZipFile(out) as book:
        names = book.namelist()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "xl/worksheets/sheet2.xml" in names
    assert "<f>" not in sheet
    assert "=A theory of sand" in strings
    assert "120 adults took part." in strings
    assert SENTENCE in strings
    assert SAMPLE in strings


def test_without_the_extra_package_a_workbook_is_refused_at_once(
    run: Run, requests: list[GenerationRequest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    out = tmp_path / "table.xlsx"
    result = run("table", "--column", SAMPLE_COLUMN, "--out", out)
    assert result.exit_code == 1
    assert "offline-paper-assistant[xlsx]" in result.stderr
    assert not requests
    assert not out.exists()


def test_papers_are_selected_in_every_way(run: Run) -> None:
    def titles(*options: str) -> list[str]:
        result = run("table", "--column", SAMPLE_COLUMN, "--format", "jsonl", *options)
        assert result.exit_code == 0, result.output
        return [json.loads(line)["title"] for line in result.stdout.splitlines()]

    assert titles("--tag", "trial") == ["Zinc against colds", "Green tea and sleep"]
    assert titles("tag:trial", "--since", "2020") == ["Zinc against colds"]
    assert titles("tea") == ["Green tea and sleep"]
    assert titles("--search", "dunes of sand", "--limit", "1") == ["=A theory of sand"]
    assert titles("--id", "2", "--id", "#1") == ["Green tea and sleep", "Zinc against colds"]
    assert titles("--only", "sample") == ["Zinc against colds", "Green tea and sleep"]
    assert titles("--only", "sample=STUDENTS") == ["Green tea and sleep"]
    assert titles("--sort", "sample", "--limit", "2") == [
        "Zinc against colds",
        "Green tea and sleep",
    ]
    assert titles("--sort", "year")[:2] == ["Green tea and sleep", "Zinc against colds"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Which questions?"),
        (["--column", "How many?"], "has no name"),
        (["--set", "trails"], "no set “trails”"),
        (["--column", SAMPLE_COLUMN, "--only", "size"], "no column “size”"),
        (["--column", SAMPLE_COLUMN, "--sort", "size"], "no column “size”"),
        (["--column", SAMPLE_COLUMN, "--search", "tea", "zinc"], "Select papers by"),
        (["--column", SAMPLE_COLUMN, "--id", "1", "--tag", "trial"], "Select papers by"),
        (["--column", SAMPLE_COLUMN, "--search", " "], "--search is empty"),
        (["--column", SAMPLE_COLUMN, "--out", "table.doc"], "unknown file extension"),
        (["--column", SAMPLE_COLUMN, "--format", "xlsx"], "needs a name"),
        (["--column", SAMPLE_COLUMN, "--save-set", "a/b"], "cannot be the name"),
        (["--column", "n=Wie viele Personen haben teilgenommen?"], "not in English"),
        (["--delete-set", "trial"], "No set “trial” is saved"),
    ],
)
def test_a_mistake_is_explained_before_anything_is_asked(
    run: Run, requests: list[GenerationRequest], options: list[str], message: str
) -> None:
    result = run("table", *options)
    assert result.exit_code == 2, result.output
    assert message in " ".join(result.stderr.split())
    assert result.stderr.count("\n") == 1
    assert not requests


def test_sets_are_saved_used_listed_and_deleted(run: Run) -> None:
    result = run("table", "--column", SAMPLE_COLUMN, "--save-set", "sizes", "--id", "1")
    assert "Saved 1 column as the set “sizes”." in result.stderr
    added = run(
        "table", "--set", "sizes", "--column", FINDING_COLUMN, "--id", "1", "--format", "md"
    )
    assert added.stdout.startswith("| paper | sample | finding |\n")
    listed = run("table", "--sets").stdout
    assert f"sizes  (saved with the library)\n  sample  {SAMPLE}\n" in listed
    assert "trial  (a clinical trial)\n  population" in listed
    assert "Deleted the set “sizes”." in run("table", "--delete-set", "sizes").stderr
    assert "sizes" not in run("table", "--sets").stdout


def test_answers_are_saved_and_redone_on_request(
    run: Run, requests: list[GenerationRequest]
) -> None:
    run("table", "--column", SAMPLE_COLUMN)
    count = len(requests)
    assert count
    run("table", "--column", SAMPLE_COLUMN)
    assert len(requests) == count
    run("table", "--column", SAMPLE_COLUMN, "--redo", "--id", "1")
    assert count < len(requests) < 2 * count


def test_an_empty_library_and_no_match_are_told(run: Run, tmp_path: Path) -> None:
    result = run("table", "--column", SAMPLE_COLUMN, "--tag", "none")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No papers match." in result.stderr
    result = run("table", "--column", SAMPLE_COLUMN, "--library", tmp_path / "new")
    assert "The library is empty." in result.stderr


def test_a_stopped_table_leaves_the_file_and_keeps_the_answers(
    run: Run,
    requests: list[GenerationRequest],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    out = tmp_path / "table.csv"
    out.write_text("before", encoding="utf-8")

    class Stopping(Progress):
        def report(self, *given: object, **named: object) -> None:
            super().report(*given, **named)  # type: ignore[arg-type]
            if self.latest.done:
                self.stop()

    monkeypatch.setattr(interrupt, "Progress", Stopping)
    result = run("table", "--column", SAMPLE_COLUMN, "--out", out)
    assert result.exit_code == 130
    assert result.stderr.startswith("Stopped after ")
    assert "was not written" in " ".join(result.stderr.split())
    assert out.read_text(encoding="utf-8") == "before"
