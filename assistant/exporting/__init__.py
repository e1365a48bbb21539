"""Exports papers to citation formats, tables, JSON and Markdown, as a stream (docs/export.md).

`assistant.reading` reads BibTeX, RIS, CSL JSON and JSON lines back unchanged; docs/export.md lists
the exceptions.
"""

from assistant.exporting.formats import FORMATS, Format, write
from assistant.exporting.markdown import write_notes
from assistant.exporting.record import ExportRecord

__all__ = ["FORMATS", "ExportRecord", "Format", "write", "write_notes"]
