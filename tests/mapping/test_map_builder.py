"""The map of a library: whom it shows, that it is kept, and that it follows the library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.library import Library, restore
from assistant.mapping import MapCache, PaperMap, brought_up, drawn, vectors_to_show, version_of
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import Progress

SUBJECTS = ("cats sleep night", "rivers water spring", "graphs nodes edges")


def paper(number: int) -> Paper:
    words = SUBJECTS[number % len(SUBJECTS)]
    return Paper(title=f"On {words} {number}", abstract=f"About {words}, the case {number}.")


PAPERS = [paper(number) for number in range(60)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "a", HashingEmbedder()) as opened:
        yield opened


def fill(library: Library, papers: list[Paper]) -> Library:
    library.add(papers)
    library.vectors.embed_missing()
    return library


def drawn_of(library: Library) -> PaperMap:
    made = drawn(library, vectors_to_show(library))
    assert made is not None
    return made


def test_a_stopped_drawing_is_no_map(library: Library) -> None:
    fill(library, PAPERS)
    progress = Progress(lambda report: progress.stop() if report.done == 3 else None)
    assert drawn(library, vectors_to_show(library), progress) is None
    assert progress.latest.done == 3


def test_every_paper_has_a_place_and_most_a_topic(library: Library) -> None:
    made = drawn_of(fill(library, PAPERS))
    assert sorted(made.numbers) == [*range(1, 61)]
    assert made.version == version_of(library)
    assert 2 <= len(made.names) <= 9
    assert len(set(made.names)) == len(made.names)
    # Papers of one topic are about one subject.
    for topic in range(len(made.names)):
        own = [
            number % 3 for number, its in zip(made.numbers, made.topic, strict=True) if its == topic
        ]
        assert max(own.count(subject) for subject in range(3)) >= 0.9 * len(own)


def test_the_order_of_import_changes_nothing(library: Library, tmp_path: Path) -> None:
    def places(made: PaperMap, of: Library) -> dict[str, tuple[float, float, str]]:
        return {
            of.papers.get(f"#{number}").title: (x, y, made.names[topic])
            for number, x, y, topic in zip(made.numbers, made.x, made.y, made.topic, strict=True)
        }

    one = places(drawn_of(fill(library, PAPERS)), library)
    with Library.open(tmp_path / "b", HashingEmbedder()) as turned:
        assert places(drawn_of(fill(turned, PAPERS[::-1])), turned) == one


def test_of_many_papers_a_sample_is_shown_that_hardly_changes(library: Library) -> None:
    fill(library, PAPERS)
    some = vectors_to_show(library, most=20)
    assert len(some) == 20
    assert vectors_to_show(library, most=20).keys() == some.keys()
    # Not those that came first, nor last.
    assert min(some) < 20
    assert max(some) > 40
    fill(library, [paper(number) for number in range(60, 66)])
    assert len(vectors_to_show(library, most=20).keys() & some.keys()) >= 14


def test_papers_without_vectors_are_left_out(library: Library) -> None:
    fill(library, PAPERS[:10])
    library.add(PAPERS[10:12])
    assert sorted(drawn_of(library).numbers) == [*range(1, 11)]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_papers_have_a_map(library: Library, count: int) -> None:
    made = drawn_of(fill(library, PAPERS[:count]))
    assert len(made.numbers) == count
    assert all(0 <= one <= 1 for one in (*made.x, *made.y))


def test_a_map_is_kept_and_a_damaged_or_foreign_one_is_none(
    library: Library, tmp_path: Path
) -> None:
    made = drawn_of(fill(library, PAPERS))
    kept = MapCache(tmp_path / "cache", library.folder)
    assert kept.read() is None
    assert kept.write(made)
    assert kept.read() == made
    assert MapCache(tmp_path / "cache", tmp_path / "b").read() is None
    (file,) = (tmp_path / "cache" / "maps").iterdir()
    # Titles and abstracts are not in it: what is removed from the library is in no file.
    assert PAPERS[0].title not in file.read_text(encoding="utf-8")
    for damage in ("", "{", "[]", made.model_copy(update={"way": 0}).model_dump_json()):
        file.write_text(damage, encoding="utf-8")
        assert kept.read() is None
    short = made.model_copy(update={"x": made.x[:-1]})
    file.write_text(short.model_dump_json(), encoding="utf-8")
    assert kept.read() is None


def test_where_the_cache_cannot_be_written_nothing_is_kept(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    kept = MapCache(tmp_path / "cache", library.folder)
    assert not kept.write(drawn_of(fill(library, PAPERS[:3])))
    assert kept.read() is None


def test_new_papers_lie_beside_their_nearest(library: Library) -> None:
    made = drawn_of(fill(library, PAPERS))
    fill(library, [paper(61), paper(62)])
    library.remove([made.numbers[0]])
    vectors = vectors_to_show(library)
    now = brought_up(made, library, vectors)
    assert now is not None
    assert now.later == 2
    assert made.numbers[0] not in now.numbers
    assert now.numbers[:-2] == made.numbers[1:]
    for number, x, y, topic in list(zip(now.numbers, now.x, now.y, now.topic, strict=True))[-2:]:
        nearest = max(made.numbers[1:], key=lambda one: float(vectors[one] @ vectors[number]))
        place = made.numbers.index(nearest)
        assert abs(x - made.x[place]) < 0.01
        assert abs(y - made.y[place]) < 0.01
        assert topic == made.topic[place]


def test_the_map_of_another_history_is_not_used(tmp_path: Path) -> None:
    """An earlier copy of the catalogue comes back, and its new papers get the same numbers."""
    with Library.open(tmp_path / "a", HashingEmbedder()) as library:
        fill(library, PAPERS[:55])
        library.back_up(tmp_path / "backup.zip")
        fill(library, PAPERS[55:])
        made = drawn_of(library)
        cache = MapCache(tmp_path / "cache", library.folder)
        cache.write(made)
    restore(tmp_path / "backup.zip", tmp_path / "a", replace=True)
    with Library.open(tmp_path / "a", HashingEmbedder()) as library:
        fill(library, [paper(number) for number in range(100, 105)])
        known = cache.read()
        assert known is not None
        assert {*vectors_to_show(library)} == {*known.numbers}
        assert known.version != version_of(library)
        assert brought_up(known, library, vectors_to_show(library)) is None


def test_after_many_new_papers_or_new_vectors_it_is_drawn_anew(library: Library) -> None:
    made = drawn_of(fill(library, PAPERS[:40]))
    assert brought_up(made, library, vectors_to_show(library)) == made
    other = made.model_copy(update={"state": replace(made.state, fingerprint="another")})
    assert brought_up(other, library, vectors_to_show(library)) is None
    fill(library, PAPERS[40:])
    assert brought_up(made, library, vectors_to_show(library)) is None
    library.remove([*made.numbers])
    assert brought_up(made, library, vectors_to_show(library)) is None
