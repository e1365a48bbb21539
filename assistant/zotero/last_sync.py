"""The last sync of a library with Zotero: when and from where it was, and what it did in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from assistant.languages import Spoken, _, joined, ngettext
from assistant.library import Library
from assistant.zotero.sync import Difference, SyncReport

# Its name in the metadata of the library.
_NAME = "zotero_sync"


def last_sync(library: Library) -> dict[str, str]:
    """When the last sync was (`at`), from where (`place`), and the `database` synced last."""
    stored = library.metadata.get(_NAME)
    return json.loads(stored) if stored else {}


def save_last_sync(library: Library, place: str, *, is_database: bool) -> None:
    """Remember a complete sync that ended now; `place` is the database, or the address of the API.

    Raises:
        LibraryError: the library cannot be written.
    """
    at = datetime.now(UTC).isoformat(timespec="seconds")
    last = {**last_sync(library), "at": at, "place": place}
    library.metadata.set(_NAME, json.dumps({**last, "database": place} if is_database else last))


def sync_summary(found: Difference, report: SyncReport) -> Spoken:
    """What a sync did, in a sentence."""
    items = ngettext("{count} item in Zotero", "{count} items in Zotero", report.items)
    if found.nothing:
        return _("{items}; nothing has changed.", items=items)
    counts = [
        (report.added, _("{count} new", count=report.added)),
        (report.merged, _("{count} merged with papers here", count=report.merged)),
        (report.changed, _("{count} changed", count=report.changed)),
        (report.unchanged, _("{count} with the same content", count=report.unchanged)),
        (report.removed, _("{count} gone from Zotero", count=report.removed)),
        (report.skipped, _("{count} not papers", count=report.skipped)),
    ]
    parts: list[str] = [items, joined(what for count, what in counts if count) or _("no change")]
    if report.removed:
        parts.append(
            ngettext(
                "{count} paper removed here", "{count} papers removed here", report.removed_papers
            )
        )
    if report.kept:
        parts.append(_("{count} kept, because you tagged them", count=len(report.kept)))
    return _("{parts}.", parts=joined(parts, "; "))
