"""Changes to a sentence that keep it true or introduce one error, for `verification_pairs`.

Each function takes a sentence and a random generator and returns None if it does not apply.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable

from assistant.text.names import names
from assistant.text.words import content_words

Perturbation = Callable[[str, random.Random], str | None]

# Introductory phrases that can be dropped: a reason, an aim, a contrast or a discourse marker.
# Without a condition (`if`, `when`, `under`, `for`) the rest would claim more.
_LEADING = re.compile(
    r"""(?:However|Moreover|Furthermore|In\ addition|Additionally|Finally|Here|Thus|Therefore|Hence
        |Consequently|Specifically|In\ particular|Overall|Interestingly|Notably|Surprisingly
        |In\ this\ (?:paper|work|study)|In\ contrast|On\ the\ other\ hand|As\ a\ result|Recently
        |To\ (?!our\b)[^,;:]{5,80}|Motivated\ by[^,;:]{5,80}|Inspired\ by[^,;:]{5,80}
        |Although[^,;:]{5,80}|While[^,;:]{5,80}|Despite[^,;:]{5,80}|Because[^,;:]{5,80}|Since[^,;:]{5,80}),\s+""",
    re.VERBOSE,
)
_TRAILING = re.compile(
    r",\s+(?:which|where|whereas|while|leading to|resulting in|suggesting|indicating|thus|thereby"
    r"|making|allowing|because|although|demonstrating)\s[^.;]*\.$"
)
_PARENTHESIS = re.compile(r"\s\((?![^)]*\()[^)]*\)")
_PURPOSE = re.compile(r"\s(?:in order to|so as to)\s[^,.;]*(?=[.,])")


def shortened(sentence: str, rng: random.Random) -> str | None:
    """`sentence` without some parts, so that it stays true; None if it has none of these."""
    steps: list[Callable[[str], str]] = [
        lambda text: _LEADING.sub("", text, count=1) if _LEADING.match(text) else text,
        lambda text: _TRAILING.sub(".", text),
        lambda text: _PARENTHESIS.sub("", text),
        lambda text: _PURPOSE.sub("", text, count=1),
    ]
    rng.shuffle(steps)
    result = sentence
    for step in steps[: rng.randint(1, len(steps))]:
        result = step(result)
    if result == sentence or len(result.split()) < 5:
        return None
    return capitalized(result)


_REWORDINGS = (
    (r"\bWe (propose|present|introduce|show|demonstrate|find|study|develop)\b", r"The authors \1"),
    (r"\b[Oo]ur (method|approach|model|results|framework|algorithm)\b", r"the \1"),
    (r"(\d),(\d{3})\b", r"\1\2"), (r"(\d)\s?%", r"\1 percent"), (r"\bthree\b", "3"),
    (r"\bfour\b", "4"), (r"\btwo\b", "2"), (r"\b(\d+)-fold\b", r"\1 times"),
    (r"\bdemonstrate that\b", "show that"), (r"\bshow that\b", "find that"), (r"\butilize", "use"),
    (r"\bin order to\b", "to"), (r"\bas well as\b", "and"), (r"\bsuch as\b", "like"),
    (r"\bdoes not\b", "doesn't"), (r"\bcompared to\b", "compared with"),
    (r"\bneural networks\b", "networks"), (r"\ba variety of\b", "various"),
    (r"\bseveral\b", "some"), (r"\bsignificantly\s", ""), (r"\bhighly\s", ""),
    (r"\bnovel\b", "new"), (r"\bdue to\b", "because of"), (r"\bobtain(s|ed)?\b", r"achieve\1"),
)  # fmt: skip


def _reworded(sentence: str, rng: random.Random) -> str | None:
    """`sentence` shortened, with two words or phrases replaced by synonyms."""
    text = shortened(sentence, rng) or sentence
    applicable = [(p, to) for p, to in _REWORDINGS if re.search(p, text)]
    if len(applicable) < 2:
        return None
    for pattern, to in rng.sample(applicable, 2):
        text = re.sub(pattern, to, text, count=1)
    return text.replace("achieveed", "achieved")


def _first_change(replacements: Iterable[tuple[str, str]]) -> Perturbation:
    """A perturbation by the first of `replacements` that changes the sentence."""

    def change(sentence: str, rng: random.Random) -> str | None:
        results = (re.sub(pattern, to, sentence, count=1) for pattern, to in replacements)
        return next((changed for changed in results if changed != sentence), None)

    return change


_DIGITS = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?:,\d{3})*(?![\w-]|[.,]\d)")


def _number_changed(sentence: str, rng: random.Random) -> str | None:
    found = list(_DIGITS.finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    old = match[0]
    digits = [n for n, character in enumerate(old) if character.isdigit()]
    at = rng.choice(digits)
    other = rng.choice([d for d in "123456789" if d != old[at]])
    new = old[:at] + other + old[at + 1 :]
    if any(n == new for n in _DIGITS.findall(sentence)):
        return None
    return sentence[: match.start()] + new + sentence[match.end() :]


# The text between numbers of an enumeration, whose order has no meaning.
_ROW_BETWEEN = re.compile(r"[\s,%–/-]*(?:\b(?:and|or|to)\b)?[\s,%]*")


def _numbers_swapped(sentence: str, rng: random.Random) -> str | None:
    if "respectively" in sentence:
        return None
    found = list(_DIGITS.finditer(sentence))
    possible = [
        (one, other)
        for n, one in enumerate(found)
        for other in found[n + 1 :]
        if one[0] != other[0] and not _ROW_BETWEEN.fullmatch(sentence[one.end() : other.start()])
    ]
    return _swapped(sentence, rng.choice(possible)) if possible else None


def _swapped(text: str, spans: tuple[re.Match[str], re.Match[str]]) -> str:
    one, other = spans
    return (
        text[: one.start()] + other[0] + text[one.end() : other.start()] + one[0]
        + text[other.end() :]
    )  # fmt: skip


_UNITS = (
    (r"(?<=\d)\s?%", " times"), (r"(?<=\d)\s?percent\b", " points"), (r"(?<=\d)x\b", "%"),
    (r"(?<=\d)[- ]fold\b", "%"), (r"(?<=\d) times\b", "%"), (r"(?<=\d)[- ]years?\b", " months"),
    (r"(?<=\d)[- ]months?\b", " years"), (r"(?<=\d)[- ]days?\b", " weeks"),
    (r"(?<=\d)[- ]weeks?\b", " days"), (r"(?<=\d)[- ]hours?\b", " days"), (r"(?<=\d) mg\b", " g"),
    (r"(?<=\d)[- ]minutes?\b", " hours"), (r"(?<=\d) (?:mm|cm)\b", " km"), (r"(?<=\d) ms\b", " s"),
    (r"\bmillion\b", "billion"), (r"\bbillion\b", "million"), (r"\bthousand\b", "million"),
    (r"(?<=\d) GB\b", " MB"), (r"(?<=\d) MB\b", " GB"), (r"(?<=\d) (?:kg|kb)\b", " bits"),
)  # fmt: skip


def _unit_changed(sentence: str, rng: random.Random) -> str | None:
    possible = [(p, to) for p, to in _UNITS if re.search(p, sentence)]
    if not possible:
        return None
    pattern, to = rng.choice(possible)
    return re.sub(pattern, to, sentence, count=1)


_TURNS = (
    "increase/decrease", "increases/decreases", "increased/decreased", "increasing/decreasing",
    "higher/lower", "high/low", "more/less", "more/fewer", "faster/slower", "larger/smaller",
    "large/small", "improves/degrades", "improve/degrade", "improved/degraded", "better/worse",
    "best/worst", "outperforms/underperforms", "outperform/underperform", "stronger/weaker",
    "strong/weak", "longer/shorter", "long/short", "easy/difficult", "simple/complex",
    "efficient/inefficient", "effective/ineffective", "positive/negative", "positively/negatively",
    "promotes/inhibits", "promote/inhibit", "enhances/impairs", "enhanced/impaired",
    "activates/suppresses", "activation/inhibition", "elevated/reduced",
    "upregulated/downregulated", "gain/loss", "early/late", "earlier/later",
    "similar/different", "maximum/minimum",
    "supervised/unsupervised", "above/below", "before/after", "first/last", "increase/reduce",
    "accelerate/slow", "reduces/increases", "reduced/increased", "reducing/increasing",
    "reduce/increase", "reduction/increase", "success/failure", "successful/unsuccessful",
    "significant/insignificant", "stable/unstable", "known/unknown", "sensitive/resistant",
    "dense/sparse", "local/global", "linear/nonlinear", "common/rare", "superior/inferior",
    "possible/impossible", "robust/fragile", "cheap/expensive", "presence/absence", "most/least",
    "wide/narrow", "rapid/slow", "deep/shallow", "active/inactive", "accurate/inaccurate",
    "benefit/harm", "risk/safety", "protects/harms", "survival/mortality", "healthy/sick",
    "with/without", "always/never", "majority/minority", "same/different", "upper/lower",
)  # fmt: skip


def _direction_turned(sentence: str, rng: random.Random) -> str | None:
    possible = []
    for pair in _TURNS:
        one, other = pair.split("/")
        for word, opposite in ((one, other), (other, one)):
            if len(re.findall(rf"\b{word}\b", sentence)) == 1:
                possible.append((word, opposite))
    if not possible:
        return None
    word, opposite = rng.choice(possible)
    return re.sub(rf"\b{word}\b", opposite, sentence)


_AUXILIARY = re.compile(r"\b(?:is|are|was|were|can|could|will|has been|have been|did|does|may)\b")
_VERB_S = re.compile(
    r"\b(achieve|improve|reduce|increase|provide|show|require|outperform|allow|lead|enable"
    r"|generalize|depend|affect|support)s\b"
)
_NEGATED = re.compile(r"\s(?:not|cannot|never|no longer)\b(?! only)|\b[Nn]o\s|\bwithout\b")


def _negation_added(sentence: str, rng: random.Random) -> str | None:
    if _NEGATED.search(sentence):
        return None
    auxiliaries = list(_AUXILIARY.finditer(sentence))
    if auxiliaries:
        match = rng.choice(auxiliaries)
        return f"{sentence[: match.end()]} not{sentence[match.end() :]}"
    changed = _VERB_S.sub(r"does not \1", sentence, count=1)
    return None if changed == sentence else changed


_NEGATION_REMOVED = (
    (r"\b(is|are|was|were|can|could|will|did|does|do|may|has|have) not\b(?! only)", r"\1"),
    (r"\bcannot\b", "can"),
    (r"\b[Nn]o (significant|evidence|effect|difference|association|prior)", r"a \1"),
    (r"\bwithout\b", "with"),
    (r"\b(fail|fails|failed) to\b", "do"),
    (r"\bnever\b", "always"),
)


def _names_swapped(sentence: str, rng: random.Random) -> str | None:
    found: list[re.Match[str]] = []
    for name in names(sentence):
        found += list(re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", sentence))[:1]
    found.sort(key=lambda match: match.start())
    possible = [
        (one, other)
        for n, one in enumerate(found)
        for other in found[n + 1 :]
        if one.end() < other.start()
        and len(sentence[one.end() : other.start()].split()) >= 3
        and sentence.count(one[0]) == sentence.count(other[0]) == 1
        and not re.search(r"[(),]|\b(?:and|or|as well as)\b", sentence[one.end() : other.start()])
        and (one[0].isupper() or other[0].isupper() or re.search(r"\w[A-Z\d]", one[0] + other[0]))
    ]
    return _swapped(sentence, rng.choice(possible)) if possible else None


_STOP_NP = (
    r"(?:\s(?:in|on|by|for|at|with|across|and|while|when|under|over|to|that|from|among|but|as)\b"
    r"|[,.;:()])"
)
_COMPARED = (
    re.compile(
        rf"^(?P<a>[^,;:()]{{3,70}}?)(?P<v>\s(?:\w+ly\s|can\s|also\s)*(?:outperforms?|outperformed"
        rf"|surpass(?:es|ed)?|exceeds?|exceeded|beats?|dominates?)\s)(?P<b>[^,;:()]+?)"
        rf"(?P<rest>{_STOP_NP}.*)$"
    ),
    re.compile(
        rf"^(?P<a>[^,;:()]{{3,70}}?)(?P<v>\s(?:is|are|was|were|has|have|had|shows?|showed|achieves?"
        rf"|achieved|performs?|performed|requires?|learns?|can|could|may|converges?|did|does|do)\s"
        rf"[^,;:()]*?\sthan\s)(?P<b>(?!previously|expected|one\b|\d|ever)[^,;:()]+?)"
        rf"(?P<rest>{_STOP_NP}.*)$"
    ),
    re.compile(
        rf"^(?P<a>[^,;:()]{{3,70}}?)(?P<v>\s(?:is|are|was|were|has|have|had|shows?|showed|achieves?"
        rf"|achieved|performs?|performed|reduces?|reduced|increases?|increased|improves?|improved)"
        rf"\s[^;:()]*?\scompared (?:to|with)\s)(?P<b>[^,;:()]+?)(?P<rest>{_STOP_NP}.*)$"
    ),
)


def _comparison_turned(sentence: str, rng: random.Random) -> str | None:
    for pattern in _COMPARED:
        match = pattern.match(sentence)
        if match and frozenset(content_words(match["a"])) != frozenset(content_words(match["b"])):
            lead = re.match(r"(?:.*\b(?:that|how|and|but|because|where|which)\s)?", match["a"])
            cut = lead.end() if lead else 0
            a = match["a"][cut:]
            if not content_words(a) or not content_words(match["b"]):
                continue
            first = a if names(f"x {a.split()[0]}") else a[0].lower() + a[1:]
            return f"{match['a'][:cut]}{match['b']}{match['v']}{first}{match['rest']}"
    return None


def _respectively_permuted(sentence: str, rng: random.Random) -> str | None:
    if "respectively" not in sentence:
        return None
    rows = re.compile(r"(?P<one>\S+?)(?P<between>,?\s(?:and|or)\s)(?P<other>\S+?)(?=[\s,;.)]+)")
    before = sentence[: sentence.index("respectively")]
    found = [
        match
        for match in rows.finditer(before)
        if match["one"].strip(",") != match["other"].strip(",")
        and len(match["one"]) > 1 < len(match["other"])
    ]
    if len(found) < 2:
        return None
    match = rng.choice(found)
    return (
        sentence[: match.start()]
        + f"{match['other']}{match['between']}{match['one']}"
        + sentence[match.end() :]
    )


_FINITE = re.compile(
    r"\s(?:is|are|was|were|has|have|had|can|may|could|will|does|do|achieves?|shows?|improves?"
    r"|outperforms?|provides?|requires?|allows?|reduces?|increases?|suggests?|indicates?|leads?"
    r"|propose|present|introduce|demonstrates?|learns?|performs?|enables?)\s"
)


def split_subject(sentence: str) -> tuple[str, str] | None:
    """The subject and the rest of `sentence`, from its finite verb."""
    match = _FINITE.search(sentence)
    if match is None or not 1 < len(sentence[: match.start()].split()) <= 7:
        return None
    subject = sentence[: match.start()]
    if "," in subject or "that" in subject.split() or not content_words(subject):
        return None
    return subject, sentence[match.start() :]


def with_subject(sentence: str, subject: str) -> str | None:
    """`sentence` with another `subject`, unless they have words in common."""
    found = split_subject(sentence)
    if found is None or set(content_words(subject)) & set(content_words(sentence)):
        return None
    return subject + found[1]


_HEDGE_REMOVED = (
    (r"\b(?:may|might|could) be\b", "is"),
    (r"\b(?:may|might) (?:also |have |not )?", ""),
    (r"\b(?:possibly|probably|perhaps|potentially|likely|presumably) ", ""),
    (r"\b(?:appears?|appeared|seems?|seemed) to be\b", "is"),
    (r"\b(?:appears?|appeared|seems?|seemed) to ", ""),
    (r"\b(suggests?|suggesting) that\b", "proves that"),
    (r"\b[Ww]e (?:hypothesize|hypothesise|conjecture|speculate|believe) that\b", "we show that"),
    (r"\bis likely to\b", "will"),
    (r"\btends? to\b", "always"),
    (r"\bup to (?=\d)", ""),
)

_QUANTIFIER_STRENGTHENED = (
    (r"\b(?:some|several|many|most|few)(?= (?!of\b)[a-z]+)", "all"),
    (r"\b(?:some|many|most|several) of\b", "all of"),
    (r"\b(?:often|usually|sometimes|frequently|typically|generally|occasionally)\b", "always"),
    (r"\b(?:rarely|seldom)\b", "never"),
    (r"\b(?:partially|partly|largely|mostly|nearly|almost)\b", "completely"),
    (r"\bin (?:some|many|most) cases\b", "in all cases"),
    (r"\bcan\b", "always does"),
    (r"\bone of the\b", "the"),
)

_CONTRAST = re.compile(
    r"^(?P<a>[^,;:()]{10,}?)(?P<p> (?:is|are|was|were|has|have|had|achieves?|increased|decreased"
    r"|reduces?|improves?) [^,;:()]+)(?P<c>,? (?:but|whereas|while) )(?P<b>[^,;:()]{4,}?)"
    r"(?P<q> (?:is|are|was|were|has|have|had|achieves?|increased|decreased|reduces?|improves?) "
    r"[^,;:()]+)\.$"
)


def _clauses_mixed(sentence: str, rng: random.Random) -> str | None:
    """The subject of one clause with the predicate of the other."""
    match = _CONTRAST.match(sentence)
    if match is None or not all(len(content_words(match[k])) for k in "abpq"):
        return None
    if set(content_words(match["p"])) == set(content_words(match["q"])):
        return None
    return rng.choice([f"{match['a']}{match['q']}.", f"{match['b']}{match['p']}."])


def capitalized(text: str) -> str:
    """`text` with an upper-case first letter."""
    return text[0].upper() + text[1:]


def _unchanged(sentence: str, rng: random.Random) -> str:
    return sentence


# By the kind of the resulting pair; the unchanged ones get their error or citation elsewhere.
PERTURBATIONS: dict[str, Perturbation] = {
    "extract: whole sentence": _unchanged,
    "extract: shortened": shortened,
    "extract: shortened and reworded": _reworded,
    "extract: cited with a second sentence": _unchanged,
    "number changed": _number_changed,
    "numbers swapped": _numbers_swapped,
    "unit changed": _unit_changed,
    "direction turned": _direction_turned,
    "negation added": _negation_added,
    "negation removed": _first_change(_NEGATION_REMOVED),
    "names swapped": _names_swapped,
    "comparison turned": _comparison_turned,
    "respectively permuted": _respectively_permuted,
    "subject of another sentence": _unchanged,
    "hedge removed": _first_change(_HEDGE_REMOVED),
    "quantifier strengthened": _first_change(_QUANTIFIER_STRENGTHENED),
    "clauses mixed": _clauses_mixed,
}
