"""A Zotero item, in the terms of Zotero's API, whether its database or its API told it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_KEY = re.compile(r"[0-9A-Z]{8}")
# Increase this when items are read in another way, so that the next sync reads all of them again.
_READING = 1


@dataclass(frozen=True)
class ZoteroLibrary:
    """A library in Zotero: the user's own (`group` is 0), or a group's.

    `origin` names it in the catalogue, `source` names it as the source of papers.
    """

    group: int
    name: str

    @property
    def origin(self) -> str:
        """`zotero:user` or `zotero:groups/123`."""
        return f"zotero:groups/{self.group}" if self.group else "zotero:user"

    @property
    def source(self) -> str:
        """`Zotero`, or `Zotero: Lab` for the group Lab."""
        return f"Zotero: {self.name}" if self.group else "Zotero"

    def link(self, key: str) -> str:
        """The address that selects the item `key` in Zotero; "" if `key` is none of Zotero's."""
        place = f"groups/{self.group}" if self.group else "library"
        return f"zotero://select/{place}/items/{key}" if _KEY.fullmatch(key) else ""


OWN_LIBRARY = ZoteroLibrary(0, "My Library")


@dataclass(frozen=True)
class ZoteroItem:
    """One item.

    Args:
        key: eight letters and digits, unique in its library.
        kind: Zotero's item type, such as `journalArticle`.
        fields: its other fields by Zotero's names, without empty ones.
        creators: as Zotero's API has them: `{"creatorType", "firstName", "lastName"}`, or `name`.
        tags: its tags.
        collections: the path of each of its collections, such as `Thesis/Chapter 2`.
        citation_key: Better BibTeX's; "" if only a field or nothing has it.
        has_pdf: whether a PDF is attached.
        retracted: whether Zotero marks it as retracted.
    """

    key: str
    kind: str
    fields: Mapping[str, str]
    creators: tuple[Mapping[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    citation_key: str = ""
    has_pdf: bool = False
    retracted: bool = False


class ZoteroSource(Protocol):
    """Where a Zotero library is read: a copy of its database, or its local API."""

    place: str
    """For people: the file, or the address."""

    def libraries(self, *, groups: bool) -> list[ZoteroLibrary]:
        """The user's own library, and with `groups` those of groups."""
        ...

    def stamps(self, library: ZoteroLibrary) -> dict[str, str]:
        """A stamp of each item that is not in the trash, by its key; it changes with the item."""
        ...

    def items(self, library: ZoteroLibrary, keys: Collection[str]) -> Iterator[ZoteroItem]:
        """The items with these keys."""
        ...


def stamp_of(*values: Any) -> str:
    """A short text that is equal for equal values, which JSON can write."""
    written = json.dumps([_READING, *values], sort_keys=True, default=str)
    return hashlib.sha256(written.encode(errors="replace")).hexdigest()[:20]


def paths(collections: Mapping[Any, tuple[str, Any]]) -> dict[Any, str]:
    """The path of each collection, given its name and the key of its parent.

    A collection whose parent is missing, because it is in the trash, has no path.
    """
    found: dict[Any, str] = {}
    for key in collections:
        names: list[str] = []
        seen = set()
        at: Any = key
        while at in collections and at not in seen:
            seen.add(at)
            name, at = collections[at]
            names.append(name.strip())
        if not at:
            found[key] = "/".join(reversed(names))
    return found
