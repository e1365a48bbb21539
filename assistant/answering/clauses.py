"""Whether a part of a sentence is a complete statement, as far as rules can tell."""

from __future__ import annotations

import re

# Verbs that make a clause.
FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|may|might|will|would|should|must|does|do|did)\b"
    r"|\b(?:we|they|it|authors)\s(?:\w+ly\s|also\s|then\s|further\s)?\w+"
    r"|\b(?<!to\s)(?:shows?|showed|achieves?|outperforms?|improves?|reduces?|increases|decreases"
    r"|allows?|enables?|provides?|remains?|remained|suggests?|suggested|indicates?|indicated"
    r"|demonstrates?|reveals?|revealed|requires?|depends?|contains?|consists?|leads|led|lacks?"
    r"|(?:result|results|resulted)\sin|became|becomes?|promotes?|inhibits?|induces?|plays|exhibits?"
    r"|uses|learns|occurs?|occurred|predicts|preserves|retains|underwent|undergoes|received"
    r"|accounts|accounted|yields|yielded|encodes|imposes|causes|affects|serves|belongs|differs?"
    r"|differed|combines|consisted|contained|makes|gives|gave|takes|took|includes|reaches|reached"
    r"|produces|prevents|protects|activates|regulates|mediates|transcribes|represents|describes)\b"
    # `we compared the`, but not `patients compared with`.
    r"|\b[a-z]{3,}ed\s(?:\w+ly\s)?(?:the|an?|this|these|our|its|their|two|three|four|all|several)\b",
    re.IGNORECASE,
)
# Words that start a clause which needs another.
_SUBORDINATORS = re.compile(
    r"\b(?:that|which|who|whose|whom|where|when|whenever|if|whether|because|while|whereas|although"
    r"|though|unless|once|how|why|what|(?:as|after|before|until|since)\s(?:we|it|they))\b",
    re.IGNORECASE,
)
_OPEN_START = re.compile(
    r"^(?:when|whenever|if|because|since|while|whereas|although|though|unless|until|as|after|before"
    r"|once|given|despite|unlike|by|to|in|on|at|under|among|during|for|with|without|through|using"
    r"|based|compared|within|from)\b",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    r"\b(?:and|or|but|of|in|on|for|to|with|by|from|at|as|than|that|which|the|an?|its|their|our"
    r"|is|are|was|were|be|both|either|between|not|only|namely|i\.e|e\.g|via|while|where)$",
    re.IGNORECASE,
)
_PAIRS = tuple(
    (re.compile(rf"\b{first}\b", re.IGNORECASE), re.compile(rf"\b{second}\b", re.IGNORECASE))
    for first, second in (
        ("both", "and"),
        ("between", "and"),
        ("not only", "but"),
        ("either", "or"),
        ("neither", "nor"),
        ("whether", "(?:or|is|are|was|were|has|have|can|could|does|do|did|to)"),
    )
)
PRONOUN_START = re.compile(
    r"^(?:it|they|its|their|this|these|those|he|she|both|such|thus|so|hence|therefore|then|also"
    r"|however|in\s(?:this|that|which)|the\s(?:latter|former|other|same|second|first))\b",
    re.IGNORECASE,
)
# A last part between commas that is shorter is an item of a list.
_MIN_STATEMENT = 5


def is_clause(text: str) -> bool:
    """Whether `text` is a complete statement: it has a verb that no subordinate clause needs."""
    text = text.rstrip(" .")
    if _OPEN_END.search(text) or not is_balanced(text):
        return False
    main = text
    if _OPEN_START.search(text):
        if "," not in text:
            return False
        main = text.split(",", 1)[1]
    if len(FINITE.findall(main)) <= len(_SUBORDINATORS.findall(main)):
        return False
    return all(
        not (found := first.search(text)) or second.search(text, found.end())
        for first, second in _PAIRS
    )


def says_more(removed: str, kept: str) -> bool:
    """Whether `removed`, which follows "and", is a statement rather than an item of a list."""
    return not is_item(kept) and is_clause(removed)


def is_item(kept: str) -> bool:
    """Whether `kept` ends with what looks like an item of a list: a few words after a comma."""
    last = kept.rsplit(",", 1)[-1] if "," in kept else ""
    return bool(last) and len(last.split()) < _MIN_STATEMENT


def is_in_brackets(text: str, position: int) -> bool:
    """Whether `position` is within round or square brackets."""
    before = text[:position]
    return before.count("(") > before.count(")") or before.count("[") > before.count("]")


def is_balanced(text: str) -> bool:
    """Whether every bracket is closed."""
    return all(
        text.count(one) == text.count(other) and text.find(one) <= text.find(other)
        for one, other in (("(", ")"), ("[", "]"))
    )
