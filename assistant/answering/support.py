"""A language model that reads evidence and says whether it supports a claim.

The bundled model does this with an adapter that is trained for exactly this prompt
(`training/reading`). The evidence comes first, so all claims about the same evidence share the
start of their prompts, which is computed once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answering.adapter_task import AdapterTask, clipped
from assistant.answering.yes_no import yes_log_odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.models.protocols import Message
    from assistant.progress import Progress
    from assistant.prompt import Prompt

PROMPT = "support"
ADAPTER = "support"
# Characters of the parts of the prompt. Longer ones cost time and decide nothing.
MAX_TITLE, MAX_EVIDENCE, MAX_CLAIM = 110, 900, 400


SUPPORT_FILE = Path(__file__).with_name("support.json")


@dataclass(frozen=True)
class Thresholds:
    """Log odds of the judge at which a claim is accepted.

    Attributes:
        sure: without the rules, unless the claim contradicts numbers or names.
        objection: of claims that the rules accept.

    """

    sure: float
    objection: float

    def accepts(self, odds: float, *, rules: bool, contradicts: bool) -> bool:
        """Whether a claim is accepted; `rules` is whether the rules accept it."""
        return not contradicts and odds >= (self.objection if rules else self.sure)


@cache
def support_thresholds() -> Thresholds:
    """The thresholds that ship with the package."""
    return Thresholds(**json.loads(SUPPORT_FILE.read_text(encoding="utf-8")))


class SupportJudge(AdapterTask):
    """Judges claims with one model. Thread-safe, as the model is."""

    prompt_name, adapter = PROMPT, ADAPTER

    def log_odds(
        self, title: str, evidence: str, claims: Sequence[str], progress: Progress
    ) -> list[float]:
        """Log odds that `evidence` supports each claim; fewer after a stop.

        Args:
            title: title of the paper that the evidence is from.
            evidence: sentences of that paper.
            claims: the claims; each is judged alone.
            progress: a stop ends the judging.

        Raises:
            ModelError: the model failed.

        """
        prompts = [support_messages(self._prompt, title, evidence, claim) for claim in claims]
        return yes_log_odds(self._model, prompts, ADAPTER, progress)


def support_messages(prompt: Prompt, title: str, evidence: str, claim: str) -> tuple[Message, ...]:
    """The messages that ask whether `evidence`, of the paper with `title`, supports `claim`."""
    return prompt.messages(
        title=clipped(title, MAX_TITLE),
        evidence=clipped(evidence, MAX_EVIDENCE),
        claim=clipped(claim, MAX_CLAIM),
    )
