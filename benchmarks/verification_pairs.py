"""Pairs of a claim and the sentences it cites, each known to be supported or not.

Two sets, made from given data and always the same. SciFact's claims were written by people from
other papers' citations; its rationales and their labels are taken as they are. The second set is
nearer to what a small model writes: sentences of abstracts, shortened so that they stay true, and
the same with exactly one thing made wrong. Each half, development and kept back, has claims (or
papers) of its own.
"""

from __future__ import annotations

import json
import math
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.text.names import names
from assistant.text.words import content_words

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SEED = 20_24
# Pairs of one kind and one half are no more than this.
MOST = 150
HALVES = ("development", "kept back")

# What a pair is; the values say whether a check should pass it. None: not to be counted.
KINDS: dict[str, bool | None] = {
    "claim, its supporting rationale": True,
    "claim, its contradicting rationale": False,
    "claim, a near rationale of another abstract": False,
    "claim without evidence, best sentence of its abstract": False,
    "claim, most similar other sentence of its abstract": None,
    "extract: whole sentence": True,
    "extract: shortened": True,
    "extract: shortened and reworded": True,
    "extract: cited with a second sentence": True,
    "number changed": False,
    "numbers swapped": False,
    "unit changed": False,
    "direction turned": False,
    "negation added": False,
    "negation removed": False,
    "names swapped": False,
    "comparison turned": False,
    "respectively permuted": False,
    "subject of another sentence": False,
    "hedge removed": False,
    "quantifier strengthened": False,
    "clauses mixed": False,
    "two cited sentences mixed": False,
}


