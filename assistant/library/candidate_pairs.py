"""Pairs of papers that are worth a comparison, among those that share letters, author or pages.

The papers are read once. What a pair must have in common to be a possible duplicate is kept of each
in arrays, about 150 bytes a paper, so that nearly all pairs are rejected without loading them.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from assistant.library.database import Database
from assistant.library.evidence import STOP_WORDS, distinctive_fields, is_preprint, main_title
from assistant.library.identity import MAX_SAME_TITLE, MAX_YEARS_APART
from assistant.library.name_matching import family_name, first_initial
from assistant.paper import ARXIV_DOI, normalised, without_version

MOST_YEARS_APART = 5
"""Papers with the same title may be so many years apart."""
MOST_WORDS = 60
"""Words of a title that are compared."""
LONGEST = 100
"""Letters of differing words that are compared."""
SAME_WORD = 0.8
"""The least ratio of common letters at which words differ only in spelling."""

# Titles are compared if they share so many letters at the beginning or at the end, so a typing
# error in one place does not hide a duplicate. Where too many titles share 12, 24 have to match.
_SHARED_LETTERS = (12, 24, 48)
# More papers with the same letters are not compared, so that the work stays proportional to the
# number of papers.
_MOST_IN_BLOCK = 30
_BINS = 32
# Texts whose letters are counted at a time.
_TEXTS = 1_000
# Pairs whose letters are compared at a time.
_SLICE = 65_536


def candidate_pairs(database: Database) -> np.ndarray:
    """Pairs of numbers to compare, ascending, each as one integer: the lesser one times 2^32.

    Time and memory grow with the number of papers.
    """
    features = _Features()
    rows = database.paged(
        "SELECT number, title, authors, published, arxiv, doi, pmid, reference FROM papers "
        "WHERE number > ? ORDER BY number LIMIT ?"
    )
    for row in rows:
        features.add(*row)
    found = list(features.pairs())
    shared = database.rows(
        "SELECT group_concat(paper) FROM keys GROUP BY key "
        "HAVING count(*) BETWEEN 2 AND ? AND key NOT LIKE 'text:%'",
        (MAX_SAME_TITLE,),
    )
    same_key = array("q")
    for (joined,) in shared:
        for one, other in combinations(sorted(map(int, joined.split(","))), 2):
            same_key.append(one << 32 | other)
    if same_key:
        found.append(np.frombuffer(same_key, np.int64))
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


class _Features:
    """What is compared of each paper, by its place in the order of their numbers."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._years = array("h")
        self._hashes = {name: array("q") for name in ("title", "main", "family", "page", "digits")}
        self._identifiers = {name: array("q") for name in ("arxiv", "doi", "pmid")}
        self._letters, self._stop_letters = array("h"), array("h")
        self._bags, self._telling_bags = _Bags(), _Bags()
        self._blocks, self._owners = array("q"), array("i")

    def add(
        self,
        number: int,
        title: str,
        authors: str,
        published: str | None,
        arxiv: str | None,
        doi: str | None,
        pmid: str | None,
        reference: str,
    ) -> None:
        """Add a paper, given as the columns of its row; numbers must ascend."""
        names = json.loads(authors)
        plain, main = normalised(title), main_title(title)
        family = family_name(names[0]) if names else ""
        year = int(published[:4]) if published else 0
        page: tuple[str, ...] = ()
        if names and '"volume"' in reference and '"page' in reference:
            fields = dict(distinctive_fields(json.loads(reference)))
            if "volume" in fields and "page" in fields:
                page = (family, fields["volume"], fields["page"])
        place = len(self._numbers)
        for block in _title_blocks(plain.replace(" ", ""), main.replace(" ", "")):
            self._add_block(place, block)
        if names and published:
            initial = first_initial(names[0])
            self._add_block(place, ("author", family, initial, year))
            self._add_block(place, ("author", family, initial, year + 1))
        if page:
            self._add_block(place, ("page", *page))
        self._numbers.append(number)
        self._years.append(year)
        self._add_words(plain.split()[:MOST_WORDS])
        for name, value in (("title", plain), ("main", main), ("family", family), ("page", page)):
            self._hashes[name].append(_hash(value))
        doi = (doi or "").lower()
        ids = {without_version(arxiv)} if arxiv else set()
        if doi.startswith(ARXIV_DOI):
            ids.add(without_version(doi.removeprefix(ARXIV_DOI)))
        # With two arXiv ids it is left open whether they contradict another.
        self._identifiers["arxiv"].append(_hash(ids.pop()) if len(ids) == 1 else 0)
        self._identifiers["doi"].append(0 if is_preprint(doi) else _hash(doi))
        self._identifiers["pmid"].append(_hash(pmid))

    def _add_block(self, place: int, block: tuple[object, ...]) -> None:
        self._blocks.append(hash(block))
        self._owners.append(place)

    def _add_words(self, words: list[str]) -> None:
        text = "".join(words)
        telling = "".join(word for word in words if word not in STOP_WORDS)
        digits = "" if text.isalpha() else "".join(filter(str.isdigit, text))
        self._hashes["digits"].append(_hash(digits))
        self._letters.append(min(len(text), 30_000))
        self._stop_letters.append(min(len(text) - len(telling), 30_000))
        self._bags.add(text)
        self._telling_bags.add(telling)

    def pairs(self) -> Iterator[np.ndarray]:
        """Pairs of numbers as in `candidate_pairs`, not in order, some of them several times."""
        if not self._numbers:
            return
        screen = self._screen()
        numbers = np.frombuffer(self._numbers, np.int64)
        blocks = np.frombuffer(self._blocks, np.int64)
        order = np.argsort(blocks, kind="stable")
        blocks, owners = blocks[order], np.frombuffer(self._owners, np.int32)[order]
        starts = np.flatnonzero(np.diff(blocks, prepend=~blocks[0]))
        sizes = np.diff(starts, append=len(blocks))
        # Members that follow in the same block; none where it has too many.
        following = np.repeat(starts + sizes, sizes) - np.arange(len(blocks)) - 1
        following[np.repeat(sizes > _MOST_IN_BLOCK, sizes)] = 0
        for distance in range(1, _MOST_IN_BLOCK):
            places = np.flatnonzero(following >= distance)
            for start in range(0, len(places), _SLICE):
                at = places[start : start + _SLICE]
                one, other = owners[at], owners[at + distance]
                kept = screen.may_be_same(one, other)
                yield numbers[one[kept]] << 32 | numbers[other[kept]]

    def _screen(self) -> _Screen:
        return _Screen(
            years=np.frombuffer(self._years, np.int16),
            hashes={name: np.frombuffer(it, np.int64) for name, it in self._hashes.items()},
            identifiers=[np.frombuffer(it, np.int64) for it in self._identifiers.values()],
            letters=np.frombuffer(self._letters, np.int16).astype(np.int32),
            stop_letters=np.frombuffer(self._stop_letters, np.int16).astype(np.int32),
            bags=(self._bags.matrix(), self._telling_bags.matrix()),
        )


