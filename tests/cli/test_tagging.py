"""`tag`, `untag` and `remove`: what is selected, what stays, and that erased is erased."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cli_support import Run

from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.settings import load_settings


def library() -> Library:
    return Library.open(load_settings().library, HashingEmbedder())


def tags(run: Run, number: int) -> list[str]:
    found = json.loads(run("show", str(number), "--json").stdout)["tags"]
    assert isinstance(found, list)
    return found


def numbers(run: Run, *arguments: str) -> list[int]:
    return [paper["number"] for paper in json.loads(run("list", *arguments, "--json").stdout)]


# Tags


def test_tags_are_given_and_taken(run: Run, filled: Path) -> None:
    result = run("tag", "star, To  Read", "1", "#2", "1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "2 papers selected, 2 changed.\n"
    assert tags(run, 1) == ["star", "To Read"]
    assert numbers(run, "--tag", "to-read") == [2, 1]
    assert run("tag", "STAR", "1").stdout == "1 paper selected, 1 changed.\n"
    assert run("tag", "STAR", "1").stdout == "1 paper selected, 0 changed.\n"
    assert run("untag", "star", "--tag", "star").stdout == "2 papers selected, 2 changed.\n"
    assert numbers(run, "--tag", "star") == []
    assert tags(run, 2) == ["To Read"]


def test_own_tags_outlive_imports_and_taken_ones_do_not_come_back(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.jsonl"
    paper = {"title": "On owls", "abstract": "They sleep.", "tags": ["birds", "night"]}
    page.write_text(json.dumps(paper), encoding="utf-8")
    run("import", page)
    run("tag", "star", "1")
    run("untag", "Night", "1")
    for change in ({}, {"url": "https://example.org/owls"}, {"tags": ["night", "hooting"]}):
        page.write_text(json.dumps(paper | change), encoding="utf-8")
        assert run("import", page).exit_code == 0
        assert "night" not in tags(run, 1)
        assert {"star", "birds"} <= set(tags(run, 1))
    assert numbers(run, "--tag", "night") == []
    run("tag", "night", "1")
    assert numbers(run, "--tag", "night") == [1]


def test_tags_keep_vectors_and_tldrs(run: Run, filled: Path) -> None:
    run("tldr", "--limit", "1")
    run("tag", "star", "1")
    shape = json.loads(run("status", "--json").stdout)
    assert (shape["tldrs"], shape["missing_vectors"]) == (1, 0)
    assert run("check").exit_code == 0


def test_the_list_of_papers_is_read_from_stdin(run: Run, filled: Path) -> None:
    rows = run("list", "owls").stdout + "\n" + run("list", "bees").stdout
    assert run("tag", "seen", "-", "1", stdin=rows).stdout == "3 papers selected, 3 changed.\n"
    assert sorted(numbers(run, "--tag", "seen")) == [1, 3, 4]
    # As other programs write it.
    windows = "\ufeff" + rows.replace("\n", "\r\n")
    assert run("untag", "seen", "-", stdin=windows.encode()).exit_code == 0
    assert numbers(run, "--tag", "seen") == [1]
    assert run("tag", "seen", "-", stdin="").stdout == "0 papers selected, 0 changed.\n"


@pytest.mark.parametrize("command", [["tag", "x"], ["untag", "x"], ["remove", "--yes"]])
def test_nothing_and_both_are_wrong_use(run: Run, filled: Path, command: list[str]) -> None:
    for selection in ([], ["1", "--tag", "birds"], ["-", "--since", "2020"]):
        result = run(*command, *selection, stdin="1\n")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("Error: Select papers either by id or with --tag")
        assert len(result.stderr.splitlines()) == 1
    assert len(numbers(run)) == 5


@pytest.mark.parametrize("command", [["tag", "x"], ["untag", "x"], ["remove", "--yes"]])
@pytest.mark.parametrize("unknown", ["99", "doi:10.1/none", "", "text:"])
def test_an_unknown_or_doubtful_id_changes_nothing(
    run: Run, filled: Path, command: list[str], unknown: str
) -> None:
    result = run(*command, "1", unknown, "2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert run(*command, "-", stdin=f"1\n{unknown or 'x'}\n").exit_code == 1
    assert numbers(run, "--tag", "x") == []
    assert numbers(run) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("given", ["", " , ,", ","])
def test_no_tag_is_wrong_use(run: Run, filled: Path, given: str) -> None:
    result = run("tag", given, "1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "No tag was given" in result.stderr


# Removing


def test_without_a_person_to_ask_nothing_is_removed(run: Run, filled: Path) -> None:
    result = run("remove", "2", "3")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "On the sleep of dogs" in result.stderr
    assert "Give --yes" in result.stderr
    assert len(numbers(run)) == 5


def test_papers_are_removed_by_name_by_filter_and_by_list(run: Run, filled: Path) -> None:
    run("tag", "old", "1", "2")
    assert run("remove", "--yes", "--tag", "old").stdout == "2 papers removed.\n"
    assert run("remove", "-y", "-", stdin=run("list", "owls").stdout).stdout == "1 paper removed.\n"
    assert numbers(run) == [4, 5]
    result = run("remove", "--yes", "--tag", "old")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No papers match.\n"
    assert run("check").stdout == "No problems found.\n"
    assert run("search", "owls").exit_code == 0
    run("import", filled)
    assert numbers(run) == [4, 5, 6, 7, 8], "a number is never given again"
    assert numbers(run, "--tag", "old") == [], "the tags went with the papers"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("typed", "left", "code"), [("n", 2, 1), ("", 2, 1), ("Yes", 0, 0)])
def test_a_person_is_asked(run: Run, tmp_path: Path, typed: str, left: int, code: int) -> None:
    with library() as opened:
        opened.add(Paper(title=f"Paper {n}", abstract=f"Text {n}.", source="a") for n in range(2))
    master, slave = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "remove", "--source", "a"],
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(slave)
        os.write(master, f"{typed}\n".encode())
        out, said = process.communicate()
    os.close(master)
    assert process.returncode == code
    assert "Paper 0" in said
    assert "Permanently remove 2 papers? [y/N]" in said
    assert "Traceback" not in said
    assert out == ("2 papers removed.\n" if code == 0 else "")
    assert len(numbers(run)) == left


def traces(folder: Path, paper: Paper) -> list[str]:
    """Where in the files of a library there is a word of `paper`, or a part of its vector."""
    text = f"{paper.title} {paper.abstract}".lower()
    # The beginnings are what a full text index keeps of words.
    words = {word[:8].encode() for word in re.findall(r"\w{9,}", text)}
    vector = HashingEmbedder().embed([f"{paper.title}\n{paper.abstract}"])[0].tobytes()
    pieces = {vector[at : at + 32] for at in range(0, len(vector) - 32, 16)}
    pieces = {piece for piece in pieces if len(set(piece)) > 8}
    assert words
    assert pieces
    found = []
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            lower = content.lower()
            found += [f"{file.name}: {word!r}" for word in words if word in lower]
            found += [f"{file.name}: a vector" for piece in pieces if piece in content]
    return found


# More than a thousand vectors, so that Chroma has written files of its own.
@pytest.mark.parametrize("count", [40, 1_100])
def test_removed_papers_are_in_no_file_of_the_library(run: Run, count: int) -> None:
    syllables = ["quax", "brillo", "zwentra", "fnord", "glimmu", "hexapo", "yttri", "vorpal"]
    filler = " ".join(f"{a}{b}" for a in syllables for b in syllables)
    secret = Paper(
        title="Unspeakable Xylokarpograph",
        abstract=f"We present the Murmeltiermaschine. {filler}",
        authors=("Ludmilla Bombastikova",),
        doi="10.1234/schnurrdiburr",
        source="geheimnisse.bib",
    )
    more = secret.model_copy(update={"url": "https://example.org/schlupfloch", "source": "b.ris"})
    before = secret.model_copy(update={"abstract": "An early Zwischenfassung of the text."})
    with library() as opened:
        opened.add([before])
        opened.vectors.embed_missing()
        opened.add(
            Paper(title=f"Paper {n} on cats", abstract=f"Cats {n} sleep. " * (n % 30 + 1))
            for n in range(count)
        )
        opened.add([secret, more])  # changed, merged: its text was at several places
        opened.papers.tag([1], ["verschlusssache"])
        opened.vectors.embed_missing()
        opened.search("xylokarpograph murmeltiermaschine", 5)
        opened.search.similar("1", 5)
    folder = load_settings().library
    assert traces(folder, secret), "else the test would see nothing"
    result = run("remove", "--yes", "10.1234/schnurrdiburr")
    assert (result.exit_code, result.stdout) == (0, "1 paper removed.\n")
    assert traces(folder, secret) == []
    for word in (
        b"zwischenfassung", b"bombastikova", b"schnurrdiburr", b"geheimnisse", b"schlupfloch",
        b"verschlusssache",
    ):  # fmt: skip
        for file in folder.rglob("*"):
            assert not file.is_file() or word not in file.read_bytes().lower(), (file, word)
    with library() as opened:
        assert opened.papers.count() == count
        assert opened.check() == []


def test_what_a_restore_has_put_aside_is_said_to_stay(
    run: Run, filled: Path, tmp_path: Path
) -> None:
    run("backup", tmp_path / "b.zip")
    run("restore", tmp_path / "b.zip", "--replace")
    result = run("remove", "--yes", "1")
    assert result.exit_code == 0
    assert "catalog.sqlite.before-restore still contains them" in result.stderr


def test_removed_tldrs_and_records_are_gone(run: Run, filled: Path) -> None:
    run("tldr", "--limit", "2")
    run("remove", "--yes", "1")
    with closing(sqlite3.connect(load_settings().library / "catalog.sqlite")) as connection:
        for table in ("tldrs", "keys", "titles", "labels", "records", "own_tags", "chunks"):
            rows = connection.execute(f"SELECT count(*) FROM {table} WHERE paper = 1").fetchone()
            assert rows == (0,), table
