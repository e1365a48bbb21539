"""Which records describe the same paper: a function of the set of records, whatever their order.

Records that share a key (`Paper.keys`: DOI, arXiv id, PMID, same title and abstract) are the same
paper. Records that share only title, first author and about the year are, too, unless identifiers
say that there are several papers of that title: then those stay apart, and the records that have
no identifier are one more. So a preprint and its published version become one paper.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from assistant.library.name_matching import name_words
from assistant.paper import Paper, normalised

# A preprint comes out up to so many years before the version of record.
YEARS_APART = 2
# More papers than this of one title and first author: it says nothing ("Editorial").
MANY = 20
# A title with fewer letters than this tells papers of one author apart only within a year.
_SHORT = 20
# Prefixes of DOIs that preprint servers give: arXiv, bioRxiv and medRxiv, Research Square, SSRN,
# ChemRxiv, Preprints.org, OSF, TechRxiv, Authorea. A published version has another one.
_PREPRINT_DOIS = (
    "10.48550/", "10.1101/", "10.64898/", "10.21203/", "10.2139/", "10.26434/", "10.20944/",
    "10.31219/", "10.31234/", "10.31235/", "10.36227/", "10.22541/",
)  # fmt: skip
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,3}")
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "2nd", "3rd"}


def is_preprint(doi: str) -> bool:
    """Whether `doi` is one that a preprint server gave."""
    return doi.lower().startswith(_PREPRINT_DOIS)


def title_key(paper: Paper) -> int | None:
    """64 bits of the title and the first author's family name; None if they tell too little."""
    if not paper.authors:
        return None
    title = normalised(paper.title)
    words = [title, _family(paper.authors[0])]
    if len(title) < _SHORT:
        if paper.published is None:
            return None
        words.append(paper.published[:4])
    if not all(words):
        return None
    digest = hashlib.blake2b("\n".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def sql_title_key(title: str, authors: str, published: str | None) -> int | None:
    """`title_key` of a row of the catalogue; `authors` is a JSON array."""
    return title_key(
        Paper.model_construct(title=title, authors=tuple(json.loads(authors)), published=published)
    )


def partition(records: Sequence[Paper]) -> list[list[int]]:
    """Indices of `records` grouped by paper; groups and their members in order of first index."""
    groups = _Groups(len(records))
    groups.join_equal(record.keys for record in records)
    components = groups.roots()
    identifiers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for component, record in zip(components, records, strict=True):
        identifiers[component] |= _identifiers(record)
    by_title: dict[int, list[int]] = defaultdict(list)
    for index, record in enumerate(records):
        key = title_key(record)
        if key is not None:
            by_title[key].append(index)
    for same_title in by_title.values():
        if len({components[index] for index in same_title}) > MANY:
            continue
        for near in _near_years(records, same_title):
            together = {components[index] for index in near}
            if _contradict(identifiers[component] for component in together):
                together = {component for component in together if not identifiers[component]}
            groups.join(sorted(together))
    return groups.lists()


def _family(name: str) -> str:
    """The last word of the family name: `Smith` of `John Smith`, `Smith, John` and `Smith JA`."""
    before, comma, _ = name.partition(",")
    if not comma:
        head, _, last = name.rpartition(" ")
        if head and _INITIALS.fullmatch(last):
            before = head
    words = [word for word in name_words(before) if word not in _SUFFIXES]
    return words[-1] if words else ""


def _identifiers(record: Paper) -> set[tuple[str, str]]:
    """What a version of record has one of; of preprints there may be several."""
    named = (key.split(":", 1) for key in record.keys if not key.startswith("text:"))
    return {
        ("preprint" if scheme == "doi" and is_preprint(value) else scheme, value)
        for scheme, value in named
    }


def _contradict(parts: Iterable[set[tuple[str, str]]]) -> bool:
    """Whether these name several papers, two of which have different ones of the same scheme."""
    seen: dict[str, int] = {}
    for part, found in enumerate(parts):
        for scheme in {scheme for scheme, _ in found if scheme != "preprint"}:
            if seen.setdefault(scheme, part) != part:
                return True
    return False


def _near_years(records: Sequence[Paper], indices: Sequence[int]) -> list[list[int]]:
    """`indices` grouped so that between two groups more than `YEARS_APART` years are.

    Those without a year go with the others if these are one group.
    """
    dated = sorted(
        (int(published[:4]), index)
        for index in indices
        if (published := records[index].published) is not None
    )
    undated = [index for index in indices if records[index].published is None]
    groups: list[list[int]] = []
    last = None
    for year, index in dated:
        if last is None or year - last > YEARS_APART:
            groups.append([])
        groups[-1].append(index)
        last = year
    if len(groups) == 1:
        groups[0] += undated
    elif undated:
        groups.append(undated)
    return groups


class _Groups:
    """Disjoint sets of the indices below `count`."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def root(self, index: int) -> int:
        while self._parents[index] != index:
            self._parents[index] = self._parents[self._parents[index]]
            index = self._parents[index]
        return index

    def roots(self) -> list[int]:
        return [self.root(index) for index in range(len(self._parents))]

    def join(self, indices: Sequence[int]) -> None:
        for index in indices[1:]:
            one, other = sorted((self.root(indices[0]), self.root(index)))
            self._parents[other] = one

    def join_equal(self, keys: Iterable[Iterable[str]]) -> None:
        """Join the indices whose keys, given in the order of the indices, have one in common."""
        first: dict[str, int] = {}
        for index, own in enumerate(keys):
            for key in own:
                self.join((first.setdefault(key, index), index))

    def lists(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for index, root in enumerate(self.roots()):
            found[root].append(index)
        return list(found.values())
