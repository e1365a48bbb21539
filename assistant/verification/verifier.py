"""Claim verification: decides whether the cited evidence supports a claim.

Rules reject first, each on its own: numbers and names that the evidence lacks, numbers that belong
to other words, negation, antonyms, swapped comparisons, dropped hedges, joined clauses. For the
rest, a score measures how much of the claim the evidence contains, and how closely together. Both
work on the alignment of the claim with its evidence, because small models mostly shorten the
sentences that they are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from assistant.text.names import mentions, missing_facts, names
from assistant.text.numbers import numbers
from assistant.text.word_lists import word_list
from assistant.text.words import content_words, stem, vocabulary
from assistant.verification.alignment import Alignment, align
from assistant.verification.contradiction import (
    adds_negation,
    comparison_is_reversed,
    negation_differs,
    reversed_words,
)
from assistant.verification.definitions import is_of_another
from assistant.verification.hedging import overstatements
from assistant.verification.modifiers import (
    changed_markers,
    changed_modifiers,
    exchanged_groups,
    inserted_names,
    joined_names,
)
from assistant.verification.number_binding import (
    drops_a_value,
    has_moved_number,
    numbers_are_bound,
)
from assistant.verification.number_phrases import has_other_quantity
from assistant.verification.splices import dropped_conditions, is_spliced, joins_a_number
from assistant.verification.subjects import is_said_of_others
from assistant.verification.support_score import SupportFeatures, support_model
from assistant.verification.tokens import Token, tokenize, unify_acronyms
from assistant.verification.violations import VETOES, Violation

if TYPE_CHECKING:
    from assistant.library import StoredPaper

# A claim must contain information of its own, not just `The answer is 3.`
MIN_SUPPORTED_WORDS = 2
# Minimum share of the claim's content words that the evidence contains; words of the question count
# half.
MIN_SUPPORTED_SHARE = 0.6
# Maximum share of words that the evidence lacks, whatever the score.
MAX_NEW_SHARE = 0.25

# General words for what a paper is about; they name no other paper.
_GENERIC = frozenset(map(stem, word_list("generic_paper_words")))
# General verbs with which a claim can report its evidence.
_REPORTING = frozenset(map(stem, word_list("reporting_verbs")))
# Words with which a sentence refers to its own paper.
_SELF_REFERENCES = frozenset({"we", "it", "they"})
_DEMONSTRATIVES = frozenset({"this", "these", "our"})
# Weight of a word that only the question has, relative to a word that only the title has: the
# question says what the claim is about. Set by hand, because the fitted pairs have no questions.
_QUESTION_WEIGHT = 0.35
_ATTACHING = frozenset({"of", "for", "between", "among", "by", "with", "from"})


class CitedSentence(Protocol):
    """A sentence of a paper that a claim cites."""

    @property
    def text(self) -> str:
        """The sentence on one line."""

    @property
    def start(self) -> int:
        """The position of the sentence in the abstract; sorts the sentences of a paper."""

    @property
    def stored(self) -> StoredPaper:
        """The paper; its title and abstract can name what the claim is about."""


@dataclass(frozen=True)
class Verification:
    """The result of claim verification.

    `missing` lists words and kinds of information that the evidence does not support. `score` is
    the probability of support, 0 if a rule rejected the claim. `contradicts` is whether the claim
    states numbers, units or names that the evidence does not state, or not of the same thing: no
    paraphrase does.
    """

    supported: bool
    missing: tuple[str, ...]
    score: float = 0.0
    contradicts: bool = False


def verify_claim(claim: str, cited: Sequence[CitedSentence], question: str = "") -> Verification:
    """Check whether the `cited` sentences support `claim`, a sentence of the answer to `question`.

    One cited sentence must support all of it, or several sentences of one paper in their order;
    sentences of several papers only if the claim has no numbers. Numbers and names can also be in
    the title. A word that only the question has counts half, because it is the topic but no
    evidence. A name in the question counts if it occurs anywhere in the abstract, whose sentences
    may say "our method" instead.
    """
    papers = dict.fromkeys(source.stored.number for source in cited)
    groups = [[source] for source in cited]
    for paper in papers:
        of_paper = [source for source in cited if source.stored.number == paper]
        if len(of_paper) > 1:
            groups.append(sorted(of_paper, key=lambda source: source.start))
    if len(papers) > 1 and not numbers(claim):
        groups.append(list(cited))
    best = Verification(supported=False, missing=(Violation.NOTHING_CITED,), contradicts=True)
    contradicts = True
    for group in groups:
        result = apply_rules(claim, group, question).result()
        if result.supported:
            return result
        contradicts &= result.contradicts
        if best.missing == (Violation.NOTHING_CITED,) or len(result.missing) < len(best.missing):
            best = result
    return replace(best, contradicts=contradicts)


def is_covered_by(claim: str, text: str) -> bool:
    """Whether `text`, such as the question, already contains everything in `claim`."""
    words = vocabulary(text)
    return all(word in words for word in content_words(claim)) and not missing_facts(claim, text)


def supported_parts(claim: str, source: str) -> frozenset[str]:
    """The content words, numbers and names of `claim` that `source` contains."""
    words = vocabulary(source)
    missing = set(missing_facts(claim, source))
    claim_numbers = {f"{number.value} {number.unit}".strip() for number in numbers(claim)}
    return frozenset(
        {word for word in content_words(claim) if word in words}
        | {f"#{number}" for number in claim_numbers - missing}
        | {f"={name}" for name in names(claim) if name not in missing}
    )


@dataclass(frozen=True)
class RuleFindings:
    """What the rules found, and the features for the score.

    `violations` lists the words and kinds of information that a rule rejects; `question_words` is
    the number of new words that the question contains.
    """

    violations: tuple[str, ...]
    features: SupportFeatures
    question_words: int
    contradicts: bool

    def result(self) -> Verification:
        """Combine the rules with the score."""
        aligned = self.features.aligned
        new = [aligned.claim[n].text for n in aligned.new]
        missing = tuple(dict.fromkeys((*self.violations, *new)))
        if self.violations:
            return Verification(supported=False, missing=missing, contradicts=self.contradicts)
        content = [token for token in aligned.claim if token.content]
        supported = sum(aligned.in_source(token) for token in content)
        score = self.features.probability()
        if (
            supported >= MIN_SUPPORTED_WORDS
            and supported + 0.5 * self.question_words >= MIN_SUPPORTED_SHARE * len(content)
            and score >= support_model().threshold
            and self.has_few_new_words
        ):
            return Verification(supported=True, missing=missing, score=score)
        missing = missing or (Violation.WORD_ORDER,)
        return Verification(supported=False, missing=missing, score=score)

    @property
    def has_few_new_words(self) -> bool:
        """Whether at most `MAX_NEW_SHARE` of the claim's content words are new."""
        content = sum(token.content for token in self.features.aligned.claim)
        return self.features.unknown + self.features.elsewhere <= MAX_NEW_SHARE * content


