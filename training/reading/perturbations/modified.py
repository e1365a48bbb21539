"""True claims with one modifier, version, salt, group, exponent, range, unit or p-value changed.

These small changes name another thing: `Stable Code Instruct` is not `Stable Code`. Each function
returns changed claims; `swaps` leaves out those whose changed words the evidence or title states.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator

from assistant.text.names import names
from assistant.text.words import STOP_WORDS
from training.reading.perturbations.numbers import changed_units
from training.reading.perturbations.source import Source

# A changed claim, and the changed words, which the evidence must not contain.
Swap = tuple[str, str]
_NOT_MODIFIED = re.compile(r"^(?:[A-Z][a-z]+|I+V?|[A-Z]\.?|.*\d.*)$")


def _named(claim: str, source: Source) -> list[re.Match[str]]:
    """Where `claim` has a name that the evidence has, too, with a space or mark on both sides."""
    found = []
    for name in names(f"x {claim}"):
        if name not in source.evidence or _NOT_MODIFIED.match(name):
            continue
        found += list(re.finditer(rf"(?<![\w-]){re.escape(name)}(?=[ .,;]|$)", claim))[:1]
    return found


def _with(claim: str, match: re.Match[str], new: str) -> Swap:
    return claim[: match.start()] + new + claim[match.end() :], new


def _modifiers(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    endings = (
        " Instruct",
        "-Instruct",
        "-mini",
        " Large",
        "-Large",
        " Chat",
        " Lite",
        "-XL",
        " Pro",
    )
    return [_with(claim, m, m[0] + chooser.choice(endings)) for m in _named(claim, source)]


def _of_other_names(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    """Names with a word of another name that the evidence has, too: `Stable Code Instruct`."""
    others = [n for n in names(source.evidence) if n[0].isupper() and n.isalpha() and len(n) > 3]
    return [
        _with(claim, m, m[0] + chooser.choice((" ", "-")) + chooser.choice(possible))
        for m in _named(claim, source)
        if (possible := [n for n in others if n not in claim and n[:-1] not in m[0]])
    ]


_NOUNS = re.compile(
    r"(?<![\w-])(?P<word>[a-z]{5,})(?= (?:patients|mice|cells?|diets?|models?|groups?|methods?"
    r"|individuals|subjects|children|rats|therapy|networks?|systems?|tumou?rs?|learning)\b)"
)


def _negated(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    words = [
        m for m in _NOUNS.finditer(claim) if m[0] not in STOP_WORDS and m[0] in source.evidence
    ]
    found = [_with(claim, m, f"non-{m[0]}") for m in words]
    found += [
        _with(claim, m, chooser.choice((f"{m[0]}-free", f"non-{m[0]}", f"{m[0]}-deficient")))
        for m in _named(claim, source)
    ]
    return found


def _versions(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    found = [
        _with(claim, m, m[0] + chooser.choice((" v2", "-v2", "v3", " 2.0", "-2")))
        for m in _named(claim, source)
        if not m[0].isupper() or len(m[0]) > 4
    ]
    for m in re.finditer(r"\b([A-Z][A-Za-z]+[- ])(\d(?:\.\d)?)(?![\w.%-])", claim):
        if m[0] in source.evidence:
            found.append(_with(claim, m, m[1] + str(int(float(m[2])) + chooser.choice((1, 2)))))
    return found


def _sizes(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    found = [
        _with(claim, m, m[0] + chooser.choice(("-7B", " 13B", "-70B", "-3B")))
        for m in _named(claim, source)
    ]
    for m in re.finditer(r"\b(\d+)(B|M)\b", claim):
        found.append(_with(claim, m, f"{int(m[1]) * 2 + 1}{m[2]}"))
    return found


_DRUGS = re.compile(
    r"\b[A-Za-z][a-z]{3,}(?:formin|statin|sartan|pril|olol|oxetine|azole|mycin|cillin|xacin|amide"
    r"|azine|idine|amine|orphine|caine|done|ipine|tinib|parin|oxone|setron|triptan|ilol|afil|vir)\b"
)
_SALTS = ("hydrochloride", "sulfate", "sodium", "maleate", "tartrate", "mesylate", "acetate")


def _salts(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    return [
        _with(claim, m, f"{m[0]} {chooser.choice(_SALTS)}")
        for m in _DRUGS.finditer(claim)
        if m[0].lower() in source.evidence.lower()
    ]


def _genes(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    return [
        _with(claim, m, f"{m[1]}{int(m[2]) + chooser.choice((1, 2))}")
        for m in re.finditer(r"\b([A-Z][A-Za-z]{1,5}-?)(\d{1,2})\b(?![.-]?\d)", claim)
        if m[0] in source.evidence
    ]


ARMS = (
    "treatment/control", "treated/untreated", "intervention/control", "experimental/control",
    "high-dose/low-dose", "men/women", "male/female", "males/females", "boys/girls",
    "adults/children", "mothers/fathers", "smokers/non-smokers", "cases/controls",
    "patients/controls", "exposed/unexposed", "vaccinated/unvaccinated", "infected/uninfected",
    "inpatients/outpatients", "younger/older", "wild-type/mutant", "placebo/treatment",
    "maternal/paternal", "pregnant/non-pregnant", "obese/lean", "healthy/diseased",
    "baseline/follow-up", "training/test", "primary/secondary", "left/right", "upper/lower",
    "systolic/diastolic", "preoperative/postoperative", "acute/chronic", "benign/malignant",
)  # fmt: skip


def _arms(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    found = []
    for pair in ARMS:
        one, other = pair.split("/")
        for word, opposite in ((one, other), (other, one)):
            matches = list(re.finditer(rf"(?<![\w-]){word}(?![\w-])", claim))
            # With both in the claim, it is a comparison, whose sides another change exchanges.
            if len(matches) == 1 and opposite not in claim and word in source.evidence:
                m = matches[0]
                if re.search(r"\b(?:and|or|both) $", claim[: m.start()]) or re.match(
                    r" (?:and|or)\b", claim[m.end() :]
                ):
                    continue
                changed, _ = _with(claim, m, opposite)
                before = claim[: m.start()].split()[-1:]
                after = claim[m.end() :].split()[:1]
                found.append((changed, " ".join([*before, opposite, *after])))
    return found


_EXPONENT = re.compile(r"(?<=10)(\^\{?[-−]?|\([-−]?|[-−])(\d{1,2})(?=[})]?(?![\d.]))")


def _exponents(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    return [
        (
            changed := claim[: m.start(2)]
            + str(int(m[2]) + chooser.choice((-1, 1, 2)))
            + claim[m.end() :],
            changed[m.start() - 2 : m.end() + 1],
        )
        for m in _EXPONENT.finditer(claim)
        if int(m[2]) > 1 and (m[1][0] in "^(" or re.match(r"\)?\s?m?M\b|\s?mol", claim[m.end() :]))
    ]


_RANGE = re.compile(r"(?<![\w.,-])(\d+(?:\.\d+)?)(\s?[-–]\s?| to )(\d+(?:\.\d+)?)(?![\w.,-]*\d)")


def _ranges(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    found = []
    for m in _RANGE.finditer(claim):
        if re.fullmatch(r"(?:18|19|20)\d\d", m[1]):
            continue
        # The other end is a number that the evidence has elsewhere, if there is one.
        own = {m[1], m[3]}
        numbers = [
            n for n in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", source.evidence) if n not in own
        ]
        larger = [n for n in numbers if float(n) > float(m[1])]
        new = chooser.choice(larger) if larger else m[3][:-1] + str((int(m[3][-1]) + 2) % 10)
        found.append(_with(claim, m, f"{m[1]}{m[2]}{new}"))
    return found


def _units(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    found = [(changed, "") for changed in changed_units(claim, source, chooser)]
    rates = {"kg": "day", "day": "week", "mL": "L", "ml": "dl", "dL": "mL", "L": "mL", "min": "h"}
    for m in re.finditer(
        r"(?<=\d)(\s?[µμmnk]?(?:g|mol|mmol|U|IU|L|l|mL|ml)/)(kg|day|mL|ml|dL|L|min)\b", claim
    ):
        found.append(_with(claim, m, m[1] + rates[m[2]]))
    return found


_P = re.compile(r"\b([Pp]\s?)([<>=≤≥])(\s?)(0?\.\d+)")


def _p_values(claim: str, source: Source, chooser: random.Random) -> list[Swap]:
    found = []
    for m in _P.finditer(claim):
        new = chooser.choice([v for v in ("0.05", "0.01", "0.001") if float(v) != float(m[4])])
        found.append(_with(claim, m, f"{m[1]}{m[2]}{m[3]}{new if m[4][0] == '0' else new[1:]}"))
        opposite = {"<": ">", ">": "<", "≤": ">", "≥": "<"}.get(m[2])
        if opposite:
            found.append(_with(claim, m, f"{m[1]}{opposite}{m[3]}{m[4]}"))
    return found


_DEFINED = re.compile(
    r"(?P<x>[A-Z][\w-]*(?: [A-Z][\w-]*)*)(?: \([^()]*\))?(?P<v>,| [-–—]+| is) "
    r"(?P<y>(?:an?|the) [a-z][^,.;:()—]{15,90})"
    r"(?=[,.;—]| [-–—])"
)


def definitions(source: Source) -> Iterator[tuple[str, list[Swap]]]:
    """True claims `X is a Y` of the evidence, each with claims that say it of something else."""
    for m in _DEFINED.finditer(source.evidence):
        if m["x"].split()[0] in ("We", "This", "It", "Here", "The", "In", "There", "Our"):
            continue
        if not names(f"x {m['x']}") or re.match(r"(?:an?|the) (?:\w+ )?(?:of|result)\b", m["y"]):
            continue
        rest = source.evidence[: m.start()] + source.evidence[m.end() :]
        others = [n for n in names(rest) if n.lower() not in m[0].lower() and len(n) > 3]
        subjects = [*others[:2], f"{m['x']} Conjecture", f"{m['x']} Benchmark"]
        yield f"{m['x']} is {m['y']}.", [(f"{x} is {m['y']}.", "") for x in subjects]


SWAPS: dict[str, Callable[[str, Source, random.Random], list[Swap]]] = {
    "modifier": _modifiers,
    "modifier of another name": _of_other_names,
    "non-, -free": _negated,
    "version": _versions,
    "size": _sizes,
    "salt": _salts,
    "gene": _genes,
    "arm": _arms,
    "exponent": _exponents,
    "range": _ranges,
    "unit": _units,
    "p-value": _p_values,
}


def swaps(claim: str, source: Source, chooser: random.Random) -> Iterator[tuple[str, str]]:
    """Kind and text of variants of the true `claim` that are about another thing or quantity."""
    claim = unicodedata.normalize("NFKC", claim)
    known = unicodedata.normalize("NFKC", f"{source.title} {source.evidence}").lower()
    for kind, change in SWAPS.items():
        possible = [
            text
            for text, new in change(claim, source, chooser)
            if not new or new.lower() not in known
        ]
        if possible:
            yield kind, chooser.choice(possible)
