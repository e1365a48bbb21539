"""The second library of `benchmarks.answers`: papers of other fields, and questions about them.

`answers_fields_papers.txt` names the 213 papers, one id a line. The abstracts are not copied: they
are read from the shared data beside the checkout. None of them is in `training/reading`.

| id | papers | read from | licence |
|---|---|---|---|
| `scifact:ID` | 70 | `scifact/corpus.jsonl` | ODC-By |
| `pubmedqa:PMID` | 62 | `pubmedqa/questions.jsonl`, abstract and conclusion | MIT |
| `cranfield:ID` | 36 | `cranfield/corpus.jsonl` | none stated |
| `arxiv:ID` | 45 | `exports/arxiv_kaggle_jsonl`, `exports/arxiv_atom` | metadata CC0 |

`answers_fields.jsonl` has one question a line. A language model that did not know the code that
answers wrote each from one abstract (lists and comparisons from several), in the words of someone
in a hurry: by name, by description, half remembered, about one in twelve with a typing error.

| key | meaning |
|---|---|
| `split` | `tuning`, or `kept_back`, of which only totals are looked at; no paper is in both |
| `kind` | see below |
| `history` | the questions asked before, oldest first |
| `papers` | right papers: all for `list` and `comparison`, any one of them for other kinds |
| `about` | the paper that an `unsaid` question is about |
| `verdict` | of `yes_no`: `yes`, `no`, or `both` (it depends, and the abstract says on what) |
| `facts` | strings that a right answer all contains, as in `assistant.evaluating.KeyFact` |
| `sentences` | a few words of every sentence that answers by itself |

Answerable kinds: `fact`, `yes_no`, `list`, `follow_up`, `comparison`, `definition`, `why` (or how).
Unanswerable ones: `unsaid` (about a paper of the library, but not in its abstract), `near` (about a
neighbouring topic) and `far`. Lists and unanswerable questions were checked against all papers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.paper import Paper
from assistant.reading import read_file
from benchmarks.measuring import DATA, log

QUESTIONS = Path(__file__).with_name("answers_fields.jsonl")
PAPERS = Path(__file__).with_name("answers_fields_papers.txt")
_ARXIV_FILES = (
    "exports/arxiv_kaggle_jsonl/arxiv-metadata-oai-snapshot.json",
    "exports/arxiv_atom/id_astro-ph_0601001_s0_m100_3150dca9dc76.http200.xml",
    "exports/arxiv_atom/old_search_query=au_del_maestro.xml",
    "exports/arxiv_atom/q_testing_s0_m100_cfe7536492ca.http200.xml",
)
_VERSION = re.compile(r"v\d+$")


def questions() -> list[dict[str, Any]]:
    """The questions in the order of the file; the module describes the keys."""
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def papers(data: Path = DATA) -> dict[str, Paper]:
    """The papers of the library by id.

    Raises:
        UsageError: `data` does not have all of them.
    """
    wanted = PAPERS.read_text(encoding="utf-8").split()
    try:
        found = dict(chain(collection_papers(data), _arxiv(data)))
    except FileNotFoundError as error:
        raise UsageError(
            f"{error.filename} does not exist. The abstracts of this library are not part of the "
            "repository: name the folder that has them."
        ) from error
    if missing := [one for one in wanted if one not in found]:
        raise UsageError(
            f"{data} does not have {len(missing)} of the {len(wanted)} abstracts, among them "
            f"{missing[0]}. Name the folder that has them all."
        )
    return {one: found[one] for one in wanted}


def collection_papers(data: Path) -> Iterator[tuple[str, Paper]]:
    """The papers of SciFact, Cranfield and PubMedQA, with their ids."""
    for row in _rows(data / "scifact" / "corpus.jsonl"):
        yield f"scifact:{row['id']}", _paper(row["title"], *row["sentences"])
    for row in _rows(data / "cranfield" / "corpus.jsonl"):
        yield f"cranfield:{row['id']}", _paper(row["title"], row["abstract"])
    for row in _rows(data / "pubmedqa" / "questions.jsonl"):
        paper = _paper(row["title"], row["abstract"], row["conclusion"])
        yield f"pubmedqa:{row['pmid']}", paper.model_copy(update={"pmid": row["pmid"]})


def _arxiv(data: Path) -> Iterator[tuple[str, Paper]]:
    for name in _ARXIV_FILES:
        for paper in read_file(_existing(data / name), lambda failure: log(str(failure))):
            if paper.arxiv:
                yield f"arxiv:{_VERSION.sub('', paper.arxiv)}", paper


def _paper(title: str, *texts: str) -> Paper:
    title, abstract = " ".join(title.split()), " ".join(" ".join(texts).split())
    return Paper(title=title or abstract[:80] or "-", abstract=abstract)


def _existing(path: Path) -> Path:
    path.stat()  # raises FileNotFoundError, which the reader would report in another way
    return path


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)
