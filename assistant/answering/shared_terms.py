"""The passages of English abstracts that share most terms with a question in another language.

An embedder for English texts says little about the words of another language. Names, numbers and
words that look alike in both (`quantique`, `Optimierung`) say which passage is meant.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering.answer import Evidence
from assistant.answering.question import Question
from assistant.answering.retrieval import PAPERS, nearest_papers, retrieve_evidence
from assistant.text.languages import is_common_word
from assistant.text.names import names
from assistant.text.numbers import numbers
from assistant.text.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.answering.retrieval import RetrievedEvidence
    from assistant.library import Filters, Library, StoredPaper

# Latin names and terms also within text that has no spaces.
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f][\w+#]*(?:-[A-Za-z0-9\u00c0-\u024f]+)*", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+")
_HYPHENATED = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_NUMBER = re.compile(r"\d[\d.,]*")
_WORD_MARK = "~"
# Spanish and Portuguese words have a vowel before an `s` and a consonant: `estatinas`.
_SPANISH_START = re.compile(r"^e(?=s[ptc])")
# Two words look alike if they begin with so many same letters, and that share of the shorter one.
_MIN_ALIKE, _MIN_SHARE = 5, 0.65
# How much a term counts: a name or number that the paper has, any term that the sentence has, and
# another word that only the paper has.
_NAME, _IN_SENTENCE, _IN_PAPER = 3.0, 1.0, 0.4
_A_NUMBER = 1.5
# `prééclampsie` may be written as `pre-eclampsia`.
_PREFIX = re.compile(r"^(?:pre|post|non|anti|sub|inter|hyper|hypo|auto|multi|micro)(?=\w{5})")
_ASKS_NUMBER = re.compile(
    r"\b(?:wie\s*viele?|wie\s+(?:hoch|groß|oft|lange|schnell)|combien|cu[aá]nt[oa]s?|quant[oiae]s?"
    r"|prozent|pour\s*cent\w*|por\s*ciento|percentuale"
    r"|genauigkeit|pr[eé]cisi[oó]n|exactitud|accuratezza|precisão|taux|rate|tasa|taxa)\b"
    r"|多少|几[个次]|多大|多快|准确率|いくつ|何[人個回%]|몇|얼마|сколько|كم",
    re.IGNORECASE,
)


def closest_passages(
    text: str, library: Library, limit: int, filters: Filters
) -> RetrievedEvidence:
    """The sentences closest to the question `text`, which is not in English, best first.

    They are those with most of its names, numbers and words that look alike, rare ones counting
    more; without any, those that search finds.
    """
    found = retrieve_evidence(Question.parse(text), library, limit, filters)
    terms = _Terms(text)
    if not terms.query:
        return found
    hits = library.search(terms.query, PAPERS, filters)
    papers = {hit.stored.number: hit.stored for hit in hits}
    papers |= {source.stored.number: source.stored for source in found.evidence}
    best = terms.best_sentences(list(papers.values()))[:limit]
    if not best:
        return found
    return replace(found, evidence=tuple(best), nearest=nearest_papers(hits))


class _Terms:
    """The terms of a question that English text can have too."""

    def __init__(self, text: str) -> None:
        latin = " ".join(_LATIN.findall(text)) if _has_other_script(text) else text
        self._names = [name for name in names(f"- {latin}") if _is_term(name)]
        known = {_folded(name) for name in self._names}
        self._words = list(
            dict.fromkeys(
                folded
                for word in _WORD.findall(latin)
                if len(folded := _folded(word)) >= _MIN_ALIKE
                and folded not in known
                and not is_common_word(word)
            )
        )
        self._numbers = list(dict.fromkeys(number.value for number in numbers(text)))
        self._asks_number = _ASKS_NUMBER.search(text) is not None
        # German nouns have capitals, so most of its words are names: each is also looked for as a
        # word.
        self._words += [name for name in known if len(name) >= _MIN_ALIKE and name.isalpha()]

    @property
    def query(self) -> str:
        """The terms as a search query."""
        parts = [_PREFIX.sub("", word) for word in self._words]
        return " ".join(dict.fromkeys([*self._names, *self._numbers, *self._words, *parts]))

    def best_sentences(self, papers: Sequence[StoredPaper]) -> list[Evidence]:
        """The sentences with any of the terms, best first; scores are relative to the best."""
        sentences = [
            (stored, span) for stored in papers for span in sentence_spans(stored.abstract)
        ]
        texts = [stored.abstract[slice(*span)] for stored, span in sentences]
        matches = [self._matches(text) for text in texts]
        in_papers = {
            stored.number: self._matches(f"{stored.title}. {stored.abstract}") for stored in papers
        }
        counts = Counter(term for match in matches for term in match)

        def value(terms: Iterable[str]) -> float:
            return sum(math.log(1 + len(texts) / (1 + counts[term])) for term in terms)

        scored = []
        for (stored, (start, end)), text, match in zip(sentences, texts, matches, strict=True):
            of_paper = in_papers[stored.number]
            if not of_paper:
                continue
            named = {term for term in of_paper if not term.startswith(_WORD_MARK)}
            score = _NAME * value(named) + _IN_SENTENCE * value(match)
            score += _IN_PAPER * value(of_paper - named - match)
            asked = self._asks_number and self._has_new_number(text)
            scored.append(Evidence(stored, text, start, end, score * (_A_NUMBER if asked else 1)))
        if not scored:
            return []
        scored.sort(key=lambda one: -one.score)
        return [replace(one, score=one.score / scored[0].score) for one in scored]

    def _matches(self, text: str) -> set[str]:
        """The terms that `text` has; those that are words start with `_WORD_MARK`."""
        words = {_folded(word) for word in _WORD.findall(text)}
        words |= {_folded(word.replace("-", "")) for word in _HYPHENATED.findall(text)}
        values = {number.value for number in numbers(text)}
        found = {
            name
            for name in self._names
            if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w+#])", text, re.IGNORECASE)
        }
        found |= {number for number in self._numbers if number in values}
        return found | {
            _WORD_MARK + word
            for word in self._words
            if any(_look_alike(word, other) for other in words)
        }

    def _has_new_number(self, text: str) -> bool:
        return any(number not in self._numbers for number in _NUMBER.findall(text))


def _is_term(name: str) -> bool:
    return len(name) > 1 and not is_common_word(name)


def _has_other_script(text: str) -> bool:
    return any(ord(letter) > 0x24F and letter.isalpha() for letter in text)


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    folded = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPANISH_START.sub("", folded)


def _look_alike(one: str, other: str) -> bool:
    """Whether both begin with the same letters, as words of the same origin do."""
    same = 0
    for letter, there in zip(one, other, strict=False):
        if letter != there:
            break
        same += 1
    return same >= max(_MIN_ALIKE, _MIN_SHARE * min(len(one), len(other)))
