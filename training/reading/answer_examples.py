"""Turns the natural questions and their answers into token ids for training short answers.

Usage: python -m training.reading.answer_examples OUT_FOLDER

Writes train.jsonl, dev.jsonl and test.jsonl in the format of `training.lora.train`, with the
product's prompt. The evidence is what the product gives: the best answering sentence, and often one
more of the same abstract, so that the right words have to be chosen. In dev and test it is the best
sentence, or the best two if two answer. Their lines also have `question`, `kind`, `paper`, `title`,
`sentences` and `answer`.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from assistant.answering.short_answer import PROMPT, short_answer_messages
from training.questions import Abstract
from training.reading.dataset import (
    ReadingQuestion,
    annotated_abstracts,
    questions,
    split_of,
)
from training.reading.tokenizer import Tokenizer

# How often there is a second sentence of evidence: another answering one, or one that does not.
_SECOND_ANSWERING, _OTHER = 0.4, 0.35
# Yes or No decides the answer but is one token of twenty-five.
_WEIGHT_OF_YES_OR_NO = 4.0
# Characters of the longest evidence sentence that is learned from.
_MAX_SENTENCE = 420


def evidence(
    one: ReadingQuestion, abstract: Abstract, chooser: random.Random | None
) -> tuple[str, ...]:
    """The sentences of evidence in the order of the abstract; without a `chooser` the best two."""
    chosen = set(one.sentences[:2])
    if chooser is not None:
        if chooser.random() > _SECOND_ANSWERING:
            chosen = set(one.sentences[:1])
        others = [i for i in range(len(abstract.sentences)) if i not in one.sentences]
        if len(chosen) == 1 and others and chooser.random() < _OTHER:
            chosen.add(chooser.choice(others))
    return tuple(abstract.sentences[index] for index in sorted(chosen))


def main() -> None:
    """Write the examples."""
    parser = argparse.ArgumentParser(description="Make examples of short answers.")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(PROMPT)
    abstracts = annotated_abstracts()
    chooser = random.Random(0)
    lines: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    for one in questions():
        if not one.sentences:
            continue
        split, abstract = split_of(one.paper), abstracts[one.paper]
        sentences = evidence(one, abstract, chooser if split == "train" else None)
        if split == "train" and max(map(len, sentences)) > _MAX_SENTENCE:
            continue
        messages = short_answer_messages(tokenizer.prompt, abstract.title, sentences, one.text)
        first = _WEIGHT_OF_YES_OR_NO if one.kind == "yesno" else 1.0
        example = tokenizer.reply(messages, one.answer, first)
        if split != "train":
            example |= {
                "question": one.text,
                "kind": one.kind,
                "paper": one.paper,
                "title": abstract.title,
                "sentences": sentences,
                "answer": one.answer,
            }
        lines[split].append(json.dumps(example, ensure_ascii=False))
    chooser.shuffle(lines["train"])
    for name, examples in lines.items():
        (options.out / f"{name}.jsonl").write_text("\n".join(examples) + "\n", encoding="utf-8")
        print(name, len(examples))


if __name__ == "__main__":
    main()
