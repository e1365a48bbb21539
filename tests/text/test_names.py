from __future__ import annotations

import pytest

from assistant.text.names import mentions, missing_facts, names


def test_finds_names_but_not_the_first_words_of_sentences() -> None:
    text = "It helps CodeBERT and Google's Gemini. Results on GPT-2 (LRS), kGym and S4D agree."
    assert names(text) == ["CodeBERT", "Google", "Gemini", "GPT-2", "LRS", "kGym", "S4D"]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("we train gpt2 here", "GPT-2", True),
        ("many LLMs exist", "LLM", True),
        ("large language models exist", "LLMs", True),
        ("the CIFAR 10 images", "CIFAR-10", True),
        ("the CIFAR 10 images", "CIFAR-100", False),
        ("GPT-2 with 4-bit weights", "GPT-4", False),
        ("Think and Execute", "Think-and-Execute", True),
        ("it uses CodeBERT", "GraphCodeBERT", False),
        ("it uses transformers", "LSTM", False),
        ("an ensemble of recurrent nets", "RecNet", True),
        ("Convolutional networks are deep", "ConvNet", True),
        ("recurrent cells and networks", "RecNet", False),
        ("nets that are recurrent", "RecNet", False),
        ("residual networks", "ReNet", False),
    ],
)
def test_a_name_is_found_in_any_spelling(text: str, name: str, expected: bool) -> None:
    assert mentions(text, name) is expected


SOURCE = (
    "We compress CodeBERT to 3 MB, which is 160times smaller; one of three large language models."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CodeBERT becomes 160x smaller.", []),
        ("It is one of 3 LLMs of 3 MB.", []),
        ("CodeBERT becomes 16 times smaller.", ["16 times"]),
        ("It has 3 GB.", ["3 GB"]),
        ("Then GraphCodeBERT was compressed.", ["GraphCodeBERT"]),
    ],
)
def test_facts_that_the_source_does_not_contain(text: str, expected: list[str]) -> None:
    assert missing_facts(text, SOURCE) == expected
