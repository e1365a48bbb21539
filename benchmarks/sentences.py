"""Quality of the sentence boundaries, on abstracts that were split by hand. Prints a table.

Usage: python -m benchmarks.sentences [--show] [--half tuning|held_out]

`sentences.jsonl` has one abstract a line, about 50 of each kind: `id`, `kind`, `half`, `joint` and
`sentences`. `joint` stands between sentences: a space, or nothing in Chinese and Japanese. A
language model split them by reading, without knowledge of the code. Abstracts in capitals are
SciFact's, set in capitals; `spaced` ones are SciTLDR's with a space before every mark; `scripts`
were written for this purpose in 22 languages; the others stand as published. Rules were written
with the tuning half alone.

A boundary is wrong if it is missed, or found where there is none.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.text.sentences import sentence_spans

FILE = Path(__file__).with_name("sentences.jsonl")
HALVES = ("tuning", "held_out")


@dataclass(frozen=True)
class SplitAbstract:
    """An abstract that was split by hand; `boundaries` are the ends of all sentences but one."""

    id: str
    kind: str
    half: str
    text: str
    boundaries: frozenset[int]

    @property
    def missed(self) -> list[int]:
        """Boundaries that are not found."""
        return sorted(self.boundaries - self._found)

    @property
    def invented(self) -> list[int]:
        """Places that are taken for boundaries."""
        return sorted(self._found - self.boundaries)

    @property
    def _found(self) -> frozenset[int]:
        return frozenset(end for _, end in sentence_spans(self.text)[:-1])


def abstracts() -> list[SplitAbstract]:
    """The abstracts of `sentences.jsonl`."""
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        text, ends = "", []
        for sentence in given["sentences"]:
            text += (given["joint"] if text else "") + sentence
            ends.append(len(text))
        found.append(
            SplitAbstract(given["id"], given["kind"], given["half"], text, frozenset(ends[:-1]))
        )
    return found


def row(label: str, some: Sequence[SplitAbstract]) -> str:
    """A line of the table for the abstracts `some`."""
    count = sum(len(one.boundaries) for one in some)
    missed = sum(len(one.missed) for one in some)
    invented = sum(len(one.invented) for one in some)
    wrong = f"{(missed + invented) / max(count, 1):.1%}"
    return f"| {label} | {len(some)} | {count} | {missed} | {invented} | {wrong} |"


def main() -> None:
    """Print the table, and with `--show` every wrong boundary in its surroundings."""
    parser = argparse.ArgumentParser(description="Measure the sentence boundaries.")
    parser.add_argument("--half", choices=HALVES, help="use one half of the abstracts alone")
    parser.add_argument("--show", action="store_true", help="print every wrong boundary")
    arguments = parser.parse_args()
    some = [one for one in abstracts() if arguments.half in (None, one.half)]
    if arguments.show:
        for one in some:
            for label, places in (("missed", one.missed), ("invented", one.invented)):
                for at in places:
                    before, after = one.text[max(0, at - 50) : at], one.text[at : at + 40]
                    print(f"{one.kind} {one.id} {label}: …{before}◆{after}…")
    print(
        "| kind | abstracts | boundaries | missed | invented | wrong |\n|---|---|---|---|---|---|"
    )
    for kind in dict.fromkeys(one.kind for one in some):
        print(row(kind, [one for one in some if one.kind == kind]))
    print(row("all", some))


if __name__ == "__main__":
    main()
