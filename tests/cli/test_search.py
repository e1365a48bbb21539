"""`search`, `similar`, `list` and `show`, per stream and exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run

from assistant.cli.options import FilterOptions
from assistant.library import Filters, Library
from assistant.paper import Paper
from assistant.settings import load_settings


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
    assert result.stderr == "No papers match.\n"


def test_an_empty_query_is_wrong_use(run: Run, filled: Path) -> None:
    result = run("search", "  ")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: The query is empty. Enter what to search for.\n"


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


@pytest.fixture
def dated(run: Run, tmp_path: Path) -> None:
    """The library holds three papers with dates, authors and tags."""
    papers = [
        {"title": "On owls", "authors": ["Zoë O'Neil"], "published": "2020", "tags": ["birds"]},
        {"title": "On bees", "authors": ["Ann Lee"], "published": "2024-03", "tags": ["insects"]},
        {"title": "On ants", "authors": ["Ann Lee", "Bo Ek"], "published": "2024-05-01"},
    ]
    lines = [json.dumps({"abstract": "They sleep and wake.", **paper}) for paper in papers]
    (tmp_path / "dated.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run("import", tmp_path / "dated.jsonl").exit_code == 0


def titles(run: Run, *arguments: str, stdin: str | None = None) -> list[str]:
    result = run(*arguments, "--json", stdin=stdin)
    assert result.exit_code == 0, result.stderr
    shape = json.loads(result.stdout)
    return [paper["title"] for paper in (shape if arguments[0] == "list" else shape["hits"])]


@pytest.mark.usefixtures("dated")
@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["since:2021 sleep"], {"On bees", "On ants"}),
        (["sleep", "--since", "2021"], {"On bees", "On ants"}),
        (["sleep author:lee", "--until", "2024-04"], {"On bees"}),
        (["sleep", "--author", "lee", "--author", "ek"], {"On ants"}),
        (["sleep", "--tag", "Birds"], {"On owls"}),
        (["sleep -tag:birds author:lee"], {"On bees", "On ants"}),
        (["sleep", "--source", "DATED.jsonl", "--source", "x"], {"On bees", "On ants", "On owls"}),
        (["sleep", "--source", "x"], set()),
    ],
)
def test_filters_in_the_query_and_as_options(
    run: Run, arguments: list[str], found: set[str]
) -> None:
    query, *options = arguments
    assert set(titles(run, "search", query, *options)) == found
    assert set(titles(run, "search", "-", *options, stdin=query)) == found
    assert set(titles(run, "list", query, *options)) == found


@pytest.mark.usefixtures("dated")
def test_filters_alone_list_the_newest_first(run: Run) -> None:
    assert titles(run, "search", "author:lee") == ["On ants", "On bees"]
    assert titles(run, "search", "", "--since", "2020") == ["On ants", "On bees", "On owls"]
    assert titles(run, "list", "--until", "2024-03") == ["On bees", "On owls"]
    assert titles(run, "list") == ["On owls", "On bees", "On ants"], "the order of import"
    assert titles(run, "list", "bees") == ["On bees"]


@pytest.mark.usefixtures("dated")
@pytest.mark.parametrize("command", ["search", "list", "similar"])
def test_a_wrong_filter_is_wrong_use_and_says_what_is_possible(run: Run, command: str) -> None:
    result = run(command, "1", "--since", "yesterday")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: since:yesterday is not a date; write")
    assert len(result.stderr.splitlines()) == 1


def test_a_wrong_filter_in_one_line_does_not_cost_the_others(run: Run, filled: Path) -> None:
    result = run("search", "-", "--limit", "1", stdin="owls since:x\nowls\n")
    assert result.exit_code == 1
    assert "since:x is not a date" in result.stderr
    assert "On the sleep of owls" in result.stdout


@pytest.mark.usefixtures("dated")
def test_a_list_that_nothing_fits_says_so(run: Run) -> None:
    result = run("list", "tag:nothing")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No papers match.\n"


def test_similar_shows_the_nearest_and_not_the_paper_itself(run: Run, filled: Path) -> None:
    result = run("similar", "3", "--limit", "2")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 2
    assert "owls" not in result.stdout
    shape = json.loads(run("similar", "#3", "--json").stdout)
    assert shape["id"].startswith("text:")
    assert [hit["n"] for hit in shape["hits"]] == [1, 2, 3, 4]
    assert list(shape["hits"][0]) == ["n", "id", "title", "score", "similarity"]
    assert shape["hits"][0]["similarity"] >= shape["hits"][1]["similarity"]


def test_similar_to_no_paper_fails_in_one_line(run: Run, filled: Path) -> None:
    result = run("similar", "arxiv:9999.99999")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: No paper in the library has the id")


def test_options_and_the_line_together() -> None:
    options = FilterOptions(since="2020", author=["lee"], tag=["nlp"])
    text, filters = options.with_query("sleep until:2024 tag:nlp tag:x")
    assert text == "sleep"
    assert filters == Filters(since="2020", until="2024", authors=("lee",), tags=("nlp", "x"))
    assert FilterOptions().with_query("sleep: why") == ("sleep: why", Filters())


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


@pytest.mark.usefixtures("dated")
@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--sort", "title"], ["On ants", "On bees", "On owls"]),
        (["--sort", "published"], ["On ants", "On bees", "On owls"]),
        (["--sort", "added"], ["On ants", "On bees", "On owls"]),
        (["--sort", "venue", "--limit", "1"], ["On owls"]),
        (["--sort", "title", "--limit", "2"], ["On ants", "On bees"]),
        (["--limit", "1"], ["On owls"]),
        (["author:lee", "--sort", "title", "--limit", "1"], ["On ants"]),
        (["sleep", "--limit", "9"], ["On ants", "On bees", "On owls"]),
        (["sleep", "--limit", "1", "--tag", "birds"], ["On owls"]),
    ],
)
def test_lists_are_sorted_and_limited(run: Run, arguments: list[str], found: list[str]) -> None:
    assert sorted(titles(run, "list", *arguments)) == sorted(found)
    if "sleep" not in arguments:
        assert titles(run, "list", *arguments) == found


def test_titles_are_sorted_without_case_and_the_latest_come_first(run: Run, tmp_path: Path) -> None:
    for n, title in enumerate(["beta", "Alpha", "Gamma"]):
        page = tmp_path / f"{n}.jsonl"
        page.write_text(json.dumps({"title": title, "abstract": f"Text {n}."}), encoding="utf-8")
        run("import", page)
    assert titles(run, "list", "--sort", "title") == ["Alpha", "beta", "Gamma"]
    assert titles(run, "list", "--sort", "added") == ["Gamma", "Alpha", "beta"]


@pytest.mark.usefixtures("dated")
@pytest.mark.parametrize(
    "arguments",
    [["--sort", "size"], ["--limit", "0"], ["--limit", "x"], ["sleep", "--sort", "title"]],
)
def test_a_list_in_an_order_that_is_none_is_wrong_use(run: Run, arguments: list[str]) -> None:
    result = run("list", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--sort" in result.stderr or "--limit" in result.stderr


def test_show_can_list_every_record(run: Run, tmp_path: Path) -> None:
    paper = {"title": "On owls", "doi": "10.1234/owls", "authors": ["Zoë O'Neil"]}
    for name, more in (
        ("a.jsonl", {"published": "2020"}),
        ("b.jsonl", {"abstract": "They sleep.", "tags": ["birds"]}),
        ("c.jsonl", {"abstract": "They sleep.", "tags": ["birds"]}),
    ):
        (tmp_path / name).write_text(json.dumps(paper | more), encoding="utf-8")
        assert run("import", tmp_path / name).exit_code == 0
    shape = json.loads(run("show", "1", "--sources", "--json").stdout)
    assert [record["sources"] for record in shape["sources"]] == [
        ["a.jsonl"],
        ["b.jsonl", "c.jsonl"],
    ]
    assert [record["published"] for record in shape["sources"]] == ["2020", None]
    assert "source" not in shape["sources"][0]
    text = run("show", "1", "--sources").stdout
    assert "Read from: a.jsonl, b.jsonl, c.jsonl\n" in text
    assert "\n2. b.jsonl, c.jsonl\n" in text
    # Its title, its reference, and the titles of the records.
    assert text.count("On owls") == 4
    plain = run("show", "1")
    assert "sources" not in json.loads(run("show", "1", "--json").stdout)
    assert plain.stdout.count("On owls") == 2


def test_show_of_a_paper_from_one_file_or_none(run: Run, filled: Path) -> None:
    text = run("show", "1", "--sources").stdout
    assert text.count("papers.jsonl") == 2
    with Library.open(load_settings().library, None) as library:
        library.add([Paper(title="Typed", abstract="By hand.")])
    text = run("show", "6", "--sources").stdout
    assert "Read from" not in text
    assert "not read from a file" in text
