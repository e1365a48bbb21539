"""Building, caching and updating the map of a library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import LibraryReadOnly
from assistant.library import Library, restore
from assistant.mapping import (
    MapStore,
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


def test_the_map_is_kept_with_the_library_and_a_damaged_one_is_ignored(library: Library) -> None:
    made = new_map(fill(library, PAPERS))
    store = MapStore(library)
    assert store.read() is None
    assert store.write(made)
    assert store.read() == made
    # No titles or abstracts, so that no text of a removed paper remains on disk.
    assert PAPERS[0].title not in (library.metadata.get("map") or "")
    short = made.model_copy(update={"x": made.x[:-1]}).model_dump_json()
    for damage in ("", "{", "[]", made.model_copy(update={"way": 0}).model_dump_json(), short):
        library.metadata.set("map", damage)
        assert store.read() is None


def test_a_library_that_cannot_be_written_keeps_no_map(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_map(fill(library, PAPERS[:3]))
    monkeypatch.setattr(library._database, "_refusal", LibraryReadOnly("Read-only."))
    assert not MapStore(library).write(made)
    assert MapStore(library).read() is None


def test_added_papers_are_placed_among_similar_ones_and_all_others_stay(library: Library) -> None:
    made = new_map(fill(library, PAPERS))
    fill(library, [paper(61), paper(62)])
    library.remove([made.numbers[0]])
    vectors = map_vectors(library)
    updated = updated_map(made, library, vectors)
    assert updated is not None
    assert updated.later == 2
    assert made.numbers[0] not in updated.numbers
    places = {n: (x, y) for n, x, y in zip(made.numbers, made.x, made.y, strict=True)}
    rows = list(zip(updated.numbers, updated.x, updated.y, updated.topic, strict=True))
    assert {n: (x, y) for n, x, y, _ in rows[:-2]} == {n: places[n] for n in made.numbers[1:]}
    for number, x, y, topic in rows[-2:]:
        nearest = max(made.numbers[1:], key=lambda one: float(vectors[one] @ vectors[number]))
        near_x, near_y = places[nearest]
        assert abs(x - near_x) < 0.13
        assert abs(y - near_y) < 0.13
        assert topic in (-1, made.topic[made.numbers.index(nearest)])

    # They keep their places, too, when others are added: many more than there were.
    fill(library, [paper(number) for number in range(70, 200)])
    again = updated_map(updated, library, map_vectors(library))
    assert again is not None
    assert again.later == 132
    assert (again.x[: len(rows)], again.y[: len(rows)]) == (updated.x, updated.y)
    assert again.topic[: len(rows)] == updated.topic
    assert len({*zip(again.x, again.y, strict=True)}) == len(again.numbers)


def test_a_paper_like_no_other_has_no_topic(library: Library) -> None:
    made = new_map(fill(library, PAPERS))
    fill(library, [Paper(title="Zymurgy quartz fjord", abstract="Jackdaws vex my sphinx.")])
    updated = updated_map(made, library, map_vectors(library))
    assert updated is not None
    assert updated.topic[-1] == -1


def test_a_map_from_before_a_restored_backup_is_not_used(tmp_path: Path) -> None:
    """After the restore, other papers have the same numbers."""
    with Library.open(tmp_path / "a", HashingEmbedder()) as library:
        fill(library, PAPERS[:55])
        library.back_up(tmp_path / "backup.zip")
        fill(library, PAPERS[55:])
        made = new_map(library)
    restore(tmp_path / "backup.zip", tmp_path / "a", replace=True)
    with Library.open(tmp_path / "a", HashingEmbedder()) as library:
        fill(library, [paper(number) for number in range(100, 105)])
        assert MapStore(library).read() is None
        assert {*map_vectors(library)} == {*made.numbers}
        assert made.version != library_version(library)
        assert updated_map(made, library, map_vectors(library)) is None


def test_another_embedder_or_no_known_papers_require_a_new_map(library: Library) -> None:
    made = new_map(fill(library, PAPERS[:40]))
    assert updated_map(made, library, map_vectors(library)) == made
    other = made.model_copy(update={"state": replace(made.state, fingerprint="another")})
    assert updated_map(other, library, map_vectors(library)) is None
    fill(library, PAPERS[40:])
    library.remove([*made.numbers])
    assert updated_map(made, library, map_vectors(library)) is None


def test_a_small_map_is_drawn_again(library: Library) -> None:
    made = new_map(fill(library, PAPERS[:10]))
    fill(library, PAPERS[10:])
    assert updated_map(made, library, map_vectors(library)) is None
