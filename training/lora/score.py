"""Scores the branches of examples with an adapter.

Usage: python -m training.lora.score EXAMPLES OUT.json --base FILE --adapter FILE --choices YES,NO

OUT is a list with one list for each example: the difference of the logits of the two choices at the
target of each branch.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from training.lora.network import Network
from training.lora.train import Trainer, length, read


def main() -> None:
    """Score and write."""
    parser = argparse.ArgumentParser(description="Score branches with an adapter.")
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, required=True)
    parser.add_argument("--choices", type=lambda text: [int(i) for i in text.split(",")])
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=float, default=32.0)
    parser.add_argument("--first", type=int, default=8)
    parser.add_argument("--batch", type=int, default=8)
    options = parser.parse_args()
    network = Network(options.base, rank=options.rank, alpha=options.alpha, first=options.first)
    network.load_adapter(options.adapter)
    trainer = Trainer(network, options.choices, options.batch, seed=0)
    examples = read(options.examples)
    order = sorted(range(len(examples)), key=lambda row: length(examples[row]))
    scores: list[list[float]] = [[] for _ in examples]
    with torch.no_grad():
        for start in range(0, len(order), options.batch):
            rows = order[start : start + options.batch]
            logits, _, _ = trainer.logits([examples[row] for row in rows])
            values = iter((logits[:, 0] - logits[:, 1]).tolist())
            for row in rows:
                scores[row] = [round(next(values), 3) for _ in examples[row]["branches"]]
    options.out.write_text(json.dumps(scores), encoding="utf-8")


if __name__ == "__main__":
    main()
