"""Writes an answer from its evidence: the sentences of the model that the evidence supports."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from assistant.answering.claim_check import MIN_RELEVANCE, ClaimCheck
from assistant.answering.draft import Draft
from assistant.answering.generation import SentenceStream, answer_request
from assistant.answering.short_answer import ShortAnswers
from assistant.models.stream import cancelled_on_stop
from assistant.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.answering.answer import Claim, Evidence
    from assistant.answering.generation import ModelTasks
    from assistant.answering.judge import Judge
    from assistant.answering.question import Question
    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress

PROMPT = "answer"


class AnswerWriter:
    """Writes answers with one model. Thread-safe, as the model is."""

    def __init__(
        self,
        model: LanguageModel,
        tasks: ModelTasks,
        relevance: Judge,
        max_tokens: int,
        prompts: Path | None = None,
        *,
        prompt: str = PROMPT,
        min_relevance: float = MIN_RELEVANCE,
    ) -> None:
        """Load the prompts; `prompts` is the folder of the user's own versions.

        `prompt` names that of models that have not learned short answers, `max_tokens` limits their
        replies. `min_relevance` are the log odds of relevance that a claim needs.

        Raises:
            PromptTemplateError: a prompt is invalid.
        """
        self._model = model
        self._max_tokens = max_tokens
        self._prompt = Prompt.load(prompt, prompts)
        self._check = ClaimCheck(model, tasks, relevance, prompts, min_relevance)
        self._short_answers = ShortAnswers(model, prompts)

    @property
    def fingerprint(self) -> str:
        """Hashes of the prompts."""
        parts = (self._prompt, self._short_answers, self._check)
        return " ".join(part.fingerprint for part in parts)

    def draft(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        progress: Progress,
        *,
        headed: bool = False,
    ) -> Draft:
        """An empty answer to `question`; rules and model check what is added to it."""
        return Draft(
            question,
            evidence,
            headed=headed,
            check=lambda claim, cited: self._check.checked(claim, cited, question, progress),
        )

    def claims(
        self, draft: Draft, question: Question, evidence: Sequence[Evidence], progress: Progress
    ) -> Iterator[Claim]:
        """Let the model write into `draft`; yield the claims that can be shown.

        If there is none, but the best evidence supports yes or no to `question`, that is yielded.

        Raises:
            ModelError: the model failed.

        """
        return chain(
            self._written(draft, question, evidence, progress),
            self._reply(draft, question, evidence, progress),
        )

    def quotations(self, draft: Draft, question: Question, progress: Progress) -> list[Claim]:
        """Quote evidence in `draft` if no sentence is shown; long sentences are shortened.

        Raises:
            ModelError: the model failed.

        """
        return draft.add_quotations(
            shorten=lambda source: self._check.shortened(source, question, progress)
        )

    def _written(
        self, draft: Draft, question: Question, evidence: Sequence[Evidence], progress: Progress
    ) -> Iterator[Claim]:
        if progress.stop_requested:
            return
        given: tuple[int, ...] = ()
        if self._short_answers.available:
            request, given = self._short_answers.request(question, evidence)
        else:
            request = answer_request(
                question, evidence, self._prompt, self._model, self._max_tokens
            )
        stream = self._model.generate(request)
        sentences = SentenceStream()
        with cancelled_on_stop(progress, stream.cancel):
            for piece in stream:
                yield from _add_sentences(draft, sentences.add(piece), given)
                if draft.finished:
                    return
            truncated = stream.stats.finish != "stop"
            yield from _add_sentences(draft, sentences.finish(truncated=truncated), given)

    def _reply(
        self, draft: Draft, question: Question, evidence: Sequence[Evidence], progress: Progress
    ) -> Iterator[Claim]:
        if draft.shown:
            return
        reply = self._check.reply(evidence[:1], question, progress)
        if reply is not None:
            yield draft.add_reply(reply, (1,))


def _add_sentences(
    draft: Draft, sentences: Sequence[str], given: tuple[int, ...]
) -> Iterator[Claim]:
    """Add `sentences`, written from the evidence `given`; yield the claims that can be shown."""
    for sentence in sentences:
        claim = None if draft.finished else draft.add(sentence, given)
        if claim is not None and claim.shown:
            yield claim
