"""The sentence that says what a term is comes first."""

from __future__ import annotations

import pytest

from assistant.answering.question import Question
from assistant.answering.question_kinds import classify_question
from assistant.answering.strategies import retrieve
from assistant.library import EVERYTHING, Library
from assistant.paper import Paper

PAPERS = (
    Paper(
        title="Napping networks",
        abstract="We introduce Dozy, the first network that naps between batches. Dozy learns "
        "from 40 hours of speech. At the time of its release, Dozy is the best network of speech.",
    ),
    Paper(
        title="Shadow tests of bakeries",
        abstract="Bread is hard to test. Shadow baking seeks to find faults of an oven without a "
        "tasting panel. Shadow baking may be written as f(x) = g(x). It found 12 faults.",
    ),
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is Dozy?", "We introduce Dozy, the first network"),
        ("what is shadow baking", "Shadow baking seeks to find faults"),
    ],
)
def test_it_is_the_first_that_explains_the_term(
    library: Library, question: str, first: str
) -> None:
    found = retrieve(Question.parse(question), classify_question(question), library, 4, EVERYTHING)
    assert found.evidence[0].sentence.startswith(first)
    assert len({source.start for source in found.evidence}) == len(found.evidence)
