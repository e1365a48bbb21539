"""`duplicates`, `merge` and `split`: text, JSON, and errors that say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run

OWLS = {"title": "On the sleep of the brown owl", "authors": ["Bo Ek"], "published": "2020"}


@pytest.fixture
def owls(run: Run, tmp_path: Path) -> Path:
    file = tmp_path / "owls.jsonl"
    records = [OWLS | {"doi": "10.1000/owl", "abstract": "They sleep."}]
    records += [OWLS | {"title": "On the sleep of the browne owl", "abstract": "Owls."}]
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    assert run("import", file).exit_code == 0
    return file


def test_a_pair_is_shown_merged_and_split_again(run: Run, owls: Path) -> None:
    (pair,) = json.loads(run("duplicates", "--json").stdout)
    assert run("duplicates").stdout.splitlines() == [
        "#1  On the sleep of the brown owl (2020)  doi:10.1000/owl",
        f"#2  On the sleep of the browne owl (2020)  {pair['other']['id']}",
        "    same first author; the titles differ in spelling",
    ]
    assert pair["one"] == {"number": 1, "id": "doi:10.1000/owl", "title": OWLS["title"]}
    merged = run("merge", "10.1000/owl", pair["other"]["id"])
    assert merged.stdout == f"Merged: doi:10.1000/owl (#1) {OWLS['title']}, 2 records.\n"
    nothing = run("duplicates")
    assert (nothing.stdout, nothing.stderr) == ("", "No possible duplicates.\n")
    assert json.loads(run("import", owls, "--json").stdout)["unchanged"] == 2
    text = run("show", "1", "--sources").stdout
    assert "\n1. owls.jsonl\n" in text
    assert "\n2. owls.jsonl\n" in text
    split = json.loads(run("split", "1", "2", "--json").stdout)
    assert [paper["title"] for paper in split] == [OWLS["title"], "On the sleep of the browne owl"]
    assert json.loads(run("duplicates", "--json").stdout) == []
    again = json.loads(run("merge", *(str(paper["number"]) for paper in split), "--json").stdout)
    assert again == {"number": 1, "id": "doi:10.1000/owl", "title": OWLS["title"], "records": 2}
    assert len(run("split", "1").stdout.splitlines()) == 2


def test_a_dismissed_pair_is_not_shown_again(run: Run, owls: Path) -> None:
    result = run("duplicates", "--dismiss", "1, 2", "--json")
    assert [paper["number"] for paper in json.loads(result.stdout)["different"]] == [1, 2]
    assert run("duplicates").stderr == "No possible duplicates.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("merge", "1", "10.1000/none"), 1, "No paper in the library has the id '10.1000/none'"),
        (("merge", "1", "#1"), 1, "Give the ids of two papers."),
        (("split", "99"), 1, "No paper"),
        (("split", "1"), 1, "has only one record"),
        (("duplicates", "--dismiss", "1"), 2, "needs two ids"),
        (("duplicates", "--dismiss", "1,1"), 1, "`assistant split ID`"),
    ],
)
def test_errors_say_what_to_do(
    run: Run, owls: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert result.stdout == ""


def test_only_some_pairs_are_shown(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    spellings = ("brown", "browne", "brownn")
    records = [OWLS | {"title": f"On the sleep of the {word} owl"} for word in spellings]
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    run("import", file)
    shown = run("duplicates", "--limit", "2")
    assert len(shown.stdout.splitlines()) == 6
    assert shown.stderr == "Only the first 2 pairs are shown. --limit N shows more.\n"
