"""Made-up Zotero libraries: databases with Zotero's tables and columns, and a local API.

Two versions of the tables are made: that of Zotero 5 (`userdata` 107) and that of Zotero 7 (123),
which has a trash for collections. Constraints and columns that nothing here reads are left out.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ZOTERO_5, ZOTERO_7 = 107, 123
_ALPHABET = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
_KINDS = (  # noqa: SIM905
    "note book bookSection journalArticle thesis webpage attachment report case statute email "
    "conferencePaper preprint annotation"
).split()
_FIELDS = (  # noqa: SIM905
    "url volume issue place publisher pages ISBN publicationTitle ISSN date extra DOI accessDate "
    "abstractNote title caseName nameOfAct subject bookTitle citationKey dateDecided "
    "proceedingsTitle language repository archiveID journalAbbreviation reportNumber"
).split()
_CREATOR_TYPES = ("author", "editor", "contributor", "translator")
_TABLES = """
CREATE TABLE version (schema TEXT PRIMARY KEY, version INT NOT NULL);
CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL, editable INT NOT NULL,
    filesEditable INT NOT NULL, version INT NOT NULL DEFAULT 0);
CREATE TABLE groups (groupID INTEGER PRIMARY KEY, libraryID INT NOT NULL UNIQUE,
    name TEXT NOT NULL, description TEXT NOT NULL, version INT NOT NULL);
CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT, display INT DEFAULT 1);
CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT, fieldFormatID INT);
CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL,
    dateAdded TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    dateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    clientDateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    libraryID INT NOT NULL, key TEXT NOT NULL, version INT NOT NULL DEFAULT 0,
    synced INT NOT NULL DEFAULT 0, UNIQUE (libraryID, key));
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID, PRIMARY KEY (itemID, fieldID));
CREATE TABLE itemNotes (itemID INTEGER PRIMARY KEY, parentItemID INT, note TEXT, title TEXT);
CREATE TABLE itemAttachments (itemID INTEGER PRIMARY KEY, parentItemID INT, linkMode INT,
    contentType TEXT, path TEXT);
CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE itemTags (itemID INT NOT NULL, tagID INT NOT NULL, type INT NOT NULL,
    PRIMARY KEY (itemID, tagID));
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT,
    UNIQUE (lastName, firstName, fieldMode));
CREATE TABLE itemCreators (itemID INT NOT NULL, creatorID INT NOT NULL,
    creatorTypeID INT NOT NULL DEFAULT 1, orderIndex INT NOT NULL DEFAULT 0,
    PRIMARY KEY (itemID, creatorID, creatorTypeID, orderIndex));
CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT NOT NULL,
    parentCollectionID INT DEFAULT NULL, libraryID INT NOT NULL, key TEXT NOT NULL,
    version INT NOT NULL DEFAULT 0);
CREATE TABLE collectionItems (collectionID INT NOT NULL, itemID INT NOT NULL,
    orderIndex INT NOT NULL DEFAULT 0, PRIMARY KEY (collectionID, itemID));
CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY,
    dateDeleted DEFAULT CURRENT_TIMESTAMP NOT NULL);
CREATE TABLE feeds (libraryID INTEGER PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL UNIQUE);
CREATE TABLE retractedItems (itemID INTEGER PRIMARY KEY, data TEXT, flag INT DEFAULT 0);
"""
_SINCE_7 = """
CREATE TABLE deletedCollections (collectionID INTEGER PRIMARY KEY,
    dateDeleted DEFAULT CURRENT_TIMESTAMP NOT NULL);
CREATE TABLE itemAnnotations (itemID INTEGER PRIMARY KEY, parentItemID INT NOT NULL,
    type INTEGER NOT NULL, text TEXT);
"""
_CITATION_KEYS = """
CREATE TABLE citationkey (itemID NOT NULL PRIMARY KEY, itemKey NOT NULL, libraryID NOT NULL,
    citationKey NOT NULL CHECK (citationKey <> ''), pinned CHECK (pinned in (0, 1)),
    UNIQUE (libraryID, itemKey));
