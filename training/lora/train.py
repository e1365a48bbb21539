"""Trains a LoRA adapter for the bundled model.

Usage: python -m training.lora.train EXAMPLES OUT.gguf [options]; see `--help`.

`EXAMPLES` is a JSON lines file: {"prefix": [ids], "branches": [{"ids": [ids], "target": [ids]}]}.
Every branch is a text of its own: the prefix, its ids, then the target, whose tokens alone are
learned. Branches of one example share the computation of the prefix. With `--choices A,B` each
target is a single token, and what is learned is its probability relative to the others. A branch
can have `weights`, one for each token of the target, instead of 1 for all.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from training.lora.network import Network

Example = dict[str, Any]
# Examples that are sorted by length together, in batches; the order of batches is random.
_BUCKET = 16


def length(example: Example) -> int:
    """Tokens of an example."""
    branches = sum(len(one["ids"]) + len(one["target"]) - 1 for one in example["branches"])
    return len(example["prefix"]) + branches


def read(path: Path) -> list[Example]:
    """The examples of a file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def pack(batch: Sequence[Example]) -> tuple[tuple[Tensor, ...], Tensor, Tensor]:
    """The arguments of `Network.forward`, the target at each wanted place, and its weight."""
    longest = -(-max(map(length, batch)) // 8) * 8
    shape = (len(batch), longest)
    ids, positions = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    # 0 is the prefix, other numbers are branches; padding is -1 and sees itself alone.
    owner = torch.full(shape, -1)
    wanted = torch.zeros(shape, dtype=torch.bool)
    targets: list[int] = []
    weights: list[float] = []
    for row, example in enumerate(batch):
        start = end = len(example["prefix"])
        ids[row, :end] = torch.tensor(example["prefix"])
        positions[row, :end] = torch.arange(end)
        owner[row, :end] = 0
        for number, branch in enumerate(example["branches"], start=1):
            tokens = branch["ids"] + branch["target"][:-1]
            place = slice(end, end + len(tokens))
            ids[row, place] = torch.tensor(tokens)
            positions[row, place] = torch.arange(start, start + len(tokens))
            owner[row, place] = number
            end += len(tokens)
            wanted[row, end - len(branch["target"]) : end] = True
            targets += branch["target"]
            weights += branch.get("weights") or [1.0] * len(branch["target"])
    causal = torch.ones(longest, longest, dtype=torch.bool).tril()
    same = (owner[:, :, None] == owner[:, None, :]) | (owner[:, None, :] == 0)
    mask = (same & causal) | torch.eye(longest, dtype=torch.bool)
    inputs = ids, positions, mask[:, None], wanted
    return inputs, torch.tensor(targets), torch.tensor(weights)


class Trainer:
    """A network with its choices, its loss and its batches."""

    def __init__(self, network: Network, choices: Sequence[int], size: int, seed: int) -> None:
        """Train `network` in batches of `size` examples."""
        self.network, self._size = network, size
        self._choices = torch.tensor(choices) if choices else None
        self._random = random.Random(seed)

    def logits(self, batch: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (of the choices, or of the vocabulary), targets as column numbers, weights."""
        inputs, targets, weights = pack(batch)
        table = self.network.embeddings
        if self._choices is not None:
            table = table[self._choices]
            targets = (targets[:, None] == self._choices).int().argmax(dim=1)
        return F.linear(self.network(*inputs), table).float(), targets, weights

    def epoch(self, examples: Sequence[Example]) -> Iterator[list[Example]]:
        """All examples once, in batches of similar length."""
        order = list(examples)
        self._random.shuffle(order)
        batches = []
        for start in range(0, len(order), self._size * _BUCKET):
            bucket = sorted(order[start : start + self._size * _BUCKET], key=length)
            batches += [bucket[i : i + self._size] for i in range(0, len(bucket), self._size)]
        self._random.shuffle(batches)
        yield from batches

    @torch.no_grad()
    def evaluate(self, examples: Sequence[Example]) -> tuple[float, float]:
        """Mean loss and share of right tokens."""
        loss, right, count = 0.0, 0, 0
        for start in range(0, len(examples), self._size):
            logits, targets, _ = self.logits(examples[start : start + self._size])
            loss += F.cross_entropy(logits, targets, reduction="sum").item()
            right += int((logits.argmax(dim=1) == targets).sum())
            count += len(targets)
        return loss / count, right / count


def main() -> None:
    """Train, report, write checkpoints."""
    parser = argparse.ArgumentParser(description="Train a LoRA adapter.")
    parser.add_argument("examples", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="GGUF file of the model")
    parser.add_argument("--dev", type=Path, help="examples to report on")
    parser.add_argument("--start", type=Path, help="adapter to start from")
    parser.add_argument(
        "--choices", type=lambda text: [int(i) for i in text.split(",")], default=[]
    )
    parser.add_argument("--name", default="LoRA adapter for SmolLM2-135M-Instruct")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=5e-4, help="highest learning rate")
    parser.add_argument("--batch", type=int, default=8, help="examples in a batch")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=float, default=32.0)
    parser.add_argument("--first", type=int, default=8, help="lowest layer that is trained")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=int, default=100, help="steps between checkpoints")
    parser.add_argument("--skip", type=int, default=0, help="steps of an interrupted run")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    network = Network(options.base, rank=options.rank, alpha=options.alpha, first=options.first)
    if options.start:
        network.load_adapter(options.start)
    trainer = Trainer(network, options.choices, options.batch, options.seed)
    examples = read(options.examples)
    dev = read(options.dev)[:100] if options.dev else []
    steps = math.ceil(len(examples) * options.epochs / options.batch)
    warm = max(5, steps // 20)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.01, betas=(0.9, 0.98))
    print(f"{len(examples)} examples, {steps} steps", flush=True)
    if dev:
        print("dev before: loss {:.4f}, right {:.3f}".format(*trainer.evaluate(dev)), flush=True)
    batches: Iterator[list[Example]] = iter(())
    losses: list[float] = []
    began = time.monotonic()
    tokens = 0
    for step in range(1, steps + 1):
        batch = next(batches, None)
        if batch is None:
            batches = trainer.epoch(examples)
            batch = next(batches)
        if step <= options.skip:
            continue
        cosine = 0.5 * (1 + math.cos(math.pi * step / steps)) * 0.98 + 0.02
        again = min(1, (step - options.skip) / warm)
        for group in optimizer.param_groups:
            group["lr"] = options.rate * again * cosine
        logits, targets, weights = trainer.logits(batch)
        loss = weights @ F.cross_entropy(logits, targets, reduction="none") / weights.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        tokens += sum(map(length, batch))
        if step % 10 == 0 or step == steps:
            mean = sum(losses[-50:]) / len(losses[-50:])
            rate = tokens / (time.monotonic() - began)
            print(f"step {step}/{steps}: loss {mean:.4f}, {rate:.0f} tokens/s", flush=True)
        if step % options.checkpoint == 0 or step == steps:
            network.export_adapter(options.out, options.name, options.alpha)
            if dev:
                figures = trainer.evaluate(dev)
                print("dev: loss {:.4f}, right {:.3f}".format(*figures), flush=True)
    print(f"{(time.monotonic() - began) / 60:.0f} minutes", flush=True)


if __name__ == "__main__":
    main()
