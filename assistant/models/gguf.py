"""The header of a GGUF file, read and checked without llama.cpp, which aborts on some broken ones.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Nothing is allocated or walked by
a length from the file before that length is known to fit the file.
"""

from __future__ import annotations

import mmap
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from assistant.errors import ModelFileInvalid
from assistant.models.ggml_types import GGML_BLOCKS

Scalar = str | int | float | bool

_FORMATS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRUCTS = {kind: struct.Struct(f"<{code}") for kind, code in _FORMATS.items()}
_U32, _U64 = _STRUCTS[4], _STRUCTS[10]
_STRING, _ARRAY = 8, 9

# Far above any real model; what is beyond is damage, not size.
_MOST_KEYS = 100_000
_MOST_TENSORS = 1_000_000
_MOST_ELEMENTS = 10_000_000
_LONGEST_STRING = 16 * 1024 * 1024
_MOST_DIMENSIONS = 4

_GET_AGAIN = "Get the file again."
_LOOKS_LIKE = (
    (b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
    (b"PK\x03\x04", "a ZIP archive or a PyTorch checkpoint; look for the .gguf version"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"tjgg", "a model in the old GGML format; look for the .gguf version"),
    (b"fmgg", "a model in the old GGML format; look for the .gguf version"),
    (b"lmgg", "a model in the old GGML format; look for the .gguf version"),
    (b"\0" * 16, "a download that was never filled; get the file again"),
)


@dataclass(frozen=True)
class GgufInfo:
    """What the header of a whole GGUF file says.

    `metadata` has the scalars and strings; arrays, such as the vocabulary, are left out.
    `needed_bytes` is the size the file must have at least, which `inspect_gguf` has checked.
    """

    path: Path
    version: int
    tensors: int
    needed_bytes: int
    metadata: Mapping[str, Scalar]

    @property
    def name(self) -> str:
        """`general.name`, else the file's name without its ending."""
        return str(self.metadata.get("general.name") or self.path.stem)

    @property
    def architecture(self) -> str | None:
        """`general.architecture`, such as `llama`."""
        found = self.metadata.get("general.architecture")
        return found if isinstance(found, str) else None

    @property
    def is_adapter(self) -> bool:
        """Whether this is a LoRA adapter, which needs the model it was trained for."""
        return self.metadata.get("general.type") == "adapter"

    @property
    def chat_template(self) -> str | None:
        """The Jinja chat template, if it has one."""
        found = self.metadata.get("tokenizer.chat_template")
        return found if isinstance(found, str) else None

    @property
    def context_length(self) -> int | None:
        """The most tokens the model was trained for."""
        found = self.metadata.get(f"{self.architecture}.context_length")
        return found if isinstance(found, int) else None


def inspect_gguf(path: Path) -> GgufInfo:
    """Read the header of `path` and check that the file holds every tensor it announces.

    Raises:
        ModelFileInvalid: missing, a folder, not permitted, no GGUF, cut short or damaged.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ModelFileInvalid(f"{path}: is a folder. Name the .gguf file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ModelFileInvalid(f"{path}: is not a regular file. Name a .gguf file.")
        if not status.st_size:
            raise ModelFileInvalid(f"{path}: is empty. {_GET_AGAIN}")
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return _Header(path, data).read()
    except FileNotFoundError as error:
        raise ModelFileInvalid(f"{path}: there is no such file. Check its name.") from error
    except PermissionError as error:
        raise ModelFileInvalid(f"{path}: no permission to read it. Change its rights.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ModelFileInvalid(f"{path}: cannot be read ({reason}).") from error


class _Header:
    """One pass over the mapped file."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._size = len(data)
        self._position = 0

    def read(self) -> GgufInfo:
        self._check_magic()
        version = self._scalar(_U32)
        if version not in (2, 3):
            if int.from_bytes(version.to_bytes(4, "big"), "little") in (1, 2, 3):
                self._refuse("is a big-endian GGUF; look for the little-endian version")
            if version == 1:
                self._refuse("is a GGUF of version 1, no longer read; look for a newer one")
            self._refuse(f"has GGUF version {version}; only 2 and 3 are known. {_GET_AGAIN}")
        tensors = self._count(_MOST_TENSORS, "tensors", at_least=24)
        keys = self._count(_MOST_KEYS, "metadata keys", at_least=13)
        metadata = self._metadata(keys)
        needed = self._tensors(tensors, self._alignment(metadata))
        return GgufInfo(self._path, version, tensors, needed, MappingProxyType(metadata))

    def _check_magic(self) -> None:
        start = self._data[:512]
        if start[:4] == b"GGUF":
            self._position = 4
            return
        if b"GGUF".startswith(start):
            self._cut_short(24)
        text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
            self._refuse("is no GGUF but a web page; the download went wrong, get the file again")
        if start[8:10] == b'{"' and int.from_bytes(start[:8], "little") < 1 << 32:
            self._refuse("is no GGUF but a safetensors file; look for the .gguf version")
        for magic, what in _LOOKS_LIKE:
            if start.startswith(magic):
                self._refuse(f"is no GGUF but {what}")
        self._refuse(f"is no GGUF (it starts with {start[:4]!r}). Name a .gguf file")

    def _metadata(self, keys: int) -> dict[str, Scalar]:
        metadata: dict[str, Scalar] = {}
        seen = set()
        for _ in range(keys):
            key = self._string()
            if not key or key in seen:
                self._damaged(f"the metadata key {key[:64]!r} is empty or there twice")
            seen.add(key)
            kind = self._scalar(_U32)
            if kind == _ARRAY:
                self._skip_array()
            elif kind == _STRING:
                metadata[key] = self._string()
            elif kind in _STRUCTS:
                metadata[key] = self._scalar(_STRUCTS[kind])
            else:
                self._damaged(f"metadata {key[:64]!r} has the unknown type {kind}")
        return metadata

    def _alignment(self, metadata: Mapping[str, Scalar]) -> int:
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
            self._damaged(f"its alignment is {str(alignment)[:64]!r}, not a power of two")
        return alignment

    def _tensors(self, count: int, alignment: int) -> int:
        """Read all tensor descriptions; returns the bytes the whole file needs."""
        seen = set()
        end = expected_offset = 0
        for _ in range(count):
            name = self._string()
            if not name or name in seen:
                self._damaged(f"the tensor name {name[:64]!r} is empty or there twice")
            seen.add(name)
            size = self._tensor_bytes(name)
            offset = self._scalar(_U64)
            # ggml refuses gaps between tensors too (gguf.cpp).
            if offset != expected_offset:
                self._damaged(f"tensor {name[:64]!r} is not where it should be")
            end = offset + size
            expected_offset = _padded(end, alignment)
        if not count:
            return self._position
        needed = _padded(self._position, alignment) + end
        if needed > self._size:
            self._cut_short(needed, exactly=True)
        return needed

    def _tensor_bytes(self, name: str) -> int:
        dimensions = self._scalar(_U32)
        if dimensions > _MOST_DIMENSIONS:
            self._damaged(f"tensor {name[:64]!r} has {dimensions} dimensions")
        row, values = 1, 1
        for dimension in range(dimensions):
            length = self._scalar(_U64)
            row = length if dimension == 0 else row
            values *= length
        kind = self._scalar(_U32)
        if kind not in GGML_BLOCKS:
            self._damaged(f"tensor {name[:64]!r} has the unknown type {kind}", or_newer=True)
        block_values, block_bytes = GGML_BLOCKS[kind]
        if values >= 1 << 63 or row % block_values:
            self._damaged(f"tensor {name[:64]!r} has an impossible shape")
        return values // block_values * block_bytes

    def _string(self) -> str:
        length = self._scalar(_U64)
        if length > _LONGEST_STRING:
            self._damaged(f"a text of {length} bytes is announced")
        start = self._position
        self._move(length)
        return self._data[start : self._position].decode("utf-8", "replace")

    def _skip_array(self) -> None:
        kind = self._scalar(_U32)
        count = self._scalar(_U64)
        if count > _MOST_ELEMENTS:
            self._damaged(f"a list of {count} values is announced")
        if kind in _STRUCTS:
            self._move(count * _STRUCTS[kind].size)
        elif kind == _STRING:
            self._skip_strings(count)
        else:
            self._damaged(f"a list of the unknown type {kind} is announced")

    def _skip_strings(self, count: int) -> None:
        """Step over `count` strings; a vocabulary has some 100,000, so this loop is kept bare."""
        data, unpack, position = self._data, _U64.unpack_from, self._position
        last = self._size - _U64.size
        for _ in range(count):
            if position > last:
                self._cut_short(position + _U64.size)
            length = unpack(data, position)[0]
            if length > _LONGEST_STRING:
                self._damaged(f"a text of {length} bytes is announced")
            position += _U64.size + length
        self._position = position
        self._move(0)

    def _count(self, most: int, what: str, *, at_least: int) -> int:
        """A number of things, each of which takes `at_least` bytes of header."""
        count: int = self._scalar(_U64)
        if count > most:
            self._damaged(f"{count} {what} are announced")
        if count * at_least > self._size - self._position:
            self._cut_short(self._position + count * at_least)
        return count

    def _scalar(self, kind: struct.Struct) -> int:
        """The next number; typed as an integer, which most of them are."""
        start = self._position
        self._move(kind.size)
        value: int = kind.unpack_from(self._data, start)[0]
        return value

    def _move(self, length: int) -> None:
        self._position += length
        if self._position > self._size:
            self._cut_short(self._position)

    def _cut_short(self, needed: int, *, exactly: bool = False) -> NoReturn:
        missing = f"{'' if exactly else 'at least '}{needed - self._size} bytes are missing"
        self._refuse(f"is cut short: {missing} of {needed}. {_GET_AGAIN}")

    def _damaged(self, what: str, *, or_newer: bool = False) -> NoReturn:
        newer = " or newer than this program" if or_newer else ""
        self._refuse(f"is a damaged GGUF{newer}: {what}. {_GET_AGAIN}")

    def _refuse(self, what: str) -> NoReturn:
        raise ModelFileInvalid(f"{self._path}: {what.rstrip('.')}.")


def _padded(size: int, alignment: int) -> int:
    return (size + alignment - 1) // alignment * alignment
