"""Claim and cited evidence -> supported or not: the check that everything shown has passed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering.binding import numbers_are_bound
from assistant.text.facts import missing_facts
from assistant.text.names import bears, names
from assistant.text.numbers import UNITS, numbers
from assistant.text.words import content_words, stem, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence

# Share of a claim's content words that must be in what it cites.
LEAST_WORDS = 0.8
# A claim has to say something itself, not just `The answer is 3.`
FEWEST_WORDS = 2

# Words with which an answer speaks of itself ("the answer to this question is ..."), and units,
# which are checked with their numbers.
_NOT_CHECKED = frozenset(
    stem(word)
    for word in """answer question called name sentence paper author study research researcher
    according based""".split()  # noqa: SIM905
) | {stem(unit) for unit in UNITS}

_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|without|cannot|lacks?|fails?|unable|\w+n['’]t)\b"
    r"(?!\s+only\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Grounding:
    """Whether a claim is supported, and what it says that its sources do not."""

    supported: bool
    missing: tuple[str, ...]


def check(claim: str, cited: Sequence[Evidence], question: str = "") -> Grounding:
    """Check `claim`, a sentence of the answer to `question`, against the evidence it cites.

    Every number and name, and most content words, must be in the cited sentences or the titles of
    their papers, within one paper; only a claim without numbers may be put together from several.
    A word that is only in the question counts half: it is what the answer is about, but no
    evidence. A name of the question counts if the paper bears it anywhere: its sentences say "our
    method" instead. A claim must not negate what is not negated there, or leave out a negation, nor
    give the numbers there to something else.
    """
    papers = {source.stored.number for source in cited}
    groups = [[source for source in cited if source.stored.number == paper] for paper in papers]
    if len(groups) > 1 and not numbers(claim):
        groups.append(list(cited))
    results = [_check_together(claim, group, question) for group in groups]
    return min(
        results,
        key=lambda result: (not result.supported, len(result.missing)),
        default=Grounding(supported=False, missing=("evidence",)),
    )


def adds_nothing(claim: str, known: str) -> bool:
    """Whether everything in `claim` is in `known` already, such as the question."""
    words = vocabulary(known)
    return all(word in words for word in content_words(claim)) and not missing_facts(claim, known)


def parts_in(claim: str, source: str) -> frozenset[str]:
    """What of a claim is in `source`: content words, numbers, names. To compare sources with."""
    words = vocabulary(source)
    missing = set(missing_facts(claim, source))
    facts = {f"{number.value} {number.unit}".strip() for number in numbers(claim)}
    return frozenset(
        {word for word in content_words(claim) if word in words}
        | {f"#{fact}" for fact in facts - missing}
        | {f"={name}" for name in names(claim) if name not in missing}
    )


def _check_together(claim: str, cited: Sequence[Evidence], question: str) -> Grounding:
    sentences = " ".join(source.text for source in cited)
    abstracts = " ".join(dict.fromkeys(source.stored.abstract for source in cited))
    titles = dict.fromkeys(source.stored.title for source in cited)
    subjects = [name for name in names(question) if bears(abstracts, name)]
    source = ". ".join((*titles, *subjects, sentences))
    given = vocabulary(source)
    asked = vocabulary(question)
    words = [word for word in content_words(claim) if word not in _NOT_CHECKED]
    facts = missing_facts(claim, source)
    if words and words[0] not in given | asked:
        facts.append(words[0])  # what the claim is about; as the first word it may be a name
    missing = [word for word in words if word not in given]
    grounded = len(words) - len(missing)
    credit = len(words) - sum(0.5 if word in asked else 1.0 for word in missing)
    enough = grounded >= FEWEST_WORDS and credit >= LEAST_WORDS * len(words)
    if _negation_differs(claim, sentences):
        facts.append("negation")
    if not facts and not numbers_are_bound(claim, [source.text for source in cited]):
        facts.append("what its numbers belong to")
    return Grounding(supported=enough and not facts, missing=(*facts, *missing))


def _negation_differs(claim: str, sentences: str) -> bool:
    negated_there = {
        word
        for match in _NEGATION.finditer(sentences)
        for word in content_words(sentences[match.end() : match.end() + 60])[:1]
    }
    if _NEGATION.search(claim):
        return not negated_there
    return any(word in negated_there for word in content_words(claim))
