"""`search`, `list` and `show`, per stream and exit code."""

from __future__ import annotations

import json
from pathlib import Path

from cli_support import Run


def test_search_shows_the_best_first(run: Run, filled: Path) -> None:
    result = run("search", "owls", "--limit", "2")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(" 1. On the sleep of owls  text:")


def test_search_json_is_one_object_a_line_of_stdin(run: Run, filled: Path) -> None:
    result = run("search", "-", "--json", "--limit", "1", stdin="owls\n\n  \nbees\n")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [shape["query"] for shape in found] == ["owls", "bees"]
    assert [shape["hits"][0]["title"][-4:] for shape in found] == ["owls", "bees"]
    assert list(found[0]["hits"][0]) == ["n", "id", "title", "score", "similarity"]


def test_a_search_that_finds_nothing_says_so_on_stderr(run: Run) -> None:
    result = run("search", "owls")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Nothing" in result.stderr


def test_an_empty_query_is_wrong_use(run: Run, filled: Path) -> None:
    result = run("search", "  ")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: The query is empty. Say what to look for.\n"


def test_list_is_a_row_with_tabs_for_each_paper(run: Run, filled: Path) -> None:
    run("tldr", "--limit", "1")
    result = run("list")
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[0][2:] == ["On the sleep of cats", "They sleep fourteen hours a day."]
    assert rows[1][2:] == ["On the sleep of dogs", ""]


def test_list_json_is_one_array(run: Run, filled: Path) -> None:
    papers = json.loads(run("list", "--json").stdout)
    assert [paper["number"] for paper in papers] == [1, 2, 3, 4, 5]
    assert list(papers[0]) == ["number", "id", "title", "tldr"]


def test_an_empty_library_is_an_empty_list(run: Run) -> None:
    assert json.loads(run("list", "--json").stdout) == []
    result = run("list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "assistant import" in result.stderr


def test_show_by_number_and_by_id(run: Run, filled: Path) -> None:
    shape = json.loads(run("show", "3", "--json").stdout)
    assert shape["title"] == "On the sleep of owls"
    assert shape["tldr"] is None
    text = run("show", shape["id"]).stdout
    assert text.startswith("On the sleep of owls\n")
    assert "We show that owls sleep fourteen hours a day." in text
    assert f"{shape['id']} (#3)" in text


def test_show_of_an_unknown_paper_fails_in_one_line(run: Run, filled: Path) -> None:
    result = run("show", "arxiv:9999.99999")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: No paper in the library has the id")
    assert len(result.stderr.splitlines()) == 1


def test_an_abstract_cannot_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "evil.jsonl"
    paper = {"title": "Red \u009b31m title", "abstract": "Clear the \u001b[2J screen. It is gone."}
    page.write_text(json.dumps(paper), encoding="utf-8")
    run("import", page)
    shown = run("show", "1").stdout
    assert "\x1b" not in shown
    assert "\x9b" not in shown
