from __future__ import annotations

import pytest

from assistant.verification.alignment import align
from assistant.verification.tokens import tokenize, unify_acronyms

ROOFS = "Red roofs mislead young bees in 42% of flights, while old bees ignore them."


@pytest.mark.parametrize(
    ("claim", "moved", "new"),
    [
        (ROOFS, [], []),
        ("Red roofs mislead bees.", [], []),
        ("Young bees are misled by red roofs.", [], []),
        ("In 42% of flights, red roofs mislead young bees.", [], []),
        ("Red roofs mislead wasps.", [], ["wasps"]),
        ("Old bees mislead young bees.", ["old"], []),
        ("In 42% of rivers 43% of bees ignore them.", [], ["rivers", "43% "]),
    ],
)
def test_words_are_in_place_moved_or_new(claim: str, moved: list[str], new: list[str]) -> None:
    aligned = align(tokenize(claim), tokenize(ROOFS))
    assert [aligned.claim[n].text for n in aligned.moved][:1] == moved
    assert [aligned.claim[n].text.strip() for n in aligned.new] == [word.strip() for word in new]


def test_words_that_stay_together_are_preferred() -> None:
    aligned = align(tokenize("young bees"), tokenize("Young wasps, old bees and young bees sing."))
    assert [aligned.source[there].start for _, there in aligned.pairs] == [26, 32]


def test_what_is_left_out_between_content_is_a_gap() -> None:
    aligned = align(tokenize("Red roofs mislead bees"), tokenize(ROOFS))
    left_out = [
        " ".join(token.text for token in aligned.source[there + 1 : after])
        for _, _, there, after in aligned.gaps()
    ]
    assert left_out == ["young"]


def test_a_token_says_what_it_is() -> None:
    found = tokenize("The 3 LLMs can't run e.g. GPT-2. They do.")
    assert [token.text for token in found] == [
        "the", "3", "llms", "can", "not", "run", "e", "g", "gpt", "2", ".", "they", "do", ".",
    ]  # fmt: skip
    assert [token.text for token in found if token.name] == ["llms", "gpt", "2"]
    assert [token.text for token in found if token.content] == ["3", "llms", "run", "gpt", "2"]


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("LLMs run.", "Large language models run.", ("LLMs run.", "LLM run.")),
        ("Large language models run.", "LLMs run.", ("LLM run.", "LLMs run.")),
        ("The AUC is 1.", "The area under the curve is 1.", ("The AUC is 1.", "The AUC is 1.")),
        ("LLMs run.", "LLMs run.", ("LLMs run.", "LLMs run.")),
        ("It runs.", "A cat runs.", ("It runs.", "A cat runs.")),
    ],
)
def test_an_acronym_and_its_words_are_one(
    claim: str, source: str, expected: tuple[str, str]
) -> None:
    assert unify_acronyms(claim, source) == expected
