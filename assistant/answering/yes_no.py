"""Questions that a language model answers with the one token yes or no: the log odds of yes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assistant.models.protocols import GenerationRequest, Priority
from assistant.models.stream import cancelled_on_stop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.models.protocols import LanguageModel, Message
    from assistant.progress import Progress

_YES, _NO = "yes", "no"
# The probability of a choice is kept this far from 0 and 1, as the log odds have to be finite.
_MIN_PROBABILITY = 1e-6


def yes_log_odds(
    model: LanguageModel,
    prompts: Iterable[tuple[Message, ...]],
    adapter: str,
    progress: Progress,
) -> list[float]:
    """Log odds that `model` with `adapter` replies yes to each of `prompts`; fewer after a stop.

    Raises:
        ModelError: the model failed.

    """
    streams = [
        model.generate(
            GenerationRequest(
                messages,
                max_tokens=1,
                choices=(_YES, _NO),
                adapter=adapter,
                priority=Priority.READING,
            )
        )
        for messages in prompts
    ]

    def cancel() -> None:
        for stream in streams:
            stream.cancel()

    odds = []
    with cancelled_on_stop(progress, cancel):
        for stream in streams:
            for _ in stream:
                pass
            if not stream.stats.choices:
                break
            yes = min(max(stream.stats.choices[_YES], _MIN_PROBABILITY), 1 - _MIN_PROBABILITY)
            odds.append(math.log(yes / (1 - yes)))
    return odds
