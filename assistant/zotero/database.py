"""Zotero's own database, of Zotero 5 and later, read from a copy.

The tables are those of https://github.com/zotero/zotero/tree/main/resource/schema. Nothing but
SELECT is sent, and only to the copy.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ZoteroUnreadable
from assistant.zotero.database_copy import consistent_copy
from assistant.zotero.item import OWN_LIBRARY, ZoteroItem, ZoteroLibrary, paths, stamp_of

BETTER_BIBTEX = "better-bibtex.sqlite"
_MAGIC = b"SQLite format 3\0"
_PAGE = 500
# Tables with the columns that are read. Zotero 4 has no versions of items.
_NEEDED = {
    "items": "itemID itemTypeID libraryID key version dateModified clientDateModified",
    "itemData": "itemID fieldID valueID",
    "itemDataValues": "valueID value",
    "itemTypes": "itemTypeID typeName",
    "fields": "fieldID fieldName",
    "itemCreators": "itemID creatorID creatorTypeID orderIndex",
    "creators": "creatorID firstName lastName fieldMode",
    "creatorTypes": "creatorTypeID creatorType",
    "itemTags": "itemID tagID",
    "tags": "tagID name",
    "collections": "collectionID collectionName parentCollectionID libraryID",
    "collectionItems": "collectionID itemID",
    "itemAttachments": "itemID parentItemID contentType",
    "deletedItems": "itemID",
    "libraries": "libraryID type",
    "groups": "groupID libraryID name",
}
# Zotero's mark of an item that was retracted; 2 means that this was taken back.
_NOT_RETRACTED = 2


@contextmanager
def open_database(path: Path) -> Iterator[ZoteroDatabase]:
    """Open a copy of Zotero's database `path`, with the Better BibTeX keys beside it.

    Raises:
        ZoteroUnreadable: it cannot be read, is damaged, or is not Zotero's.
    """
    with consistent_copy(path) as copy, closing(_connected(copy, path)) as connection:
        with _explained(path):
            _check(connection, path)
        yield ZoteroDatabase(path, connection, _better_bibtex_keys(path.with_name(BETTER_BIBTEX)))


@dataclass(frozen=True)
class _Row:
    """What is read of every item: enough to tell whether it changed."""

    item: int
    key: str
    kind: str
    tags: tuple[str, ...]
    collections: tuple[str, ...]
    citation_key: str
    has_pdf: bool
    retracted: bool
    changed: tuple[Any, ...]

    @property
    def stamp(self) -> str:
        """The version counts the changes that were synced, the dates all others."""
        return stamp_of(
            self.changed, self.tags, self.collections, self.citation_key, self.has_pdf,
            self.retracted,
        )  # fmt: skip


class ZoteroDatabase:
    """The libraries in an open copy of Zotero's database; a `ZoteroSource`."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        citation_keys: Mapping[int, str],
    ) -> None:
        """Read `connection`, a copy of `path`; `citation_keys` are by item id."""
        self.place = str(path.absolute())
        self.citation_keys = citation_keys
        self._path = path
        self._connection = connection
        self._read: dict[str, dict[str, _Row]] = {}

    @property
    def version(self) -> int:
        """The version of the user's tables, such as 123."""
        rows = self._rows("SELECT version FROM version WHERE schema = 'userdata'")
        return int(rows[0][0]) if rows else 0

    def libraries(self, *, groups: bool) -> list[ZoteroLibrary]:
        """The user's own library, and with `groups` those of groups, by name."""
        if not groups:
            return [OWN_LIBRARY]
        rows = self._rows("SELECT groupID, name FROM groups ORDER BY name, groupID")
        return [OWN_LIBRARY, *(ZoteroLibrary(int(group), str(name)) for group, name in rows)]

    def stamps(self, library: ZoteroLibrary) -> dict[str, str]:
        """A stamp of each item that is not in the trash."""
        return {key: row.stamp for key, row in self._library(library).items()}

    def items(self, library: ZoteroLibrary, keys: Collection[str]) -> Iterator[ZoteroItem]:
        """The items with these keys, read in pages."""
        known = self._library(library)
        wanted = [known[key] for key in keys if key in known]
        for start in range(0, len(wanted), _PAGE):
            yield from self._page(wanted[start : start + _PAGE])

    def _library(self, library: ZoteroLibrary) -> dict[str, _Row]:
        if library.origin not in self._read:
            self._read[library.origin] = self._load(library)
        return self._read[library.origin]

    def _load(self, library: ZoteroLibrary) -> dict[str, _Row]:
        if library.group:
            found = self._rows("SELECT libraryID FROM groups WHERE groupID = ?", library.group)
        else:
            found = self._rows("SELECT libraryID FROM libraries WHERE type = 'user'")
        (number,) = found[0] if found else (None,)
        of_item = self._collections(number)
        with_pdf = {
            row[0]
            for row in self._rows(
                "SELECT parentItemID FROM itemAttachments WHERE contentType = 'application/pdf' "
                "AND parentItemID NOTNULL AND itemID NOT IN (SELECT itemID FROM deletedItems)"
            )
        }
        tags = _grouped(
            self._rows("SELECT itemID, name FROM itemTags JOIN tags USING (tagID) ORDER BY name")
        )
        retracted = self._retracted()
        rows = self._rows(
            "SELECT items.itemID, key, typeName, version, dateModified, clientDateModified "
            "FROM items JOIN itemTypes USING (itemTypeID) WHERE libraryID = ? "
            "AND typeName NOT IN ('attachment', 'note', 'annotation') "
            "AND items.itemID NOT IN (SELECT itemID FROM deletedItems) ORDER BY items.itemID",
            number,
        )
        return {
            str(key): _Row(
                item=item,
                key=str(key),
                kind=str(kind),
                tags=tuple(map(str, tags.get(item, ()))),
                collections=tuple(sorted(of_item.get(item, ()))),
                citation_key=self.citation_keys.get(item, ""),
                has_pdf=item in with_pdf,
                retracted=item in retracted,
                changed=(library.source, kind, *changed),
            )
            for item, key, kind, *changed in rows
        }

    def _collections(self, library: int | None) -> dict[int, list[str]]:
        """The paths of the collections of each item."""
        rows = self._rows(
            "SELECT collectionID, collectionName, parentCollectionID FROM collections "
            "WHERE libraryID = ?",
            library,
        )
        if "deletedCollections" in _tables(self._connection):
            trash = {row[0] for row in self._rows("SELECT collectionID FROM deletedCollections")}
            rows = [row for row in rows if row[0] not in trash]
        path = paths({number: (str(name), parent) for number, name, parent in rows})
        pairs = self._rows("SELECT itemID, collectionID FROM collectionItems")
        return _grouped((item, path[number]) for item, number in pairs if number in path)

    def _retracted(self) -> set[int]:
        if "retractedItems" not in _tables(self._connection):
            return set()
        rows = self._rows("SELECT itemID FROM retractedItems WHERE flag IS NOT ?", _NOT_RETRACTED)
        return {row[0] for row in rows}

    def _page(self, rows: list[_Row]) -> Iterator[ZoteroItem]:
        wanted = json.dumps([row.item for row in rows])
        values: dict[int, dict[str, str]] = defaultdict(dict)
        for item, name, value in self._rows(
            "SELECT itemID, fieldName, value FROM itemData JOIN fields USING (fieldID) "
            "JOIN itemDataValues USING (valueID) "
            "WHERE itemID IN (SELECT value FROM json_each(?))",
            wanted,
        ):
            if value not in (None, ""):
                values[item][name] = str(value)
        creators = _grouped(
            (item, _creator(*creator))
            for item, *creator in self._rows(
                "SELECT itemID, creatorType, firstName, lastName, fieldMode FROM itemCreators "
                "JOIN creators USING (creatorID) JOIN creatorTypes USING (creatorTypeID) "
                "WHERE itemID IN (SELECT value FROM json_each(?)) ORDER BY itemID, orderIndex",
                wanted,
            )
        )
        for row in rows:
            yield ZoteroItem(
                key=row.key,
                kind=row.kind,
                fields=values[row.item],
                creators=tuple(creators.get(row.item, ())),
                tags=row.tags,
                collections=row.collections,
                citation_key=row.citation_key,
                has_pdf=row.has_pdf,
                retracted=row.retracted,
            )

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with _explained(self._path):
            return self._connection.execute(query, values).fetchall()


