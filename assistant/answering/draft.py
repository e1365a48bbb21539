"""An answer under construction: sentences of the model become verified claims with citations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.answering.answer import Claim
from assistant.answering.replies import is_bare_reply, is_reply
from assistant.text.names import missing_facts
from assistant.text.numbers import numbers
from assistant.text.sanitizing import sanitized
from assistant.verification import is_covered_by, supported_parts, verify_claim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.answering.answer import Evidence
    from assistant.answering.question import Question

# Maximum number of the model's sentences in an answer.
MAX_CLAIMS = 3
# After this many unsupported sentences the model is unlikely to write a supported one.
_MAX_DROPPED = 2
# Sentences that are tried as the citation of a claim; each may be read by the model.
_MAX_TRIED = 2
# A claim with fewer words and no number says nothing, such as `Quantum computing.`
_MIN_WORDS = 4
# Without a sentence by the model, the evidence is quoted until the quotations contain the answer
# with this probability ...
_SUFFICIENT_PROBABILITY = 0.85
# ... but at most this many.
_MAX_QUOTED = 2
# For a quantity, a sentence with a number is added if it is this likely, relative to the best one.
_MIN_SHARE = 0.2

_MARKER_NUMBERS = r"\d+(?:\s*(?:,|;|and|&|-|–)\s*\d+)*"
_MARKER = re.compile(rf"\s*\[\s*{_MARKER_NUMBERS}\s*\]", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_MAX_RANGE = 20
# A phrase with which small models start. It adds nothing, and turns a quotation into a paraphrase.
_LEAD = re.compile(
    r"^(?:the\s+)?answer(?:\s+to\s+(?:the|this|your)\s+question)?(?:\s+is)?\s*:\s*", re.IGNORECASE
)
# A number with more digits is not a citation.
_MAX_DIGITS = 6
_SPACE_BEFORE_MARK = re.compile(r"\s+([.,;:!?])")


class Draft:
    """The claims of an answer in order, verified against its evidence."""

    def __init__(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        *,
        headed: bool = False,
        check: Callable[[str, Sequence[Evidence]], str | None] | None = None,
    ) -> None:
        """Start without claims.

        Args:
            question: the question to answer.
            evidence: the sentences that claims can cite, numbered from 1.
            headed: add the title of the paper to each quotation.
            check: returns a claim as it can be shown if the evidence supports it, else None; the
                rules of verification by default.

        """
        self.claims: list[Claim] = []
        self._question = question
        self._evidence = evidence
        self._headed = headed
        self._check = check or self._checked_by_rules
        self._repetitive = False

    @property
    def shown(self) -> list[Claim]:
        """The claims that are part of the answer."""
        return [claim for claim in self.claims if claim.shown]

    @property
    def finished(self) -> bool:
        """Whether the model should stop: the answer is long enough, or it gets no better."""
        dropped = len(self.claims) - len(self.shown)
        return self._repetitive or len(self.shown) >= MAX_CLAIMS or dropped >= _MAX_DROPPED

    def add(self, sentence: str, given: tuple[int, ...] = ()) -> Claim | None:
        """Verify a sentence of the model and add it as a claim; None if it is empty or repeated.

        `given` are the numbers of the evidence that the model saw, if it does not cite.
        """
        text, marked = split_markers(sanitized(sentence))
        cited = marked or given
        if not any(character.isalnum() for character in text):
            return None
        previous = " ".join(claim.original or claim.text for claim in self.claims)
        if previous and is_covered_by(text, previous):
            self._repetitive = True
            return None
        claim = self._verified(text, tuple(n for n in cited if 1 <= n <= len(self._evidence)))
        self.claims.append(claim)
        return claim

    def add_quotations(
        self,
        most: int = _MAX_QUOTED,
        shorten: Callable[[Evidence], str | None] = lambda source: None,
    ) -> list[Claim]:
        """Quote the best evidence, at most `most`, if no sentence of the model is shown.

        If the question asks for a quantity and the answer has no number yet, also quote the first
        evidence with a number. `shorten` returns a verified shorter form of evidence, which is
        shown instead of it, or None.
        """
        quoted: list[int] = []
        evidence_numbers = range(1, len(self._evidence) + 1)
        if all(is_bare_reply(claim.text) for claim in self.shown):
            for n in evidence_numbers[:most]:
                if sum(self._evidence[m - 1].score for m in quoted) < _SUFFICIENT_PROBABILITY:
                    quoted.append(n)
        if self._question.asks_quantity and not self._has_number(
            [claim.text for claim in self.shown] + [self._evidence[n - 1].text for n in quoted]
        ):
            enough = _MIN_SHARE * max((source.score for source in self._evidence), default=0.0)
            quoted += [
                n
                for n in evidence_numbers
                if n not in quoted
                and self._evidence[n - 1].score >= enough
                and self._has_number([self._evidence[n - 1].text])
            ][:1]
        return self._quote(quoted, shorten)

    def add_reply(self, reply: str, numbers: tuple[int, ...]) -> Claim:
        """Add yes or no, which was verified against the evidence `numbers`, before quotations."""
        claim = Claim(reply, "supported", numbers)
        self.claims.append(claim)
        return claim

    def exchange(self, claim: Claim, other: Claim) -> None:
        """Put `other`, its translation, in place of `claim`."""
        self.claims[self.claims.index(claim)] = other

    def quote_all(self) -> list[Claim]:
        """Quote all the evidence, in order."""
        return self._quote(range(1, len(self._evidence) + 1))

    def _quote(
        self,
        evidence_numbers: Iterable[int],
        shorten: Callable[[Evidence], str | None] = lambda source: None,
    ) -> list[Claim]:
        quotations = []
        for n in evidence_numbers:
            source = self._evidence[n - 1]
            heading = _heading(source) if self._headed else ""
            shorter = shorten(source)
            quotations.append(
                Claim(source.text, "quoted", (n,), heading)
                if shorter is None
                else Claim(shorter, "supported", (n,), heading, shortened=True)
            )
        self.claims += quotations
        return quotations

    def _verified(self, text: str, cited: tuple[int, ...]) -> Claim:
        """Try the model's own citations first, then the sentences with most in common."""
        too_short = len(text.split()) < _MIN_WORDS and not numbers(text)
        # `No, it does not.` repeats the words of the question but answers it.
        repeats = is_covered_by(text, self._question.text) and not is_reply(text)
        if too_short or repeats:
            return Claim(text, "dropped", cited)
        others = rank_by_support(text, self._evidence)[:_MAX_TRIED]
        for citations in dict.fromkeys((cited, *((n,) for n in others))):
            sources = [self._evidence[n - 1] for n in citations]
            shown = self._check(text, sources) if sources else None
            if shown is not None:
                return Claim(shown, "supported", self._needed(shown, citations))
        return Claim(text, "dropped", cited)

    def _needed(self, claim: str, citations: tuple[int, ...]) -> tuple[int, ...]:
        """`citations` without those whose sentences add nothing to the first one."""
        needed = citations[:1]
        for n in citations[1:]:
            known = " ".join(self._evidence[m - 1].text for m in needed)
            if supported_parts(claim, self._evidence[n - 1].text) - supported_parts(claim, known):
                needed = (*needed, n)
        return needed

    def _checked_by_rules(self, claim: str, cited: Sequence[Evidence]) -> str | None:
        return claim if verify_claim(claim, cited, self._question.text).supported else None

    def _has_number(self, texts: Sequence[str]) -> bool:
        """Whether one of `texts` has a number that the question does not have."""
        return any(
            missing_facts(f"{number.value} {number.unit}", self._question.text)
            for text in texts
            for number in numbers(text)
        )


