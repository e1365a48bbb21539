"""Claims with two parts exchanged, or with another name of the abstract."""

from __future__ import annotations

import random
import re
import unicodedata

from assistant.answering.replies import without_reply
from assistant.text.names import names
from assistant.text.numbers import number_spans
from training.reading.perturbations.numbers import DIGITS, is_year
from training.reading.perturbations.source import Source, is_negated

_DIRECTED = re.compile(
    r"\b(?:\w+er|more|less|fewer|better|worse|increas\w+|decreas\w+|reduc\w+|improv\w+|rais\w+"
    r"|outperform\w*|exceed\w*|superior|inferior|highest|lowest) ",
)
_PREPOSITION = "in|for|with|among|by|at|on|after|under|during|via|through|before|from|without"
_SIDE = rf"(?!(?:{_PREPOSITION}|of|to|expected|predicted|those|that|previous\w*|usual|the other)\b)"
_PART = (
    rf"{_SIDE}[\w%'’/+-]+(?: (?!(?:{_PREPOSITION}|and|or|but|than|was|were|is|are|had)\b)"
    r"[\w%'’/+-]+){0,5}"
)
_SWAPS = (
    # `in A than in B`, `in A compared with B`, `with A versus B`
    re.compile(
        rf"\b(?P<p>{_PREPOSITION}) (?P<a>{_PART}) (?P<m>than (?:(?:those|that) )?(?P=p)"
        rf"|compared (?:with|to)|(?:as )?compared (?:with|to) (?:those )?(?P=p)|versus|vs\.?)"
        rf" (?P<b>{_PART})(?=[.,;(]|$)"
    ),
    # `A was higher than B`
    re.compile(
        rf"^(?:(?:Yes|No), )?(?P<a>{_PART}) (?P<m>(?:was|were|is|are|had|has|have|shows?|showed"
        rf"|performs?|performed|outperforms?|outperformed|exceeds?|exceeded|precedes?|preceded"
        rf"|surpass(?:es|ed)?|binds|requires|activates|phosphorylates|causes|induces|inhibits"
        rf"|regulates|encodes|replaces)"
        rf"(?:(?: (?!(?:{_PREPOSITION}|of|to|or|and)\b)[\w-]+){{1,5}} than)?)"
        rf" (?P<b>{_PART})(?=\.?$)"
    ),
    # `rose from 12% to 15%`
    re.compile(
        r"\b(?:increas|decreas|reduc|improv|rose|fell|drop|rais|lower|declin|grew|climb|cut|went|convert"
        r"|transform|translat|switch|transfer)\w*\b[^.;]*? (?P<p>from) (?P<a>\w[\w.%-]*) (?P<m>to)"
        r" (?P<b>\w(?:[\w.%-]*[\w%])?)(?=[ .,;]|$)"
    ),
)
_COPULA = re.compile(r"^(?:was|were|is|are|had|has|have|shows?|showed|performs?|performed)$")


def swapped(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with the two sides of a comparison, or two numbers, exchanged."""
    found = []
    if not is_negated(claim):
        for number, pattern in enumerate(_SWAPS):
            match = pattern.search(claim)
            if not match or (number == 0 and not _DIRECTED.search(claim)):
                continue
            if number == 1 and "than" not in match["m"] and (_COPULA.match(match["m"].split()[0])):
                continue
            a, b = match["a"], match["b"]
            if re.search(r"ly$|^(?:it|they|this|these)$| as$", a, re.IGNORECASE) or re.search(
                r"\b(?:ever|did|does|do|other|before|others|one|if|when|would)$", b
            ):
                continue
            if a.lower() == b.lower() or (b.split()[0].isdigit() and number < 2):
                continue
            if number == 1:
                # The first word of a claim has a capital, which a name keeps anywhere.
                if a.split()[0] not in source.evidence:
                    a = a[0].lower() + a[1:]
                if match.start("a") == 0:
                    b = b[0].upper() + b[1:]
            start, end = match.span("a")
            found.append(
                claim[:start] + b + claim[end : match.start("b")] + a + claim[match.end("b") :]
            )
    return found + _swapped_numbers(claim)


def _swapped_numbers(claim: str) -> list[str]:
    """Two numbers of one unit exchanged: `7.1% of A and 10.9% of B`."""
    claim = unicodedata.normalize("NFKC", claim)
    if re.search(
        r"\b(?:between|range\w*|from|or|by|each)\b|[-–]\d|\bp ?[<=>]", claim, re.IGNORECASE
    ):
        return []
    spans = [
        (start, end, number)
        for start, end, number in number_spans(claim)
        if DIGITS.match(claim[start:end]) and not is_year(claim[start:end])
    ]
    if len(spans) != 2:
        return []
    (start, end, one), (other_start, other_end, other) = spans
    between = claim[end:other_start]
    respectively = "respectively" in claim
    if one.unit != other.unit or one.value == other.value or (not one.unit and not respectively):
        return []
    if not respectively and len(between.split()) < 3:
        return []
    if re.match(r"-\w", claim[end:]) or re.match(r"-\w", claim[other_end:]):
        return []
    if re.search(r"[<>~≤≥(]\s*$|\bthan $", claim[:start]) or "of which" in between:
        return []
    return [
        claim[:start]
        + claim[other_start:other_end]
        + between
        + claim[start:end]
        + claim[other_end:]
    ]


_UNNAMED = frozenset(
    """
    I We Our It This The These Those However Results Conclusions Methods Background Although And
    Both RESULTS METHODS CONCLUSIONS CONCLUSION BACKGROUND OBJECTIVE OBJECTIVES AIM AIMS DESIGN
    SETTING PARTICIPANTS CI OR HR RR SD IQR US USA UK II III IV DNA RNA mRNA vs In For Here
    """.split()  # noqa: SIM905
)


def exchanged_names(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with a name replaced by another of the abstract that the evidence lacks."""
    context = f"{source.title} {source.evidence} {claim}".lower()
    others = [
        name
        for name in names(source.abstract)
        if name.lower().rstrip("s") not in context and _single(name, source.abstract)
    ]
    found = []
    for name in names(without_reply(claim)):
        if name not in source.evidence or not _single(name, claim) or claim.count(name) > 2:
            continue
        choices = [one for one in others if _alike(one, name)]
        if choices:
            new = chooser.choice(choices)
            # Names have no backslash, which the replacement would interpret.
            changed = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", new, claim)
            if changed != claim:
                found.append(changed)
    return found


def _single(name: str, text: str) -> bool:
    """Whether `name` is a whole name in `text`: not a part of a longer one, not a number's unit."""
    if name in _UNNAMED or len(name) < 2:
        return False
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        before, after = text[: match.start()], text[match.end() :]
        if re.search(r"(?:[\w)][-–/]|\b[A-Z][\w-]* |\d\s?|\()$", before):
            return False
        if re.match(r"[-–/+]|\s\(?[A-Z0-9]|\)", after):
            return False
    return True


def _alike(one: str, other: str) -> bool:
    """Whether two names look like the same kind of thing, and not like the same thing."""
    a, b = one.lower(), other.lower()
    if (
        not one[0].isalpha()
        or "_" in one + other
        or a in b
        or b in a
        or a[:4] == b[:4]
        or (one[-1:] == "s" and other[-1:] != "s")
    ):
        return False

    def shape(name: str) -> tuple[bool, ...]:
        letters = re.sub(r"[\W\d]", "", name)
        return (name.istitle(), letters.isupper(), "-" in name, bool(re.search(r"\d", name)))

    return shape(one) == shape(other) and abs(len(one) - len(other)) < 8
