"""Duplicate detection: which records describe the same paper. The order of records is irrelevant.

Records that share a key (`Paper.keys`: DOI, arXiv id, PMID, same title and abstract) are the same
paper. So are records that share title, first author and approximate year, unless their identifiers
show that there are several papers with that title. Those stay separate, and the records without
identifiers form one more paper. So a preprint and its published version become one paper.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from assistant.library.name_matching import name_words
from assistant.paper import Paper, normalised

# Maximum number of years between a preprint and its published version.
MAX_YEARS_APART = 2
# If more papers share a title and first author, the title says nothing ("Editorial").
MAX_SAME_TITLE = 20
# A title with fewer characters identifies a paper of an author only together with the year.
_SHORT = 20
# DOI prefixes of preprint servers: arXiv, bioRxiv and medRxiv, Research Square, SSRN, ChemRxiv,
# Preprints.org, OSF, TechRxiv, Authorea. The published version has another prefix.
_PREPRINT_DOIS = (
    "10.48550/", "10.1101/", "10.64898/", "10.21203/", "10.2139/", "10.26434/", "10.20944/",
    "10.31219/", "10.31234/", "10.31235/", "10.36227/", "10.22541/",
)  # fmt: skip
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,3}")
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "2nd", "3rd"}


def is_preprint(doi: str) -> bool:
    """Whether `doi` belongs to a preprint server."""
    return doi.lower().startswith(_PREPRINT_DOIS)


def title_key(paper: Paper) -> int | None:
    """64-bit hash of title and first author's family name; None if they identify no paper."""
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
    """`title_key` for a catalogue row; `authors` is a JSON array."""
    return title_key(
        Paper.model_construct(title=title, authors=tuple(json.loads(authors)), published=published)
    )


def partition(records: Sequence[Paper]) -> list[list[int]]:
    """Group the indices of `records` by paper; groups and their members are in ascending order."""
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
        if len({components[index] for index in same_title}) > MAX_SAME_TITLE:
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
    """Identifiers of which a published paper has only one; it may have several preprints."""
    named = (key.split(":", 1) for key in record.keys if not key.startswith("text:"))
    return {
        ("preprint" if scheme == "doi" and is_preprint(value) else scheme, value)
        for scheme, value in named
    }


def _contradict(parts: Iterable[set[tuple[str, str]]]) -> bool:
    """Whether two of the parts have different identifiers of the same scheme."""
    seen: dict[str, int] = {}
    for part, found in enumerate(parts):
        for scheme in {scheme for scheme, _ in found if scheme != "preprint"}:
            if seen.setdefault(scheme, part) != part:
                return True
    return False


def _near_years(records: Sequence[Paper], indices: Sequence[int]) -> list[list[int]]:
    """Group `indices` so that more than `MAX_YEARS_APART` years are between two groups.

    Records without a year join the others if those are one group.
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
        if last is None or year - last > MAX_YEARS_APART:
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
        """Join the indices that share a key; `keys` has the keys of each index, in order."""
        first: dict[str, int] = {}
        for index, own in enumerate(keys):
            for key in own:
                self.join((first.setdefault(key, index), index))

    def lists(self) -> list[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for index, root in enumerate(self.roots()):
            found[root].append(index)
        return list(found.values())
