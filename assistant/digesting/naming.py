"""Groups of papers -> a name each: the words and two-word phrases that set it apart.

A term counts by how many papers of the group have it, in their titles above all, against how many
of the others do. A phrase stands for its words where most of their papers have it whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log

from assistant.text.sanitizing import sanitized_lines
from assistant.text.topics import WORD, telling_stem, usual_form
from assistant.text.words import STOP_WORDS, stem

Term = tuple[str, ...]

MOST_TERMS = 3
# A paper that has a term in its title speaks for it like this many that have it in the abstract.
_TITLE_COUNTS = 3.0
# A term that so small a share of the group's papers has does not name the group.
_LEAST_SHARE = 0.25
# What the second and third have to be worth, the third beside the first.
_LEAST_SECOND = 0.15
_LEAST_THIRD = 0.4
# In a group of this many and more a single word has to be in two titles, else in one.
_LARGE = 5
# A shorter stem may end in an s of its own.
_FEW_LETTERS = 4
# What a term counts for papers that a term before it tells of already.
_TOLD_COUNTS = 0.6
# What a phrase is worth beside a single word with the same figures: it says more.
_PHRASE_COUNTS = 1.35
# Adjectives, adverbs and verbs name nothing alone; what ends like one is worth this much.
_NO_NOUN_COUNTS = 0.5
_NO_NOUN = re.compile(r"\w{3,}(?:al|ive|ic|ous|ed|ary|able|ly|ates|izes|ifies|duces)$")
# A term is written with the word beside it where so many of its places have it.
_BELONGS = 0.6
_MOST_WORDS = 4
# Papers that are thought to have every term, in and outside: rare terms prove little.
_PRIOR = 0.5

# Phrases may have them, but alone they could stand over any group.
_WEAK_ALONE = frozenset(
    stem(word)
    for word in """activity affect age algorithm alpha analyses area associate association
    background beta biological body brain cause cell cellular change class clinical cohort
    concern condition contact control correlate criterion data dataset day degree
    delivery dependent detect determine direct disease distribute duration dynamic
    effect engineer enzyme event expression factor feature free function gene grade
    group growth harbor health http human il impair index induce induction inference
    inhibit intelligence interaction know knowledge laboratory layer learn life line
    live loss machine material matter measure mechanism mediate medicine member men mice
    model moderate molecule mouse mutant national network neural older order outcome
    participant path pathway patient people point population precise predict
    prediction prevent procedure product progress projection promote protein quality
    rate recognize region regulate response risk sample score self sequence signal
    size space sparse strategy structure subject sufficient survey survival target
    technical theory therapy tissue train transfer treatment trial user value
    variable variation weight woman women world year young""".split()  # noqa: SIM905
)

_BETWEEN = re.compile(r"[ \u00a0-]")


class _Text:
    """The terms of a text, those of its first line, and how each is written."""

    def __init__(self, text: str) -> None:
        self.plain = unicodedata.normalize("NFKC", sanitized_lines(text))
        title, _, rest = self.plain.partition("\n")
        self.forms: dict[Term, Counter[str]] = {}
        self.in_title = self._read(title)
        self.everywhere = self.in_title | self._read(rest)

    def _read(self, part: str) -> set[Term]:
        found: set[Term] = set()
        before: tuple[str, re.Match[str]] | None = None
        for match in WORD.finditer(part):
            found_stem = telling_stem(match[0])
            if found_stem is None:
                before = None
                continue
            terms: dict[Term, str] = {(found_stem,): match[0]}
            if before and _BETWEEN.fullmatch(part[before[1].end() : match.start()]):
                terms[before[0], found_stem] = part[before[1].start() : match.end()]
            for term, form in terms.items():
                self.forms.setdefault(term, Counter())[form] += 1
            found.update(terms)
            before = found_stem, match
        return found

    def weight(self, term: Term) -> float:
        """How much the text speaks for `term`, 0 to 1."""
        return 1.0 if term in self.in_title else float(term in self.everywhere) / _TITLE_COUNTS


def names_of(texts: Sequence[str], groups: Sequence[Sequence[int]]) -> list[str]:
    """The name of each of `groups`, whose members are places in `texts`; "" if nothing tells.

    The first line of a text is its title. Texts in no group count as others. No two names share a
    term.
    """
    read = [_Text(text) for text in texts]
    spread: dict[Term, float] = defaultdict(float)
    for one in read:
        for term in one.everywhere:
            spread[term] += one.weight(term)
    worths = [_worths([read[place] for place in group], spread, len(read)) for group in groups]
    owners: dict[Term, int] = {}
    for number, worth in enumerate(worths):
        for term, value in worth.items():
            if term not in owners or value > worths[owners[term]][term]:
                owners[term] = number
    names = []
    for number, (group, worth) in enumerate(zip(groups, worths, strict=True)):
        own = {term: value for term, value in worth.items() if owners[term] == number}
        members = [read[place] for place in group]
        names.append(_as_heading(" · ".join(_without_repeats(own, members))))
    return names


def _as_heading(name: str) -> str:
    """`name` with a capital, unless its first word has capitals of its own: `mRNA`."""
    return name[:1].upper() + name[1:] if name.partition(" ")[0].islower() else name


def _without_repeats(worths: dict[Term, float], members: list[_Text]) -> list[str]:
    """The chosen terms as they are written, each without words that one before it has."""
    written: list[str] = []
    for term in _chosen(worths, members):
        said = set().union(*map(_words, written))
        for form in (_written(term, members), _form(term, members)):
            if not said & _words(form):
                written.append(form)
                break
    return written


def _words(form: str) -> set[str]:
    """The stems of `form`; the stemmer leaves `RNA` and `RNAs` apart, which nobody else does."""
    stems = map(telling_stem, WORD.findall(form))
    return {one if len(one) < _FEW_LETTERS else one.removesuffix("s") for one in stems if one}


def _worths(members: list[_Text], spread: Mapping[Term, float], count: int) -> dict[Term, float]:
    """What each term that could name the group is worth: its weight there, times its log odds."""
    inside: dict[Term, float] = defaultdict(float)
    holders: Counter[Term] = Counter()
    for one in members:
        holders.update(one.everywhere)
        for term in one.everywhere:
            inside[term] += one.weight(term)
    least = max(2.0, _LEAST_SHARE * len(members))
    others = count - len(members)
    found = {}
    for term, held in holders.items():
        titles = sum(term in one.in_title for one in members)
        if held < least or titles < (1 if len(members) < _LARGE or len(term) > 1 else 2):
            continue
        share = (inside[term] + _PRIOR) / (len(members) + 2 * _PRIOR)
        elsewhere = (spread[term] - inside[term] + _PRIOR) / (others + 2 * _PRIOR)
        apart = log(share / (1 - share)) - log(elsewhere / (1 - elsewhere)) if others else 1.0
        worth = inside[term] / len(members) * apart * _standing(term, members)
        if worth > 0:
            found[term] = worth
    return found


def _standing(term: Term, members: list[_Text]) -> float:
    """How well `term` stands for itself, whatever its figures."""
    if len(term) > 1:
        return _PHRASE_COUNTS
    if term[0] in _WEAK_ALONE:
        return 0.0
    return _NO_NOUN_COUNTS if _NO_NOUN.search(_form(term, members).lower()) else 1.0


def _chosen(worths: dict[Term, float], members: list[_Text]) -> list[Term]:
    """The best terms: each tells of papers that those before do not tell of, in other words."""
    chosen: list[Term] = []
    told: Counter[int] = Counter()
    while len(chosen) < MOST_TERMS:
        used = {stem for term in chosen for stem in term}
        left = {
            term: value * _new(term, members, told)
            for term, value in worths.items()
            if not used & set(term)
        }
        if not left:
            break
        best = min(left, key=lambda term: (-left[term], term))
        least = (0.0, _LEAST_SECOND, _LEAST_THIRD * worths[chosen[0]] if chosen else 0.0)
        if left[best] < least[len(chosen)]:
            break
        chosen.append(best)
        told.update(n for n, one in enumerate(members) if best in one.everywhere)
    return chosen


def _new(term: Term, members: list[_Text], told: Counter[int]) -> float:
    """The share of the papers with `term` that no term has told of; those told of count less."""
    having = [n for n, one in enumerate(members) if term in one.everywhere]
    return sum(_TOLD_COUNTS if told[n] else 1.0 for n in having) / len(having)


def _form(term: Term, members: list[_Text]) -> str:
    """`term` as the papers mostly write it."""
    forms: Counter[str] = Counter()
    for one in members:
        forms.update(one.forms.get(term, {}))
    return usual_form(forms)


def _written(term: Term, members: list[_Text]) -> str:
    """`term` as the papers mostly write it, with the words that belong to it in most places."""
    form = _form(term, members)
    texts = [one.plain for one in members if term in one.everywhere]
    while len(form.split()) < _MOST_WORDS:
        longer = _longer(form, texts)
        if longer == form:
            break
        form = longer
    return form


def _longer(form: str, texts: Sequence[str]) -> str:
    """`form` with one word more, before or behind it, if most of its places have that word."""
    place = re.compile(
        rf"(?:(?P<before>{WORD.pattern}(?:[ -]of)?)[ -])?\b(?P<form>{re.escape(form)})\b"
        rf"(?:[ -](?P<behind>{WORD.pattern}))?",
        re.IGNORECASE,
    )
    found = [(number, match) for number, text in enumerate(texts) for match in place.finditer(text)]
    for side in ("before", "behind"):
        words = Counter(_plain(match[side]) for _, match in found if match[side])
        if not words:
            continue
        common = min(words, key=lambda word: (-words[word], word))
        with_it = [(number, match) for number, match in found if _plain(match[side]) == common]
        everywhere = words[common] >= _BELONGS * len(found)
        if everywhere and len({number for number, _ in with_it}) > 1 and not _is_small(common):
            first, last = ("before", "form") if side == "before" else ("form", "behind")
            return usual_form(Counter(m.string[m.start(first) : m.end(last)] for _, m in with_it))
    return form


def _plain(words: str | None) -> str:
    return (words or "").lower().replace("-", " ")


def _is_small(words: str) -> bool:
    first = words.partition(" ")[0]
    return first in STOP_WORDS or first.isdigit()
