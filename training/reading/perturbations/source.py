"""What a claim is about, and whether it is negated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.answering.replies import without_reply


@dataclass(frozen=True)
class Source:
    """What a claim is about: its evidence, and the abstract with the title."""

    evidence: str
    title: str
    abstract: str


NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|without|cannot|fail\w*|lack\w*|unable|nothing|hardly|rarely"
    r"|seldom|unchanged|unaffected|similar\w*|same|equal\w*|comparable|identical\w*|regardless"
    r"|independent\w*|irrespective|rather|instead|un(?:related|likely)|whether|only)\b|n['’]t\b",
    re.IGNORECASE,
)


def is_negated(text: str) -> bool:
    """Whether `text` has a negation, apart from a reply at its start."""
    return bool(NEGATION.search(without_reply(text)))
