"""What speaks for a sentence as the answer to a question: numbers that a trained scorer weighs."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.text.names import bears
from assistant.text.numbers import numbers
from assistant.text.sentences import sentence_spans
from assistant.text.words import content_words, stem, vocabulary

if TYPE_CHECKING:
    from assistant.answering.question import Question
    from assistant.library import Hit, WordVectors

Values = npt.NDArray[np.float64]

# Known before a sentence is embedded ...
CHEAP = (
    "paper_cosine",  # of the question and the paper
    "paper_score",  # of the search, relative to the best paper
    "paper_rank",  # 1, 1/2, 1/3, ... in the order of the search
    "paper_words",  # share of the question's words in title and abstract, rare ones weighing more
    "title_words",  # the same in the title and the sentence
    "words",  # the same in the sentence alone
    "asked_words",  # share of the words behind `how many`, `which` or `what` in the sentence
    "asked_words_in_paper",
    "foreign_names",  # share of the question's names that the paper does not bear
    "unsaid",  # the question has a name or technical term that nobody rephrases and the paper lacks
    "number_wanted",  # the question asks for a quantity, and the sentence has a number
    "number_missing",  # ... and it has none
    "cause",  # the question asks why, and the sentence names a cause
    "definition",  # the question asks what something is, and the sentence says what something is
    "manner",  # the question asks how, and the sentence says by what
    "place",  # 0 for the first sentence of the abstract, 1 for the last
    "first",
    "last",
    "length",  # in 300 characters, at most 1
    "short",  # less than 50 characters
)
# ... and what its vectors add.
DEEP = (
    "cosine",  # of the question and the sentence
    "below_best",  # how far that is below the paper's best sentence
    "best_cosine",  # of the paper's sentences
    "beside",  # the better cosine of the two sentences beside it
    "nearest_words",  # mean over the question's tokens of the cosine of the nearest token of it
    "nearest_rare_words",  # the same, rare tokens weighing more
    "worst_words",  # the same of the rare tokens that are met worst, a third of them
    "paper_nearest_words",  # nearest_rare_words in title and sentences of the paper together
    "paper_worst_words",  # worst_words in these
)
FEATURES = CHEAP + DEEP

_WHY = re.compile(r"\bwhy\b|\bwhat\s+(?:causes?|makes?|leads?)\b|\breasons?\b", re.IGNORECASE)
_WHAT_IS = re.compile(r"^what\s+(?:is|are|does\s+\S+\s+(?:stand|mean))\b", re.IGNORECASE)
_HOW = re.compile(r"^how\s+(?:do|does|is|are|can|did)\b", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:because|due\s+to|since|caus|reason|by\s|thus|lead|result)", re.IGNORECASE
)
_SAYS_WHAT = re.compile(
    r"\b(?:is|are|called|named|a\s|we\s+(?:introduce|propose|present))", re.IGNORECASE
)
_MANNER = re.compile(r"\b(?:by|using|via|through|with)\b", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:how\s+(?:many|much)|which|what)\s+(?P<words>(?:[\w-]+\s+){0,3}?[\w-]+)"
    r"(?=\s+(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|of|in|on|for|to|by"
    r"|that|reach\w*|need\w*|use[ds]?)\b|\s*[?.]?$)",
    re.IGNORECASE,
)
# Words for which an abstract that answers uses the same: units, hardware, settings, prices.
_TERM = re.compile(
    r"\b(?:[gtc]pus?|hours?|minutes?|seconds?|days?|weeks?|months?|joules?|watts?|kilowatt\S*|degrees?"
    r"|(?:mega|giga|tera|peta)bytes?|[mgt]b|dollars?|euros?|prices?|costs?\s+in|salar(?:y|ies)"
    r"|learning\s+rates?|batch\s+sizes?|epochs?|optimi[sz]ers?|dropout|random\s+seeds?"
    r"|licen[cs]es?|patents?|programming\s+language|operating\s+system)\b",
    re.IGNORECASE,
)
# Acronyms that stand for what papers call by many names.
_GENERIC = frozenset(
    "AI ML DL NN NNs LLM LLMs LM LMs RNN RNNs CNN CNNs GAN GANs RL NLP CV API PC OS".split()  # noqa: SIM905
)
_LONG = 300
_SHORT = 50


@dataclass(frozen=True)
class Candidate:
    """A sentence of a paper that search found: `hit.stored.abstract[start:end]`."""

    hit: Hit
    start: int
    end: int
    index: int  # of the sentence in the abstract
    of: int  # sentences of the abstract
    words: frozenset[str] = field(repr=False)

    @property
    def sentence(self) -> str:
        """The sentence itself."""
        return self.hit.stored.abstract[self.start : self.end]


def candidates_of(hits: Sequence[Hit]) -> list[Candidate]:
    """Every sentence of the papers of `hits`, in order."""
    found = []
    for hit in hits:
        spans = sentence_spans(hit.stored.abstract)
        found += [
            Candidate(
                hit, start, end, index, len(spans), vocabulary(hit.stored.abstract[start:end])
            )
            for index, (start, end) in enumerate(spans)
        ]
    return found


def cheap_features(question: Question, candidates: Sequence[Candidate]) -> Values:
    """The features that need no vectors, of shape (candidates, len(CHEAP)).

    `candidates` are grouped by paper, the papers in the order of the search.
    """
    weights = _weights(question.words, candidates)
    papers = _papers(question, candidates, weights)
    why = _WHY.search(question.text) is not None
    what = _WHAT_IS.search(question.text) is not None
    how = _HOW.search(question.text) is not None and not question.asks_quantity
    asked = frozenset(
        word for match in _ASKED.finditer(question.text) for word in content_words(match["words"])
    )
    rows = []
    for candidate in candidates:
        paper = papers[candidate.hit.stored.number]
        sentence = candidate.sentence
        has_number = question.asks_quantity and bool(numbers(sentence))
        rows.append(
            (
                *paper.values,
                _share(weights, candidate.words | paper.title),
                _share(weights, candidate.words),
                _part(asked, candidate.words),
                _part(asked, paper.words),
                paper.foreign_names,
                paper.unsaid,
                float(has_number),
                float(question.asks_quantity and not has_number),
                float(why and _CAUSE.search(sentence) is not None),
                float(what and not why and _SAYS_WHAT.search(sentence) is not None),
                float(how and not why and _MANNER.search(sentence) is not None),
                candidate.index / max(1, candidate.of - 1),
                float(candidate.index == 0),
                float(candidate.index == candidate.of - 1),
                min(1.0, len(sentence) / _LONG),
                float(len(sentence) < _SHORT),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(-1, len(CHEAP))


def deep_features(
    asked: WordVectors,
    candidates: Sequence[Candidate],
    vectors: Sequence[WordVectors],
    titles: Mapping[int, WordVectors],
) -> Values:
    """What vectors add, of shape (candidates, len(DEEP)).

    `vectors` are of the sentences of `candidates`, `titles` of the titles of their papers.
    """
    cosines = np.array([one.mean @ asked.mean for one in vectors], dtype=np.float64)
    best: dict[int, float] = {}
    at: dict[tuple[int, int], float] = {}
    for candidate, cosine in zip(candidates, cosines.tolist(), strict=True):
        number = candidate.hit.stored.number
        best[number] = max(cosine, best.get(number, -1.0))
        at[number, candidate.index] = cosine
    rarity = _rarity(asked.ids, vectors)
    nearest = [_nearest(asked, one) for one in vectors]
    in_paper = {number: _nearest(asked, title) for number, title in titles.items()}
    for candidate, one in zip(candidates, nearest, strict=True):
        number = candidate.hit.stored.number
        in_paper[number] = np.maximum(in_paper[number], one)
    rows = []
    for candidate, cosine, near in zip(candidates, cosines.tolist(), nearest, strict=True):
        number = candidate.hit.stored.number
        beside = [at.get((number, candidate.index + step), 0.0) for step in (-1, 1)]
        rows.append(
            (
                cosine,
                cosine - best[number],
                best[number],
                max(beside),
                float(near.mean()) if len(near) else 0.0,
                float(near @ rarity),
                _worst(near, rarity),
                float(in_paper[number] @ rarity),
                _worst(in_paper[number], rarity),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(-1, len(DEEP))


def _nearest(asked: WordVectors, one: WordVectors) -> Values:
    """For each token of the question the cosine of the nearest token of `one`."""
    if not len(asked.ids) or not len(one.ids):
        return np.zeros(len(asked.ids))
    nearest: Values = (asked.tokens @ one.tokens.T).max(axis=1).astype(np.float64)
    return nearest


def _worst(nearest: Values, rarity: Values) -> float:
    """The mean of the third of the rarer half of the tokens that is met worst."""
    if not len(nearest):
        return 0.0
    rare = np.argsort(-rarity, kind="stable")[: (len(rarity) + 1) // 2]
    met = np.sort(nearest[rare])
    return float(met[: (len(met) + 2) // 3].mean())


@dataclass(frozen=True)
class _Paper:
    """What is the same for all sentences of a paper."""

    values: tuple[float, float, float, float]
    title: frozenset[str]
    words: frozenset[str]
    foreign_names: float
    unsaid: float


def _papers(
    question: Question, candidates: Sequence[Candidate], weights: Mapping[str, float]
) -> dict[int, _Paper]:
    found: dict[int, _Paper] = {}
    words: dict[int, set[str]] = {}
    for candidate in candidates:
        words.setdefault(candidate.hit.stored.number, set()).update(candidate.words)
    best = max((candidate.hit.score for candidate in candidates), default=1.0) or 1.0
    for candidate in candidates:
        stored = candidate.hit.stored
        if stored.number in found:
            continue
        title = vocabulary(stored.title)
        whole = title | words[stored.number]
        text = f"{stored.title}. {stored.abstract}"
        found[stored.number] = _Paper(
            values=(
                candidate.hit.similarity or 0.0,
                candidate.hit.score / best,
                1.0 / (1 + len(found)),
                _share(weights, whole),
            ),
            title=title,
            words=whole,
            foreign_names=_foreign_names(question, text),
            unsaid=_unsaid(question, text),
        )
    return found


def _weights(words: Sequence[str], candidates: Sequence[Candidate]) -> dict[str, float]:
    """Weight of each word: the rarer among the candidates, the heavier."""
    return {
        word: math.log(
            1 + len(candidates) / (1 + sum(word in candidate.words for candidate in candidates))
        )
        for word in words
    }


def _share(weights: Mapping[str, float], words: frozenset[str] | set[str]) -> float:
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0


def _part(wanted: frozenset[str], words: frozenset[str]) -> float:
    """The share of `wanted` in `words`; all of it when nothing is wanted."""
    return len(wanted & words) / len(wanted) if wanted else 1.0


def _foreign_names(question: Question, text: str) -> float:
    if not question.names:
        return 0.0
    return sum(not bears(text, name) for name in question.names) / len(question.names)


def _unsaid(question: Question, text: str) -> float:
    names = [name for name in question.names if re.split(r"[-–]", name)[0] not in _GENERIC]
    terms = {stem(word) for match in _TERM.findall(question.text) for word in match.lower().split()}
    return float(not all(bears(text, name) for name in names) or not terms <= vocabulary(text))


def _rarity(ids: Sequence[int], vectors: Sequence[WordVectors]) -> Values:
    """Weights of the question's tokens, which add up to 1: the rarer among the sentences, the
    heavier."""
    counts = Counter(token for one in vectors for token in set(one.ids))
    weights = np.array([math.log(1 + len(vectors) / (1 + counts[token])) for token in ids])
    return weights / weights.sum() if weights.sum() else weights
