"""`verify`: JSON lines or a draft in, one verdict or error for each claim or sentence out."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from cli_support import Run

import assistant.models
from assistant.answering.support import ADAPTER
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel

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
    result = run("verify", stdin=lines(GOOD).encode() + b"\xff\xfe\n")
    assert result.exit_code == 1
    assert "not UTF-8" in json.loads(result.stdout.splitlines()[1])["error"]


@pytest.mark.parametrize("path", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read(run: Run, path: str) -> None:
    result = run("verify", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {path}: the file cannot be read")


def test_no_lines_are_no_error(run: Run) -> None:
    result = run("verify", stdin="\n\n")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


DRAFT = """# The sleep of animals

Owls sleep fourteen hours a day [1]. Bees sleep fifteen hours a day (Lee, 2020).

Whales dive to the ground of the sea. Why do they?

## References

Lee, A. (2020). Bees sleep fourteen hours a day. Journal of Bees.
"""
OUTPUT = """\
Owls sleep fourteen hours a day.
  Supported: The evidence has every part of the claim
  “We show that owls sleep fourteen hours a day.”
  — On the sleep of owls  {owls}

Bees sleep fifteen hours a day.
  The library says otherwise: The evidence says fourteen hours, the claim fifteen hours
  “We show that bees sleep fourteen hours a day.”
  — On the sleep of bees  {bees}

"""


def ids(run: Run) -> dict[str, str]:
    """The id of each paper by its topic."""
    papers = json.loads(run("list", "--json").stdout)
    return {paper["title"].rsplit(" ", 1)[1]: paper["id"] for paper in papers}


def test_a_draft_is_checked_against_the_library(run: Run, filled: Path, tmp_path: Path) -> None:
    path = tmp_path / "draft.md"
    path.write_text(DRAFT, encoding="utf-8")
    result = run("verify", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(OUTPUT.format(**ids(run)))
    *_, last = result.stdout.splitlines()
    assert last == "1 of 3 sentences is supported, 1 contradicted, 1 not found"
    assert "Whales dive to the ground of the sea.\n  Not found: " in result.stdout
    assert run("verify", "-", stdin=f"\n{DRAFT}").stdout == result.stdout
    assert run("verify", "--text", DRAFT).stdout == result.stdout
    wide = tmp_path / "draft.txt"
    wide.write_bytes(DRAFT.encode("utf-16"))
    assert run("verify", wide).stdout == result.stdout


def test_a_draft_as_json(run: Run, filled: Path) -> None:
    result = run("verify", "--json", stdin=DRAFT)
    assert result.exit_code == 0
    assert result.stderr == "1 of 3 sentences is supported, 1 contradicted, 1 not found.\n"
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert first == {
        "sentence": "Owls sleep fourteen hours a day.",
        "verdict": "supported",
        "reason": "The evidence has every part of the claim",
        "evidence": "We show that owls sleep fourteen hours a day.",
        "paper": {"id": ids(run)["owls"], "title": "On the sleep of owls"},
    }
    assert (second["verdict"], third["verdict"]) == ("contradicted", "not_found")


def test_filters_select_the_papers(run: Run, filled: Path) -> None:
    run("tag", "mine", ids(run)["bees"])
    text = "Owls sleep fourteen hours a day. Bees sleep fourteen hours a day."
    result = run("verify", "--text", text, "--tag", "mine", "--json")
    verdicts = [json.loads(line)["verdict"] for line in result.stdout.splitlines()]
    assert verdicts == ["not_found", "supported"]
    none = run("verify", "--text", text, "--tag", "other", "--json").stdout.splitlines()
    assert json.loads(none[0])["reason"] == "The library has no paper to compare it with"
    assert json.loads(none[0])["paper"] is None
    assert json.loads(none[0])["evidence"] is None


def test_json_lines_are_recognized_and_use_no_filters(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pairs.ndjson"
    path.write_text(lines(GOOD), encoding="utf-8")
    assert json.loads(run("verify", path).stdout)["supported"]
    result = run("verify", path, "--since", "2020")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Omit the options" in result.stderr
    path = tmp_path / "pairs.md"
    path.write_text(lines(GOOD), encoding="utf-8")
    assert "supported," in run("verify", path).stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "error"),
    [
        (["draft.md", "--text", "Cats sleep long."], "", 2, "--text and PATH are both given"),
        (["--text", " "], "", 2, "The draft is empty"),
        (["-"], b"\x89PNG\r\n\x1a\n\x00", 1, "stdin: the draft is not UTF-8 text"),
        (["-"], b"Caf\xe9 and more", 1, "stdin: the draft is not UTF-8 text"),
        (["-"], "Cats sleep.\n" * 90_000, 2, "The draft has more than 1,000,000 characters"),
        (["-"], "Cats.\n" * 800_000, 2, "the draft has more than 4,000,000 bytes"),
    ],
)
def test_a_draft_that_cannot_be_used(
    run: Run, arguments: list[str], stdin: str | bytes, code: int, error: str
) -> None:
    result = run("verify", *arguments, stdin=stdin)
    assert (result.exit_code, result.stdout) == (code, "")
    assert error in result.stderr


def test_a_draft_without_statements_or_papers(run: Run) -> None:
    result = run("verify", "--text", "Why? # Yes.")
    assert result.exit_code == 0
    assert result.stdout == "The draft has no sentences that can be looked up\n"
    result = run("verify", "--text", "Owls sleep fourteen hours a day.")
    assert result.exit_code == 0
    assert "The library is empty." in result.stderr
    assert result.stdout.endswith("0 of 1 sentence are supported, 0 contradicted, 1 not found\n")


def test_ctrl_c_keeps_what_is_done(run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(request: GenerationRequest) -> dict[str, float]:
        if "fifteen" in request.messages[-1].content:
            signal.raise_signal(signal.SIGINT)
        return {"yes": 0.99, "no": 0.01}

    model = ScriptedModel(lambda request: "yes", adapters=[ADAPTER], choose=choose)
    monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: model)
    result = run("verify", stdin=DRAFT)
    assert result.exit_code == 130
    assert result.stderr.endswith("Stopped after 1 of 3 sentences.\n")
    assert result.stdout.startswith("Owls sleep fourteen hours a day.\n  Supported: ")
    assert result.stdout.endswith("1 of 1 sentence is supported, 0 contradicted, 0 not found\n")
