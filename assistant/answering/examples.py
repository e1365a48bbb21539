"""Example questions built from the library's papers; each has evidence in the library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from assistant.answering.question import Question
from assistant.answering.question_kinds import classify_question
from assistant.answering.strategies import retrieve
from assistant.library import EVERYTHING, Filters
from assistant.text.sanitizing import sanitized
from assistant.text.words import content_words

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper

# The most recently added papers are used, because the user knows them.
_RECENT_PAPERS = 60
# Attempts per form of question; each costs a search.
_MAX_ATTEMPTS = 6
_MAX_TITLE = 70
# A title that explains a name: `BERT: Pre-training of ...` or `YOLOv3: An ...`.
_NAMED_TITLE = re.compile(
    r"(?P<name>(?=\S*[A-Z]\S*[A-Z0-9])[A-Za-z][\w.+-]{1,15})\s*[:\u2013\u2014]\s"
)

_PUNCTUATION = re.compile(r"[^\w\s-]+")
_ACRONYM = re.compile(r"[A-Z].*[A-Z0-9]")


def example_questions(library: Library, count: int = 4) -> list[str]:
    """At most `count` answerable questions of different forms.

    Costs several searches. Deterministic: the same papers give the same questions.

    Raises:
        LibraryError: the library cannot be read.
    """
    papers = list(library.papers.sorted_by("added", Filters(with_abstract=True), _RECENT_PAPERS))
    forms = [
        _answerable(_name_questions(papers), library),
        _answerable(_topic_questions(papers), library),
        _answerable(_title_questions(papers), library),
    ]
    questions: list[str] = []
    # Take a question of each form in turn.
    while forms and len(questions) < count:
        form = forms.pop(0)
        question = next(form, None)
        if question is not None:
            questions.append(question)
            forms.append(form)
    return questions


def _answerable(candidates: Iterable[tuple[str, int | None]], library: Library) -> Iterator[str]:
    """The questions with evidence, which must be of the paper with the given number, if any."""
    for question, number in islice(candidates, _MAX_ATTEMPTS):
        parsed = Question.parse(question)
        retrieved = retrieve(parsed, classify_question(question), library, 2, EVERYTHING)
        if (
            retrieved.answerability >= 0
            and retrieved.evidence
            and number in (None, retrieved.evidence[0].stored.number)
        ):
            yield question


def _name_questions(papers: Iterable[StoredPaper]) -> Iterator[tuple[str, int | None]]:
    for stored in papers:
        match = _NAMED_TITLE.match(stored.title)
        if match and match["name"] in stored.abstract:
            yield f"What is {match['name']}?", stored.number


def _topic_questions(papers: Iterable[StoredPaper]) -> Iterator[tuple[str, int | None]]:
    """Questions about pairs of words that occur in several titles, most frequent first."""
    counts: Counter[str] = Counter()
    for stored in papers:
        counts.update(sorted(set(_word_pairs(sanitized(stored.title)))))
    for pair, titles in counts.most_common():
        if titles > 1:
            yield f"Which papers are about {pair}?", None


def _word_pairs(title: str) -> Iterator[str]:
    """Neighbouring content words: `language models`, `RNA folding`."""
    for part in _PUNCTUATION.split(title):
        words = part.split()
        for pair in pairwise(words):
            if all(len(word) > 2 and content_words(word) for word in pair):
                yield " ".join(word if _ACRONYM.search(word) else word.lower() for word in pair)


def _title_questions(papers: Iterable[StoredPaper]) -> Iterator[tuple[str, int | None]]:
    for stored in papers:
        title = sanitized(stored.title).strip(" .")
        if len(title) <= _MAX_TITLE and len(content_words(title)) > 1 and "“" not in title:
            yield f"What is the main idea of “{title}”?", stored.number
