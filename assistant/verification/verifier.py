"""Claim and cited evidence -> supported or not: the check that everything shown has passed.

First come rules, each of which alone turns a claim down: numbers and names, what numbers belong to,
negation, direction, comparison, reserve, joints between clauses. What they leave is judged by how
much of it stands in the evidence and how closely together. The rules look at the claim laid along
its evidence (`alignment`), for a small model mostly shortens the sentences it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from assistant.text.facts import missing_facts
from assistant.text.names import bears, names
from assistant.text.numbers import numbers
from assistant.text.words import content_words, stem, vocabulary
from assistant.verification.acronyms import unified
from assistant.verification.alignment import Alignment, align
from assistant.verification.comparison import comparison_reversed
from assistant.verification.directions import direction_reversed
from assistant.verification.hedging import strengthened
from assistant.verification.negation import negation_differs
from assistant.verification.number_binding import moved_numbers, numbers_are_bound
from assistant.verification.splices import condition_dropped, spliced
from assistant.verification.support_score import SupportFeatures, probability
from assistant.verification.tokens import Token, tokens
from assistant.verification.weights import LEAST, LEAST_WITH_MEANING

if TYPE_CHECKING:
    from assistant.library import StoredPaper

# A claim has to say something itself, not just `The answer is 3.`
FEWEST_WORDS = 2
# So large a share of its words has to be in the cited sentences; what is asked counts half.
LEAST_GIVEN = 0.6
# However likely, a claim has no larger share of words that its evidence does not have.
MOST_NEW = 0.25

# What papers call what they are about: no other paper is named by it.
_GENERIC = frozenset(
    stem(word)
    for word in """method approach model system technique framework algorithm proposed paper result
    procedure network architecture dataset benchmark tool package library program version test
    experiment data new final present various several different also""".split()  # noqa: SIM905
)
# Verbs with which a claim may say that its evidence says it.
_SAYING = frozenset(
    stem(word)
    for word in """use using utilize employ show find demonstrate prove achieve reach attain obtain
    get call have give yield provide offer make produce build create construct develop propose
    introduce need require allow enable perform run work contain include help""".split()  # noqa: SIM905
)
# With these a sentence speaks of what its paper is about.
_OWN = frozenset({"we", "it", "they"})
_POINTING = frozenset({"this", "these", "our"})
# What a word that only the question has counts of one that only the title has: the question says
# what the claim is about. By hand, for the pairs that the weights are fitted on have no questions.
_ASKED = 0.35
_ATTACHING = frozenset({"of", "for", "between", "among", "by", "with", "from"})


class CitedSentence(Protocol):
    """A sentence of a paper that a claim cites; `start` is where it begins in the abstract."""

    @property
    def text(self) -> str:
        """The sentence on one line."""

    @property
    def start(self) -> int:
        """By this the cited sentences of a paper are put in order."""

    @property
    def stored(self) -> StoredPaper:
        """The paper; its title and abstract may name what the claim is about."""


@dataclass(frozen=True)
class Verification:
    """Whether a claim is supported, and what it says that its sources do not.

    `score` is how likely it is supported, from 0 to 1; 0 if a rule turned it down.
    """

    supported: bool
    missing: tuple[str, ...]
    score: float = 0.0


def verify_claim(
    claim: str, cited: Sequence[CitedSentence], question: str = "", similarity: float | None = None
) -> Verification:
    """Check `claim`, a sentence of the answer to `question`, against the evidence it cites.

    One cited sentence has to say all of it, or several together, in their order and without a
    joint within a clause; of several papers only for a claim without numbers. Numbers and names may
    also stand in the title. A word that is only in the question counts half: it is what the answer
    is about, but no evidence. A name of the question counts if the paper bears it anywhere: its
    sentences say "our method" instead.

    `similarity` is the cosine of the claim and its cited sentences (joined by a space) as embedded
    by MiniLM; without it the check is stricter about words.
    """
    papers = dict.fromkeys(source.stored.number for source in cited)
    groups = [[source] for source in cited]
    for paper in papers:
        together = [source for source in cited if source.stored.number == paper]
        if len(together) > 1:
            groups.append(sorted(together, key=lambda source: source.start))
    if len(papers) > 1 and not numbers(claim):
        groups.append(list(cited))
    best = Verification(supported=False, missing=("evidence",))
    for group in groups:
        found = examine(claim, group, question).grounding(similarity)
        if found.supported:
            return found
        if best.missing == ("evidence",) or len(found.missing) < len(best.missing):
            best = found
    return best


def is_covered_by(claim: str, known: str) -> bool:
    """Whether everything in `claim` is in `known` already, such as the question."""
    words = vocabulary(known)
    return all(word in words for word in content_words(claim)) and not missing_facts(claim, known)


def supported_parts(claim: str, source: str) -> frozenset[str]:
    """What of a claim is in `source`: content words, numbers, names. To compare sources with."""
    words = vocabulary(source)
    missing = set(missing_facts(claim, source))
    facts = {f"{number.value} {number.unit}".strip() for number in numbers(claim)}
    return frozenset(
        {word for word in content_words(claim) if word in words}
        | {f"#{fact}" for fact in facts - missing}
        | {f"={name}" for name in names(claim) if name not in missing}
    )


@dataclass(frozen=True)
class RuleFindings:
    """What the rules found against a claim, and what is measured of it for the last stage."""

    against: tuple[str, ...]
    measured: SupportFeatures
    asked: int

    def grounding(self, similarity: float | None) -> Verification:
        """The verdict."""
        aligned = self.measured.aligned
        new = [aligned.claim[n].text for n in aligned.new]
        missing = tuple(dict.fromkeys((*self.against, *new)))
        if self.against:
            return Verification(supported=False, missing=missing)
        said = [token for token in aligned.claim if token.content]
        given = sum(aligned.in_source(token) for token in said)
        asked = 0.5 * self.asked
        score = probability(self.measured, similarity)
        if (
            given >= FEWEST_WORDS
            and given + asked >= LEAST_GIVEN * len(said)
            and score >= (LEAST if similarity is None else LEAST_WITH_MEANING)
            and self.measured.nowhere + self.measured.elsewhere <= MOST_NEW * len(said)
        ):
            return Verification(supported=True, missing=missing, score=score)
        return Verification(supported=False, missing=missing or ("its order",), score=score)


def examine(claim: str, cited: Sequence[CitedSentence], question: str = "") -> RuleFindings:
    """Lay `claim` along all that is `cited`, in that order, and apply the rules."""
    text, sentences = unified(claim, " ".join(source.text for source in cited))
    aligned = align(tokens(text), tokens(sentences))
    context = _Context.of(cited, question, sentences)
    against = missing_facts(text, context.given)
    against += _against(aligned, text, [source.text for source in cited], context)
    asked = sum(aligned.claim[n].key in context.asked for n in aligned.new)
    return RuleFindings(tuple(against), context.measure(aligned), asked)


def _against(
    aligned: Alignment, claim: str, sentences: Sequence[str], context: _Context
) -> list[str]:
    """What speaks against the claim by a rule."""
    found = context.foreign_subject(aligned)
    found += context.swapped(aligned)
    if negation_differs(aligned):
        found.append("negation")
    found += direction_reversed(aligned)
    if comparison_reversed(aligned):
        found.append("what is compared with what")
    found += strengthened(aligned)
    found += condition_dropped(aligned)
    if moved_numbers(aligned) or not numbers_are_bound(claim, sentences, aligned):
        found.append("what its numbers belong to")
    found += [
        token.text
        for n, token in ((n, aligned.claim[n]) for n in aligned.moved)
        if token.name
        or (n in aligned.substitutes and token.key not in context.asked | _GENERIC | _SAYING)
    ]
    if spliced(aligned):
        found.append("what belongs together")
    return found


@dataclass(frozen=True)
class _Context:
    """Where else than in the cited sentences the words of a claim may come from."""

    given: str
    titled: frozenset[str]
    asked: frozenset[str]
    abstract: frozenset[str]

    @classmethod
    def of(cls, cited: Sequence[CitedSentence], question: str, sentences: str) -> _Context:
        abstracts = " ".join(dict.fromkeys(source.stored.abstract for source in cited))
        titles = dict.fromkeys(source.stored.title for source in cited)
        subjects = [name for name in names(question) if bears(abstracts, name)]
        return cls(
            given=". ".join((*titles, *subjects, sentences)),
            titled=_vocabulary(" ".join((*titles, *subjects))),
            asked=_vocabulary(question),
            abstract=_vocabulary(abstracts),
        )

    def measure(self, aligned: Alignment) -> SupportFeatures:
        """Count the words of the claim by where else they are."""
        nowhere = elsewhere = granted = 0.0
        for n in aligned.new:
            key = aligned.claim[n].key
            if key in self.asked:
                granted += _ASKED
            elif key in self.titled or key in _GENERIC or key in _SAYING:
                granted += 1
            elif key in self.abstract:
                elsewhere += 1
            else:
                nowhere += 1
        asked = [n for n in aligned.moved if aligned.claim[n].key in self.asked]
        granted += _ASKED * len(asked)
        return SupportFeatures(
            aligned, nowhere, elsewhere, granted, len(aligned.moved) - len(asked)
        )

    def foreign_subject(self, aligned: Alignment) -> list[str]:
        """The words at the beginning, where a claim says what it is about, that are not there.

        The title, the question and general words such as `the method` may name it instead, where
        the sentence itself says `we`, `it` or `the method`.
        """
        lead: list[Token] = []
        first = None
        for n, token in enumerate(aligned.claim):
            if token.content and n in aligned.place:
                first = aligned.place[n]
                break
            if token.kind == "word" and n not in aligned.place:
                lead.append(token)
        before = aligned.source[:first]
        foreign = [
            token.text
            for token in lead
            if token.content and token.key not in self.titled | self.asked | _GENERIC | _SAYING
        ]
        if foreign or not lead:
            return foreign or _cut_head(before)
        if any(
            token.text in _OWN or (token.key in _GENERIC and before[n - 1].text in _POINTING and n)
            for n, token in enumerate(before)
        ):
            return []
        others = [t for t in before if t.content and t.key not in _GENERIC and not t.number]
        return [token.text for token in lead] if others else []

    def swapped(self, aligned: Alignment) -> list[str]:
        """New words that stand there in place of others: `a new drug`, `a new vaccine`.

        No list has all words that turn a sentence round, so a word that replaces another must be a
        general one, or come from the title or the question.
        """
        known = self.titled | self.asked | _GENERIC | _SAYING
        return [
            aligned.claim[n].text
            for n in aligned.new
            if n in aligned.substitutes and aligned.claim[n].key not in known
        ]


@lru_cache(maxsize=256)
def _vocabulary(text: str) -> frozenset[str]:
    """The vocabulary of `text`, kept: the claims of one answer share question and abstracts."""
    return vocabulary(text)


def _cut_head(before: Sequence[Token]) -> list[str]:
    """What a claim that begins with `B` leaves out of `A of B is`, as a list of words."""
    if len(before) > 1 and before[-1].text in _ATTACHING and before[-2].content:
        return [before[-2].text]
    return []
