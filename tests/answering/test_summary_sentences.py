from __future__ import annotations

import pytest

from assistant.answering.summary_sentences import contribution_and_result, key_sentences

BACKGROUND = "Robots are a frequent sight in many factories of the world."
CONTRIBUTION = "In this paper we present Gripper, a hand with five soft fingers."
METHOD = "It was trained on 40,000 pictures of cups by means of a simulator."
FINDING = "Gripper achieves 93% success and outperforms the best hand by 12 points."
WEAK = "The results show that soft fingers hold cups."
LIMIT = "However, it fails to hold wet cups of glass."
OUTLOOK = "Our results pave the way for future robots in 1,000 kitchens."
CONCLUSION = "We conclude that soft fingers are worth their price."


def summed_up(*sentences: str) -> list[str]:
    abstract = " ".join(sentences)
    return [abstract[start:end] for start, end in key_sentences(abstract)]


def test_what_was_done_how_what_was_found_and_its_limit() -> None:
    found = summed_up(BACKGROUND, CONTRIBUTION, METHOD, WEAK, FINDING, LIMIT, OUTLOOK)
    assert found == [CONTRIBUTION, METHOD, FINDING, LIMIT]


def test_a_conclusion_takes_a_place_that_is_free() -> None:
    assert summed_up(CONTRIBUTION, METHOD, FINDING, CONCLUSION) == [
        CONTRIBUTION,
        METHOD,
        FINDING,
        CONCLUSION,
    ]
    assert CONCLUSION not in summed_up(CONTRIBUTION, METHOD, FINDING, LIMIT, CONCLUSION)


def test_an_outlook_is_a_result_only_if_there_is_no_other() -> None:
    assert summed_up(CONTRIBUTION, WEAK, OUTLOOK)[1] == WEAK
    assert summed_up(CONTRIBUTION, OUTLOOK) == [CONTRIBUTION, OUTLOOK]


@pytest.mark.parametrize(
    "aim",
    [
        "The aim of this trial was to compare two hands.",
        "OBJECTIVE: To compare two hands of robots.",
        "Here, soft hands of robots are compared.",
    ],
)
def test_the_aim_tells_what_was_done(aim: str) -> None:
    assert summed_up(BACKGROUND, aim, FINDING)[0] == aim


def test_a_question_is_no_contribution() -> None:
    question = "Motivated by this, we ask: do we show that soft fingers help?"
    assert summed_up(BACKGROUND, question, CONTRIBUTION, FINDING)[0] == CONTRIBUTION


def test_what_a_method_points_back_to_is_quoted() -> None:
    tuned, simulated = "It is trained on cups.", "A simulator was used for the cups."
    found = summed_up(CONTRIBUTION, WEAK, tuned, simulated, FINDING)
    assert simulated in found and tuned not in found
    camera = "A new camera makes pictures of cups."
    assert summed_up(CONTRIBUTION, BACKGROUND, camera, tuned, FINDING)[1] == camera
    assert summed_up(CONTRIBUTION, tuned, FINDING, simulated)[1] == tuned


def test_groups_that_were_alike_at_first_are_no_result() -> None:
    alike = "RESULTS The baseline weights of 20 cups were similar in both groups."
    lower = "Cups of group A had significantly lower weights (20 vs 40 g)."
    assert summed_up(CONTRIBUTION, alike, lower) == [CONTRIBUTION, lower]


def test_what_was_done_and_found_alone() -> None:
    abstract = " ".join((BACKGROUND, CONTRIBUTION, METHOD, FINDING, LIMIT))
    spans = contribution_and_result(abstract)
    assert [abstract[start:end] for start, end in spans] == [CONTRIBUTION, FINDING]
    abstract = " ".join((CONTRIBUTION, "Thus, hands of cloth are soft."))
    assert len(contribution_and_result(abstract)) == 2
    assert contribution_and_result("") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("Short.", ["Short."]), ("Two words. Three more words.", ["Two words."])],
)
def test_an_abstract_without_cues_gives_its_beginning(text: str, expected: list[str]) -> None:
    assert summed_up(text) == expected
