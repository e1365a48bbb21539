"""`tldr`: formats, files, going on, and papers that are not in the library."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from cli_support import Run

from assistant.errors import ModelError
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel

SENTENCE = "They sleep fourteen hours a day."
SHAPE = ["id", "title", "tldr", "method", "model", "prompt", "seconds"]


def test_jsonl_is_one_object_a_paper_in_library_order(
    run: Run, filled: Path, requests: list[GenerationRequest]
) -> None:
    result = run("tldr", "--format", "jsonl")
    assert (result.exit_code, result.stderr) == (0, "")
    shapes = [json.loads(line) for line in result.stdout.splitlines()]
    assert [shape["title"][-4:] for shape in shapes] == ["cats", "dogs", "owls", "bees", "ants"]
    assert all(list(shape) == SHAPE for shape in shapes)
    assert run("tldr", "--json").stdout == result.stdout
    assert len(requests) == 5


def test_a_call_goes_on_where_the_last_one_stopped(
    run: Run, filled: Path, requests: list[GenerationRequest]
) -> None:
    assert len(run("tldr", "--limit", "2").stdout.splitlines()) == 2
    assert len(requests) == 2
    assert len(run("tldr").stdout.splitlines()) == 5
    assert len(requests) == 5


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", f"On the sleep of cats — {SENTENCE}"),
        ("md", f"- **On the sleep of cats** — {SENTENCE}"),
    ],
)
def test_formats_for_people(run: Run, filled: Path, form: str, expected: str) -> None:
    lines = run("tldr", "--format", form).stdout.splitlines()
    assert len(lines) == 5
    assert lines[0] == expected


def test_csv_has_a_head_and_is_whole(run: Run, filled: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("tldr", "--format", "csv").stdout)))
    assert list(rows[0]) == SHAPE
    assert [row["tldr"] for row in rows] == [SENTENCE] * 5


def test_markdown_in_a_title_stays_text(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "star.jsonl"
    page.write_text('{"title": "A* and [x_i]", "abstract": "We search. It is fast."}', "utf-8")
    assert "**A\\* and \\[x\\_i\\]**" in run("tldr", page, "--format", "md").stdout


def test_papers_from_a_file_or_stdin_do_not_enter_the_library(run: Run, papers: Path) -> None:
    from_file = run("tldr", papers, "--json")
    from_stdin = run("tldr", "-", "--json", stdin=papers.read_bytes())
    assert from_file.exit_code == from_stdin.exit_code == 0
    assert from_file.stdout == from_stdin.stdout
    assert len(from_file.stdout.splitlines()) == 5
    assert json.loads(run("list", "--json").stdout) == []


def test_their_lines_are_kept_and_a_call_goes_on(
    run: Run, papers: Path, requests: list[GenerationRequest]
) -> None:
    run("tldr", papers, "--limit", "3")
    assert len(requests) == 3
    assert len(run("tldr", "-", stdin=papers.read_bytes()).stdout.splitlines()) == 5
    assert len(requests) == 5
    run("tldr", papers, "--redo")
    assert len(requests) == 10


def test_a_file_that_cannot_be_read_fails(run: Run, tmp_path: Path) -> None:
    result = run("tldr", tmp_path / "none.txt")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "none.txt does not exist" in result.stderr


def test_out_is_written_as_a_whole(run: Run, filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "tldrs.jsonl"
    result = run("tldr", "--json", "--out", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert len(target.read_text(encoding="utf-8").splitlines()) == 5
    assert list(tmp_path.glob("*.part")) == []


def test_a_failure_leaves_the_file_that_was_there(
    run: Run, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "tldrs.txt"
    target.write_text("precious", encoding="utf-8")
    broken = ScriptedModel([SENTENCE, ModelError("It broke. Start it again.")])
    monkeypatch.setattr("assistant.models.open_language_model", lambda *_: broken)
    result = run("tldr", "--out", target)
    assert result.exit_code == 1
    assert result.stderr == "Error: It broke. Start it again.\n"
    assert target.read_text(encoding="utf-8") == "precious"
    assert list(tmp_path.glob("*.part")) == []


def test_out_in_a_missing_folder_fails_before_any_work(
    run: Run, filled: Path, requests: list[GenerationRequest], tmp_path: Path
) -> None:
    result = run("tldr", "--out", tmp_path / "no" / "file.txt")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "--out" in result.stderr
    assert requests == []


def test_an_unknown_format_is_wrong_use(run: Run) -> None:
    result = run("tldr", "--format", "xml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "xml" in result.stderr


def test_a_page_to_read_is_whole_and_grouped(run: Run, filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    assert run("tldr", "--format", "html", "--by-date", "--out", target).exit_code == 0
    page = target.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.count(SENTENCE) == 5
    assert page.rstrip().endswith("</html>")


def test_redo_writes_what_is_there_anew(
    run: Run, filled: Path, requests: list[GenerationRequest]
) -> None:
    run("tldr")
    run("tldr", "--redo", "--limit", "2")
    assert len(requests) == 7


def test_a_selection_is_of_the_library(run: Run, filled: Path, papers: Path) -> None:
    nothing = run("tldr", "--tag", "no such tag")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "No papers match" in nothing.stderr
    for selection in (["--since", "2024"], ["--id", "1"]):
        refused = run("tldr", papers, *selection)
        assert refused.exit_code == 2
        assert "Import PATH first" in refused.stderr


def test_papers_are_named_by_id_each_once(run: Run, filled: Path) -> None:
    lines = run("tldr", "--id", "#3", "--id", "1", "--id", "3").stdout.splitlines()
    assert [line.split(" — ")[0][-4:] for line in lines] == ["owls", "cats"]
    unknown = run("tldr", "--id", "#77")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "77" in unknown.stderr
    both = run("tldr", "--id", "1", "--since", "2024")
    assert both.exit_code == 2
    assert "not both" in both.stderr


def test_explain_shows_what_was_read_written_and_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "cats.jsonl"
    abstract = "Cats are often seen. We propose CatNet, a network that sleeps. It is fast."
    page.write_text(json.dumps({"title": "A sleeping network", "abstract": abstract}), "utf-8")
    run("import", page)
    monkeypatch.setattr(
        "assistant.models.open_language_model",
        lambda *_: ScriptedModel(lambda request: "DogNet sleeps for 3 hours."),
    )
    result = run("tldr", "--explain", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "TL;DR: We propose CatNet, a network that sleeps.  (extracted)" in result.stdout
    assert "From:  We propose CatNet, a network that sleeps." in result.stdout
    assert " 1 generated  DogNet sleeps for 3 hours." in result.stdout
    assert "rejected: the paper does not contain: 3 h, DogNet" in result.stdout
    shape = json.loads(run("tldr", "--explain", "1", "--json").stdout)
    assert [one["read"] for one in shape["sentences"]] == [True] * 3
    assert shape["candidates"][0]["refused"]
    assert shape["tldr"] == shape["source"]
    assert run("tldr", page, "--explain", "1").exit_code == 2
    assert run("tldr", "--explain", "99").exit_code == 1
