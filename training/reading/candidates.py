"""Collects what the product retrieves for each question: the input of the reader's training.

Usage: python -m training.reading.candidates FOLDER OUT.jsonl [--small]

FOLDER is for libraries, which are filled on the first run (some minutes). All questions are asked
of a library of about 9,500 papers. With `--small`, a part of the dev and test questions is asked of
libraries of 250 and 70 papers and of their paper alone, and others of libraries without their
paper.

Each line of OUT has a question and its best sentences by the linear reranker: {"setting", "paper",
"q", "kind", "style", "split", "odds", "candidates": [{"paper", "title", "sentence", "score",
"answers"}], "missed": [{"title", "sentence"}]}. `score` is the probability by the linear score,
`odds` the log odds of answerability, `missed` are answering sentences that are not among the
candidates. The kind of a question without its paper is `absent`. Questions of the training part are
ranked without the vectors of sentences, four times faster; only their sentences matter.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.answering.answerability import answerability
from assistant.answering.question import Question
from assistant.answering.reranker import rerank, reranker_weights
from assistant.answering.retrieval import PAPERS, SELECTED_PAPER_BONUS
from assistant.library import EVERYTHING, Filters, Library
from assistant.models import open_embedder
from assistant.progress import Progress
from assistant.settings import load_settings
from training.questions import Abstract
from training.reading.dataset import (
    ReadingQuestion,
    Split,
    annotated_abstracts,
    library_abstracts,
    papers,
    questions,
    split_of,
)
from training.reranker import CachedEmbedder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.reranker import Embed
    from assistant.embedder import Embedder

# Sentences for each question.
CANDIDATES = 10
# The settings of the library with all papers, and of one paper of it.
LARGE, ONE_PAPER = "large", "one paper"
# Papers of the small libraries, and how many of these are papers of one part, dev or test.
SIZES = {250: 42, 70: 12}
# The share of the questions that is asked of small libraries, and absent ones for each of these.
_SHARE, _ABSENT = 0.5, 0.5


def collect(
    one: ReadingQuestion,
    library: Library,
    embed: Embed,
    abstracts: dict[str, Abstract],
    setting: str,
    filters: Filters = EVERYTHING,
) -> dict[str, Any]:
    """The line of the question `one`."""
    question = Question.parse(one.text)
    bonus = 0.0 if filters.one_paper is None else SELECTED_PAPER_BONUS
    ranking = rerank(question, library.search(question.text, PAPERS, filters), embed)
    own = abstracts[one.paper]
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    for candidate, score in zip(ranking.candidates, ranking.probabilities.tolist(), strict=True):
        paper = candidate.hit.stored.paper.source
        index = own.sentence_at(candidate.start, candidate.end) if paper == one.paper else -1
        answers = index in one.sentences
        seen.update({index} if answers else ())
        found.append(
            {
                "paper": paper,
                "title": candidate.hit.stored.title,
                "sentence": candidate.sentence,
                "score": round(score, 5),
                "answers": answers,
            }
        )
        if len(found) == CANDIDATES:
            break
    return {
        "setting": setting,
        "paper": one.paper,
        "q": question.text,
        "kind": one.kind,
        "style": one.style,
        "split": split_of(one.paper),
        "odds": round(max(answerability(ranking, reranker_weights()), -99.0) + bonus, 4),
        "candidates": found,
        "missed": [
            {"title": own.title, "sentence": own.sentences[index]}
            for index in one.sentences
            if index not in seen
        ],
    }


class Collector:
    """Asks questions and appends their lines to a file, without those that it already has."""

    def __init__(self, folder: Path, out: Path, embedder: Embedder) -> None:
        """Libraries are in `folder`."""
        self._folder, self._out, self._embedder = folder, out, embedder
        self._embed = CachedEmbedder(embedder.embed_words)
        self._abstracts = library_abstracts()
        self._done: set[tuple[str, str, str]] = set()
        if out.exists():
            with out.open(encoding="utf-8") as lines:
                rows = map(json.loads, lines)
                self._done = {(row.get("setting", LARGE), row["paper"], row["q"]) for row in rows}

    def ask_large(self) -> None:
        """Ask all questions of the large library."""
        with self._library("large", self._abstracts) as library:
            self._ask(questions(), library, LARGE)

    def ask_small(self, split: Split) -> None:
        """Ask a part of the questions of `split` of small libraries, and of one paper."""
        chooser = random.Random(split)
        own = sorted(id_ for id_ in annotated_abstracts() if split_of(id_) == split)
        others = sorted(self._abstracts.keys() - set(own))
        asked = [one for one in questions() if split_of(one.paper) == split]
        for size, count in SIZES.items():
            chooser.shuffle(own)
            for start in range(0, len(own), count):
                chosen = own[start : start + count]
                ids = {*chosen, *chooser.sample(others, size - len(chosen))}
                present = [one for one in asked if one.paper in ids]
                present = chooser.sample(present, int(len(present) * _SHARE))
                elsewhere = [one for one in asked if one.paper not in ids and one.sentences]
                absent = [
                    replace(one, kind="absent", sentences=())
                    for one in chooser.sample(elsewhere, int(len(present) * _ABSENT))
                ]
                name = f"{split}-{size}-{start}"
                with self._library(name, {id_: self._abstracts[id_] for id_ in ids}) as library:
                    self._ask([*present, *absent], library, str(size))
        asked = chooser.sample(asked, int(len(asked) * _SHARE))
        with self._library("large", self._abstracts) as library:
            numbers = {stored.paper.source: stored.number for stored in library.papers.all()}
            for one in asked:
                self._ask([one], library, ONE_PAPER, Filters(only=(numbers[one.paper],)))

    def _library(self, name: str, abstracts: dict[str, Abstract]) -> Library:
        library = Library.open(self._folder / name, self._embedder, print)
        library.add(papers(abstracts))
        library.vectors.embed_missing(Progress(lambda report: print(report.text, file=sys.stderr)))
        return library

    def _ask(
        self,
        asked: Sequence[ReadingQuestion],
        library: Library,
        setting: str,
        filters: Filters = EVERYTHING,
    ) -> None:
        with self._out.open("a", encoding="utf-8") as out:
            for number, one in enumerate(asked):
                if (setting, one.paper, Question.parse(one.text).text) in self._done:
                    continue
                trains = split_of(one.paper) == "train"
                embed = (lambda texts: None) if trains else self._embed
                line = collect(one, library, embed, self._abstracts, setting, filters)
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
                if number % 500 == 499:
                    print(setting, number + 1, file=sys.stderr, flush=True)


def main() -> None:
    """Ask, write the lines."""
    parser = argparse.ArgumentParser(description="Collect candidates for the reader.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--small", action="store_true", help="libraries of other sizes, too")
    options = parser.parse_args()
    collector = Collector(options.folder, options.out, open_embedder(load_settings(), print))
    collector.ask_large()
    if options.small:
        collector.ask_small("dev")
        collector.ask_small("test")


if __name__ == "__main__":
    main()
