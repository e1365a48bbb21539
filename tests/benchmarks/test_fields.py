"""The questions about papers of other fields have the form that `benchmarks.fields` describes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.evaluating import KeyFact
from assistant.paper import Paper
from benchmarks import answers, fields
from training.reading.check import lines as training_lines

QUESTIONS = fields.questions()
PAPERS = fields.PAPERS.read_text(encoding="utf-8").split()
SPLITS = ("tuning", "kept_back")
COUNTS = {
    "fact": 72,
    "yes_no": 18,
    "list": 12,
    "follow_up": 14,
    "comparison": 8,
    "definition": 8,
    "why": 8,
    "unsaid": 20,
    "near": 10,
    "far": 10,
}


@pytest.fixture(scope="module")
def papers(shared_data: Path) -> dict[str, Paper]:
    """The papers of the library, read once."""
    return fields.papers(shared_data)


def title_key(title: str) -> str:
    return re.sub(r"\W+", "", title.casefold())


def test_every_kind_is_halved() -> None:
    counts = Counter((one["kind"], one["split"]) for one in QUESTIONS)
    assert counts == {
        (kind, split): count // 2 for kind, count in COUNTS.items() for split in SPLITS
    }


def test_no_paper_is_in_both_halves() -> None:
    halves = [
        {paper for one in QUESTIONS if one["split"] == split for paper in papers_of(one)}
        for split in SPLITS
    ]
    assert halves[0] & halves[1] == set()


def papers_of(question: dict[str, Any]) -> list[str]:
    return [*question["papers"], *([question["about"]] if question["about"] else [])]


def test_nothing_is_there_twice() -> None:
    assert len(PAPERS) == len(set(PAPERS)) >= 200
    assert len({one["id"] for one in QUESTIONS}) == len(QUESTIONS)
    asked = {(*one["history"], title_key(one["question"])) for one in QUESTIONS}
    assert len(asked) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one["id"])
def test_a_question_has_what_its_kind_needs(question: dict[str, Any]) -> None:
    kind = question["kind"]
    papers, facts, sentences = (question[key] for key in ("papers", "facts", "sentences"))
    assert set(papers_of(question)) <= set(PAPERS)
    assert len(papers) == len(set(papers))
    assert bool(papers) == (kind not in ("unsaid", "near", "far"))
    assert (len(papers) > 1) == (kind in ("list", "comparison")) or kind == "definition"
    assert bool(facts) == (kind in ("fact", "follow_up", "comparison", "definition", "why"))
    assert bool(sentences) == (bool(papers) and kind != "list")
    assert bool(question["about"]) == (kind == "unsaid")
    assert bool(question["history"]) == (kind == "follow_up")
    assert (question["verdict"] in ("yes", "no", "both")) == (kind == "yes_no")


@pytest.mark.parametrize(
    "question", [one for one in QUESTIONS if one["facts"]], ids=lambda q: q["id"]
)
def test_a_question_does_not_contain_its_own_key_fact(question: dict[str, Any]) -> None:
    asked = " ".join([*question["history"], question["question"]])
    assert not all(KeyFact.parse(fact).is_in(asked) for fact in question["facts"])


def test_no_paper_was_trained_on() -> None:
    assert {one["id"] for one in training_lines("abstracts.jsonl")} & set(PAPERS) == set()


def test_no_title_was_trained_on(papers: dict[str, Paper]) -> None:
    trained = {title_key(one["title"]) for one in training_lines("abstracts.jsonl")}
    titles = [title_key(paper.title) for paper in papers.values()]
    assert len(titles) == len(set(titles)) == len(PAPERS)
    assert trained & set(titles) == set()


def test_every_answering_sentence_and_key_fact_is_in_its_abstract(papers: dict[str, Paper]) -> None:
    for one in QUESTIONS:
        abstracts = [" ".join(papers[paper].abstract.split()) for paper in one["papers"]]
        for sentence in one["sentences"]:
            assert any(sentence in abstract for abstract in abstracts), one["id"]
        for fact in one["facts"]:
            assert KeyFact.parse(fact).is_in(" ".join(abstracts)), one["id"]
        if one["kind"] == "comparison":
            for abstract in abstracts:
                assert any(sentence in abstract for sentence in one["sentences"]), one["id"]


def test_the_questions_are_asked_by_title(papers: dict[str, Paper]) -> None:
    for line, question in zip(answers.fields_questions(papers), QUESTIONS, strict=True):
        assert line["titles"] == [papers[one].title for one in question["papers"]]
        assert line["kind"] in answers.KINDS
        assert line["split"] in answers.SPLITS


def test_absent_abstracts_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"corpus\.jsonl does not exist"):
        fields.papers(tmp_path)


def test_a_missing_abstract_is_named(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "PAPERS", tmp_path / "papers.txt")
    fields.PAPERS.write_text("scifact:8570690\nscifact:none\n", encoding="utf-8")
    with pytest.raises(UsageError, match="1 of the 2 abstracts, among them scifact:none"):
        fields.papers(shared_data)
