"""The contents of a digest: relevant papers, topics, order and limits."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from digest_support import about, near, numbers, stored, towards

from assistant.digesting import Digest, NewPaper, Section, build_digest
from assistant.digesting.digest import MOST_FOR_YOU
from assistant.topics import OTHERS

DAY = "2026-11-19"
ITEMS = [*about("cats", 0, 5), *about("stars", 1, 4, 11), *about("bread", 2, 3, 21)]
STRANGER = NewPaper(stored(99, "Knots", "A knot is tied."), towards((4, 1.0)))


def shown(part: Section | Digest) -> list[int]:
    entries = part.entries if isinstance(part, Section) else part.for_you
    return [entry.stored.number for entry in entries]


def names(digest: Digest) -> list[str]:
    return [section.name.lower().split(" · ")[0] for section in digest.sections]


def total(digest: Digest) -> int:
    return len(digest.shown) + sum(part.more for part in digest.sections) + digest.more


def test_topics_are_named_and_sorted_by_size_with_others_last() -> None:
    digest = build_digest([*ITEMS, STRANGER], until=DAY)
    assert names(digest)[:-1] in (
        ["cats", "stars", "bread"],
        ["whiskers", "telescope", "sourdough"],
    )
    assert digest.sections[-1].name == OTHERS
    assert [sorted(shown(part)) for part in digest.sections] == [
        [1, 2, 3, 4, 5],
        [11, 12, 13, 14],
        [21, 22, 23],
        [99],
    ]
    assert digest.for_you == ()
    assert (digest.count, digest.more) == (13, 0)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_papers_changes_nothing(seed: int) -> None:
    liked = [(stored(50, "My stars"), near(1, 9))]
    mixed = [*ITEMS, STRANGER]
    random.Random(seed).shuffle(mixed)
    assert build_digest(mixed, liked, until=DAY) == build_digest(
        [*ITEMS, STRANGER], liked, until=DAY
    )


def test_papers_similar_to_a_liked_one_come_first_with_its_name() -> None:
    star = stored(50, "My stars")
    digest = build_digest([*ITEMS, STRANGER], [(star, near(1, 9))], until=DAY)
    assert set(shown(digest)) < {11, 12, 13, 14}
    assert {entry.similar_to for entry in digest.for_you} == {star}
    assert len({entry.topic for entry in digest.for_you}) == 1
    # Its topic is the first though it is not the largest, and no paper is shown twice.
    assert set(shown(digest)) | set(shown(digest.sections[0])) == {11, 12, 13, 14}
    assert digest.sections[0].name == digest.for_you[0].topic
    assert digest.sections[0].entries[0].similar_to == star
    assert digest.sections[1].entries[0].similar_to is None
    assert total(digest) == len(digest.shown) == 13


def test_one_liked_paper_does_not_crowd_out_another() -> None:
    liked = [(stored(50, "My stars"), near(1, 9)), (stored(51, "My bread"), near(2, 9))]
    items = [*about("stars", 1, 8), *about("bread", 2, 2, 21)]
    found = build_digest(items, liked, until=DAY)
    assert {21, 22} <= set(shown(found))
    assert len(shown(found)) <= MOST_FOR_YOU


def test_of_equally_similar_liked_papers_the_first_is_named() -> None:
    first, second = stored(50, "First"), stored(51, "Second")
    for pair in ([first, second], [second, first]):
        digest = build_digest(ITEMS[:2], [(one, near(0, 9)) for one in pair], until=DAY)
        assert digest.shown[0].similar_to == pair[0]


def test_a_new_paper_that_is_starred_itself_is_not_similar_to_itself() -> None:
    vector = ITEMS[0].vector
    assert vector is not None
    digest = build_digest(ITEMS[:1], [(ITEMS[0].stored, vector)], until=DAY)
    assert digest.for_you == ()
    assert digest.shown[0].similar_to is None


def test_the_limit_is_distributed_over_topics_and_the_rest_is_counted() -> None:
    digest = build_digest([*ITEMS, STRANGER], until=DAY, limit=7)
    assert [len(part.entries) for part in digest.sections] == [2, 2, 2, 1]
    assert [part.more for part in digest.sections] == [3, 2, 1, 0]
    assert total(digest) == 13


def test_a_limit_below_the_number_of_topics() -> None:
    digest = build_digest([*ITEMS, STRANGER], until=DAY, limit=2, not_grouped=40)
    assert [len(part.entries) for part in digest.sections] == [1, 1]
    assert digest.more == 3 + 1 + 40
    assert total(digest) == digest.count == 53


@pytest.mark.parametrize("limit", [1, 3, 8, 500])
def test_never_more_than_the_limit(limit: int) -> None:
    liked = [(stored(50, "My stars"), near(1, 9))]
    digest = build_digest([*ITEMS, STRANGER], liked, until=DAY, limit=limit)
    assert len(digest.shown) == min(limit, 13)
    assert total(digest) == 13


def test_without_vectors_papers_are_grouped_by_words() -> None:
    bare = [NewPaper(item.stored, None) for item in ITEMS]
    digest = build_digest(bare, [(stored(50, "My stars"), near(1, 9))], until=DAY)
    found = {frozenset(shown(part)) for part in digest.sections}
    assert {frozenset(numbers(about("cats", 0, 5)))} <= found
    assert digest.for_you == ()


def test_a_paper_without_a_vector_among_many_that_have_one_is_in_the_others() -> None:
    late = NewPaper(stored(98, "whiskers and cats", "The whiskers of cats."), None)
    digest = build_digest([*ITEMS, late], until=DAY)
    assert shown(digest.sections[-1]) == [98]
    assert digest.sections[-1].name == OTHERS


def test_papers_of_a_topic_are_sorted_by_date_undated_last() -> None:
    dates = ["2026-01", None, "2026-01-31", "2025", "2026-02-01"]
    items = [
        NewPaper(stored(n, f"whiskers and cats {n}", published=date), near(0, n))
        for n, date in enumerate(dates)
    ]
    digest = build_digest(items, until=DAY)
    assert shown(digest.sections[0]) == [4, 2, 0, 3, 1]


def test_tldrs_are_added_to_their_papers() -> None:
    digest = build_digest(ITEMS, [(stored(50, "My stars"), near(1, 9))], until=DAY)
    lines = {number: f"Line {number}." for number in (1, 11, 22)}
    told = digest.with_tldrs(lines)
    assert {one.stored.number: one.tldr for one in told.shown if one.tldr} == lines
    assert told.with_tldrs({}) == digest


@pytest.mark.parametrize("items", [[], [STRANGER], [STRANGER, STRANGER]])
def test_digest_of_few_papers(items: Sequence[NewPaper]) -> None:
    items = [NewPaper(stored(n, f"Knot {n}"), item.vector) for n, item in enumerate(items)]
    digest = build_digest(items, until=DAY)
    assert digest.count == len(digest.shown) == len(items)


def test_a_paper_without_an_abstract_is_in_its_topic() -> None:
    bare = NewPaper(stored(97, "whiskers of cats", ""), near(0, 8))
    digest = build_digest([*ITEMS, bare], until=DAY)
    assert 97 in shown(digest.sections[0])
