"""Turns TL;DRs and titles into token ids for training the TL;DR adapter.

Usage: python -m training.tldr.tldr_examples OUT_FOLDER

Writes train.jsonl and dev.jsonl in the format of `training.lora.train`, with the product's prompt
and its choice of sentences. Training has the references of SciTLDR's training split, the TL;DRs of
`training/reading` (train part), and for SciTLDR's papers also the title as the reply to another
instruction: the published systems with the best ROUGE learned both. References that state what the
text does not, or are very short or long, are left out. Dev is SciTLDR's dev split.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from assistant.models.protocols import Message
from assistant.summarizing.generation import unsupported_parts
from assistant.summarizing.salience import salient_text
from training.reading.check import lines
from training.reading.dataset import annotated_abstracts, split_of
from training.reading.tokenizer import Tokenizer
from training.tldr.papers import examples

_MIN_WORDS, _MAX_WORDS = 6, 40
_TITLE_INSTRUCTION = "Write the title of the paper."
# Tokens of the longest example that is learned from.
_MAX_TOKENS = 700


def is_faithful(line: str, title: str, abstract: str) -> bool:
    """Whether a reference is of usual length and states nothing that its paper does not."""
    usual = _MIN_WORDS <= len(line.split()) <= _MAX_WORDS
    return usual and not unsupported_parts(line, f"{title}. {abstract}")


def main() -> None:
    """Write the examples and print their counts."""
    parser = argparse.ArgumentParser(description="Make examples of TL;DRs.")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer("tldr")
    made: dict[str, list[str]] = {"train": [], "dev": []}

    def add(split: str, messages: tuple[Message, ...], reply: str) -> None:
        example = tokenizer.reply(messages, reply)
        if len(example["prefix"]) <= _MAX_TOKENS:
            made[split].append(json.dumps(example))

    def summarize(split: str, title: str, abstract: str, line: str) -> None:
        text = salient_text(title, abstract)
        add(split, tokenizer.prompt.messages(title=title, abstract=text), line)

    for split in made:
        for one in examples(split):
            if split == "dev" or is_faithful(one.references[0], one.title, one.abstract):
                summarize(split, one.title, one.abstract, one.references[0])
            if split == "train":
                text = f"Abstract: {salient_text(one.title, one.abstract)}"
                messages = Message("system", _TITLE_INSTRUCTION), Message("user", text)
                add(split, messages, one.title)
    print("from SciTLDR:", {split: len(ones) for split, ones in made.items()})
    abstracts = annotated_abstracts()
    for row in lines("annotations.jsonl"):
        own = abstracts[row["id"]]
        if split_of(row["id"]) == "train" and is_faithful(row["tldr"], own.title, own.text):
            summarize("train", own.title, own.text, row["tldr"])
    random.Random(0).shuffle(made["train"])
    for split, ones in made.items():
        (options.out / f"{split}.jsonl").write_text("\n".join(ones) + "\n", encoding="utf-8")
        print(split, len(ones))


if __name__ == "__main__":
    main()
