"""Fields: the many ways exports write one value."""

from __future__ import annotations

import pytest

from assistant.reading import fields


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-14", "2024-03-14"),
        ("2024-03-14T10:00:00Z", "2024-03-14"),
        ("2024-03-14 10:00", "2024-03-14"),
        ("2024-03", "2024-03"),
        (2024, "2024"),
        ("2024-13", "2024"),
        ("2024-17", None),
        ("2024-02-30", None),
        ("2024-03-145", None),
        ("20240314", "2024-03-14"),
        ("20241314", None),
        ("2024-00-00", "2024"),
        ("2024-03-00", "2024-03"),
        ("2024-21", "2024"),
        ("2024-14", "2024"),
        ("0000-00-00", None),
        ("0000", None),
        (True, None),
        ("March 2024", None),
        (None, None),
    ],
)
def test_date(value: object, expected: str | None) -> None:
    assert fields.date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0704.0001", "0704.0001"),
        ("2403.01234v12", "2403.01234v12"),
        ("http://arxiv.org/abs/2403.01234v1", "2403.01234v1"),
        ("https://arxiv.org/pdf/2403.01234.pdf", "2403.01234"),
        ("math.GT/0309136", "math.GT/0309136"),
        ("quant-ph/0201082v1", "quant-ph/0201082v1"),
        ("2413.01234", None),
        ("made-up:00000001", None),
        ("12", None),
        (704.0001, "0704.0001"),
    ],
)
def test_arxiv(value: object, expected: str | None) -> None:
    assert fields.arxiv(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10.1103/PhysRevD.76.013009", "10.1103/PhysRevD.76.013009"),
        ("doi: 10.1000/182", "10.1000/182"),
        ("https://dx.doi.org/10.1000/182", "10.1000/182"),
        ("10.1364/A.1 10.1364/B.2", "10.1364/A.1"),
        ("11.1000/182", None),
        ("see 10.1000/182", None),
        (10.1, None),
    ],
)
def test_doi(value: object, expected: str | None) -> None:
    assert fields.doi(value) == expected


def test_pmid() -> None:
    assert fields.pmid("PMID: 123") == "123"
    assert fields.pmid(123) == "123"
    assert fields.pmid(True) is None
    assert fields.pmid(-1) is None
    assert fields.pmid("12a") is None


def test_tags() -> None:
    assert fields.tags("a b, c") == ("a b", "c")
    assert fields.tags("a b") == ("a b",)
    assert fields.tags("cs.CL cs.LG", separator=" ") == ("cs.CL", "cs.LG")
    assert fields.distinct(("b", "a", "b")) == ("b", "a")
