"""Notes for Obsidian: a folder with one Markdown file a paper.

A note is called as its paper's title; where that is taken, by another paper or by a note that was
not made here, the paper's id follows in brackets. So a note of the user is never replaced, and
exporting again replaces the notes of the same papers only. Notes of papers that are gone stay.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.errors import OutputError
from assistant.exporting.fields import Exported, Fields, fields_of
from assistant.exporting.markdown import body, escaped
from assistant.files import write_atomically

_ENDING = ".md"
# File systems take 255 bytes; sync services and long folders take part of them.
_LONGEST_NAME = 120
# What Windows forbids, and what Obsidian's links cannot hold.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f]+')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_NOT_IN_TAGS = re.compile(r"[^\w/-]+")
_PAPER_ID = re.compile(r"^paper_id:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_HEAD_CHARACTERS = 16_384


def write_notes(papers: Iterable[Exported], folder: Path) -> int:
    """Write a note for each of `papers` into `folder`, which is made; returns how many.

    Each note appears whole or not at all.

    Raises:
        OutputError: a note cannot be written, or both of its names are taken by other notes.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        places = _Places(folder)
        count = 0
        for exported in papers:
            paper = fields_of(exported)
            write_atomically(places.of(paper), note(paper))
            count += 1
        return count
    except OSError as error:
        raise OutputError(
            f"{folder}: the notes cannot be written there ({error.strerror or error}). "
            "Choose another folder."
        ) from error


def note(paper: Fields) -> str:
    """The text of one note: front matter in YAML, then what is there to read."""
    lines = [f"{name}: {_yaml(value)}" for name, value in _front_matter(paper) if value]
    blocks = ["\n".join(["---", *lines, "---"]), f"# {escaped(paper.title)}", *body(paper)]
    return "\n\n".join(blocks) + "\n"


def _front_matter(paper: Fields) -> Iterator[tuple[str, str | list[str]]]:
    yield "paper_id", paper.id
    yield "title", paper.title
    yield "authors", list(paper.authors)
    yield "published", paper.published
    yield "arxiv", paper.arxiv
    yield "doi", paper.doi
    yield "pmid", paper.pmid
    yield "url", paper.url
    yield "tags", list(dict.fromkeys(tag for word in paper.tags if (tag := _tag(word))))
    yield "keywords", list(paper.tags)
    yield "tldr", paper.tldr


def _yaml(value: str | list[str]) -> str:
    """JSON, which every reader of YAML takes."""
    return json.dumps(value, ensure_ascii=False)


def _tag(word: str) -> str:
    """`word` as Obsidian has tags: letters, digits, `_`, `-` and `/`, not digits alone."""
    parts = (_NOT_IN_TAGS.sub("-", part).strip("-") for part in word.split("/"))
    tag = "/".join(part for part in parts if part)
    return f"_{tag}" if tag.isdecimal() else tag


class _Places:
    """Where notes of one export go; knows every name there is in the folder."""

    def __init__(self, folder: Path) -> None:
        """Look at the names in `folder`."""
        self._folder = folder
        self._there = {_folded(path.name): path for path in folder.iterdir()}
        self._taken: set[str] = set()

    def of(self, paper: Fields) -> Path:
        """The place of the note of `paper`, which is taken from now on.

        Raises:
            OutputError: both of its names are those of other notes.
        """
        identifier = _name(paper.id)
        title = _name(paper.title) or identifier
        suffix = f" ({_short(identifier)})"
        longest = _LONGEST_NAME - len(_ENDING)
        long_name = _cut(title, longest - len(suffix.encode())).rstrip(". ") + suffix
        for name in (_cut(title, longest).rstrip(". "), long_name):
            path = self._folder / f"{name}{_ENDING}"
            folded = _folded(path.name)
            there = self._there.get(folded)
            if folded not in self._taken and (there is None or _is_note_of(there, paper.id)):
                self._taken.add(folded)
                return there or path
        raise OutputError(
            f"{self._folder / long_name}{_ENDING} is another note. "
            "Move it away, or choose another folder."
        )


def _folded(name: str) -> str:
    """`name` as file systems compare it: many do not tell case, or accents' encoding, apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _name(text: str) -> str:
    """`text` as every file system takes it for a name; may be empty."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", text).split()).strip(". ")
    return _DEVICE.sub(r"_\g<0>", name, count=1) if _DEVICE.match(name) else name


def _short(identifier: str) -> str:
    """`identifier`, or its beginning and what tells it from others with the same."""
    if len(identifier.encode()) <= _LONGEST_NAME // 2:
        return identifier
    digest = hashlib.sha256(identifier.encode()).hexdigest()[:8]
    return f"{_cut(identifier, _LONGEST_NAME // 2)} {digest}"


def _cut(text: str, size: int) -> str:
    """As much of `text` as fits into `size` bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")


def _is_note_of(path: Path, paper_id: str) -> bool:
    """Whether a note of this paper that was made here is at `path`."""
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(_HEAD_CHARACTERS)
    front = head.split("\n---", 1)[0] if head.startswith("---\n") else ""
    found = _PAPER_ID.search(front)
    return found is not None and paper_id in (found[1], _unquoted(found[1]))


def _unquoted(value: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        # Obsidian may have written it anew, with other quotes.
        return value.strip("'")
