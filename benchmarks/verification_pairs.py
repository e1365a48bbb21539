"""Pairs of a claim and its cited sentences, each labelled as supported or not.

There are two sets, both deterministic. The claims of SciFact were written by people from citations
in other papers; their rationales and labels are used unchanged. The second set is closer to what a
small model writes: sentences of abstracts, shortened so that they stay true, and the same with
exactly one error. The halves, development and held-out, have different claims and papers.
"""

from __future__ import annotations

import json
import math
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.text.words import content_words
from benchmarks.measuring import DATA
from benchmarks.perturbations import (
    PERTURBATIONS,
    capitalized,
    shortened,
    split_subject,
    with_subject,
)

SEED = 20_24
# Maximum number of pairs of one kind in one half.
MAX_PAIRS = 150
HALVES = ("development", "held out")

# Kinds of pairs and whether they are supported; None is not counted.
KINDS: dict[str, bool | None] = {
    "claim, its supporting rationale": True,
    "claim, its contradicting rationale": False,
    "claim, a near rationale of another abstract": False,
    "claim without evidence, best sentence of its abstract": False,
    "claim, most similar other sentence of its abstract": None,
    "extract: whole sentence": True,
    "extract: shortened": True,
    "extract: shortened and reworded": True,
    "extract: cited with a second sentence": True,
    "number changed": False,
    "numbers swapped": False,
    "unit changed": False,
    "direction turned": False,
    "negation added": False,
    "negation removed": False,
    "names swapped": False,
    "comparison turned": False,
    "respectively permuted": False,
    "subject of another sentence": False,
    "hedge removed": False,
    "quantifier strengthened": False,
    "clauses mixed": False,
    "two cited sentences mixed": False,
}


