"""Fit the weights of `assistant/summarizing/choice.py`; some minutes, most of them for the lines.

Usage: python -m training.tldr.choice [--papers 400]

The embedded model writes about training papers as it does in the product; a ridge regression within
each paper learns from what the ROUGE-1 of its candidates differ.
"""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np
import numpy.typing as npt

from assistant.models import open_language_model
from assistant.paper import Paper
from assistant.prompt import Prompt
from assistant.settings import load_settings
from assistant.summarizing import choice
from assistant.summarizing.line import one_line
from assistant.summarizing.request import request_for
from assistant.summarizing.shorten import plain_beginning
from training.tldr.papers import Example, data_hash, examples, rouge

Array = npt.NDArray[np.float64]

_RIDGE = 1.0
_FOLDS = 10


def replies(papers: list[Paper]) -> list[str]:
    """What the embedded model writes about each of `papers`."""
    model = open_language_model(load_settings(), lambda text: print(text, file=sys.stderr))
    prompt = Prompt.load("tldr")
    try:
        streams = [model.generate(request_for(paper, prompt, model)) for paper in papers]
        return ["".join(stream) for stream in streams]
    finally:
        model.close()


def table(found: list[Example]) -> list[tuple[Array, Array]]:
    """Of each paper the features (lines, features) and the ROUGE-1 (lines) of its candidates."""
    papers = [Paper(title=one.title, abstract=one.abstract) for one in found]
    rows = []
    for one, paper, reply in zip(found, papers, replies(papers), strict=True):
        written = one_line(reply, cut=False)
        lines = choice.extracted_lines(paper)
        if written:
            own = plain_beginning(written)
            lines = [own, *(line for line in lines if line != own)]
        aims = np.array([rouge(line, one.references).one for line in lines])
        rows.append((choice.features(paper.title, lines, generated=bool(written)), aims))
    return rows


def fit(rows: list[tuple[Array, Array]]) -> Array:
    """Weights of a ridge regression of the differences within each paper."""
    inputs = np.vstack([features - features.mean(axis=0) for features, _ in rows])
    aims = np.concatenate([values - values.mean() for _, values in rows])
    solved: Array = np.linalg.solve(
        inputs.T @ inputs + _RIDGE * np.eye(inputs.shape[1]), inputs.T @ aims
    )
    return solved


def chosen(rows: list[tuple[Array, Array]], weights: Array) -> list[float]:
    """The ROUGE-1 of the candidate that `weights` put first, for each paper."""
    return [float(aims[int(np.argmax(features @ weights))]) for features, aims in rows]


def main() -> None:
    """Cross-validate, fit, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--papers", type=int, default=400, help="training papers to learn from")
    rows = table(examples("train")[: parser.parse_args().papers])
    held = [
        score
        for fold in range(_FOLDS)
        for score in chosen(
            rows[fold::_FOLDS],
            fit([row for at, row in enumerate(rows) if at % _FOLDS != fold]),
        )
    ]
    first = np.mean([aims[0] for _, aims in rows])
    best = np.mean([aims.max() for _, aims in rows])
    print(
        f"ROUGE-1 of {len(rows)} training papers: first {100 * first:.1f}, chosen "
        f"(cross-validated) {100 * np.mean(held):.1f}, best {100 * best:.1f}",
        file=sys.stderr,
    )
    kept = {
        "trained_on": {"scitldr/train.jsonl": data_hash("train"), "papers": len(rows)},
        "weights": {
            name: round(float(weight), 6)
            for name, weight in zip(choice.FEATURES, fit(rows), strict=True)
        },
    }
    choice.WEIGHTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
