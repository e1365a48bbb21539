"""Precision and recall of claim verification. Prints a table in Markdown.

Usage: python -m benchmarks.verification [--data FOLDER] [--show KIND]

The rules and weights of `assistant/verification/` were chosen on the development half; the
held-out half has other claims and papers.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering import Evidence
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.verification.verifier import verify_claim
from benchmarks.measuring import DATA
from benchmarks.verification_pairs import HALVES, KINDS, Pair, all_pairs


@dataclass(frozen=True)
class Checked:
    """A pair and the result of its verification."""

    pair: Pair
    passed: bool
    missing: tuple[str, ...]
    seconds: float


def evidence_of(pair: Pair) -> list[Evidence]:
    """The cited sentences of `pair` as evidence from one paper."""
    paper = Paper(title=pair.title or "Untitled", abstract=pair.abstract)
    stored = StoredPaper(1, paper.id, paper)
    evidence = []
    for sentence in pair.cited:
        start = pair.abstract.index(sentence)
        evidence.append(Evidence(stored, sentence, start, start + len(sentence), score=1.0))
    return evidence


def check_all(pairs: Sequence[Pair]) -> list[Checked]:
    """Verify every pair and measure the time."""
    checked = []
    for pair in pairs:
        cited = evidence_of(pair)
        start = time.perf_counter()
        result = verify_claim(pair.claim, cited)
        seconds = time.perf_counter() - start
        checked.append(Checked(pair, result.supported, result.missing, seconds))
    return checked


def table(checked: Sequence[Checked]) -> list[str]:
    """The rows: how many pairs of each kind pass in each half, and the totals."""

    def row(label: str, wanted: str, flag_of: Callable[[Checked], bool | None]) -> str:
        """A row of shares of true flags; None is not counted."""
        cells = []
        for half in HALVES:
            flags = [flag_of(one) for one in checked if one.pair.half == half]
            cells.append(_share([flag for flag in flags if flag is not None]))
        return f"| {label} | {wanted} | {' | '.join(cells)} |"

    rows = [f"| pair | should pass | {' | '.join(f'{half}: passing' for half in HALVES)} |"]
    rows.append("|---|---|---:|---:|")
    for kind, wanted in KINDS.items():
        word = {True: "yes", False: "no", None: "in part"}[wanted]
        rows.append(row(kind, word, lambda one, k=kind: one.passed if one.pair.kind == k else None))  # type: ignore[misc]
    for label, wanted, prefix in (
        ("**unsupported that pass, all**", False, ""),
        ("**recall, all**", True, ""),
        ("**recall, claims written by people**", True, "claim"),
        ("**recall, extracts**", True, "extract"),
    ):

        def passed(one: Checked, wanted: bool = wanted, prefix: str = prefix) -> bool | None:
            counted = one.pair.supported is wanted and one.pair.kind.startswith(prefix)
            return one.passed if counted else None

        rows.append(row(label, "yes" if wanted else "no", passed))
    rows.append(
        row("**precision, all**", "", lambda one: one.pair.supported if one.passed else None)
    )
    return rows


def _share(values: Sequence[bool]) -> str:
    if not values:
        return "–"
    return f"{sum(values)} of {len(values)} ({100 * sum(values) / len(values):.1f}%)"


def main() -> None:
    """Verify every pair and print the table."""
    parser = argparse.ArgumentParser(description="Measure claim verification.")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--show", metavar="KIND", help="print the errors for a kind of pair")
    arguments = parser.parse_args()
    checked = check_all(all_pairs(arguments.data))
    if arguments.show:
        for one in checked:
            wrong = one.passed is not one.pair.supported
            if arguments.show in one.pair.kind and one.pair.half == HALVES[0] and wrong:
                print(f"\n- {one.pair.claim}\n  {' / '.join(one.pair.cited)}\n  {one.missing}")
    print("\n".join(table(checked)))
    seconds = [one.seconds for one in checked]
    print(
        f"\nOne claim takes {1000 * statistics.median(seconds):.1f} ms (median), "
        f"{1000 * statistics.quantiles(seconds, n=100)[98]:.1f} ms (99th percentile)."
    )


if __name__ == "__main__":
    main()
