"""How often the rules of verification accept a claim about another thing, by kind of change.

Usage: python -m training.reading.measure_swaps [--part train] [--show KIND]

True claims and short answers of the dev part, and the sentences of its abstracts, each with one
modifier, version, unit or the like changed (`perturbations.modified`); the evidence stays the same.
`supported` and `not contradicted` should be 0 for them. For the true ones, the rules may not
contradict.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from assistant.answering.answer import Evidence
from assistant.answering.replies import without_reply
from assistant.library import StoredPaper
from assistant.paper import Paper
from assistant.verification import verify_claim
from training.questions import Abstract
from training.reading.check import lines
from training.reading.dataset import annotated_abstracts, split_of
from training.reading.perturbations.modified import definitions, swaps
from training.reading.perturbations.source import Source

_SEED = 19


class Case(NamedTuple):
    """A claim about sentences of an abstract; true ones have a kind that starts with `true`."""

    kind: str
    claim: str
    abstract: Abstract
    sentences: tuple[int, ...]


def cases(part: str) -> Iterator[Case]:
    """The true claims and answers of `part`, and the changed ones."""
    chooser = random.Random(_SEED)
    abstracts = annotated_abstracts()
    for row in lines("annotations.jsonl"):
        if split_of(row["id"]) != part:
            continue
        abstract = abstracts[row["id"]]
        true = [
            ("true answer", without_reply(q["a"]), tuple(q["s"][:2]))
            for q in row["questions"]
            if q["a"]
        ]
        true += [("true claim", c["claim"], tuple(c["s"])) for c in row["claims"] if c["ok"]]
        true += [
            ("true sentence", text, (n,))
            for n, text in enumerate(abstract.sentences)
            if len(text) < 500
        ]
        for kind, claim, sentences in true:
            yield Case(kind, claim, abstract, sentences)
            source = _source(abstract, sentences)
            for change, text in swaps(claim, source, chooser):
                yield Case(change, text, abstract, sentences)
        for n in range(len(abstract.sentences)):
            for claim, others in definitions(_source(abstract, (n,))):
                yield Case("true definition", claim, abstract, (n,))
                for text, _ in others:
                    yield Case("definition", text, abstract, (n,))


def _source(abstract: Abstract, sentences: tuple[int, ...]) -> Source:
    evidence = " ".join(abstract.sentences[n] for n in sentences)
    return Source(evidence, abstract.title, abstract.text)


def main() -> None:
    """Measure and print one line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="dev", choices=("train", "dev"))
    parser.add_argument("--show", default="", help="print the claims of this kind")
    options = parser.parse_args()
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for kind, claim, abstract, sentences in cases(options.part):
        paper = Paper(title=abstract.title or "Untitled", abstract=abstract.text, source="x")
        stored = StoredPaper(1, "x", paper)
        cited = []
        for n in sentences:
            text = abstract.sentences[n]
            start = max(paper.abstract.find(text), 0)
            cited.append(Evidence(stored, text, start, start + len(text), 1.0))
        result = verify_claim(claim, cited)
        found[kind].append((result.supported, result.contradicts))
        # Of the changed claims, those that pass; of the true ones, those that are contradicted.
        if options.show == kind and result.contradicts == kind.startswith("true"):
            text = " ".join(source.text for source in cited)
            print(
                f"{claim}\n   {result.missing} {result.supported}\n   {abstract.title} | {text}\n"
            )
    print("| | count | supported | not contradicted |\n|---|---|---|---|")
    for kind, results in found.items():
        supported = sum(one for one, _ in results) / len(results)
        accepted = sum(not other for _, other in results) / len(results)
        print(f"| {kind} | {len(results)} | {supported:.1%} | {accepted:.1%} |")


if __name__ == "__main__":
    main()
