"""Yes and no at the start of an answer, and questions with two parts."""

from __future__ import annotations

import pytest

from assistant.answering.replies import (
    asks_yes_or_no,
    is_doubtful,
    leaves_out_a_part,
    without_needless_reply,
)

FACTOR = "the damping factor is usually set to 0.85."


@pytest.mark.parametrize(
    ("question", "claim", "shown"),
    [
        ("Waht is teh dampng factor?", f"Yes, {FACTOR}", f"T{FACTOR[1:]}"),
        ("wich factor is used", f"No, {FACTOR}", f"T{FACTOR[1:]}"),
        ("What is it?", f"T{FACTOR[1:]}", f"T{FACTOR[1:]}"),
        ("Is it set to 0.85?", f"Yes, {FACTOR}", f"Yes, {FACTOR}"),
        ("Were 12 rats fed?", "Yes, 12 rats were fed.", "Yes, 12 rats were fed."),
        ("zinc against colds?", "Yes, zinc helps.", "Yes, zinc helps."),
    ],
)
def test_only_a_question_for_it_is_answered_by_yes_or_no(
    question: str, claim: str, shown: str
) -> None:
    assert without_needless_reply(claim, question) == shown


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Does zinc help?", True),
        ("Does zinc help? How many children took part?", False),
        ("How many took part? And did zinc help?", True),
        ("Does zinc help? In women?", True),
        ("Does zinc help or not?", False),
    ],
)
def test_the_last_of_several_questions_asks(question: str, asked: bool) -> None:
    assert asks_yes_or_no(question) is asked


@pytest.mark.parametrize(
    ("question", "claim", "doubtful"),
    [
        ("Can it be decided?", "No, if it could be decided, so could all others.", True),
        ("Is A better than models of 7B?", "Yes, A performs comparably to models of 7B.", True),
        ("Is A faster than B?", "Yes. There was no significant difference between them.", True),
        ("Does A outperform B?", "Yes, A is as good as B.", True),
        ("Is A faster than B?", "No, there was no significant difference between them.", False),
        ("Is A faster than B?", "Yes, A takes 3 s and B takes 5 s.", False),
        ("Is A comparable to B?", "Yes, A performs comparably to B.", False),
        ("Is A better than B?", "A performs comparably to B.", False),
        ("Is Sleepy supervised?", "Yes, Sleepy is an unsupervised model.", True),
        ("Is Sleepy supervised?", "Yes, it has a supervised and an unsupervised stage.", False),
        ("Is Sleepy supervised?", "No, Sleepy is an unsupervised model.", False),
        ("Was it toxic? Are the cells reversible?", "Yes, they are irreversible.", True),
        ("Can it form a gel?", "Yes, it informs the gel.", False),
        ("Can it run without labels?", "No, it can run on images with no labels.", True),
        ("Can it run without labels?", "No, it cannot run without labels.", False),
        ("Can it run without labels?", "No, it needs labels of 1% of the images.", False),
        ("Can it run without labels?", "Yes, it can run with no labels.", False),
    ],
)
def test_a_reply_has_to_follow_from_what_is_said(question: str, claim: str, doubtful: bool) -> None:
    assert is_doubtful(claim, question) is doubtful


@pytest.mark.parametrize(
    ("question", "claim", "left_out"),
    [
        ("Which GPUs were used, and how long?", "Eight P100 GPUs were used.", True),
        ("Which GPUs were used, and how long?", "It took 3.5 days on eight P100 GPUs.", False),
        ("Which GPUs were used?", "Eight P100 GPUs were used.", False),
        ("How do people and animals sleep?", "They sleep well.", False),
    ],
)
def test_an_answer_has_both_parts(question: str, claim: str, left_out: bool) -> None:
    evidence = "It was trained in 3.5 days on eight P100 GPUs."
    assert leaves_out_a_part(claim, question, evidence) is left_out