def _heading(source: Evidence) -> str:
    """Title and year of the paper of `source`."""
    year = source.stored.paper.year
    title = sanitized(source.stored.shown_title)
    return f"{title} ({year})" if year else title


def split_markers(text: str) -> tuple[str, tuple[int, ...]]:
    """`text` without its citation markers (`[1]`, `[1, 2]`, `[1-3]`), and their numbers in order.

    A lead such as "The answer is:" is removed too.
    """
    cited: dict[int, None] = {}
    for marker in _MARKER.findall(text):
        for first, last in _RANGE.findall(marker):
            start = int(first[:_MAX_DIGITS])
            end = min(int(last[:_MAX_DIGITS]), start + _MAX_RANGE)
            cited.update(dict.fromkeys(range(start, end + 1)))
        digits = re.findall(r"\d+", marker)
        cited.update((int(number), None) for number in digits if len(number) <= _MAX_DIGITS)
    plain = _SPACE_BEFORE_MARK.sub(r"\1", _MARKER.sub("", text))
    return _LEAD.sub("", " ".join(plain.split())), tuple(cited)


def rank_by_support(claim: str, evidence: Sequence[Evidence]) -> list[int]:
    """The numbers of the evidence that contains parts of `claim`, most parts first.

    The claim then cites one of them: combinations that the model does not cite are often wrong.
    """
    parts = {n: len(supported_parts(claim, one.text)) for n, one in enumerate(evidence, start=1)}
    return sorted((n for n in parts if parts[n]), key=lambda n: -parts[n])
