"""What a sentence has of what is asked for, beyond what the judge says of it.

The judge is a small model: it takes the effect for its cause, and one of two names for the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.text.names import mentions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.answering.question import Question
    from assistant.library import StoredPaper

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
    r"|consequently|in\s+order\s+to|so\s+that|interpret\w*\b.{1,80}\bin\s+terms\s+of)\b",
    re.IGNORECASE,
)
# What is added for each to the score of a sentence, in which the log odds of the judge count four
# times.
CAUSE = 2.0
NAME = 2.0
# What is subtracted from the log odds of an answer if the best paper is about another name.
OF_ANOTHER = 3.0


def bonus(question: Question, title: str, sentence: str) -> float:
    """What the score of `sentence`, of the paper with `title`, gains and loses.

    A question for a cause prefers a sentence that states one. A sentence loses for each name of
    the question that neither it nor the title has.
    """
    gained = CAUSE if asks_why(question.text) and _CAUSE.search(sentence) else 0.0
    lost = sum(not mentions(f"{title}. {sentence}", name) for name in question.names)
    return gained - NAME * lost


def is_about_another(question: Question, best: StoredPaper, others: Iterable[StoredPaper]) -> bool:
    """Whether `question` names what one of `others` introduces, and `best` does not mention it.

    The title of a paper that introduces something begins with its name and a colon. A word with
    one capital may be no name.
    """
    if question.text.isupper():
        return False
    own = f"{best.title}. {best.abstract}"
    sure = [name for name in question.names if any(map(str.isupper, name[1:]))]
    lacking = [name for name in sure if not mentions(own, name)]
    return any(
        re.match(rf"{re.escape(name)}\s*(?::|\s[–—-]\s)", other.title, re.IGNORECASE)
        for other in others
        for name in lacking
    )


def asks_why(question: str) -> bool:
    """Whether `question` asks for a cause."""
    return _WHY.match(question) is not None
