"""The claim with a word of direction from its evidence in place of the opposite: `lower`, `higher`.

Only words that say how something changes, compares or acts prove a contradiction. Words that say
which thing is meant do not: that large models fail is no news about small ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.verification.tokens import Token, tokenize

# Groups of opposites. Words of one side may replace those of the other.
_VERBS = (
    (
        "increases increased increase rises rose raises raised raise grows grew boosts boosted "
        "boost",
        "decreases decreased decrease reduces reduced reduce declines declined decline falls fell "
        "drops dropped lowers lowered shrinks shrank diminishes diminished diminish",
    ),
    (
        "improves improved improve enhances enhanced enhance",
        "worsens worsened worsen degrades degraded degrade impairs impaired impair harms harmed "
        "harm hurts hurt reduces reduced reduce decreases decreased decrease",
    ),
    (
        "outperforms outperformed outperform surpasses surpassed surpass exceeds exceeded exceed "
        "beats beat",
        "underperforms underperformed underperform",
    ),
    (
        "accelerates accelerated accelerate speeds",
        "slows slowed slow delays delayed delay decelerates decelerated decelerate",
    ),
    (
        "promotes promoted promote stimulates stimulated stimulate activates activated activate "
        "induces induced induce causes caused cause triggers triggered trigger facilitates "
        "facilitated facilitate enables enabled enable",
        "inhibits inhibited inhibit suppresses suppressed suppress prevents prevented prevent "
        "blocks blocked block hinders hindered hinder",
    ),
    ("protects protected protect", "harms harmed harm damages damaged damage"),
    ("upregulates upregulated upregulate", "downregulates downregulated downregulate"),
    ("succeeds succeeded succeed", "fails failed fail"),
    ("strengthens strengthened strengthen", "weakens weakened weaken"),
    ("supports supported support confirms confirmed", "contradicts contradicted refutes refuted"),
    ("maximizes maximized maximize maximises", "minimizes minimized minimize minimises"),
)
_COMPARATIVES = (
    ("higher greater larger more", "lower smaller less fewer"),
    ("faster quicker", "slower"),
    ("better", "worse"),
    ("longer", "shorter"),
    ("stronger", "weaker"),
    ("easier simpler", "harder"),
    ("cheaper", "costlier"),
    ("earlier", "later"),
)
_ADJECTIVES = (
    ("effective", "ineffective"), ("efficient", "inefficient"), ("safe", "unsafe"),
    ("possible", "impossible"), ("able", "unable"), ("sufficient", "insufficient"),
    ("necessary", "unnecessary"), ("significant", "insignificant"), ("stable", "unstable"),
    ("accurate", "inaccurate"), ("reliable", "unreliable"), ("beneficial", "harmful"),
    ("consistent", "inconsistent"), ("superior", "inferior"), ("feasible", "infeasible"),
    ("positive", "negative"), ("high", "low"),
)  # fmt: skip
_ADVERBS = (("positively", "negatively"),)

_IS = frozenset({"is", "become", "remain", "stay"})
# Verbs whose object says how much there is of something.
_MEASURING = frozenset(
    """require requires required need needs needed achieve achieves achieved yield yields yielded
    obtain obtains obtained give gives gave show shows showed shown have has had produce produces
    produced consume consumes consumed take takes took cost costs reach reaches reached perform
    performs performed work works worked run runs ran learn learns learned converge converges
    converged provide provides provided deliver delivers delivered attain attains attained offer
    offers offered exhibit exhibits exhibited use uses used""".split()  # noqa: SIM905
)
# A word and the one after it that together link a change to its cause.
_LINKS = frozenset(
    f"{verb} {particle}"
    for verbs, particle in (
        ("lead leads led", "to"),
        ("result results resulted", "in"),
        ("associated correlated linked correlates", "with"),
        ("linked", "to"),
    )
    for verb in verbs.split()
)
# Before a verb in its base form.
_BEFORE_BASE = frozenset({"to", "do", "not", "will", "we", "they", "i", "you", "and", "also"})
# Before `increased` and the like, these make it describe a thing: `the increased dose`.
_MAX_WORDS_BETWEEN = 2


@dataclass(frozen=True)
class ExchangedDirection:
    """`repaired` is the claim with `stated`, of the evidence, in place of its own `claimed`."""

    claimed: str
    stated: str
    repaired: str


def _table(groups: Sequence[tuple[str, str]]) -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for one, other in groups:
        for side, opposite in ((one, other), (other, one)):
            for word in side.split():
                table[word] = table.get(word, frozenset()) | frozenset(opposite.split())
    return table


_OPPOSITE_VERBS = _table(_VERBS)
_OPPOSITE_COMPARATIVES = _table(_COMPARATIVES)
_OPPOSITE_ADJECTIVES = _table(_ADJECTIVES)
_OPPOSITE_ADVERBS = _table(_ADVERBS)


def exchanged_directions(claim: str, sentence: str) -> Iterator[ExchangedDirection]:
    """`claim` with each word of direction replaced by its opposite, if that is in `sentence`.

    Both texts are in NFKC form. Both words must say something about the subject of their clause.
    """
    own, source = tokenize(claim), tokenize(sentence)
    stated = {token.text for n, token in enumerate(source) if _opposites(source, n)}
    for n, token in enumerate(own):
        for other in sorted(_opposites(own, n) & stated):
            end = token.start + len(token.text)
            # A token of another length, such as one without an apostrophe, cannot be replaced.
            if claim[token.start : end].lower() == token.text:
                repaired = f"{claim[: token.start]}{other}{claim[end:]}"
                yield ExchangedDirection(token.text, other, repaired)


def _opposites(tokens: Sequence[Token], n: int) -> frozenset[str]:
    """The opposites of the word at `n`, if it says something about the subject of its clause."""
    text = tokens[n].text
    if text in _OPPOSITE_VERBS and (_is_verb(tokens, n) or _is_linked(tokens, n)):
        return _OPPOSITE_VERBS[text]
    if text in _OPPOSITE_COMPARATIVES and (_is_compared(tokens, n) or _is_linked(tokens, n)):
        return _OPPOSITE_COMPARATIVES[text]
    if text in _OPPOSITE_ADJECTIVES and _follows_is(tokens, n):
        return _OPPOSITE_ADJECTIVES[text]
    following = tokens[n + 1].text if n + 1 < len(tokens) else ""
    if text in _OPPOSITE_ADVERBS and following in ("correlated", "associated", "related"):
        return _OPPOSITE_ADVERBS[text]
    return frozenset()


def _before(tokens: Sequence[Token], n: int) -> list[Token]:
    """The tokens before `n`, nearest first, without adverbs."""
    return [token for token in reversed(tokens[:n]) if not token.text.endswith("ly")]


def _is_verb(tokens: Sequence[Token], n: int) -> bool:
    before = _before(tokens, n)
    if not before:
        return False
    previous, text = before[0], tokens[n].text
    if text.endswith("ed") or text in ("fell", "rose", "grew", "shrank", "beat", "hurt"):
        # Not `with increased`, `the increased`, `and increased`; but `is increased`, `mice showed`.
        return previous.key in {"is", "has"} or previous.text in ("it", "they", "we", "which") or (
            previous.kind == "word" and not previous.text.endswith("ed")
        )  # fmt: skip
    if text.endswith("s"):
        return previous.kind == "word" or previous.text in ("it", "which", "that", "this")
    return previous.text in _BEFORE_BASE


def _is_linked(tokens: Sequence[Token], n: int) -> bool:
    """Whether the word describes what something leads to: `is associated with lower risk`."""
    words = [token.text for token in _before(tokens, n) if token.text not in ("a", "an")]
    return len(words) > 1 and f"{words[1]} {words[0]}" in _LINKS


def _is_compared(tokens: Sequence[Token], n: int) -> bool:
    before = [token for token in _before(tokens, n) if token.text not in ("a", "an", "much", "far")]
    if not before or (before[0].key not in _IS and before[0].text not in _MEASURING):
        # `learns much faster`, `trains the model faster than`
        following = [token.text for token in tokens[n + 1 : n + 2]]
        return bool(before) and before[0].kind == "word" and following == ["than"]
    return True


def _follows_is(tokens: Sequence[Token], n: int) -> bool:
    before = _before(tokens, n)
    following = tokens[n + 1] if n + 1 < len(tokens) else None
    ends = following is None or following.kind in ("mark", "function")
    return bool(before) and before[0].key in _IS and ends
