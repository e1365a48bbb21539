"""Rules that reject a claim about another thing than its evidence: another modifier or group.

`Stable Code Instruct` is not `Stable Code`, `non-smokers` are no `smokers`, `amlodipine maleate` is
not `amlodipine`, and what is said of the control group is not true of the treatment group.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from assistant.text.words import stem
from assistant.verification.alignment import Alignment
from assistant.verification.tokens import Token

# --- Modifiers that a list can know ---------------------------------------------------------------

_SALTS = (
    "hydrochloride|dihydrochloride|hcl|sulfate|sulphate|sodium|potassium|calcium|maleate|tartrate"
    "|mesylate|mesilate|besylate|acetate|phosphate|citrate|fumarate|succinate|bromide|hydrobromide"
    "|nitrate|gluconate|lactate|malate|tosylate|pamoate|stearate|propionate|palmitate|decanoate"
)
_SALT = re.compile(rf"\b(?P<base>[a-z]{{5,}}) (?P<salt>{_SALTS})\b")
_SUFFIXES = (
    "free|deficient|null|negative|positive|resistant|sensitive|naive|independent|instruct|chat|mini"
    "|lite|turbo|nano"
)
_SUFFIXED = re.compile(rf"(?<![\w-])(?P<base>\w[\w-]*\w)-(?P<suffix>{_SUFFIXES})(?![\w-])")
_PREFIXED = re.compile(r"(?<![\w-])non[-\s]?(?P<base>[a-z0-9]{3,})")
# Near the word itself, these can say the same in other words: `alcohol-free`, `no alcohol`.
_NEGATION = re.compile(
    r"\b(?:not?|non|never|neither|nor|none|without|cannot|lack\w*|absen\w+|free|negative|null"
    r"|except|excluding|other|rather|versus|vs)\b|n['’]t\b"
)
_WORDS_BEFORE, _WORDS_AFTER = 4, 3
_NEARBY = 80  # characters that hold so many words
# More words with a prefix are not compared.
_MAX_PREFIXED = 50


# `SSCP+`, `IHC-/SSCP-`: a marker that was found or not; `short- and long-term` has no name in it.
_MARKER = r"(?=\w*[A-Z0-9])[A-Za-z]\w*[+\u2212-]"
_MARKED = re.compile(rf"(?<![\w+\u2212-]){_MARKER}(?:/{_MARKER})*(?![\w+\u2212-])")


def changed_markers(claim: str, evidence: str) -> list[str]:
    """Marked names of `claim`, such as `CD4+`, that are more often in it than in its evidence.

    Only those are compared whose name the evidence marks, too.
    """
    claimed, stated = (
        Counter(match[0].replace("\u2212", "-") for match in _MARKED.finditer(text))
        for text in (claim, evidence)
    )
    known = {re.sub(r"[+-]", "", one) for whole in stated for one in whole.split("/")}
    return [
        marked
        for marked, count in claimed.items()
        if count > stated[marked]
        and any(re.sub(r"[+-]", "", one) in known for one in marked.split("/"))
    ]


def changed_modifiers(claim: str, evidence: str, title: str) -> list[str]:
    """Salts, prefixes and suffixes of `claim` that its evidence does not have on the same word.

    The evidence has to name the thing without the modifier, and neither evidence nor title with it.
    """
    plain, source, known = (
        unicodedata.normalize("NFKC", text).casefold()
        for text in (claim, evidence, f"{title} {evidence}")
    )
    found = [
        match[0]
        for match in _SALT.finditer(plain)
        if _has_word(source, match["base"]) and not _has_word(known, match["salt"])
    ]
    for match in _SUFFIXED.finditer(plain):
        denies = match["suffix"] in ("free", "deficient", "null", "negative")
        if (
            _has_word(source, match["base"])
            and not _has_suffix(known, match["base"], match["suffix"])
            and not (denies and _is_negated(known, match["base"]))
        ):
            found.append(match[0])
    return found + _changed_non(plain, source, known)


def _changed_non(claim: str, source: str, known: str) -> list[str]:
    """The words that only the claim, or only the evidence, has with `non-`."""
    found = []
    for match in islice(_PREFIXED.finditer(claim), _MAX_PREFIXED):
        base = match["base"]
        if match[0] == "non" + base and not _has_word(source, base):
            continue  # `nonetheless`
        if (
            _has_word(_PREFIXED.sub(" ", source), base)
            and not re.search(rf"\bnon[-\s]?{re.escape(base[:-1])}", known)
            and not _is_negated(source, base)
        ):
            found.append(match[0])
    for match in islice(_PREFIXED.finditer(source), _MAX_PREFIXED):
        base = match["base"]
        if (
            "-" in match[0]
            and _has_word(claim, base)
            and not re.search(rf"\b{re.escape(base)}", _PREFIXED.sub(" ", known))
            and not _is_negated(claim, base)
        ):
            found.append(base)
    return found


def _has_suffix(text: str, word: str, suffix: str) -> bool:
    """Whether `text` has the suffix anywhere, or a sign for it behind `word`: `CD4+`."""
    sign = rf"(?<!\w){re.escape(word)}\s?\(?[+−-]\)?(?!\w)"
    return re.search(rf"\b{suffix}|{sign}", text) is not None


def _is_negated(text: str, word: str) -> bool:
    """Whether a negation is near an occurrence of `word`."""
    return any(
        _NEGATION.search(
            " ".join(text[max(0, match.start() - _NEARBY) : match.start()].split()[-_WORDS_BEFORE:])
        )
        or _NEGATION.search(
            " ".join(text[match.end() : match.end() + _NEARBY].split()[:_WORDS_AFTER])
        )
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    )


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


# --- Parts of names -------------------------------------------------------------------------------


# Words between which at most two others stand are near each other.
_NEAR = 3


def joined_names(aligned: Alignment, claim: str) -> list[str]:
    """Words that the claim adds to a name: `Stable Code Instruct is` for `Stable Code is`.

    The evidence has both words, but nowhere near each other.
    """
    plain = unicodedata.normalize("NFKC", claim)
    tokens = sorted(aligned.claim, key=lambda token: token.start)
    return [
        other.text
        for one, other in pairwise(tokens)
        if one.name
        and other.name
        and plain[one.start + len(one.text) : other.start] in (" ", "-")
        and aligned.in_source(one)
        and aligned.in_source(other)
        and not _stand_together(aligned.source, one, other)
    ]


def inserted_names(aligned: Alignment, claim: str) -> list[str]:
    """Words that the claim adds to a name which the evidence says this of.

    The evidence has the name with the addition, too, but the words on both sides of the addition
    stand side by side in it.
    """
    plain = unicodedata.normalize("NFKC", claim)
    order = {token.start: n for n, token in enumerate(aligned.claim)}
    tokens = sorted(aligned.claim, key=lambda token: token.start)
    found = []
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        first, last = (aligned.to_source.get(order[one.start]) for one in (before, after))
        if (
            token.name
            and before.name
            and order[token.start] not in aligned.to_source
            and first is not None
            and last == first + 1
            and plain[before.start + len(before.text) : token.start] in (" ", "-")
        ):
            found.append(token.text)
    return found


def _stand_together(source: Sequence[Token], one: Token, other: Token) -> bool:
    """Whether both words are near each other: `General Theory of Relativity`."""
    solid = [token.key for token in source if token.kind in ("word", "number")]
    return any(
        key == one.key and other.key in solid[max(0, n - _NEAR) : n + _NEAR + 1]
        for n, key in enumerate(solid)
    )


# --- Groups ---------------------------------------------------------------------------------------

# Words on one side of a bar name the same group, those on the other side the opposite one.
_GROUPS = [
    tuple(frozenset(map(stem, side.split())) for side in row.split("|"))
    for row in (
        "treatment treated intervention interventional experimental verum | control placebo"
        " untreated sham",
        "men man male boy father gentleman | women woman female girl mother lady",
        "child children adolescent pediatric paediatric infant neonate | adult elderly",
        "smoker | nonsmoker",
        "case patient | control",
        "exposed | unexposed",
        "vaccinated | unvaccinated",
        "infected | uninfected",
        "inpatient | outpatient",
        "younger young | older old elderly",
        "mutant knockout | wild",
        "maternal | paternal",
        "obese overweight | lean",
        "healthy | diseased ill sick patient",
        "baseline | follow",
        "training | test validation",
        "primary | secondary",
        "left | right",
        "upper | lower",
        "systolic | diastolic",
        "preoperative | postoperative",
        "acute | chronic",
        "benign | malignant",
        "high | low",
        "proximal | distal",
        "anterior | posterior",
        "prospective | retrospective",
        "dominant | recessive",
        "urban | rural",
        "encoder | decoder",
    )
]
_CONTRASTS = frozenset({"than", "vs", "compar", "unlik", "rather"})

_NEW_CLAUSES = frozenset({"while", "wherea", "but", ";"})


def exchanged_groups(aligned: Alignment, title: frozenset[str]) -> list[str]:
    """The words of the claim that stand in place of the opposite group of the evidence.

    Either the evidence has only the opposite one, which the claim lacks, or the words on both sides
    are those of the opposite one. `title` is the vocabulary of the title.
    """
    claim_keys = {token.key for token in aligned.claim}
    found = []
    for n, token in enumerate(aligned.claim):
        for same, opposite in _sides(token):
            places = [m for m, other in enumerate(aligned.source) if other.key in opposite]
            if not places:
                continue
            if not same & (aligned.source_keys | title):
                if not opposite & claim_keys and _has_context(aligned, n, places):
                    found.append(token.text)
            elif _takes_place(aligned, n, places) or _skips_contrast(aligned, n, places):
                found.append(token.text)
    return found


def _sides(token: Token) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for row in _GROUPS:
        for same, opposite in (row, row[::-1]):
            if token.key in same and token.key not in opposite:
                yield same, opposite


def _has_context(aligned: Alignment, n: int, places: list[int]) -> bool:
    """Whether a word beside the claim's word `n` stands beside one of `places`, too."""
    beside = {
        aligned.claim[m].key
        for m in (n - 1, n + 1)
        if 0 <= m < len(aligned.claim) and aligned.claim[m].kind != "mark"
    }
    return any(
        aligned.source[m].key in beside
        for at in places
        for m in (at - 1, at + 1)
        if 0 <= m < len(aligned.source)
    )


def _takes_place(aligned: Alignment, n: int, places: list[int]) -> bool:
    """Whether the words around the claim's word `n` are those around the opposite word."""
    if n in aligned.to_source:
        return False
    before, after = aligned.to_source.get(n - 1), aligned.to_source.get(n + 1)
    return any(before == at - 1 and after == at + 1 for at in places)


def _skips_contrast(aligned: Alignment, n: int, places: list[int]) -> bool:
    """Whether the claim says of `B` what the evidence says of `A`: `higher in B` for `in A than B`.

    It omits the opposite word and the contrast between both.
    """
    own = aligned.to_source.get(n)
    before = [there for here, there in aligned.pairs if here < n and aligned.claim[here].content]
    if own is None or not before:
        return False
    gap = range(max(before) + 1, own)
    keys = {aligned.source[m].key for m in gap}
    # `A rose compared with before, while B` starts to say something of B.
    contrast = not keys.isdisjoint(_CONTRASTS) and keys.isdisjoint(_NEW_CLAUSES)
    return contrast and any(at in gap and at not in aligned.to_claim for at in places)
