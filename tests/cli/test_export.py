"""`export`, per format, place and exit code."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli_support import Run

from assistant.exporting import FORMATS

ENDINGS = {name: form.ending for name, form in FORMATS.items() if form.ending}


def test_stdout_is_bibtex_with_the_tldrs(run: Run, filled: Path) -> None:
    run("tldr", "--limit", "1")
    result = run("export")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.count("@misc{") == 5
    assert "title = {On the sleep of cats}" in result.stdout
    assert result.stdout.count("annote = {TL;DR: They sleep fourteen hours a day.}") == 1


@pytest.mark.parametrize("name", ENDINGS)
def test_the_ending_tells_the_format(run: Run, filled: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / f"out{ENDINGS[name].upper()}"
    result = run("export", "-o", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"Wrote 5 papers to {out}.\n"
    assert out.read_text(encoding="utf-8") == run("export", "--format", name).stdout
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("name", ["bibtex", "ris", "csljson", "jsonl"])
def test_another_library_reads_what_was_written(
    run: Run, filled: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / f"out{ENDINGS[name]}"
    run("export", "-o", out)
    other = ("--library", tmp_path / "other")
    assert run("import", out, *other).exit_code == 0
    ids = [[it["id"] for it in json.loads(run("list", "--json", *at).stdout)] for at in ((), other)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 5


def test_filters_choose_the_papers(run: Run, tmp_path: Path) -> None:
    papers = [
        {"title": "On owls", "abstract": "They sleep.", "tags": ["birds"], "published": "2020"},
        {"title": "On bees", "abstract": "They fly.", "tags": ["insects"], "published": "2024-03"},
    ]
    path = tmp_path / "two.jsonl"
    path.write_text("\n".join(map(json.dumps, papers)), encoding="utf-8")
    run("import", path)

    def titles(*arguments: str) -> list[str]:
        rows = run("export", "--format", "jsonl", *arguments).stdout.splitlines()
        return [json.loads(row)["title"] for row in rows]

    assert titles() == ["On owls", "On bees"]
    assert titles("--tag", "birds") == ["On owls"]
    assert titles("since:2021") == ["On bees"]
    assert titles("sleep") == ["On owls"]
    assert titles("--until", "2022", "sleep") == ["On owls"]
    result = run("export", "sleep since:2021")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No papers match." in result.stderr


def test_a_table_opens_in_a_spreadsheet(run: Run, filled: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run("export", "-o", out)
    assert out.read_bytes().startswith(b"\xef\xbb\xbfid,title,")
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 5


def test_notes_go_into_a_folder(run: Run, filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vault" / "papers"
    result = run("export", "--format", "obsidian", "-o", folder)
    assert (result.exit_code, result.stderr) == (0, f"Wrote 5 papers to {folder}.\n")
    assert sorted(note.name for note in folder.iterdir()) == [
        f"On the sleep of {topic}.md" for topic in ("ants", "bees", "cats", "dogs", "owls")
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--format", "obsidian"], "Give one with --out FOLDER"),
        (["-o", "papers.docx"], "unknown file extension"),
        (["-o", "papers"], "unknown file extension"),
        (["--since", "soon"], "is not a date"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use(
    run: Run, filled: Path, arguments: list[str], why: str
) -> None:
    result = run("export", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_a_place_that_cannot_be_written_is_one_line(run: Run, filled: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    for arguments in (["-o", file / "x.bib"], ["--format", "obsidian", "-o", file]):
        result = run("export", *arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
    assert file.read_text(encoding="utf-8") == "mine"


def test_an_empty_library_gives_an_empty_file(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = run("export", "-o", out)
    assert result.exit_code == 0
    assert "assistant import" in result.stderr
    assert json.loads(out.read_text(encoding="utf-8")) == []
