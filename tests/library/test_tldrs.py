from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from assistant.library import Library, StoredTldr
from assistant.paper import Paper

TLDR = StoredTldr(1, "Ice melts.", "small", "abc123", "generated", 0.5, "2026-01-01T00:00:00+00:00")


def test_the_newest_is_the_papers(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(3))
    assert library.tldr(1) is None
    assert library.save_tldr(TLDR)
    assert library.save_tldr(replace(TLDR, model="big", text="Ice melts faster."))
    assert library.save_tldr(replace(TLDR, text="Ice melts again."))  # takes the first one's place
    assert library.save_tldr(replace(TLDR, number=3, method="extracted"))
    assert library.tldr(1) == replace(TLDR, text="Ice melts again.")
    assert [tldr and tldr.text for _, tldr in library.tldrs()] == [
        "Ice melts again.",
        None,
        "Ice melts.",
    ]
    assert library.status().tldrs == 2


def test_work_goes_on_with_the_papers_that_have_none(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(4))
    library.save_tldr(replace(TLDR, number=2))
    missing = []
    for stored in library.papers_without_tldr("small", "abc123"):
        missing.append(stored.number)
        library.save_tldr(replace(TLDR, number=stored.number))
    assert missing == [1, 3, 4]
    assert list(library.papers_without_tldr("small", "abc123")) == []
    assert len(list(library.papers_without_tldr("small", "another prompt"))) == 4
    assert len(list(library.papers_without_tldr("another model", "abc123"))) == 4


def test_a_line_about_older_text_is_not_kept(library: Library) -> None:
    cut = Paper(title="T", abstract="Walrus…", doi="10.1/x")
    library.add([cut])
    library.save_tldr(TLDR, cut)
    assert library.tldr(1) == TLDR
    library.add([Paper(title="T", abstract="Seal and more.", doi="10.1/x")])
    assert library.tldr(1) is None, "the abstract it was made from is gone"
    assert not library.save_tldr(TLDR, cut)
    assert not library.save_tldr(replace(TLDR, number=77))
    assert library.tldr(1) is None


def test_a_tldr_can_be_asked_for_by_model_and_prompt(
    library: Library, make_papers: Callable[..., list[Paper]]
) -> None:
    library.add(make_papers(1))
    other = replace(TLDR, model="other", text="Ice is cold.")
    library.save_tldr(TLDR)
    library.save_tldr(other)
    assert library.tldr(1) == other
    assert library.tldr(1, model=TLDR.model, prompt=TLDR.prompt) == TLDR
    assert library.tldr(1, model=TLDR.model, prompt="another") is None
