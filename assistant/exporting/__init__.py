"""Papers -> files for other programs and for reading, as a stream.

One module a format. What BibTeX, RIS, CSL JSON and JSON lines can hold is read back by
`assistant.reading` as it was; docs/export.md says what is lost.
"""

from assistant.exporting.fields import Exported
from assistant.exporting.formats import FORMATS, Format, write
from assistant.exporting.obsidian import write_notes

__all__ = ["FORMATS", "Exported", "Format", "write", "write_notes"]
