"""Everything the language model does for an answer: prompt, sentences of its reply, small tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.models.protocols import GenerationRequest, Message, Priority, is_capable
from assistant.models.stream import cancelled_on_stop
from assistant.prompt import Prompt
from assistant.text.sanitizing import sanitized
from assistant.text.sentences import sentence_spans
from assistant.text.words import content_words, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.answering.answer import Evidence
    from assistant.answering.follow_ups import Turn
    from assistant.answering.question import Question
    from assistant.models.protocols import LanguageModel
    from assistant.progress import Progress

# Turns of the conversation that a rewriting prompt contains, and the limit of its reply.
_TURNS = 3
_REWRITTEN_TOKENS = 80
_YES, _NO = "yes", "no"

# The start of a marker such as `[12]` that may belong to the sentence before it.
_OPEN_MARKER = re.compile(r"\s*\[[\d\s,;–-]*\]?\s*$")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*(?:\s*\[[\d\s,;–-]+\])*$")


def answer_request(
    question: Question,
    evidence: Sequence[Evidence],
    prompt: Prompt,
    model: LanguageModel,
    max_tokens: int,
) -> GenerationRequest:
    """The request to answer `question` from `evidence`.

    If the prompt does not fit the context, the last sentences are left out, then the end of the
    first one. Decoding is greedy without a repetition penalty, because an answer has to repeat
    words of its evidence.
    """
    # At least half of the context is for the prompt.
    max_tokens = min(max_tokens, model.context_tokens // 2)

    def messages(lines: Sequence[str]) -> tuple[Message, ...]:
        numbered = "\n".join(f"[{n}] {line}" for n, line in enumerate(lines, start=1))
        return prompt.messages(evidence=numbered, question=question.text)

    def is_too_long(lines: Sequence[str]) -> bool:
        return model.count_tokens(messages(lines)) + max_tokens > model.context_tokens

    lines = [source.text for source in evidence]
    while len(lines) > 1 and is_too_long(lines):
        lines.pop()
    if is_too_long(lines):
        words = lines[0].split()
        while words and is_too_long([" ".join(words)]):
            del words[len(words) * 3 // 4 :]
        lines = [" ".join(words)]
    return GenerationRequest(
        messages=messages(lines), max_tokens=max_tokens, priority=Priority.INTERACTIVE
    )


class SentenceStream:
    """Splits streamed text into sentences, each as soon as it is complete.

    A sentence is complete when the next one begins, so that a `[1]` after the full stop is part of
    it, or at the end of a line.
    """

    def __init__(self) -> None:
        """Start with an empty buffer."""
        self._buffer = ""

    def add(self, piece: str) -> list[str]:
        """Add a piece of text; return the sentences that are now complete."""
        *lines, rest = (self._buffer + piece).split("\n")
        sentences = [line[start:end] for line in lines for start, end in sentence_spans(line)]
        spans = sentence_spans(rest)
        if len(spans) > 1 and _OPEN_MARKER.fullmatch(rest[spans[-1][0] :]):
            spans.pop()
        sentences += [rest[start:end] for start, end in spans[:-1]]
        self._buffer = rest[spans[-1][0] :] if len(spans) > 1 else rest
        return sentences

    def finish(self, *, truncated: bool) -> list[str]:
        """The remaining sentences; without an incomplete last one if the text was `truncated`."""
        rest, self._buffer = self._buffer.strip(), ""
        sentences = [rest[start:end] for start, end in sentence_spans(rest)]
        if truncated and sentences and not _SENTENCE_END.search(sentences[-1]):
            sentences.pop()
        return sentences


class ModelTasks:
    """Tasks for capable models only; with small ones the rules alone do better.

    Rules check the results: a rewritten question may not add words, and a claim that verification
    rejects stays rejected.
    """

    def __init__(self, model: LanguageModel, prompts: Path | None) -> None:
        """Load the prompts; `prompts` is the folder of the user's own versions.

        Raises:
            PromptTemplateError: one of them is invalid.
        """
        self._model = model
        self._followup = Prompt.load("followup", prompts)
        self._judge = Prompt.load("judge", prompts)

    @property
    def judge_fingerprint(self) -> str:
        """A hash of the prompt with which claims are confirmed."""
        return self._judge.fingerprint

    def rewrite(
        self, question: str, by_rule: str, history: Sequence[Turn], progress: Progress
    ) -> str:
        """`question` as a standalone question, by a capable model or else `by_rule`."""
        if by_rule == question or not is_capable(self._model):
            return by_rule
        conversation = "\n".join(
            f"Question: {sanitized(turn.question)}\nAnswer: {sanitized(turn.answer)}"
            for turn in history[-_TURNS:]
        )
        request = GenerationRequest(
            self._followup.messages(conversation=conversation, question=question),
            max_tokens=_REWRITTEN_TOKENS,
            priority=Priority.INTERACTIVE,
        )
        try:
            reply, _ = self._reply(request, progress)
        except ModelError:
            return by_rule  # generating the answer will report the error
        rewritten = sanitized(reply)
        known = vocabulary(f"{conversation} {question}")
        words = content_words(rewritten)
        return rewritten if words and all(word in known for word in words) else by_rule

    def confirms(self, claim: str, evidence: str, progress: Progress) -> bool:
        """Whether a capable model finds `claim` in `evidence`; always true for a small one."""
        if not is_capable(self._model):
            return True
        request = GenerationRequest(
            self._judge.messages(evidence=evidence, statement=claim),
            max_tokens=2,
            choices=(_YES, _NO),
            priority=Priority.INTERACTIVE,
        )
        reply, probabilities = self._reply(request, progress)
        if probabilities:
            return probabilities[_YES] >= probabilities[_NO]
        return not reply.strip().lower().startswith(_NO)

    def _reply(
        self, request: GenerationRequest, progress: Progress
    ) -> tuple[str, dict[str, float]]:
        """The text of the reply and the probabilities of the request's choices."""
        stream = self._model.generate(request)
        with cancelled_on_stop(progress, stream.cancel):
            reply = "".join(stream)
        return reply, stream.stats.choices
