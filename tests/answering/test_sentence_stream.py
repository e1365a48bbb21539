from __future__ import annotations

import pytest

from assistant.answering.generation import SentenceStream

TEXT = "It is 4.31 times faster [1]. Results, e.g. by Lee et al. (2020), agree. [2] More follows"


@pytest.mark.parametrize("size", [1, 2, 5, 200])
def test_sentences_are_the_same_however_the_text_is_cut(size: int) -> None:
    stream = SentenceStream()
    found = [
        sentence
        for at in range(0, len(TEXT), size)
        for sentence in stream.add(TEXT[at : at + size])
    ]
    assert found == [
        "It is 4.31 times faster [1].",
        "Results, e.g. by Lee et al. (2020), agree. [2]",
    ]
    assert stream.finish(truncated=False) == ["More follows"]


def test_a_sentence_comes_out_when_the_next_one_begins() -> None:
    stream = SentenceStream()
    assert stream.add("One is here. ") == []
    assert stream.add("T") == ["One is here."]


def test_a_line_end_completes_a_sentence() -> None:
    stream = SentenceStream()
    assert stream.add("First item\nSecond") == ["First item"]


def test_a_sentence_cut_at_its_end_is_left_out() -> None:
    stream = SentenceStream()
    stream.add("It is whole. It is not")
    assert stream.finish(truncated=True) == []
    stream.add("It is whole [1].")
    assert stream.finish(truncated=True) == ["It is whole [1]."]
