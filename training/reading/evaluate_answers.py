"""Compares short answers of an adapter with those of the annotators, given the right sentences.

Usage: python -m training.reading.evaluate_answers DEV.jsonl --adapter FILE [--support FILE]

The examples are those of `answer_examples`. Prints the mean F1 of words, how many answers state all
numbers and names of the annotator's answer, how many of the yes/no questions get the
right reply, how many answers have at most 25 words, and how many the checks accept: rules alone,
and with the judge of support. `--show` prints every answer.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answering.answer import Evidence
from assistant.answering.claim_check import ClaimCheck
from assistant.answering.generation import ModelTasks
from assistant.answering.judge import Judge
from assistant.answering.question import Question
from assistant.answering.short_answer import ADAPTER, MAX_TOKENS, PROMPT, short_answer_messages
from assistant.answering.support import ADAPTER as SUPPORT
from assistant.library import StoredPaper
from assistant.models.bundled_model import ADAPTERS, NAME, prepared_file
from assistant.models.engine import Engine
from assistant.models.protocols import GenerationRequest, Priority
from assistant.paper import Paper
from assistant.progress import NO_PROGRESS
from assistant.prompt import Prompt
from assistant.settings import load_settings
from assistant.text.names import missing_facts
from assistant.verification import verify_claim

_MAX_WORDS = 25
_SLOTS = 8


def words(text: str) -> list[str]:
    """Lower-case words without punctuation at their ends."""
    stripped = (word.strip(".,;:!?()[]\"'“”").lower() for word in text.split())
    return [word for word in stripped if word]


def word_f1(one: str, other: str) -> float:
    """F1 of the words that two texts have in common."""
    left, right = Counter(words(one)), Counter(words(other))
    common = sum((left & right).values())
    return 2 * common / max(1, sum(left.values()) + sum(right.values()))


def reply(answer: str) -> str:
    """Yes or no, if the answer starts with it."""
    return answer.split(",")[0].lower()


def evidence(row: dict[str, Any]) -> list[Evidence]:
    """The sentences of an example as evidence of one paper."""
    abstract = " ".join(row["sentences"])
    stored = StoredPaper(1, "text:1", Paper(title=row["title"], abstract=abstract))
    found, start = [], 0
    for sentence in row["sentences"]:
        found.append(Evidence(stored, sentence, start, start + len(sentence), 1.0))
        start += len(sentence) + 1
    return found


def main() -> None:
    """Write the answers and print the table."""
    parser = argparse.ArgumentParser(description="Evaluate short answers.")
    parser.add_argument("examples", type=Path)
    parser.add_argument("--adapter", type=Path, default=ADAPTERS.get(ADAPTER))
    parser.add_argument("--support", type=Path, default=ADAPTERS.get(SUPPORT))
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    with options.examples.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = random.Random(0).sample(rows, min(options.count, len(rows)))
    settings = load_settings()
    adapters = {ADAPTER: options.adapter}
    if options.support:
        adapters[SUPPORT] = options.support
    model = Engine(
        prepared_file(settings.cache, settings.threads, print),
        name=NAME,
        context=settings.context,
        slots=_SLOTS,
        threads=settings.threads,
        adapters=adapters,
    )
    prompt = Prompt.load(PROMPT)
    streams = [
        model.generate(
            GenerationRequest(
                short_answer_messages(prompt, row["title"], row["sentences"], row["question"]),
                max_tokens=MAX_TOKENS,
                adapter=ADAPTER,
                priority=Priority.BATCH,
            )
        )
        for row in rows
    ]
    check = ClaimCheck(model, ModelTasks(model, None), Judge(model), None)
    figures: dict[str, list[float]] = {}
    for row, stream in zip(rows, streams, strict=True):
        written = "".join(stream).strip()
        right = row["answer"]
        sources = evidence(row)
        question = Question.parse(row["question"])
        checked = check.checked(written, sources, question, NO_PROGRESS)
        own = check.checked(right, sources, question, NO_PROGRESS)
        values = {
            "word F1": word_f1(written, right),
            "states the numbers and names": not missing_facts(right, written),
            "at most 25 words": len(written.split()) <= _MAX_WORDS,
            "rules accept": verify_claim(written, sources, question.text).supported,
            "check accepts": checked is not None,
            "check accepts the annotator's": own is not None,
        }
        if row["kind"] == "yesno":
            values["yes or no as written"] = reply(written) == reply(right)
            if checked is not None:
                values["yes or no as shown"] = reply(checked) == reply(right)
        for name, value in values.items():
            figures.setdefault(name, []).append(float(value))
        if options.show:
            accepted = "+" if values["check accepts"] else "-"
            print(f"{row['kind']}: {row['question']}\n  {accepted} {written}\n  = {right}")
    for name, ones in figures.items():
        print(f"{name}: {np.mean(ones):.3f} ({len(ones)})")
    model.close()


if __name__ == "__main__":
    main()
