"""References come back from RIS as they were, whatever is in them, and so do real files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from exporting.strategies import FRAGMENTS, papers
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from source_support import read_with, source_of

from assistant.exporting import ExportRecord, write
from assistant.paper import Paper
from assistant.reading import detect, ris_tags, tagged_formats
from assistant.reading.reference_fields import cleaned
from assistant.reference import CUSTOM, DATES, ENTRY_TYPE, NAMES, TEXTS, Reference
from assistant.text.sanitizing import sanitized, sanitized_lines

_JOINED = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4)), min_size=1, max_size=6
).map("".join)
_LINES = _JOINED.map(sanitized).filter(lambda text: bool(text) and sanitized(text) == text)
_TEXTS = _JOINED.map(lambda text: sanitized_lines(text).strip()).filter(
    lambda text: bool(text) and sanitized_lines(text).strip() == text
)
_USUAL = st.one_of(
    _LINES,
    st.sampled_from(["12", "12-19", "123-8", "S1-S9", "e12", "12–19", "1234-5679", "PMC12", "2nd"]),
    st.sampled_from(
        ["978-0-00-000001-9", "Journal of Ponds", "Query date: 2020", "TL;DR: x", "PMID: 1"]
    ),
)
_NAME = st.one_of(
    st.fixed_dictionaries({"literal": _LINES}),
    st.fixed_dictionaries(
        {"family": _LINES, "given": _LINES},
        optional={"suffix": _LINES, "non-dropping-particle": st.sampled_from(["van der", "de"])},
    ),
    st.sampled_from([{"family": "Lovelace", "given": "Ada"}, {"literal": "Health, Ministry of"}]),
)
_DAY = (
    st.dates()
    .map(lambda day: {"date-parts": [[day.year, day.month, day.day]]})
    .filter(lambda date: date["date-parts"][0][0] > 999)
)
_CUSTOM = st.dictionaries(
    st.sampled_from(["C1", "M1", "N1", "KW", "TY", "SN", "XX", "PY", "JO", "XJ", "AU", "x y"]),
    st.lists(_TEXTS, min_size=1, max_size=3) | _TEXTS,
    max_size=4,
)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(TEXTS, _USUAL),
    "note": _TEXTS,
    "type": st.sampled_from(sorted({*ris_tags.TYPES.values(), "entry", "review", "collection"})),
    **dict.fromkeys(NAMES, st.lists(_NAME, min_size=1, max_size=3)),
    **dict.fromkeys(DATES, _DAY),
    CUSTOM: st.fixed_dictionaries({}, optional={"ris": _CUSTOM, "bibtex": _CUSTOM}),
}
_KEYS = st.lists(st.sampled_from(sorted(_VALUES)), unique=True, max_size=12)


@st.composite
def references(draw: st.DrawFn) -> Reference:
    """References as a library may hold them: what the importer leaves as it is."""
    values: Reference = {"type": draw(_VALUES["type"])}
    for key in draw(_KEYS):
        values[key] = draw(_VALUES[key])
    return {key: value for key, value in values.items() if cleaned({key: value}) == {key: value}}


def exported(found: Iterable[Paper], tldr: str | None = None) -> str:
    out = io.StringIO()
    write((ExportRecord.from_paper(it, it.id, tldr) for it in found), "ris", out)
    return out.getvalue()


def read_back(text: str) -> list[Paper]:
    found, failures = read_with(tagged_formats.RIS, text)
    assert failures == []
    return found


def without_entry_type(reference: Reference) -> Reference:
    """The reference without the type of RIS, which every record has."""
    custom = {name: dict(entries) for name, entries in reference.get(CUSTOM, {}).items()}
    custom.get("ris", {}).pop(ENTRY_TYPE, None)
    kept = {name: entries for name, entries in custom.items() if entries}
    rest = {key: value for key, value in reference.items() if key != CUSTOM}
    return rest | ({CUSTOM: kept} if kept else {})


@pytest.mark.slow
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
@given(papers(), references(), st.sampled_from([None, "One line."]))
def test_any_reference_comes_back(paper: Paper, reference: Reference, tldr: str | None) -> None:
    paper = paper.model_copy(update={"url": None, "authors": ()})
    reference.pop("author", None)
    (back,) = read_back(exported([paper.model_copy(update={"reference": reference})], tldr))
    assert without_entry_type(back.reference) == without_entry_type(reference)
    assert back.model_copy(update={"source": "", "reference": {}}) == paper


@pytest.mark.parametrize("csl_type", sorted({*ris_tags.TYPES.values(), "entry", "review"}))
def test_any_type_comes_back(csl_type: str) -> None:
    (back,) = read_back(exported([Paper(title="A title", reference={"type": csl_type})]))
    assert back.reference["type"] == csl_type


PEOPLE = ("Ada", "Bob", "Cleo", "Dan", "Eve", "Fay")


@pytest.mark.parametrize("ris_type", sorted(ris_tags.TYPES))
def test_every_tag_of_every_type_comes_back(ris_type: str) -> None:
    roles = [tag for tag, key in ris_tags.pairs(ris_type) if key in NAMES]
    others = {tag for tag, _ in ris_tags.pairs(ris_type)} - set(roles)
    tags = sorted(others | {"C1", "C2", "C8", "M1", "NV", "U1", "AD", "Y2"})
    values = "".join(f"{tag}  - Value {tag} 7\n" for tag in tags)
    named = zip(roles, PEOPLE, strict=False)
    values += "".join(f"{tag}  - Person, {name}\n" for tag, name in named)
    text = f"TY  - {ris_type}\nTI  - A title\n{values}ER  - \n"
    (first,) = read_back(text)
    again = exported([first])
    (second,) = read_back(again)
    assert second.reference == first.reference
    for tag in tags:
        assert f"Value {tag} 7" in again
    for name in PEOPLE[: len(roles)]:
        assert f"Person, {name}" in again
    assert f"TY  - {ris_type}\n" in again
    assert "XJ" not in again


REAL = ("ris_rispy", "csv_ris_litstudy", "medline_biopython")


@pytest.mark.parametrize("folder", REAL)
def test_real_files_come_back(folder: str, shared_data: Path) -> None:
    compared = 0
    for path in sorted((shared_data / "exports" / folder).iterdir()):
        if path.suffix not in (".ris", ".txt"):
            continue
        data = path.read_bytes()
        known = detect(source_of(data).head)
        assert known is not None, path.name
        found, _ = read_with(known, data)
        text = exported(found)
        back = read_back(text) if found else []
        for one, other in zip(found, back, strict=True):
            compared += 1
            assert without_entry_type(other.reference) == without_entry_type(one.reference)
            assert other.model_copy(update={"reference": {}}) == one.model_copy(
                update={"reference": {}}
            )
        if known is tagged_formats.RIS:
            assert "XJ  - " not in text, path.name
            assert_all_values(data.decode("utf-8-sig"), text, [paper.title for paper in found])
    assert compared > 4


def assert_all_values(original: str, text: str, titles: list[str]) -> None:
    """Every value of the records in `original` that were read is in `text`."""
    for record in re.split(r"^ER  -.*$", original, flags=re.MULTILINE):
        values = re.findall(r"^([A-Z][A-Z0-9])  -(.*)$", record, re.MULTILINE)
        if not any(value.strip() in titles for tag, value in values if tag in ("TI", "T1")):
            continue
        for tag, value in values:
            plain = re.sub(r"<[^<>]+>|https?://(?:dx\.)?doi\.org/", " ", value)
            for word in re.findall(r"\w{2,}", plain):
                assert word in text, (tag, value)
