"""Papers that were removed come back as they were."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import LibraryReadOnly
from assistant.library import Library, StoredTldr
from assistant.library.database import Database
from assistant.library.removal import remove_papers, undo_removal
from assistant.paper import Paper

MakePapers = Callable[..., list[Paper]]
PREPRINT = Paper(
    title="How glaciers melt in warm summers",
    abstract="We measure how glaciers melt.",
    authors=("Ingrid Melt",),
    published="2021-02",
    arxiv="2102.00001",
    tags=("ice", "physics"),
    source="a.bib",
)
PUBLISHED = PREPRINT.model_copy(
    update={"arxiv": None, "doi": "10.1000/melt", "published": "2022", "source": "b.ris"}
)


def tldr(number: int, model: str = "m", text: str = "They melt.") -> StoredTldr:
    return StoredTldr(number, text, model, "p", "generated", 1.5, "2026-01-01T00:00:00+00:00")


def told(library: Library) -> list[tuple[Any, ...]]:
    """All that the library says of its papers, without their numbers."""
    found = []
    for stored in sorted(library.papers.all(), key=lambda one: one.id):
        line = library.tldrs.get(stored.number)
        found.append(
            (
                stored.paper,
                sorted(library.papers.records(stored.number), key=lambda one: one.sources),
                library.papers.added_at([stored.number])[stored.number],
                (line.text, line.model, line.seconds, line.made_at) if line else (),
            )
        )
    return found


def test_everything_comes_back(library: Library, make_papers: MakePapers) -> None:
    library.add([PREPRINT, PUBLISHED, *make_papers(20)])
    library.vectors.embed_missing()
    (melting, *_) = library.papers.all()
    library.papers.tag([melting.number], ["star", "Own Tag"])
    library.papers.untag([melting.number], ["physics"])
    for line in (tldr(melting.number, "old", "Old."), tldr(melting.number), tldr(5)):
        assert library.tldrs.save(line)
    before = told(library)

    removed = library.remove([melting.number, 5, 999, 5])
    assert [one.number for one in removed] == [melting.number, 5]
    assert library.papers.count() == 19
    assert melting.number not in [hit.stored.number for hit in library.search("glaciers melt")]

    numbers = library.undo_removal(removed)
    assert len(numbers) == 2
    assert min(numbers) > 21, "a number is never given to another paper"
    assert told(library) == before
    assert library.vectors.missing() == 2
    assert library.search("how glaciers melt in warm summers")[0].stored.number == numbers[0]
    library.vectors.embed_missing()
    assert library.check() == []
    # The tag that was taken away does not come back with a later import.
    library.add([PREPRINT.model_copy(update={"source": "c.bib"})])
    tags = library.papers.get(f"#{numbers[0]}").paper.tags
    assert sorted(tags) == ["Own Tag", "ice", "star"]


def test_a_paper_that_was_imported_again_meanwhile_is_joined(library: Library) -> None:
    library.add([PREPRINT])
    library.papers.tag([1], ["star"])
    library.tldrs.save(tldr(1))
    removed = library.remove([1])
    library.add([PUBLISHED])
    (number,) = library.undo_removal(removed)
    assert library.papers.count() == 1
    joined = library.papers.get(f"#{number}").paper
    assert (joined.arxiv, joined.doi) == ("2102.00001", "10.1000/melt")
    assert "star" in joined.tags
    assert len(library.papers.records(number)) == 2
    assert library.check() == []


def test_a_line_about_other_text_does_not_come_back(library: Library) -> None:
    bare = PREPRINT.model_copy(update={"abstract": ""})
    library.add([bare])
    library.tldrs.save(tldr(1))
    removed = library.remove([1])
    library.add([PREPRINT])
    (number,) = library.undo_removal(removed)
    assert library.papers.get(f"#{number}").abstract == PREPRINT.abstract
    assert library.tldrs.get(number) is None


def test_nothing_is_lost_where_nothing_can_be_written(
    folder: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add([PREPRINT])
    monkeypatch.setattr(library._database, "_refusal", LibraryReadOnly("It cannot be written."))
    with pytest.raises(LibraryReadOnly, match="cannot be written"):
        library.remove([1])
    assert library.papers.count() == 1


SOME_RECORDS = st.lists(
    st.builds(
        Paper,
        title=st.sampled_from(["How glaciers melt in warm summers", "Editorial"]),
        abstract=st.sampled_from(["", "We saw it.", "We saw it all."]),
        authors=st.sampled_from([(), ("Ingrid Melt",), ("Melt I",), ("Ada Frost",)]),
        published=st.sampled_from([None, "2020", "2021-02"]),
        doi=st.sampled_from([None, None, "10.1/a", "10.1/b"]),
        arxiv=st.sampled_from([None, None, "2101.00001"]),
        source=st.sampled_from(["a.bib", "b.ris"]),
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60, deadline=None)
@given(records=SOME_RECORDS, chosen=st.sets(st.integers(1, 7)))
def test_any_papers_come_back_the_same(records: list[Paper], chosen: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder), None) as library:
        library.add(records)
        before = [row[:2] for row in told(library)]
        library.undo_removal(library.remove(sorted(chosen)))
        assert [row[:2] for row in told(library)] == before
        assert library.check() == []


def test_an_empty_choice_changes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalog.sqlite")
    assert remove_papers(database, []) == []
    assert undo_removal(database, []) == []
    database.close()


def test_the_stamp_changes_with_every_change(library: Library, make_papers: MakePapers) -> None:
    stamps = {library.stamp()}
    library.add(make_papers(1))
    stamps.add(library.stamp())
    library.papers.tag([1], ["star"])
    stamps.add(library.stamp())
    library.tldrs.save(tldr(1))
    stamps.add(library.stamp())
    assert len(stamps) == 4
    assert library.stamp() in stamps
