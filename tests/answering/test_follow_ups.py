"""What a question leaves out, and which papers it refers to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.answering.follow_ups import FollowUp, Reference, Turn, complete

FIRST = Turn("What is Compressor?", "A method that compresses models of code. [1]", papers=(4,))
TITLES = {4: "Compressing Models of Code", 7: "FlashRNN", 9: "Tensor Machines"}
LISTED = Turn("Which papers are about speed?", "Three.", papers=(4, 7, 9))


def completed(question: str, history: Sequence[Turn] = (FIRST,)) -> FollowUp:
    return complete(question, history, TITLES.get)


@pytest.mark.parametrize(
    ("question", "complete"),
    [
        ("How large is it?", "How large is Compressor?"),
        ("And how fast is this method?", "How fast is Compressor?"),
        ("Who are its users?", "Who are Compressor’s users?"),
        ("Does it know this beforehand?", "Does Compressor know this beforehand?"),
        ("And on which data was it trained?", "On which data was Compressor trained?"),
        ("What about clone detection?", "What is Compressor? What about clone detection?"),
        ("Why?", "What is Compressor? Why?"),
        ("Which data did the authors use?", "What is Compressor? Which data did the authors use?"),
    ],
)
def test_what_is_left_out_is_filled_in(question: str, complete: str) -> None:
    found = completed(question)
    assert (found.text, found.reference, found.papers) == (complete, Reference.LIKELY, (4,))


@pytest.mark.parametrize(
    ("before", "question", "complete"),
    [
        ("How many men died in 2010?", "and in 2015?", "How many men died in 2015?"),
        ("How common is asthma?", "And in women?", "How common is asthma in women?"),
        ("Does zinc help against colds?", "and in children?", None),
    ],
)
def test_a_part_is_exchanged_or_added(before: str, question: str, complete: str | None) -> None:
    wanted = complete or f"{before[:-1]} in children?"
    assert completed(question, [Turn(before, "Yes. [1]", papers=(4,))]).text == wanted


@pytest.mark.parametrize(
    ("before", "complete"),
    [
        ("Does zinc help against colds?", "Why does zinc help against colds?"),
        ("In which mice was sleep short?", "Why was sleep short?"),
        ("what do bees prefer", "Why do bees prefer?"),
        ("How fast is Compressor", "How fast is Compressor? Why?"),
        ("Which diet was best?", "Which diet was best? Why?"),
    ],
)
def test_why_asks_for_the_cause_of_what_was_asked(before: str, complete: str) -> None:
    assert completed("Why?", [Turn(before, "Yes. [1]", papers=(4,))]).text == complete


def test_the_same_is_asked_of_another_name() -> None:
    large = Turn("How large is Compressor?", "3 MB. [1]", papers=(4,))
    other = completed("And FlashRNN?", [FIRST, large])
    assert (other.text, other.reference) == ("How large is FlashRNN?", Reference.NONE)
    third = completed("how fast is it?", [FIRST, large, Turn("And FlashRNN?", "8 MB. [1]")])
    assert third.text == "How fast is FlashRNN?"
    assert completed("What about clone detection?", [large]).text.startswith("How large is Compr")


def test_a_number_in_a_word_is_no_name() -> None:
    before = Turn("Which one has the lower top-5 error?", "The second. [1]", papers=(7,))
    found = completed("How many layers does it have?", [before])
    assert found.text == f"{before.question} How many layers does it have?"
    assert found.within == "How many layers does it have?"


@pytest.mark.parametrize(
    "question",
    [
        "How much faster is FlashRNN than its Triton version?",
        "Which quantum algorithm computes the Jones polynomial of these closed braids?",
        "What is the size that code models can be compressed to?",
        "Why do mice lose their hair?",
        "quantum energy consumption",
        "transformers",
    ],
)
def test_a_complete_question_stays_as_it_is(question: str) -> None:
    assert completed(question).text == question
    assert completed(question).reference in (Reference.NONE, Reference.POSSIBLE)


def test_a_short_question_may_be_about_the_papers_before() -> None:
    assert completed("Was there more bleeding?") == FollowUp(
        "Was there more bleeding?", Reference.POSSIBLE, (4,)
    )
    assert completed("Was there more bleeding?", []).reference is Reference.NONE
    assert completed("Did anything break?").reference is Reference.POSSIBLE
    assert completed("What happened to their weight?").reference is Reference.POSSIBLE


def test_a_pronoun_that_stands_for_nothing_is_not_replaced() -> None:
    question = "Does it help if a person gives feedback?"
    assert completed(question).text == f"What is Compressor? {question}"
    # Papers of the conversation are asked without the question before it.
    assert completed(question).within == question
    assert completed("Why?").within == "What is Compressor? Why?"


def test_a_question_after_a_possible_follow_up_reaches_back_to_the_topic() -> None:
    turns = [FIRST, Turn("How many had a good outcome?", "Ten. [1]", papers=(4,))]
    assert completed("And who did badly on it?", turns).text == "Who did badly on Compressor?"
    assert completed("And in women?", turns).text == (
        "What is Compressor? How many had a good outcome in women?"
    )


def test_follow_ups_of_follow_ups_reach_back_three_turns() -> None:
    turns = [
        Turn("What is SURGE?", "...", papers=(9,)),
        FIRST,
        Turn("How large is it?", "3 MB", papers=(4,)),
    ]
    assert completed("And how fast is it?", turns).text == "How fast is Compressor?"
    deeper = [*turns, Turn("And how fast is it?", "Fast", papers=(4,))]
    assert completed("Does it need training?", deeper).text == "Does Compressor need training?"
    assert completed("How large is it?", []).text == "How large is it?"


@pytest.mark.parametrize(
    ("question", "text", "papers"),
    [
        ("Who wrote the second one?", "Who wrote “FlashRNN”?", (7,)),
        ("Summarise the last paper", "Summarise “Tensor Machines”", (9,)),
        ("How fast is the 1st one?", "How fast is “Compressing Models of Code”?", (4,)),
        ("Which of these use GPUs?", "Which papers use GPUs?", (4, 7, 9)),
        ("and which ones use GPUs?", "which papers use GPUs?", (4, 7, 9)),
        (
            "Compare them",
            "Compare “Compressing Models of Code” with “FlashRNN”",
            (4, 7),
        ),
    ],
)
def test_papers_of_the_last_answer_are_pointed_at(
    question: str, text: str, papers: tuple[int, ...]
) -> None:
    assert completed(question, [LISTED]) == FollowUp(text, Reference.CERTAIN, papers)


def test_which_one_asks_the_two_papers_that_were_shown() -> None:
    two = Turn("Compare Compressor and FlashRNN", "...", papers=(4, 7))
    for question in ("Which one is faster?", "and which is faster?"):
        found = completed(question, [two])
        assert (found.reference, found.papers, found.within) == (
            Reference.CERTAIN,
            (4, 7),
            question,
        )
        assert found.text == (
            "Which is it, “Compressing Models of Code” or “FlashRNN”, that is faster?"
        )
    assert completed("Which one is faster?", [LISTED]).reference is not Reference.CERTAIN
    assert completed("Which one is BERT based on?", [two]).reference is not Reference.CERTAIN
    for question in (
        "Which method is used to diagnose diabetes in children?",
        "Which model works best for recognition of speech?",
    ):
        assert completed(question, [two]).reference is not Reference.CERTAIN


def test_a_paper_that_is_not_there_is_not_pointed_at() -> None:
    assert completed("Who wrote the fifth one?", [LISTED]).reference is not Reference.CERTAIN
    gone = Turn("Which papers?", "One.", papers=(99,))
    assert completed("Who wrote the first one?", [gone]).reference is not Reference.CERTAIN


def test_which_of_two_has_more_compares_both() -> None:
    two = Turn("Compare FlashRNN with Compressor", "Both. [1][2]", papers=(7, 4))
    found = completed("which one has a lower top-5 error?", [two])
    assert found.text == (
        "Compare “FlashRNN” with “Compressing Models of Code” in terms of lower top-5 error"
    )
    assert (found.reference, found.papers) == (Reference.CERTAIN, (7, 4))
    assert completed("Which one uses dropout?", [two]).text.startswith("Which is it")
