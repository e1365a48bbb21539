"""Names groups of texts by the words and two-word phrases that distinguish each group.

The score of a term is the share of the group's texts that contain it, with more weight on titles,
times its log odds against the other texts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log

from assistant.text.words import STOP_WORDS
from assistant.topics.terms import WEAK_STEMS, WORD, most_frequent_form, topic_stem
from assistant.topics.text_vectors import TITLE_WEIGHT

Term = tuple[str, ...]
"""One stem, or the two stems of a phrase."""

MOST_TERMS = 3
# A term must be in at least this share of the group's texts.
_MIN_SHARE = 0.25
# Minimum score of the second term, and of the third one relative to the first.
_MIN_SECOND = 0.15
_MIN_THIRD = 0.4
# From this size on, a single word must be in two titles of the group, else in one.
_LARGE_GROUP = 5
# The final s of a shorter stem may not be a plural s.
_MIN_PLURAL_STEM = 4
# Weight of a text that contains a term selected earlier.
_COVERED_WEIGHT = 0.6
# A phrase is more specific than a single word with the same score.
_PHRASE_FACTOR = 1.35
# Adjectives, adverbs and verbs are poor names; these are their endings.
_NOT_NOUN_FACTOR = 0.5
_NOT_NOUN = re.compile(r"\w{3,}(?:al|ive|ic|ous|ed|ary|able|ly|ates|izes|ifies|duces)$")
# A term is extended by a word that is next to at least this share of its occurrences.
_ADJACENT_SHARE = 0.6
_MOST_WORDS = 4
# Pseudo-count of every term, because rare terms are weak evidence.
_PRIOR = 0.5
_PHRASE_GAP = re.compile(r"[ \u00a0-]")


class _Document:
    """The terms of a text and of its title, and the written forms of each term."""

    def __init__(self, text: str) -> None:
        self.text = text
        title, _, rest = text.partition("\n")
        self.forms: dict[Term, Counter[str]] = {}
        self.title_terms = self._read(title)
        self.terms = self.title_terms | self._read(rest)

    def _read(self, part: str) -> set[Term]:
        terms: set[Term] = set()
        previous: tuple[str, re.Match[str]] | None = None
        for word in WORD.finditer(part):
            stem = topic_stem(word[0])
            if stem is None:
                previous = None
                continue
            forms: dict[Term, str] = {(stem,): word[0]}
            if previous and _PHRASE_GAP.fullmatch(part[previous[1].end() : word.start()]):
                forms[previous[0], stem] = part[previous[1].start() : word.end()]
            for term, form in forms.items():
                self.forms.setdefault(term, Counter())[form] += 1
            terms.update(forms)
            previous = stem, word
        return terms

    def weight(self, term: Term) -> float:
        """The weight of this text for `term`: 1 if it is in the title, less if only in the rest."""
        return 1.0 if term in self.title_terms else float(term in self.terms) / TITLE_WEIGHT


def name_groups(texts: Sequence[str], groups: Sequence[Sequence[int]]) -> list[str]:
    """The names of `groups`, lists of indexes of `texts`; "" if no term distinguishes a group.

    The first line of a text is its title. Texts in no group count as other texts. No two names
    share a term.
    """
    documents = [_Document(text) for text in texts]
    totals: dict[Term, float] = defaultdict(float)
    for document in documents:
        for term in document.terms:
            totals[term] += document.weight(term)
    members = [[documents[place] for place in group] for group in groups]
    scores = [_scores(group, totals, len(documents)) for group in members]
    owners: dict[Term, int] = {}
    for number, found in enumerate(scores):
        for term, score in found.items():
            if term not in owners or score > scores[owners[term]][term]:
                owners[term] = number
    names = []
    for number, (group, found) in enumerate(zip(members, scores, strict=True)):
        own = {term: score for term, score in found.items() if owners[term] == number}
        names.append(_capitalized(" · ".join(_labels(own, group))))
    return names


def _capitalized(name: str) -> str:
    """`name` with an initial capital, unless its first word contains capitals, such as `mRNA`."""
    return name[:1].upper() + name[1:] if name.partition(" ")[0].islower() else name


def _scores(group: list[_Document], totals: Mapping[Term, float], count: int) -> dict[Term, float]:
    """The terms that could name `group`, with their positive scores."""
    weights: dict[Term, float] = defaultdict(float)
    texts_with: Counter[Term] = Counter()
    for document in group:
        texts_with.update(document.terms)
        for term in document.terms:
            weights[term] += document.weight(term)
    least = max(2.0, _MIN_SHARE * len(group))
    others = count - len(group)
    scores = {}
    for term, texts in texts_with.items():
        titles = sum(term in document.title_terms for document in group)
        if texts < least or titles < (1 if len(group) < _LARGE_GROUP or len(term) > 1 else 2):
            continue
        inside = (weights[term] + _PRIOR) / (len(group) + 2 * _PRIOR)
        outside = (totals[term] - weights[term] + _PRIOR) / (others + 2 * _PRIOR)
        log_odds = log(inside / (1 - inside)) - log(outside / (1 - outside)) if others else 1.0
        score = weights[term] / len(group) * log_odds * _term_factor(term, group)
        if score > 0:
            scores[term] = score
    return scores


def _term_factor(term: Term, group: list[_Document]) -> float:
    """How well `term` works as a name, independent of its counts."""
    if len(term) > 1:
        return _PHRASE_FACTOR
    if term[0] in WEAK_STEMS:
        return 0.0
    return _NOT_NOUN_FACTOR if _NOT_NOUN.search(_form(term, group).lower()) else 1.0


def _labels(scores: dict[Term, float], group: list[_Document]) -> list[str]:
    """The written forms of the selected terms; no two share a word."""
    labels: list[str] = []
    for term in _selected_terms(scores, group):
        used = set().union(*map(_stems, labels))
        for form in (_extended_form(term, group), _form(term, group)):
            if not used & _stems(form):
                labels.append(form)
                break
    return labels


def _stems(form: str) -> set[str]:
    """The stems of `form` without the plural s that the stemmer leaves in `RNAs`."""
    stems = map(topic_stem, WORD.findall(form))
    return {
        stem if len(stem) < _MIN_PLURAL_STEM else stem.removesuffix("s") for stem in stems if stem
    }


def _selected_terms(scores: dict[Term, float], group: list[_Document]) -> list[Term]:
    """The best terms without common stems; texts that contain an earlier term count less."""
    selected: list[Term] = []
    covered: set[int] = set()
    while len(selected) < MOST_TERMS:
        used = {stem for term in selected for stem in term}
        rest = {
            term: score * _novelty(term, group, covered)
            for term, score in scores.items()
            if not used & set(term)
        }
        if not rest:
            break
        best = min(rest, key=lambda term: (-rest[term], term))
        least = (0.0, _MIN_SECOND, _MIN_THIRD * scores[selected[0]] if selected else 0.0)
        if rest[best] < least[len(selected)]:
            break
        selected.append(best)
        covered.update(n for n, document in enumerate(group) if best in document.terms)
    return selected


def _novelty(term: Term, group: list[_Document], covered: set[int]) -> float:
    """The mean weight of the texts that contain `term`; texts in `covered` count less."""
    having = [n for n, document in enumerate(group) if term in document.terms]
    return sum(_COVERED_WEIGHT if n in covered else 1.0 for n in having) / len(having)


def _form(term: Term, group: list[_Document]) -> str:
    """The most frequent form of `term`."""
    forms: Counter[str] = Counter()
    for document in group:
        forms.update(document.forms.get(term, {}))
    return most_frequent_form(forms)


def _extended_form(term: Term, group: list[_Document]) -> str:
    """The most frequent form of `term`, extended by words next to most of its occurrences."""
    form = _form(term, group)
    texts = [document.text for document in group if term in document.terms]
    while len(form.split()) < _MOST_WORDS:
        longer = _with_adjacent_word(form, texts)
        if longer == form:
            break
        form = longer
    return form


def _with_adjacent_word(form: str, texts: Sequence[str]) -> str:
    """`form`, extended by the word before or after most of its occurrences, if there is one."""
    pattern = re.compile(
        rf"(?:(?P<before>{WORD.pattern}(?:[ -]of)?)[ -])?\b(?P<form>{re.escape(form)})\b"
        rf"(?:[ -](?P<after>{WORD.pattern}))?",
        re.IGNORECASE,
    )
    found = [(n, match) for n, text in enumerate(texts) for match in pattern.finditer(text)]
    for side in ("before", "after"):
        counts = Counter(_folded(match[side]) for _, match in found if match[side])
        if not counts:
            continue
        word = min(counts, key=lambda one: (-counts[one], one))
        having = [(n, match) for n, match in found if _folded(match[side]) == word]
        frequent = counts[word] >= _ADJACENT_SHARE * len(found)
        if frequent and len({n for n, _ in having}) > 1 and not _is_function_word(word):
            first, last = ("before", "form") if side == "before" else ("form", "after")
            return most_frequent_form(
                Counter(match.string[match.start(first) : match.end(last)] for _, match in having)
            )
    return form


def _folded(words: str | None) -> str:
    return (words or "").lower().replace("-", " ")


def _is_function_word(words: str) -> bool:
    first = words.partition(" ")[0]
    return first in STOP_WORDS or first.isdigit()
