"""The papers of SciTLDR with their reference TL;DRs, and ROUGE against these."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.text.sanitizing import sanitized

SCITLDR = Path(__file__).resolve().parents[3] / "shared" / "data" / "scitldr"


@dataclass(frozen=True)
class Example:
    """A paper and its reference TL;DRs: one (train) or several (dev)."""

    id: str
    title: str
    abstract: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Rouge:
    """F1 of unigrams, bigrams and the longest common subsequence, each from 0 to 1."""

    one: float
    two: float
    longest: float


def examples(split: str, folder: Path = SCITLDR) -> list[Example]:
    """The papers of `split`: train or dev."""
    with (folder / f"{split}.jsonl").open(encoding="utf-8") as file:
        return [_example(json.loads(line)) for line in file]


def data_hash(split: str, folder: Path = SCITLDR) -> str:
    """SHA-256 of the file that `examples` reads."""
    return hashlib.sha256((folder / f"{split}.jsonl").read_bytes()).hexdigest()


def _example(record: dict[str, Any]) -> Example:
    return Example(
        id=record["paper_id"],
        title=sanitized(record["title"]),
        abstract=" ".join(sanitized(sentence) for sentence in record["source"]),
        references=tuple(sanitized(target) for target in record["target"]),
    )


@lru_cache(maxsize=1)
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)


def rouge(line: str, references: Sequence[str]) -> Rouge:
    """ROUGE of `line` against the reference with the highest ROUGE-1."""
    scores = [_scorer().score(reference, line) for reference in references]
    best = max(scores, key=lambda score: score["rouge1"].fmeasure)
    return Rouge(*(float(best[name].fmeasure) for name in ("rouge1", "rouge2", "rougeL")))
