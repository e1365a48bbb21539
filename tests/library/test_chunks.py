from __future__ import annotations

import random

import pytest

from assistant.library.chunks import Chunk, Chunker
from assistant.models.fake import HashingEmbedder

SENTENCE = "One two three four five six seven eight nine ten. "


class CharacterEmbedder(HashingEmbedder):
    """Every three characters are a token, so that parts do not add up."""

    def __init__(self) -> None:
        super().__init__(max_tokens=40)

    def count_tokens(self, text: str) -> int:
        return -(-len(text) // 3)


def check(chunks: list[Chunk], abstract: str, embedder: HashingEmbedder) -> None:
    position = 0
    for chunk in chunks:
        assert chunk.text.endswith("\n" + abstract[chunk.start : chunk.end])
        assert not abstract[position : chunk.start].strip(), "only white space is left out"
        assert embedder.count_tokens(chunk.text) + 2 <= embedder.max_tokens
        position = chunk.end
    assert not abstract[position:].strip()


def test_a_paper_that_fits_is_one_chunk() -> None:
    abstract = SENTENCE * 3
    assert Chunker(HashingEmbedder(max_tokens=34)).split("A title", abstract) == [
        Chunk(0, len(abstract), "A title\n" + abstract)
    ]


def test_a_longer_one_is_cut_between_sentences() -> None:
    embedder = HashingEmbedder(max_tokens=33)
    abstract = SENTENCE * 7
    chunks = Chunker(embedder).split("A title", abstract)
    check(chunks, abstract, embedder)
    assert [abstract[chunk.start : chunk.end].count(".") for chunk in chunks] == [2, 2, 2, 1]
    assert all(chunk.text.startswith("A title\nOne") for chunk in chunks)


def test_a_long_title_is_cut_at_a_word_and_leaves_half_of_the_room() -> None:
    embedder = HashingEmbedder(max_tokens=22)
    title = " ".join(f"word{i}" for i in range(500))
    abstract = SENTENCE * 3
    chunks = Chunker(embedder).split(title, abstract)
    check(chunks, abstract, embedder)
    assert {chunk.text.splitlines()[0] for chunk in chunks} == {
        " ".join(f"word{i}" for i in range(10))
    }


def test_text_without_any_space_is_cut_all_the_same() -> None:
    embedder = CharacterEmbedder()
    abstract = "x" * 1000
    check(Chunker(embedder).split("y" * 500, abstract), abstract, embedder)


@pytest.mark.parametrize("seed", range(30))
def test_chunks_are_spans_of_any_abstract(seed: int) -> None:
    rng = random.Random(seed)
    alphabet = ["word", "Émile", ".", " ", "  ", "\n", "\n\n", "。", "x" * 50, "? ", "e.g. ", "\t"]
    abstract = "".join(rng.choices(alphabet, k=rng.randint(1, 400))).strip() or "x"
    for embedder in (CharacterEmbedder(), HashingEmbedder(max_tokens=12)):
        check(Chunker(embedder).split("A title here", abstract), abstract, embedder)


def test_the_fingerprint_tells_how_chunks_are_cut() -> None:
    assert (
        Chunker(HashingEmbedder(max_tokens=12)).fingerprint
        != Chunker(HashingEmbedder(max_tokens=13)).fingerprint
    )


def test_a_title_without_an_abstract_is_one_chunk() -> None:
    for title in ("A title", "word " * 500):
        embedder = HashingEmbedder(max_tokens=20)
        (chunk,) = Chunker(embedder).split(title.strip(), "")
        assert (chunk.start, chunk.end) == (0, 0)
        assert 0 < embedder.count_tokens(chunk.text) <= 18
