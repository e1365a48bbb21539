"""Fit the scorer of sentences and the odds of refusal; writes assistant/answering/reranker.json.

Usage: python -m training.evidence [--library FOLDER] [--abstracts FILE]

A library is made of all abstracts of the data set (kept in FOLDER for the next time), and every
question of `questions.jsonl` is asked as the product asks it. The weights of the scorer are those
under which the sentences that answer are most likely to be the best of their list (a softmax over
each list). The odds of refusal are fitted, as a logistic regression, to answerable questions
against the same questions in a library without their paper, and against questions that their
paper's abstract does not answer. Figures are from five-fold cross-validation by paper.
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

from assistant.answering.answerability import figures, odds
from assistant.answering.question import Question
from assistant.answering.reranker import RankedSentences, ordered, rerank
from assistant.answering.reranker_features import CHEAP, FEATURES, Values
from assistant.answering.reranker_weights import FILE, LinearModel, RerankerWeights
from assistant.answering.retrieval import PAPERS
from assistant.library import EVERYTHING, Filters, Hit, Library
from assistant.models import WordVectors, open_embedder
from assistant.paper import Paper
from assistant.settings import load_settings
from training.questions import ABSTRACTS, Abstract, Asked, read_abstracts, read_questions

FOLDS = 5
# Papers of a small library: as many as a reading list has.
SMALL = 80
# Keeps weights small; chosen by cross-validation among powers of ten.
_RIDGE = 1e-3
_ODDS_RIDGE = 3e-3


@dataclass(frozen=True)
class Case:
    """A question with the papers found for it: `right` tells the answering sentences of a hit."""

    asked: Asked
    question: Question
    hits: list[Hit]
    answerable: bool

    @property
    def fold(self) -> int:
        """All questions about a paper are in one fold."""
        return zlib.crc32(self.asked.paper.encode()) % FOLDS


class Cache:
    """Embeds every text once."""

    def __init__(self, embed: Callable[[Sequence[str]], Sequence[WordVectors]]) -> None:
        """Embed with `embed`."""
        self._embed = embed
        self._known: dict[str, WordVectors] = {}

    def __call__(self, texts: Sequence[str]) -> list[WordVectors]:
        """The vectors of `texts`."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        for text, one in zip(new, self._embed(new), strict=True):
            # Half precision: all sentences of the data set take 300 MB then.
            self._known[text] = WordVectors(one.ids, one.tokens.astype(np.float16), one.mean)
        found = [self._known[text] for text in texts]
        return [replace(one, tokens=one.tokens.astype(np.float32)) for one in found]


def fill(library: Library, abstracts: dict[str, Abstract]) -> None:
    """Put every abstract into `library`; a paper's `source` is its id in the data set."""
    library.add(
        Paper(title=one.title or "Untitled", abstract=one.text, source=one.id)
        for one in abstracts.values()
        if one.text.strip()
    )
    library.embed_missing(lambda done, total: print(f"{done} of {total}", file=sys.stderr))


def cases_of(library: Library, asked: Sequence[Asked]) -> list[Case]:
    """Every question as it stands; an answerable one also without the paper that answers it.

    All are asked of the whole library and of a small one: some papers drawn from it.
    """
    by_source = {stored.paper.source: stored.number for stored in library.papers()}
    numbers = list(by_source.values())
    found = []
    for row, one in enumerate(asked):
        question = Question.of(one.text)
        drawn = random.Random(row).sample(numbers, SMALL)
        small = Filters(only=tuple({*drawn, by_source[one.paper]}))
        for filters in (EVERYTHING, small):
            hits = library.search(one.text, PAPERS + 1, filters)
            others = [hit for hit in hits if hit.stored.paper.source != one.paper]
            found.append(Case(one, question, hits[:PAPERS], answerable=bool(one.sentences)))
            if one.sentences:
                found.append(Case(one, question, others[:PAPERS], answerable=False))
    return found


def labels(case: Case, ranking: RankedSentences, abstracts: dict[str, Abstract]) -> Values:
    """1 for each sentence of `ranking` that answers."""
    return np.array(
        [
            float(
                case.answerable
                and one.hit.stored.paper.source == case.asked.paper
                and abstracts[case.asked.paper].sentence_at(one.start, one.end)
                in case.asked.sentences
            )
            for one in ranking.candidates
        ]
    )


