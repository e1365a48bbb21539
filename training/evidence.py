"""Fit the scorer of sentences and the odds of refusal; writes assistant/answering/scorer.json.

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
import sys
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.answering.evidence import PAPERS
from assistant.answering.features import CHEAP, FEATURES, Values, candidates_of, cheap_features
from assistant.answering.question import Question
from assistant.answering.ranking import Ranking, rank
from assistant.answering.refusal import figures
from assistant.answering.scorer import FILE, Linear, Scorer
from assistant.library import Hit, Library
from assistant.models import WordVectors, open_embedder
from assistant.paper import Paper
from assistant.settings import load_settings
from training.questions import ABSTRACTS, Abstract, Asked, read_abstracts, read_questions

FOLDS = 5
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
    """Every question as it stands; an answerable one also without the paper that answers it."""
    found = []
    for one in asked:
        question = Question.of(one.text)
        hits = library.search(one.text, PAPERS + 1)
        others = [hit for hit in hits if hit.stored.paper.source != one.paper]
        found.append(Case(one, question, hits[:PAPERS], answerable=bool(one.sentences)))
        if one.sentences:
            found.append(Case(one, question, others[:PAPERS], answerable=False))
    return found


def labels(
    case: Case, ranking_of: Sequence[tuple[Hit, int, int]], abstracts: dict[str, Abstract]
) -> Values:
    """1 for each sentence that answers."""
    return np.array(
        [
            float(
                case.answerable
                and hit.stored.paper.source == case.asked.paper
                and abstracts[case.asked.paper].sentence_at(start, end) in case.asked.sentences
            )
            for hit, start, end in ranking_of
        ]
    )


def spans(candidates: Sequence[object]) -> list[tuple[Hit, int, int]]:
    """Hit, start and end of candidates."""
    return [(one.hit, one.start, one.end) for one in candidates]  # type: ignore[attr-defined]


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


def fit_scorer(cases: Sequence[Case], embed: Cache, abstracts: dict[str, Abstract]) -> Scorer:
    """Fit the cheap scores, then the deep ones on the sentences that the cheap ones leave."""
    answerable = [case for case in cases if case.answerable]
    cheap = []
    for case in answerable:
        candidates = candidates_of(case.hits)
        cheap.append(
            (cheap_features(case.question, candidates), labels(case, spans(candidates), abstracts))
        )
    first = Linear.of(fit_lists(cheap, CHEAP), CHEAP)
    start = Scorer(first, Linear(np.zeros(len(FEATURES)), 0.0), {}, {}, {})
    deep = []
    for case in answerable:
        ranking = rank(case.question, case.hits, embed, start)
        deep.append((ranking.features, labels(case, spans(ranking.candidates), abstracts)))
    return replace(start, deep=Linear.of(fit_lists(deep, FEATURES), FEATURES))


def rankings(cases: Sequence[Case], embed: Cache | None, weights: Scorer) -> list[Ranking]:
    """Every case ranked; without vectors when `embed` is None."""
    return [
        rank(case.question, case.hits, embed or (lambda texts: None), weights) for case in cases
    ]


def report(
    name: str,
    cases: Sequence[Case],
    ranked: Sequence[Ranking],
    chances: Values,
    abstracts: dict[str, Abstract],
) -> dict[str, float]:
    """Print and return how often the answer is among the first, and what refusing costs."""
    hits = {
        k: np.mean([
            labels(case, spans(ranking.candidates[:k]), abstracts).any()
            for case, ranking in zip(cases, ranked, strict=True) if case.answerable
        ])
        for k in (1, 2, 4)
    }  # fmt: skip
    answerable = np.array([case.answerable for case in cases])
    about = np.array([not case.answerable and not case.asked.sentences for case in cases])
    least = float(np.quantile(chances[answerable], 0.05))
    found = {
        **{f"answer among the first {k}": round(float(v), 3) for k, v in hits.items()},
        "refused without the paper, at 5% wrong refusals": round(
            float((chances[~answerable & ~about] < least).mean()), 3
        ),
        "refused what the abstract does not say, at 5% wrong refusals": round(
            float((chances[about] < least).mean()), 3
        ),
        "odds at 5% wrong refusals": round(least, 3),
    }
    print(name, json.dumps(found, indent=1))
    return found


def main() -> None:
    """Fit, report, write."""
    from assistant.answering.refusal import odds

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
    embed = Cache(embedder.embed_words)
    figures_of: dict[str, dict[str, float]] = {}
    for name, used in (("with vectors", embed), ("without vectors", None)):
        ranked: list[Ranking | None] = [None] * len(cases)
        chances = np.zeros(len(cases))
        for fold in range(FOLDS):
            inside = [case for case in cases if case.fold != fold]
            weights = fit_scorer(inside, embed, abstracts)
            fitted = fit_odds(
                [figures(ranking) for ranking in rankings(inside, used, weights)],
                [case.answerable for case in inside],
            )
            for row, case in enumerate(cases):
                if case.fold == fold:
                    (one,) = rankings([case], used, weights)
                    ranked[row], chances[row] = one, odds(figures(one), fitted)
        figures_of[name] = report(name, cases, [one for one in ranked if one], chances, abstracts)
    weights = fit_scorer(cases, embed, abstracts)
    answerable = [case.answerable for case in cases]
    fits = [
        fit_odds([figures(one) for one in rankings(cases, used, weights)], answerable)
        for used in (embed, None)
    ]
    stored = {
        "fitted_to": f"{len(asked)} questions over {len(abstracts)} abstracts of SciTLDR's "
        "training split, by training/evidence.py",
        "cross_validation": figures_of,
        "cheap": _rounded(CHEAP, weights.cheap),
        "deep": _rounded(FEATURES, weights.deep),
        "fit": {name: round(value, 4) for name, value in fits[0].items()},
        "fit_cheap": {name: round(value, 4) for name, value in fits[1].items()},
        # Fitted by training.judgement, which needs the odds above.
        "judgement": json.loads(FILE.read_text(encoding="utf-8"))["judgement"],
    }
    FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _rounded(names: Sequence[str], linear: Linear) -> dict[str, float]:
    found = {name: round(weight, 4) for name, weight in zip(names, linear.weights, strict=True)}
    return {**found, "": round(linear.bias, 4)}


if __name__ == "__main__":
    main()
