"""What would become of records, compared with what then becomes of them; nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import PaperNotFound
from assistant.library import Library
from assistant.paper import Paper

KNOWN = [
    Paper(title="On the sleep of cats", abstract="Cats sleep.", doi="10.1/cats", source="a.bib"),
    Paper(title="On the sleep of the brown owl", abstract="Owls sleep.", authors=("Bo Ek",)),
]
CATS = KNOWN[0]
RECORDS = {
    "the same record": (CATS, "known"),
    "the same record in another file": (
        CATS.model_copy(update={"source": "b.bib"}),
        "known",
    ),
    "a known DOI, other words": (
        Paper(title="Sleep of cats", abstract="They sleep a lot.", doi="10.1/CATS"),
        "joins",
    ),
    "a known title and author": (
        Paper(title="On the sleep of the brown owl", authors=("Ek, Bo",), pmid="77"),
        "joins",
    ),
    "a new paper": (Paper(title="On bats", abstract="Bats sleep.", doi="10.1/bats"), "new"),
    "a new paper once more": (
        Paper(title="On bats", abstract="Bats sleep.", doi="10.1/bats"),
        "repeated",
    ),
    "a new paper in other words": (
        Paper(title="On bats", abstract="Bats hang.", doi="10.1/bats"),
        "repeated",
    ),
}


def test_records_like_papers_of_the_library_are_possible_duplicates(tmp_path: Path) -> None:
    with Library.open(tmp_path, None) as library:
        library.add(KNOWN)
        (pair,) = library.duplicates_of_record(
            Paper(title="On the sleep of the brown owls", authors=("Ek, Bo",))
        )
        assert (pair.one.number, pair.other.number) == (0, 2)
        assert "differ in spelling" in pair.reason
        assert library.duplicates_of_record(Paper(title="On bats", authors=("Bo Ek",))) == []
        assert library.duplicates_of_record(Paper(title="On owls", authors=("<",))) == []
        assert library.number_of(KNOWN[0]) == 1
        with pytest.raises(PaperNotFound, match="On bats"):
            library.number_of(Paper(title="On bats"))


def test_what_is_foreseen_comes_true(tmp_path: Path) -> None:
    with Library.open(tmp_path, None) as library:
        library.add(KNOWN)
        before = library.stamp()
        foreseeing = library.preview_import()
        records = [record for record, _ in RECORDS.values()]
        foreseen = [*foreseeing.outcomes(records[:5]), *foreseeing.outcomes(records[5:])]
        assert dict(zip(RECORDS, foreseen, strict=True)) == {
            name: outcome for name, (_, outcome) in RECORDS.items()
        }
        assert library.stamp() == before
        report = library.add(records)
        assert report.added == foreseen.count("new")
        assert report.merged <= foreseen.count("joins") + foreseen.count("repeated")
        assert report.unchanged >= foreseen.count("known")