def apply_rules(claim: str, cited: Sequence[CitedSentence], question: str = "") -> RuleFindings:
    """Align `claim` with all `cited` sentences, in that order, and apply the rules."""
    text, evidence = unify_acronyms(claim, " ".join(source.text for source in cited))
    aligned = align(tokenize(text), tokenize(evidence))
    context = _Context.of(cited, question, evidence)
    missing = missing_facts(text, context.citable)
    another = context.other_things(aligned, text, evidence)
    sentences = [source.text for source in cited]
    violations = missing + another + _violations(aligned, text, sentences, context)
    question_words = sum(aligned.claim[n].key in context.question for n in aligned.new)
    return RuleFindings(
        tuple(violations),
        context.features(aligned),
        question_words,
        contradicts=bool(missing or another) or not VETOES.isdisjoint(violations),
    )


def _violations(
    aligned: Alignment, claim: str, sentences: Sequence[str], context: _Context
) -> list[str]:
    violations = context.unknown_subject(aligned)
    if is_of_another(aligned, _GENERIC | _REPORTING) or is_said_of_others(aligned, context.title):
        violations.append(Violation.DESCRIBED)
    violations += context.replaced_words(aligned)
    if negation_differs(aligned):
        violations.append(Violation.NEGATION)
    if adds_negation(aligned):
        violations.append(Violation.NEGATED)
    violations += reversed_words(aligned)
    if comparison_is_reversed(aligned):
        violations.append(Violation.DIRECTION)
    violations += overstatements(aligned)
    violations += dropped_conditions(aligned)
    if (
        has_moved_number(aligned)
        or joins_a_number(aligned)
        or not numbers_are_bound(claim, sentences, aligned)
        or any(drops_a_value(claim, sentence) for sentence in sentences)
    ):
        violations.append(Violation.NUMBERED)
    violations += [
        token.text
        for n, token in ((n, aligned.claim[n]) for n in aligned.moved)
        if token.name
        or (n in aligned.substitutes and token.key not in context.question | _GENERIC | _REPORTING)
    ]
    if is_spliced(aligned):
        violations.append(Violation.SPLICED)
    return violations


