"""Fits the reranker and answerability; writes `assistant/answering/reranker.json`.

Usage: python -m training.reranker [--library FOLDER] [--abstracts FILE]

All abstracts of the data set form a library (kept in FOLDER for the next run), of which every
question of `questions.jsonl` is asked in the same way as in the product. The reranker's weights
maximise the likelihood of the answering sentences under a softmax over the sentences of a question.
Answerability is a logistic regression: answerable questions against the same questions without
their paper, and against questions that the abstract does not answer. The printed figures come from
five-fold cross-validation by paper.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.answering.answerability import answerability_features, log_odds
from assistant.answering.question import Question
from assistant.answering.reranker import (
    FILE,
    LinearModel,
    RankedSentences,
    RerankerWeights,
    rerank,
    sort_by_score,
)
from assistant.answering.reranker_features import BASE_FEATURES, FEATURES, Values
from assistant.answering.retrieval import PAPERS
from assistant.embedder import WordVectors
from assistant.library import EVERYTHING, Filters, Hit, Library
from assistant.models import open_embedder
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.settings import load_settings
from training.questions import (
    ABSTRACTS,
    Abstract,
    LabelledQuestion,
    read_abstracts,
    read_questions,
)

FOLDS = 5
# Papers of a small library: about as many as in a reading list.
SMALL = 80
# L2 penalties, chosen by cross-validation among powers of ten.
_RIDGE = 1e-3
_ANSWERABILITY_RIDGE = 3e-3


@dataclass(frozen=True)
class Case:
    """A question with the papers that were retrieved for it."""

    labelled: LabelledQuestion
    question: Question
    hits: list[Hit]
    answerable: bool

    @property
    def fold(self) -> int:
        """The same for all questions about a paper."""
        return zlib.crc32(self.labelled.paper.encode()) % FOLDS


class CachedEmbedder:
    """Embeds every text once."""

    def __init__(self, embed: Callable[[Sequence[str]], Sequence[WordVectors]]) -> None:
        """Use `embed` for new texts."""
        self._embed = embed
        self._cache: dict[str, WordVectors] = {}

    def __call__(self, texts: Sequence[str]) -> list[WordVectors]:
        """The vectors of `texts`."""
        new = list(dict.fromkeys(text for text in texts if text not in self._cache))
        for text, one in zip(new, self._embed(new), strict=True):
            # In half precision all sentences of the data set take 300 MB.
            self._cache[text] = WordVectors(one.ids, one.tokens.astype(np.float16), one.mean)
        cached = [self._cache[text] for text in texts]
        return [replace(one, tokens=one.tokens.astype(np.float32)) for one in cached]


def fill(library: Library, abstracts: dict[str, Abstract]) -> None:
    """Add every abstract to `library`; a paper's `source` is its id in the data set."""
    library.add(
        Paper(title=one.title or "Untitled", abstract=one.text, source=one.id)
        for one in abstracts.values()
        if one.text.strip()
    )
    library.vectors.embed_missing(Progress(lambda report: print(report.text, file=sys.stderr)))


def build_cases(library: Library, questions: Sequence[LabelledQuestion]) -> list[Case]:
    """Every question, and every answerable one also without the paper that answers it.

    Each is asked of the whole library and of a small random part of it.
    """
    by_source = {stored.paper.source: stored.number for stored in library.papers.all()}
    numbers = list(by_source.values())
    cases = []
    for row, labelled in enumerate(questions):
        question = Question.parse(labelled.text)
        sample = random.Random(row).sample(numbers, SMALL)
        small = Filters(only=tuple({*sample, by_source[labelled.paper]}))
        for filters in (EVERYTHING, small):
            hits = library.search(labelled.text, PAPERS + 1, filters)
            others = [hit for hit in hits if hit.stored.paper.source != labelled.paper]
            answerable = bool(labelled.sentences)
            cases.append(Case(labelled, question, hits[:PAPERS], answerable))
            if answerable:
                cases.append(Case(labelled, question, others[:PAPERS], answerable=False))
    return cases


