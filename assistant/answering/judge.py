"""The judge: a language model that reads a sentence and says whether it answers the question.

The bundled model does this with an adapter that is trained for exactly this prompt
(`training/reading`). Question and instruction come first, so all sentences of a question share the
start of their prompts, which is computed once.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from assistant.answering.adapter_task import AdapterTask, clipped
from assistant.answering.yes_no import yes_log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.models.protocols import LanguageModel, Message
    from assistant.progress import Progress
    from assistant.prompt import Prompt

PROMPT = "relevance"
ADAPTER = "relevance"
# Characters of the parts of the prompt. Longer ones cost time and decide nothing.
_MAX_QUESTION, _MAX_TITLE, _MAX_SENTENCE = 260, 110, 400

# Judgements that are kept: those of the answers that are written at the same time.
_MAX_KNOWN = 500


class Judge(AdapterTask):
    """Judges sentences with one model. Thread-safe, as the model is."""

    prompt_name, adapter = PROMPT, ADAPTER

    def __init__(self, model: LanguageModel, prompts: Path | None = None) -> None:
        """See `AdapterTask`."""
        super().__init__(model, prompts)
        # Evidence is judged again when its answer is checked.
        self._known: dict[tuple[Message, ...], float] = {}
        self._lock = threading.Lock()

    def log_odds(
        self, question: str, sentences: Sequence[tuple[str, str]], progress: Progress
    ) -> list[float]:
        """Log odds that each sentence answers `question`; fewer after a stop.

        Args:
            question: the question.
            sentences: title of the paper, and the sentence.
            progress: a stop ends the judging.

        Raises:
            ModelError: the model failed.

        """
        prompts = [
            relevance_messages(self._prompt, question, title, sentence)
            for title, sentence in sentences
        ]
        with self._lock:
            known = dict(self._known)
        new = [prompt for prompt in dict.fromkeys(prompts) if prompt not in known]
        odds = yes_log_odds(self._model, new, ADAPTER, progress)
        judged = dict(zip(new, odds, strict=False))
        known |= judged
        with self._lock:
            self._known = dict(list((self._known | judged).items())[-_MAX_KNOWN:])
        return [known[prompt] for prompt in prompts if prompt in known]


def relevance_messages(
    prompt: Prompt, question: str, title: str, sentence: str
) -> tuple[Message, ...]:
    """The messages that ask whether `sentence`, of the paper with `title`, answers `question`."""
    return prompt.messages(
        question=clipped(question, _MAX_QUESTION),
        title=clipped(title, _MAX_TITLE),
        sentence=clipped(sentence, _MAX_SENTENCE),
    )
