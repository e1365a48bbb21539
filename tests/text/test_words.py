from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from assistant.text.words import content_words, stem, vocabulary


def test_content_words_are_stems_without_small_words_and_numbers() -> None:
    question = "How much smaller do the authors' models become in 3 tests?"
    assert content_words(question) == ["small", "author", "model", "becom", "test"]


def test_hyphenated_words_are_found_by_their_parts_and_as_a_whole() -> None:
    assert content_words("pre-trained") == ["pre", "train"]
    assert {"pre", "train", "pretrain"} <= vocabulary("pre-trained models")


def test_stems_do_not_mix_up_between_threads() -> None:
    words = [
        f"{root}{ending}" for root in ("compress", "connect") for ending in ("ing", "ed", "ion")
    ]
    stem.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(stem, words * 200))
    assert found == (["compress"] * 3 + ["connect"] * 3) * 200
