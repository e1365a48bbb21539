"""A Zotero library and the papers here that follow it: what changed there, changes here.

Nothing is written to Zotero. Items are compared by their stamps, and only those that changed are
read as a whole. Each batch is one transaction, so after an interruption the next sync continues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from assistant.errors import UsageError
from assistant.library import Library, LinkedItem, LinkReport
from assistant.progress import NO_PROGRESS, Progress
from assistant.reading.format import NoPaper
from assistant.reading.invalid_identifiers import taken_remarks
from assistant.zotero.item import ZoteroItem, ZoteroLibrary, ZoteroSource
from assistant.zotero.papers import orphaned, paper_of_item

_BATCH = 500
# Fewer removals than this are never questioned, and neither are those of less than half.
_FEW = 10


@dataclass(frozen=True)
class Difference:
    """The items of a library that are new, changed, or gone since the last sync.

    `stamps` are of all items there are.
    """

    library: ZoteroLibrary
    stamps: dict[str, str]
    new: list[str]
    changed: list[str]
    gone: list[str]

    @property
    def nothing(self) -> bool:
        """Whether both sides are the same."""
        return not (self.new or self.changed or self.gone)


@dataclass(frozen=True)
class Skipped:
    """An item that is not imported, and why; or, if `imported`, a warning about it."""

    key: str
    why: str
    imported: bool = False


@dataclass
class SyncReport(LinkReport):
    """What became of the items of one library."""

    items: int = 0
    remarks: list[Skipped] = field(default_factory=list)


def differences(
    source: ZoteroSource, library: Library, *, groups: bool, full: bool = False
) -> list[Difference]:
    """What changed in each library of `source` since the last sync.

    With `full`, all items that were there count as changed, so that they are read again.

    Raises:
        ZoteroUnreadable: Zotero's library cannot be read.
    """
    found = []
    for zotero in source.libraries(groups=groups):
        now, known = source.stamps(zotero), library.linked.stamps(zotero.origin)
        new = [key for key in now if key not in known]
        changed = [key for key in now if key in known and (full or known[key] != now[key])]
        gone = [key for key in known if key not in now]
        found.append(Difference(zotero, now, new, changed, gone))
    return found


def check_removals(found: Sequence[Difference], library: Library) -> None:
    """Refuse to remove most of what follows a library: it may be another library by mistake.

    Raises:
        UsageError: more than half of the known items are gone.
    """
    for one in found:
        known = len(library.linked.stamps(one.library.origin))
        if len(one.gone) > max(_FEW, known / 2):
            raise UsageError(
                f"{len(one.gone):,} of the {known:,} items of {one.library.name} are gone from "
                "Zotero, and their papers would be removed here. Nothing was changed. If this is "
                "right, run the command again with --yes; else check --data-dir."
            )


def synchronize(
    source: ZoteroSource,
    library: Library,
    found: Difference,
    progress: Progress = NO_PROGRESS,
) -> SyncReport:
    """Make the papers that follow the library of `found` what they are in Zotero.

    A stop is obeyed between two batches. Items that are gone are removed last, and not after a
    stop: an item may be gone because another one with the same paper replaced it.

    Raises:
        LibraryError: the library cannot be written; what was done before stays.
    """
    report = SyncReport(items=len(found.stamps))
    wanted = found.new + found.changed
    progress.report(0, len(wanted), f"Syncing {found.library.name}")
    items = source.items(found.library, wanted)
    done = 0
    while not progress.stop_requested and (batch := list(islice(items, _BATCH))):
        linked = [_linked(item, found, report) for item in batch]
        report.add(library.linked.update(found.library.origin, linked))
        done += len(batch)
        progress.report(done)
    for gone in _batches(found.gone):
        if progress.stop_requested:
            break
        report.add(library.linked.remove(found.library.origin, gone, orphaned))
    if report.removed or report.changed:
        library.vectors.index.refresh()
    return report


def _linked(item: ZoteroItem, found: Difference, report: SyncReport) -> LinkedItem:
    taken_remarks()  # what another record left
    try:
        paper = paper_of_item(item, found.library)
    except NoPaper as error:
        report.remarks.append(Skipped(item.key, str(error)))
        paper = None
    report.remarks += [Skipped(item.key, remark, imported=True) for remark in taken_remarks()]
    return LinkedItem(item.key, found.stamps[item.key], paper)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