def labels(case: Case, ranking: RankedSentences, abstracts: dict[str, Abstract]) -> Values:
    """1 for each sentence of `ranking` that answers, else 0."""
    paper, sentences = case.labelled.paper, case.labelled.sentences
    return np.array(
        [
            float(
                case.answerable
                and one.hit.stored.paper.source == paper
                and abstracts[paper].sentence_at(one.start, one.end) in sentences
            )
            for one in ranking.candidates
        ]
    )


def fit_ranking(lists: Sequence[tuple[Values, Values]], names: Sequence[str]) -> dict[str, float]:
    """Weights by feature name that make the labelled rows of each list most probable.

    `lists` are pairs of features, of shape (rows, len(names)), and labels, of shape (rows,).
    """
    useful = [(x, y) for x, y in lists if y.any()]
    rows = np.concatenate([x for x, _ in useful])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    longest = max(len(y) for _, y in useful)
    values = np.zeros((len(useful), longest, len(names)))
    padding = np.full((len(useful), longest), -1e9)
    right = np.zeros((len(useful), longest))
    for row, (x, y) in enumerate(useful):
        values[row, : len(y)] = (x - mean) / scale
        padding[row, : len(y)] = 0
        right[row, : len(y)] = y

    def gradient(weights: Values) -> Values:
        scores = values @ weights + padding
        softmax = np.exp(scores - scores.max(axis=1, keepdims=True))
        softmax /= softmax.sum(axis=1, keepdims=True)
        target = softmax * right
        target /= target.sum(axis=1, keepdims=True) + 1e-30
        slope: Values = np.einsum("lr,lrf->f", softmax - target, values) / len(useful)
        return slope + 2 * _RIDGE * weights

    weights = _adam(gradient, len(names)) / scale
    return {**dict(zip(names, weights.tolist(), strict=True)), "": -float(mean @ weights)}


def fit_answerability(
    rows: Sequence[dict[str, float]], answerable: Sequence[bool]
) -> dict[str, float]:
    """Weights of a logistic regression, by feature name; both classes have equal total weight."""
    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    values = np.hstack([(table - mean) / scale, np.ones((len(rows), 1))])
    target = np.array(answerable, dtype=float)
    class_weight = np.where(target > 0, 0.5 / target.mean(), 0.5 / (1 - target.mean()))
    ridge = np.append(np.full(len(names), 2 * _ANSWERABILITY_RIDGE), 0.0)

    def gradient(weights: Values) -> Values:
        probability = 1 / (1 + np.exp(-values @ weights))
        slope: Values = (class_weight * (probability - target)) @ values / len(rows)
        return slope + ridge * weights

    fitted = _adam(gradient, len(names) + 1)
    weights = fitted[:-1] / scale
    return {
        **dict(zip(names, weights.tolist(), strict=True)),
        "": float(fitted[-1] - mean @ weights),
    }


def _adam(gradient_of: Callable[[Values], Values], size: int) -> Values:
    """Minimise by Adam (Kingma and Ba, ICLR 2015), starting at 0."""
    weights, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, 601):
        gradient = gradient_of(weights)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        move = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
        weights = weights - 0.03 * move
    return weights


@dataclass(frozen=True)
class PreparedCase:
    """A case with its features: `base` of all sentences, `full` of the embedded ones."""

    case: Case
    base: RankedSentences
    full: RankedSentences

    def ranked(self, model: LinearModel, *, embedded: bool) -> RankedSentences:
        """The sentences in the order of `model`."""
        ranking = self.full if embedded else self.base
        scores = model(ranking.features)
        return sort_by_score(ranking.candidates, scores, ranking.features, embedded=embedded)


def prepare(
    cases: Sequence[Case], embed: CachedEmbedder, abstracts: dict[str, Abstract]
) -> tuple[LinearModel, list[PreparedCase]]:
    """The base model, which selects the sentences to embed, and all cases with their features."""
    unfitted = RerankerWeights(
        "",
        LinearModel(np.zeros(len(BASE_FEATURES)), 0.0),
        LinearModel(np.zeros(len(FEATURES)), 0.0),
        {},
        {},
    )
    rankings = [rerank(case.question, case.hits, lambda texts: None, unfitted) for case in cases]
    lists = [
        (ranking.features, labels(case, ranking, abstracts))
        for case, ranking in zip(cases, rankings, strict=True)
        if case.answerable
    ]
    base = LinearModel.of(fit_ranking(lists, BASE_FEATURES), BASE_FEATURES)
    with_base = replace(unfitted, base=base)
    return base, [
        PreparedCase(case, ranking, rerank(case.question, case.hits, embed, with_base))
        for case, ranking in zip(cases, rankings, strict=True)
    ]


