"""What a sentence has of what is asked for, beyond what the judge says of it.

The judge is a small model: it takes the effect for its cause, and one of two names for the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.text.names import mentions

if TYPE_CHECKING:
    from assistant.answering.question import Question

_WHY = re.compile(
    r"^(?:and\s+|but\s+|so\s+)?(?:why\b|how\s+come\b|for\s+what\s+reason|what(?:'s|\s+is|\s+was"
    r"|\s+are|\s+were)?\s+(?:the\s+)?(?:reasons?|causes?|explains?|led\s+to|leads\s+to))\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:because|due\s+to|owing\s+to|thanks\s+to|since|as\s+a\s+(?:result|consequence)\s+of"
    r"|caused?\s+by|results?\s+from|resulting\s+from|(?:is|are|was|were)\s+attribut\w+"
    r"|attributable\s+to|explain(?:s|ed)?\b|accounts?\s+for|accounted\s+for|leads?\s+to|led\s+to"
    r"|stems?\s+from|aris(?:e|es|ing)\s+from|reasons?|causes?|driven\s+by|mediated\s+by"
    r"|which\s+(?:leads?|causes?|prevents?|allows?|makes?|limits?|hinders?)|hence|thereby"
    r"|consequently|in\s+order\s+to|so\s+that)\b",
    re.IGNORECASE,
)
# What is added for each to the score of a sentence, in which the log odds of the judge count four
# times.
CAUSE = 2.0
NAME = 2.0


def bonus(question: Question, title: str, sentence: str) -> float:
    """What the score of `sentence`, of the paper with `title`, gains and loses.

    A question for a cause prefers a sentence that states one. A sentence loses for each name of
    the question that neither it nor the title has.
    """
    gained = CAUSE if asks_why(question.text) and _CAUSE.search(sentence) else 0.0
    lost = sum(not mentions(f"{title}. {sentence}", name) for name in question.names)
    return gained - NAME * lost


def asks_why(question: str) -> bool:
    """Whether `question` asks for a cause."""
    return _WHY.match(question) is not None
