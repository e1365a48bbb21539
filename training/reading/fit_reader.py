"""Combines the judge with the linear score; writes `assistant/answering/reader.json`.

Usage: python -m training.reading.fit_reader CANDIDATES.jsonl DEV_SCORES.json [TEST_SCORES.json]

The scores are those of `training.lora.score` for the examples of `judge_examples`. Two things are
fitted on the dev part, over libraries of all sizes together: the weight of the judge in the order
of sentences, and a logistic regression for the probability that the best sentence answers. The
figures for dev come from five-fold cross-validation by paper; the test part is only measured.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.reader import JUDGED, READER_FILE, answer_features, combined_scores
from training.reading.candidates import LARGE, ONE_PAPER

FOLDS = 5
WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 4.0)
TEMPERATURES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)
UNANSWERABLE = ("absent", "near", "unsaid", "swapped")
# Wrong refusals that the threshold allows.
REFUSED = 0.05
_RIDGE = 1e-3


@dataclass(frozen=True)
class Fitted:
    """The weight of the judge in the order, the weights of answerability, and its threshold."""

    weight: float
    weights: dict[str, float]
    threshold: float


@dataclass(frozen=True)
class Judged:
    """A question with the linear scores and the judge's log odds of its candidates."""

    row: dict[str, Any]
    linear: list[float]
    judge: list[float]
    right: list[bool]

    @property
    def fold(self) -> int:
        """The same for all questions about a paper."""
        return zlib.crc32(self.row["paper"].encode()) % FOLDS

    @property
    def answerable(self) -> bool:
        """Whether the abstract answers."""
        return self.row["kind"] not in UNANSWERABLE

    @property
    def readable(self) -> bool:
        """Whether an answering sentence is among those that are judged."""
        return any(self.right)

    def features(self, weight: float) -> dict[str, float]:
        """The features of answerability."""
        one_paper = self.row["setting"] == ONE_PAPER
        return answer_features(
            self.row["odds"], self.linear, self.judge, weight, one_paper=one_paper
        )

    def order(self, weight: float) -> list[int]:
        """The candidates, best first."""
        scores = combined_scores(self.linear, self.judge, weight)
        return sorted(range(len(scores)), key=lambda index: -scores[index])


def read(candidates: Path, scores: Path, split: str) -> list[Judged]:
    """The questions of `split` with their scores."""
    with candidates.open(encoding="utf-8") as lines:
        rows = [{"setting": LARGE, **row} for row in map(json.loads, lines)]
        rows = [row for row in rows if row["split"] == split]
    rows = [row for row in rows if row["candidates"]]
    stored = json.loads(scores.read_text(encoding="utf-8"))
    judged = []
    for row, judge in zip(rows, stored, strict=True):
        best = row["candidates"][:JUDGED]
        linear = [float(np.log(max(one["score"], 1e-5))) for one in best]
        judged.append(Judged(row, linear, judge[:JUDGED], [one["answers"] for one in best]))
    return judged


def first_right(judged: Sequence[Judged], weight: float, k: int = 1) -> float:
    """The share of answerable questions with an answering sentence among the first `k`."""
    hits = [
        any(one.right[index] for index in one.order(weight)[:k]) for one in judged if one.answerable
    ]
    return float(np.mean(hits))


def best_temperature(judged: Sequence[Judged], weight: float) -> float:
    """The temperature at which the softmax of the scores gives the right sentences most."""

    def loss(temperature: float) -> float:
        total = 0.0
        for one in judged:
            if one.readable:
                scores = np.array(combined_scores(one.linear, one.judge, weight)) / temperature
                chances = np.exp(scores - scores.max())
                total -= np.log(chances[np.array(one.right)].sum() / chances.sum())
        return total

    return min(TEMPERATURES, key=loss)


def fit(judged: Sequence[Judged], weight: float) -> dict[str, float]:
    """Logistic regression: the log odds that the abstract answers, from `answer_features`."""
    rows = [one.features(weight) for one in judged]
    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    values = np.hstack([(table - mean) / scale, np.ones((len(rows), 1))])
    target = np.array([one.answerable for one in judged], dtype=float)
    fitted = np.zeros(values.shape[1])
    for _ in range(30):  # Newton's method
        probability = 1 / (1 + np.exp(-values @ fitted))
        ridge = np.append(np.full(len(names), _RIDGE * len(rows)), 0.0)
        slope = values.T @ (probability - target) + ridge * fitted
        curve = (values.T * (probability * (1 - probability))) @ values + np.diag(ridge)
        fitted = fitted - np.linalg.solve(curve, slope)
    weights = fitted[:-1] / scale
    return {
        **dict(zip(names, weights.tolist(), strict=True)),
        "": float(fitted[-1] - mean @ weights),
    }


def log_odds(one: Judged, weights: dict[str, float], weight: float) -> float:
    """Log odds that the abstract answers the question of `one`."""
    features = one.features(weight)
    return weights[""] + sum(weights[name] * value for name, value in features.items())


