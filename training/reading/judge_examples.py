"""Turns candidates into token ids for training the judge of sentences.

Usage: python -m training.reading.judge_examples CANDIDATES.jsonl OUT_FOLDER

Writes train.jsonl, dev.jsonl and test.jsonl in the format of `training.lora.train`. All sentences
of a question share one prefix (instruction and question), as in the product. Training has the
answering sentences and some others in random order; dev and test have the best `JUDGED` of the
product, in its order, and their lines are in the order of the candidates.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from assistant.answering.judge import PROMPT, relevance_messages
from assistant.answering.reader import JUDGED
from training.reading.tokenizer import Branch, Tokenizer

# Sentences for each question. Those that the product ranks highest are the hardest negatives.
_POSITIVES, _NEGATIVES = 2, 2
_NEGATIVES_OF_UNANSWERABLE = 3
_HARD = 6


def branches(row: dict[str, Any], chooser: random.Random) -> list[tuple[str, str, bool]]:
    """Title, sentence and truth of the sentences to learn from, or to evaluate with."""
    if row["split"] != "train":
        best = row["candidates"][:JUDGED]
        return [(one["title"], one["sentence"], one["answers"]) for one in best]
    right = [(one["title"], one["sentence"], True) for one in row["candidates"] if one["answers"]]
    right += [(one["title"], one["sentence"], True) for one in row["missed"]]
    wrong = [
        (one["title"], one["sentence"], False) for one in row["candidates"] if not one["answers"]
    ]
    hard = wrong[:_HARD]
    count = min(_NEGATIVES if right else _NEGATIVES_OF_UNANSWERABLE, len(hard))
    chosen = right[:_POSITIVES] + chooser.sample(hard, count)
    chooser.shuffle(chosen)
    return chosen


def main() -> None:
    """Write the examples and print the ids of the choices."""
    parser = argparse.ArgumentParser(description="Make the judge's examples.")
    parser.add_argument("candidates", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(PROMPT)
    chooser = random.Random(0)
    lines: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    with options.candidates.open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if chosen := branches(row, chooser):
                example = tokenizer.example(
                    Branch(relevance_messages(tokenizer.prompt, row["q"], title, sentence), answers)
                    for title, sentence, answers in chosen
                )
                lines[row["split"]].append(json.dumps(example))
    chooser.shuffle(lines["train"])
    for name, examples in lines.items():
        (options.out / f"{name}.jsonl").write_text("\n".join(examples) + "\n", encoding="utf-8")
        print(name, len(examples))
    print(f"--choices {tokenizer.yes},{tokenizer.no}")


if __name__ == "__main__":
    main()