@dataclass(frozen=True)
class Pair:
    """A claim, its cited sentences, and the title and abstract of their paper."""

    kind: str
    half: str
    claim: str
    cited: tuple[str, ...]
    title: str
    abstract: str

    @property
    def supported(self) -> bool | None:
        """Whether the sentences support the claim."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class _Abstract:
    id: str
    title: str
    sentences: tuple[str, ...]


@dataclass
class _Index:
    """Sentences that are compared with a claim by their common words, weighted by idf."""

    words: list[frozenset[str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, sentences: Iterable[str]) -> _Index:
        index = cls([frozenset(content_words(sentence)) for sentence in sentences])
        for words in index.words:
            index.counts.update(words)
        return index

    def similarity(self, claim: frozenset[str], at: int) -> float:
        return sum(
            math.log(1 + len(self.words) / self.counts[word]) for word in claim & self.words[at]
        ) / math.sqrt(1 + len(self.words[at]))


def all_pairs(data: Path = DATA) -> list[Pair]:
    """Every pair of both sets."""
    return [*scifact_pairs(data), *extract_pairs(data)]


def half_of(key: str) -> str:
    """The half of everything that is derived from the claim or paper `key`."""
    return HALVES[zlib.crc32(key.encode()) % 2]


# --- SciFact -------------------------------------------------------------------------------------


def scifact_pairs(data: Path = DATA) -> list[Pair]:
    """Claims of SciFact with their rationales, and with other sentences."""
    corpus = {abstract.id: abstract for abstract in _scifact_corpus(data)}
    claims = _lines(data / "scifact" / "claims_train.jsonl")
    rationales = [
        (evidence["doc_id"], tuple(evidence["sentences"]))
        for claim in claims
        for evidence in claim["evidence"]
    ]
    texts = [" ".join(_sentences(corpus[doc], at)) for doc, at in rationales]
    index = _Index.of(texts)
    pairs: list[Pair] = []
    for claim in claims:
        text, half = claim["claim"], half_of(f"claim {claim['id']}")
        words = frozenset(content_words(text))

        def add(kind: str, doc: str, at: Sequence[int], text: str = text, half: str = half) -> None:
            abstract = corpus[doc]
            pairs.append(_pair(kind, half, text, abstract, _sentences(abstract, at)))

        for evidence in claim["evidence"]:
            doc, at = evidence["doc_id"], evidence["sentences"]
            label = "contradicting" if evidence["label"] == "CONTRADICT" else "supporting"
            add(f"claim, its {label} rationale", doc, at)
            rationale = {n for e in claim["evidence"] if e["doc_id"] == doc for n in e["sentences"]}
            other = _nearest(words, corpus[doc].sentences, without=rationale)
            if other is not None:
                add("claim, most similar other sentence of its abstract", doc, [other])
        own = {*claim["cited_doc_ids"], *(evidence["doc_id"] for evidence in claim["evidence"])}
        best = max(
            (n for n, (doc, _) in enumerate(rationales) if doc not in own),
            key=lambda n: index.similarity(words, n),
        )
        add("claim, a near rationale of another abstract", *rationales[best])
        if not claim["evidence"]:
            doc = claim["cited_doc_ids"][0]
            sentence = _nearest(words, corpus[doc].sentences)
            if sentence is not None:
                add("claim without evidence, best sentence of its abstract", doc, [sentence])
    return pairs


def _nearest(
    words: frozenset[str], sentences: Sequence[str], without: Iterable[int] = ()
) -> int | None:
    remaining = [n for n in range(len(sentences)) if n not in set(without)]
    index = _Index.of(sentences)
    return max(remaining, key=lambda n: index.similarity(words, n), default=None)


def _sentences(abstract: _Abstract, at: Iterable[int]) -> tuple[str, ...]:
    return tuple(abstract.sentences[n] for n in at)


def _scifact_corpus(data: Path) -> Iterator[_Abstract]:
    for line in _lines(data / "scifact" / "corpus.jsonl"):
        yield _Abstract(line["id"], line["title"], tuple(line["sentences"]))


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- Extracts, correct and with an error ---------------------------------------------------------


def extract_pairs(data: Path = DATA) -> list[Pair]:
    """Shortened sentences of SciTLDR and SciFact, correct and with one error."""
    rng = random.Random(SEED)
    abstracts = [
        _Abstract(line["paper_id"], line.get("title") or "", tuple(line["source"]))
        for line in _lines(data / "scitldr" / "train.jsonl")
    ]
    abstracts += rng.sample(list(_scifact_corpus(data)), len(abstracts))
    rng.shuffle(abstracts)
    pairs: list[Pair] = []
    counts: Counter[tuple[str, str]] = Counter()
    used: defaultdict[str, set[str]] = defaultdict(set)
    subjects = [
        parts[0]
        for abstract in rng.sample(abstracts, 400)
        for sentence in abstract.sentences
        if _usable(sentence) and (parts := split_subject(sentence))
    ]
    for abstract in abstracts:
        half = half_of(f"paper {abstract.id}")
        for sentence in filter(_usable, abstract.sentences):
            for kind, perturb in PERTURBATIONS.items():
                # One pair of each kind per paper, so that all papers have the same weight.
                if counts[kind, half] >= MAX_PAIRS or kind in used[abstract.id]:
                    continue
                source = sentence if rng.random() < 0.5 else (shortened(sentence, rng) or sentence)
                claim = perturb(source, rng)
                if kind == "subject of another sentence":
                    claim = with_subject(source, rng.choice(subjects))
                if claim is None or claim == sentence != source:
                    continue
                counts[kind, half] += 1
                used[abstract.id].add(kind)
                cited: tuple[str, ...] = (sentence,)
                if kind == "extract: cited with a second sentence":
                    cited = _with_another(sentence, abstract.sentences, rng)
                pairs.append(_pair(kind, half, capitalized(claim), abstract, cited))
        kind = "two cited sentences mixed"
        mixed = _sentences_mixed(abstract.sentences) if counts[kind, half] < MAX_PAIRS else None
        if mixed:
            counts[kind, half] += 1
            pairs.append(_pair(kind, half, mixed[0], abstract, mixed[1:]))
    return pairs


def _pair(kind: str, half: str, claim: str, abstract: _Abstract, cited: tuple[str, ...]) -> Pair:
    return Pair(kind, half, claim, cited, abstract.title, " ".join(abstract.sentences))


def _with_another(sentence: str, sentences: Sequence[str], rng: random.Random) -> tuple[str, ...]:
    others = [other for other in sentences if other != sentence and _usable(other)]
    if not others:
        return (sentence,)
    both = [sentence, rng.choice(others)]
    return tuple(sorted(both, key=sentences.index))


def _sentences_mixed(sentences: Sequence[str]) -> tuple[str, str, str] | None:
    """The subject of one sentence with the predicate of another, and both sentences."""
    parts = [(s, split_subject(s)) for s in sentences if _usable(s)]
    for n, (one, first) in enumerate(parts):
        for other, second in parts[n + 1 :]:
            if first is None or second is None:
                continue
            here, there = set(content_words(first[0])), set(content_words(second[0]))
            # `Our method` can be the subject of the other sentence too.
            if {"method", "approach", "model", "result", "work", "paper", "studi"} & (here | there):
                continue
            if not (here & there or here & set(content_words(other))):
                return f"{first[0]}{second[1]}", one, other
    return None


def _usable(sentence: str) -> bool:
    return (
        8 <= len(sentence.split()) <= 45
        and sentence[0].isupper()
        and sentence.endswith(".")
        and sentence.count("(") == sentence.count(")")
        and "$" not in sentence
    )
