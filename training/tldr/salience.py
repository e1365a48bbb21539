"""Fit the weights of `assistant/summarizing/salience.py`; a second, numpy and rouge-score only.

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
    """Features (n, features), ROUGE-1 (n) and paper's number (n) of every sentence of `papers`."""
    rows, aims, owners = [], [], []
    for number, paper in enumerate(papers):
        split = sentences(paper.abstract)
        rows.append(salience.features(paper.title, split))
        aims += [rouge(sentence, paper.references).one for sentence in split]
        owners += [number] * len(split)
    return np.vstack(rows), np.array(aims), np.array(owners)


def fit(rows: salience.Vector, aims: salience.Vector) -> tuple[salience.Vector, float]:
    """Weights and bias of a ridge regression of `aims` on `rows`."""
    middle, level = rows.mean(axis=0), float(aims.mean())
    centred = rows - middle
    weights = np.linalg.solve(
        centred.T @ centred + _RIDGE * np.eye(rows.shape[1]), centred.T @ (aims - level)
    )
    return weights, level - float(middle @ weights)


def first_choice(predicted: salience.Vector, aims: salience.Vector, owners: salience.Vector) -> str:
    """ROUGE-1 of the sentence put first, and of the best among the first 3 and 4, as a mean."""
    found: dict[int, list[float]] = {1: [], 3: [], 4: []}
    for number in np.unique(owners):
        mine = np.flatnonzero(owners == number)
        ranked = aims[mine[np.argsort(-predicted[mine], kind="stable")]]
        for count, values in found.items():
            values.append(float(ranked[:count].max()))
    return ", ".join(f"best of {count}: {100 * np.mean(v):.1f}" for count, v in found.items())


def main() -> None:
    """Cross-validate on the training papers, fit on all of them, write the weights."""
    rows, aims, owners = table(examples("train"))
    predicted = np.zeros(len(aims))
    for fold in range(_FOLDS):
        held = owners % _FOLDS == fold
        weights, bias = fit(rows[~held], aims[~held])
        predicted[held] = rows[held] @ weights + bias
    print("train, cross-validated:", first_choice(predicted, aims, owners), file=sys.stderr)
    weights, bias = fit(rows, aims)
    dev_rows, dev_aims, dev_owners = table(examples("dev"))
    print("dev:", first_choice(dev_rows @ weights + bias, dev_aims, dev_owners), file=sys.stderr)
    kept = {
        "trained_on": {"scitldr/train.jsonl": data_hash("train")},
        "bias": round(bias, 6),
        "weights": {
            name: round(float(weight), 6)
            for name, weight in zip(salience.FEATURES, weights, strict=True)
        },
    }
    salience.WEIGHTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
