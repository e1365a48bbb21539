"""Reads the abstract of one paper for a question that many papers are asked.

Such a question names nothing of the paper ("How many people took part?"), so words and vectors say
little about which sentence answers, and the judge reads every sentence. What it says is lower than
for other questions, but orders sentences and papers well. Questions about what was found are
answered by nearly every abstract, in sentences that state a result.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence
from assistant.answering.summary_sentences import result_strength
from assistant.text.numbers import numbers
from assistant.text.sentences import sentence_spans

if TYPE_CHECKING:
    from assistant.answering.judge import Judge
    from assistant.answering.question import Question
    from assistant.library import StoredPaper
    from assistant.progress import Progress

# Sentences of an abstract that are read. Longer abstracts are read at both ends.
_MAX_READ = 20
_MAX_EVIDENCE = 4
# Log odds that the abstract answers, from those of the judge for its best sentence. Fitted by
# logistic regression to 169 cells of 28 papers that are not in benchmarks/table.jsonl, with cross-
# validation by paper: AUC 0.93 (docs/table.md).
_WEIGHT, _BIAS, _BIAS_FINDING = 0.8, 2.6, 5.0
# Log odds that a sentence gains for stating a result, if that is asked, and loses if it lacks a
# number or a time that is asked.
_RESULT_WEIGHT = 1.5
_LACKING = 4.0

_ASKS_FINDING = re.compile(
    r"^(?:what|which)\b.{0,40}\b(?:found|findings?|results?|conclusions?|concluded|shown)\b"
    r"|^how\s+(?:well|good|effective|accurate)\b|\bmain\s+(?:result|finding|conclusion)s?\b",
    re.IGNORECASE,
)
_ASKS_TIME = re.compile(r"\bhow\s+long\b|\bduration\b|\bfollow(?:ed)?[- ]?up\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|every)[\s-]*"
    r"(?:second|minute|hour|day|night|week|month|year|yr|mo|h|min|s)s?\b|\buntil\b|\bup\s+to\b",
    re.IGNORECASE,
)


def all_sentences(stored: StoredPaper) -> tuple[Evidence, ...]:
    """The sentences of the abstract that are read, in their order."""
    spans = sentence_spans(stored.abstract)
    if len(spans) > _MAX_READ:
        spans = [*spans[: _MAX_READ // 2], *spans[-_MAX_READ // 2 :]]
    return tuple(
        Evidence(stored, stored.abstract[start:end], start, end, score=0.0) for start, end in spans
    )


def read_abstract(
    question: Question, stored: StoredPaper, judge: Judge, progress: Progress
) -> tuple[tuple[Evidence, ...], float]:
    """The sentences that may answer, best first, and the log odds that the best one does.

    There are none after a stop.

    Raises:
        ModelError: the model failed.

    """
    sentences = all_sentences(stored)
    texts = [sentence.text for sentence in sentences]
    judged = judge.log_odds(question.text, [(stored.title, text) for text in texts], progress)
    if not texts or len(judged) < len(texts):
        return (), -math.inf
    finding = _ASKS_FINDING.search(question.text) is not None
    scores = [odds + _bonus(question, text) for odds, text in zip(judged, texts, strict=True)]
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    best = order[0]
    odds = judged[best] if finding else scores[best]
    total = sum(math.exp(score - scores[best]) for score in scores)
    evidence = tuple(
        replace(sentences[index], score=math.exp(scores[index] - scores[best]) / total)
        for index in order[:_MAX_EVIDENCE]
    )
    return evidence, _WEIGHT * odds + (_BIAS_FINDING if finding else _BIAS)


def _bonus(question: Question, sentence: str) -> float:
    """What is added to the judge's log odds: whether the sentence has what is asked for."""
    if _ASKS_FINDING.search(question.text):
        return _RESULT_WEIGHT * result_strength(sentence)
    if _ASKS_TIME.search(question.text):
        return 0.0 if _TIME.search(sentence) else -_LACKING
    if question.asks_quantity and not numbers(sentence):
        return -_LACKING
    return 0.0
