"""`verify`: JSON lines in, one verdict or error for each out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_support import Run

GOOD = {"claim": "Owls sleep nine hours.", "evidence": "Owls sleep nine hours.", "title": "Owls"}
OTHER = {"claim": "Owls sleep ten hours.", "evidence": "Owls sleep nine hours."}


def lines(*rows: dict[str, Any] | str) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


def test_one_line_for_each(run: Run, tmp_path: Path) -> None:
    text = lines(GOOD, "", OTHER)
    result = run("verify", stdin=text)
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = map(json.loads, result.stdout.splitlines())
    assert first == {
        "claim": GOOD["claim"],
        "supported": True,
        "verdict": "supported",
        "reason": "The evidence has every part of the claim",
    }
    assert second["verdict"] == "contradicted"
    assert second["reason"] == "The evidence says nine hours, the claim ten hours"
    assert run("verify", "-", stdin=text).stdout == result.stdout
    path = tmp_path / "pairs.jsonl"
    path.write_text(f"\ufeff{text}", encoding="utf-8")
    assert run("verify", path).stdout == result.stdout


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("not JSON", "The line is not JSON."),
        ("[" * 100_000, "The line is not JSON."),
        ("[1]", "The line is not a JSON object."),
        ("{}", "The line has no `claim`."),
        ('{"claim": "A b."}', "The line has no `evidence`."),
        ('{"claim": 3, "evidence": "A b."}', "`claim` is not a text."),
        ('{"claim": "A b.", "evidence": "A b.", "title": []}', "`title` is not a text."),
        ('{"claim": "", "evidence": "A b."}', "The claim has no words."),
        (json.dumps({"claim": "A b.", "evidence": "x" * 1_000_000}), "The line has more than"),
    ],
)
def test_a_bad_line_loses_nothing_else(run: Run, line: str, error: str) -> None:
    result = run("verify", stdin=lines(GOOD, line, GOOD))
    assert result.exit_code == 1
    first, bad, last = map(json.loads, result.stdout.splitlines())
    assert first["supported"]
    assert last["supported"]
    assert bad["line"] == 2
    assert bad["error"].startswith(error)
    assert result.stderr == "1 line could not be used; the others were.\n"


def test_bytes_that_are_not_text(run: Run) -> None:
    result = run("verify", stdin=b"\xff\xfe\n" + lines(GOOD).encode())
    assert result.exit_code == 1
    assert "not UTF-8" in json.loads(result.stdout.splitlines()[0])["error"]


@pytest.mark.parametrize("path", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read(run: Run, path: str) -> None:
    result = run("verify", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {path}: the file cannot be read")


def test_no_lines_are_no_error(run: Run) -> None:
    result = run("verify", stdin="\n\n")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
