"""Whether the judge of support could decide about TL;DRs that the rules of verification reject.

Usage: python -m training.tldr.measure_judge [--adapter FILE]

`read_lines.jsonl` has lines of the TL;DR adapter that the rules reject, but not for numbers or
names. Each was compared with its abstract: `right` is whether the abstract states all of it. `part`
is `dev` for all such lines of 360 papers of dev parts, and `accepted` for lines of 182 other papers
that the judge accepted when it was tried. The judge reads each line with the sentence of the
abstract that has most of it, and with the two that have most. Printed are how often it ranks a
right line above a wrong one, and the shares of both that it accepts.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.support import ADAPTER, SupportJudge
from assistant.models.bundled_model import ADAPTERS, NAME, prepared_file
from assistant.models.engine import Engine
from assistant.progress import NO_PROGRESS
from assistant.settings import load_settings
from assistant.text.sentences import sentences
from assistant.verification import supported_parts
from training.questions import Abstract
from training.reading.dataset import library_abstracts
from training.tldr.papers import examples

READ = Path(__file__).with_name("read_lines.jsonl")
_CONTEXT = 1024
_THRESHOLDS = np.arange(0.0, 6.1, 1.0)


def abstracts() -> dict[str, Abstract]:
    """The abstracts of the lines by id: SciTLDR's dev split and the other shared data sets."""
    found = {
        f"scitldr-dev:{one.id}": Abstract(one.id, one.title, tuple(sentences(one.abstract)))
        for one in examples("dev")
    }
    return library_abstracts() | found


def closest(line: str, abstract: tuple[str, ...], count: int) -> str:
    """The `count` sentences with most of `line`, each with something new of it, in their order."""
    chosen: list[int] = []
    known: frozenset[str] = frozenset()
    parts = [supported_parts(line, sentence) for sentence in abstract]
    for _ in range(count):
        best = max(range(len(parts)), key=lambda index: len(parts[index] - known))
        if chosen and not parts[best] - known:
            break
        chosen.append(best)
        known |= parts[best]
    return " ".join(abstract[index] for index in sorted(chosen))


def report(odds: list[float], rows: list[dict[str, Any]]) -> None:
    """Print the ranking and the accepted shares."""
    for part in ("dev", "accepted"):
        chosen = [(n, row["right"]) for n, row in enumerate(rows) if row["part"] == part]
        good = np.array([odds[n] for n, right in chosen if right])
        bad = np.array([odds[n] for n, right in chosen if not right])
        ranked = np.mean(good[:, None] > bad)
        print(f"  {part}: {len(good)} right, {len(bad)} wrong; pairs ranked rightly: {ranked:.3f}")
        for at in _THRESHOLDS:
            accepted = f"right {np.mean(good >= at):.2f}, wrong {np.mean(bad >= at):.2f}"
            print(f"    log odds of at least {at:.0f}: {accepted}", flush=True)


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description="Measure the judge on TL;DRs.")
    parser.add_argument("--adapter", type=Path, default=ADAPTERS[ADAPTER])
    options = parser.parse_args()
    settings = load_settings()
    model = Engine(
        prepared_file(settings.cache, settings.threads, print),
        name=NAME,
        context=_CONTEXT,
        slots=1,
        threads=settings.threads,
        adapters={ADAPTER: options.adapter},
    )
    judge = SupportJudge(model)
    by_id = abstracts()
    with READ.open(encoding="utf-8") as file:
        rows = [json.loads(text) for text in file]
    for count, name in ((1, "best sentence"), (2, "best two sentences")):
        odds = []
        for row in rows:
            paper = by_id[row["paper"]]
            evidence = closest(row["line"], paper.sentences, count)
            odds += judge.log_odds(paper.title, evidence, [row["line"]], NO_PROGRESS)
        print(name, flush=True)
        report(odds, rows)
    model.close()


if __name__ == "__main__":
    main()
