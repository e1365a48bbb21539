"""The table of each user, as the library remembers it: columns, papers, and whether it is filled.

The cells themselves are stored one by one, see `assistant.library.cells`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from assistant.library import Library

_KEY = "tables"

TableStatus = Literal["filling", "stopped", "done"]


@dataclass(frozen=True)
class SavedTable:
    """What a table asks.

    Attributes:
        columns: name and question of each column.
        papers: the numbers of its papers, in order.
        total: how many papers were chosen; more than `papers` if they were too many.
        set_name: the set that the columns are of, "" for others.
        query: the words and filters that chose the papers, "" for all of them and for `selected`.
        selected: whether the papers were selected one by one.
        status: whether it is being filled, was stopped, or is done.

    """

    columns: tuple[tuple[str, str], ...]
    papers: tuple[int, ...]
    total: int = 0
    set_name: str = ""
    query: str = ""
    selected: bool = False
    status: TableStatus = "filling"


class SavedTables:
    """The tables of a library by user, "" without log-in. Thread-safe."""

    def __init__(self, library: Callable[[], Library]) -> None:
        """Use the library that `library` opens."""
        self._library = library
        self._lock = threading.Lock()

    def all(self) -> dict[str, SavedTable]:
        """The table of each user who has one.

        Raises:
            LibraryError: the library cannot be read.
        """
        known = {field.name for field in fields(SavedTable)}
        found = json.loads(self._library().metadata.get(_KEY) or "{}")
        return {
            owner: SavedTable(
                **{
                    **{name: value for name, value in one.items() if name in known},
                    "columns": tuple((str(name), str(asked)) for name, asked in one["columns"]),
                    "papers": tuple(int(number) for number in one["papers"]),
                }
            )
            for owner, one in found.items()
        }

    def save(self, owner: str, table: SavedTable) -> None:
        """Store the table of `owner`, in place of the one before.

        Raises:
            LibraryError: the library cannot be written.
        """
        with self._lock:
            tables = self.all() | {owner: table}
            found = {name: asdict(one) for name, one in tables.items()}
            self._library().metadata.set(_KEY, json.dumps(found, ensure_ascii=False))

    def set_status(self, owner: str, table: SavedTable, status: TableStatus) -> SavedTable:
        """Store `table` with another status, and return it.

        Raises:
            LibraryError: the library cannot be written.
        """
        changed = replace(table, status=status)
        self.save(owner, changed)
        return changed
