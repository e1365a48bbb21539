"""Which file the setting `model` means: a path, or the name of a model on this computer."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError
from assistant.models.local.candidates import as_path

if TYPE_CHECKING:
    from assistant.models.model_files import ModelDetails
    from assistant.settings import Settings

_LATEST = ":latest"


def selected_file(settings: Settings) -> Path | None:
    """The file of the selected model; None for the bundled one, and for a model on a server.

    A path need not exist.

    Raises:
        ModelError: no model on this computer has this name, or several have.
    """
    return find_file(str(settings.model), settings) if isinstance(settings.model, Path) else None


def find_file(given: str, settings: Settings) -> Path:
    """The file of the model `given`, a path or a name. A path need not exist.

    Raises:
        ModelError: no model on this computer has this name, or several have.
    """
    return as_path(given) or find_model(given, settings).file


def find_model(name: str, settings: Settings) -> ModelDetails:
    """The model on this computer with the name `name`; case is ignored.

    Raises:
        ModelError: no usable model has this name, or several have.
    """
    from assistant.models.local.found_models import find_models

    found = find_models(settings)
    wanted = {name.casefold(), f"{name}{_LATEST}".casefold()}
    matches = [model for model in found.usable if model.name.casefold() in wanted]
    if len(matches) == 1:
        return matches[0]
    if matches:
        paths = " or ".join(str(model.file) for model in matches)
        raise ModelError(f"{name}: several models have this name. Give the path: {paths}.")
    for unusable in found.unusable:
        if unusable.name.casefold() in wanted:
            raise ModelError(f"{name}: {unusable.reason}.")
    names = [model.name for model in found.usable]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise ModelError(
        f"{name}: no model on this computer has this name. {hint}`assistant models` lists them."
    )
