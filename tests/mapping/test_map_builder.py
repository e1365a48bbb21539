"""Building, caching and updating the map of a library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.library import Library, restore
from assistant.mapping import (
    MapCache,
    PaperMap,
    build_map,
    library_version,
    map_vectors,
    updated_map,
)
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


def new_map(library: Library) -> PaperMap:
    made = build_map(library, map_vectors(library))
    assert made is not None
    return made


def test_stopping_builds_no_map(library: Library) -> None:
    fill(library, PAPERS)
    progress = Progress(lambda report: progress.stop() if report.done == 3 else None)
    assert build_map(library, map_vectors(library), progress) is None
    assert progress.latest.done == 3


def test_every_paper_has_a_position_and_most_a_topic(library: Library) -> None:
    made = new_map(fill(library, PAPERS))
    assert sorted(made.numbers) == [*range(1, 61)]
    assert made.version == library_version(library)
    assert 2 <= len(made.names) <= 9
    assert len(set(made.names)) == len(made.names)
    # Papers of one topic are about one subject.
    for topic in range(len(made.names)):
        subjects = [
            number % 3 for number, own in zip(made.numbers, made.topic, strict=True) if own == topic
        ]
        assert max(map(subjects.count, range(3))) >= 0.9 * len(subjects)


def test_the_map_does_not_depend_on_the_import_order(library: Library, tmp_path: Path) -> None:
    def positions(made: PaperMap, source: Library) -> dict[str, tuple[float, float, str]]:
        return {
            source.papers.get(f"#{number}").title: (x, y, made.names[topic])
            for number, x, y, topic in zip(made.numbers, made.x, made.y, made.topic, strict=True)
        }

    expected = positions(new_map(fill(library, PAPERS)), library)
    with Library.open(tmp_path / "b", HashingEmbedder()) as reverse:
        assert positions(new_map(fill(reverse, PAPERS[::-1])), reverse) == expected


def test_the_sample_of_many_papers_is_stable(library: Library) -> None:
    fill(library, PAPERS)
    sample = map_vectors(library, max_papers=20)
    assert len(sample) == 20
    assert map_vectors(library, max_papers=20).keys() == sample.keys()
    # Neither the oldest nor the newest papers.
    assert min(sample) < 20
    assert max(sample) > 40
    fill(library, [paper(number) for number in range(60, 66)])
    assert len(map_vectors(library, max_papers=20).keys() & sample.keys()) >= 14


def test_papers_without_vectors_are_left_out(library: Library) -> None:
    fill(library, PAPERS[:10])
    library.add(PAPERS[10:12])
    assert sorted(new_map(library).numbers) == [*range(1, 11)]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_papers_have_a_map(library: Library, count: int) -> None:
    made = new_map(fill(library, PAPERS[:count]))
    assert len(made.numbers) == count
    assert all(0 <= one <= 1 for one in (*made.x, *made.y))


def test_the_cache_returns_what_was_written_and_ignores_damaged_files(
    library: Library, tmp_path: Path
) -> None:
    made = new_map(fill(library, PAPERS))
    cache = MapCache(tmp_path / "cache", library.folder)
    assert cache.read() is None
    assert cache.write(made)
    assert cache.read() == made
    assert MapCache(tmp_path / "cache", tmp_path / "b").read() is None
    (file,) = (tmp_path / "cache" / "maps").iterdir()
    # No titles or abstracts, so that no text of a removed paper remains on disk.
    assert PAPERS[0].title not in file.read_text(encoding="utf-8")
    for damage in ("", "{", "[]", made.model_copy(update={"way": 0}).model_dump_json()):
        file.write_text(damage, encoding="utf-8")
        assert cache.read() is None
    short = made.model_copy(update={"x": made.x[:-1]})
    file.write_text(short.model_dump_json(), encoding="utf-8")
    assert cache.read() is None


def test_a_cache_that_cannot_be_written_is_ignored(library: Library, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    cache = MapCache(tmp_path / "cache", library.folder)
    assert not cache.write(new_map(fill(library, PAPERS[:3])))
    assert cache.read() is None


def test_added_papers_are_placed_next_to_the_most_similar_one(library: Library) -> None:
    made = new_map(fill(library, PAPERS))
    fill(library, [paper(61), paper(62)])
    library.remove([made.numbers[0]])
    vectors = map_vectors(library)
    updated = updated_map(made, library, vectors)
    assert updated is not None
    assert updated.later == 2
    assert made.numbers[0] not in updated.numbers
    assert updated.numbers[:-2] == made.numbers[1:]
    rows = zip(updated.numbers, updated.x, updated.y, updated.topic, strict=True)
    for number, x, y, topic in list(rows)[-2:]:
        nearest = max(made.numbers[1:], key=lambda one: float(vectors[one] @ vectors[number]))
        index = made.numbers.index(nearest)
        assert abs(x - made.x[index]) < 0.01
        assert abs(y - made.y[index]) < 0.01
        assert topic == made.topic[index]


def test_a_map_from_before_a_restored_backup_is_not_used(tmp_path: Path) -> None:
    """After the restore, other papers have the same numbers."""
    with Library.open(tmp_path / "a", HashingEmbedder()) as library:
        fill(library, PAPERS[:55])
        library.back_up(tmp_path / "backup.zip")
        fill(library, PAPERS[55:])
        made = new_map(library)
        cache = MapCache(tmp_path / "cache", library.folder)
        cache.write(made)
    restore(tmp_path / "backup.zip", tmp_path / "a", replace=True)
    with Library.open(tmp_path / "a", HashingEmbedder()) as library:
        fill(library, [paper(number) for number in range(100, 105)])
        known = cache.read()
        assert known is not None
        assert {*map_vectors(library)} == {*known.numbers}
        assert known.version != library_version(library)
        assert updated_map(known, library, map_vectors(library)) is None


def test_many_changes_or_another_embedder_require_a_new_map(library: Library) -> None:
    made = new_map(fill(library, PAPERS[:40]))
    assert updated_map(made, library, map_vectors(library)) == made
    other = made.model_copy(update={"state": replace(made.state, fingerprint="another")})
    assert updated_map(other, library, map_vectors(library)) is None
    fill(library, PAPERS[40:])
    assert updated_map(made, library, map_vectors(library)) is None
    library.remove([*made.numbers])
    assert updated_map(made, library, map_vectors(library)) is None
