"""Models of Ollama: manifests that name blobs.

`manifests/HOST/NAMESPACE/MODEL/TAG` is JSON. Its layer `application/vnd.ollama.image.model` is a
GGUF file, `blobs/sha256-HEX`. Nothing here is changed or moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.models.local.candidates import (
    SHA256,
    Candidate,
    Unusable,
    files_below,
    is_file,
    read_text,
)

PROGRAM = "Ollama"
_LAYER = "application/vnd.ollama.image."
_DEFAULT_HOST = "registry.ollama.ai"
_DEFAULT_NAMESPACE = "library"
_BLOB = "sha256-"


@dataclass(frozen=True)
class _Layer:
    kind: str
    digest: str
    bytes: int | None


def ollama_models(folder: Path) -> Iterator[Candidate | Unusable]:
    """The models in the Ollama folder `folder` (the one that contains `manifests`)."""
    for manifest in files_below(folder / "manifests", 4):
        yield _model(folder, manifest)


def blob_name(blob: Path) -> str:
    """Ollama's name for the model in the file `blob`; "" if that is not a blob of Ollama."""
    if not blob.name.startswith(_BLOB) or blob.parent.name != "blobs":
        return ""
    for found in ollama_models(blob.parent.parent):
        if isinstance(found, Candidate) and found.file.name == blob.name:
            return found.name
    return ""


def _model(folder: Path, manifest: Path) -> Candidate | Unusable:
    name = _name(manifest)
    layers = _layers(read_text(manifest))
    if layers is None:
        return Unusable(name, PROGRAM, f"its manifest cannot be read: {manifest}")
    models = [layer for layer in layers if layer.kind == "model"]
    kinds = {layer.kind for layer in layers}
    if "tensor" in kinds:
        return Unusable(
            name, PROGRAM, "its tensors are separate files, which only Ollama itself can open"
        )
    if "adapter" in kinds:
        return Unusable(name, PROGRAM, "it is a model with an adapter, which is not supported")
    if len(models) != 1:
        return Unusable(
            name, PROGRAM, f"its manifest names {len(models) or 'no'} model files instead of one"
        )
    (model,) = models
    blobs = folder / "blobs"
    file = blobs / f"{_BLOB}{model.digest}"
    if not is_file(file):
        return Unusable(name, PROGRAM, f"its file is missing: {file}. Pull it with Ollama again")
    licence = next(
        (
            _first_line(read_text(blobs / f"{_BLOB}{layer.digest}"))
            for layer in layers
            if layer.kind == "license"
        ),
        "",
    )
    return Candidate(file, name, PROGRAM, licence, sha256=model.digest, bytes=model.bytes)


def _name(manifest: Path) -> str:
    host, namespace, model, tag = manifest.parts[-4:]
    name = f"{model}:{tag}"
    if host != _DEFAULT_HOST:
        return f"{host}/{namespace}/{name}"
    return name if namespace == _DEFAULT_NAMESPACE else f"{namespace}/{name}"


def _layers(text: str) -> list[_Layer] | None:
    """The layers of a manifest; None if it is not one."""
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return None
    layers = manifest.get("layers") if isinstance(manifest, dict) else None
    if not isinstance(layers, list):
        return None
    found = []
    for layer in layers:
        if not isinstance(layer, dict):
            return None
        kind, digest, size = (layer.get(key) for key in ("mediaType", "digest", "size"))
        if not isinstance(kind, str) or not kind.startswith(_LAYER):
            continue
        digest = digest.removeprefix("sha256:") if isinstance(digest, str) else ""
        # The digest becomes part of a path.
        if not SHA256.fullmatch(digest):
            return None
        found.append(_Layer(kind.removeprefix(_LAYER), digest, size if _is_size(size) else None))
    return found


def _is_size(size: object) -> bool:
    return isinstance(size, int) and not isinstance(size, bool) and size >= 0


def _first_line(text: str) -> str:
    lines = (line.strip(" #*\t\ufeff") for line in text.splitlines())
    return next(filter(None, lines), "")[:60]
