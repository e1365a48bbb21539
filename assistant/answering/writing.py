"""The writing of one answer: its prompt, and the model's text turned into checked claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from assistant.answering.answer import Claim, Evidence
from assistant.answering.citations import attribute, split_markers
from assistant.answering.claims import SentenceCutter
from assistant.answering.grounding import adds_nothing, check
from assistant.models.base import GenerationRequest
from assistant.text.numbers import numbers
from assistant.text.visible import visible

if TYPE_CHECKING:
    from assistant.answering.question import Question
    from assistant.models.base import LanguageModel
    from assistant.prompt import Prompt

# A short answer is what was asked for; small models only repeat themselves after it.
_MOST_SHOWN = 2
_MOST_SENTENCES = 6


class Writing:
    """One answer while it is written: takes the model's text, gives claims with verdicts."""

    def __init__(self, question: Question, evidence: Sequence[Evidence]) -> None:
        """Answer `question` from `evidence`, which is not empty."""
        self.question = question
        self.evidence = tuple(evidence)
        self.shown: list[Claim] = []
        self._sentences = 0
        self._repeats = False
        self._seen: set[str] = set()
        self._cutter = SentenceCutter()

    @property
    def enough(self) -> bool:
        """Whether more text of the model would be of no use."""
        return self._repeats or len(self.shown) >= _MOST_SHOWN or self._sentences >= _MOST_SENTENCES

    def request(
        self, prompt: Prompt, model: LanguageModel, answer_tokens: int
    ) -> tuple[GenerationRequest | None, int]:
        """The request with as much of the evidence as fits, and how many sentences do not.

        The request is None when not even the best sentence fits.
        """
        answer_tokens = min(answer_tokens, model.context_tokens // 2)
        for count in range(len(self.evidence), 0, -1):
            listed = "\n".join(
                f"[{n}] {one.text}" for n, one in enumerate(self.evidence[:count], start=1)
            )
            messages = prompt.messages(evidence=listed, question=self.question.text)
            if model.count_tokens(messages) + answer_tokens <= model.context_tokens:
                request = GenerationRequest(messages=messages, max_tokens=answer_tokens)
                return request, len(self.evidence) - count
        return None, len(self.evidence)

    def take(self, piece: str) -> list[Claim]:
        """Take a piece of the model's text; return the claims that it completes."""
        return list(self._checked(self._cutter.add(piece)))

    def end(self, *, cut: bool) -> list[Claim]:
        """The text is over, or was `cut` by its limit: return the last claims."""
        return list(self._checked(self._cutter.rest(cut=cut)))

    def _checked(self, sentences: Sequence[str]) -> Iterator[Claim]:
        for sentence in sentences:
            if self.enough:
                return
            text, cited = split_markers(visible(sentence))
            if not text:
                continue
            self._sentences += 1
            if text.casefold() in self._seen:
                self._repeats = True
                return
            self._seen.add(text.casefold())
            claim = self._claim(text, cited)
            if claim.shown:
                self.shown.append(claim)
            yield claim

    def _claim(self, text: str, cited: Sequence[int]) -> Claim:
        """Check against what the model cited, else against what fits the claim best."""
        named = tuple(n for n in cited if 1 <= n <= len(self.evidence))
        if not adds_nothing(text, self.question.text):
            for citations in (named, attribute(text, self.evidence)):
                if citations and check(text, self.cited(citations)).supported:
                    return Claim(text, "supported", citations)
        return Claim(text, "dropped", named)

    def cited(self, citations: Sequence[int]) -> list[Evidence]:
        """The evidence with these numbers."""
        return [self.evidence[n - 1] for n in citations]


def quotation(writing: Writing) -> list[Claim]:
    """What has to be quoted beside the claims that hold: nothing, mostly.

    Without a claim that holds, the best evidence is quoted. A question for a quantity is not
    answered by claims without one: then the best sentence that has a number is.
    """
    known = numbers(writing.question.text)

    def tells_quantity(text: str) -> bool:
        return any(number not in known for number in numbers(text))

    if writing.question.asks_quantity:
        if any(tells_quantity(claim.text) for claim in writing.shown):
            return []
        for n, one in enumerate(writing.evidence, start=1):
            if tells_quantity(one.text):
                return [Claim(one.text, "quoted", (n,))]
    return [] if writing.shown else [Claim(writing.evidence[0].text, "quoted", (1,))]
