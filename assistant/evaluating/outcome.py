"""An answer compared with what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.answering import Answer, Claim, Evidence
    from assistant.evaluating.key_facts import KeyFact
    from assistant.library import StoredPaper

Reply = Literal["yes", "no"]
# Kinds of questions that several papers answer, and those of them whose answer has every paper.
SEVERAL_PAPERS = ("list", "comparison", "overview")
EVERY_PAPER = ("list", "comparison")
_REPLY = re.compile(r"\W*(yes|no)\b", re.IGNORECASE)
_MOST_NAMED = 3
_LONGEST_TITLE = 60


def paper_name(stored: StoredPaper) -> str:
    """Number and title of a paper, for people: `#3 On the sleep of owls`."""
    title = sanitized(stored.title)
    cut = f"{title[:_LONGEST_TITLE]}..." if len(title) > _LONGEST_TITLE else title
    return f"#{stored.number} {cut}"


@dataclass(frozen=True)
class Expected:
    """What a right answer is.

    Attributes:
        papers: names of the right papers by number. One of them has to be cited, or all if the
            question is of a kind in EVERY_PAPER.
        facts: what the answer contains, all of them.
        answerable: False if no answer is right; then nothing else is expected.
        reply: what the answer says first.

    """

    papers: Mapping[int, str] = field(default_factory=dict)
    facts: tuple[KeyFact, ...] = ()
    answerable: bool = True
    reply: Reply | None = None


@dataclass(frozen=True)
class Outcome:
    """The answer to a question of this `kind`, and what was expected."""

    kind: str
    expected: Expected
    answer: Answer

    @property
    def claims(self) -> list[Claim]:
        """The sentences that are shown."""
        return [claim for claim in self.answer.claims if claim.shown]

    @property
    def cited(self) -> dict[int, str]:
        """Names of the cited papers by number, in the order of the answer."""
        numbers = (n for claim in self.claims for n in claim.citations)
        papers = (self.answer.sources[n - 1].stored for n in numbers)
        return {stored.number: paper_name(stored) for stored in papers}

    @property
    def right_paper(self) -> bool:
        """Whether a right paper is cited."""
        return not self.expected.papers.keys().isdisjoint(self.cited)

    @property
    def right_paper_first(self) -> bool:
        """Whether the best evidence of the answer is from a right paper."""
        return not self.answer.refused and self._is_right(self.answer.sources[:1])

    @property
    def fact_in_answer(self) -> bool:
        """Whether the answer contains all facts and cites a right paper."""
        return self._grounded and not self._missing(self.claims)

    @property
    def direct(self) -> bool:
        """Whether the first sentence alone has all facts and the expected reply."""
        return (
            self._grounded
            and not self._missing(self.claims[:1])
            and self.said == (self.expected.reply or self.said)
        )

    @property
    def said(self) -> Reply | None:
        """`yes` or `no` if the answer begins with it."""
        first = self.claims[0] if self.claims else None
        found = None if first is None or first.heading else _REPLY.match(first.text)
        if found is None:
            return None
        return "yes" if found[1].lower() == "yes" else "no"

    @property
    def unsure_with_right_passage(self) -> bool:
        """Whether there is no answer, but a passage shown instead is from a right paper.

        If no papers are expected, the passage contains the facts.
        """
        answer, expected = self.answer, self.expected
        if answer.status != "unsure":
            return False
        if expected.papers:
            return self._is_right(answer.sources)
        return bool(expected.facts) and any(
            all(fact.is_in(source.text) for fact in expected.facts) for source in answer.sources
        )

    @property
    def recall(self) -> float:
        """Share of the right papers that are cited; there has to be one."""
        return len(self.cited.keys() & self.expected.papers.keys()) / len(self.expected.papers)

    @property
    def precision(self) -> float:
        """Share of the cited papers that are right; 0 if none is cited."""
        right = self.cited.keys() & self.expected.papers.keys()
        return len(right) / len(self.cited) if self.cited else 0.0

    @property
    def words(self) -> int:
        """Words of the sentences that are shown, without headings and citations."""
        return sum(len(claim.text.split()) for claim in self.claims)

    @property
    def right(self) -> bool:
        """Whether the answer is as expected."""
        return not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the answer, for people; empty if it is right."""
        answer, expected = self.answer, self.expected
        if not expected.answerable:
            return () if answer.refused else ("answers, although nothing in the library does",)
        if answer.refused:
            if self.unsure_with_right_passage:
                return ("no direct answer, but a right passage is among the closest",)
            return (
                "no direct answer" if answer.status == "unsure" else "says: not in the library",
            )
        problems = []
        if expected.papers and not self.right_paper:
            cited = _listed(self.cited.values()) or "no paper"
            problems.append(f"cites {cited} instead of {_listed(expected.papers.values())}")
        elif self.kind in EVERY_PAPER:
            missing = [name for n, name in expected.papers.items() if n not in self.cited]
            if missing:
                problems.append(f"does not cite {_listed(missing)}")
        if missing_facts := self._missing(self.claims):
            facts = _listed(f"“{fact.written}”" for fact in missing_facts)
            problems.append(f"does not contain {facts}")
        if expected.reply and self.said != expected.reply:
            said = f"says {self.said}" if self.said else "says neither yes nor no"
            problems.append(f"{said}, not {expected.reply}")
        return tuple(problems)

    @property
    def _grounded(self) -> bool:
        return not self.answer.refused and (self.right_paper or not self.expected.papers)

    def _missing(self, claims: Iterable[Claim]) -> list[KeyFact]:
        """The facts that are not in `claims`; citations are no text."""
        text = " ".join(f"{claim.heading} {claim.text}" for claim in claims)
        return [fact for fact in self.expected.facts if not fact.is_in(text)]

    def _is_right(self, passages: Iterable[Evidence]) -> bool:
        return any(passage.stored.number in self.expected.papers for passage in passages)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    rest = len(every) - _MOST_NAMED
    return ", ".join(every[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
