"""How far the check of claims can be trusted. Prints a table in Markdown.

Usage: python -m benchmarks.verification [--data FOLDER] [--no-meaning] [--show KIND]

The rules and weights of `assistant/verification/verifier.py` were chosen on the development half;
the kept-back half has other claims and papers. Without `--no-meaning` the check gets the cosine of
claim and cited sentences, as in use; that takes the embedder a minute or two.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering import Evidence
from assistant.library import StoredPaper
from assistant.models import open_embedder
from assistant.paper import Paper
from assistant.settings import load_settings
from assistant.verification.verifier import verify_claim
from benchmarks.verification_pairs import DATA, HALVES, KINDS, Pair, all_pairs


@dataclass(frozen=True)
class Checked:
    """A pair and what the check said."""

    pair: Pair
    passed: bool
    missing: tuple[str, ...]
    seconds: float


def evidence_of(pair: Pair) -> list[Evidence]:
    """The cited sentences of `pair` as evidence of one paper."""
    paper = Paper(title=pair.title or "Untitled", abstract=pair.abstract)
    stored = StoredPaper(1, paper.id, paper)
    found = []
    for sentence in pair.cited:
        start = pair.abstract.index(sentence)
        found.append(Evidence(stored, sentence, start, start + len(sentence), score=1.0))
    return found


def similarities(pairs: Sequence[Pair]) -> list[float]:
    """The cosine of the claim and its cited sentences, for each of `pairs`."""
    embedder = open_embedder(load_settings(), lambda note: print(note, file=sys.stderr))
    texts = list(dict.fromkeys(t for p in pairs for t in (p.claim, " ".join(p.cited))))
    vectors = embedder.embed(texts)
    at = {text: n for n, text in enumerate(texts)}
    return [float(vectors[at[p.claim]] @ vectors[at[" ".join(p.cited)]]) for p in pairs]


def check_all(pairs: Sequence[Pair], cosines: Sequence[float | None]) -> list[Checked]:
    """Check every pair, with the time it takes."""
    checked = []
    for pair, cosine in zip(pairs, cosines, strict=True):
        cited = evidence_of(pair)
        began = time.perf_counter()
        result = verify_claim(pair.claim, cited, similarity=cosine)
        seconds = time.perf_counter() - began
        checked.append(Checked(pair, result.supported, result.missing, seconds))
    return checked


def table(checked: Sequence[Checked]) -> list[str]:
    """The rows: how many of each kind pass, in each half, and what that comes to."""
    rows = [f"| pair | should pass | {' | '.join(f'{half}: passing' for half in HALVES)} |"]
    rows.append("|---|---|---:|---:|")
    for kind, wanted in KINDS.items():
        cells = [
            _share(
                [one.passed for one in checked if (one.pair.kind, one.pair.half) == (kind, half)]
            )
            for half in HALVES
        ]
        word = {True: "yes", False: "no", None: "in part"}[wanted]
        rows.append(f"| {kind} | {word} | {' | '.join(cells)} |")
    for label, wanted, only in (
        ("**unsupported that pass, all**", False, ""),
        ("**recall, all**", True, ""),
        ("**recall, claims written by people**", True, "claim"),
        ("**recall, extracts**", True, "extract"),
    ):
        cells = [
            _share([
                one.passed
                for one in checked
                if one.pair.half == half
                and one.pair.supported is wanted
                and one.pair.kind.startswith(only)
            ])
            for half in HALVES
        ]  # fmt: skip
        rows.append(f"| {label} | {'yes' if wanted else 'no'} | {' | '.join(cells)} |")
    cells = [
        _share([
            one.pair.supported is True
            for one in checked
            if one.passed and one.pair.half == half and one.pair.supported is not None
        ])
        for half in HALVES
    ]  # fmt: skip
    rows.append(f"| **precision, all** | | {' | '.join(cells)} |")
    return rows


def _share(values: Sequence[bool]) -> str:
    if not values:
        return "–"
    return f"{sum(values)} of {len(values)} ({100 * sum(values) / len(values):.1f}%)"


def main() -> None:
    """Check every pair and print."""
    parser = argparse.ArgumentParser(description="Measure the check of claims.")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--no-meaning", action="store_true", help="check without the embedder")
    parser.add_argument("--show", metavar="KIND", help="print what went wrong for a kind of pair")
    given = parser.parse_args()
    pairs = all_pairs(given.data)
    cosines: Sequence[float | None] = (
        [None] * len(pairs) if given.no_meaning else similarities(pairs)
    )
    checked = check_all(pairs, cosines)
    if given.show:
        for one in checked:
            wrong = one.passed is not one.pair.supported
            if given.show in one.pair.kind and one.pair.half == HALVES[0] and wrong:
                print(f"\n- {one.pair.claim}\n  {' / '.join(one.pair.cited)}\n  {one.missing}")
    print("\n".join(table(checked)))
    seconds = [one.seconds for one in checked]
    print(
        f"\nOne check: {1000 * statistics.median(seconds):.1f} ms in the middle, "
        f"{1000 * statistics.quantiles(seconds, n=100)[98]:.1f} ms for 99 of 100, "
        f"without the embedding."
    )


if __name__ == "__main__":
    main()
