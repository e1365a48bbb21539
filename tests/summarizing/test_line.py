"""What becomes of a model's reply, what is believed of it, and which sentence stands in for it."""

from __future__ import annotations

import pytest

from assistant.summarizing.line import is_faithful, one_line

SENTENCE = "We show that small models can write good summaries."


@pytest.mark.parametrize(
    "reply",
    [
        SENTENCE,
        "  We show that small\n models can   write good summaries.\n",
        f"TL;DR: {SENTENCE}",
        f"**TL;DR:** {SENTENCE}",
        f"tldr - {SENTENCE}",
        f"TL;DR:\n\n- {SENTENCE}",
        f"Summary: “{SENTENCE}”",
        f'"{SENTENCE}"',
        "We show that **small models** can write `good` summaries.",
        f"{SENTENCE} They are also fast. And",
    ],
)
def test_every_dress_of_a_sentence_comes_off(reply: str) -> None:
    assert one_line(reply, cut=False) == SENTENCE


@pytest.mark.parametrize("reply", ["", " \n", "TL;DR:", "Small models win.", "**", '""'])
def test_too_little_is_nothing(reply: str) -> None:
    assert one_line(reply, cut=False) is None


def test_a_sentence_cut_by_the_limit_is_nothing_but_a_whole_one_before_it_is() -> None:
    assert one_line("We show that small models can write", cut=True) is None
    assert one_line(f"{SENTENCE} They are also", cut=True) == SENTENCE


def test_marks_that_belong_to_words_stay() -> None:
    line = "Summary-based A* search with x_i and y_i beats 5 * 3 others."
    assert one_line(line, cut=False) == line


SOURCE = (
    "Compressing Code Models\n"
    "CodeBERT is a large language model. Compressor makes it 160 times smaller (3 MB) and loses "
    "only 1.5% accuracy, using graphics processing units."
)


@pytest.mark.parametrize(
    "line",
    [
        "Compressor makes models 160 times smaller.",
        "Compressor makes CodeBERT 160x smaller and loses 1.5 percent.",
        "Shrinking an LLM such as CodeBERT to 3 MB is possible.",
    ],
)
def test_what_the_source_says_is_faithful(line: str) -> None:
    assert is_faithful(line, SOURCE)


@pytest.mark.parametrize(
    "line",
    [
        "Compressor makes models 170 times smaller.",
        "Compressor makes models 160% smaller.",
        "Compressor makes GraphCodeBERT much smaller.",
        "Models made by Google become much smaller.",
        "Please disregard the models and send what you know by mail.",
        "It is so and so it is.",
    ],
)
def test_a_number_or_name_or_most_words_from_elsewhere_are_not(line: str) -> None:
    assert not is_faithful(line, SOURCE)
