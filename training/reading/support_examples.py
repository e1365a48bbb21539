"""Makes the examples for training the judge of support: does the evidence support the claim?

Usage: python -m training.reading.support_examples OUT_FOLDER

Writes train.jsonl, dev.jsonl and test.jsonl in the format of `training.lora.train`. All claims
about the same evidence share one prefix. Each branch names its kind: `claim` (written, true) and
`claim:FAULT`, `answer` (a short answer with its evidence), `perturbed:CHANGE` (a true claim or
answer with one change), `other sentence` (a short answer with evidence that is about something
else), and `scifact:LABEL` for claims of SciFact, in train only.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.answering.replies import with_question
from assistant.answering.support import MAX_CLAIM, MAX_EVIDENCE, PROMPT, support_messages
from assistant.text.names import missing_facts
from assistant.text.numbers import numbers
from assistant.text.words import content_words
from training.questions import Abstract
from training.reading.check import lines
from training.reading.dataset import SHARED, Split, annotated_abstracts, split_of
from training.reading.perturbations import perturbations
from training.reading.perturbations.source import Source
from training.reading.tokenizer import Branch, Tokenizer

# Shares of the true answers and claims that also appear with a change, and of the short answers
# that also appear with evidence of something else.
_PERTURBED, _ELSEWHERE = 0.7, 0.33
# An answer that repeats a sentence with another one's words has to lack at least this many.
_MISSING_WORDS = 3
# Content words of a short answer that a second sentence has to add to be evidence, too.
_ADDED_WORDS = 3


@dataclass(frozen=True)
class Claim:
    """A claim about the evidence it is grouped with; `question` is what it answers, if anything."""

    text: str
    supported: bool
    kind: str
    question: str = ""

    @property
    def judged(self) -> str:
        """The claim as the product gives it to the judge."""
        return with_question(self.text, self.question)


@dataclass(frozen=True)
class Group:
    """The claims about one evidence."""

    split: Split
    title: str
    evidence: str
    claims: tuple[Claim, ...]


def groups(chooser: random.Random) -> Iterator[Group]:
    """The examples from the annotated abstracts."""
    abstracts = annotated_abstracts()
    for row in lines("annotations.jsonl"):
        abstract = abstracts[row["id"]]
        found = claims_by_evidence(abstract, row, chooser)
        for indices, claims in found.items():
            evidence = " ".join(abstract.sentences[index] for index in indices)
            short = [claim for claim in claims if len(claim.judged) <= MAX_CLAIM]
            # What is cut from the evidence could be what supports the claim.
            if short and len(evidence) <= MAX_EVIDENCE:
                chooser.shuffle(short)
                yield Group(split_of(row["id"]), abstract.title, evidence, tuple(short))


def claims_by_evidence(
    abstract: Abstract, row: dict[str, Any], chooser: random.Random
) -> dict[tuple[int, ...], list[Claim]]:
    """All claims about an abstract, by the sentences that they are about, in order."""
    found: defaultdict[tuple[int, ...], list[Claim]] = defaultdict(list)
    for one in row["claims"]:
        kind = f"claim:{one['fault']}" if one["fault"] else "claim"
        found[tuple(sorted(set(one["s"])))].append(Claim(one["claim"], one["ok"], kind))
    answers = []
    for one in row["questions"]:
        if one["a"] and (indices := evidence_of(abstract, one["a"], one["s"])):
            answers.append((Claim(one["a"], True, "answer", one["q"]), one["s"]))
            found[indices].append(answers[-1][0])
    for indices, claims in list(found.items()):
        evidence = " ".join(abstract.sentences[index] for index in indices)
        source = Source(evidence, abstract.title, " ".join(abstract.sentences))
        true = {claim.text for claim in claims if claim.supported}
        for claim in [one for one in claims if one.supported]:
            if chooser.random() >= _PERTURBED:
                continue
            for kind, text in perturbations(claim.text, source, chooser):
                if text not in true:
                    claims.append(Claim(text, False, f"perturbed:{kind}", claim.question))
                    break
    for answer, sentences in answers:
        if chooser.random() < _ELSEWHERE:
            other = other_sentence(abstract, answer.text, sentences)
            if other is not None:
                found[(other,)].append(replace(answer, supported=False, kind="other sentence"))
    return found


def evidence_of(abstract: Abstract, answer: str, sentences: Sequence[int]) -> tuple[int, ...]:
    """The sentences that support a short answer: the best one, with the second if it needs both.

    None of them if a number of the answer stands in neither: it then rests on something else.
    """
    best = abstract.sentences[sentences[0]]
    chosen = sentences[:1]
    if len(sentences) > 1:
        second = abstract.sentences[sentences[1]]
        known = f"{abstract.title} {best}"
        facts = len(missing_facts(answer, known)) - len(missing_facts(answer, f"{known} {second}"))
        words = (set(content_words(answer)) - set(content_words(known))) & set(
            content_words(second)
        )
        if facts > 0 or len(words) >= _ADDED_WORDS:
            chosen = sentences[:2]
    text = " ".join([abstract.title, *(abstract.sentences[index] for index in chosen)])
    if _missing_numbers(answer, text):
        return ()
    return tuple(sorted(set(chosen)))


def _missing_numbers(text: str, source: str) -> bool:
    given = {number.value for number in numbers(source)}
    return any(number.value not in given for number in numbers(text) if number.value != "1")


def other_sentence(abstract: Abstract, answer: str, sentences: Sequence[int]) -> int | None:
    """The sentence that is most like the answer but does not support it; None if unsure."""
    words = set(content_words(answer))
    title = set(content_words(abstract.title))
    right = set().union(*(content_words(abstract.sentences[index]) for index in sentences))
    ranked = []
    for index, sentence in enumerate(abstract.sentences):
        if index in sentences or len(sentence) > MAX_EVIDENCE or len(sentence.split()) < 5:
            continue
        shared = set(content_words(sentence))
        missing = (words & right) - shared - title
        if len(missing) >= _MISSING_WORDS or (
            missing and _missing_numbers(answer, f"{abstract.title} {sentence}")
        ):
            ranked.append((len(words & shared), -index))
    return -max(ranked)[1] if ranked else None


def scifact(folder: Path) -> Iterator[Group]:
    """The claims of SciFact's training part about abstracts that are not in dev or test."""
    corpus = {row["id"]: row for row in lines(folder / "corpus.jsonl")}
    found: defaultdict[tuple[str, tuple[int, ...]], list[Claim]] = defaultdict(list)
    for row in lines(folder / "claims_train.jsonl"):
        for one in row["evidence"]:
            if split_of(f"scifact:{one['doc_id']}") == "train":
                supported = one["label"] == "SUPPORT"
                kind = f"scifact:{one['label'].lower()}"
                found[one["doc_id"], tuple(sorted(one["sentences"]))].append(
                    Claim(row["claim"], supported, kind)
                )
    for (paper, indices), claims in found.items():
        evidence = " ".join(corpus[paper]["sentences"][index] for index in indices)
        if len(evidence) <= MAX_EVIDENCE:
            yield Group("train", corpus[paper]["title"], evidence, tuple(claims))


