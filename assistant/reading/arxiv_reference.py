"""What arXiv's records say of a paper besides its text: comments, and where it was printed."""

from __future__ import annotations

import re
from typing import Any

from assistant.reference import RETRACTED

# "Phys.Rev.D76:013009,2007", "J. Stat. Phys. 123, 45-67 (2006)", "Ann. Math. 170 (2009), 1-9".
_PLACE = re.compile(
    r"(?P<journal>(?:[^\d:;()]|(?:(?<=\.)|(?<=\s\w)):(?=\s)){2,150}?)[\s,]*(?:\bno\.?\s?)?(?:vol(?:ume|\.)?\s*)?(?P<volume>[A-Z]?\d{1,4})"
    r"(?:\s*\((?:19|20)\d\d\))?(?:\s*(?:\((?P<issue>\d{1,3})\)|,?\s*no\.?\s*(?P<number>\d{1,3})))?"
    r"\s*[:,]?\s*(?:pp?\.\s*)?(?P<page>[A-Z]?\d{1,7}(?:-{1,2}[A-Z]?\d{1,7})?)?"
    r"[\s,]*(?:\(?(?:19|20)\d\d\)?)?[.\s]*",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"(?:this (?:paper|article|submission|manuscript) )?(?:(?:has been|is|was) )?withdrawn\b",
    re.IGNORECASE,
)


def arxiv_reference(comments: str, journal: str, license_address: str = "") -> dict[str, Any]:
    """The reference of a paper with these comments and this text about its journal.

    Comments become the note. The text about the journal is divided where that is clear.
    """
    reference: dict[str, Any] = {
        "type": "article",
        "note": comments,
        "license": license_address,
        **_place(journal),
    }
    if _WITHDRAWN.match(comments):
        reference["status"] = RETRACTED
    return reference


def _place(journal: str) -> dict[str, str]:
    """Journal, volume and page in the text that authors give to arXiv, where it is clear."""
    # Single spaces and a bound keep the search short.
    text = " ".join(journal[:1000].split())[:300]
    found = _PLACE.fullmatch(text)
    if found is None or found["journal"].count(",") > 1:
        return {}
    parts = {
        "type": "article-journal",
        "container-title": found["journal"].strip(" ,"),
        "volume": found["volume"],
        "issue": found["issue"] or found["number"] or "",
        "page": (found["page"] or "").replace("--", "-"),
    }
    return {key: part for key, part in parts.items() if part}
