"""Short answers: one direct sentence, written by the bundled model with an adapter.

The adapter is trained for exactly this prompt (`training/reading`): the title of one paper, the
sentences of its abstract that answer, and the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.adapter_task import AdapterTask, clipped
from assistant.models.protocols import GenerationRequest, Priority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence
    from assistant.answering.question import Question
    from assistant.models.protocols import Message
    from assistant.prompt import Prompt

PROMPT = "short_answer"
ADAPTER = "answer"
# Tokens of a reply.
MAX_TOKENS = 80
# A second sentence of the same paper is evidence too if it is this likely, relative to the first.
_SECOND = 0.3
# Characters of the parts of the prompt.
_MAX_QUESTION, _MAX_TITLE, _MAX_SENTENCE = 260, 160, 420


class ShortAnswers(AdapterTask):
    """Requests short answers from one model."""

    prompt_name, adapter = PROMPT, ADAPTER

    def request(
        self, question: Question, evidence: Sequence[Evidence]
    ) -> tuple[GenerationRequest, tuple[int, ...]]:
        """The request to answer from the best sentences, and their numbers (from 1) in `evidence`.

        Decoding is greedy, because an answer has to repeat words of its evidence.
        """
        best = evidence[0]
        chosen = [1]
        for n, other in enumerate(evidence[1:], start=2):
            if other.stored.number == best.stored.number and other.score >= _SECOND * best.score:
                chosen.append(n)
                break
        # The adapter has learned from sentences in the order of their abstract.
        ordered = sorted((evidence[n - 1] for n in chosen), key=lambda one: one.start)
        messages = short_answer_messages(
            self._prompt, best.stored.title, [one.text for one in ordered], question.text
        )
        request = GenerationRequest(
            messages, max_tokens=MAX_TOKENS, adapter=ADAPTER, priority=Priority.INTERACTIVE
        )
        return request, tuple(chosen)


def short_answer_messages(
    prompt: Prompt, title: str, sentences: Sequence[str], question: str
) -> tuple[Message, ...]:
    """The messages that ask for an answer from `sentences` of the paper with `title`."""
    return prompt.messages(
        title=clipped(title, _MAX_TITLE),
        evidence=" ".join(clipped(sentence, _MAX_SENTENCE) for sentence in sentences),
        question=clipped(question, _MAX_QUESTION),
    )
