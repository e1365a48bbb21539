"""`ask` and `chat`, per stream and exit code, with the fake models behind the real asker."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_support import Run

import assistant.models
from assistant.errors import EmbedderUnavailable, LibraryReadOnly
from assistant.library import Library
from assistant.library.chats import Chats
from assistant.models.fake import ScriptedModel
from assistant.settings import Settings, load_settings

QUESTION = "How long do owls sleep?"
SHAPE = [
    "question",
    "answer",
    "status",
    "refused",
    "claims",
    "sources",
    "nearest",
    "model",
    "timings",
    "kind",
]


def test_ask_json_is_one_object_of_the_promised_shape(run: Run, filled: Path) -> None:
    result = run("ask", QUESTION, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 1
    shape = json.loads(result.stdout)
    assert list(shape) == SHAPE
    assert shape["refused"] is False
    assert any("owls" in source["paper"]["title"] for source in shape["sources"])


def test_ask_shows_evidence_then_answer_then_sources(run: Run, filled: Path) -> None:
    lines = run("ask", QUESTION).stdout.splitlines()
    assert lines[0] == "Evidence"
    assert lines.index("Evidence") < lines.index("Answer") < lines.index("Sources")
    sources = lines[lines.index("Sources") + 1 :]
    assert sources
    assert all(re.match(r"(\[\d\])+ \w.*  \S+$", source) for source in sources)
    assert len({source.split()[-1] for source in sources}) == len(sources)


def test_quotations_are_shown_once(run: Run, filled: Path) -> None:
    lines = run("ask", "Summarise the paper on owls").stdout.splitlines()
    assert lines[0] == "Answer"
    quoted = [re.sub(r" \[\d\]$", "", line) for line in lines[1 : lines.index("Sources") - 1]]
    assert quoted
    assert all("\n".join(lines).count(sentence) == 1 for sentence in quoted)


def test_a_refusal_is_an_answer(run: Run, filled: Path) -> None:
    result = run("ask", "What is the capital of France?")
    assert result.exit_code == 0
    assert "Evidence" not in result.stdout
    assert json.loads(run("ask", "What is the capital of France?", "--json").stdout)["refused"]


@pytest.mark.parametrize("question", ["", "  ", "why " * 25_000])
def test_a_question_that_cannot_be_used_is_wrong_use(run: Run, filled: Path, question: str) -> None:
    result = run("ask", question)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_batch_answers_line_by_line_and_outlives_a_bad_line(run: Run, filled: Path) -> None:
    questions = f"{QUESTION}\n\n{'why ' * 25_000}\nHow long do bees sleep?\n"
    result = run("ask", "-", "--json", stdin=questions)
    assert result.exit_code == 1
    asked = [json.loads(line)["question"] for line in result.stdout.splitlines()]
    assert asked == [QUESTION, "How long do bees sleep?"]
    error, count = result.stderr.splitlines()
    assert error.startswith("Error: ")
    assert len(error) < 1000
    assert count.startswith("1 line ")


def test_a_batch_loads_the_models_once(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Settings] = []

    def open_model(settings: Settings, notify: object) -> ScriptedModel:
        loaded.append(settings)
        return ScriptedModel(lambda request: "Owls sleep fourteen hours a day [1].")

    monkeypatch.setattr(assistant.models, "open_language_model", open_model)
    result = run("ask", "-", "--json", "--model", "big.gguf", stdin=f"{QUESTION}\n" * 3)
    assert len(result.stdout.splitlines()) == 3
    assert [settings.model for settings in loaded] == [Path("big.gguf")]
    run("--model", "other.gguf", "ask", QUESTION)
    assert loaded[-1].model == Path("other.gguf")


def test_a_batch_for_people_repeats_each_question(run: Run, filled: Path) -> None:
    text = run("ask", "-", stdin=f"{QUESTION}\nHow long do bees sleep?\n").stdout
    assert text.startswith(f"> {QUESTION}\n")
    assert "\n> How long do bees sleep?\n" in text


def test_without_an_embedder_it_is_answered_from_full_text_and_said(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object) -> None:
        raise EmbedderUnavailable("There is no embedding model. Install it.")

    monkeypatch.setattr(assistant.models, "open_embedder", unavailable)
    result = run("ask", QUESTION, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["refused"] is False
    assert "full text only" in result.stderr


def test_an_empty_library_refuses_and_says_how_to_fill_it(run: Run) -> None:
    result = run("ask", QUESTION, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["refused"] is True
    assert "assistant import" in result.stderr
    assert "--sample" in result.stderr


def test_sample_fills_an_empty_library_and_no_other(run: Run, papers: Path) -> None:
    first = run("ask", "What is attention?", "--sample")
    assert "sample papers" in first.stderr
    count = len(json.loads(run("list", "--json").stdout))
    assert count > 10
    second = run("ask", "What is attention?", "--sample")
    assert "sample papers" not in second.stderr
    assert len(json.loads(run("list", "--json").stdout)) == count


def test_chat_takes_a_turn_a_line_and_keeps_them(run: Run, filled: Path) -> None:
    result = run("chat", "--json", stdin=f"{QUESTION}\nAnd bees?\n")
    assert (result.exit_code, result.stderr) == (0, "")
    turns = [json.loads(line) for line in result.stdout.splitlines()]
    assert [turn["question"] for turn in turns] == [QUESTION, "And bees?"]
    first, second = turns
    assert list(first) == SHAPE
    assert set(second) >= set(SHAPE) | {"understood_as"}
    with Library.open(load_settings().library, None) as library:
        (chat,) = library.chats.all()
        kept = library.chats.turns(chat.chat_id)
    assert [json.loads(turn.answer_json) for turn in kept] == turns


def test_chat_ends_at_quit(run: Run, filled: Path) -> None:
    result = run("chat", "--json", stdin=f"/quit\n{QUESTION}\n")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_chat_that_cannot_be_kept_goes_on(
    run: Run, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise LibraryReadOnly("The library cannot be written.")

    monkeypatch.setattr(Chats, "save_turn", refuse)
    result = run("chat", "--json", stdin=f"{QUESTION}\n{QUESTION}\n")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr == "This chat is not saved: The library cannot be written.\n"
