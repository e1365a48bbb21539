"""Inputs of the kinds that users of other programs reported: each is imported and compared.

`tracker_inputs/expected.json` names the groups: their files, what has to come of them, where the
kind of fault was reported, and why this is right. The content of all files is invented.

- `papers`: the number of papers in the library after the import
- `failed`: the number of records and files that were reported as not read, if it matters
- `have`: for each of these sets of fields there is a paper that has all of them. A string that
  begins with "~" is a regular expression, null means that the field is empty, and
  `reference.volume` is the value of `volume` in `Paper.reference`
- `not`: texts that no paper contains, except in its reference and the name of its file
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.inputs import Inputs
from assistant.library import Library

FOLDER = Path(__file__).parent / "tracker_inputs"
EXPECTED = "expected.json"
GROUPS: dict[str, dict[str, Any]] = json.loads((FOLDER / EXPECTED).read_text(encoding="utf-8"))
KEYS = {"files", "papers", "failed", "have", "not", "source", "why"}


@pytest.fixture(scope="module")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a library without papers: a copy opens much faster than a new one."""
    folder = tmp_path_factory.mktemp("empty") / "library"
    Library.open(folder, None).close()
    return folder


def imported(files: list[str], folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The papers of the library in `folder` after the import of `files`; what was reported."""
    inputs = Inputs(str(FOLDER / name) for name in files)
    with Library.open(folder, None) as library:
        library.add(inputs.papers())
        papers = [stored.paper.model_dump(mode="json") for stored in library.papers.all()]
    return papers, [f"{failure.where}: {failure.why}" for failure in inputs.failures]


def value(paper: dict[str, Any], field: str) -> Any:
    part, _, key = field.partition(".")
    found = paper[part].get(key) if key else paper[part]
    return None if found in ("", [], {}) else found


def fits(paper: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for field, expected in wanted.items():
        found = value(paper, field)
        if isinstance(expected, str) and expected.startswith("~"):
            text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
            if found is None or not re.search(expected[1:], text):
                return False
        elif found != expected:
            return False
    return True


def contents(paper: dict[str, Any]) -> str:
    """What people read of a paper; its reference keeps some values as the file has them."""
    return json.dumps({**paper, "source": "", "reference": {}}, ensure_ascii=False)


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_imported_as_expected(group: str, empty_library: Path, tmp_path: Path) -> None:
    case = GROUPS[group]
    papers, failures = imported(case["files"], shutil.copytree(empty_library, tmp_path / "own"))
    read = [{field: found for field, found in paper.items() if found} for paper in papers]
    assert len(papers) == case["papers"], (read, failures)
    if "failed" in case:
        assert len(failures) == case["failed"], failures
    for wanted in case.get("have", []):
        assert any(fits(paper, wanted) for paper in papers), (wanted, read)
    for text in case.get("not", []):
        assert not any(text in contents(paper) for paper in papers), (text, read)


def test_every_file_belongs_to_a_group() -> None:
    named = Counter(name for case in GROUPS.values() for name in case["files"])
    assert {path.name for path in FOLDER.iterdir()} == {EXPECTED, *named}
    assert set(named.values()) == {1}


def test_every_group_says_where_it_is_from_and_why() -> None:
    for case in GROUPS.values():
        assert case["source"] and case["why"].endswith(".")
        assert case.keys() <= KEYS
