from __future__ import annotations

import pytest

from assistant.text.facts import missing_facts

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
def test_names_what_is_not_in_the_source(text: str, expected: list[str]) -> None:
    assert missing_facts(text, SOURCE) == expected
