"""The user's Zotero library: its items as papers that follow them, and TL;DRs for Zotero.

Zotero's files are only copied, never opened or written, and its local API is only asked on request.
"""

from assistant.zotero.database import BETTER_BIBTEX, ZoteroDatabase, open_database
from assistant.zotero.folder import DATABASE, Places, database_path
from assistant.zotero.item import OWN_LIBRARY, ZoteroItem, ZoteroLibrary, ZoteroSource
from assistant.zotero.last_sync import last_sync, save_last_sync, sync_summary
from assistant.zotero.local_api import PORT, ZoteroLocalApi
from assistant.zotero.papers import ORPHANED, paper_of_item
from assistant.zotero.sync import (
    Difference,
    Skipped,
    SyncReport,
    check_removals,
    differences,
    synchronize,
)
from assistant.zotero.tldr_notes import tldr_notes

__all__ = [
    "BETTER_BIBTEX",
    "DATABASE",
    "ORPHANED",
    "OWN_LIBRARY",
    "PORT",
    "Difference",
    "Places",
    "Skipped",
    "SyncReport",
    "ZoteroDatabase",
    "ZoteroItem",
    "ZoteroLibrary",
    "ZoteroLocalApi",
    "ZoteroSource",
    "check_removals",
    "database_path",
    "differences",
    "last_sync",
    "open_database",
    "paper_of_item",
    "save_last_sync",
    "sync_summary",
    "synchronize",
    "tldr_notes",
]
