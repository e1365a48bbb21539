"""Zotero's local API: what the running Zotero 7 answers to programs on this computer.

It is asked only on the loopback interface, and only for reading:
https://www.zotero.org/support/dev/web_api/v3/basics
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from assistant.errors import ZoteroUnreadable
from assistant.zotero.item import OWN_LIBRARY, ZoteroItem, ZoteroLibrary, paths, stamp_of

PORT = 23119
_HOST = "127.0.0.1"
_TIMEOUT_S = 120.0  # Zotero first loads its library
_PAGE = 500
_TRIES = 3
_LARGEST_ANSWER = 512 * 1024 * 1024
_NO_PAPERS = frozenset({"attachment", "note", "annotation"})
# Parts of an item that are no fields of it.
_NO_FIELDS = frozenset(
    """key version itemType creators tags collections relations dateAdded dateModified deleted
    parentItem inPublications""".split()  # noqa: SIM905
)
_OFF = (
    "In Zotero 7 or later, switch on Settings > Advanced > Allow other applications on this "
    "computer to communicate with Zotero."
)


@dataclass(frozen=True)
class _Answer:
    total: int
    values: list[dict[str, Any]]


class ZoteroLocalApi:
    """The libraries of the running Zotero; a `ZoteroSource`.

    Raises:
        ZoteroUnreadable: by every method: Zotero does not run, its API is off, or its answers are
            none of Zotero's.
    """

    def __init__(self, port: int = PORT) -> None:
        """Ask at `port`, nothing yet."""
        self.place = f"http://localhost:{port}/api/"
        self._port = port
        self._read: dict[str, dict[str, tuple[str, ZoteroItem]]] = {}

    def libraries(self, *, groups: bool) -> list[ZoteroLibrary]:
        """The user's own library, and with `groups` those of groups, by name."""
        if not groups:
            return [OWN_LIBRARY]
        found = []
        for group in self._all("users/0/groups"):
            number = group.get("id")
            if isinstance(number, int) and number > 0:
                name = _data(group).get("name") or group.get("name") or number
                found.append(ZoteroLibrary(number, str(name)))
        return [OWN_LIBRARY, *sorted(found, key=lambda one: (one.name, one.group))]

    def stamps(self, library: ZoteroLibrary) -> dict[str, str]:
        """A stamp of each item that is not in the trash."""
        return {key: stamp for key, (stamp, _) in self._library(library).items()}

    def items(self, library: ZoteroLibrary, keys: Collection[str]) -> Iterator[ZoteroItem]:
        """The items with these keys."""
        known = self._library(library)
        return (known[key][1] for key in keys if key in known)

    def _library(self, library: ZoteroLibrary) -> dict[str, tuple[str, ZoteroItem]]:
        if library.origin not in self._read:
            self._read[library.origin] = self._load(library)
        return self._read[library.origin]

    def _load(self, library: ZoteroLibrary) -> dict[str, tuple[str, ZoteroItem]]:
        prefix = f"groups/{library.group}" if library.group else "users/0"
        path = paths(
            {
                _text(entry, "key"): (
                    _text(_data(entry), "name"),
                    _text(_data(entry), "parentCollection"),
                )
                for entry in self._all(f"{prefix}/collections")
                if not _data(entry).get("deleted")
            }
        )
        with_pdf = {
            _text(_data(entry), "parentItem")
            for entry in self._all(f"{prefix}/items", itemType="attachment")
            if _data(entry).get("contentType") == "application/pdf"
        }
        found = {}
        for entry in self._all(f"{prefix}/items/top"):
            data = _data(entry)
            key, kind = _text(entry, "key"), _text(data, "itemType")
            if not key or not kind:
                raise self._not_zotero("an item without a key or a type")
            if kind in _NO_PAPERS or data.get("deleted"):
                continue
            item = ZoteroItem(
                key=key,
                kind=kind,
                fields=_fields(entry),
                creators=tuple(map(_creator, _dicts(data.get("creators")))),
                tags=tuple(sorted(_text(tag, "tag") for tag in _dicts(data.get("tags")))),
                collections=tuple(
                    sorted(path[one] for one in _texts(data.get("collections")) if one in path)
                ),
                has_pdf=key in with_pdf,
            )
            found[key] = (
                stamp_of(library.source, data, item.collections, item.has_pdf),
                item,
            )
        return found

    def _all(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All values of a list, which has to stay the same while its pages are read."""
        for _ in range(_TRIES):
            found: dict[Any, dict[str, Any]] = {}
            totals = set()
            start = 0
            while True:
                answer = self._get(path, query, start)
                totals.add(answer.total)
                found.update(
                    (_text(value, "key") or str(value.get("id")), value) for value in answer.values
                )
                start += len(answer.values)
                if not answer.values or start >= answer.total:
                    break
            if totals == {len(found)}:
                return list(found.values())
        raise ZoteroUnreadable(
            "Zotero's library changed all the time while it was read. Run the command again when "
            "Zotero's sync or import is done. Nothing was changed here."
        )

    def _get(self, path: str, query: dict[str, str], start: int) -> _Answer:
        order = {"sort": "dateAdded", "direction": "asc"} if "/items" in path else {}
        window = {"start": str(start), "limit": str(_PAGE)}
        connection = http.client.HTTPConnection(_HOST, self._port, timeout=_TIMEOUT_S)
        try:
            connection.request(
                "GET",
                f"/api/{path}?{urlencode({**query, **order, **window})}",
                headers={"Host": f"localhost:{self._port}", "Zotero-API-Version": "3"},
            )
            response = connection.getresponse()
            body = response.read(_LARGEST_ANSWER + 1)
        except ConnectionRefusedError as error:
            raise ZoteroUnreadable(
                f"Nothing answers at {self.place}: Zotero is not running, or its API is off. {_OFF}"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise ZoteroUnreadable(
                f"Zotero did not answer at {self.place} ({type(error).__name__}: {error}). Check "
                "that Zotero is running, and run the command again."
            ) from error
        finally:
            connection.close()
        if response.status == http.HTTPStatus.FORBIDDEN:
            raise ZoteroUnreadable(f"Zotero does not answer other programs. {_OFF}")
        if response.status != http.HTTPStatus.OK:
            raise self._not_zotero(f"status {response.status} for {path}")
        if len(body) > _LARGEST_ANSWER:
            raise self._not_zotero(f"more than {_LARGEST_ANSWER:,} bytes for {path}")
        try:
            values = json.loads(body)
            total = int(response.headers.get("Total-Results", ""))
        except (ValueError, RecursionError) as error:
            raise self._not_zotero(f"no list for {path}") from error
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise self._not_zotero(f"no list for {path}")
        return _Answer(total, values)

    def _not_zotero(self, what: str) -> ZoteroUnreadable:
        return ZoteroUnreadable(
            f"The program at {self.place} does not answer as Zotero 7 or later does ({what}). "
            "Check that this is Zotero's port, and update Zotero if it is older."
        )


def _data(entry: dict[str, Any]) -> dict[str, Any]:
    data = entry.get("data")
    return data if isinstance(data, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _fields(entry: dict[str, Any]) -> dict[str, str]:
    """The fields of an item; its date as Zotero understood it."""
    found = {
        name: str(value)
        for name, value in _data(entry).items()
        if name not in _NO_FIELDS and isinstance(value, str | int) and value != ""
    }
    parsed = entry.get("meta", {}).get("parsedDate") if isinstance(entry.get("meta"), dict) else ""
    if isinstance(parsed, str) and parsed and "date" in found:
        found["date"] = parsed
    return found


def _creator(creator: dict[str, Any]) -> dict[str, str]:
    names = ("creatorType", "firstName", "lastName", "name")
    found = {name: str(creator[name]) for name in names if creator.get(name)}
    if "name" not in found and "firstName" not in found:
        found["name"] = found.pop("lastName", "")
    return found