def _creator(kind: str, first: str | None, last: str | None, mode: int | None) -> dict[str, str]:
    """A creator as the API has it; those of mode 1 have one name."""
    if mode == 1 or not first:
        return {"creatorType": kind, "name": last or ""}
    return {"creatorType": kind, "firstName": first, "lastName": last or ""}


def _grouped(pairs: Iterable[tuple[Any, ...]]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _connected(copy: Path, path: Path) -> sqlite3.Connection:
    with copy.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ZoteroUnreadable(
                f"{path} is not a SQLite database, so it is not Zotero's. Give the folder with "
                "Zotero's database to --data-dir."
            )
    connection = sqlite3.connect(copy)
    connection.text_factory = _decoded
    return connection


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ZoteroUnreadable unless all tables are there that are read."""
    tables = _tables(connection)
    if not {"items", "itemData", "itemDataValues", "version"} <= tables:
        raise ZoteroUnreadable(
            f"{path} is a database of another program, not Zotero's. Give the folder with "
            "Zotero's database to --data-dir."
        )
    for table, columns in _NEEDED.items():
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        missing = set(columns.split()) - there
        if missing:
            (version,) = connection.execute(
                "SELECT max(version) FROM version WHERE schema = 'userdata'"
            ).fetchone()
            raise ZoteroUnreadable(
                f"{path} is of a version of Zotero that cannot be read here (version {version} of "
                f"its tables; {table} has no {min(missing)}). Versions from Zotero 5 on are read: "
                "update Zotero, or update this program if Zotero is newer."
            )


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {row[0] for row in rows}


def _better_bibtex_keys(path: Path) -> dict[int, str]:
    """The citation keys in Better BibTeX's database, by item id; none if it has no such file.

    Raises:
        ZoteroUnreadable: the file cannot be read. Items without their keys would look changed.
    """
    if not path.is_file():
        return {}
    with (
        consistent_copy(path) as copy,
        closing(_connected(copy, path)) as connection,
        _explained(path),
    ):
        if "citationkey" not in _tables(connection):
            return {}  # of a version that kept its keys elsewhere
        rows = connection.execute("SELECT itemID, citationKey FROM citationkey").fetchall()
    return {item: str(key) for item, key in rows if key}


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ZoteroUnreadable(
            f"{path} cannot be read as a Zotero database ({error}). If Zotero opens it without a "
            "problem, run the command again; else restore a backup in Zotero."
        ) from error
