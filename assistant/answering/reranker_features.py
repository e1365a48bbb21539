"""Features of the reranker: numbers that tell how well a sentence answers a question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.text.names import mentions
from assistant.text.numbers import numbers
from assistant.text.sentences import sentence_spans
from assistant.text.words import content_words, stem, vocabulary

if TYPE_CHECKING:
    from assistant.answering.question import Question
    from assistant.embedder import WordVectors
    from assistant.library import Hit

Values = npt.NDArray[np.float64]

# Features that need no embedding of the sentences.
BASE_FEATURES = (
    "paper_cosine",  # of question and paper, from the search
    "paper_score",  # of the search, relative to the best paper
    "paper_reciprocal_rank",  # 1, 1/2, 1/3, ... in the order of the search
    "paper_overlap",  # idf-weighted share of the question's words in title and abstract
    "title_overlap",  # the same in title and sentence
    "overlap",  # the same in the sentence
    "focus_overlap",  # share of the question's focus words (`how many FOCUS`) in the sentence
    "paper_focus_overlap",
    "missing_names",  # share of the question's names that the paper does not have
    "missing_term",  # the paper lacks a name or technical term that is never paraphrased
    "number_present",  # the question asks for a quantity, and the sentence has a number
    "number_missing",  # ... and it has none
    "states_cause",  # the question asks why, and the sentence names a cause
    "states_definition",  # the question asks what something is, and the sentence defines something
    "states_manner",  # the question asks how, and the sentence says by what
    "position",  # 0 for the first sentence of the abstract, 1 for the last
    "is_first",
    "is_last",
    "length",  # in units of 300 characters, at most 1
    "is_short",  # less than 50 characters
)
# Features that need the embeddings of question, sentences and titles. MaxSim is the mean over the
# question's tokens of the cosine of the most similar token (Khattab and Zaharia, ColBERT, SIGIR
# 2020).
EMBEDDING_FEATURES = (
    "cosine",  # of question and sentence
    "cosine_gap",  # cosine minus that of the paper's best sentence
    "paper_best_cosine",  # of the paper's sentences
    "neighbour_cosine",  # the higher cosine of the two neighbouring sentences
    "maxsim",
    "maxsim_idf",  # weighted by the rarity of the question's tokens
    "maxsim_worst",  # of the worst third of the rarer half of the tokens
    "paper_maxsim_idf",  # maxsim_idf over title and sentences of the paper together
    "paper_maxsim_worst",  # maxsim_worst over these
)
FEATURES = BASE_FEATURES + EMBEDDING_FEATURES

_WHY = re.compile(r"\bwhy\b|\bwhat\s+(?:causes?|makes?|leads?)\b|\breasons?\b", re.IGNORECASE)
_WHAT_IS = re.compile(r"^what\s+(?:is|are|does\s+\S+\s+(?:stand|mean))\b", re.IGNORECASE)
_HOW = re.compile(r"^how\s+(?:do|does|is|are|can|did)\b", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:because|due\s+to|since|caus|reason|by\s|thus|lead|result)", re.IGNORECASE
)
_DEFINING = re.compile(
    r"\b(?:is|are|called|named|a\s|we\s+(?:introduce|propose|present))", re.IGNORECASE
)
_MANNER = re.compile(r"\b(?:by|using|via|through|with)\b", re.IGNORECASE)
_FOCUS = re.compile(
    r"\b(?:how\s+(?:many|much)|which|what)\s+(?P<words>(?:[\w-]+\s+){0,3}?[\w-]+)"
    r"(?=\s+(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|of|in|on|for|to|by"
    r"|that|reach\w*|need\w*|use[ds]?)\b|\s*[?.]?$)",
    re.IGNORECASE,
)
# Terms that an answering abstract does not paraphrase: units, hardware, settings, prices.
_TERM = re.compile(
    r"\b(?:[gtc]pus?|hours?|minutes?|seconds?|days?|weeks?|months?|joules?|watts?|kilowatt\S*|degrees?"
    r"|(?:mega|giga|tera|peta)bytes?|[mgt]b|dollars?|euros?|prices?|costs?\s+in|salar(?:y|ies)"
    r"|learning\s+rates?|batch\s+sizes?|epochs?|optimi[sz]ers?|dropout|random\s+seeds?"
    r"|licen[cs]es?|patents?|programming\s+language|operating\s+system)\b",
    re.IGNORECASE,
)
# Acronyms for concepts that papers call by many names.
_GENERIC_ACRONYMS = frozenset(
    "AI ML DL NN NNs LLM LLMs LM LMs RNN RNNs CNN CNNs GAN GANs RL NLP CV API PC OS".split()  # noqa: SIM905
)
_LENGTH_UNIT = 300
_SHORT = 50


@dataclass(frozen=True)
class Candidate:
    """A sentence of a retrieved paper: `hit.stored.abstract[start:end]`.

    It is sentence `index` of `sentence_count` in the abstract; `words` is its vocabulary.
    """

    hit: Hit
    start: int
    end: int
    index: int
    sentence_count: int
    words: frozenset[str] = field(repr=False)

    @property
    def sentence(self) -> str:
        """The text of the sentence."""
        return self.hit.stored.abstract[self.start : self.end]


def candidate_sentences(hits: Sequence[Hit]) -> list[Candidate]:
    """Every sentence of the papers of `hits`, in order."""
    candidates = []
    for hit in hits:
        abstract = hit.stored.abstract
        spans = sentence_spans(abstract)
        candidates += [
            Candidate(hit, start, end, index, len(spans), vocabulary(abstract[start:end]))
            for index, (start, end) in enumerate(spans)
        ]
    return candidates


def base_features(question: Question, candidates: Sequence[Candidate]) -> Values:
    """The base features, of shape (candidates, len(BASE_FEATURES)).

    `candidates` are grouped by paper, in the order of the search.
    """
    idf = _idf(question.words, candidates)
    papers = _paper_features(question, candidates, idf)
    why = _WHY.search(question.text) is not None
    what = _WHAT_IS.search(question.text) is not None
    how = _HOW.search(question.text) is not None and not question.asks_quantity
    focus = frozenset(
        word for match in _FOCUS.finditer(question.text) for word in content_words(match["words"])
    )
    rows = []
    for candidate in candidates:
        paper = papers[candidate.hit.stored.number]
        sentence = candidate.sentence
        has_number = question.asks_quantity and bool(numbers(sentence))
        rows.append(
            (
                *paper.search,
                _overlap(idf, candidate.words | paper.title),
                _overlap(idf, candidate.words),
                _share(focus, candidate.words),
                _share(focus, paper.words),
                paper.missing_names,
                paper.missing_term,
                float(has_number),
                float(question.asks_quantity and not has_number),
                float(why and _CAUSE.search(sentence) is not None),
                float(what and not why and _DEFINING.search(sentence) is not None),
                float(how and not why and _MANNER.search(sentence) is not None),
                candidate.index / max(1, candidate.sentence_count - 1),
                float(candidate.index == 0),
                float(candidate.index == candidate.sentence_count - 1),
                min(1.0, len(sentence) / _LENGTH_UNIT),
                float(len(sentence) < _SHORT),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(-1, len(BASE_FEATURES))


def embedding_features(
    question: WordVectors,
    candidates: Sequence[Candidate],
    sentences: Sequence[WordVectors],
    titles: Mapping[int, WordVectors],
) -> Values:
    """The embedding features, of shape (candidates, len(EMBEDDING_FEATURES)).

    `sentences` are the embeddings of `candidates`, `titles` those of their papers' titles by the
    number of the paper.
    """
    cosines = np.array([one.mean @ question.mean for one in sentences], dtype=np.float64)
    best: dict[int, float] = {}
    by_position: dict[tuple[int, int], float] = {}
    for candidate, cosine in zip(candidates, cosines.tolist(), strict=True):
        number = candidate.hit.stored.number
        best[number] = max(cosine, best.get(number, -1.0))
        by_position[number, candidate.index] = cosine
    token_idf = _token_idf(question.ids, sentences)
    matches = [_token_matches(question, one) for one in sentences]
    in_paper = {number: _token_matches(question, title) for number, title in titles.items()}
    for candidate, match in zip(candidates, matches, strict=True):
        number = candidate.hit.stored.number
        in_paper[number] = np.maximum(in_paper[number], match)
    rows = []
    for candidate, cosine, match in zip(candidates, cosines.tolist(), matches, strict=True):
        number = candidate.hit.stored.number
        neighbours = [by_position.get((number, candidate.index + step), 0.0) for step in (-1, 1)]
        rows.append(
            (
                cosine,
                cosine - best[number],
                best[number],
                max(neighbours),
                float(match.mean()) if len(match) else 0.0,
                float(match @ token_idf),
                _worst_match(match, token_idf),
                float(in_paper[number] @ token_idf),
                _worst_match(in_paper[number], token_idf),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(-1, len(EMBEDDING_FEATURES))


def _token_matches(question: WordVectors, text: WordVectors) -> Values:
    """For each token of the question the cosine of the most similar token of `text`."""
    if not len(question.ids) or not len(text.ids):
        return np.zeros(len(question.ids))
    matches: Values = (question.tokens @ text.tokens.T).max(axis=1).astype(np.float64)
    return matches


def _worst_match(matches: Values, token_idf: Values) -> float:
    """The mean of the worst third of the matches of the rarer half of the tokens."""
    if not len(matches):
        return 0.0
    rare = np.argsort(-token_idf, kind="stable")[: (len(token_idf) + 1) // 2]
    ascending = np.sort(matches[rare])
    return float(ascending[: (len(ascending) + 2) // 3].mean())


@dataclass(frozen=True)
class _PaperFeatures:
    """What all sentences of a paper share; `search` are the first four base features."""

    search: tuple[float, float, float, float]
    title: frozenset[str]
    words: frozenset[str]
    missing_names: float
    missing_term: float


def _paper_features(
    question: Question, candidates: Sequence[Candidate], idf: Mapping[str, float]
) -> dict[int, _PaperFeatures]:
    features: dict[int, _PaperFeatures] = {}
    words: dict[int, set[str]] = {}
    for candidate in candidates:
        words.setdefault(candidate.hit.stored.number, set()).update(candidate.words)
    best = max((candidate.hit.score for candidate in candidates), default=1.0) or 1.0
    for candidate in candidates:
        stored = candidate.hit.stored
        if stored.number in features:
            continue
        title = vocabulary(stored.title)
        text_words = title | words[stored.number]
        text = f"{stored.title}. {stored.abstract}"
        features[stored.number] = _PaperFeatures(
            search=(
                candidate.hit.similarity or 0.0,
                candidate.hit.score / best,
                1.0 / (1 + len(features)),
                _overlap(idf, text_words),
            ),
            title=title,
            words=text_words,
            missing_names=_missing_names(question, text),
            missing_term=_missing_term(question, text),
        )
    return features


def _idf(words: Sequence[str], candidates: Sequence[Candidate]) -> dict[str, float]:
    """Inverse document frequency of each word among the candidates."""
    return {
        word: math.log(
            1 + len(candidates) / (1 + sum(word in candidate.words for candidate in candidates))
        )
        for word in words
    }


def _overlap(idf: Mapping[str, float], words: frozenset[str] | set[str]) -> float:
    """The idf-weighted share of the question's words that are in `words`."""
    total = sum(idf.values())
    return sum(weight for word, weight in idf.items() if word in words) / total if total else 0


def _share(wanted: frozenset[str], words: frozenset[str]) -> float:
    """The share of `wanted` in `words`; 1 if nothing is wanted."""
    return len(wanted & words) / len(wanted) if wanted else 1.0


def _missing_names(question: Question, text: str) -> float:
    if not question.names:
        return 0.0
    return sum(not mentions(text, name) for name in question.names) / len(question.names)


def _missing_term(question: Question, text: str) -> float:
    names = [n for n in question.names if re.split(r"[-–]", n)[0] not in _GENERIC_ACRONYMS]
    terms = {stem(word) for match in _TERM.findall(question.text) for word in match.lower().split()}
    return float(not all(mentions(text, name) for name in names) or not terms <= vocabulary(text))


def _token_idf(ids: Sequence[int], sentences: Sequence[WordVectors]) -> Values:
    """Weights of the question's tokens by their rarity among `sentences`; they sum to 1."""
    counts = Counter(token for one in sentences for token in set(one.ids))
    weights = np.array([math.log(1 + len(sentences) / (1 + counts[token])) for token in ids])
    return weights / weights.sum() if weights.sum() else weights
