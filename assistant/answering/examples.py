"""Questions to try, made from the library itself: each one has evidence in it."""

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
    from assistant.answering.answer import Evidence
    from assistant.library import Library, StoredPaper

# Papers that are looked at: the latest to come, who put them there knows them.
_LATEST = 60
# Questions of one form that are tried before it is given up: each is a search.
_MOST_TRIED = 6
_LONGEST_TITLE = 70
# `BERT: Pre-training of ...` or `YOLOv3: An ...`: the title says what the name stands for.
_COINED = re.compile(r"(?P<name>(?=\S*[A-Z]\S*[A-Z0-9])[A-Za-z][\w.+-]{1,15})\s*[:\u2013\u2014]\s")

_BREAK = re.compile(r"[^\w\s-]+")
_ACRONYM = re.compile(r"[A-Z].*[A-Z0-9]")


def example_questions(library: Library, count: int = 4) -> list[str]:
    """At most `count` questions, of different forms, for each of which there is evidence.

    It takes some searches; the same papers give the same questions.

    Raises:
        LibraryError: the library cannot be read.
    """
    latest = list(library.listed("added", Filters(with_abstract=True), _LATEST))
    forms = [
        _verified(_of_names(latest), library),
        _verified(_of_topics(latest), library),
        _verified(_of_titles(latest), library),
    ]
    questions: list[str] = []
    # One of each form in turn, until there are enough.
    while forms and len(questions) < count:
        form = forms.pop(0)
        question = next(form, None)
        if question is not None:
            questions.append(question)
            forms.append(form)
    return questions


def _verified(candidates: Iterable[tuple[str, int | None]], library: Library) -> Iterator[str]:
    """Those questions to which something is found, in the paper of that number if one is named."""
    for question, number in islice(candidates, _MOST_TRIED):
        asked = Question.of(question)
        found = retrieve(asked, classify_question(question), library, 2, EVERYTHING)
        if found.odds >= 0 and found.evidence and _is_of(found.evidence[0], number):
            yield question


def _is_of(evidence: Evidence, number: int | None) -> bool:
    return number is None or evidence.stored.number == number


def _of_names(papers: Iterable[StoredPaper]) -> Iterator[tuple[str, int | None]]:
    for stored in papers:
        coined = _COINED.match(stored.title)
        if coined and coined["name"] in stored.abstract:
            yield f"What is {coined['name']}?", stored.number


def _of_topics(papers: Iterable[StoredPaper]) -> Iterator[tuple[str, int | None]]:
    """About two words that stand together in several titles, the most frequent first."""
    counts: Counter[str] = Counter()
    for stored in papers:
        counts.update(sorted(set(_pairs(sanitized(stored.title)))))
    for pair, titles in counts.most_common():
        if titles > 1:
            yield f"Which papers are about {pair}?", None


def _pairs(title: str) -> Iterator[str]:
    """Neighbouring words that both say something: `language models`, `RNA folding`."""
    for part in _BREAK.split(title):
        words = part.split()
        for pair in pairwise(words):
            if all(len(word) > 2 and content_words(word) for word in pair):
                yield " ".join(word if _ACRONYM.search(word) else word.lower() for word in pair)


def _of_titles(papers: Iterable[StoredPaper]) -> Iterator[tuple[str, int | None]]:
    for stored in papers:
        title = sanitized(stored.title).strip(" .")
        if len(title) <= _LONGEST_TITLE and len(content_words(title)) > 1 and "“" not in title:
            yield f"What is the main idea of “{title}”?", stored.number
