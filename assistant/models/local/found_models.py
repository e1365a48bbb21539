"""All language models on this computer that can be used, and those that cannot, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelFileInvalid
from assistant.models.local.candidates import Candidate, Unusable, as_path, gguf_files
from assistant.models.local.programs import program_models
from assistant.models.local.split_files import is_later_part
from assistant.models.model_files import ModelDetails, model_name, read_model_details

if TYPE_CHECKING:
    from assistant.settings import Settings

# Folder of the library for the user's models.
FOLDER = "models"
_NO_TEMPLATE = "it has no chat template, so it is not a chat model"


@dataclass(frozen=True)
class FoundModels:
    """The models that can be chosen, and the files that cannot."""

    usable: list[ModelDetails]
    unusable: list[Unusable]


def local_models(settings: Settings) -> list[ModelDetails]:
    """The language models that can be chosen, for a list of choices; without the bundled one."""
    return find_models(settings).usable


def find_models(settings: Settings) -> FoundModels:
    """Look for language models: those of the user first, then those of other programs.

    The user's are beside the selected one, in the library's folder `models`, in the folder of
    downloaded models and in the cache. The bundled model is left out. Two names for one file are
    listed once.
    """
    from assistant.models.bundled_model import prepared_path

    usable: dict[Path, ModelDetails] = {}
    unusable: list[Unusable] = []
    seen = {_resolved(prepared_path(settings.cache))}
    for found in _candidates(settings):
        if isinstance(found, Unusable):
            unusable.append(found)
            continue
        # The other parts of a split model belong to the first one.
        target = _resolved(found.file)
        if target in seen or is_later_part(found.file.name):
            continue
        seen.add(target)
        try:
            usable[target] = _details(found)
        except ModelFileInvalid as error:
            reason = str(error).removeprefix(f"{found.file}: ")
            name = found.name or str(found.file)
            unusable.append(Unusable(name, found.program, reason.rstrip(".")))
    return FoundModels(list(usable.values()), unusable)


def _candidates(settings: Settings) -> Iterator[Candidate | Unusable]:
    folders = [
        (settings.library / FOLDER, "library"),
        (settings.model_folder, "downloaded"),
        (settings.cache, "cache"),
    ]
    selected = as_path(str(settings.model)) if isinstance(settings.model, Path) else None
    if selected and selected.parent not in [folder for folder, _ in folders]:
        folders.insert(0, (selected.parent, "same folder"))
    for folder, name in folders:
        for file in gguf_files(folder, 0):
            yield Candidate(file, "", name)
    yield from program_models()


def _details(found: Candidate) -> ModelDetails:
    """The details of a candidate.

    Raises:
        ModelFileInvalid: it cannot be used as a chat model.
    """
    details = read_model_details(
        found.file,
        name=found.name or model_name(found.file),
        program=found.program,
        licence=found.licence,
        sha256=found.sha256,
    )
    size = _size(found.file)
    if found.bytes is not None and size != found.bytes:
        raise ModelFileInvalid(
            f"{found.file}: has {size:,} bytes, but {found.program} expects {found.bytes:,}: an "
            "incomplete download or a changed file. Download it again."
        )
    if not details.info.text("tokenizer.chat_template"):
        raise ModelFileInvalid(f"{found.file}: {_NO_TEMPLATE}.")
    return details


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise ModelFileInvalid(f"{file}: cannot be read ({error.strerror}).") from error


def _resolved(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError):  # RuntimeError: a link to itself
        return file
