"""Exports papers to citation formats, tables, JSON and Markdown, as a stream (docs/export.md).

`assistant.reading` reads BibTeX, RIS, CSL JSON and JSON lines back unchanged; docs/export.md lists
the exceptions.
"""

from assistant.exporting.formats import FORMATS, Format, Writable, format_of, write
from assistant.exporting.markdown import write_notes
from assistant.exporting.record import ExportRecord
from assistant.exporting.vault import Vault, VaultChanges

__all__ = [
    "FORMATS",
    "ExportRecord",
    "Format",
    "Vault",
    "VaultChanges",
    "Writable",
    "format_of",
    "write",
    "write_notes",
]
