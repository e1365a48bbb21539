"""Markdown export: one file with a section per paper, or a folder of Obsidian notes.

The file name of a note is the title of its paper, followed by the paper's id in parentheses if
another paper or another note has that name. Exporting again replaces only notes of the same papers,
never a note of the user. Notes of removed papers stay.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.errors import OutputError
from assistant.exporting.record import ExportRecord
from assistant.files import write_atomically
from assistant.reference import zotero_link
from assistant.text.formatting import markdown_text

_ENDING = ".md"
# In bytes. File systems allow 255, but long paths and synchronization services need a margin.
_MAX_NAME = 120
# Not allowed in file names by Windows, or in links by Obsidian.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f]+')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_NOT_IN_TAGS = re.compile(r"[^\w/-]+")
_IDENTIFIERS = re.compile(r"^(paper_id|doi|arxiv|pmid):[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_HEAD_CHARACTERS = 16_384


def markdown(records: Iterable[ExportRecord]) -> Iterator[str]:
    """A heading and a section per record."""
    for record in records:
        yield "\n\n".join([f"## {markdown_text(record.shown_title)}", *_body(record)]) + "\n\n"


def write_notes(records: Iterable[ExportRecord], folder: Path) -> int:
    """Write one note per record into `folder`, create it if missing, and return their number.

    Each note is written atomically.

    Raises:
        OutputError: a note cannot be written, or both of its possible names are taken.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = NotePaths(folder)
        count = 0
        for record in records:
            write_atomically(paths.reserve(record), note_text(record))
            count += 1
        return count
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot write notes there ({error.strerror or error}). "
            "Choose another folder."
        ) from error


def _body(record: ExportRecord) -> Iterator[str]:
    """The paragraphs after the title: authors, year and link; TL;DR; the lines of the abstract."""
    link = f"<{record.link}>" if record.link else ""
    byline = (markdown_text(", ".join(record.authors)), record.published[:4], link)
    if line := " · ".join(part for part in byline if part):
        yield line
    if record.tldr:
        yield f"**TL;DR:** {markdown_text(record.tldr)}"
    yield from (markdown_text(line) for line in record.abstract.split("\n") if line.strip())


def note_text(record: ExportRecord) -> str:
    """The note of a paper: YAML front matter, then its text."""
    # JSON is valid YAML.
    front_matter = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in _front_matter(record)
        if value
    ]
    title = f"# {markdown_text(record.shown_title)}"
    blocks = ["\n".join(["---", *front_matter, "---"]), title, *_body(record)]
    return "\n\n".join(blocks) + "\n"


def _front_matter(record: ExportRecord) -> Iterator[tuple[str, str | list[str]]]:
    yield "paper_id", record.id
    yield "title", record.title
    yield "authors", list(record.authors)
    yield "published", record.published
    yield "arxiv", record.arxiv
    yield "doi", record.doi
    yield "pmid", record.pmid
    yield "url", record.url
    yield "zotero", zotero_link(record.reference)
    yield "tags", list(dict.fromkeys(tag for word in record.tags if (tag := _obsidian_tag(word))))
    yield "keywords", list(record.tags)
    yield "tldr", record.tldr


def _obsidian_tag(word: str) -> str:
    """`word` as an Obsidian tag: only allowed characters, and a leading `_` if it is a number."""
    parts = (_NOT_IN_TAGS.sub("-", part).strip("-") for part in word.split("/"))
    tag = "/".join(part for part in parts if part)
    return f"_{tag}" if tag.isdecimal() else tag


class NotePaths:
    """The paths of the notes of one export."""

    def __init__(self, folder: Path) -> None:
        """Read the names of the files in `folder`."""
        self._folder = folder
        self._existing = {_folded(path.name): path for path in folder.iterdir()}
        self._reserved: set[str] = set()

    def reserve(self, record: ExportRecord) -> Path:
        """The path of the note of `record`.

        Raises:
            OutputError: both of its possible names are taken.
        """
        identifier = _file_name(record.id)
        title = _file_name(record.title) or identifier
        suffix = f" ({_shortened_id(identifier)})"
        size = _MAX_NAME - len(_ENDING)
        long_name = _cut(title, size - len(suffix.encode())).rstrip(". ") + suffix
        for name in (_cut(title, size).rstrip(". "), long_name):
            path = self._folder / f"{name}{_ENDING}"
            folded = _folded(path.name)
            existing = self._existing.get(folded)
            if folded not in self._reserved and (
                existing is None or _is_note_of(existing, record.id)
            ):
                self._reserved.add(folded)
                return existing or path
        raise OutputError(
            f"{self._folder / long_name}{_ENDING} is another note. "
            "Move it away, or choose another folder."
        )


def _folded(name: str) -> str:
    """`name` for comparisons: many file systems ignore case and Unicode normalization."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _file_name(text: str) -> str:
    """`text` as a file name that is valid on every file system; may be empty."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", text).split()).strip(". ")
    return _DEVICE.sub(r"_\g<0>", name, count=1) if _DEVICE.match(name) else name


def _shortened_id(identifier: str) -> str:
    """`identifier`; if it is long, a prefix with a hash that keeps it unique."""
    if len(identifier.encode()) <= _MAX_NAME // 2:
        return identifier
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:8]
    return f"{_cut(identifier, _MAX_NAME // 2)} {digest}"


def _cut(text: str, size: int) -> str:
    """The longest prefix of `text` of at most `size` bytes in UTF-8."""
    return text.encode()[:size].decode(errors="ignore")


def _is_note_of(path: Path, paper_id: str) -> bool:
    """Whether `path` is an exported note of this paper."""
    return note_keys(path)[:1] == (paper_id,)


def note_keys(path: Path) -> tuple[str, ...]:
    """What the exported note `path` says of its paper: its id, then its identifiers.

    Identifiers are written as in `record_keys`. () if the file is no exported note.
    """
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(_HEAD_CHARACTERS)
    front_matter = head.split("\n---", 1)[0] if head.startswith("---\n") else ""
    values = {name: _unquoted(value) for name, value in _IDENTIFIERS.findall(front_matter)}
    if "paper_id" not in values:
        return ()
    return values.pop("paper_id"), *(f"{name}:{value}".lower() for name, value in values.items())


def record_keys(record: ExportRecord) -> tuple[str, ...]:
    """The identifiers of a record, such as `doi:10.1000/x`, in small letters."""
    pairs = (("doi", record.doi), ("arxiv", record.arxiv), ("pmid", record.pmid))
    return tuple(f"{name}:{value}".lower() for name, value in pairs if value)


def _unquoted(value: str) -> str:
    try:
        return str(json.loads(value))
    except ValueError:
        # Obsidian may have changed the quotation marks.
        return value.strip("'")
