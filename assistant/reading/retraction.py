"""Works that were retracted or corrected: what titles and services say of them.

Such a work has one of three values in the field `status` of its reference. A notice, such as
"Retraction of: ..." or "Correction to: ...", is a work of its own, which is not retracted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.reference import CORRECTED, CUSTOM, RETRACTED, STATUSES, Reference
from assistant.reference import EXPRESSION_OF_CONCERN as CONCERN

_WORK = r"(?:\s+(?:article|paper|chapter|publication|manuscript|abstract|letter|preprint))?"
_MARKS = {
    RETRACTED: rf"(?:retracted|withdrawn|removed){_WORK}",
    CONCERN: r"expressions?\s+of\s+concern|temporary\s+removal",
    CORRECTED: rf"corrected(?:\s+and\s+republished)?{_WORK}",
}
# "RETRACTED: A title", "[Retracted] A title", "RETRACTED ARTICLE - A title".
_BEFORE = {
    status: re.compile(
        rf"[\s\"'“”‘’*]*(?:[\[(]\s*(?:{mark})\s*[:.]?\s*[\])]|(?:{mark})\s*(?::|\s[-–—]|[–—]))\s*\S",
        re.IGNORECASE,
    )
    for status, mark in _MARKS.items()
}
# "A title (Retracted article. See vol. 7, pg. 12, 2010)", "A title [retracted]".
_BEHIND = {
    status: re.compile(
        rf"[\[(]\s*(?:{mark})\s*(?:[\])]|[.,:;][^\[\]()]{{0,200}}[\])]?)\s*\.?\s*$", re.IGNORECASE
    )
    for status, mark in _MARKS.items()
}
_ANY = re.compile(r"retracted|withdrawn|removed|concern|removal|corrected", re.IGNORECASE)
# Each of these words has one of them; plain texts are looked for in a tenth of the time.
_PARTS = ("etracted", "ithdrawn", "remov", "concern", "correct")

# Words of services for what happened to a work, without capitals, spaces and signs.
_WORDS = {
    RETRACTED: """retraction retracted partialretraction withdrawal withdrawn removal removed
        retractionin retractedby retractedpublication isretractedby partialretractionin
        retractionandreplacement withdrawalin""",
    CONCERN: """expressionofconcern expressionofconcernin concern temporaryremoval
        hasexpressionofconcern""",
    CORRECTED: """correction corrected erratum corrigendum erratumin correctedandrepublishedin
        correctedarticle iscorrectedby corrigendumin correctionin""",
}
_STATUS_OF_WORD = {word: status for status, words in _WORDS.items() for word in words.split()}
_LONGEST_TITLE = 4_000


def retraction_status(title: str) -> str:
    """The status that a title says, such as "RETRACTED: A title"; "" if it says none."""
    if title.isascii():
        small = title.lower()
        if not any(map(small.__contains__, _PARTS)):
            return ""
    if not _ANY.search(title) or len(title) > _LONGEST_TITLE:
        return ""
    for status in STATUSES:
        if _BEFORE[status].match(title) or _BEHIND[status].search(title):
            return status
    return ""


def status_of_words(words: Iterable[str]) -> str:
    """The gravest status among what services call it, such as `retraction` and `Erratum in`."""
    found = {_STATUS_OF_WORD.get("".join(filter(str.isalnum, word.casefold()))) for word in words}
    return next((status for status in STATUSES if status in found), "")


def with_status(reference: Reference, status: str) -> Reference:
    """`reference` with this status, or a graver one that it has; another one becomes custom."""
    known = reference.get("status", "")
    found = next((one for one in STATUSES if one in (known, status)), "")
    if not found or found == known:
        return reference
    changed = {**reference, "status": found}
    if known and known not in STATUSES:
        custom = reference.get(CUSTOM, {})
        changed[CUSTOM] = {**custom, "csl": {"status": known, **custom.get("csl", {})}}
    return changed