def fit_lists(lists: Sequence[tuple[Values, Values]], names: Sequence[str]) -> dict[str, float]:
    """Weights that make the labelled rows of each list the most likely ones."""
    useful = [(x, y) for x, y in lists if y.any()]
    rows = np.concatenate([x for x, _ in useful])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    longest = max(len(y) for _, y in useful)
    values = np.zeros((len(useful), longest, len(names)))
    hidden = np.full((len(useful), longest), -1e9)
    right = np.zeros((len(useful), longest))
    for row, (x, y) in enumerate(useful):
        values[row, : len(y)], hidden[row, : len(y)], right[row, : len(y)] = (
            (x - mean) / scale,
            0,
            y,
        )

    def slope(weights: Values) -> Values:
        scores = values @ weights + hidden
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        target = share * right
        target /= target.sum(axis=1, keepdims=True) + 1e-30
        gradient: Values = np.einsum("lr,lrf->f", share - target, values) / len(useful)
        return gradient + 2 * _RIDGE * weights

    weights = _descend(slope, len(names)) / scale
    return {**dict(zip(names, weights.tolist(), strict=True)), "": -float(mean @ weights)}


def fit_odds(rows: Sequence[dict[str, float]], answerable: Sequence[bool]) -> dict[str, float]:
    """Weights of a logistic regression; the two classes weigh the same."""
    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    values = np.hstack([(table - mean) / scale, np.ones((len(rows), 1))])
    target = np.array(answerable, dtype=float)
    weight = np.where(target > 0, 0.5 / target.mean(), 0.5 / (1 - target.mean()))
    ridge = np.append(np.full(len(names), 2 * _ODDS_RIDGE), 0.0)

    def slope(weights: Values) -> Values:
        chance = 1 / (1 + np.exp(-values @ weights))
        gradient: Values = (weight * (chance - target)) @ values / len(rows)
        return gradient + ridge * weights

    found = _descend(slope, len(names) + 1)
    weights = found[:-1] / scale
    return {
        **dict(zip(names, weights.tolist(), strict=True)),
        "": float(found[-1] - mean @ weights),
    }


def _descend(slope: Callable[[Values], Values], size: int) -> Values:
    """Adam (Kingma and Ba, ICLR 2015), from 0."""
    weights, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, 601):
        gradient = slope(weights)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        move = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
        weights = weights - 0.03 * move
    return weights


@dataclass(frozen=True)
class Prepared:
    """A case with its features: `cheap` of all sentences, `deep` of those that are embedded."""

    case: Case
    cheap: RankedSentences
    deep: RankedSentences

    def ranked(self, *, deep: bool, weights: LinearModel) -> RankedSentences:
        """The sentences in the order of `weights`."""
        before = self.deep if deep else self.cheap
        return ordered(before.candidates, weights(before.features), before.features, deep=deep)


def prepare(
    cases: Sequence[Case], embed: Cache, abstracts: dict[str, Abstract]
) -> tuple[LinearModel, list[Prepared]]:
    """The weights that choose which sentences are embedded, and all cases with their features."""
    nothing = RerankerWeights(
        "",
        LinearModel(np.zeros(len(CHEAP)), 0.0),
        LinearModel(np.zeros(len(FEATURES)), 0.0),
        {},
        {},
    )
    cheap = [rerank(case.question, case.hits, lambda texts: None, nothing) for case in cases]
    weights = LinearModel.of(
        fit_lists(
            [
                (ranking.features, labels(case, ranking, abstracts))
                for case, ranking in zip(cases, cheap, strict=True)
                if case.answerable
            ],
            CHEAP,
        ),
        CHEAP,
    )
    with_cheap = replace(nothing, cheap=weights)
    return weights, [
        Prepared(case, ranking, rerank(case.question, case.hits, embed, with_cheap))
        for case, ranking in zip(cases, cheap, strict=True)
    ]


def fit_deep(prepared: Sequence[Prepared], abstracts: dict[str, Abstract]) -> dict[str, float]:
    """The weights of all features."""
    return fit_lists(
        [
            (one.deep.features, labels(one.case, one.deep, abstracts))
            for one in prepared
            if one.case.answerable
        ],
        FEATURES,
    )


