"""References come back word for word from JSON lines and CSL JSON, and in part from CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from exporting.strategies import FRAGMENTS, papers
from exporting.test_round_trip import read_back, thorough, written
from hypothesis import given
from hypothesis import strategies as st

from assistant.paper import Paper
from assistant.reading.field_names import reference_of_fields
from assistant.reading.name_parts import is_nobody
from assistant.reading.reference_fields import cleaned
from assistant.reference import CUSTOM, DATES, NAMES, STATUSES, TEXTS, Reference, display_names
from assistant.text.json_text import json_text, json_value
from assistant.text.sanitizing import sanitized, sanitized_lines

_PIECES = st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4))
_JOINED = st.lists(_PIECES, min_size=1, max_size=6).map("".join)
_LINES = _JOINED.map(sanitized).filter(lambda text: bool(text) and sanitized(text) == text)
_TEXTS = _JOINED.map(lambda text: sanitized_lines(text).strip()).filter(
    lambda text: bool(text) and sanitized_lines(text).strip() == text
)
_LONG = frozenset({"note", "annote", "references"})
_NAMES = st.one_of(
    st.fixed_dictionaries({"family": _LINES}, optional={"given": _LINES, "suffix": _LINES}),
    st.fixed_dictionaries({"literal": _LINES}),
).filter(lambda name: not any(map(is_nobody, display_names([name]))))
_DATES = st.dates().filter(lambda day: day.year > 999)
_FIELDS = {
    **{key: _TEXTS if key in _LONG else _LINES for key in TEXTS if key != "keyword"},
    **{key: st.lists(_NAMES, min_size=1, max_size=2) for key in NAMES},
    **{
        key: _DATES.map(lambda day: {"date-parts": [[day.year, day.month, day.day]]})
        for key in DATES
    },
    "type": st.sampled_from(["book", "article-journal", "report"]),
    CUSTOM: st.dictionaries(
        st.sampled_from(["ris", "bibtex", "csv"]),
        st.dictionaries(_LINES, st.one_of(_TEXTS, st.lists(_TEXTS, min_size=1)), min_size=1),
        min_size=1,
    ),
}
REFERENCES = st.sets(st.sampled_from(sorted(_FIELDS)), max_size=8).flatmap(
    lambda keys: st.fixed_dictionaries({key: _FIELDS[key] for key in sorted(keys)})
)


@st.composite
def whole_papers(draw: st.DrawFn) -> Paper:
    reference: dict[str, Any] = draw(REFERENCES)
    return draw(papers()).model_copy(update={"reference": reference})


def said(paper: Paper) -> bool:
    """A title such as "RETRACTED: ..." sets the status, which is not tested here."""
    return paper.reference.get("status") not in STATUSES


@pytest.mark.slow
@thorough
@given(st.lists(whole_papers().filter(said), min_size=1, max_size=2))
def test_json_lines_keep_what_has_a_name(found: list[Paper]) -> None:
    back = read_back(written(found, "jsonl"), "jsonl")
    assert [paper.model_copy(update={"source": ""}) for paper in back] == [
        paper.model_copy(
            update={"reference": {k: v for k, v in paper.reference.items() if k != CUSTOM}}
        )
        for paper in found
    ]


@pytest.mark.slow
@thorough
@given(st.lists(whole_papers().filter(said), min_size=1, max_size=2))
def test_csl_json_keeps_everything(found: list[Paper]) -> None:
    text = written(found, "csljson")
    back = read_back(text, "csljson")
    for before, after in zip(found, back, strict=True):
        # An author of the reference who is none of the paper is not written.
        known = {key: value for key, value in before.reference.items() if key != "author"}
        kept = {key: after.reference.get(key) for key in known}
        # `csl` has the list that holds tags with commas.
        known[CUSTOM] = known.get(CUSTOM, {})
        custom = after.reference.get(CUSTOM, {})
        kept[CUSTOM] = {name: custom[name] for name in custom if name != "csl"}
        assert kept == known
        assert after.authors == before.authors
    assert json.loads(written(back, "csljson")) == json.loads(text)


@pytest.mark.slow
@thorough
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(-9, 9), _TEXTS),
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(_LINES, inner)),
        max_leaves=6,
    )
)
def test_values_are_texts_and_values_again(value: Any) -> None:
    assert json_value(json_text(value)) == value


def test_merged_papers_keep_both_lists_of_names() -> None:
    reference: Reference = {"type": "book", "author": [{"family": "Strix", "given": "A."}]}
    paper = Paper(title="Owls", authors=("Aluca Strix", "B. Bubo"), reference=reference)
    (back,) = read_back(written([paper], "jsonl"), "jsonl")
    assert (back.authors, back.reference) == (paper.authors, reference)


REFERENCE: Reference = {
    "type": "article",
    "container-title": "=Journal, of owls",
    "volume": "7",
    "issue": "2",
    "page": "1-9",
    "publisher": "Press",
    "ISBN": "9783161484100",
    "ISSN": "0028-0836, 1476-4687",
    "language": "de",
    "editor": [{"family": "Strix", "given": "Aluca"}, {"literal": "Owl Group"}],
    "citation-key": "strix2020",
    "PMCID": "PMC12",
}


def test_a_table_has_columns_of_the_reference() -> None:
    paper = Paper(title="Owls", abstract="They sleep.", doi="10.1000/it", reference=REFERENCE)
    text = written([paper], "csv", "Owls sleep.").removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert list(row) == [
        *("id", "title", "authors", "published", "arxiv", "doi", "pmid", "url", "tags"),
        *("type", "container", "volume", "issue", "pages", "publisher", "isbn", "issn"),
        *("language", "editors", "citation key", "pmcid", "tldr", "abstract"),
    ]
    assert (row["container"], row["editors"]) == ("'=Journal, of owls", "Aluca Strix; Owl Group")
    (back,) = read_back(text, "csv")
    assert back.reference == REFERENCE
    assert (back.title, back.abstract, back.doi) == (paper.title, paper.abstract, paper.doi)


def test_fields_by_many_names() -> None:
    values = {
        "Source title": "J. Owls",
        "Abbreviated Source Title": "JO",
        "Page start": "1",
        "Page end": "9",
        "Art. No.": "e12",
        "Print ISSN": "0028-0836",
        "eISSN": "1476-4687; 00280836",
        "Editors": "Strix, Aluca; Bubo, Bubo",
        "Document Type": "Conference Paper",
        "Access Date": "2020-01-31",
        "Conference date": "1 to 3 May",
        "Volume": 7,
        "Cited by": "12",
        "Empty": "",
        "Language": "N/A",
    }
    assert cleaned(reference_of_fields(values, "csv")) == {
        "container-title": "J. Owls",
        "container-title-short": "JO",
        "page": "1-9",
        "number": "e12",
        "ISSN": "0028-0836, 1476-4687",
        "editor": [{"family": "Strix", "given": "Aluca"}, {"family": "Bubo", "given": "Bubo"}],
        "type": "paper-conference",
        "accessed": {"date-parts": [[2020, 1, 31]]},
        "volume": "7",
        "custom": {
            "csv": {
                "Conference date": "1 to 3 May",
                "Cited by": "12",
                "entry-type": "Conference Paper",
            }
        },
    }


@pytest.mark.parametrize(
    ("values", "reference"),
    [
        ({"start_page": "5", "end_page": "5"}, {"page": "5"}),
        ({"article_number": "e7"}, {"page": "e7"}),
        ({"pages": "1-2", "article_number": "e7"}, {"page": "1-2", "number": "e7"}),
        ({"number": "3", "volume": "2"}, {"issue": "3", "volume": "2"}),
        ({"number": "3"}, {"number": "3"}),
        ({"number": "3", "issue": "4", "volume": "2"}, None),
        (
            {"venue": "VLDB", "journal": "J. DB"},
            {"container-title": "J. DB", "custom": {"x": {"venue": "VLDB"}}},
        ),
        (
            {"is_retracted": True},
            {"status": "retracted", "custom": {"x": {"is_retracted": "True"}}},
        ),
        ({"is_retracted": False}, {"custom": {"x": {"is_retracted": "False"}}}),
        ({"Document Type": "Retracted"}, None),
        ({"type": ["JournalArticle", "Review"]}, None),
        ({"journal": {"name": "J. Owls"}}, {"container-title": "J. Owls"}),
        (
            {"journal": {"name": "J.", "volume": "1"}},
            {"custom": {"x": {"journal": '{"name": "J.", "volume": "1"}'}}},
        ),
    ],
)
def test_pages_numbers_types_and_states(
    values: dict[str, Any], reference: Reference | None
) -> None:
    found = cleaned(reference_of_fields(values, "x"))
    if reference is not None:
        assert found == reference
    elif "Document Type" in values:
        assert (found["type"], found["status"]) == ("article-journal", "retracted")
    elif "issue" in values:
        assert found == values
    else:
        assert found["type"] == "article-journal"
