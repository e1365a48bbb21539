"""The questions that training uses, and the abstracts that they were written about.

`questions.jsonl` was written for this project by language model, abstract by abstract, over the
training split of SciTLDR (Apache-2.0): `paper` is the paper's id there, `sentences` are the
sentences that answer, by position, `answer` is a short answer from them. To an `unanswerable`
question about a paper its abstract has no answer. The abstracts themselves are read from the data
set and are not part of this project.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
QUESTIONS = HERE / "questions.jsonl"
ABSTRACTS = HERE.parents[1] / "shared" / "data" / "scitldr" / "train.jsonl"


@dataclass(frozen=True)
class Abstract:
    """A paper of the data set; its abstract is its sentences with a space between."""

    id: str
    title: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole abstract."""
        return " ".join(self.sentences)

    def sentence_at(self, start: int, end: int) -> int:
        """The position of the sentence that has most of `text[start:end]`."""
        best, most, position = 0, -1, 0
        for index, sentence in enumerate(self.sentences):
            common = min(end, position + len(sentence)) - max(start, position)
            if common > most:
                best, most = index, common
            position += len(sentence) + 1
        return best


@dataclass(frozen=True)
class Asked:
    """A question about the paper `paper`, with the sentences that answer it, if any does."""

    paper: str
    text: str
    sentences: frozenset[int]
    answer: str


def read_abstracts(file: Path = ABSTRACTS) -> dict[str, Abstract]:
    """The papers of the data set by id; white space is made even."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = tuple(" ".join(sentence.split()) for sentence in row["source"])
        title = " ".join((row["title"] or "").split())
        found[row["paper_id"]] = Abstract(row["paper_id"], title, sentences)
    return found


def read_questions(file: Path = QUESTIONS) -> list[Asked]:
    """The questions, in the order of the file."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [
        Asked(row["paper"], row["question"], frozenset(row["sentences"]), row["answer"])
        for row in rows
    ]
