"""Question -> what answers it: each kind of question has its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering import comparisons, lists, single_paper
from assistant.answering.definitions import define
from assistant.answering.retrieval import Found, find_evidence
from assistant.answering.question_kinds import Asked, Kind
from assistant.answering.question import Question

if TYPE_CHECKING:
    from assistant.library import Filters, Library


def find(question: Question, asked: Asked, library: Library, limit: int, filters: Filters) -> Found:
    """The evidence for `question`, which is of the kind that `asked` says; at most `limit`
    sentences for a question that a sentence answers."""
    topic = Question.of(asked.topic)
    if asked.kind is Kind.LIST:
        return lists.list_papers(topic, library, filters)
    if asked.kind is Kind.OVERVIEW:
        return lists.overview(topic, library, filters)
    if asked.kind is Kind.COMPARISON and asked.sides:
        return comparisons.compare(question, asked.sides, library, limit, filters)
    if asked.kind is Kind.METADATA and asked.field is not None:
        return single_paper.record(question, topic, asked.field, library, filters)
    if asked.kind is Kind.SUMMARY:
        found = single_paper.summary(topic, library, filters)
        # `Summarise the work on X` names no paper: then it asks for an overview.
        return found if found.evidence else lists.overview(topic, library, filters)
    if asked.kind is Kind.DEFINITION:
        return define(question, asked.topic, library, limit, filters)
    return find_evidence(question, library, limit, filters)
