from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import PaperNotFound
from assistant.library import Filters, Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper


@pytest.fixture
def zoo(library: Library) -> Library:
    library.add(
        [
            Paper(title="Walking penguins", abstract="How penguins waddle over the ice."),
            Paper(title="Marching", abstract="A penguin marches, and marches, and marches."),
            Paper(title="Sorting", abstract="Comparisons of keys over the ice."),
        ]
    )
    return library


def test_words_alone_without_an_embedder(zoo: Library, folder: Path) -> None:
    with Library.open(folder, None) as library:
        hits = library.search("penguin marching")
    assert [hit.stored.number for hit in hits] == [2, 1]
    assert [hit.bm25_rank for hit in hits] == [1, 2]
    assert {(hit.vector_rank, hit.similarity) for hit in hits} == {(None, None)}
    assert hits[0].score == pytest.approx(1.0), "the best words are the measure"


def test_words_and_vectors_are_fused(zoo: Library, embedder: HashingEmbedder) -> None:
    zoo.vectors.embed_missing()
    hits = zoo.search("penguins waddle over the ice")
    assert hits[0].stored.number == 1
    assert (hits[0].bm25_rank, hits[0].vector_rank) == (1, 1)
    assert len(hits) == 3, "vectors rank every paper"
    vectors = embedder.embed(
        ["penguins waddle over the ice", "Walking penguins\nHow penguins waddle over the ice."]
    )
    assert hits[0].similarity == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
    assert hits[0].score == pytest.approx(1 + 2 * float(vectors[0] @ vectors[1]), abs=1e-4)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_similarity_is_there_for_papers_that_only_words_brought_up(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.search._DEPTH", 3)
    near = [Paper(title=f"Penguins {n}", abstract="Penguins march.") for n in range(5)]
    far = "A walrus met penguins and nobody said a word about it to anyone else in that bay."
    library.add([*near, Paper(title="Bay", abstract=far)])
    library.vectors.embed_missing()
    hits = library.search("walrus penguins", limit=3)
    (word_only,) = [hit for hit in hits if hit.vector_rank is None]
    assert word_only.stored.title == "Bay"
    assert word_only.bm25_rank == 1
    assert all(hit.similarity is not None and -1 <= hit.similarity <= 1 for hit in hits)


def test_the_best_chunk_of_a_long_paper_counts(folder: Path) -> None:
    embedder = HashingEmbedder(dimension=512, max_tokens=24)
    filler = [f"Sentence {i} speaks of subject{i} and matter{i} alone." for i in range(20)]
    with Library.open(folder, embedder) as library:
        library.add(
            [
                Paper(title="Long", abstract=" ".join([*filler, "Zebras gallop at dawn."])),
                Paper(title="Short", abstract="Zebras rest, and nobody gallops ever."),
            ]
        )
        library.vectors.embed_missing()
        assert library.status().chunks > 5
        hits = library.search("zebras gallop at dawn")
    assert [hit.stored.number for hit in hits] == [1, 2]
    assert hits[0].vector_rank == 1
    assert hits[1].vector_rank == 2, "papers are ranked, not chunks"
    assert hits[0].similarity is not None
    assert hits[0].similarity > 0.5


@pytest.mark.parametrize("query", ["", "  \n ", "\x00"])
def test_no_words_no_papers(library: Library, query: str) -> None:
    library.add([Paper(title="A", abstract="a")])
    assert library.search(query) == []


def test_a_limit(library: Library, make_papers: Callable[..., list[Paper]]) -> None:
    library.add(make_papers(100))
    library.vectors.embed_missing()
    assert len(library.search("penguins", limit=3)) == 3
    assert len(library.search("penguins in winter simulation", limit=80)) == 80
    assert library.search("penguins", limit=0) == []


def test_a_question_of_a_hundred_thousand_characters(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(20))
    library.vectors.embed_missing()
    assert library.search("penguins " * 11_000, limit=1)[0].bm25_rank is not None


def test_similar_papers_are_near_and_not_the_paper_itself(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(112))
    library.vectors.embed_missing()
    hits = library.search.similar("#3", 20)
    assert len(hits) == 20
    assert all(hit.stored.number != 3 for hit in hits)
    assert "Penguins" in hits[0].stored.title
    cosines = [hit.similarity for hit in hits if hit.similarity is not None]
    assert cosines == sorted(cosines, reverse=True)
    assert len(cosines) == 20
    assert library.search.similar("#3", 0) == []
    with pytest.raises(PaperNotFound):
        library.search.similar("nonsense")


def test_similar_papers_meet_the_filters(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(60))
    library.vectors.embed_missing()
    only = Filters(only=(3, 11, 40))
    assert {hit.stored.number for hit in library.search.similar("3", 5, only)} == {11, 40}


def test_similar_papers_without_any_vector(
    zoo: Library, folder: Path, embedder: HashingEmbedder
) -> None:
    """The paper's own vector, and those of the papers its title brings up, are made."""
    with Library.open(folder, None) as library:
        by_words = library.search.similar("1")
        assert [hit.stored.number for hit in by_words] == [2]
        assert by_words[0].similarity is None
    hits = zoo.search.similar("1")
    assert [hit.stored.number for hit in hits] == [2]
    vectors = embedder.embed(
        [f"{stored.title}\n{stored.abstract}" for stored in zoo.papers.all() if stored.number < 3]
    )
    assert hits[0].similarity == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)
    assert zoo.vectors.missing() == 1


def test_a_paper_of_several_chunks_is_compared_as_a_whole(folder: Path) -> None:
    with Library.open(folder, HashingEmbedder(dimension=512, max_tokens=24)) as library:
        halves = ["Zebras gallop over the wide plain at dawn.", "Tulips bloom in the garden bed."]
        library.add(
            [
                Paper(title="Both", abstract=" ".join(halves * 4)),
                Paper(title="First", abstract=halves[0]),
                Paper(title="Second", abstract=halves[1]),
                Paper(title="Other", abstract="Radar beams resonate with protein lasers."),
            ]
        )
        library.vectors.embed_missing()
        assert library.status().chunks > 5
        assert {hit.stored.title for hit in library.search.similar("1", 2)} == {"First", "Second"}
