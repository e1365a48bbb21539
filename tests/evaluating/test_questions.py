"""Lines of a user's file become questions, or one clear problem each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.evaluating import EvaluationQuestion, read_questions
from assistant.library import Library
from assistant.paper import Paper

PAPERS = [
    Paper(title="Of owls: a study", abstract="Owls sleep.", doi="10.1000/Owls.1"),
    Paper(title="Of bees", abstract="Bees do not sleep.", arxiv="1706.03762"),
    Paper(title="Editorial", abstract="We welcome the readers of spring.", doi="10.1000/e1"),
    Paper(title="Editorial", abstract="An issue about trains and rails.", doi="10.1000/e2"),
    Paper(title="猫的睡眠", abstract="猫每天睡很久。", pmid="123"),
    Paper(
        title="Withdrawn work",
        abstract="It was wrong.",
        reference={"status": "retracted"},
    ),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of six papers, two of which have the same title."""
    with Library.open(tmp_path / "library", None) as opened:
        opened.add(PAPERS)
        yield opened


def read(data: bytes, library: Library) -> tuple[list[EvaluationQuestion], dict[int, str]]:
    problems: dict[int, str] = {}
    return read_questions(data, library, problems.__setitem__), problems


def line(**keys: Any) -> bytes:
    return json.dumps({"question": "Why?"} | keys).encode()


def test_a_question_has_what_its_line_says(library: Library) -> None:
    data = line(
        history=["And before?"], paper=["#1", "#2"], text=["a|b", "c"], reply="Yes", answerable=True
    )
    (one,), problems = read(data, library)
    assert problems == {}
    assert (one.line, one.question, one.history) == (1, "Why?", ("And before?",))
    assert one.expected.papers == {1: "#1 Of owls: a study", 2: "#2 Of bees"}
    assert [fact.written for fact in one.expected.facts] == ["a|b", "c"]
    assert (one.expected.reply, one.expected.answerable) == ("yes", True)


def test_null_is_the_same_as_no_key(library: Library) -> None:
    (one,), _ = read(line(answerable=False, paper=None, history=None), library)
    assert not one.expected.answerable
    assert one.history == ()


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("#1", 1),
        ("1", 1),
        (2, 2),
        ("doi:10.1000/owls.1", 1),
        ("10.1000/OWLS.1", 1),
        ("https://doi.org/10.1000/owls.1", 1),
        ("arxiv:1706.03762v2", 2),
        ("https://arxiv.org/abs/1706.03762", 2),
        ("of OWLS —  a\nstudy", 1),
        ("Of bees", 2),
        ("pmid:123", 5),
        ("猫的睡眠", 5),
        ("Withdrawn work", 6),
        ("RETRACTED: Withdrawn work", 6),
    ],
)
def test_a_paper_is_named_in_any_way(library: Library, key: object, number: int) -> None:
    (one,), problems = read(line(paper=key), library)
    assert problems == {}
    assert list(one.expected.papers) == [number]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"{", "not JSON"),
        (b'{"question": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "too deep or too long"),
        (b"1" * 5000, "too deep or too long"),
        (b'["question"]', "not a JSON object"),
        (b'{"paper": "#1"}', "question is missing"),
        (line(), "Nothing is expected"),
        (line(paper=None), "Nothing is expected"),
        (line(question=" ", paper="#1"), "question has a value"),
        (line(question=3, paper="#1"), "question has a value"),
        (line(answer="x", paper="#1"), "'answer' is unknown"),
        (line(history="x", paper="#1"), "history is not a list"),
        (line(history=[""], paper="#1"), "history has a value"),
        (line(paper="#99"), "No paper in the library has the id '#99'"),
        (line(paper=-1), "No paper in the library"),
        (line(paper=10**30), "No paper in the library"),
        (line(paper=True), "paper has a value"),
        (line(paper=1.0), "paper has a value"),
        (line(paper=[["#1"]]), "paper has a value"),
        (line(paper=["#1", "Of whales"]), "No paper in the library has the id 'Of whales'"),
        (line(paper="!!"), "No paper in the library"),
        (line(paper="\ud800"), "No paper in the library"),
        (line(paper="x" * 100_000), "paper has a value of more than 1,000 characters"),
        (line(text="x|" * 100_000 + "x"), "text has a value of more than 1,000 characters"),
        (line(paper="Editorial"), "Several papers have the title 'Editorial'. Give ids: doi"),
        (line(paper=[]), "paper is an empty list"),
        (line(text=[]), "text is an empty list"),
        (line(text="a||b"), "empty alternative"),
        (line(text={"a": 1}), "text has a value"),
        (line(answerable="no"), "answerable is neither true nor false"),
        (line(answerable=0), "answerable is neither true nor false"),
        (line(answerable=False, paper="#1"), "answerable is false"),
        (line(reply="maybe"), "reply is neither"),
        (line(reply=True), "reply is neither"),
        (line(reply=["yes"]), "reply is neither"),
    ],
)
def test_a_bad_line_is_one_problem_and_the_rest_is_read(
    library: Library, bad: bytes, problem: str
) -> None:
    data = b"\n".join((line(paper=1), b"", bad, line(reply="no")))
    questions, problems = read(data, library)
    assert [one.line for one in questions] == [1, 4]
    assert list(problems) == [3]
    assert problem in problems[3]
    assert len(problems[3]) < 500


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_as_on_any_system(library: Library, end: bytes) -> None:
    data = b"\xef\xbb\xbf" + end.join((line(paper=1), line(question="A\u2028B", paper=2)))
    questions, problems = read(data, library)
    assert problems == {}
    assert [one.question for one in questions] == ["Why?", "A\u2028B"]


def test_text_with_a_mark_of_utf_16_is_read(library: Library) -> None:
    questions, problems = read((line(paper=1) + b"\n" + line(paper=2)).decode().encode("utf-16"),
                               library)  # fmt: skip
    assert problems == {}
    assert len(questions) == 2


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)
KEYS = st.sampled_from(("question", "history", "paper", "text", "answerable", "reply"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_values=st.dictionaries(KEYS, VALUES))
def test_any_values_are_a_question_or_a_problem(
    library: Library, given_values: dict[str, Any]
) -> None:
    questions, problems = read(json.dumps(given_values).encode(), library)
    assert len(questions) + len(problems) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary())
def test_any_bytes_are_read(library: Library, data: bytes) -> None:
    questions, problems = read(data, library)
    assert not questions
    assert len(problems) <= len(data)
