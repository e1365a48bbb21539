"""Short texts -> groups by topic, each named by the words that set it apart; without any model.

Texts become tf-idf vectors, these are projected onto the few directions in which they differ most,
so that texts about one thing in different words come close, and k-means by angle groups them.
Whatever is drawn is drawn from a fixed seed: the same texts give the same groups.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import ceil, log, sqrt

import numpy as np
import numpy.typing as npt

from assistant.text.clusters import Floats, Places, groups_by_angle, unit
from assistant.text.sanitizing import sanitized_lines
from assistant.text.words import content_words, stem

OTHER = "Other"
MOST_GROUPS = 20
FEWEST_MEMBERS = 2
MOST_STEMS = 5_000
WORDS_IN_NAME = 3

# A word of the title counts as often as this many in the abstract.
_TITLE_COUNTS = 3
# A word with capitals that is written without them this often, one in so many, needs none.
_SMALL_ONE_IN = 5
# A text less than this share as like its group as texts commonly are does not belong to it.
_LEAST_LIKENESS = 0.6
_SEED = 0

# What papers of every topic say of themselves; it would hold together what does not belong.
_COMMON = frozenset(
    stem(word)
    for word in """ability able achieve address advance advantage aim allow analysis analyze apply
    application approach art article aspect assess author available base baseline benefit broad
    capable capability case challenge common compare comparison complete complex consider
    contribution crucial current demonstrate derive describe design develop development different
    difficult discuss diverse due effective efficient emerge empirical enable enhance evaluate
    evaluation evidence examine example exist experiment explore extensive fast field find focus
    framework full fundamental furthermore future general generate goal good help high highlight
    identify important improve improvement include increase insight interest introduce investigate
    involve issue key large lead level limit limitation literature low main major make method
    methodology multiple need new novel number observe obtain offer open outperform paper part
    particular perform performance perspective possible potential practical present previous prior
    problem process promising propose prove provide question range recent reduce related remain
    report require research result reveal review role scale section set several show significant
    similar simple single small specific standard state study success suggest support system
    task technique test time type understand understanding use useful utilize variety various way
    wide work""".split()  # noqa: SIM905
)

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True)
class Topic:
    """Texts about one thing: `members` are their places among the texts that were grouped."""

    name: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class _Vectors:
    """Vectors of length 1, a row each text, a column each stem; only what is not 0 is kept."""

    stems: list[str]
    columns: list[Places]
    weights: list[Floats]

    def times(self, matrix: Floats) -> Floats:
        """The product of the rows and `matrix`."""
        rows = zip(self.columns, self.weights, strict=True)
        return np.array([weights @ matrix[columns] for columns, weights in rows])

    def transposed_times(self, matrix: Floats) -> Floats:
        """The product of the columns and `matrix`."""
        product = np.zeros((len(self.stems), matrix.shape[1]), np.float32)
        for columns, weights, line in zip(self.columns, self.weights, matrix, strict=True):
            product[columns] += np.outer(weights, line)
        return product


def group_by_topic(texts: Sequence[str]) -> list[Topic]:
    """Group `texts` by what they are about, the largest group first.

    The first line of a text, its title, counts more than the rest. Texts that have no topic in
    common with another come last, in a group named "Other".
    """
    plain = [unicodedata.normalize("NFKC", sanitized_lines(text)) for text in texts]
    places, vectors = _vectors([_counts(text) for text in plain])
    named = []
    if places:
        count = min(MOST_GROUPS, ceil(sqrt(len(places) / 2)))
        groups = _without_strangers(vectors, groups_by_angle(_reduced(vectors, count), count))
        for group, stems in zip(groups, _telling(vectors, groups), strict=True):
            if stems:
                members = tuple(places[row] for row in group)
                named.append(Topic(_name([plain[place] for place in members], stems), members))
    named.sort(key=lambda topic: (-len(topic.members), topic.members))
    grouped = {place for topic in named for place in topic.members}
    others = tuple(place for place in range(len(texts)) if place not in grouped)
    return [*named, Topic(OTHER, others)] if others else named


@lru_cache(maxsize=65_536)
def telling_stem(word: str) -> str | None:
    """The stem of `word`, None if it says nothing about a topic."""
    found = content_words(word)
    return found[0] if found and found[0] not in _COMMON else None


def _counts(text: str) -> Counter[str]:
    """How much each stem counts in `text`."""
    title, _, rest = text.partition("\n")
    found: Counter[str] = Counter()
    for part, times in ((title, _TITLE_COUNTS), (rest, 1)):
        for word in WORD.findall(part):
            if stemmed := telling_stem(word):
                found[stemmed] += times
    return found


def _vectors(counts: Sequence[Counter[str]]) -> tuple[list[int], _Vectors]:
    """The places of the texts that share a stem with another, and their vectors."""
    spread = Counter(chain.from_iterable(counts))
    rarity = {
        stemmed: log((1 + len(counts)) / texts) for stemmed, texts in spread.items() if texts > 1
    }
    # Neither what is nearly everywhere nor what is very rare tells groups apart.
    informative = sorted(rarity, key=lambda stemmed: (-spread[stemmed] * rarity[stemmed], stemmed))
    stems = informative[:MOST_STEMS]
    numbers = {stemmed: number for number, stemmed in enumerate(stems)}
    places, columns, weights = [], [], []
    for place, found in enumerate(counts):
        shared = {numbers[stemmed]: stemmed for stemmed in found if stemmed in numbers}
        if shared:
            # Roots, for else one rare word that two texts happen to share outweighs their topic.
            row = np.sqrt([found[stemmed] * rarity[stemmed] for stemmed in shared.values()])
            places.append(place)
            columns.append(np.array(list(shared), np.intp))
            weights.append((row / np.linalg.norm(row)).astype(np.float32))
    return places, _Vectors(stems, columns, weights)


def _reduced(vectors: _Vectors, directions: int) -> Floats:
    """The vectors projected onto their first singular `directions`, with length 1 again.

    The directions are found by subspace iteration from a random start.
    """
    width = min(3 * directions + 8, len(vectors.columns), len(vectors.stems))
    draw = np.random.default_rng(_SEED)
    basis = draw.standard_normal((len(vectors.stems), width)).astype(np.float32)
    for _ in range(4):
        images = vectors.times(basis)
        basis = vectors.transposed_times(images @ _straightening(images))
        basis = basis @ _straightening(basis)
    images = vectors.times(basis)
    return unit(images @ _straightening(images, scaled=False)[:, :directions])


def _straightening(rows: Floats, *, scaled: bool = True) -> Floats:
    """The matrix that makes the columns of `rows` orthogonal, the longest first.

    With `scaled` their lengths become 1. Columns that say nothing new are left out. (QR and SVD say
    the same, but ten times slower: this looks at the small matrix of the columns' products only.)
    """
    columns = rows.astype(np.float64)
    values, turned = np.linalg.eigh(columns.T @ columns)
    kept = np.flatnonzero(values > 1e-9 * values[-1])[::-1]
    turned = turned[:, kept]
    return (turned / np.sqrt(values[kept]) if scaled else turned).astype(np.float32)


def _without_strangers(vectors: _Vectors, groups: list[list[int]]) -> list[list[int]]:
    """The groups of several texts without those that are little like the rest of their group."""
    likenesses = [_likeness(vectors, group) for group in groups]
    least = _LEAST_LIKENESS * np.median(np.concatenate(likenesses))
    kept = [
        [row for row, likeness in zip(group, likenesses[number], strict=True) if likeness >= least]
        for number, group in enumerate(groups)
    ]
    return [group for group in kept if len(group) >= FEWEST_MEMBERS]


def _likeness(vectors: _Vectors, group: list[int]) -> npt.NDArray[np.float64]:
    """The cosine of every text of a group and the sum of the others."""
    total, _ = _sums(vectors, group)
    products = np.array([total[vectors.columns[row]] @ vectors.weights[row] for row in group])
    rest = np.sqrt(np.maximum(total @ total - 2 * products + 1, 1e-12))
    return np.asarray((products - 1) / rest, np.float64)


def _sums(vectors: _Vectors, group: list[int]) -> tuple[npt.NDArray[np.float64], Places]:
    """The sum of the vectors of a group, and how many of them have each stem."""
    columns = np.concatenate([vectors.columns[row] for row in group])
    weights = np.concatenate([vectors.weights[row] for row in group])
    width = len(vectors.stems)
    total = np.bincount(columns, weights, width).astype(np.float64)
    return total, np.bincount(columns, minlength=width)


def _telling(vectors: _Vectors, groups: list[list[int]]) -> list[list[str]]:
    """The stems that set each group apart from the others, the best first.

    A stem tells of one group only, so no two groups are named alike.
    """
    if not groups:
        return []
    sums = np.zeros((len(groups), len(vectors.stems)))
    holders = np.zeros(sums.shape, np.intp)
    for number, group in enumerate(groups):
        sums[number], holders[number] = _sums(vectors, group)
    sizes = np.array([[len(group)] for group in groups])
    outside = np.maximum(1, sizes.sum() - sizes)
    apart = sums / sizes - (sums.sum(axis=0) - sums) / outside
    owners = apart.argmax(axis=0)
    found = []
    for number in range(len(groups)):
        telling = (owners == number) & (apart[number] > 0) & (holders[number] >= FEWEST_MEMBERS)
        best = np.argsort(-apart[number], kind="stable")
        found.append([vectors.stems[column] for column in best if telling[column]][:WORDS_IN_NAME])
    return found


def _name(texts: Sequence[str], stems: list[str]) -> str:
    """The words that most often stand for `stems` in `texts`."""
    forms: dict[str, Counter[str]] = {stemmed: Counter() for stemmed in stems}
    for text in texts:
        for word in WORD.findall(text):
            if (stemmed := telling_stem(word)) in forms:
                forms[stemmed][word] += 1
    return " · ".join(usual_form(found) for found in forms.values())


def usual_form(forms: Counter[str]) -> str:
    """The most frequent of `forms`, in small letters if it is written so now and then."""
    folded: Counter[str] = Counter()
    for form, times in forms.items():
        folded[form.lower()] += times
    word = max(folded, key=lambda form: (folded[form], form))
    # Its capitals may come from titles and the beginnings of sentences.
    if forms[word] * _SMALL_ONE_IN >= folded[word]:
        return word
    spellings = [form for form in forms if form.lower() == word]
    return max(spellings, key=lambda form: (forms[form], form))
