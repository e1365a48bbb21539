"""Words that can name a topic: stems, word lists and the most frequent form of a word."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from assistant.text.word_lists import word_list
from assistant.text.words import content_words, stem

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# A word is written in lower case if at least one in this many of its occurrences is.
_LOWER_CASE_ONE_IN = 5
# Papers of every topic contain these words, so they would connect unrelated papers.
_GENERIC_STEMS = frozenset(map(stem, word_list("generic_topic_words")))
# These words may be part of a phrase, but alone they could name any topic.
WEAK_STEMS = frozenset(map(stem, word_list("weak_topic_words")))


@lru_cache(maxsize=65_536)
def topic_stem(word: str) -> str | None:
    """The stem of `word`; None if it says nothing about a topic."""
    stems = content_words(word)
    return stems[0] if stems and stems[0] not in _GENERIC_STEMS else None


def most_frequent_form(forms: Counter[str]) -> str:
    """The most frequent of `forms`, in lower case unless nearly all occurrences have capitals."""
    folded: Counter[str] = Counter()
    for form, count in forms.items():
        folded[form.lower()] += count
    word = max(folded, key=lambda form: (folded[form], form))
    # Capitals may come from titles and the beginnings of sentences.
    if forms[word] * _LOWER_CASE_ONE_IN >= folded[word]:
        return word
    spellings = [form for form in forms if form.lower() == word]
    return max(spellings, key=lambda form: (forms[form], form))
