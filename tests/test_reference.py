"""Names as people read them, and one reference of several."""

from __future__ import annotations

import pytest

from assistant.reference import CslName, Reference, display_name, merge_references


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ({"family": "Lovelace", "given": "Ada"}, "Ada Lovelace"),
        (
            {"family": "Beethoven", "given": "Ludwig", "dropping-particle": "van"},
            "Ludwig van Beethoven",
        ),
        (
            {"family": "Gaulle", "given": "Charles", "non-dropping-particle": "de"},
            "Charles de Gaulle",
        ),
        ({"family": "King", "given": "Martin Luther", "suffix": "Jr."}, "Martin Luther King Jr."),
        ({"family": "王", "given": "小明"}, "王小明"),
        ({"family": "김", "given": "민준"}, "김민준"),
        ({"family": "王", "given": "Xiaoming"}, "Xiaoming 王"),
        ({"literal": "World Health Organization"}, "World Health Organization"),
        ({"family": "Plato"}, "Plato"),
    ],
)
def test_names_as_people_read_them(name: CslName, read: str) -> None:
    assert display_name(name) == read


ARTICLE: Reference = {
    "type": "article-journal",
    "container-title": "Soil",
    "volume": "3",
    "page": "1-9",
}


@pytest.mark.parametrize(
    ("references", "merged"),
    [
        ([], {}),
        ([{}, {}], {}),
        ([{}, ARTICLE], ARTICLE),
        # The page and publisher of the same journal are filled in, those of the preprint are not.
        ([{"container-title": "Soil", "volume": "3"}, ARTICLE], ARTICLE),
        ([ARTICLE, {"type": "article", "publisher": "arXiv", "number": "7"}], ARTICLE),
        ([{"type": "article"}, ARTICLE], ARTICLE),
        # What says nothing about the place is always filled in.
        (
            [ARTICLE, {"language": "de", "citation-key": "k"}],
            ARTICLE | {"language": "de", "citation-key": "k"},
        ),
        (
            [{"status": "in press"}, {"status": "corrected"}, {"status": "retracted"}],
            {"status": "retracted"},
        ),
        (
            [
                {"custom": {"ris": {"C1": "a"}}},
                {"custom": {"ris": {"C1": "b", "C2": "c"}, "bibtex": {"x": "y"}}},
            ],
            {"custom": {"ris": {"C1": "a", "C2": "c"}, "bibtex": {"x": "y"}}},
        ),
    ],
)
def test_one_reference_of_several(references: list[Reference], merged: Reference) -> None:
    assert merge_references(references) == merged
