"""An answer under way: every sentence of the model is checked and taken up, or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.answer import Claim
from assistant.answering.citations import by_support, split_markers
from assistant.text.facts import missing_facts
from assistant.text.numbers import numbers
from assistant.text.sanitizing import sanitized
from assistant.verification.verifier import is_covered_by, verify_claim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.answering.answer import Evidence
    from assistant.answering.question import Question

# An answer has at most this many sentences of the model.
MOST_CLAIMS = 3
# A model that has written so many unsupported sentences will write no other.
_MOST_DROPPED = 2
# A claim of fewer words says nothing, as `Quantum computing.`, unless it is a number.
_FEWEST_WORDS = 4
# Sentences are quoted until one of those cited is the answer with this probability ...
_ENOUGH = 0.85
# ... but no more than so many.
_MOST_QUOTED = 3


class Draft:
    """The claims of one answer, in order, with the evidence they are checked against."""

    def __init__(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        *,
        headed: bool = False,
        agrees: Callable[[str, str], bool] = lambda claim, cited: True,
    ) -> None:
        """Begin without claims; quotations are `headed` by the titles of their papers.

        `agrees` has the last word on a claim and the text it cites, once the check has found it
        supported.
        """
        self._agrees = agrees
        self.claims: list[Claim] = []
        self._headed = headed
        self._question = question
        self._evidence = evidence
        self._repeats = False

    @property
    def shown(self) -> list[Claim]:
        """The claims that are part of the answer."""
        return [claim for claim in self.claims if claim.shown]

    @property
    def finished(self) -> bool:
        """Whether more of the model's text is of no use: it repeats itself, or is long enough."""
        dropped = len(self.claims) - len(self.shown)
        return self._repeats or len(self.shown) >= MOST_CLAIMS or dropped >= _MOST_DROPPED

    def take(self, sentence: str) -> Claim | None:
        """Check a sentence that the model wrote; None when there is nothing in it."""
        text, cited = split_markers(sanitized(sentence))
        if not any(character.isalnum() for character in text):
            return None
        said = " ".join(claim.text for claim in self.claims)
        if said and is_covered_by(text, said):
            self._repeats = True
            return None
        claim = self._checked(text, [n for n in cited if 1 <= n <= len(self._evidence)])
        self.claims.append(claim)
        return claim

    def quotations(self) -> list[Claim]:
        """Quote what the answer still lacks: the best evidence, until it is likely enough there.

        For a question about a quantity the first evidence with a number comes too, when the answer
        has none so far.
        """
        wanted: list[int] = []
        cited = {n for claim in self.shown for n in claim.citations}
        numbered = range(1, len(self._evidence) + 1)
        for n in numbered[:_MOST_QUOTED]:
            likely = sum(self._evidence[m - 1].score for m in {*cited, *wanted})
            if n not in cited and likely < _ENOUGH:
                wanted.append(n)
        if self._question.asks_quantity and not self._has_number(
            [claim.text for claim in self.shown] + [self._evidence[n - 1].text for n in wanted]
        ):
            wanted += [
                n
                for n in numbered
                if n not in wanted and self._has_number([self._evidence[n - 1].text])
            ][:1]
        return self._quote(wanted)

    def quote_all(self) -> list[Claim]:
        """Quote all the evidence, in order."""
        return self._quote(range(1, len(self._evidence) + 1))

    def _quote(self, numbers: Iterable[int]) -> list[Claim]:
        quoted = []
        for n in numbers:
            source = self._evidence[n - 1]
            heading = sanitized(source.stored.title) if self._headed else ""
            quoted.append(Claim(source.text, "quoted", (n,), heading))
        self.claims += quoted
        return quoted

    def _checked(self, text: str, cited: Sequence[int]) -> Claim:
        says_too_little = len(text.split()) < _FEWEST_WORDS and not numbers(text)
        if says_too_little or is_covered_by(text, self._question.text):
            return Claim(text, "dropped", tuple(cited))
        for citations in (tuple(cited), *((n,) for n in by_support(text, self._evidence))):
            sources = [self._evidence[n - 1] for n in citations]
            if verify_claim(text, sources, self._question.text).supported and self._agrees(
                text, " ".join(source.text for source in sources)
            ):
                return Claim(text, "supported", citations)
        return Claim(text, "dropped", tuple(cited))

    def _has_number(self, texts: Sequence[str]) -> bool:
        """Whether one of `texts` has a number that is not the question's own."""
        return any(
            missing_facts(f"{number.value} {number.unit}", self._question.text)
            for text in texts
            for number in numbers(text)
        )
