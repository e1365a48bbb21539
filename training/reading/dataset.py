"""The annotated abstracts as objects, their split, and the other papers of a large library."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.paper import Paper, normalised
from training.questions import Abstract, read_abstracts
from training.reading.check import lines

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

Split = Literal["train", "dev", "test"]


@dataclass(frozen=True)
class ReadingQuestion:
    """A question about the paper `paper`.

    `sentences` are the indices of the sentences that answer, best first; none if the abstract does
    not answer. `kind` and `style` are explained in README.md.
    """

    paper: str
    text: str
    kind: str
    style: str
    sentences: tuple[int, ...]
    answer: str


def split_of(paper: str) -> Split:
    """The part that the paper with this id belongs to: a tenth each is for dev and test."""
    value = zlib.crc32(f"keep {paper}".encode())
    if value % 5:
        return "train"
    return "dev" if value // 5 % 2 else "test"


def annotated_abstracts() -> dict[str, Abstract]:
    """The annotated abstracts by id."""
    return {
        row["id"]: Abstract(row["id"], row["title"], tuple(row["sentences"]))
        for row in lines("abstracts.jsonl")
    }


def questions() -> list[ReadingQuestion]:
    """All natural questions."""
    return [
        ReadingQuestion(row["id"], one["q"], one["kind"], one["style"], tuple(one["s"]), one["a"])
        for row in lines("annotations.jsonl")
        for one in row["questions"]
    ]


def library_abstracts() -> dict[str, Abstract]:
    """About 9,000 abstracts by id: the annotated ones and the rest of the shared data sets."""
    abstracts = {
        f"scitldr:{one.id}": Abstract(f"scitldr:{one.id}", one.title, one.sentences)
        for one in read_abstracts().values()
    }
    for name, file, key in (
        ("scifact", "corpus.jsonl", "id"),
        ("cranfield", "corpus.jsonl", "id"),
        ("pubmedqa", "questions.jsonl", "pmid"),
    ):
        for row in lines(SHARED / name / file):
            text = row.get("abstract") or row.get("sentences")
            sentences = tuple(text) if isinstance(text, list) else (text or "",)
            abstracts[f"{name}:{row[key]}"] = Abstract(
                f"{name}:{row[key]}", row["title"], sentences
            )
    titles = {normalised(one.title) for one in annotated_abstracts().values()}
    others = {id_: one for id_, one in abstracts.items() if normalised(one.title) not in titles}
    return others | annotated_abstracts()


def papers(abstracts: dict[str, Abstract]) -> Iterator[Paper]:
    """The abstracts as papers; the `source` of a paper is its id here."""
    for one in abstracts.values():
        if one.text.strip():
            yield Paper(title=one.title or "Untitled", abstract=one.text, source=one.id)
