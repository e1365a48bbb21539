"""Detection: by content alone, and data of unknown formats is refused, not read as prose."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import NoPapersFound
from assistant.reading import FORMATS, detect, read_file

EXAMPLES = {
    "JSON lines": '{"title": "x", "abstract": "y"}\n{"title": "x", "abs',
    "saved page": "new\n\nSubscribe\n\nA title\n\nAn abstract about something.",
}


def test_every_format_is_detected_by_its_example() -> None:
    assert {known.name for known in FORMATS} == set(EXAMPLES)
    for name, head in EXAMPLES.items():
        found = detect(head)
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('damaged\n{"title": 1}\n{"title": 2}', "JSON lines"),
        ('\n\n  { "a": 1}', "JSON lines"),
        ("[Re] A reproduction of a paper\n\nWe try.", "saved page"),
        ("BERT - a survey\n\nWe look at it.", "saved page"),
        ("Sets {1, 2} and more\n\nWe count.", "saved page"),
    ],
)
def test_border_cases(head: str, name: str) -> None:
    found = detect(head)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "head",
    [
        '{\n  "title": "x",\n',
        '[{"title": "x"}]',
        "<!DOCTYPE html>\n<html>",
        "% a comment\n@article{key,\n title = {x}",
        "1.\nTY  - JOUR\nTI  - x",
        "PMID- 123\nTI  - x",
        "id,Document Title,Abstract\n1,x,y",
        "id\ttitle\tabstract",
    ],
)
def test_data_and_markup_are_no_page(head: str) -> None:
    assert detect(head) is None


def test_exports_of_other_programs_are_refused_with_what_is_expected(shared_data: Path) -> None:
    exports = [
        path
        for path in sorted((shared_data / "exports").glob("*/*.*"))
        if path.suffix in (".bib", ".ris", ".xml", ".csv", ".html") and path.stat().st_size
    ]
    assert len(exports) > 50
    for path in exports:
        with pytest.raises(NoPapersFound, match=r"expected is JSON lines.*; or a page"):
            list(read_file(path, lambda failure: pytest.fail(str(failure))))
