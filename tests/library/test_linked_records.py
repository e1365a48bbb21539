"""Records that follow another program's items: added, replaced, removed, kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.library import Library, LinkedItem
from assistant.library.removal import PURGE_DUE
from assistant.paper import Paper

ORIGIN = "somewhere"
SOURCE = "Elsewhere"

MakePapers = Callable[..., list[Paper]]


def item(paper: Paper | None, key: str = "A", stamp: str = "1") -> LinkedItem:
    linked = None if paper is None else paper.model_copy(update={"source": SOURCE})
    return LinkedItem(key, stamp, linked)


def orphaned(paper: Paper) -> Paper:
    return paper.model_copy(update={"source": "left"})


@pytest.fixture
def paper(make_papers: MakePapers) -> Paper:
    (one,) = make_papers(1)
    return one.model_copy(update={"doi": "10.1000/182", "tags": ("old",)})


def only(library: Library) -> Paper:
    (stored,) = library.papers.all()
    return stored.paper


def test_new_items_are_added_and_remembered(library: Library, make_papers: MakePapers) -> None:
    items = [item(paper, str(at)) for at, paper in enumerate(make_papers(3))]
    report = library.linked.update(ORIGIN, items)
    assert (report.added, report.changed) == (3, 0)
    assert library.linked.stamps(ORIGIN) == {"0": "1", "1": "1", "2": "1"}
    assert library.linked.stamps("elsewhere") == {}
    assert library.linked.counts() == {ORIGIN: (3, 3)}
    assert [hit.stored.number for hit in library.search("glaciers melting", 5)][:1] == [1]


def test_a_changed_item_replaces_its_record_and_nothing_of_the_users(
    library: Library, paper: Paper
) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    (stored,) = library.papers.all()
    library.papers.tag([stored.number], ["star"])
    library.vectors.embed_missing()
    changed = paper.model_copy(update={"tags": ("new",), "published": "2020"})
    report = library.linked.update(ORIGIN, [item(changed, stamp="2")])
    assert (report.changed, report.added) == (1, 0)
    (now,) = library.papers.all()
    assert now.number == stored.number
    assert set(now.paper.tags) == {"star", "new"}
    assert now.paper.published == "2020"
    assert len(library.papers.records(now.number)) == 1
    # The text is the same, so its vectors are still good.
    assert library.vectors.missing() == 0
    assert library.linked.stamps(ORIGIN) == {"A": "2"}


def test_a_changed_text_is_embedded_and_found_again(library: Library, paper: Paper) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    library.vectors.embed_missing()
    changed = paper.model_copy(update={"abstract": "Now it is about volcanoes."})
    library.linked.update(ORIGIN, [item(changed)])
    assert library.vectors.missing() == 1
    assert [stored.paper.abstract for stored in library.papers.matching("volcanoes")] == [
        changed.abstract
    ]
    assert list(library.papers.matching("observe")) == []
    assert library.check() == []


def test_a_changed_identifier_moves_the_paper(library: Library, paper: Paper) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    other = paper.model_copy(update={"doi": "10.1000/999", "title": "Something else altogether"})
    library.linked.update(ORIGIN, [item(other)])
    (now,) = library.papers.all()
    assert (now.number, now.id) == (1, "doi:10.1000/999")
    assert library.check() == []


def test_an_item_that_says_the_same_is_unchanged(library: Library, paper: Paper) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    report = library.linked.update(ORIGIN, [item(paper, stamp="2")])
    assert (report.unchanged, report.changed, report.added) == (1, 0, 0)
    assert library.linked.stamps(ORIGIN) == {"A": "2"}


def test_a_removed_item_takes_its_paper_along(library: Library, paper: Paper) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    report = library.linked.remove(ORIGIN, ["A"], orphaned)
    assert (report.removed, report.removed_papers, report.kept) == (1, 1, [])
    assert library.papers.count() == 0
    assert library.linked.stamps(ORIGIN) == {}
    assert library.metadata.get(PURGE_DUE)
    assert library.check() == []


def test_a_paper_with_another_source_stays(library: Library, paper: Paper) -> None:
    library.add([paper.model_copy(update={"source": "a.bib", "published": "2019"})])
    report = library.linked.update(ORIGIN, [item(paper)])
    assert report.merged == 1
    assert set(only(library).tags) == {"old"}
    report = library.linked.remove(ORIGIN, ["A"], orphaned)
    assert (report.removed, report.removed_papers) == (1, 0)
    (record,) = library.papers.records(1)
    assert record.sources == ("a.bib",)


def test_a_record_that_two_sources_have_stays_for_the_other(library: Library, paper: Paper) -> None:
    library.add([paper.model_copy(update={"source": "a.bib"})])
    library.linked.update(ORIGIN, [item(paper)])
    library.linked.remove(ORIGIN, ["A"], orphaned)
    (record,) = library.papers.records(1)
    assert record.sources == ("a.bib",)
    assert only(library).tags == ("old",)


def test_a_tagged_paper_is_kept_and_follows_no_item(library: Library, paper: Paper) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    library.papers.tag([1], ["star"])
    report = library.linked.remove(ORIGIN, ["A"], orphaned)
    assert [kept.id for kept in report.kept] == ["doi:10.1000/182"]
    assert report.removed_papers == 0
    (record,) = library.papers.records(1)
    assert record.sources == ("left",)
    assert library.linked.stamps(ORIGIN) == {}
    # It comes back: one paper still.
    library.linked.update(ORIGIN, [item(paper)])
    assert library.papers.count() == 1


def test_a_tag_that_was_only_taken_keeps_nothing(library: Library, paper: Paper) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    library.papers.untag([1], ["old"])
    report = library.linked.remove(ORIGIN, ["A"], orphaned)
    assert report.removed_papers == 1


def test_an_item_that_is_no_paper_is_remembered(library: Library, paper: Paper) -> None:
    report = library.linked.update(ORIGIN, [item(None), item(paper, "B")])
    assert (report.skipped, report.added) == (1, 1)
    assert library.linked.counts() == {ORIGIN: (2, 1)}
    # It lost its title: the record goes, the item is remembered.
    report = library.linked.update(ORIGIN, [item(None, "B", "2")])
    assert (report.removed, library.papers.count()) == (1, 0)
    assert library.linked.stamps(ORIGIN) == {"A": "1", "B": "2"}


def test_a_paper_that_the_user_removed_stays_away_until_its_item_changes(
    library: Library, paper: Paper
) -> None:
    library.linked.update(ORIGIN, [item(paper)])
    library.remove([1])
    assert library.linked.stamps(ORIGIN) == {"A": "1"}
    report = library.linked.remove(ORIGIN, ["A"], orphaned)
    assert (report.removed, library.papers.count()) == (0, 0)
    library.linked.update(ORIGIN, [item(paper)])
    library.remove([2])
    assert library.linked.update(ORIGIN, [item(paper, stamp="2")]).added == 1


def test_two_items_of_one_paper(library: Library, paper: Paper) -> None:
    other = paper.model_copy(update={"published": "2020"})
    report = library.linked.update(ORIGIN, [item(paper), item(other, "B")])
    assert (report.added, report.merged) == (1, 1)
    library.linked.remove(ORIGIN, ["A"], orphaned)
    assert only(library).published == "2020"
    library.linked.update(ORIGIN, [item(paper, "B", "2")])
    assert only(library).published is None
    assert len(library.papers.records(1)) == 1


def test_items_split_by_the_user_stay_split(library: Library, paper: Paper) -> None:
    other = paper.model_copy(update={"published": "2020"})
    library.linked.update(ORIGIN, [item(paper), item(other, "B")])
    library.split(1)
    assert library.papers.count() == 2
    changed = other.model_copy(update={"tags": ("changed",)})
    library.linked.update(ORIGIN, [item(changed, "B", "2")])
    assert library.papers.count() == 2
    assert library.check() == []


def test_many_items_at_once(library: Library, make_papers: MakePapers) -> None:
    papers = make_papers(300)
    library.linked.update(ORIGIN, [item(one, str(at)) for at, one in enumerate(papers)])
    changed = [one.model_copy(update={"tags": ("x",)}) for one in papers[:20]]
    report = library.linked.update(
        ORIGIN, [item(one, str(at), "2") for at, one in enumerate(changed)]
    )
    assert report.changed == 20
    report = library.linked.remove(ORIGIN, [str(at) for at in range(290, 300)], orphaned)
    assert (report.removed_papers, library.papers.count()) == (10, 290)
    assert library.check() == []
