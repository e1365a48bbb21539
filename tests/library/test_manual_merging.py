"""Papers merged and split by hand stay so, whatever is imported, removed or restored."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import NotMergeable
from assistant.library import Library, restore
from assistant.paper import Paper

ICE = Paper(
    title="How glaciers melt in warm summers",
    abstract="We measure how glaciers melt.",
    authors=("Ingrid Melt",),
    published="2021",
    doi="10.1000/melt",
    source="a.bib",
)
OTHER = ICE.model_copy(update={"abstract": "We saw it.", "doi": "10.1000/ice", "source": "b.ris"})
THIRD = ICE.model_copy(update={"abstract": "", "published": "2022", "source": "c.csv"})


def titles(library: Library) -> list[list[str]]:
    """The DOIs of the records of each paper."""
    return [
        sorted(str(record.paper.doi) for record in library.papers.records(stored.number))
        for stored in library.papers.all()
    ]


def abstracts(library: Library) -> list[str]:
    return sorted(stored.abstract for stored in library.papers.all())


def test_merged_papers_stay_merged(library: Library, tmp_path: Path) -> None:
    library.add([ICE, OTHER])
    library.papers.tag([2], ["star"])
    assert library.papers.count() == 2
    assert library.merge([1, 2]) == 1
    assert titles(library) == [["10.1000/ice", "10.1000/melt"]]
    assert library.papers.get("10.1000/ice").paper.tags == ("star",)
    assert library.check() == []
    library.add([OTHER.model_copy(update={"source": "again.ris"}), THIRD])
    assert library.papers.count() == 1
    library.undo_removal(library.remove([1]))
    assert library.papers.count() == 1
    library.remove([stored.number for stored in library.papers.all()])
    library.add([THIRD, OTHER])
    assert library.papers.count() == 1
    assert library.check() == []
    library.back_up(tmp_path / "copy.zip")
    restore(tmp_path / "copy.zip", tmp_path / "copy", replace=False)
    with Library.open(tmp_path / "copy", None) as copy:
        copy.remove([stored.number for stored in copy.papers.all()])
        copy.add([OTHER, ICE])
        assert copy.papers.count() == 1


def test_split_papers_stay_split(library: Library) -> None:
    library.add([ICE, THIRD])
    assert library.papers.count() == 1
    one, other = library.split(1)
    assert one == 1
    first, second = library.papers.all()
    assert first.id != second.id
    assert [library.papers.get(stored.id) for stored in (first, second)] == [first, second]
    assert library.check() == []
    library.add([ICE, THIRD, THIRD.model_copy(update={"source": "d.csv"})])
    assert abstracts(library) == ["", ICE.abstract]
    library.undo_removal(library.remove([other]))
    assert abstracts(library) == ["", ICE.abstract]
    assert library.merge([stored.number for stored in library.papers.all()]) == 1
    assert library.papers.count() == 1
    library.remove([1])
    library.add([THIRD, ICE])
    assert library.papers.count() == 1, "the latest decision counts"
    assert library.check() == []


def test_the_records_of_one_file_are_split_off(library: Library) -> None:
    library.add([ICE, THIRD, ICE.model_copy(update={"url": "https://example.org"})])
    assert library.papers.count() == 1
    library.split(1, "C.csv")
    assert sorted(len(library.papers.records(s.number)) for s in library.papers.all()) == [1, 2]
    library.split(1, "2")
    assert sorted(len(library.papers.records(s.number)) for s in library.papers.all()) == [1, 1, 1]
    assert library.check() == []


def test_only_the_chosen_record_is_split_off(library: Library) -> None:
    # The chosen record joins two that have nothing else in common.
    library.add(
        [
            ICE,
            ICE.model_copy(update={"title": "Melting glaciers", "doi": None, "pmid": "77"}),
            ICE.model_copy(update={"pmid": "77", "source": "c.csv"}),
        ]
    )
    assert library.papers.count() == 1
    records = [record.paper for record in library.papers.records(1)]
    chosen = next(n for n, record in enumerate(records, 1) if record.doi and record.pmid)
    assert len(library.split(1, str(chosen))) == 2
    assert sorted(map(len, titles(library))) == [1, 2]
    assert library.check() == []
    before = described(library)
    library.remove([stored.number for stored in library.papers.all()])
    library.add([record.model_copy(update={"source": "z"}) for record in records])
    assert {id_ for id_, _ in described(library)} == {id_ for id_, _ in before}


def test_one_of_many_records_is_split_off(library: Library) -> None:
    addresses = [f"https://example.org/{n}" for n in range(70)]
    library.add([ICE.model_copy(update={"url": address}) for address in addresses])
    assert library.papers.count() == 1
    assert len(library.split(1, "7")) == 2
    assert sorted(map(len, titles(library))) == [1, 69]
    assert library.check() == []


def test_what_cannot_be_split_or_merged(library: Library) -> None:
    library.add([ICE, ICE.model_copy(update={"source": "b.bib"}), OTHER, THIRD])
    for chosen, said in (
        ("x.bib", r"no record from 'x.bib'. Its records are from a.bib, b.bib, c.csv"),
        ("3", "records 1 to 2, but not 3"),
        ("0", "but not 0"),
    ):
        with pytest.raises(NotMergeable, match=said):
            library.split(1, chosen)
    with pytest.raises(NotMergeable, match="only one record"):
        library.split(2)
    with pytest.raises(NotMergeable, match="same paper"):
        library.merge([1, 1])
    with pytest.raises(NotMergeable, match="same paper"):
        library.keep_apart([2])
    assert library.papers.count() == 2


def test_different_papers_are_not_merged_by_a_later_record(library: Library) -> None:
    preprint = ICE.model_copy(update={"doi": None, "arxiv": "2101.00001"})
    later = ICE.model_copy(update={"arxiv": "2101.00001", "abstract": "Bridge.", "source": "z"})
    library.add([ICE.model_copy(update={"title": "Melting of glaciers in summer"}), preprint])
    assert library.papers.count() == 2
    library.keep_apart([1, 2])
    assert library.papers.count() == 2
    library.add([later])
    assert titles(library) == [["10.1000/melt"], ["10.1000/melt", "None"]]
    assert library.check() == []


RECORDS = st.lists(
    st.builds(
        Paper,
        title=st.sampled_from(["How glaciers melt in warm summers", "Snow", "Snow: a study"]),
        abstract=st.sampled_from(["", "We saw it."]),
        authors=st.sampled_from([(), ("Ingrid Melt",), ("Ada Frost",)]),
        published=st.sampled_from([None, "2020"]),
        doi=st.sampled_from([None, "10.1/a", "10.1/b"]),
        source=st.sampled_from(["a.bib", "b.ris"]),
    ),
    min_size=2,
    max_size=6,
)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(RECORDS, st.data())
def test_any_decisions_hold_for_any_order(records: list[Paper], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name, Library.open(Path(name), None) as library:
        library.add(records)
        for _ in range(2):
            numbers = [stored.number for stored in library.papers.all()]
            chosen = data.draw(st.sets(st.sampled_from(numbers), min_size=1, max_size=2))
            if len(chosen) > 1:
                merged = library.merge(chosen)
                assert library.papers.get(f"#{merged}")
            else:
                with suppress(NotMergeable):
                    assert len(library.split(next(iter(chosen)))) > 1
        assert library.check() == []
        before = described(library)
        assert len({key for key, _ in before}) == library.papers.count()
        library.undo_removal(library.remove(range(100)))
        assert described(library) == before
        library.remove([stored.number for stored in library.papers.all()])
        library.add(data.draw(st.permutations(records)))
        assert described(library) == before


def described(library: Library) -> set[tuple[str, str]]:
    return {(stored.id, stored.paper.model_dump_json()) for stored in library.papers.all()}
