"""The request for an answer: the prompt with its evidence, cut to what the model can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.models.protocols import GenerationRequest, Message, Priority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.answer import Evidence
    from assistant.answering.question import Question
    from assistant.models.protocols import LanguageModel
    from assistant.prompt import Prompt


def answer_request(
    question: Question,
    evidence: Sequence[Evidence],
    prompt: Prompt,
    model: LanguageModel,
    max_tokens: int,
) -> GenerationRequest:
    """The request that asks `model` to answer `question` from `evidence`.

    What does not fit the context is left out: the last sentences first, then the end of the only
    one that is left. Decoding is greedy without a penalty on repetition: an answer has to repeat
    the words of its evidence.
    """
    # A small context leaves at least half of itself to the prompt.
    max_tokens = min(max_tokens, model.context_tokens // 2)

    def messages(lines: Sequence[str]) -> tuple[Message, ...]:
        numbered = "\n".join(f"[{n}] {line}" for n, line in enumerate(lines, start=1))
        return prompt.messages(evidence=numbered, question=question.text)

    def fits(lines: Sequence[str]) -> bool:
        return model.count_tokens(messages(lines)) + max_tokens <= model.context_tokens

    lines = [source.text for source in evidence]
    while len(lines) > 1 and not fits(lines):
        lines.pop()
    if not fits(lines):
        words = lines[0].split()
        while words and not fits([" ".join(words)]):
            del words[len(words) * 3 // 4 :]
        lines = [" ".join(words)]
    return GenerationRequest(
        messages=messages(lines), max_tokens=max_tokens, priority=Priority.INTERACTIVE
    )
