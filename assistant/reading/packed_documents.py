"""Documents that are zip archives inside: what they are called, and what to do with them."""

from __future__ import annotations

import re
import zipfile
import zlib

_TEXT = "save it as plain text (.txt) or PDF, and import that"
_TABLE = "save it as CSV, and import that"
_BOOK = "copy the titles and abstracts of its papers into a text file"
# Folders in which programs of Office keep their parts, https://ecma-international.org (ECMA-376).
_OFFICE = (
    ("word/", f"a Word document (.docx): {_TEXT}"),
    ("xl/", f"an Excel workbook (.xlsx): {_TABLE}"),
    ("ppt/", f"a PowerPoint presentation (.pptx): {_TEXT}"),
    ("visio/", f"a Visio drawing (.vsdx): {_TEXT}"),
)
# What the file `mimetype` of OpenDocument and EPUB says.
_MIME = (
    ("application/epub+zip", f"an e-book (.epub): {_BOOK}"),
    ("application/vnd.oasis.opendocument.text", f"an OpenDocument text (.odt): {_TEXT}"),
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        f"an OpenDocument spreadsheet (.ods): {_TABLE}",
    ),
    (
        "application/vnd.oasis.opendocument.presentation",
        f"an OpenDocument presentation (.odp): {_TEXT}",
    ),
)
_IWORK = re.compile(r"Index/[^/]+\.iwa|Index\.zip")
_OTHER = f"an office document: {_TEXT}; a table as CSV"
_LONGEST_MIME = 200


def document_kind(archive: zipfile.ZipFile) -> str | None:
    """What a document is that is a zip archive, and what to do; None for an archive of files."""
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        folders = {name.split("/", 1)[0] + "/" for name in names if "/" in name}
        return next((kind for folder, kind in _OFFICE if folder in folders), _OTHER)
    if "mimetype" in names:
        mime = _mime(archive)
        return next((kind for start, kind in _MIME if mime.startswith(start)), _OTHER)
    if "META-INF/container.xml" in names:
        return _MIME[0][1]
    if any(map(_IWORK.fullmatch, names)):
        return f"a document of Pages, Numbers or Keynote: {_TEXT}; a table as CSV"
    return None


def _mime(archive: zipfile.ZipFile) -> str:
    """The type that the document says it has; "" if that cannot be read."""
    try:
        with archive.open("mimetype") as packed:
            return packed.read(_LONGEST_MIME).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError):
        return ""
