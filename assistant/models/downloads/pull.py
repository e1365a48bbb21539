"""Downloads a model with all its files, checks it, and puts it into the folder of models."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import DownloadFailed, ModelFileInvalid
from assistant.files import flush_to_disk
from assistant.models.checksum import sha256_of, sidecar_of, verify_sidecar, write_sidecar
from assistant.models.downloads.source import DownloadSource, RemoteFile, proxy_of
from assistant.models.downloads.transfer import Transfer, part_of
from assistant.models.gguf import inspect_gguf
from assistant.models.model_files import inspect_language_model
from assistant.progress import Progress, retry_delay
from assistant.text.formatting import format_size

# Bytes that stay free on the disk.
_RESERVE = 200_000_000


@dataclass(frozen=True)
class Pulled:
    """A model that has been downloaded.

    Attributes:
        file: the model's file, the first one if it has several.
        verified: whether the checksum was known before; else only length and header were checked.
        contacted: whether anything was downloaded.

    """

    file: Path
    verified: bool
    contacted: bool


def pull_model(
    source: DownloadSource,
    folder: Path,
    progress: Progress,
    announce: Callable[[str], None],
    delay: Callable[[int], float] = retry_delay,
) -> Pulled | None:
    """Download the files of `source` that are missing in `folder`; None if it was stopped.

    A file appears under its name when it is complete and checked. A stopped or failed download
    continues where it ended.

    Args:
        source: what to download.
        folder: where to; created if needed.
        progress: gets the megabytes that have arrived, and can stop the download.
        announce: gets one line for the user before each host is contacted for the first time.
        delay: seconds to wait after the n-th failure in a row.

    Raises:
        DownloadFailed: a server refuses or fails, the disk is full, or the file is another one.
        ModelFileInvalid: what arrived is not a language model.

    """
    verified, contacted = True, False
    for number, file in enumerate(source.files, 1):
        target = folder / file.name
        if target.exists():
            verified &= _check_existing(target, file)
            continue
        step = f"Downloading {file.name}, in MB"
        if len(source.files) > 1:
            step += f" ({number} of {len(source.files)} files)"
        progress.report(0, 0, step)
        _prepare(folder, file)
        if not contacted:
            announce(_announcement(source))
            contacted = True
        try:
            with FileLock(folder / f".{file.name}.lock", timeout=0):
                known = _download(file, target, progress, announce, delay)
        except Timeout as error:
            raise DownloadFailed(
                f"{target}: another command is downloading this file. Wait until it is finished."
            ) from error
        except OSError as error:
            raise DownloadFailed(
                f"{folder}: cannot be written ({error.strerror or error}). Choose another folder "
                "with ASSISTANT_MODEL_FOLDER."
            ) from error
        if known is None:
            return None
        verified &= known
    first = folder / source.files[0].name
    inspect_language_model(first)
    return Pulled(first, verified, contacted)


def _announcement(source: DownloadSource) -> str:
    first = source.files[0]
    facts = [first.name]
    if source.model:
        facts = [source.model.title, format_size(source.model.bytes), source.model.licence]
    elif len(source.files) > 1:
        facts.append(f"{len(source.files)} files")
    proxy = proxy_of(first.url)
    through = f" through the proxy {proxy}" if proxy else ""
    return f"Contacting {source.host}{through} to download {', '.join(facts)}."


def _check_existing(target: Path, file: RemoteFile) -> bool:
    """Whether the file that is there already has a checksum that could be compared.

    Raises:
        ModelFileInvalid: it is damaged, or it is another file.
    """
    inspect_gguf(target)
    if file.sha256 is None:
        return verify_sidecar(target)
    if sha256_of(target) != file.sha256:
        raise ModelFileInvalid(
            f"{target}: exists already, but it is another or a changed file. Move or delete it, "
            "and run the command again."
        )
    return True


def _prepare(folder: Path, file: RemoteFile) -> None:
    """Create `folder` and check that it has room.

    Raises:
        DownloadFailed: it cannot be created, or has no room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        part = part_of(folder / file.name)
        arrived = part.stat().st_size if part.exists() else 0
    except OSError as error:
        raise DownloadFailed(
            f"{folder}: cannot be created ({error.strerror or error}). Choose another folder with "
            "ASSISTANT_MODEL_FOLDER."
        ) from error
    if file.bytes and free < max(0, file.bytes - arrived) + _RESERVE:
        raise DownloadFailed(
            f"{folder}: the file has {format_size(file.bytes)}, but only {format_size(free)} are "
            "free. Free some space, or choose another folder with ASSISTANT_MODEL_FOLDER."
        )


def _download(
    file: RemoteFile,
    target: Path,
    progress: Progress,
    announce: Callable[[str], None],
    delay: Callable[[int], float],
) -> bool | None:
    """Download one file; whether its checksum was known before, None if it was stopped."""
    transfer = Transfer(file, target, progress, announce, delay)
    if not transfer.run():
        return None
    progress.report(0, 0, f"Checking {file.name}")
    expected = file.sha256 or transfer.version.sha256
    try:
        # The header first: it says best what else may have been sent.
        inspect_gguf(transfer.part)
        checksum = sha256_of(transfer.part)
    except ModelFileInvalid as error:
        transfer.discard()
        reason = str(error).removeprefix(f"{transfer.part}: ")
        raise DownloadFailed(f"{file.url}: what the server sent {reason}") from error
    if expected and checksum != expected:
        transfer.discard()
        raise DownloadFailed(
            f"{file.url}: wrong checksum, expected SHA-256 {expected[:12]}..., received "
            f"{checksum[:12]}.... The file was damaged on the way, or exchanged. It was deleted; "
            "try again."
        )
    try:
        flush_to_disk(transfer.part)
        sidecar_of(target).unlink(missing_ok=True)
        transfer.keep(target)
        write_sidecar(target, checksum)
    except OSError as error:
        raise DownloadFailed(f"{target}: cannot be written ({error.strerror or error}).") from error
    return expected is not None
