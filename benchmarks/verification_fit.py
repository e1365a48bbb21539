"""Fit the last stage of the check on the development half and write its weights.

Usage: python -m benchmarks.verification_fit [--data FOLDER]

A logistic regression over `FEATURES` of `assistant/verification/support_score.py`, with and without
the cosine, by Newton's method with a small penalty. Learned from are the pairs that the rules
before it let pass, supported ones and the others weighing the same. The threshold is the lowest
with which no more than `MOST_WRONG` of all unsupported pairs pass.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.verification import support_score, weights
from assistant.verification.verifier import MOST_NEW, RuleFindings, examine
from benchmarks.verification import evidence_of, similarities
from benchmarks.verification_pairs import DATA, HALVES, Pair, all_pairs

# Far below the 2 in 100 that are allowed: a model is wrong in other ways than these pairs are too.
MOST_WRONG = 0.005
_PENALTY = 0.05
# These only speak against a claim, whatever the sample says: words missing, moved, left out.
_NEVER_POSITIVE = range(1, 9)

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A pair that the rules let pass, its cosine, and what is measured of it."""

    pair: Pair
    cosine: float
    examined: RuleFindings


def examples(pairs: Sequence[Pair]) -> list[Example]:
    """The pairs that are decided by the last stage."""
    found = []
    for pair, cosine in zip(pairs, similarities(pairs), strict=True):
        cited = evidence_of(pair)
        groups = [[source] for source in cited] + ([cited] if len(cited) > 1 else [])
        passing = [one for one in (examine(pair.claim, group) for group in groups)
                   if not one.against and _few_new(one)]  # fmt: skip
        if passing:
            best = max(passing, key=lambda one: support_score.probability(one.measured, None))
            found.append(Example(pair, cosine, best))
    return found


def fitted(rows: Array, wanted: Array, weight: Array) -> Array:
    """Weights of a logistic regression; Newton's method, the constant is not penalised."""
    free = list(range(rows.shape[1]))
    while True:
        beta = np.zeros(rows.shape[1])
        part = rows[:, free]
        penalty = _PENALTY * np.eye(len(free)) * len(rows) / 100
        penalty[0, 0] = 0.0
        found = np.zeros(len(free))
        for _ in range(50):
            chance = 1 / (1 + np.exp(-part @ found))
            gradient = part.T @ (weight * (wanted - chance)) - penalty @ found
            curvature = (part * (weight * chance * (1 - chance))[:, None]).T @ part + penalty
            found = found + np.linalg.solve(curvature + 1e-9 * np.eye(len(free)), gradient)
        beta[free] = found
        wrong = [n for n in _NEVER_POSITIVE if beta[n] > 1e-9]
        if not wrong:
            return beta
        free = [n for n in free if n not in wrong]


def threshold(scores: Array, kept: Sequence[Example], everything: Sequence[Pair]) -> float:
    """The lowest score with which few enough unsupported pairs pass."""
    most = MOST_WRONG * sum(pair.supported is False for pair in everything)
    wrong = 0
    least = 1.0
    for n in np.argsort(-scores):
        wrong += kept[n].pair.supported is False
        if wrong > most:
            break
        least = float(scores[n])
    return least


def main() -> None:
    """Fit, choose the thresholds, write the module of weights."""
    parser = argparse.ArgumentParser(description="Fit the last stage of the check of claims.")
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    pairs = [p for p in all_pairs(given.data) if p.half == HALVES[0] and p.supported is not None]
    kept = examples(pairs)
    wanted = np.array([float(one.pair.supported is True) for one in kept])
    print(f"{int(wanted.sum())} supported and {int((1 - wanted).sum())} unsupported left to judge")
    weight = np.where(wanted == 1, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))
    lines = [f'"""{weights.__doc__}"""', ""]
    for suffix, with_meaning in (("", False), ("_WITH_MEANING", True)):
        rows = np.array([
            one.examined.measured.features(one.cosine if with_meaning else None) for one in kept
        ])  # fmt: skip
        beta = fitted(rows, wanted, weight)
        scores = 1 / (1 + np.exp(-rows @ beta))
        least = threshold(scores, kept, pairs)
        found = scores >= least
        print(f"threshold {least:.3f}: {int((found * wanted).sum())} supported, "
              f"{int((found * (1 - wanted)).sum())} unsupported pass")  # fmt: skip
        lines.append(f"WEIGHTS{suffix} = (")
        for name, value in zip(support_score.FEATURES, beta, strict=False):
            print(f"  {value:8.3f}  {name}")
            lines.append(f"    {value:.3f},  # {name}")
        lines += [")", f"LEAST{suffix} = {np.floor(1000 * least) / 1000:.3f}", ""]
    Path(weights.__file__).write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _few_new(examined: RuleFindings) -> bool:
    measured = examined.measured
    said = sum(token.content for token in measured.aligned.claim)
    return measured.nowhere + measured.elsewhere <= MOST_NEW * said


if __name__ == "__main__":
    main()
