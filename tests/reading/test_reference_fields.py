"""References of exports are cleaned, bounded, and never half kept."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.reading.format import NoPaper
from assistant.reading.record import paper_of
from assistant.reading.reference_fields import cleaned


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"volume": 12, "issue": " 3\n", "page": ""}, {"volume": "12", "issue": "3"}),
        ({"container-title": "Cell <i>&amp;</i> Soil"}, {"container-title": "Cell & Soil"}),
        ({"note": "one\ntwo"}, {"note": "one\ntwo"}),
        ({"citation-key": "a_b&c"}, {"citation-key": "a_b&c"}),
        ({"volume": True, "issue": ["3"], "page": None}, {}),
        ({"accessed": "2024-03-01"}, {"accessed": {"date-parts": [[2024, 3, 1]]}}),
        ({"accessed": {"date-parts": [[2024, 3]]}}, {"accessed": {"date-parts": [[2024, 3]]}}),
        ({"accessed": {"date-parts": [[None]]}}, {}),
        ({"editor": ["Ada Lovelace", "et al."]}, {"editor": [{"literal": "Ada Lovelace"}]}),
        (
            {"editor": [{"family": "Lovelace", "given": "Ada", "role": "x"}, {}]},
            {"editor": [{"family": "Lovelace", "given": "Ada"}]},
        ),
        (
            # All of it is ordinary text, but the last one is nobody.
            {"author": [{"family": "Black", "given": "Ada"}, {"family": "al", "given": "Et"}]},
            {"author": [{"family": "Black", "given": "Ada"}]},
        ),
        (
            {"author": [{"family": "Müller", "given": "Åsa"}, {"literal": "Anonymous"}]},
            {"author": [{"family": "Müller", "given": "Åsa"}]},
        ),
        (
            {"custom": {"ris": {"C1": ["a\x00b", 3], "C2": "", "C3\u202e": "x"}, "bad": 1}},
            {"custom": {"ris": {"C1": ["ab"], "C3": "x"}}},
        ),
    ],
)
def test_cleaned(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert cleaned(given) == kept


def test_an_unknown_key_is_an_error_of_the_reader() -> None:
    with pytest.raises(ValueError, match="colour"):
        cleaned({"colour": "red"})


@pytest.mark.parametrize(
    "given", [{"note": "x" * 100_001}, {"custom": {"ris": {"C1": "x" * 1_000_001}}}]
)
def test_what_is_too_long_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(NoPaper, match=r"the limit is|more than"):
        cleaned(given)


def test_authors_of_the_reference_are_those_of_the_paper() -> None:
    author = [{"family": "Lovelace", "given": "Ada"}, {"literal": "others"}]
    paper = paper_of(
        "a.json", title="On engines", abstract="", authors=["X"], reference={"author": author}
    )
    assert paper.authors == ("Ada Lovelace",)
    assert paper.reference == {"author": author[:1]}
