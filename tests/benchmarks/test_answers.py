"""`benchmarks.answers` with the fake embedder and without a model, on a page of two papers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_support import write_papers

import assistant.models
from assistant.models.fake import HashingEmbedder
from benchmarks import answers, plain_stack

FACT: dict[str, Any] = {
    "id": "fact-1",
    "split": "tuning",
    "kind": "fact",
    "question": "How long do owls sleep?",
    "history": [],
    "titles": ["On the sleep of owls"],
    "fact": "fourteen|14",
    "sentences": ["owls sleep fourteen hours"],
}
FAR = FACT | {
    "id": "far-1",
    "kind": "far",
    "question": "What is the capital of France?",
    "titles": [],
    "fact": None,
    "sentences": [],
}


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments of the process: a page and questions about it, without a model."""
    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: HashingEmbedder())
    page = write_papers(tmp_path / "papers.jsonl", ["owls", "bees"])
    questions = write_questions(tmp_path, FACT, FAR)
    given = ["answers", "--page", str(page), "--questions", str(questions)]
    given += ["--system", "quotations"]
    monkeypatch.setattr(sys, "argv", given)
    return given


def write_questions(folder: Path, *questions: object) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in questions), encoding="utf-8")
    return path


@pytest.mark.usefixtures("arguments")
def test_the_table_has_the_figures_of_every_evaluation_and_those_of_the_kinds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers.main()
    table = capsys.readouterr().out.strip().splitlines()
    assert table[:4] == ["tuning, 2 questions", "", "|  | quotations only |", "|---|---|"]
    for row in (
        "right in everything expected | 2 of 2 (100%)",
        "right paper among the cited | 1 of 1 (100%)",
        "key fact in the answer | 1 of 1 (100%)",
        "direct first sentence | 1 of 1 (100%)",
        "unsure with a right passage | 0 of 1 (0%)",
        "fact: answering sentence in the evidence | 1 of 1 (100%)",
        "fact: key fact in the answer | 1 of 1 (100%)",
        "far: rightly refused | 1 of 1 (100%)",
        "answers with a number or name that nothing cited has | 0 of 1 (0%)",
        "false quotations | 0",
    ):
        assert f"| {row} |" in table
    assert any(row.startswith("| words per answer, median | ") for row in table)


def test_every_answer_can_be_shown(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments += ["--show", "--only", "fact"]
    answers.main()
    shown = capsys.readouterr().out
    assert "good fact-1 fact: How long do owls sleep?" in shown
    assert "far-1" not in shown


class Chat:
    """A model of llama-cpp-python's class that knows one thing."""

    def __init__(self) -> None:
        self.asked: list[list[dict[str, str]]] = []

    def create_chat_completion(
        self, messages: list[dict[str, str]], **options: object
    ) -> dict[str, Any]:
        self.asked.append(messages)
        knows = "owls" in messages[-1]["content"].rpartition("Question:")[2]
        reply = "Owls sleep 14 hours. They do so 99 days." if knows else "I don't know."
        return {"choices": [{"message": {"content": reply}}]}

    def close(self) -> None:
        """Nothing to close."""


def test_a_plain_stack_is_a_column_beside_the_product(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = Chat()
    monkeypatch.setattr(plain_stack, "plain_llama", lambda *_, **__: chat)
    monkeypatch.setattr(plain_stack, "prepared_file", lambda *_: Path("model.gguf"))
    arguments += ["--system", "plain", "--show"]
    answers.main()
    shown = capsys.readouterr().out
    assert "|  | quotations only | plain stack |" in shown
    assert "| far: rightly refused | 1 of 1 (100%) | 1 of 1 (100%) |" in shown
    assert "| key fact in the answer | 1 of 1 (100%) | 1 of 1 (100%) |" in shown
    assert (
        "| answers with a number or name that nothing cited has | 0 of 1 (0%) | 1 of 1 (100%) |"
        in shown
    )
    assert "supported Owls sleep 14 hours. [1][2]" in shown.replace("  ", " ")
    excerpts = chat.asked[-1][-1]["content"]
    assert "On the sleep of owls" in excerpts and "Question: What is the capital" in excerpts


@pytest.mark.usefixtures("arguments")
def test_a_title_that_no_paper_has_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_questions(tmp_path, FACT | {"titles": ["On whales"]})
    with pytest.raises(SystemExit, match="2"):
        answers.main()
    assert "No paper has the title 'On whales', which fact-1 is about." in capsys.readouterr().err
