from __future__ import annotations

import pytest

from assistant.answering.unsaid import UNSAID, unsaid


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("Which GPU was used?", "which GPU was used"),
        ("can you tell me which GPU was used please?", "which GPU was used"),
        ("What GPU was it trained on?", "what GPU it was trained on"),
        ("What accuracy do they reach on MNIST?", "what accuracy they reach on MNIST"),
        ("how many layers does it have", "how many layers it has"),
        ("Why does the model fail?", "why the model fails"),
        ("Where can it be downloaded ?", "where it can be downloaded"),
        ("Which night birds are seldom watched?", "which night birds are seldom watched"),
        ("Is it open source?", "whether it is open source"),
        ("Does it need labels?", "whether it needs labels"),
        ("Does the study carry risks?", "whether the study carries risks"),
        ("Was the trial blinded?", "whether the trial was blinded"),
        ("Were there side effects in women?", "whether there were side effects in women"),
    ],
)
def test_a_question_becomes_a_clause(question: str, clause: str) -> None:
    assert unsaid(question) == f"{UNSAID} {clause}."


@pytest.mark.parametrize(
    "question",
    [
        "gpu?",
        "and in children",
        "What is the learning rate?",
        "How long did training take?",
        "Was aspirin given to the controls?",
        "What dose was aspirin given at?",
        "Which GPU was used? And how long was it used?",
        "Which “model” was used?",
        "Which GPU should I use if it is used?",
        "Which GPU was used " + "and also used " * 10,
    ],
)
def test_what_no_rule_can_turn_is_not_repeated(question: str) -> None:
    assert unsaid(question) == f"{UNSAID}."
