"""Comparisons of two papers, and of two things in one paper."""

from __future__ import annotations

from assistant.answering.question import Question
from assistant.answering.question_kinds import classify_question
from assistant.answering.retrieval import RetrievedEvidence
from assistant.answering.strategies import retrieve
from assistant.library import EVERYTHING, Library
from assistant.paper import Paper

PAPERS = (
    Paper(
        title="Recurrent cells in nets of bees",
        abstract="Bees are many. We present recurrent nets that count bees on a comb. The camera "
        "costs 30 euros. The nets reach an error of 3.5 percent. Bees dance well.",
    ),
    Paper(
        title="WaspNose: smelling wasps",
        abstract="Wasps are few. We propose WaspNose, a sensor that smells wasps in a loft. It "
        "finds 92% of the nests. Lofts are warm.",
    ),
    Paper(
        title="Two sets of bread",
        abstract="We collect two sets of pictures of bread, RyeSet and OatSet. RyeSet has 974 "
        "pictures of loaves. The OatSet pictures, 23,914 of them, show slices. Both are free.",
    ),
)


def found(library: Library, question: str) -> RetrievedEvidence:
    return retrieve(Question.parse(question), classify_question(question), library, 4, EVERYTHING)


def test_each_paper_is_told_by_what_it_did_and_found(library: Library) -> None:
    compared = found(library, "Compare RecNet with WaspNose")
    assert [source.sentence for source in compared.evidence] == [
        "We present recurrent nets that count bees on a comb.",
        "The nets reach an error of 3.5 percent.",
        "We propose WaspNose, a sensor that smells wasps in a loft.",
        "It finds 92% of the nests.",
    ]
    assert compared.note is None


def test_two_things_of_one_paper_are_told_by_a_sentence_about_each(library: Library) -> None:
    compared = found(library, "difference between RyeSet and OatSet")
    assert [source.sentence for source in compared.evidence] == [
        "RyeSet has 974 pictures of loaves.",
        "The OatSet pictures, 23,914 of them, show slices.",
    ]
    assert compared.extractive
