"""The questions for training, and the abstracts that they are about.

`questions.jsonl` was written for this project by a language model, abstract by abstract, over the
training split of SciTLDR (Apache-2.0): `paper` is the paper's id there, `sentences` are the indices
of the sentences that answer, `answer` is a short answer from them. A question without sentences has
no answer in the abstract. The abstracts are read from the data set and are not part of this
project.
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
    """A paper of the data set; its abstract is the sentences joined by spaces."""

    id: str
    title: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole abstract."""
        return " ".join(self.sentences)

    def sentence_at(self, start: int, end: int) -> int:
        """The index of the sentence that overlaps most with `text[start:end]`."""
        best, longest, position = 0, -1, 0
        for index, sentence in enumerate(self.sentences):
            overlap = min(end, position + len(sentence)) - max(start, position)
            if overlap > longest:
                best, longest = index, overlap
            position += len(sentence) + 1
        return best


@dataclass(frozen=True)
class LabelledQuestion:
    """A question about the paper `paper`, with the indices of the sentences that answer it."""

    paper: str
    text: str
    sentences: frozenset[int]
    answer: str


def read_abstracts(file: Path = ABSTRACTS) -> dict[str, Abstract]:
    """The papers of the data set by id, with normalized white space."""
    abstracts = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = tuple(" ".join(sentence.split()) for sentence in row["source"])
        title = " ".join((row["title"] or "").split())
        abstracts[row["paper_id"]] = Abstract(row["paper_id"], title, sentences)
    return abstracts


def read_questions(file: Path = QUESTIONS) -> list[LabelledQuestion]:
    """The questions, in the order of the file."""
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return [
        LabelledQuestion(row["paper"], row["question"], frozenset(row["sentences"]), row["answer"])
        for row in rows
    ]