def threshold_of(judged: Sequence[Judged], odds: Sequence[float]) -> float:
    """The log odds below which `REFUSED` of the questions are that reading can answer.

    If no answering sentence is among those that are read, a refusal is better than what is left.
    """
    readable = [x for x, one in zip(odds, judged, strict=True) if one.readable]
    return float(np.quantile(readable, REFUSED))


def refused(judged: Sequence[Judged], odds: Sequence[float], threshold: float) -> str:
    """The shares refused below `threshold`, wrongly and of each kind, with the AUC of the kind."""
    pairs = list(zip(odds, judged, strict=True))
    answerable = np.array([x for x, one in pairs if one.answerable])
    readable = np.array([x for x, one in pairs if one.readable])
    wrongly = f"{np.mean(answerable < threshold):.3f} ({np.mean(readable < threshold):.3f})"
    shares = [f"wrongly (if readable) {wrongly}"]
    for kind in UNANSWERABLE:
        values = np.array([x for x, one in pairs if one.row["kind"] == kind])
        if len(values):
            differences = np.subtract.outer(answerable, values)
            area = np.mean((differences > 0) + 0.5 * (differences == 0))
            shares.append(f"{kind} {np.mean(values < threshold):.2f} (AUC {area:.2f})")
    return ", ".join(shares)


def reliability(judged: Sequence[Judged], odds: Sequence[float]) -> str:
    """Mean predicted probability and share that is answerable, in five groups."""
    groups = []
    for part in np.array_split(np.argsort(odds), 5):
        predicted = np.mean([1 / (1 + np.exp(-odds[i])) for i in part])
        actual = np.mean([judged[i].answerable for i in part])
        groups.append(f"{predicted:.2f} / {actual:.2f}")
    return ", ".join(groups)


def report(name: str, judged: Sequence[Judged], odds: Sequence[float], fitted: Fitted) -> None:
    """Print the figures of the questions `judged`."""
    print(f"{name}: {len(judged)} questions")
    for label, value in (("linear", 0.0), ("judge", 100.0), ("both", fitted.weight)):
        shares = " / ".join(f"{first_right(judged, value, k):.3f}" for k in (1, 2, 4))
        print(f"  {label}: answer among the first 1 / 2 / 4: {shares}")
    linear = [one.row["odds"] for one in judged]
    print(f"  linear at 5%: {refused(judged, linear, threshold_of(judged, linear))}")
    print(f"  both at 5%:   {refused(judged, odds, threshold_of(judged, odds))}")
    print(f"  in use:       {refused(judged, odds, fitted.threshold)}")
    print(f"  predicted / actual: {reliability(judged, odds)}")


def report_parts(judged: Sequence[Judged], weight: float) -> None:
    """Print how often the first sentence answers, by kind, style and source."""
    for key in ("kind", "style"):
        for value in sorted({one.row[key] for one in judged if one.answerable}):
            chosen = [one for one in judged if one.row[key] == value]
            shares = f"{first_right(chosen, 0):.2f} -> {first_right(chosen, weight):.2f}"
            print(f"    {value}: {shares} ({len(chosen)})")
    for source in sorted({one.row["paper"].split(":")[0] for one in judged}):
        chosen = [one for one in judged if one.row["paper"].startswith(source)]
        shares = f"{first_right(chosen, 0):.2f} -> {first_right(chosen, weight):.2f}"
        print(f"    {source}: {shares} ({len(chosen)})")


def report_all(name: str, judged: list[Judged], odds: Sequence[float], fitted: Fitted) -> None:
    """Print the figures for all questions of a part together, and for each setting."""
    report(name, judged, odds, fitted)
    for setting in dict.fromkeys(one.row["setting"] for one in judged):
        rows = [i for i, one in enumerate(judged) if one.row["setting"] == setting]
        chosen = [judged[i] for i in rows]
        report(f"{name}, {setting}", chosen, [odds[i] for i in rows], fitted)
        if setting == LARGE:
            report_parts(chosen, fitted.weight)


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description="Fit the reader.")
    parser.add_argument("candidates", type=Path)
    parser.add_argument("dev", type=Path)
    parser.add_argument("test", type=Path, nargs="?")
    options = parser.parse_args()
    dev = read(options.candidates, options.dev, "dev")
    for weight in WEIGHTS:
        print(f"weight {weight}: first right {first_right(dev, weight):.3f}")
    weight = max(WEIGHTS, key=lambda value: first_right(dev, value))
    odds = [0.0] * len(dev)
    for fold in range(FOLDS):
        weights = fit([one for one in dev if one.fold != fold], weight)
        for index, one in enumerate(dev):
            if one.fold == fold:
                odds[index] = log_odds(one, weights, weight)
    fitted = Fitted(weight, fit(dev, weight), threshold_of(dev, odds))
    report_all("dev", dev, odds, fitted)
    if options.test:
        test = read(options.candidates, options.test, "test")
        report_all("test", test, [log_odds(one, fitted.weights, weight) for one in test], fitted)
    stored = {
        "weight": weight,
        "temperature": best_temperature(dev, weight),
        "answerability": {name: round(value, 4) for name, value in fitted.weights.items()},
        "threshold": round(fitted.threshold, 3),
    }
    READER_FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