def report(
    name: str,
    prepared: Sequence[Prepared],
    ranked: Sequence[RankedSentences],
    chances: Values,
    abstracts: dict[str, Abstract],
) -> dict[str, float]:
    """Print and return how often the answer is among the first, and what refusing costs."""
    answers = [
        labels(one.case, ranking, abstracts)
        for one, ranking in zip(prepared, ranked, strict=True)
        if one.case.answerable
    ]
    answerable = np.array([one.case.answerable for one in prepared])
    about = np.array([not one.case.answerable and not one.case.asked.sentences for one in prepared])
    least = float(np.quantile(chances[answerable], 0.05))
    shares = {
        **{
            f"answer among the first {k}": np.mean([y[:k].any() for y in answers])
            for k in (1, 2, 4)
        },
        "refused without the paper, at 5% wrong refusals": (
            chances[~answerable & ~about] < least
        ).mean(),
        "refused what the abstract does not say, at 5% wrong refusals": (
            chances[about] < least
        ).mean(),
        "odds at 5% wrong refusals": least,
    }  # fmt: skip
    found = {label: round(float(value), 3) for label, value in shares.items()}
    print(name, json.dumps(found, indent=1), flush=True)
    return found


def validate(
    prepared: Sequence[Prepared], cheap: LinearModel, abstracts: dict[str, Abstract], *, deep: bool
) -> tuple[list[RankedSentences], Values]:
    """Each case ranked, and its odds, by weights fitted to the other folds."""
    ranked: dict[int, RankedSentences] = {}
    chances = np.zeros(len(prepared))
    for fold in range(FOLDS):
        inside = [one for one in prepared if one.case.fold != fold]
        weights = LinearModel.of(fit_deep(inside, abstracts), FEATURES) if deep else cheap
        fitted = fit_odds(
            [figures(one.ranked(deep=deep, weights=weights)) for one in inside],
            [one.case.answerable for one in inside],
        )
        for row, one in enumerate(prepared):
            if one.case.fold == fold:
                ranked[row] = one.ranked(deep=deep, weights=weights)
                chances[row] = odds(figures(ranked[row]), fitted)
    return [ranked[row] for row in range(len(prepared))], chances


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description="Fit the scorer of sentences.")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--abstracts", type=Path, default=ABSTRACTS)
    given = parser.parse_args()
    abstracts = read_abstracts(given.abstracts)
    asked = [one for one in read_questions() if one.paper in abstracts]
    embedder = open_embedder(load_settings(), print)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(given.library or Path(folder), embedder, print) as library,
    ):
        fill(library, abstracts)
        cases = cases_of(library, asked)
    cheap, prepared = prepare(cases, Cache(embedder.embed_words), abstracts)
    validated = {}
    for name, deep in (("with vectors", True), ("without vectors", False)):
        ranked, chances = validate(prepared, cheap, abstracts, deep=deep)
        validated[name] = report(name, prepared, ranked, chances, abstracts)
    weights = {True: LinearModel.of(fit_deep(prepared, abstracts), FEATURES), False: cheap}
    fits = {
        deep: fit_odds(
            [figures(one.ranked(deep=deep, weights=weights[deep])) for one in prepared],
            [one.case.answerable for one in prepared],
        )
        for deep in (True, False)
    }
    stored = {
        "fitted_to": f"{len(asked)} questions over {len(abstracts)} abstracts of SciTLDR's "
        "training split, by training/evidence.py",
        "embedder": embedder.fingerprint,
        "cross_validation": validated,
        "cheap": _rounded(CHEAP, cheap),
        "deep": _rounded(FEATURES, weights[True]),
        "fit": {name: round(value, 4) for name, value in fits[True].items()},
        "fit_cheap": {name: round(value, 4) for name, value in fits[False].items()},
    }
    FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _rounded(names: Sequence[str], linear: LinearModel) -> dict[str, float]:
    found = {name: round(weight, 4) for name, weight in zip(names, linear.weights, strict=True)}
    return {**found, "": round(linear.bias, 4)}


if __name__ == "__main__":
    main()