"""
OWN, GROUP, FEED = 1, 2, 3
GROUP_ID = 4815


class ZoteroFolder:
    """A made-up data folder of Zotero; each method changes the database as Zotero would."""

    def __init__(self, folder: Path, version: int = ZOTERO_7) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.database = folder / "zotero.sqlite"
        self._clock = 0
        with self.connect() as connection:
            connection.executescript(_TABLES + (_SINCE_7 if version >= ZOTERO_7 else ""))
            connection.execute("INSERT INTO version VALUES ('userdata', ?)", (version,))
            connection.executemany(
                "INSERT INTO libraries VALUES (?, ?, 1, 1, 0)",
                [(OWN, "user"), (GROUP, "group"), (FEED, "feed")],
            )
            connection.execute(
                "INSERT INTO groups VALUES (?, ?, 'Sleep Lab', '', 1)", (GROUP_ID, GROUP)
            )
            for table, names in (
                ("itemTypes (itemTypeID, typeName)", _KINDS),
                ("fields (fieldID, fieldName)", _FIELDS),
                ("creatorTypes", _CREATOR_TYPES),
            ):
                connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", enumerate(names, 1))

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection whose transaction is committed at the end."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            yield connection

    def add(
        self,
        title: str = "",
        *,
        kind: str = "journalArticle",
        creators: tuple[tuple[str, str] | tuple[str, str, str], ...] = (),
        tags: tuple[str, ...] = (),
        library: int = OWN,
        parent: int | None = None,
        content_type: str = "",
        **fields: str,
    ) -> int:
        """Add an item and return its id; `key_of` gives its key."""
        with self.connect() as connection:
            (item,) = connection.execute("SELECT ifnull(max(itemID), 0) + 1 FROM items").fetchone()
            connection.execute(
                "INSERT INTO items (itemID, itemTypeID, dateModified, clientDateModified, "
                "libraryID, key) VALUES (?, ?, ?, ?, ?, ?)",
                (item, _KINDS.index(kind) + 1, *[self._now()] * 2, library, key_of(item)),
            )
            self._set(connection, item, {"title": title, **fields})
            for order, creator in enumerate(creators):
                last, first, role = (*creator, "author")[:3]
                mode = 0 if first else 1
                connection.execute(
                    "INSERT OR IGNORE INTO creators (firstName, lastName, fieldMode) "
                    "VALUES (?, ?, ?)",
                    (first, last, mode),
                )
                connection.execute(
                    "INSERT INTO itemCreators SELECT ?, creatorID, ?, ? FROM creators "
                    "WHERE firstName = ? AND lastName = ? AND fieldMode = ?",
                    (item, _CREATOR_TYPES.index(role) + 1, order, first, last, mode),
                )
            for tag in tags:
                self._tag(connection, item, tag)
            if kind == "attachment":
                connection.execute(
                    "INSERT INTO itemAttachments VALUES (?, ?, 0, ?, '')",
                    (item, parent, content_type),
                )
            if kind == "note":
                connection.execute(
                    "INSERT INTO itemNotes VALUES (?, ?, '<p>Private.</p>', 'Private')",
                    (item, parent),
                )
        return int(item)

    def change(self, item: int, *tags: str, **fields: str) -> None:
        """Change fields of an item and add tags; "" removes a field."""
        with self.connect() as connection:
            self._set(connection, item, fields)
            for tag in tags:
                self._tag(connection, item, tag)
            self._touch(connection, item)

    def trash(self, item: int, *, back: bool = False) -> None:
        """Put an item into the trash, or take it out."""
        with self.connect() as connection:
            if back:
                connection.execute("DELETE FROM deletedItems WHERE itemID = ?", (item,))
            else:
                connection.execute("INSERT INTO deletedItems (itemID) VALUES (?)", (item,))

    def delete(self, item: int) -> None:
        """Delete an item for good, as emptying the trash does."""
        with self.connect() as connection:
            for table in ("items", "itemData", "itemCreators", "itemTags", "collectionItems"):
                connection.execute(f"DELETE FROM {table} WHERE itemID = ?", (item,))

    def collection(
        self, name: str, *items: int, parent: int | None = None, library: int = OWN
    ) -> int:
        """Add a collection with these items."""
        with self.connect() as connection:
            cursor = connection.execute(
                "INSERT INTO collections (collectionName, parentCollectionID, libraryID, key) "
                "VALUES (?, ?, ?, hex(randomblob(4)))",
                (name, parent, library),
            )
            number = int(cursor.lastrowid or 0)
            connection.executemany(
                "INSERT INTO collectionItems (collectionID, itemID) VALUES (?, ?)",
                [(number, item) for item in items],
            )
        return number

    def sql(self, statement: str, *values: object) -> None:
        """Run any statement."""
        with self.connect() as connection:
            connection.execute(statement, values)

    def citation_keys(self, keys: dict[int, str]) -> None:
        """Write Better BibTeX's database with the citation keys of these items."""
        path = self.folder / "better-bibtex.sqlite"
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(_CITATION_KEYS)
            connection.executemany(
                "INSERT INTO citationkey VALUES (?, ?, 1, ?, 0)",
                [(item, key_of(item), key) for item, key in keys.items()],
            )

    def _now(self) -> str:
        self._clock += 1
        return (
            f"2026-01-01 {self._clock // 3600:02}:{self._clock // 60 % 60:02}:{self._clock % 60:02}"
        )

    def _touch(self, connection: sqlite3.Connection, item: int) -> None:
        now = self._now()
        connection.execute(
            "UPDATE items SET dateModified = ?, clientDateModified = ?, synced = 0 "
            "WHERE itemID = ?",
            (now, now, item),
        )

    def _set(self, connection: sqlite3.Connection, item: int, fields: dict[str, str]) -> None:
        for name, value in fields.items():
            number = _FIELDS.index(name) + 1
            connection.execute(
                "DELETE FROM itemData WHERE itemID = ? AND fieldID = ?", (item, number)
            )
            if value:
                connection.execute(
                    "INSERT OR IGNORE INTO itemDataValues (value) VALUES (?)", (value,)
                )
                connection.execute(
                    "INSERT INTO itemData SELECT ?, ?, valueID FROM itemDataValues WHERE value = ?",
                    (item, number, value),
                )

    def _tag(self, connection: sqlite3.Connection, item: int, tag: str) -> None:
        connection.execute("INSERT OR IGNORE INTO tags (name) VALUES (?)", (tag,))
        connection.execute(
            "INSERT OR IGNORE INTO itemTags SELECT ?, tagID, 0 FROM tags WHERE name = ?",
            (item, tag),
        )


