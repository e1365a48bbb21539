"""The whole reference that comes out of one answer of each service.

`service_references.json` has, by service, an answer with invented content and what it says. A value
in `custom` is what the reference has no place for, as the answer has it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from source_support import read_with

from assistant.reading import detect

CASES: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("service_references.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("service", CASES)
def test_the_whole_reference_is_read(service: str) -> None:
    case = CASES[service]
    text = json.dumps(case["answer"])
    known = detect(text)
    assert known
    papers, failures = read_with(known, text)
    assert not failures
    (paper,) = papers
    assert paper.reference == case["reference"]
    assert (paper.title, list(paper.authors), paper.published) == (
        case["title"],
        case["authors"],
        case["published"],
    )


def test_every_service_divides_the_names_that_it_has_in_parts() -> None:
    whole = {name for name, case in CASES.items() if "author" not in case["reference"]}
    # These two give no parts, or no names; Unpaywall's are those of a line without a reference.
    assert whole == {"Semantic Scholar", "ORCID", "Unpaywall"}
