"""Fits the weights of `assistant/summarizing/salience.py`, in about a second.

Usage: python -m training.tldr.salience
"""

from __future__ import annotations

import json
import sys

import numpy as np

from assistant.summarizing import salience
from assistant.text.sentences import sentences
from training.tldr.papers import Example, data_hash, examples, rouge

_RIDGE = 3.0
_FOLDS = 5


def table(papers: list[Example]) -> tuple[salience.Vector, salience.Vector, salience.Vector]:
    """Features (n, features), ROUGE-1 (n,) and index of the paper (n,) of every sentence."""
    rows, targets, owners = [], [], []
    for number, paper in enumerate(papers):
        split = sentences(paper.abstract)
        rows.append(salience.features(paper.title, split))
        targets += [rouge(sentence, paper.references).one for sentence in split]
        owners += [number] * len(split)
    return np.vstack(rows), np.array(targets), np.array(owners)


def fit(rows: salience.Vector, targets: salience.Vector) -> tuple[salience.Vector, float]:
    """Weights and bias of a ridge regression of `targets` on `rows`."""
    mean, target_mean = rows.mean(axis=0), float(targets.mean())
    centred = rows - mean
    weights = np.linalg.solve(
        centred.T @ centred + _RIDGE * np.eye(rows.shape[1]), centred.T @ (targets - target_mean)
    )
    return weights, target_mean - float(mean @ weights)


def first_choice(
    predicted: salience.Vector, targets: salience.Vector, owners: salience.Vector
) -> str:
    """Mean ROUGE-1 of the top sentence, and of the best among the top 3 and 4."""
    best: dict[int, list[float]] = {1: [], 3: [], 4: []}
    for number in np.unique(owners):
        own = np.flatnonzero(owners == number)
        ranked = targets[own[np.argsort(-predicted[own], kind="stable")]]
        for count, values in best.items():
            values.append(float(ranked[:count].max()))
    return ", ".join(f"best of {count}: {100 * np.mean(v):.1f}" for count, v in best.items())


def main() -> None:
    """Cross-validate on the training papers, fit to all of them, write the weights."""
    rows, targets, owners = table(examples("train"))
    predicted = np.zeros(len(targets))
    for fold in range(_FOLDS):
        held = owners % _FOLDS == fold
        weights, bias = fit(rows[~held], targets[~held])
        predicted[held] = rows[held] @ weights + bias
    print("train, cross-validated:", first_choice(predicted, targets, owners), file=sys.stderr)
    weights, bias = fit(rows, targets)
    dev_rows, dev_targets, dev_owners = table(examples("dev"))
    print("dev:", first_choice(dev_rows @ weights + bias, dev_targets, dev_owners), file=sys.stderr)
    stored = {
        "trained_on": {"scitldr/train.jsonl": data_hash("train")},
        "bias": round(bias, 6),
        "weights": {
            name: round(float(weight), 6)
            for name, weight in zip(salience.FEATURES, weights, strict=True)
        },
    }
    salience.WEIGHTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
