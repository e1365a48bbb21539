"""Rows with more fields than the header: no value goes into the column of another."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from assistant.errors import NoPapersFound
from assistant.paper import Paper
from assistant.reading import Failure, read_bytes

ABSTRACT = "We look at the sleep of cats in shelters. " * 4
HEADER = [
    *("Authors", "Title", "Year", "Source title", "DOI", "Link", "Abstract", "Author Keywords"),
    *("Funding Details", "Funding Text 1", "References", "Publisher", "ISSN", "Language", "EID"),
]
ROW = [
    *("Lovelace, A.; Turing, A.", "Cats", "2020", "J Cats", "10.1000/cat", "https://example.org/a"),
    *(ABSTRACT.strip(), "cats; sleep", "Fund of Cats", "We thank.", "Owls (2019)", "Cats Inc"),
    *("2049-3630", "English", "2-s2.0-1"),
]


def read(*rows: list[str], header: list[str] = HEADER) -> tuple[list[Paper], list[Failure]]:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    failures: list[Failure] = []
    try:
        papers = list(read_bytes(text.getvalue().encode(), "scopus.csv", failures.append))
    except NoPapersFound:
        papers = []
    return papers, failures


def test_a_field_behind_a_numbered_column() -> None:
    shifted = [*ROW[:10], "We thank more.", *ROW[10:]]
    (usual, paper), failures = read(ROW, shifted)
    custom = dict(paper.reference["custom"]["csv"])
    assert custom.pop("fields without a column") == ["We thank more."]
    assert custom == usual.reference["custom"]["csv"]
    assert paper.model_dump(exclude={"reference"}) == usual.model_dump(exclude={"reference"})
    assert {**paper.reference, "custom": 0} == {**usual.reference, "custom": 0}
    assert failures == [
        Failure(
            "scopus.csv:3",
            "the row has 16 fields, and its table 15 columns: 1 field belongs to no column and is "
            "kept without one",
            imported=True,
        )
    ]


def test_a_field_somewhere_is_put_in_no_column() -> None:
    header = [name.replace(" 1", "") for name in HEADER]
    shifted = [*ROW[:9], "More", *ROW[9:]]
    (paper,), (failure,) = read(shifted, header=header)
    assert (paper.title, paper.doi, paper.published) == ("Cats", "10.1000/cat", "2020")
    assert paper.abstract == ABSTRACT.strip()
    assert paper.reference["ISSN"] == "2049-3630"
    assert paper.reference["language"] == "English"
    assert "publisher" not in paper.reference
    assert paper.reference["custom"]["csv"]["fields without a column"] == [
        *("cats; sleep", "Fund of Cats", "More", "We thank.", "Owls (2019)", "Cats Inc")
    ]
    assert failure.where == "scopus.csv:2"
    assert failure.imported
    assert "has 16 fields, and its table 15 columns: 6 fields" in failure.why


def test_a_row_whose_title_is_not_known_is_reported() -> None:
    shifted = ["Lovelace, A.", " Turing, A.", *ROW[1:]]
    papers, (failure,) = read(shifted)
    assert papers == []
    assert failure == Failure(
        "scopus.csv:2",
        "the row has 16 fields, and its table 15 columns, so it is not known which is its title: "
        "correct the row",
    )


def test_empty_fields_at_the_end_are_no_fields() -> None:
    (paper,), failures = read([*ROW, "", " "])
    assert failures == []
    assert paper.reference["language"] == "English"


def test_a_note_behind_the_last_column() -> None:
    (paper,), (failure,) = read([*ROW, "seen"])
    assert failure.imported
    assert paper.reference["publisher"] == "Cats Inc"
    assert paper.reference["custom"]["csv"]["fields without a column"] == ["seen"]


@pytest.mark.parametrize("place", range(len(ROW) + 1))
def test_no_value_is_in_the_column_of_another(place: int) -> None:
    papers, failures = read([*ROW[:place], "Something else", *ROW[place:]])
    assert len(failures) == 1
    for paper in papers:
        assert paper.title == "Cats"
        assert paper.published in ("2020", None)
        for key, value in {"container-title": "J Cats", "language": "English"}.items():
            assert paper.reference.get(key, value) == value
        assert paper.reference.get("ISSN", "2049-3630") == "2049-3630"


def test_a_real_export(shared_data: Path) -> None:
    data = (shared_data / "exports" / "csv_ris_litstudy" / "scopus.csv").read_bytes()
    failures: list[Failure] = []
    papers = list(read_bytes(data, "scopus.csv", failures.append))
    assert len(papers) == 58
    shifted = [failure for failure in failures if "has 46 fields" in failure.why]
    assert len(shifted) == 56
    languages = [paper.reference["language"] for paper in papers if "language" in paper.reference]
    assert set(languages) <= {"English", "Chinese"}
    assert len(languages) > 50
