"""Models that are split into several files, such as `model-00001-of-00003.gguf`.

llama.cpp opens all parts when it is given the first one, and finds the others by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assistant.errors import ModelFileInvalid
from assistant.models.gguf import GgufInfo

_PART = re.compile(r"(?P<prefix>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<suffix>\.gguf)?")
# Far above any real model.
_MAX_PARTS = 1000


def part_names(name: str) -> list[str]:
    """Names of all parts of the split model that the file `name` is part of; else `[name]`."""
    match = _PART.fullmatch(name)
    count = int(match["count"]) if match else 0
    if not match or not 1 < count <= _MAX_PARTS or not 0 < int(match["number"]) <= count:
        return [name]
    suffix = match["suffix"] or ""
    return [f"{match['prefix']}-{n:05}-of-{count:05}{suffix}" for n in range(1, count + 1)]


def split_parts(file: Path) -> list[Path]:
    """All files of the model that `file` is part of; only `file` if it is not split."""
    return [file.with_name(name) for name in part_names(file.name)]


def is_later_part(name: str) -> bool:
    """Whether the file `name` is a part of a split model, but not the first one."""
    return part_names(name)[0] != name


def unsplit_name(stem: str) -> str:
    """`stem` without the numbers of a part: `model-00001-of-00003` is `model`."""
    match = _PART.fullmatch(stem)
    return match["prefix"] if match else stem


def inspect_parts(first: GgufInfo, inspect: Callable[[Path], GgufInfo]) -> GgufInfo:
    """The header of the whole model that `first` belongs to; `inspect` reads that of a part.

    Raises:
        ModelFileInvalid: `first` is not the first part, or a part is missing, invalid or of another
            model.
    """
    count = first.integer("split.count")
    if count <= 1:
        return first
    files = split_parts(first.path)
    if len(files) != count:
        raise ModelFileInvalid(
            f"{first.path}: is part of a model in {count} files, but its name does not end with "
            f"-00001-of-{count:05}.gguf. Restore the original file names."
        )
    if first.path != files[0] or first.integer("split.no") != 0:
        raise ModelFileInvalid(
            f"{first.path}: is a later part of a model in {count} files. Specify the first part, "
            f"{files[0].name}."
        )
    parts = [first]
    for number, file in enumerate(files[1:], 1):
        if not file.is_file():
            raise ModelFileInvalid(
                f"{file}: part {number + 1} of {count} of this model is missing. Download it into "
                "the same folder."
            )
        part = inspect(file)
        if part.integer("split.no") != number or part.integer("split.count") != count:
            raise ModelFileInvalid(
                f"{file}: is not part {number + 1} of {count} of {first.path.name}. Download it "
                "again."
            )
        parts.append(part)
    tensors = sum(part.tensors for part in parts)
    declared = first.integer("split.tensors.count", tensors)
    if tensors != declared:
        raise ModelFileInvalid(
            f"{first.path}: its parts have {tensors} tensors together, but {declared} are needed. "
            "Download all parts again."
        )
    return replace(
        first,
        tensors=tensors,
        values=sum(part.values for part in parts),
        needed_bytes=sum(part.needed_bytes for part in parts),
    )
