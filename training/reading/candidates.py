"""Collects what the product retrieves for each question: the input of the reader's training.

Usage: python -m training.reading.candidates LIBRARY OUT.jsonl

LIBRARY is a folder for a library of about 9,000 papers, which is filled on the first run (some
minutes). Each line of OUT has a question and its best sentences by the linear reranker:
{"paper", "q", "kind", "style", "split", "odds", "candidates": [{"paper", "title", "sentence",
"score", "answers"}], "missed": [{"title", "sentence"}]}. `score` is the probability by the linear
score, `odds` the log odds of answerability, `missed` are answering sentences that are not among the
candidates. For fitting the linear reranker, `labels` and `papers` (1 where a sentence answers, and
the number of its paper) are those of all ranked sentences; OUT.features has their features, float32
of shape (sentences, features), one question after another.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from assistant.answering.answerability import answerability
from assistant.answering.question import Question
from assistant.answering.reranker import rerank, reranker_weights
from assistant.answering.reranker_features import Values
from assistant.answering.retrieval import PAPERS
from assistant.library import Library
from assistant.models import open_embedder
from assistant.progress import Progress
from assistant.settings import load_settings
from training.questions import Abstract
from training.reading.dataset import (
    ReadingQuestion,
    library_abstracts,
    papers,
    questions,
    riddles,
    split_of,
)
from training.reranker import CachedEmbedder

# Sentences for each question.
CANDIDATES = 10


def collect(
    one: ReadingQuestion,
    library: Library,
    embed: CachedEmbedder,
    abstracts: dict[str, Abstract],
) -> tuple[dict[str, Any], Values]:
    """The line of the question `one`, and the features of its sentences."""
    question = Question.parse(one.text)
    ranking = rerank(question, library.search(question.text, PAPERS), embed)
    own = abstracts[one.paper]
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    labels: list[int] = []
    for candidate, score in zip(ranking.candidates, ranking.probabilities.tolist(), strict=True):
        paper = candidate.hit.stored.paper.source
        index = own.sentence_at(candidate.start, candidate.end) if paper == one.paper else -1
        answers = index in one.sentences
        labels.append(int(answers))
        if len(found) < CANDIDATES:
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
    line = {
        "paper": one.paper,
        "q": question.text,
        "kind": one.kind,
        "style": one.style,
        "split": split_of(one.paper),
        "odds": round(answerability(ranking, reranker_weights()), 4),
        "candidates": found,
        "missed": [
            {"title": own.title, "sentence": own.sentences[index]}
            for index in one.sentences
            if index not in seen
        ],
        "labels": labels,
        "papers": [candidate.hit.stored.number for candidate in ranking.candidates],
    }
    return line, ranking.features


def main() -> None:
    """Fill the library, ask every question, write the lines."""
    parser = argparse.ArgumentParser(description="Collect candidates for the reader.")
    parser.add_argument("library", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    abstracts = library_abstracts()
    embedder = open_embedder(load_settings(), print)
    embed = CachedEmbedder(embedder.embed_words)
    done = set()
    if options.out.exists():
        with options.out.open(encoding="utf-8") as lines:
            done = {(row["paper"], row["q"]) for row in map(json.loads, lines)}
    with (
        Library.open(options.library, embedder, print) as library,
        options.out.open("a", encoding="utf-8") as out,
        options.out.with_suffix(".features").open("ab") as features,
    ):
        library.add(papers(abstracts))
        library.vectors.embed_missing(Progress(lambda report: print(report.text, file=sys.stderr)))
        known = {stored.paper.source for stored in library.papers.all()}
        # A riddle's paper is missing if its abstract is among the annotated ones.
        asked = [*questions(), *(one for one in riddles() if one.paper in abstracts)]
        for number, one in enumerate(asked):
            if (one.paper, Question.parse(one.text).text) in done:
                continue
            if one.paper not in known:
                print(f"{one.paper}: not in the library", file=sys.stderr)
            line, values = collect(one, library, embed, abstracts)
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            features.write(values.astype("<f4").tobytes())
            if number % 500 == 0:
                out.flush()
                features.flush()
                print(number, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
