"""Whether a claim states what its evidence says with reserve: `may`, `some`, `up to`."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.text.words import stem
from assistant.verification.alignment import Alignment
from assistant.verification.tokens import Token


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


# With these something is not stated as a fact. Any of them may stand for any other.
_HEDGES = _stems(
    """may might could possibly probably perhaps potentially likely presumably maybe plausibly
    suggest suggests suggesting appear appears seem seems hypothesize hypothesise hypothesis
    conjecture speculate speculation believe tend tends arguably apparently should would"""
)
# With these something holds in part; a claim without any of them says that it holds wholly.
_PARTLY = _stems(
    """partially partly almost nearly rarely seldom hardly barely scarcely sometimes occasionally
    largely mostly mainly primarily approximately roughly about around occasional"""
)
# Left out before a number these do no harm: `about 5`.
_ROUGHLY = _stems("approximately roughly about around nearly almost mainly primarily largely")
# Quantifiers by what they promise; a claim may promise less than its evidence, not more.
_QUANTIFIERS = {
    **dict.fromkeys(("few", "little"), 1),
    **dict.fromkeys(("some", "several", "certain"), 2),
    "many": 3,
    **dict.fromkeys(("most", "majority"), 4),
    **dict.fromkeys(("all", "every", "any", "each"), 5),
}
_LEAST_NAMED = frozenset({"few", "little", "some", "most", "majority"})
# A claim has these only if its evidence has them.
_BOOSTERS = _stems(
    """always all every never completely entirely fully wholly totally only solely must will prove
    proves proven guarantee guarantees certainly definitely undoubtedly perfectly absolutely
    everything everyone unique universally invariably exclusively best worst most least"""
)
_CAUSES = _stems("cause causes caused causing lead leads result results")
_GOES_WITH = _stems("associated association correlated correlation linked link related predict")
_SUPERLATIVES = frozenset({"best", "worst", "most", "least", "first", "last"})
_NO_SUPERLATIVES = frozenset(
    [
        "test",
        "request",
        "interest",
        "rest",
        "west",
        "forest",
        "suggest",
        "invest",
        "nest",
        "latest",
        "manifest",
        "digest",
        "contest",
        "harvest",
        "guest",
        "quest",
        "protest",
        "modest",
        "honest",
        "arrest",
        "chest",
    ]
)
# What a hedge belongs to stands at most so many words with content behind it.
_REACH = 3
# In the claim a hedge stands at most so many tokens before what it belongs to.
_SCOPE = 12
_ENDS = frozenset({",", ";", ":", ".", "(", ")"})


def strengthened(aligned: Alignment) -> list[str]:
    """The words that make the claim stronger than its evidence, or that it leaves out for that."""
    return [
        *_dropped_hedges(aligned),
        *_dropped_parts(aligned),
        *_stronger_quantifiers(aligned),
        *_boosters(aligned),
    ]


def _dropped_hedges(aligned: Alignment) -> list[str]:
    claim, source = aligned.claim, aligned.source
    dropped = []
    for n, token in enumerate(source):
        up_to = token.text == "up" and n + 1 < len(source) and source[n + 1].text == "to"
        if up_to:
            heads = [at for at in range(n + 2, min(n + 5, len(source))) if source[at].number]
            if any(not _is_bounded(claim, aligned.said[at]) for at in heads if at in aligned.said):
                dropped.append("up to")
        elif _is_hedge(source, n):
            heads = _heads(source, n)
            # `may` stands before what it belongs to; for `suggest` a `may` behind will do.
            behind = 0 if _is_modal(token) else _REACH
            if any(
                not any(
                    _is_hedge(claim, m)
                    for m in range(max(0, here - _SCOPE), min(len(claim), here + behind))
                )
                for here in (aligned.said[at] for at in heads if at in aligned.said)
            ):
                dropped.append(token.text)
    # As many hedges as before, where they are said of the same.
    if not dropped:
        # `suggest` for `may` will do, unless the evidence has both.
        said = [
            n
            for n in range(len(claim))
            if _is_modal(claim[n]) or (_is_hedge(claim, n) and n not in aligned.place)
        ]
        due = [
            n
            for n in range(len(source))
            if _is_modal(source[n]) and any(at in aligned.said for at in _heads(source, n)[:2])
        ]
        if len(due) > len(said):
            dropped.append(source[due[-1]].text)
    return dropped


def _is_hedge(found: Sequence[Token], n: int) -> bool:
    token = found[n]
    if token.text in ("potential", "appearance"):
        return False
    return (token.kind != "mark" and token.key in _HEDGES) or stem(token.text) in _HEDGES


def _is_modal(token: Token) -> bool:
    return token.text in ("may", "might", "could", "would", "possibly", "probably", "likely")


def _is_bounded(claim: Sequence[Token], at: int) -> bool:
    """Whether `up to` or the like stands before the number at `at`."""
    words = [token.text for token in claim[max(0, at - 4) : at]]
    return any(word in ("up", "much", "most", "maximum", "many") for word in words)


def _dropped_parts(aligned: Alignment) -> list[str]:
    kept = {stem(token.text) for token in aligned.claim}
    dropped = []
    for n, token in enumerate(aligned.source):
        cue = stem(token.text)
        if cue not in _PARTLY or cue in kept or n in aligned.said:
            continue
        following = aligned.source[n + 1 : n + 2]
        if cue in _ROUGHLY and (
            not following or following[0].number or following[0].kind == "small"
        ):
            continue
        if cue in _stems("about around"):
            continue
        heads = _heads(aligned.source, n)[:1]
        if any(at in aligned.said for at in heads) and not (kept & _PARTLY):
            dropped.append(token.text)
    return dropped


def _stronger_quantifiers(aligned: Alignment) -> list[str]:
    claim, source = aligned.claim, aligned.source
    found = []
    for n, token in enumerate(source):
        level = _QUANTIFIERS.get(token.text)
        if level is None or n in aligned.said or _is_superlative(source, n):
            continue
        heads = [at for at in _heads(source, n)[:2] if at in aligned.said]
        if not heads:
            continue
        here = aligned.said[heads[0]]
        levels = [
            _QUANTIFIERS[claim[at].text]
            for at in range(max(0, here - 3), here)
            if claim[at].text in _QUANTIFIERS
        ]
        if levels and max(levels) > level:
            found.append(next(t.text for t in claim if _QUANTIFIERS.get(t.text) == max(levels)))
        elif not levels and token.text in _LEAST_NAMED and not _is_comparing(source, n):
            found.append(token.text)
    if any(
        token.text == "one" and source[n + 1 : n + 2] and source[n + 1].text == "of"
        and n not in aligned.said
        and any(at in aligned.said for at in _heads(source, n)[:2])
        for n, token in enumerate(source)
    ) and not any(token.text in ("one", "a", "an") for token in claim):  # fmt: skip
        found.append("one of")
    return found


def _is_superlative(found: Sequence[Token], n: int) -> bool:
    """`the most difficult task`, `at most`: no quantifier."""
    return found[n].text in ("most", "little") and n > 0 and found[n - 1].text in (
        "the", "a", "at", "its", "our", "their", "and",
    )  # fmt: skip


def _is_comparing(found: Sequence[Token], n: int) -> bool:
    """`a few`, `more than some`: a small number, not a part."""
    return (
        found[n].text in ("few", "little") and n > 0 and found[n - 1].text in ("a", "very", "the")
    )


def _boosters(aligned: Alignment) -> list[str]:
    given = {stem(token.text) for token in aligned.source}
    texts = {token.text for token in aligned.source}
    found = []
    for n, token in enumerate(aligned.claim):
        cue = stem(token.text)
        if token.kind == "mark" or token.number:
            continue
        if (
            (
                cue in _BOOSTERS
                and token.text not in texts
                and (cue not in given or token.text in _SUPERLATIVES)
            )
            or (_superlative(token.text) and token.text not in texts and n not in aligned.new)
            or (cue in _CAUSES and cue not in given and given & _GOES_WITH)
        ):
            found.append(token.text)
    return found


def _superlative(text: str) -> bool:
    return text in _SUPERLATIVES or (
        len(text) > 5 and text.endswith("est") and text not in _NO_SUPERLATIVES
    )


def _heads(found: Sequence[Token], cue: int) -> list[int]:
    heads: list[int] = []
    for n in range(cue + 1, len(found)):
        if found[n].text in _ENDS or len(heads) == _REACH:
            break
        if found[n].kind in ("word", "number"):
            heads.append(n)
    return heads
