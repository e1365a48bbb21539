"""`embed`, `stats`, `check`, `backup` and `restore`, per stream and exit code."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from cli_support import Run, write_papers

import assistant.models
from assistant.errors import EmbedderUnavailable
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.settings import load_settings

SLOW = """
import time
import assistant.models as models
from assistant.models.fake import HashingEmbedder

class SlowEmbedder(HashingEmbedder):
    def embed(self, texts):
        time.sleep(0.3)
        return super().embed(texts)

models.open_embedder = lambda settings, notify: SlowEmbedder()
from assistant.cli import main
main()
"""


def damage(*statements: str) -> None:
    catalog = load_settings().library / "catalog.sqlite"
    with closing(sqlite3.connect(catalog)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def missing() -> int:
    with Library.open(load_settings().library, None) as library:
        return library.vectors.missing()


# embed


def test_vectors_are_left_to_embed(run: Run, papers: Path) -> None:
    assert run("import", papers, "--no-vectors").exit_code == 0
    assert missing() == 5
    result = run("embed")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "5 papers embedded; 0 still without vectors.\n"
    assert missing() == 0
    assert run("embed").stdout == "0 papers embedded; 0 still without vectors.\n"


def test_embed_without_a_model_is_an_error(
    run: Run, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object) -> None:
        raise EmbedderUnavailable("There is no embedding model. Install it.")

    monkeypatch.setattr(assistant.models, "open_embedder", unavailable)
    run("import", papers)
    result = run("embed")
    assert (result.exit_code, result.stdout) == (1, "")
    why, error = result.stderr.splitlines()
    assert why.startswith("There is no embedding model. Install it.")
    assert error == "Error: Vectors cannot be computed without an embedding model."


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_embed_is_interrupted_and_goes_on(run: Run, tmp_path: Path) -> None:
    many = write_papers(tmp_path / "many.jsonl", [f"animal{n}" for n in range(400)])
    run("import", many, "--no-vectors")
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, "embed"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and missing() == 400:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate()
    assert (process.returncode, said) == (130, "")
    left = missing()
    assert 0 < left < 400
    assert out == f"{400 - left} papers embedded; {left} still without vectors.\n"
    assert run("embed").stdout == f"{left} papers embedded; 0 still without vectors.\n"
    assert run("check").exit_code == 0


# stats


def test_stats_of_an_empty_library(run: Run) -> None:
    result = run("stats")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split()[-1] for line in result.stdout.splitlines()] == ["0"] * 5
    shape = json.loads(run("stats", "--json").stdout)
    assert shape == dict.fromkeys(
        ("papers", "without_abstract", "without_date", "merged", "with_tldr"), 0
    ) | {"years": [], "tags": [], "sources": [], "authors": []}


def test_stats_for_people_and_for_programs(run: Run, filled: Path) -> None:
    run("tldr", "--limit", "2")
    run("tag", "star", "1", "2")
    shape = json.loads(run("stats", "--json").stdout)
    assert (shape["papers"], shape["with_tldr"], shape["without_date"]) == (5, 2, 5)
    assert shape["merged"] == 0
    assert shape["tags"] == [["star", 2]]
    assert shape["sources"] == [["papers.jsonl", 5]]
    lines = run("stats").stdout.splitlines()
    assert lines[:2] == ["Papers              5", "With TL;DR          2"]
    assert lines[lines.index("Tags") + 1] == "        2  star"
    assert lines[lines.index("Sources") + 1] == "        5  papers.jsonl"


# check


@pytest.mark.parametrize("option", [[], ["--repair"]])
def test_a_sound_library(run: Run, filled: Path, option: list[str]) -> None:
    result = run("check", *option)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "No problems found.\n"
    shape = json.loads(run("check", "--json", *option).stdout)
    assert shape == {"problems": [], "repaired": bool(option)}


def test_an_empty_library_is_sound(run: Run) -> None:
    assert run("check").stdout == "No problems found.\n"


def test_check_repair_check(run: Run, filled: Path) -> None:
    damage("DELETE FROM labels WHERE paper = 2", "UPDATE chunks SET vector = x'' WHERE paper = 3")
    found = run("check")
    assert (found.exit_code, found.stderr) == (1, "")
    assert found.stdout.splitlines() == [
        "1 paper (#2) cannot be found by all identifiers or filters.",
        "    --repair: Rebuilds the identifiers and filters.",
        "The vectors of 1 paper (#3) are damaged.",
        "    --repair: Removes them; then run `assistant embed`.",
    ]
    repaired = run("check", "--repair", "--json")
    assert repaired.exit_code == 0
    shape = json.loads(repaired.stdout)
    assert shape["repaired"] is True
    assert [list(problem) for problem in shape["problems"]] == [["what", "mend", "repaired"]] * 2
    assert all(problem["repaired"] for problem in shape["problems"])
    assert run("check").exit_code == 0
    assert run("embed").stdout.startswith("1 paper embedded;")


def test_what_cannot_be_repaired_exits_with_1(run: Run, filled: Path) -> None:
    damage("DELETE FROM full_text_config")
    result = run("check", "--repair")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "The full-text index does not match the papers.",
        "    This could not be repaired: restore a backup, or start a new library.",
    ]
    assert json.loads(run("check", "--json", "--repair").stdout)["problems"][0]["repaired"] is False


def test_a_file_that_is_no_catalogue_is_an_error_of_one_line(run: Run, filled: Path) -> None:
    catalog = load_settings().library / "catalog.sqlite"
    catalog.write_bytes(b"\xa5" * catalog.stat().st_size)
    result = run("check", "--repair")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert "is not a readable catalogue" in result.stderr
    assert len(result.stderr.splitlines()) == 1


# backup and restore


def test_there_and_back(run: Run, filled: Path, tmp_path: Path) -> None:
    run("tldr", "--limit", "2")
    run("tag", "star", "3")
    before = run("list").stdout
    target = tmp_path / "b.zip"
    result = run("backup", target)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"Backed up 5 papers to {target} ({target.stat().st_size / 1e6:,.1f} MB).\n"
    )
    new = tmp_path / "new"
    restored = run("restore", target, "--library", new)
    assert (restored.exit_code, restored.stderr) == (0, "")
    assert restored.stdout.startswith(f"Restored 5 papers to {new} (backup of 20")
    assert run("list", "--library", new).stdout == before
    assert run("check", "--library", new).stdout == "No problems found.\n"


def test_restore_spares_what_is_there(run: Run, filled: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "b.zip")
    run("remove", "1", "--yes")
    refused = run("restore", tmp_path / "b.zip")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "--replace" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert json.loads(run("status", "--json").stdout)["papers"] == 4
    assert run("restore", tmp_path / "b.zip", "--replace").exit_code == 0
    assert json.loads(run("status", "--json").stdout)["papers"] == 5
    assert (load_settings().library / "catalog.sqlite.before-restore").is_file()


def test_what_is_no_backup_leaves_no_library(run: Run, tmp_path: Path) -> None:
    for name in ("none.zip", "text.zip", "other.zip"):
        source = tmp_path / name
        if name == "text.zip":
            source.write_text("Dear all,")
        if name == "other.zip":
            with zipfile.ZipFile(source, "w") as archive:
                archive.writestr("thesis.tex", "x")
        result = run("restore", source)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith(f"Error: {source} cannot be restored: ")
        assert len(result.stderr.splitlines()) == 1
        assert not load_settings().library.exists()


def test_a_backup_over_the_catalogue_is_refused(run: Run, filled: Path) -> None:
    catalog = load_settings().library / "catalog.sqlite"
    result = run("backup", catalog)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "inside the library folder" in result.stderr
    with Library.open(load_settings().library, HashingEmbedder()) as library:
        assert library.papers.count() == 5


def test_a_library_in_use_is_not_replaced(run: Run, filled: Path, tmp_path: Path) -> None:
    run("backup", tmp_path / "b.zip")
    with Library.open(load_settings().library, None):
        result = run("restore", tmp_path / "b.zip", "--replace")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "open; close it and try again" in result.stderr
