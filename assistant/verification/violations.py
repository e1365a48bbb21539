"""Kinds of information in a claim that no single word stands for, as `Verification.missing` has."""

from __future__ import annotations

import enum


class Violation(enum.StrEnum):
    """What a rule rejects. A verification lists these beside the words that are not supported."""

    NOTHING_CITED = "evidence"
    DESCRIBED = "what the description is of"
    NEGATION = "negation"
    NEGATED = "a negation that is not in the evidence"
    DIRECTION = "direction of the comparison"
    QUANTITY = "p-value, range or unit"
    NUMBERED = "what the numbers refer to"
    SPLICED = "parts of one clause"
    WORD_ORDER = "word order"


# No model outweighs these.
VETOES = frozenset({Violation.DESCRIBED, Violation.NEGATED, Violation.NUMBERED, Violation.QUANTITY})
