"""Retrieval strategies: each kind of question gets its evidence in its own way."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering import single_paper
from assistant.answering.question import Question
from assistant.answering.question_kinds import ParsedQuestion, QuestionKind
from assistant.answering.reranker import rerank
from assistant.answering.retrieval import (
    RetrievedEvidence,
    is_informative,
    is_on_topic,
    nearest_papers,
    paper_relevance,
    retrieve_evidence,
    sentence_embedder,
    to_evidence,
)
from assistant.answering.summary_sentences import key_sentences
from assistant.library import Filters
from assistant.text.names import mentions, names
from assistant.text.sanitizing import sanitized
from assistant.text.words import vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.answering.answer import Evidence
    from assistant.answering.reranker import RankedSentences
    from assistant.answering.retrieval import Reader
    from assistant.library import Library

# A definition reranks this many times more sentences than it returns.
_DEFINITION_CANDIDATES = 2
# Minimum probability of a sentence that defines the term.
_DEFINITION_PROBABILITY = 0.9

# `Summarise the study of X` means one paper, though it does not name it.
_ONE_PAPER = re.compile(r"\b(?:paper|study|article|trial|preprint|abstract)\b", re.IGNORECASE)

# Papers that a list or an overview considers, and the maximum that it quotes.
_TOPIC_CANDIDATES = 50
_MAX_LISTED = 25
_MAX_OVERVIEW = 6
# A paper is listed if its relevance is at least the first value, and at least the second value
# times that of the best paper. Chosen on the tuning half of benchmarks/questions.jsonl.
_MIN_RELEVANCE = 0.85
_MIN_RELATIVE_RELEVANCE = 0.75
_MIN_OVERLAP = 0.75  # without embeddings, when the overlap is the relevance


def retrieve(
    question: Question,
    parsed: ParsedQuestion,
    library: Library,
    limit: int,
    filters: Filters,
    reader: Reader | None = None,
) -> RetrievedEvidence:
    """The evidence for `question`, which was classified as `parsed`.

    `limit` is the maximum number of sentences for a question that one sentence can answer; `reader`
    reads these.
    """
    topic = Question.parse(parsed.topic)
    if parsed.kind is QuestionKind.LIST:
        return _papers_on(topic, library, filters, _MAX_LISTED)
    if parsed.kind is QuestionKind.OVERVIEW:
        return _papers_on(topic, library, filters, _MAX_OVERVIEW)
    if parsed.kind is QuestionKind.COMPARISON:
        if not parsed.sides:
            return _comparison_of_two(question, library, limit, filters)
        return _comparison(question, parsed.sides, library, limit, filters, reader)
    if parsed.kind is QuestionKind.METADATA and parsed.field is not None:
        return single_paper.record(question, topic, parsed.field, library, filters)
    if parsed.kind is QuestionKind.SUMMARY:
        summary = single_paper.summary(topic, library, filters)
        if summary.evidence:
            return summary
        overview = _papers_on(topic, library, filters, _MAX_OVERVIEW)
        # `Summarise the work on X` names no paper, so it asks for an overview.
        if overview.evidence and _ONE_PAPER.search(question.text):
            return single_paper.summary_of(overview.evidence[0].stored, ())
        return overview
    if parsed.kind is QuestionKind.DEFINITION:
        return _definition(question, parsed.topic, library, limit, filters, reader)
    return retrieve_evidence(question, library, limit, filters, reader)


def _definition(
    question: Question,
    term: str,
    library: Library,
    limit: int,
    filters: Filters,
    reader: Reader | None,
) -> RetrievedEvidence:
    """Evidence with the sentences that define `term` first.

    If there is none, but the title of a paper begins with the term, as in `BERT: Pre-training of
    ...`, it is what that paper did.
    """

    def defining_first(retrieved: RetrievedEvidence) -> RetrievedEvidence:
        defining = [source for source in retrieved.evidence if defines(source.text, term)]
        if not defining and (introduced := _introduced(retrieved.evidence, term)):
            return replace(
                retrieved,
                evidence=(introduced,),
                answerability=max(retrieved.answerability, 0.0),
                extractive=True,
            )
        others = [source for source in retrieved.evidence if source not in defining]
        first = [
            replace(one, score=max(one.score, _DEFINITION_PROBABILITY)) for one in defining[:1]
        ]
        return replace(retrieved, evidence=tuple([*first, *defining[1:], *others][:limit]))

    count = _DEFINITION_CANDIDATES * limit
    retrieved = retrieve_evidence(question, library, count, filters, reader)
    return retrieved.changed(defining_first)


def _introduced(evidence: Sequence[Evidence], term: str) -> Evidence | None:
    """What the paper did whose title begins with `term` and a colon; None without one."""
    title = re.compile(rf"{_pattern(term)}\s*(?::|\s[–—-])\s", re.IGNORECASE)
    for source in evidence:
        abstract = source.stored.abstract
        if title.match(source.stored.title) and (spans := key_sentences(abstract)):
            start, end = spans[0]
            score = max(source.score, _DEFINITION_PROBABILITY)
            return replace(source, sentence=abstract[start:end], start=start, end=end, score=score)
    return None


def _pattern(term: str) -> str:
    """A regular expression for `term`, with any hyphens and spaces between its words."""
    return r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", term.strip())))


def defines(sentence: str, term: str) -> bool:
    """Whether `sentence` defines `term`: by `is`, `i.e.` or a colon, or by introducing it."""
    name = rf"(?<!\w){_pattern(term)}s?(?!\w)"
    pattern = (
        rf"\(\s*{name}\s*\)"
        rf"|\bi\.e\.,?\s+(?:the\s+|an?\s+)?{name}"
        rf"|{name}:\s"
        rf"|{name}\s*\("
        rf"|{name},?\s+(?:is|are|was|refers|denotes|stands|means)\b"
        rf"|{name},\s+(?:an?|the)\b"
        rf"|\b(?:called|named|dubbed|termed|introduc\w+|present\w*|propos\w+|develop\w*"
        rf"|describ\w+)\b[^.]{{0,60}}?{name}"
    )
    return re.search(pattern, sentence, re.IGNORECASE) is not None


def _comparison(
    question: Question,
    sides: Sequence[str],
    library: Library,
    limit: int,
    filters: Filters,
    reader: Reader | None,
) -> RetrievedEvidence:
    """Evidence for each of `sides` in turn: the best sentences of the paper that it names.

    Sides without a paper are told. If none has one, or both have the same, the question is one for
    a fact.
    """
    together = retrieve_evidence(question, library, limit, filters)
    blocks: list[Evidence] = []
    missing = []
    for side in sides:
        parsed = replace(Question.parse(side), names=tuple(names(f"the {side}")))
        block = _side(parsed, question, library, limit, filters)
        if block:
            blocks += [source for source in block if source not in blocks]
        else:
            missing.append(sanitized(side))
    if not blocks:
        return together
    numbers = {source.stored.number for source in blocks}
    if len(numbers) == 1 and not missing:
        only = filters.combine(Filters(only=tuple(numbers)))
        return retrieve_evidence(question, library, limit, only, reader)
    return RetrievedEvidence(
        evidence=tuple(blocks),
        nearest=together.nearest,
        answerability=math.inf,
        extractive=True,
        headed=True,
        note=f"The library has no paper about “{missing[0]}”." if missing else None,
    )


def _side(
    side: Question, question: Question, library: Library, limit: int, filters: Filters
) -> list[Evidence]:
    """The best sentences of the paper that `side` of a comparison names; none without a paper."""
    paper, _ = single_paper.find_named_paper(side, library, filters)
    if paper is None:
        half = retrieve_evidence(side, library, 2 * limit, filters)
        if half.answerability < 0 or not _has_names(half, side):
            return []
        paper = half.evidence[0].stored
    only = filters.combine(Filters(only=(paper.number,)))
    within = retrieve_evidence(question, library, limit, only)
    return _best_sentences(within, max(1, limit // 2))


def _has_names(half: RetrievedEvidence, side: Question) -> bool:
    """Whether the best paper of `half` mentions what `side` names."""
    if not half.evidence:
        return False
    stored = half.evidence[0].stored
    text = f"{stored.title}. {stored.abstract}"
    return all(mentions(text, name) for name in side.names)


def _comparison_of_two(
    question: Question, library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """Evidence for a comparison of `the two studies of ...`: from the two best papers, in turn."""
    hits = library.search(question.text, _TOPIC_CANDIDATES, filters)
    ranking = rerank(question, hits, sentence_embedder(library), every_paper=True)
    # All sentences of a paper have its relevance.
    numbers = (candidate.hit.stored.number for candidate in ranking.candidates)
    relevance = dict(zip(numbers, paper_relevance(ranking).tolist(), strict=True))
    blocks: list[Evidence] = []
    for number in sorted(relevance, key=lambda number: -relevance[number])[:2]:
        only = filters.combine(Filters(only=(number,)))
        blocks += _best_sentences(
            retrieve_evidence(question, library, limit, only), max(1, limit // 2)
        )
    return RetrievedEvidence(
        evidence=tuple(blocks),
        nearest=nearest_papers(hits),
        answerability=math.inf if blocks and is_on_topic(ranking) else -math.inf,
        extractive=True,
        headed=True,
        on_topic=is_on_topic(ranking),
    )


def _best_sentences(half: RetrievedEvidence, count: int) -> list[Evidence]:
    """At most `count` sentences of `half`, informative ones first."""
    return sorted(half.evidence, key=lambda source: not is_informative(source.sentence))[:count]


def _papers_on(
    topic: Question, library: Library, filters: Filters, maximum: int
) -> RetrievedEvidence:
    """The papers on `topic`, each with its best sentence.

    The answer is extractive, so that only the choice of papers can be wrong.
    """
    hits = library.search(topic.text, _TOPIC_CANDIDATES, filters)
    ranking = rerank(topic, hits, sentence_embedder(library), every_paper=True)
    rows = range(len(ranking.candidates))
    best: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: not is_informative(ranking.candidates[row].sentence)):
        best.setdefault(ranking.candidates[row].hit.stored.number, row)
    # With filters alone, such as `author:hinton`, every paper is on topic.
    relevance = _relevant(ranking, best) if topic.words else dict.fromkeys(best, 1.0)
    chosen = sorted(relevance, key=lambda number: -relevance[number])
    return RetrievedEvidence(
        evidence=tuple(
            _telling(topic, to_evidence(ranking, best[number], min(1.0, relevance[number])))
            for number in chosen[:maximum]
        ),
        nearest=nearest_papers(hits),
        answerability=math.inf if chosen else -math.inf,
        extractive=True,
        headed=True,
        on_topic=is_on_topic(ranking),
        note=_count_note(len(chosen), maximum) if chosen else None,
    )


def _telling(topic: Question, source: Evidence) -> Evidence:
    """`source`, or a sentence about what its paper did or found with as many words of the topic.

    A sentence from the middle of an abstract is hard to understand alone.
    """

    def shared(text: str) -> int:
        return len(vocabulary(text).intersection(topic.words))

    abstract = source.stored.abstract
    for start, end in key_sentences(abstract):
        sentence = abstract[start:end]
        if is_informative(sentence) and shared(sentence) >= max(1, shared(source.sentence)):
            return replace(source, sentence=sentence, start=start, end=end)
    return source


def _count_note(found: int, maximum: int) -> str:
    """How many papers match, and how many of them are left out."""
    match = "1 paper matches." if found == 1 else f"{found} papers match."
    if found <= maximum:
        return match
    return f"{match} The {maximum} best are shown."


def _relevant(ranking: RankedSentences, rows: Mapping[int, int]) -> dict[int, float]:
    """The relevance of the papers on topic, by number; `rows` are their sentences in `ranking`."""
    by_row = paper_relevance(ranking)
    relevance = {number: float(by_row[row]) for number, row in rows.items()}
    minimum = _MIN_RELEVANCE if ranking.embedded else _MIN_OVERLAP
    best = max(relevance.values(), default=0.0)
    return {
        number: value
        for number, value in relevance.items()
        if value >= max(minimum, _MIN_RELATIVE_RELEVANCE * best)
    }
