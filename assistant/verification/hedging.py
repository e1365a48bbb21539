"""Rules that reject a claim which is stronger than its evidence: `may`, `some`, `up to` dropped."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.text.words import stem
from assistant.verification.alignment import Alignment
from assistant.verification.tokens import SCOPE_WORDS, Token, scope


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# Hedges. Each can replace any other.
_HEDGES = _stems(
    """may might could possibly probably perhaps potentially likely presumably maybe plausibly
    suggest suggests suggesting appear appears seem seems hypothesize hypothesise hypothesis
    conjecture speculate speculation believe tend tends arguably apparently should would"""
)
# Words that limit a statement to a part; a claim without any of them is about the whole.
_PARTIAL = _stems(
    """partially partly almost nearly rarely seldom hardly barely scarcely sometimes occasionally
    largely mostly mainly primarily approximately roughly about around occasional"""
)
# Those that can be dropped before a number: `about 5`.
_APPROXIMATE = _stems("approximately roughly about around nearly almost mainly primarily largely")
# Dropping these is always accepted; they have other meanings too often.
_AMBIGUOUS = _stems("about around")
# Quantifiers by strength; a claim may be weaker than its evidence, not stronger.
_QUANTIFIERS = {
    **dict.fromkeys(("few", "little"), 1),
    **dict.fromkeys(("some", "several", "certain"), 2),
    "many": 3,
    **dict.fromkeys(("most", "majority"), 4),
    **dict.fromkeys(("all", "every", "any", "each"), 5),
}
# Quantifiers that a claim cannot drop.
_REQUIRED_QUANTIFIERS = frozenset({"few", "little", "some", "most", "majority"})
# Words that a claim can have only if its evidence has them.
_BOOSTERS = _stems(
    """always all every never completely entirely fully wholly totally only solely must will prove
    proves proven guarantee guarantees certainly definitely undoubtedly perfectly absolutely
    everything everyone unique universally invariably exclusively best worst most least"""
)
_CAUSATION = _stems("cause causes caused causing lead leads result results")
_CORRELATION = _stems("associated association correlated correlation linked link related predict")
_SUPERLATIVES = frozenset({"best", "worst", "most", "least", "first", "last"})
_NO_SUPERLATIVES = frozenset(
    """test request interest rest west forest suggest invest nest latest manifest digest contest
    harvest guest quest protest modest honest arrest chest""".split()  # noqa: SIM905
)
# In the claim, a hedge precedes what it hedges by at most this many tokens.
_HEDGE_DISTANCE = 12


def overstatements(aligned: Alignment) -> list[str]:
    """The words that make the claim stronger than its evidence: added boosters, dropped hedges."""
    return [
        *_dropped_hedges(aligned),
        *_dropped_partial_words(aligned),
        *_stronger_quantifiers(aligned),
        *_added_boosters(aligned),
    ]


def _dropped_hedges(aligned: Alignment) -> list[str]:
    claim, source = aligned.claim, aligned.source
    dropped = []
    for n, token in enumerate(source):
        if token.text == "up" and n + 1 < len(source) and source[n + 1].text == "to":
            numbers = [at for at in range(n + 2, min(n + 5, len(source))) if source[at].number]
            if any(not _is_bounded(claim, at) for at in _in_claim(aligned, numbers)):
                dropped.append("up to")
        elif _is_hedge(source, n):
            # A modal precedes what it hedges; `suggest` can be replaced by a modal after it.
            after = 0 if _is_modal(token) else SCOPE_WORDS
            if any(
                not any(
                    _is_hedge(claim, m)
                    for m in range(max(0, at - _HEDGE_DISTANCE), min(len(claim), at + after))
                )
                for at in _in_claim(aligned, scope(source, n))
            ):
                dropped.append(token.text)
    if not dropped:
        # `may` can become `suggest`, unless the evidence has both: so the hedges are counted.
        present = [
            n
            for n in range(len(claim))
            if _is_modal(claim[n]) or (_is_hedge(claim, n) and n not in aligned.to_source)
        ]
        required = [
            n
            for n in range(len(source))
            if _is_modal(source[n]) and _in_claim(aligned, scope(source, n)[:2])
        ]
        if len(required) > len(present):
            dropped.append(source[required[-1]].text)
    return dropped


def _in_claim(aligned: Alignment, positions: Sequence[int]) -> list[int]:
    """The positions in the claim of those `positions` of the source that are aligned."""
    return [aligned.to_claim[n] for n in positions if n in aligned.to_claim]


def _is_hedge(tokens: Sequence[Token], n: int) -> bool:
    token = tokens[n]
    if token.text in ("potential", "appearance"):
        return False
    return (token.kind != "mark" and token.key in _HEDGES) or stem(token.text) in _HEDGES


def _is_modal(token: Token) -> bool:
    return token.text in ("may", "might", "could", "would", "possibly", "probably", "likely")


def _is_bounded(claim: Sequence[Token], position: int) -> bool:
    """Whether `up to` or a similar word precedes the number at `position`."""
    words = [token.text for token in claim[max(0, position - 4) : position]]
    return any(word in ("up", "much", "most", "maximum", "many") for word in words)


def _dropped_partial_words(aligned: Alignment) -> list[str]:
    stems = {stem(token.text) for token in aligned.claim}
    dropped = []
    for n, token in enumerate(aligned.source):
        word = stem(token.text)
        if word not in _PARTIAL - _AMBIGUOUS or word in stems or n in aligned.to_claim:
            continue
        following = aligned.source[n + 1 : n + 2]
        if word in _APPROXIMATE and (
            not following or following[0].number or following[0].kind == "function"
        ):
            continue
        if _in_claim(aligned, scope(aligned.source, n)[:1]) and not stems & _PARTIAL:
            dropped.append(token.text)
    return dropped


def _stronger_quantifiers(aligned: Alignment) -> list[str]:
    claim, source = aligned.claim, aligned.source
    stronger = []
    for n, token in enumerate(source):
        strength = _QUANTIFIERS.get(token.text)
        if strength is None or n in aligned.to_claim or _is_superlative_use(source, n):
            continue
        quantified = _in_claim(aligned, scope(source, n)[:2])
        if not quantified:
            continue
        at = quantified[0]
        strengths = [_QUANTIFIERS.get(word.text, 0) for word in claim[max(0, at - 3) : at]]
        strongest = max(strengths, default=0)
        if strongest > strength:
            stronger.append(
                next(word.text for word in claim if _QUANTIFIERS.get(word.text) == strongest)
            )
        elif not strongest and token.text in _REQUIRED_QUANTIFIERS and not _is_quantity(source, n):
            stronger.append(token.text)
    if any(
        token.text == "one" and source[n + 1 : n + 2] and source[n + 1].text == "of"
        and n not in aligned.to_claim
        and _in_claim(aligned, scope(source, n)[:2])
        for n, token in enumerate(source)
    ) and not any(token.text in ("one", "a", "an") for token in claim):  # fmt: skip
        stronger.append("one of")
    return stronger


def _is_superlative_use(tokens: Sequence[Token], n: int) -> bool:
    """Whether the word is not a quantifier: `the most difficult task`, `at most`."""
    return tokens[n].text in ("most", "little") and n > 0 and tokens[n - 1].text in (
        "the", "a", "at", "its", "our", "their", "and",
    )  # fmt: skip


def _is_quantity(tokens: Sequence[Token], n: int) -> bool:
    """Whether the word is a small number and not a part: `a few`, `very little`."""
    previous = tokens[n - 1].text if n > 0 else ""
    return tokens[n].text in ("few", "little") and previous in ("a", "very", "the")


def _added_boosters(aligned: Alignment) -> list[str]:
    stems = {stem(token.text) for token in aligned.source}
    texts = {token.text for token in aligned.source}
    added = []
    for n, token in enumerate(aligned.claim):
        word = stem(token.text)
        if token.kind == "mark" or token.number:
            continue
        if (
            (
                word in _BOOSTERS
                and token.text not in texts
                and (word not in stems or token.text in _SUPERLATIVES)
            )
            or (_is_superlative(token.text) and token.text not in texts and n not in aligned.new)
            or (word in _CAUSATION and word not in stems and stems & _CORRELATION)
        ):
            added.append(token.text)
    return added


def _is_superlative(text: str) -> bool:
    return text in _SUPERLATIVES or (
        len(text) > 5 and text.endswith("est") and text not in _NO_SUPERLATIVES
    )
