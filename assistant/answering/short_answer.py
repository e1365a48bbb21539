"""Short answers: one direct sentence, written by the bundled model with an adapter.

The adapter is trained for exactly this prompt (`training/reading`): the title of one paper, the
sentences of its abstract that answer, and the question.
"""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.protocols import Message
    from assistant.prompt import Prompt

PROMPT = "short_answer"
ADAPTER = "answer"
# Sentences of evidence, and tokens of a reply.
MAX_SENTENCES = 2
MAX_TOKENS = 80
# Characters of the parts of the prompt.
_MAX_QUESTION, _MAX_TITLE, _MAX_SENTENCE = 260, 160, 420


def short_answer_messages(
    prompt: Prompt, title: str, sentences: Sequence[str], question: str
) -> tuple[Message, ...]:
    """The messages that ask for an answer from `sentences` of the paper with `title`."""

    def clipped(text: str, limit: int) -> str:
        return shorten(sanitized(text), limit, placeholder=" …")

    return prompt.messages(
        title=clipped(title, _MAX_TITLE),
        evidence=" ".join(clipped(sentence, _MAX_SENTENCE) for sentence in sentences),
        question=clipped(question, _MAX_QUESTION),
    )