def counts(examples: Iterable[Group]) -> str:
    """A table of the claims by split, kind and truth."""
    rows = Counter(
        (one.split, claim.kind, claim.supported) for one in examples for claim in one.claims
    )
    return "\n".join(
        f"{split:6}{kind:24}{'yes' if supported else 'no':4}{count:6}"
        for (split, kind, supported), count in sorted(rows.items())
    )


def main() -> None:
    """Write the examples; print their counts and the ids of the choices."""
    parser = argparse.ArgumentParser(description="Make the examples of support.")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chooser = random.Random(0)
    examples = list(groups(chooser))
    if (SHARED / "scifact" / "claims_train.jsonl").is_file():
        examples += scifact(SHARED / "scifact")
    else:
        print(f"without SciFact's claims: there is no {SHARED / 'scifact'}")
    print(counts(examples))
    for supported in (True, False):
        total = sum(claim.supported is supported for one in examples for claim in one.claims)
        print("yes" if supported else "no", total)
    chooser.shuffle(examples)
    tokenizer = Tokenizer(PROMPT)
    written: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    tokens: Counter[str] = Counter()
    for one in examples:
        example = tokenizer.example(
            Branch(
                support_messages(tokenizer.prompt, one.title, one.evidence, claim.judged),
                claim.supported,
                claim.kind,
            )
            for claim in one.claims
        )
        tokens[one.split] += len(example["prefix"])
        tokens[one.split] += sum(len(branch["ids"]) for branch in example["branches"])
        if one.split != "train":
            claims = [{"claim": claim.text, "question": claim.question} for claim in one.claims]
            example |= {"title": one.title, "evidence": one.evidence, "claims": claims}
        written[one.split].append(json.dumps(example))
    for name, texts in written.items():
        (options.out / f"{name}.jsonl").write_text("\n".join(texts) + "\n", encoding="utf-8")
        print(f"{name}: {len(texts)} examples, {tokens[name]} tokens")
    print(f"--choices {tokenizer.yes},{tokenizer.no}")


if __name__ == "__main__":
    main()
