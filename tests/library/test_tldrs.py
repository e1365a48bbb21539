from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.errors import PaperNotFound
from assistant.library import EDITED, Library, StoredTldr
from assistant.paper import Paper

TLDR = StoredTldr(1, "Ice melts.", "small", "abc123", "generated", 0.5, "2026-01-01T00:00:00+00:00")


def test_the_newest_is_the_papers(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(3))
    assert library.tldrs.get(1) is None
    assert library.tldrs.save(TLDR)
    assert library.tldrs.save(replace(TLDR, model="big", text="Ice melts faster."))
    assert library.tldrs.save(replace(TLDR, text="Ice melts again."))  # takes the first one's place
    assert library.tldrs.save(replace(TLDR, number=3, method="extracted"))
    assert library.tldrs.get(1) == replace(TLDR, text="Ice melts again.")
    assert [tldr and tldr.text for _, tldr in library.tldrs.for_papers()] == [
        "Ice melts again.",
        None,
        "Ice melts.",
    ]
    assert library.status().tldrs == 2


def test_work_goes_on_with_the_papers_that_have_none(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(4))
    library.tldrs.save(replace(TLDR, number=2))
    missing = []
    for stored in library.tldrs.papers_without("small", "abc123"):
        missing.append(stored.number)
        library.tldrs.save(replace(TLDR, number=stored.number))
    assert missing == [1, 3, 4]
    assert list(library.tldrs.papers_without("small", "abc123")) == []
    assert len(list(library.tldrs.papers_without("small", "another prompt"))) == 4
    assert len(list(library.tldrs.papers_without("another model", "abc123"))) == 4


def test_a_line_about_older_text_is_not_kept(library: Library) -> None:
    cut = Paper(title="T", abstract="Walrus…", doi="10.1/x")
    library.add([cut])
    library.tldrs.save(TLDR, cut)
    assert library.tldrs.get(1) == TLDR
    library.add([Paper(title="T", abstract="Seal and more.", doi="10.1/x")])
    assert library.tldrs.get(1) is None, "the abstract it was made from is gone"
    assert not library.tldrs.save(TLDR, cut)
    assert not library.tldrs.save(replace(TLDR, number=77))
    assert library.tldrs.get(1) is None


def test_a_tldr_can_be_asked_for_by_model_and_prompt(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(1))
    other = replace(TLDR, model="other", text="Ice is cold.")
    library.tldrs.save(TLDR)
    library.tldrs.save(other)
    assert library.tldrs.get(1) == other
    assert library.tldrs.get(1, model=TLDR.model, prompt=TLDR.prompt) == TLDR
    assert library.tldrs.get(1, model=TLDR.model, prompt="another") is None


def test_an_edited_one_is_displayed_and_counts(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add([*make_papers(3), Paper(title="No abstract", doi="10.1/x")])
    assert library.tldrs.count_without_any() == 3
    library.tldrs.save(replace(TLDR, number=2))
    library.tldrs.edit(1, "Mine.")
    library.tldrs.edit(2, "Mine, too.")
    assert [stored.number for stored in library.tldrs.papers_without_any()] == [3]
    assert library.tldrs.count_without_any() == 1
    shown = library.tldrs.get(2)
    assert shown
    assert (shown.text, shown.model) == ("Mine, too.", EDITED)
    with pytest.raises(PaperNotFound):
        library.tldrs.edit(99, "Nobody's.")


def test_an_edited_one_stays_when_the_text_of_its_paper_changes(library: Library) -> None:
    library.add([Paper(title="Ice", abstract="Ice melts.", doi="10.1/ice", source="a.ris")])
    library.tldrs.save(TLDR)
    library.tldrs.edit(1, "Mine.")
    longer = "Ice melts in the sun, as we show with twelve cubes."
    library.add([Paper(title="Ice", abstract=longer, doi="10.1/ice", source="b.ris")])
    assert library.papers.get("#1").abstract == longer
    kept = library.tldrs.get(1)
    assert kept is not None and (kept.text, kept.model) == ("Mine.", EDITED)
    assert library.tldrs.get(1, model=TLDR.model, prompt=TLDR.prompt) is None
