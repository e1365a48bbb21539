"""Imports that are not complete: their files and decisions are kept in the library folder.

So an import can be completed after it was stopped, or after the server was. Each has a folder of
its own, which is removed when it is complete.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import LibraryError
from assistant.files import remove_leftovers, temporary_folder
from assistant.languages import Spoken, joined, ngettext
from assistant.web.ingestion.import_run import ImportRun
from assistant.web.ingestion.preview import PASTED, Decision, Input

# The folder in the library folder. Folders in it are named by a hash of what is imported.
FOLDER = "imports"
_DESCRIPTION = "import.json"
_KEY_LENGTH = 32
_KEY = re.compile(rf"[0-9a-f]{{{_KEY_LENGTH}}}")
_MOST_NAMES = 3


class _Kept(BaseModel):
    """The file `import.json`. Beside it, the inputs are files named by their places in `inputs`."""

    model_config = ConfigDict(extra="forbid")

    inputs: list[_KeptInput]
    probable: bool
    decisions: list[Decision]
    expected: int


class _KeptInput(BaseModel):
    name: str
    is_text: bool


class UnfinishedImports:
    """The imports of a library that are not complete. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        """Keep them in the library folder `folder`."""
        self._folder = folder / FOLDER
        self._lock = threading.Lock()
        # What was read of each, and the time of the file it was read from.
        self._read: dict[str, tuple[int, _Kept]] = {}

    def keep(self, run: ImportRun) -> str:
        """Keep `run` until `discard`; return its key, which is the same for the same inputs.

        Raises:
            LibraryError: the library folder cannot be written.
        """
        inputs = [given for given in run.inputs if _exists(given)]
        kept = _Kept(
            inputs=[_KeptInput(name=str(one.name), is_text=one.path is None) for one in inputs],
            probable=run.probable,
            decisions=list(run.decisions),
            expected=run.expected,
        )
        digest = hashlib.sha256()
        try:
            self._folder.mkdir(exist_ok=True)
            self._remove_unusable()
            with temporary_folder(self._folder / "import") as work:
                for place, given in enumerate(inputs):
                    _keep_input(given, work / str(place))
                    name = given.name if given.path else ""
                    digest.update(_digest_of(name, work / str(place)))
                (work / _DESCRIPTION).write_text(kept.model_dump_json(), encoding="utf-8")
                key = digest.hexdigest()[:_KEY_LENGTH]
                with self._lock:
                    # An import of the same inputs continues with the latest decisions.
                    shutil.rmtree(self._folder / key, ignore_errors=True)
                    work.replace(self._folder / key)
        except OSError as error:
            raise LibraryError(
                f"The files cannot be kept in {self._folder} until the import is complete: "
                f"{error.strerror or error}. Nothing was imported."
            ) from error
        return key

    def run(self, key: str) -> ImportRun | None:
        """The import with this key, to be run again; None if it is not kept any more."""
        kept = self._kept(key)
        if kept is None:
            return None
        inputs = []
        for place, given in enumerate(kept.inputs):
            path = self._folder / key / str(place)
            if given.is_text:
                with suppress(OSError):
                    inputs.append(Input(PASTED, text=path.read_bytes().decode("utf-8")))
            else:
                inputs.append(Input(given.name, path))
        return ImportRun(inputs, kept.probable, kept.decisions, kept.expected)

    def names(self) -> dict[str, Spoken]:
        """The names of the files of each import, as a phrase, by key; the oldest import first."""
        try:
            folders = sorted(self._folder.iterdir(), key=lambda one: one.stat().st_mtime_ns)
        except OSError:
            return {}
        return {
            folder.name: _phrase([PASTED if given.is_text else given.name for given in kept.inputs])
            for folder in folders
            if (kept := self._kept(folder.name))
        }

    def discard(self, key: str) -> None:
        """Remove what is kept of an import; what it imported stays in the library."""
        if key in self.names():
            with self._lock:
                shutil.rmtree(self._folder / key, ignore_errors=True)
            with suppress(OSError):
                self._folder.rmdir()  # only if it was the last one

    def _remove_unusable(self) -> None:
        """Remove what killed processes left, and what cannot be read any more."""
        remove_leftovers(self._folder / "import")
        for folder in self._folder.iterdir():
            if _KEY.fullmatch(folder.name) and self._kept(folder.name) is None:
                shutil.rmtree(folder, ignore_errors=True)

    def _kept(self, key: str) -> _Kept | None:
        # A key from a browser is a name in this folder, or nothing.
        if not _KEY.fullmatch(key):
            return None
        path = self._folder / key / _DESCRIPTION
        try:
            changed = path.stat().st_mtime_ns
            known = self._read.get(key)
            if known is None or known[0] != changed:
                kept = _Kept.model_validate_json(path.read_bytes())
                self._read[key] = known = (changed, kept)
        except (OSError, ValidationError):
            return None
        return known[1]


def _exists(given: Input) -> bool:
    """Whether the input is there; the import itself reports the others."""
    return given.path is None or given.path.is_file()


def _keep_input(given: Input, target: Path) -> None:
    """Keep an input as the file `target`: a second name of an upload, or a copy of it."""
    if given.path is None:
        target.write_text(given.text, encoding="utf-8", errors="replace", newline="")
        return
    try:
        os.link(given.path, target)
    except OSError:
        shutil.copyfile(given.path, target)


def _digest_of(name: str, path: Path) -> bytes:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256")
    digest.update(name.encode("utf-8", "replace"))
    return digest.digest()


def _phrase(names: Sequence[str]) -> Spoken:
    shown = list(names[:_MOST_NAMES])
    more = len(names) - len(shown)
    if more:
        shown.append(ngettext("{count} more file", "{count} more files", more))
    return joined(shown)