def fit_full(prepared: Sequence[PreparedCase], abstracts: dict[str, Abstract]) -> LinearModel:
    """The model over all features."""
    lists = [
        (one.full.features, labels(one.case, one.full, abstracts))
        for one in prepared
        if one.case.answerable
    ]
    return LinearModel.of(fit_ranking(lists, FEATURES), FEATURES)


def fit_answerability_of(
    prepared: Sequence[PreparedCase], model: LinearModel, *, embedded: bool
) -> dict[str, float]:
    """Answerability weights for rankings by `model`."""
    return fit_answerability(
        [answerability_features(one.ranked(model, embedded=embedded)) for one in prepared],
        [one.case.answerable for one in prepared],
    )


def cross_validate(
    prepared: Sequence[PreparedCase],
    base: LinearModel,
    abstracts: dict[str, Abstract],
    *,
    embedded: bool,
) -> dict[str, float]:
    """Quality of ranking and refusing, each fold by models fitted to the other folds."""
    answers: list[Values] = []
    odds = np.zeros(len(prepared))
    for fold in range(FOLDS):
        training = [one for one in prepared if one.case.fold != fold]
        model = fit_full(training, abstracts) if embedded else base
        weights = fit_answerability_of(training, model, embedded=embedded)
        for row, one in enumerate(prepared):
            if one.case.fold == fold:
                ranking = one.ranked(model, embedded=embedded)
                odds[row] = log_odds(answerability_features(ranking), weights)
                if one.case.answerable:
                    answers.append(labels(one.case, ranking, abstracts))
    answerable = np.array([one.case.answerable for one in prepared])
    unanswered = np.array([not one.case.labelled.sentences for one in prepared])
    threshold = float(np.quantile(odds[answerable], 0.05))
    refused = odds < threshold
    shares = {
        **{f"answer among the first {k}": np.mean([y[:k].any() for y in answers])
           for k in (1, 2, 4)},
        "refused without the paper, at 5% wrong refusals": refused[
            ~answerable & ~unanswered
        ].mean(),
        "refused if the abstract has no answer, at 5% wrong refusals": refused[unanswered].mean(),
        "log odds at 5% wrong refusals": threshold,
    }  # fmt: skip
    return {label: round(float(value), 3) for label, value in shares.items()}


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description="Fit the reranker.")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--abstracts", type=Path, default=ABSTRACTS)
    arguments = parser.parse_args()
    abstracts = read_abstracts(arguments.abstracts)
    questions = [one for one in read_questions() if one.paper in abstracts]
    embedder = open_embedder(load_settings(), print)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(arguments.library or Path(folder), embedder, print) as library,
    ):
        fill(library, abstracts)
        cases = build_cases(library, questions)
    base, prepared = prepare(cases, CachedEmbedder(embedder.embed_words), abstracts)
    validated = {}
    for name, embedded in (("with embeddings", True), ("without embeddings", False)):
        validated[name] = cross_validate(prepared, base, abstracts, embedded=embedded)
        print(name, json.dumps(validated[name], indent=1), flush=True)
    full = fit_full(prepared, abstracts)
    stored = {
        "fitted_to": f"{len(questions)} questions over {len(abstracts)} abstracts of SciTLDR's "
        "training split, by training/reranker.py",
        "embedder": embedder.fingerprint,
        "cross_validation": validated,
        "base": _rounded(_by_name(BASE_FEATURES, base)),
        "full": _rounded(_by_name(FEATURES, full)),
        "answerability": _rounded(fit_answerability_of(prepared, full, embedded=True)),
        "answerability_base": _rounded(fit_answerability_of(prepared, base, embedded=False)),
    }
    FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _by_name(names: Sequence[str], model: LinearModel) -> dict[str, float]:
    return {**dict(zip(names, model.weights.tolist(), strict=True)), "": model.bias}


def _rounded(weights: dict[str, float]) -> dict[str, float]:
    return {name: round(weight, 4) for name, weight in weights.items()}


if __name__ == "__main__":
    main()
