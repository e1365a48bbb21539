"""Validate the annotations and print how many there are of each kind.

Usage: python -m training.reading.check
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ANSWERABLE = frozenset(
    ("number", "name", "yesno", "how", "why", "finding", "definition", "aim", "condition")
)
UNANSWERABLE = frozenset(("unsaid", "near", "swapped"))
STYLES = frozenset(("named", "described", "vague"))
FAULTS = frozenset(
    (
        "number", "unit", "direction", "negation", "swap", "entity", "scope", "strength",
        "relation", "added",
    )
)  # fmt: skip
# Words of a TL;DR.
SHORTEST, LONGEST = 12, 28
_REFERS_TO_ITSELF = (" we ", " our ", " this paper", " this study", " the authors")


def lines(name: str | Path) -> list[dict[str, Any]]:
    """The objects of one of the two files, or of a JSON lines file elsewhere."""
    with (FOLDER / name).open(encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


def faults_of(annotation: dict[str, Any], sentences: int) -> Iterator[str]:
    """What is wrong with the annotation of an abstract with this number of sentences."""
    words = len(annotation["tldr"].split())
    if not SHORTEST <= words <= LONGEST:
        yield f"the TL;DR has {words} words"
    if any(phrase in f" {annotation['tldr'].lower()} " for phrase in _REFERS_TO_ITSELF):
        yield "the TL;DR refers to its own paper"
    for question in annotation["questions"]:
        kind, text = question["kind"], question["q"]
        if kind not in ANSWERABLE | UNANSWERABLE or question["style"] not in STYLES:
            yield f"unknown kind or style: {text}"
        if not (kind in ANSWERABLE) == bool(question["s"]) == bool(question["a"]):
            yield f"kind, sentences and answer contradict each other: {text}"
        if any(not 0 <= index < sentences for index in question["s"]):
            yield f"no such sentence: {text}"
        if kind == "yesno" and not question["a"].startswith(("Yes", "No")):
            yield f"neither Yes nor No: {text}"
    for claim in annotation["claims"]:
        if claim["ok"] == bool(claim["fault"]) or claim["fault"] not in FAULTS | {""}:
            yield f"truth and fault contradict each other: {claim['claim']}"
        if not claim["s"] or any(not 0 <= index < sentences for index in claim["s"]):
            yield f"no such sentence: {claim['claim']}"


def main() -> int:
    """Print faults and counts; return the number of faults."""
    sentences = {
        abstract["id"]: len(abstract["sentences"]) for abstract in lines("abstracts.jsonl")
    }
    annotations = lines("annotations.jsonl")
    faults = 0
    for annotation in annotations:
        for fault in faults_of(annotation, sentences[annotation["id"]]):
            faults += 1
            print(f"{annotation['id']}: {fault}")
    questions = [question for one in annotations for question in one["questions"]]
    claims = [claim for one in annotations for claim in one["claims"]]
    print(f"{len(annotations)} abstracts, {len(questions)} questions, {len(claims)} claims")
    print(f"answerable: {sum(question['kind'] in ANSWERABLE for question in questions)}")
    print("kinds:", dict(Counter(question["kind"] for question in questions).most_common()))
    print("faults:", dict(Counter(claim["fault"] or "true" for claim in claims).most_common()))
    return faults


if __name__ == "__main__":
    sys.exit(bool(main()))