@dataclass(frozen=True)
class _Context:
    """What a claim can contain beyond the words of the cited sentences.

    `citable` is the text in which its numbers and names must be; the others are vocabularies.
    """

    citable: str
    titles: str
    title: frozenset[str]
    question: frozenset[str]
    abstract: frozenset[str]

    @classmethod
    def of(cls, cited: Sequence[CitedSentence], question: str, evidence: str) -> _Context:
        abstracts = " ".join(dict.fromkeys(source.stored.abstract for source in cited))
        titles = dict.fromkeys(source.stored.title for source in cited)
        subjects = [name for name in names(question) if mentions(abstracts, name)]
        return cls(
            citable=". ".join((*titles, *subjects, evidence)),
            titles=". ".join(titles),
            title=vocabulary(" ".join((*titles, *subjects))),
            question=vocabulary(question),
            abstract=vocabulary(abstracts),
        )

    def other_things(self, aligned: Alignment, claim: str, evidence: str) -> list[str]:
        """Names and groups of the claim that the evidence says something else of, and units."""
        found = changed_modifiers(claim, evidence, self.titles)
        found += changed_markers(claim, evidence)
        found += inserted_names(aligned, claim) + joined_names(aligned, claim)
        found += exchanged_groups(aligned, self.title)
        return [*found, Violation.QUANTITY] if has_other_quantity(claim, evidence) else found

    def features(self, aligned: Alignment) -> SupportFeatures:
        """Count the unaligned words of the claim by where else they occur."""
        unknown = elsewhere = context = 0.0
        for n in aligned.new:
            key = aligned.claim[n].key
            if key in self.question:
                context += _QUESTION_WEIGHT
            elif key in self.title or key in _GENERIC or key in _REPORTING:
                context += 1
            elif key in self.abstract:
                elsewhere += 1
            else:
                unknown += 1
        moved_question_words = sum(aligned.claim[n].key in self.question for n in aligned.moved)
        context += _QUESTION_WEIGHT * moved_question_words
        moved = len(aligned.moved) - moved_question_words
        return SupportFeatures(aligned, unknown, elsewhere, context, moved)

    def unknown_subject(self, aligned: Alignment) -> list[str]:
        """The words at the start of the claim, its subject, that the evidence does not support.

        If the sentence says `we`, `it` or `the method`, the title, the question and general words
        can name the subject instead.
        """
        lead: list[Token] = []
        first = None
        for n, token in enumerate(aligned.claim):
            if token.content and n in aligned.to_source:
                first = aligned.to_source[n]
                break
            if token.kind == "word" and n not in aligned.to_source:
                lead.append(token)
        before = aligned.source[:first]
        unknown = [
            token.text
            for token in lead
            if token.content and token.key not in self.title | self.question | _GENERIC | _REPORTING
        ]
        if unknown or not lead:
            return unknown or _dropped_head(before)
        if any(
            token.text in _SELF_REFERENCES
            or (token.key in _GENERIC and before[n - 1].text in _DEMONSTRATIVES and n)
            for n, token in enumerate(before)
        ):
            return []
        others = [t for t in before if t.content and t.key not in _GENERIC and not t.number]
        return [token.text for token in lead] if others else []

    def replaced_words(self, aligned: Alignment) -> list[str]:
        """New words that replace words of the evidence: `a new drug` for `a new vaccine`.

        No list contains every word that changes the meaning of a sentence, so a replacement must be
        a general word, or be in the title or the question.
        """
        known = self.title | self.question | _GENERIC | _REPORTING
        return [
            aligned.claim[n].text
            for n in aligned.new
            if n in aligned.substitutes and aligned.claim[n].key not in known
        ]


def _dropped_head(before: Sequence[Token]) -> list[str]:
    """The head that a claim which starts with `B` drops from `A of B is`, in a list."""
    if len(before) > 1 and before[-1].text in _ATTACHING and before[-2].content:
        return [before[-2].text]
    return []
