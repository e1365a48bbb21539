"""Every kind of question, on the command line, with the bundled models and the sample papers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from real_questions import ASKED

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("model")]

CHAT = [
    "What is BERT?",
    "How many parameters does the large model of it have?",
    "And the base model?",
]


def assistant(folder: Path, command: list[str], lines: list[str]) -> list[dict[str, Any]]:
    """The JSON answers to `lines` on stdin, one process for all of them."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "--library", str(folder), *command, "--json"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("asked") / "papers"
    made = assistant(folder, ["ask", "-", "--sample"], [row[0] for row in ASKED])
    return {one["question"]: one for one in made}


@pytest.mark.parametrize(("question", "kind", "status", "texts", "title"), ASKED)
def test_a_question_of_every_kind(
    answers: dict[str, dict[str, Any]],
    question: str,
    kind: str,
    status: str,
    texts: list[str],
    title: str,
) -> None:
    answer = answers[question]
    assert (answer["kind"], answer["status"]) == (kind, status)
    assert all(text in answer["answer"] for text in texts), answer["answer"]
    shown = [*answer["sources"], *answer.get("passages", ())]
    assert not title or any(title in source["paper"]["title"] for source in shown)


def test_every_shown_sentence_is_supported_or_word_for_word(
    answers: dict[str, dict[str, Any]],
) -> None:
    for answer in answers.values():
        for claim in answer["claims"]:
            cited = [answer["sources"][n - 1] for n in claim["citations"]]
            if claim["verdict"] == "quoted":
                assert [claim["text"]] == [source["sentence"] for source in cited]
            elif claim["verdict"] == "supported":
                assert cited


def test_numbers_of_another_clause_are_not_joined(answers: dict[str, dict[str, Any]]) -> None:
    text = answers["did alphago beat a professional?"]["answer"]
    assert not ("99.8" in text and "against the European champion" in text)


def test_a_conversation_of_three_turns(tmp_path: Path) -> None:
    assistant(tmp_path / "papers", ["ask", "-", "--sample"], ["What is BERT?"])
    first, second, third = assistant(tmp_path / "papers", ["chat"], CHAT)
    assert "BERT" in first["passages" if first["refused"] else "sources"][0]["paper"]["title"]
    assert "340 million" in second["answer"]
    assert "BERT" in third["understood_as"]
    assert "110 million" in third["answer"]