@dataclass(frozen=True)
class Pair:
    """A claim, the sentences it cites, the title and abstract of their paper."""

    kind: str
    half: str
    claim: str
    cited: tuple[str, ...]
    title: str
    abstract: str

    @property
    def supported(self) -> bool | None:
        """Whether the sentences say it."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class _Abstract:
    id: str
    title: str
    sentences: tuple[str, ...]


@dataclass
class _Index:
    """Sentences that can be compared with a claim by their rarer common words."""

    words: list[frozenset[str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, sentences: Iterable[str]) -> _Index:
        index = cls([frozenset(content_words(sentence)) for sentence in sentences])
        for words in index.words:
            index.counts.update(words)
        return index

    def nearness(self, claim: frozenset[str], at: int) -> float:
        return sum(
            math.log(1 + len(self.words) / self.counts[word]) for word in claim & self.words[at]
        ) / math.sqrt(1 + len(self.words[at]))


def all_pairs(data: Path = DATA) -> list[Pair]:
    """Every pair of both sets."""
    return [*scifact_pairs(data), *extract_pairs(data)]


def half_of(key: str) -> str:
    """The half to which everything made from the claim or paper `key` belongs."""
    return HALVES[zlib.crc32(key.encode()) % 2]


# --- SciFact -------------------------------------------------------------------------------------


def scifact_pairs(data: Path = DATA) -> list[Pair]:
    """Claims of SciFact with their rationales, and with sentences that are none of theirs."""
    corpus = {abstract.id: abstract for abstract in _scifact_corpus(data)}
    claims = _lines(data / "scifact" / "claims_train.jsonl")
    rationales = [
        (evidence["doc_id"], tuple(evidence["sentences"]))
        for claim in claims
        for evidence in claim["evidence"]
    ]
    texts = [" ".join(_picked(corpus[doc], at)) for doc, at in rationales]
    near = _Index.of(texts)
    pairs: list[Pair] = []
    for claim in claims:
        text, half = claim["claim"], half_of(f"claim {claim['id']}")
        words = frozenset(content_words(text))

        def add(kind: str, doc: str, at: Sequence[int], text: str = text, half: str = half) -> None:
            abstract = corpus[doc]
            pairs.append(_pair(kind, half, text, abstract, _picked(abstract, at)))

        for evidence in claim["evidence"]:
            doc, at = evidence["doc_id"], evidence["sentences"]
            turned = evidence["label"] == "CONTRADICT"
            add(f"claim, its {'contradicting' if turned else 'supporting'} rationale", doc, at)
            told = {n for e in claim["evidence"] if e["doc_id"] == doc for n in e["sentences"]}
            other = _nearest(words, corpus[doc].sentences, without=told)
            if other is not None:
                add("claim, most similar other sentence of its abstract", doc, [other])
        own = {*claim["cited_doc_ids"], *(evidence["doc_id"] for evidence in claim["evidence"])}
        best = max(
            (n for n, (doc, _) in enumerate(rationales) if doc not in own),
            key=lambda n: near.nearness(words, n),
        )
        add("claim, a near rationale of another abstract", *rationales[best])
        if not claim["evidence"]:
            doc = claim["cited_doc_ids"][0]
            sentence = _nearest(words, corpus[doc].sentences)
            if sentence is not None:
                add("claim without evidence, best sentence of its abstract", doc, [sentence])
    return pairs


def _nearest(
    words: frozenset[str], sentences: Sequence[str], without: Iterable[int] = ()
) -> int | None:
    left = [n for n in range(len(sentences)) if n not in set(without)]
    index = _Index.of(sentences)
    return max(left, key=lambda n: index.nearness(words, n), default=None)


def _picked(abstract: _Abstract, at: Iterable[int]) -> tuple[str, ...]:
    return tuple(abstract.sentences[n] for n in at)


def _scifact_corpus(data: Path) -> Iterator[_Abstract]:
    for line in _lines(data / "scifact" / "corpus.jsonl"):
        yield _Abstract(line["id"], line["title"], tuple(line["sentences"]))


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- Extracts and their corruptions --------------------------------------------------------------


def extract_pairs(data: Path = DATA) -> list[Pair]:
    """Shortened sentences of SciTLDR and SciFact, right ones and ones with one thing made wrong."""
    rng = random.Random(SEED)
    abstracts = [
        _Abstract(line["paper_id"], line.get("title") or "", tuple(line["source"]))
        for line in _lines(data / "scitldr" / "train.jsonl")
    ]
    abstracts += rng.sample(list(_scifact_corpus(data)), len(abstracts))
    rng.shuffle(abstracts)
    pairs: list[Pair] = []
    made: Counter[tuple[str, str]] = Counter()
    used: defaultdict[str, set[str]] = defaultdict(set)
    subjects = [
        found[0]
        for abstract in rng.sample(abstracts, 400)
        for sentence in abstract.sentences
        if _usable(sentence) and (found := _subject(sentence))
    ]
    for abstract in abstracts:
        half = half_of(f"paper {abstract.id}")
        for sentence in filter(_usable, abstract.sentences):
            for kind, make in _MAKERS.items():
                # One pair of a kind from one paper, so that no paper weighs more than others.
                if made[kind, half] >= MOST or kind in used[abstract.id]:
                    continue
                source = sentence if rng.random() < 0.5 else (_shortened(sentence, rng) or sentence)
                claim = make(source, rng)
                if kind == "subject of another sentence":
                    claim = _other_subject(source, rng.choice(subjects))
                if claim is None or claim == sentence != source:
                    continue
                made[kind, half] += 1
                used[abstract.id].add(kind)
                cited: tuple[str, ...] = (sentence,)
                if kind == "extract: cited with a second sentence":
                    cited = _with_another(sentence, abstract.sentences, rng)
                pairs.append(_pair(kind, half, _capital(claim), abstract, cited))
        kind = "two cited sentences mixed"
        mixed = _sentences_mixed(abstract.sentences) if made[kind, half] < MOST else None
        if mixed:
            made[kind, half] += 1
            pairs.append(_pair(kind, half, mixed[0], abstract, mixed[1:]))
    return pairs


def _pair(kind: str, half: str, claim: str, abstract: _Abstract, cited: tuple[str, ...]) -> Pair:
    return Pair(kind, half, claim, cited, abstract.title, " ".join(abstract.sentences))


def _with_another(sentence: str, sentences: Sequence[str], rng: random.Random) -> tuple[str, ...]:
    others = [other for other in sentences if other != sentence and _usable(other)]
    if not others:
        return (sentence,)
    both = [sentence, rng.choice(others)]
    return tuple(sorted(both, key=sentences.index))


def _sentences_mixed(sentences: Sequence[str]) -> tuple[str, str, str] | None:
    """The subject of one sentence with what another one says of its own, and both sentences."""
    parts = [(s, _subject(s)) for s in sentences if _usable(s)]
    for n, (one, first) in enumerate(parts):
        for other, second in parts[n + 1 :]:
            if first is None or second is None:
                continue
            here, there = set(content_words(first[0])), set(content_words(second[0]))
            # `Our method` may be what the other sentence is about too.
            if {"method", "approach", "model", "result", "work", "paper", "studi"} & (here | there):
                continue
            if not (here & there or here & set(content_words(other))):
                return f"{first[0]}{second[1]}", one, other
    return None


def _usable(sentence: str) -> bool:
    return (
        8 <= len(sentence.split()) <= 45
        and sentence[0].isupper()
        and sentence.endswith(".")
        and sentence.count("(") == sentence.count(")")
        and "$" not in sentence
    )


# What stands before the first comma and may go: it gives a reason, an aim, a contrast or a place in
# the text. Conditions (`if`, `when`, `under`, `for`) may not: without them the rest says more.
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


def _shortened(sentence: str, rng: random.Random) -> str | None:
    """`sentence` without one to three parts that it stays true without, None if it has none."""
    steps: list[Callable[[str], str]] = [
        lambda text: _LEADING.sub("", text, count=1) if _LEADING.match(text) else text,
        lambda text: _TRAILING.sub(".", text),
        lambda text: _PARENTHESIS.sub("", text),
        lambda text: _PURPOSE.sub("", text, count=1),
    ]
    rng.shuffle(steps)
    shortened = sentence
    for step in steps[: rng.randint(1, len(steps))]:
        shortened = step(shortened)
    if shortened == sentence or len(shortened.split()) < 5:
        return None
    return _capital(shortened)


_REWORDINGS: tuple[tuple[str, str], ...] = (
    (r"\bWe (propose|present|introduce|show|demonstrate|find|study|develop)\b", r"The authors \1"),
    (r"\b[Oo]ur (method|approach|model|results|framework|algorithm)\b", r"the \1"),
    (r"(\d),(\d{3})\b", r"\1\2"),
    (r"(\d)\s?%", r"\1 percent"),
    (r"\bthree\b", "3"),
    (r"\bfour\b", "4"),
    (r"\btwo\b", "2"),
    (r"\b(\d+)-fold\b", r"\1 times"),
    (r"\bdemonstrate that\b", "show that"),
    (r"\bshow that\b", "find that"),
    (r"\butilize", "use"),
    (r"\bin order to\b", "to"),
    (r"\bas well as\b", "and"),
    (r"\bsuch as\b", "like"),
    (r"\bdoes not\b", "doesn't"),
    (r"\bcompared to\b", "compared with"),
    (r"\bneural networks\b", "networks"),
    (r"\ba variety of\b", "various"),
    (r"\bseveral\b", "some"),
    (r"\bsignificantly\s", ""),
    (r"\bhighly\s", ""),
    (r"\bnovel\b", "new"),
    (r"\bdue to\b", "because of"),
    (r"\bobtain(s|ed)?\b", r"achieve\1"),
)


def _reworded(sentence: str, rng: random.Random) -> str | None:
    """`sentence` shortened, with two small words or phrases said in another way."""
    shortened = _shortened(sentence, rng) or sentence
    possible = [(p, to) for p, to in _REWORDINGS if re.search(p, shortened)]
    if len(possible) < 2:
        return None
    changed = shortened
    for pattern, to in rng.sample(possible, 2):
        changed = re.sub(pattern, to.replace("achieveed", "achieved"), changed, count=1)
    return changed.replace("achieveed", "achieved")


def _whole(sentence: str, rng: random.Random) -> str:
    return sentence


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


# Between numbers of one row, in which order says nothing.
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


def _negation_removed(sentence: str, rng: random.Random) -> str | None:
    for pattern, to in (
        (r"\b(is|are|was|were|can|could|will|did|does|do|may|has|have) not\b(?! only)", r"\1"),
        (r"\bcannot\b", "can"),
        (r"\b[Nn]o (significant|evidence|effect|difference|association|prior)", r"a \1"),
        (r"\bwithout\b", "with"),
        (r"\b(fail|fails|failed) to\b", "do"),
        (r"\bnever\b", "always"),
    ):
        changed = re.sub(pattern, to, sentence, count=1)
        if changed != sentence:
            return changed
    return None


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


def _subject(sentence: str) -> tuple[str, str] | None:
    match = _FINITE.search(sentence)
    if match is None or not 1 < len(sentence[: match.start()].split()) <= 7:
        return None
    subject = sentence[: match.start()]
    if "," in subject or "that" in subject.split() or not content_words(subject):
        return None
    return subject, sentence[match.start() :]


def _other_subject(sentence: str, subject: str) -> str | None:
    found = _subject(sentence)
    if found is None or set(content_words(subject)) & set(content_words(sentence)):
        return None
    return subject + found[1]


def _hedge_removed(sentence: str, rng: random.Random) -> str | None:
    for pattern, to in (
        (r"\b(?:may|might|could) be\b", "is"),
        (r"\b(?:may|might) (?:also |have |not )?", ""),
        (r"\b(?:possibly|probably|perhaps|potentially|likely|presumably) ", ""),
        (r"\b(?:appears?|appeared|seems?|seemed) to be\b", "is"),
        (r"\b(?:appears?|appeared|seems?|seemed) to ", ""),
        (r"\b(suggests?|suggesting) that\b", "proves that"),
        (
            r"\b[Ww]e (?:hypothesize|hypothesise|conjecture|speculate|believe) that\b",
            "we show that",
        ),
        (r"\bis likely to\b", "will"),
        (r"\btends? to\b", "always"),
        (r"\bup to (?=\d)", ""),
    ):
        changed = re.sub(pattern, to, sentence, count=1)
        if changed != sentence:
            return changed
    return None


def _quantifier_strengthened(sentence: str, rng: random.Random) -> str | None:
    for pattern, to in (
        (r"\b(?:some|several|many|most|few)(?= (?!of\b)[a-z]+)", "all"),
        (r"\b(?:some|many|most|several) of\b", "all of"),
        (r"\b(?:often|usually|sometimes|frequently|typically|generally|occasionally)\b", "always"),
        (r"\b(?:rarely|seldom)\b", "never"),
        (r"\b(?:partially|partly|largely|mostly|nearly|almost)\b", "completely"),
        (r"\bin (?:some|many|most) cases\b", "in all cases"),
        (r"\bcan\b", "always does"),
        (r"\bone of the\b", "the"),
    ):
        changed = re.sub(pattern, to, sentence, count=1)
        if changed != sentence:
            return changed
    return None


_CONTRAST = re.compile(
    r"^(?P<a>[^,;:()]{10,}?)(?P<p> (?:is|are|was|were|has|have|had|achieves?|increased|decreased"
    r"|reduces?|improves?) [^,;:()]+)(?P<c>,? (?:but|whereas|while) )(?P<b>[^,;:()]{4,}?)"
    r"(?P<q> (?:is|are|was|were|has|have|had|achieves?|increased|decreased|reduces?|improves?) "
    r"[^,;:()]+)\.$"
)


def _clauses_mixed(sentence: str, rng: random.Random) -> str | None:
    """The subject of one clause with what another one says of its own."""
    match = _CONTRAST.match(sentence)
    if match is None or not all(len(content_words(match[k])) for k in "abpq"):
        return None
    if set(content_words(match["p"])) == set(content_words(match["q"])):
        return None
    return rng.choice([f"{match['a']}{match['q']}.", f"{match['b']}{match['p']}."])


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


_MAKERS: dict[str, Callable[[str, random.Random], str | None]] = {
    "extract: whole sentence": _whole,
    "extract: shortened": _shortened,
    "extract: shortened and reworded": _reworded,
    "extract: cited with a second sentence": lambda sentence, rng: sentence,
    "number changed": _number_changed,
    "numbers swapped": _numbers_swapped,
    "unit changed": _unit_changed,
    "direction turned": _direction_turned,
    "negation added": _negation_added,
    "negation removed": _negation_removed,
    "names swapped": _names_swapped,
    "comparison turned": _comparison_turned,
    "respectively permuted": _respectively_permuted,
    "subject of another sentence": lambda sentence, rng: sentence,
    "hedge removed": _hedge_removed,
    "quantifier strengthened": _quantifier_strengthened,
    "clauses mixed": _clauses_mixed,
}
