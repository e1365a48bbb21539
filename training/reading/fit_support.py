"""Combines the judge of support with the rules; writes `assistant/answering/support.json`.

Usage: python -m training.reading.fit_support DEV.jsonl SCORES.json [TEST.jsonl SCORES.json]

The examples are those of `support_examples`, the scores those of `training.lora.score`. A claim is
accepted if the rules accept it and the judge does not object (log odds of at least `objection`), or
if no rule about facts rejects it and the judge is sure (log odds of at least `sure`). Both
thresholds are chosen on dev, so that as many true claims as possible are accepted and at most
`FALSE_ACCEPTED` of the false ones; the test part is only measured.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.answering.answer import Evidence
from assistant.answering.replies import without_reply
from assistant.answering.support import PROMPT, SUPPORT_FILE, Thresholds
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.verification import verify_claim
from training.reading.tokenizer import Tokenizer

# The share of the written false claims that may be accepted.
FALSE_ACCEPTED = 0.02
_SURE = np.arange(-1.0, 7.01, 0.25)
_OBJECTIONS = np.arange(-7.0, 2.01, 0.5)


@dataclass(frozen=True)
class Judged:
    """A claim with the judge's log odds and what the rules say.

    `contradicts` is whether a rule about facts rejects it.
    """

    kind: str
    true: bool
    odds: float
    rules: bool
    contradicts: bool

    def accepted(self, thresholds: Thresholds) -> bool:
        """Whether the claim passes both."""
        return thresholds.accepts(self.odds, rules=self.rules, contradicts=self.contradicts)


def read(examples: Path, scores: Path) -> list[Judged]:
    """The claims of `examples` with their scores."""
    judged = []
    yes = Tokenizer(PROMPT).yes
    with examples.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row, odds in zip(rows, json.loads(scores.read_text(encoding="utf-8")), strict=True):
        paper = Paper(title=row["title"], abstract=row["evidence"])
        source = Evidence(
            StoredPaper(1, "text:1", paper), row["evidence"], 0, len(row["evidence"]), 1.0
        )
        for branch, claim, value in zip(row["branches"], row["claims"], odds, strict=True):
            found = verify_claim(without_reply(claim["claim"]), [source], claim["question"])
            true = branch["target"] == [yes]
            judged.append(Judged(branch["kind"], true, value, found.supported, found.contradicts))
    return judged


def share(judged: Sequence[Judged], thresholds: Thresholds, prefix: str, *, true: bool) -> float:
    """The accepted share of the claims whose kind starts with `prefix`."""
    chosen = [one for one in judged if one.kind.startswith(prefix) and one.true is true]
    return float(np.mean([one.accepted(thresholds) for one in chosen])) if chosen else 0.0


def choose(judged: Sequence[Judged]) -> Thresholds:
    """The thresholds that accept most true answers and claims, at `FALSE_ACCEPTED` false ones."""
    found: list[tuple[float, Thresholds]] = []
    for sure in _SURE:
        for objection in _OBJECTIONS:
            one = Thresholds(float(sure), float(objection))
            if share(judged, one, "claim", true=False) <= FALSE_ACCEPTED:
                accepted = share(judged, one, "answer", true=True)
                accepted += share(judged, one, "claim", true=True)
                found.append((accepted, one))
    return max(found, key=lambda pair: pair[0])[1]


def report(name: str, judged: Sequence[Judged], thresholds: Thresholds) -> None:
    """Print the accepted share of each kind: rules alone, judge alone, both; then the curve."""
    print(f"{name}: {thresholds}")
    kinds: defaultdict[tuple[bool, str], list[Judged]] = defaultdict(list)
    for one in judged:
        kinds[not one.true, one.kind].append(one)
        kinds[not one.true, f"{one.kind.split(':')[0]}, all"].append(one)
    for (false, kind), ones in sorted(kinds.items()):
        rules = np.mean([one.rules for one in ones])
        judge = np.mean([one.odds >= thresholds.sure for one in ones])
        both = np.mean([one.accepted(thresholds) for one in ones])
        vetoed = np.mean([one.contradicts for one in ones])
        print(
            f"  {'false' if false else 'true':6}{kind:26}{len(ones):6}  rules {rules:.3f}"
            f"  sure {judge:.3f}  both {both:.3f}  contradicts facts {vetoed:.3f}"
        )
    for sure in _SURE[::2]:
        point = Thresholds(float(sure), thresholds.objection)
        figures = (
            share(judged, point, "answer", true=True),
            share(judged, point, "claim", true=True),
            share(judged, point, "claim", true=False),
            share(judged, point, "perturbed", true=False),
            share(judged, point, "other", true=False),
        )
        print(f"  sure {sure:5.2f}: " + " ".join(f"{figure:.3f}" for figure in figures))


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description="Fit the check of claims.")
    parser.add_argument("dev", type=Path, nargs=2)
    parser.add_argument("test", type=Path, nargs="*")
    options = parser.parse_args()
    dev = read(*options.dev)
    thresholds = choose(dev)
    report("dev", dev, thresholds)
    if options.test:
        report("test", read(*options.test), thresholds)
    stored = {"sure": thresholds.sure, "objection": thresholds.objection}
    SUPPORT_FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
