from __future__ import annotations

import pytest

from assistant.text.names import bears, names


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
    ],
)
def test_bears_a_name_however_it_is_written(text: str, name: str, expected: bool) -> None:
    assert bears(text, name) is expected
