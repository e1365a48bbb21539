"""The models that `assistant models pull` knows by name, from `catalogue.json`.

Sizes and checksums are those of the named revision, so a file that is changed later is refused.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from assistant.errors import ModelError

FILE = "catalogue.json"


@dataclass(frozen=True)
class CatalogueModel:
    """A model that can be downloaded by name.

    Attributes:
        name: what the user types.
        title: display name.
        parameters: number of parameters.
        licence: SPDX identifier.
        quantization: type of most weights.
        repository: repository on huggingface.co.
        revision: its commit.
        file: file in the repository.
        bytes: size of the file.
        sha256: checksum of the file, 64 hexadecimal digits.
        memory: bytes of memory that answering needs with the default context.

    """

    name: str
    title: str
    parameters: int
    licence: str
    quantization: str
    repository: str
    revision: str
    file: str
    bytes: int
    sha256: str
    memory: int

    @property
    def url(self) -> str:
        """Address of the file, without a mirror."""
        return f"https://huggingface.co/{self.repository}/resolve/{self.revision}/{self.file}"


@lru_cache(maxsize=1)
def catalogue() -> tuple[CatalogueModel, ...]:
    """All models, the smallest first."""
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return tuple(CatalogueModel(**entry) for entry in json.loads(text))


def catalogue_model(name: str) -> CatalogueModel:
    """The model with the name `name`; case is ignored.

    Raises:
        ModelError: there is none.
    """
    models = {model.name: model for model in catalogue()}
    if found := models.get(name.casefold()):
        return found
    near = difflib.get_close_matches(name.casefold(), models, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise ModelError(
        f"{name}: no model of the catalogue has this name. {hint}Known are {', '.join(models)}. "
        "For any other model, give the address of its GGUF file."
    )
