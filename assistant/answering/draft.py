"""An answer under way: every sentence of the model is checked and taken up, or dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.answer import Claim
from assistant.answering.citations import by_support, split_markers
from assistant.answering.grounding import adds_nothing, check
from assistant.text.facts import missing_facts
from assistant.text.numbers import numbers
from assistant.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence
    from assistant.answering.question import Question

# An answer has at most this many sentences of the model.
MOST_CLAIMS = 3
# Of two sentences whose scores differ by less than this share either may be the answer.
_AS_GOOD = 0.9


class Draft:
    """The claims of one answer, in order, with the evidence they are checked against."""

    def __init__(self, question: Question, evidence: Sequence[Evidence]) -> None:
        """Begin without claims."""
        self.claims: list[Claim] = []
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
        return self._repeats or len(self.shown) >= MOST_CLAIMS

    def take(self, sentence: str) -> Claim | None:
        """Check a sentence that the model wrote; None when there is nothing in it."""
        text, cited = split_markers(visible(sentence))
        if not any(character.isalnum() for character in text):
            return None
        said = " ".join(claim.text for claim in self.claims)
        if said and adds_nothing(text, said):
            self._repeats = True
            return None
        claim = self._checked(text, [n for n in cited if 1 <= n <= len(self._evidence)])
        self.claims.append(claim)
        return claim

    def quotations(self) -> list[Claim]:
        """Quote what the answer still lacks: the best evidence, unless a claim cites it.

        With no claim of the model a second sentence that is as good is quoted too. For a question
        about a quantity so is the first evidence with a number, when the answer has none so far.
        """
        cited = {n for claim in self.shown for n in claim.citations}
        wanted = [] if 1 in cited or not self._evidence else [1]
        if not self.shown and self._second_is_as_good():
            wanted.append(2)
        if self._question.asks_quantity and not self._has_number(
            [claim.text for claim in self.shown] + [self._evidence[n - 1].text for n in wanted]
        ):
            wanted += [
                n
                for n, source in enumerate(self._evidence, start=1)
                if n not in wanted and self._has_number([source.text])
            ][:1]
        quoted = [Claim(self._evidence[n - 1].text, "quoted", (n,)) for n in wanted]
        self.claims += quoted
        return quoted

    def _second_is_as_good(self) -> bool:
        if len(self._evidence) < 2:
            return False
        first, second = self._evidence[:2]
        same_paper = first.stored.number == second.stored.number
        return same_paper and second.score >= _AS_GOOD * first.score

    def _checked(self, text: str, cited: Sequence[int]) -> Claim:
        if adds_nothing(text, self._question.text):
            return Claim(text, "dropped", tuple(cited))
        for citations in (tuple(cited), *((n,) for n in by_support(text, self._evidence))):
            sources = [self._evidence[n - 1] for n in citations]
            if check(text, sources, self._question.text).supported:
                return Claim(text, "supported", citations)
        return Claim(text, "dropped", tuple(cited))

    def _has_number(self, texts: Sequence[str]) -> bool:
        """Whether one of `texts` has a number that is not the question's own."""
        return any(
            missing_facts(f"{number.value} {number.unit}", self._question.text)
            for text in texts
            for number in numbers(text)
        )
