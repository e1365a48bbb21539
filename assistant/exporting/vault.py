"""A folder of Obsidian notes that follows the library: only what changed is written.

What the user adds below the text of a note stays, and a note in which the user changed that text is
not written any more. A note may be renamed or moved within the folder. The note of a paper that is
no longer exported is removed if the user wrote nothing in it.

A hidden file in the folder has, for each note, how long its text was when it was written, and a
hash of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import OutputError
from assistant.exporting.markdown import NotePaths, note_keys, note_text, record_keys
from assistant.exporting.record import ExportRecord
from assistant.files import write_atomically

STATE = ".assistant-notes.json"
_ENDING = ".md"


@dataclass(frozen=True)
class _Written:
    """The text of a note as it was written: its length in bytes, and its hash."""

    length: int
    digest: str

    @classmethod
    def of(cls, text: bytes) -> _Written:
        return cls(len(text), hashlib.sha256(text).hexdigest()[:32])

    def begins(self, content: bytes) -> bool:
        """Whether `content` begins with that text."""
        return len(content) >= self.length and _Written.of(content[: self.length]) == self


@dataclass(frozen=True)
class _Note:
    """The file of a note, and the identifiers of its paper."""

    path: Path
    keys: tuple[str, ...]


@dataclass
class VaultChanges:
    """What one synchronization did: numbers of notes, and names of those that the user changed."""

    written: int = 0
    removed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)


class Vault:
    """The notes in a folder.

    Raises:
        OutputError: the folder cannot be created or read.
    """

    def __init__(self, folder: Path) -> None:
        """Create the folder if there is none."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._failed(error) from error

    def synchronize(self, records: Iterable[ExportRecord]) -> VaultChanges:
        """Make the notes those of `records`.

        After a failure or an interrupt, the next call does what is left.

        Raises:
            OutputError: a note cannot be read or written, or both of its possible names are taken.
        """
        changes = VaultChanges()
        try:
            before = self._state()
            after: dict[str, _Written] = {}
            try:
                self._synchronize(records, before, after, changes)
            except BaseException:
                # What was not reached is as it was.
                self._save(before, before | after)
                raise
            self._save(before, after)
        except OSError as error:
            raise self._failed(error) from error
        return changes

    def _synchronize(
        self,
        records: Iterable[ExportRecord],
        before: dict[str, _Written],
        after: dict[str, _Written],
        changes: VaultChanges,
    ) -> None:
        notes = self._notes()
        paths = NotePaths(self.folder)
        new: list[ExportRecord] = []
        for record in records:
            if note := notes.pop(record.id, None):
                after[record.id] = self._update(record, note, before.get(record.id), changes)
            elif notes:
                new.append(record)
            else:
                after[record.id] = self._create(record, paths, changes)
        # A paper that got a DOI, for example, has another id now. What is left are notes of papers
        # that are not exported under their ids.
        names = {key: paper_id for paper_id, note in notes.items() for key in note.keys}
        for record in new:
            old = next((it for key in record_keys(record) if (it := names.get(key)) in notes), None)
            if old is None:
                after[record.id] = self._create(record, paths, changes)
            else:
                note = notes.pop(old)
                after[record.id] = self._update(record, note, before.get(old), changes)
        for paper_id, note in notes.items():
            if kept := self._remove(note.path, before.get(paper_id), changes):
                after[paper_id] = kept

    def _create(self, record: ExportRecord, paths: NotePaths, changes: VaultChanges) -> _Written:
        """Write a new note."""
        text = note_text(record).encode()
        write_atomically(paths.reserve(record), text)
        changes.written += 1
        return _Written.of(text)

    def _update(
        self, record: ExportRecord, note: _Note, last: _Written | None, changes: VaultChanges
    ) -> _Written:
        """Write a note again if it has changed; return the text that is known to be there."""
        text = note_text(record).encode()
        now = _Written.of(text)
        content = note.path.read_bytes()
        if last not in (None, now) and last.begins(content):
            write_atomically(note.path, text + content[last.length :])
            changes.written += 1
            return now
        # Also where the last run was killed before it could say what it had written.
        if now.begins(content):
            changes.unchanged += 1
            return now
        changes.kept.append(note.path.relative_to(self.folder).as_posix())
        return last or now

    def _remove(self, path: Path, last: _Written | None, changes: VaultChanges) -> _Written | None:
        """Remove a note that has nothing of the user's; return what is known of one that stays."""
        content = path.read_bytes()
        if last is not None and last.begins(content) and not content[last.length :].strip():
            path.unlink()
            changes.removed += 1
            return None
        return last

    def _notes(self) -> dict[str, _Note]:
        """The notes of papers in the folder and the folders in it, by the id of their papers."""
        found: dict[str, _Note] = {}
        for path in sorted(self.folder.rglob(f"*{_ENDING}")):
            hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            if not hidden and (keys := note_keys(path)):
                found.setdefault(keys[0], _Note(path, keys[1:]))
        return found

    def _state(self) -> dict[str, _Written]:
        try:
            stored: Any = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
            return {name: _Written(int(one[0]), str(one[1])) for name, one in stored.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError, IndexError) as error:
            raise OutputError(
                f"{self.folder / STATE} is damaged, so it is not known which notes you changed. "
                "Delete it to keep every note that differs from the library as it is."
            ) from error

    def _save(self, before: dict[str, _Written], after: dict[str, _Written]) -> None:
        if after != before:
            rows = {name: [one.length, one.digest] for name, one in sorted(after.items())}
            write_atomically(self.folder / STATE, json.dumps(rows, ensure_ascii=True, indent=0))

    def _failed(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.folder}: cannot write notes there ({error.strerror or error}). "
            "Choose another folder."
        )
