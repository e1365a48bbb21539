"""A question: its text, its words and names, and whether it asks for a quantity."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.errors import UsageError
from assistant.text.names import names
from assistant.text.sanitizing import sanitized
from assistant.text.words import content_words

MAX_CHARACTERS = 2_000

_QUANTITY = re.compile(
    r"""\bhow\s+(?:much|many|\w+er\b|large|big|small|long|short|fast|slow|quick|often|far|high|low
        |deep|wide|old|likely|accurate|expensive|cheap)
      | \b(?:what|which|by\s+what|at\s+what|to\s+what|in\s+what)\s+(?:\w+\s+)?(?:number|share
        |fraction|portion|proportion|percentage|factor|accuracy|score|rate|speed|speed-?up|size|amount|year
        |date|pass@\d+)
      | \bwhen\s+(?:was|were|did|is)\b""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """A question on one line.

    `words` are its distinct content words as stems, `names` the names and acronyms in it.
    """

    text: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    asks_quantity: bool

    @classmethod
    def parse(cls, text: str) -> Question:
        """Validate and analyse the text of a question.

        Raises:
            UsageError: it is empty, or longer than `MAX_CHARACTERS`.
        """
        if len(text) > MAX_CHARACTERS:
            raise UsageError(
                f"The question has {len(text):,} characters; at most {MAX_CHARACTERS:,} are "
                "possible. Ask in one or two sentences; to add a paper, import it."
            )
        clean = sanitized(text)
        if not clean:
            raise UsageError("The question is empty. Ask something about the papers.")
        return cls(
            text=clean,
            words=tuple(dict.fromkeys(content_words(clean))),
            names=tuple(names(clean)),
            asks_quantity=_QUANTITY.search(clean) is not None,
        )