class _Bags:
    """How often each letter occurs in texts, in bins, of which one may hold several letters.

    A bin counts up to 255. Both only make texts more alike.
    """

    def __init__(self) -> None:
        self._counts = bytearray()
        self._texts: list[str] = []

    def add(self, text: str) -> None:
        self._texts.append(text)
        # Many at a time: a call of NumPy takes longer than counting one text.
        if len(self._texts) == _TEXTS:
            self._count()

    def matrix(self) -> np.ndarray:
        """Counts of shape (texts, bins)."""
        self._count()
        counts: np.ndarray = np.frombuffer(self._counts, np.uint8).reshape(-1, _BINS)
        return counts

    def _count(self) -> None:
        lengths = [len(text) for text in self._texts]
        letters = "".join(self._texts).encode("utf-32-le", "replace")
        bins = np.frombuffer(letters, np.uint32) % _BINS
        bins = bins + np.repeat(np.arange(len(lengths)) * _BINS, lengths)
        counts = np.bincount(bins, minlength=len(lengths) * _BINS)
        self._counts += np.minimum(counts, 255).astype(np.uint8).tobytes()
        self._texts.clear()


@dataclass(frozen=True)
class _Screen:
    """Rejects pairs that cannot be possible duplicates; a hash or year of 0 is unknown."""

    years: np.ndarray
    hashes: dict[str, np.ndarray]
    identifiers: list[np.ndarray]
    letters: np.ndarray
    stop_letters: np.ndarray
    bags: tuple[np.ndarray, np.ndarray]

    def may_be_same(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Whether each pair of places must be compared: what the rules of duplicates require."""
        title, main, family, page, digits = (
            self.hashes[name] for name in ("title", "main", "family", "page", "digits")
        )
        years = np.abs(self.years[one] - self.years[other])
        years[(self.years[one] == 0) | (self.years[other] == 0)] = 0
        shared = np.zeros(len(one), bool)
        contradicting = np.zeros(len(one), bool)
        for values in self.identifiers:
            here, there = values[one], values[other]
            known = (here != 0) & (there != 0)
            shared |= known & (here == there)
            contradicting |= known & (here != there)
        kept: np.ndarray = shared | ((title[one] == title[other]) & (years <= MOST_YEARS_APART))
        near = ~contradicting & (years <= MAX_YEARS_APART)
        same_author = (family[one] == family[other]) & (family[one] != 0)
        subtitle = (main[one] == title[other]) | (main[other] == title[one])
        same_page = (page[one] == page[other]) & (page[one] != 0)
        kept |= near & same_author & (subtitle | same_page)
        unknown = (family[one] == 0) | (family[other] == 0)
        open_ = np.flatnonzero(
            ~kept & near & (same_author | unknown) & (digits[one] == digits[other])
        )
        kept[open_] = self._may_be_same_words(one[open_], other[open_])
        return kept

    def _may_be_same_words(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Whether two titles may differ only in spelling and stop words, by the counts of letters.

        Of differing words at most a fifth of the letters of both may have no partner, and any
        beyond the compared ones. Stop words may be on one side, within differing words or alone.
        So they count once in two sums: of the letters of all words, and of all but stop words.
        """
        differing = np.zeros(len(one), np.int32)
        for bags in self.bags:
            here, there = bags[one].astype(np.int16), bags[other].astype(np.int16)
            differing += np.abs(here - there).sum(axis=1, dtype=np.int32)
        here, there = self.letters[one], self.letters[other]
        beyond = np.maximum(here - LONGEST, 0) + np.maximum(there - LONGEST, 0)
        stop_letters = self.stop_letters[one] + self.stop_letters[other]
        unpaired = 2 * (1 - SAME_WORD) * (here + there)
        alike: np.ndarray = differing <= unpaired + 2 * SAME_WORD * beyond + stop_letters + 1e-6
        return alike


def _title_blocks(letters: str, main: str) -> Iterator[tuple[object, ...]]:
    """Papers that share one of these are compared; without spaces."""
    for count in _SHARED_LETTERS:
        if len(letters) >= count or count == _SHARED_LETTERS[0]:
            yield "start", letters[:count]
            yield "end", letters[-count:]
    yield "main", main or letters


def _hash(value: object) -> int:
    """0 for what is empty."""
    return hash(value) if value else 0
