"""`eval`, per stream and exit code, with the fake models behind the real pipeline."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from cli_support import Run

import assistant.models
from assistant.errors import ModelError
from assistant.library import Library
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.settings import load_settings

OWLS: dict[str, Any] = {
    "question": "How long do owls sleep?",
    "paper": "On the sleep of owls",
    "text": "fourteen|14",
}
FRANCE: dict[str, Any] = {"question": "What is the capital of France?", "answerable": False}
WRONG: dict[str, Any] = {"question": "How long do owls sleep?", "paper": "On the sleep of bees"}


def lines(*questions: object) -> str:
    return "".join(json.dumps(one) + "\n" for one in questions)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two questions that are answered rightly, and one that is not."""
    path = tmp_path / "questions.jsonl"
    path.write_text(lines(OWLS, WRONG, FRANCE), encoding="utf-8")
    return path


def test_each_question_is_right_or_wrong_and_a_table_counts_them(
    run: Run, filled: Path, file: Path
) -> None:
    result = run("eval", file)
    assert (result.exit_code, result.stderr) == (0, "")
    asked, table = result.stdout.split("\n\n")
    right, wrong, refused = asked.splitlines()
    assert right == "right    1  How long do owls sleep?"
    assert wrong == (
        "wrong    2  How long do owls sleep?: cites #3 On the sleep of owls instead of "
        "#4 On the sleep of bees"
    )
    assert refused == "right    3  What is the capital of France?"
    rows = table.splitlines()
    assert rows[:3] == [
        "| 3 questions | scripted |",
        "|---|---|",
        "| right in everything expected | 2 of 3 (67%) |",
    ]
    assert "| right paper among the cited | 1 of 2 (50%) |" in rows
    assert "| key fact in the answer | 1 of 1 (100%) |" in rows
    assert "| wrongly refused | 0 of 2 (0%) |" in rows
    assert "| rightly refused | 1 of 1 (100%) |" in rows
    assert rows[-1].startswith("| time to whole answer, median | ")


def test_json_is_an_object_per_question_and_one_with_the_figures(
    run: Run, filled: Path, file: Path
) -> None:
    result = run("eval", "--json", file)
    assert (result.exit_code, result.stderr) == (0, "")
    *asked, figures = map(json.loads, result.stdout.splitlines())
    assert [(one["line"], one["right"]) for one in asked] == [(1, True), (2, False), (3, True)]
    assert asked[0]["right_paper"]
    assert asked[0]["fact_in_answer"]
    assert asked[0]["answer"]["status"] == "answered"
    assert len(asked[1]["problems"]) == 1
    assert "right_paper" not in asked[2]
    assert (figures["questions"], figures["model"]) == (3, "scripted")
    assert figures["figures"]["right"] == {"count": 2, "of": 3, "share": 0.6667}


def test_stdin_is_a_file(run: Run, filled: Path) -> None:
    result = run("eval", "-", stdin=lines(OWLS))
    assert result.exit_code == 0
    assert "| 1 question | scripted |" in result.stdout


def test_quotations_need_no_model(
    run: Run, filled: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> ScriptedModel:
        raise AssertionError("the model was opened")

    monkeypatch.setattr(assistant.models, "open_language_model", fail)
    result = run("eval", "--quotations", file)
    assert result.exit_code == 0
    assert "| 3 questions | quotations |" in result.stdout
    assert "| a sentence by the model | 0 of 2 (0%) |" in result.stdout


def test_a_failing_model_is_said_and_evidence_is_judged(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: GenerationRequest) -> str:
        raise ModelError("Out of memory. Use a smaller model.")

    monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: ScriptedModel(fail))
    result = run("eval", "-", stdin=lines(OWLS))
    assert result.exit_code == 0
    assert result.stdout.startswith("right    1")
    assert result.stderr == (
        "stdin, line 1: The model failed, so evidence is quoted instead: Out of memory. Use a "
        "smaller model.\n"
    )


def test_the_note_of_a_list_is_no_problem(run: Run, filled: Path) -> None:
    question = {"question": "Which papers are about the sleep of owls?", "paper": "#3"}
    result = run("eval", "--json", "-", stdin=lines(question))
    assert (result.exit_code, result.stderr) == (0, "")
    one, _ = map(json.loads, result.stdout.splitlines())
    assert one["answer"]["kind"] == "list"
    assert one["answer"]["note"]


def test_history_is_asked_before(run: Run, filled: Path) -> None:
    question = {"question": "How long do they sleep?", "paper": "On the sleep of bees"}
    history = ["How long do bees sleep?"]
    result = run("eval", "--json", "-", stdin=lines(question | {"history": history}, question))
    after, alone, _ = map(json.loads, result.stdout.splitlines())
    assert after["right_paper_first"]
    assert after["answer"]["understood_as"].startswith("How long do bees sleep?")
    assert "understood_as" not in alone["answer"]


def test_filters_restrict_the_search(run: Run, filled: Path) -> None:
    result = run("eval", "--since", "2030", "-", stdin=lines(OWLS))
    assert result.exit_code == 0
    assert result.stdout.startswith("wrong    1  How long do owls sleep?: says: not in the library")
    assert run("eval", "--since", "soon", "-", stdin=lines(OWLS)).exit_code == 2


