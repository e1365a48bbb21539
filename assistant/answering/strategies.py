"""Question -> what answers it: each kind of question has its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering import comparisons, lists, single_paper
from assistant.answering.definitions import define
from assistant.answering.question import Question
from assistant.answering.question_kinds import ParsedQuestion, QuestionKind
from assistant.answering.retrieval import RetrievedEvidence, retrieve_evidence

if TYPE_CHECKING:
    from assistant.library import Filters, Library


def retrieve(
    question: Question, asked: ParsedQuestion, library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """The evidence for `question`, which is of the kind that `asked` says; at most `limit`
    sentences for a question that a sentence answers."""
    topic = Question.of(asked.topic)
    if asked.kind is QuestionKind.LIST:
        return lists.list_papers(topic, library, filters)
    if asked.kind is QuestionKind.OVERVIEW:
        return lists.overview(topic, library, filters)
    if asked.kind is QuestionKind.COMPARISON and asked.sides:
        return comparisons.compare(question, asked.sides, library, limit, filters)
    if asked.kind is QuestionKind.METADATA and asked.field is not None:
        return single_paper.record(question, topic, asked.field, library, filters)
    if asked.kind is QuestionKind.SUMMARY:
        found = single_paper.summary(topic, library, filters)
        # `Summarise the work on X` names no paper: then it asks for an overview.
        return found if found.evidence else lists.overview(topic, library, filters)
    if asked.kind is QuestionKind.DEFINITION:
        return define(question, asked.topic, library, limit, filters)
    return retrieve_evidence(question, library, limit, filters)