def key_of(item: int) -> str:
    """The key of the item with this id: eight characters of Zotero's alphabet."""
    letters = []
    for _ in range(8):
        item, at = divmod(item, len(_ALPHABET))
        letters.append(_ALPHABET[at])
    return "".join(reversed(letters))


Script = Callable[[str, dict[str, str]], tuple[int, dict[str, str], bytes]]
"""The answer to a path and its query: status, headers, body."""


class LocalApi:
    """Answers as Zotero's local API does: lists of objects in pages, with their total."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {
            "users/0/collections": [],
            "users/0/items": [],
            "users/0/items/top": [],
            "users/0/groups": [],
        }
        self.requests: list[str] = []

    def __call__(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.requests.append(path)
        values = self.lists.get(path.removeprefix("/api/"))
        if values is None:
            return 404, {}, b"Not found"
        start, limit = int(query.get("start", 0)), int(query.get("limit", len(values)))
        body = json.dumps(values[start : start + limit], indent=4).encode()
        return 200, {"Total-Results": str(len(values)), "Zotero-API-Version": "3"}, body

    def add(
        self, key: str, kind: str = "journalArticle", parsed: str = "", **data: Any
    ) -> dict[str, Any]:
        """Add an item, an attachment if it has a parent; return it."""
        entry = {
            "key": key,
            "version": 0,
            "library": {"type": "user", "id": 12, "name": "My Library"},
            "links": {},
            "meta": {"numChildren": 0, **({"parsedDate": parsed} if parsed else {})},
            "data": {"key": key, "version": 0, "itemType": kind, "relations": {}, **data},
        }
        top = "parentItem" not in data
        self.lists["users/0/items/top" if top else "users/0/items"].append(entry)
        return entry

    def collection(self, key: str, name: str, parent: str | bool = False) -> None:
        """Add a collection."""
        data = {"key": key, "name": name, "parentCollection": parent}
        self.lists["users/0/collections"].append({"key": key, "version": 1, "data": data})


@contextmanager
def serving(script: Script) -> Iterator[int]:
    """Answer requests on a port of the loopback interface as `script` says; yield the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, headers, body = script(parts.path, query)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