def test_a_bad_line_is_one_error_with_its_number_and_the_rest_goes_on(
    run: Run, filled: Path, tmp_path: Path
) -> None:
    file = tmp_path / "q.jsonl"
    unasked = {"question": "why " * 25_000, "answerable": True}
    unknown = {"question": "Why?", "paper": "Of whales"}
    file.write_text("{\n" + lines(OWLS, unknown, {"question": "Why?"}, unasked, FRANCE))
    result = run("eval", file)
    assert result.exit_code == 1
    errors = result.stderr.splitlines()
    assert [error[: len(f"Error: {file}, line 0:")] for error in errors[:-1]] == [
        f"Error: {file}, line {n}:" for n in (1, 3, 4, 5)
    ]
    assert errors[-1] == "4 lines could not be used; the others were."
    assert "| 2 questions | scripted |" in result.stdout


def test_a_file_of_bad_lines_only_has_no_table(run: Run, filled: Path) -> None:
    result = run("eval", "-", stdin="{}\n")
    assert (result.exit_code, result.stdout) == (1, "")
    error, count = result.stderr.splitlines()
    assert error.startswith("Error: stdin, line 1: ")
    assert count == "1 line could not be used."


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_a_file_without_questions_is_an_error(run: Run, filled: Path, content: str) -> None:
    result = run("eval", "-", stdin=content)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: stdin: no questions are in it.")


@pytest.mark.parametrize("name", ["missing.jsonl", "", "a\0b"])
def test_a_file_that_cannot_be_read_is_an_error(run: Run, tmp_path: Path, name: str) -> None:
    result = run("eval", tmp_path / name if "\0" not in name else name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "cannot be read" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_file_that_is_too_large_is_an_error(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.cli.evaluate._LARGEST_MB", 0)
    result = run("eval", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Split it" in result.stderr


def test_an_empty_library_is_said(run: Run) -> None:
    result = run("eval", "-", stdin=lines(FRANCE))
    assert result.exit_code == 0
    assert result.stdout.startswith("right    1")
    assert "The library is empty" in result.stderr


def test_control_characters_of_a_question_are_not_written(run: Run, filled: Path) -> None:
    question = {"question": "How long\u001b[31m do\nowls sleep? " + "x" * 200, "answerable": True}
    first = run("eval", "-", stdin=lines(question)).stdout.splitlines()[0]
    assert "\u001b" not in first
    assert len(first) < 200


@pytest.mark.parametrize("as_json", [True, False])
def test_ctrl_c_shows_the_figures_of_what_is_done(
    run: Run, filled: Path, file: Path, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    asked: list[GenerationRequest] = []

    def reply(request: GenerationRequest) -> str:
        asked.append(request)
        if len(asked) > 1:
            signal.raise_signal(signal.SIGINT)
        return "They sleep fourteen hours a day."

    monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: ScriptedModel(reply))
    result = run("eval", file, *(["--json"] if as_json else []))
    assert result.exit_code == 130
    assert result.stderr == "Stopped after 1 of 3 questions.\n"
    if as_json:
        first, figures = map(json.loads, result.stdout.splitlines())
        assert first["line"] == figures["questions"] == 1
    else:
        assert result.stdout.startswith("right    1")
        assert "| 1 question | scripted |" in result.stdout


def test_ctrl_c_before_the_first_answer_leaves_nothing_to_show(
    run: Run, filled: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reply(request: GenerationRequest) -> str:
        signal.raise_signal(signal.SIGINT)
        return "They sleep."

    monkeypatch.setattr(assistant.models, "open_language_model", lambda *_: ScriptedModel(reply))
    result = run("eval", file)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "Stopped after 0 of 3 questions.\n"


def test_answers_that_were_rated_good_are_asked_again(run: Run, filled: Path) -> None:
    result = run("eval", "--from-feedback")
    assert result.exit_code == 2
    assert "No answer was rated good yet" in result.stderr
    with Library.open(load_settings().library, None) as library:
        owls = next(one for one in library.papers.all() if one.title == "On the sleep of owls")
        good = {
            "refused": False,
            "claims": [{"citations": [1]}],
            "sources": [{"n": 1, "paper": {"id": owls.id}}],
        }
        for question, answer, rating in (
            ("How long do owls sleep?", good, 1),
            ("What is the capital of France?", {"refused": True}, 1),
            ("Why?", good, -1),
        ):
            turn = library.chats.save_turn("a" + question, question, json.dumps(answer))
            assert turn is not None
            library.chats.rate(turn.turn, rating)
    result = run("eval", "--from-feedback")
    assert result.exit_code == 0
    assert "1 answer rated bad: what is right is not known" in result.stderr
    assert "right    1  How long do owls sleep?" in result.stdout
    assert "right    2  What is the capital of France?" in result.stdout


@pytest.mark.parametrize("arguments", [(), ("questions.jsonl", "--from-feedback")])
def test_either_a_file_or_feedback(run: Run, filled: Path, arguments: tuple[str, ...]) -> None:
    result = run("eval", *arguments)
    assert result.exit_code == 2
    assert "either FILE or --from-feedback" in result.stderr
