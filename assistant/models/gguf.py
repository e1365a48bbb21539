"""Reads and validates the header of a GGUF file without llama.cpp, which aborts on broken files.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. A length that is read from the
file is checked against the file's size before anything is allocated or skipped.
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

Scalar = str | int | float | bool

# Metadata value type -> its little-endian encoding.
_STRUCTS = {
    kind: struct.Struct(f"<{code}")
    for kind, code in zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True)
}
_U32, _U64 = _STRUCTS[4], _STRUCTS[10]
_STRING, _ARRAY = 8, 9

# Far above any real model: larger values mean a damaged file.
_MAX_KEYS = 100_000
_MAX_TENSORS = 1_000_000
_MAX_ELEMENTS = 10_000_000
_MAX_STRING = 16 * 1024 * 1024
_MAX_DIMENSIONS = 4

# ggml tensor type -> (values per block, bytes per block). Source: `type_traits` in ggml.c, ggml
# 0.25.3. Types 4, 5, 31-33 and 36-38 were removed from ggml.
GGML_BLOCKS: Mapping[int, tuple[int, int]] = MappingProxyType(
    {
        0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20),  # F32, F16, Q4_0, Q4_1
        6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),  # Q5_0, Q5_1, Q8_0, Q8_1
        10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176),  # Q2_K, Q3_K, Q4_K, Q5_K
        14: (256, 210), 15: (256, 292),  # Q6_K, Q8_K
        16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50),  # IQ2_XXS/XS, IQ3_XXS, IQ1_S
        20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),  # IQ4_NL, IQ3_S, IQ2_S, IQ4_XS
        24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),  # I8, I16, I32, I64, F64
        29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66),  # IQ1_M, BF16, TQ1_0, TQ2_0
        39: (32, 17), 40: (64, 36), 41: (128, 18), 42: (64, 18),  # MXFP4, NVFP4, Q1_0, Q2_0
    }
)  # fmt: skip

_DOWNLOAD_AGAIN = "Download the file again."
_LOOKS_LIKE = (
    (b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
    (b"PK\x03\x04", "a ZIP archive or PyTorch checkpoint; look for the .gguf version"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"tjgg", "a model in the old GGML format; look for the .gguf version"),
    (b"fmgg", "a model in the old GGML format; look for the .gguf version"),
    (b"lmgg", "a model in the old GGML format; look for the .gguf version"),
    (b"\0" * 16, "an incomplete download; download the file again"),
)


@dataclass(frozen=True)
class GgufInfo:
    """The header of a valid GGUF file.

    `metadata` holds scalars and strings, not arrays such as the vocabulary; `lengths` has the
    number of values of each array. `values` is the number of values of all tensors together, and
    `needed_bytes` the minimum size of the file, which `inspect_gguf` has checked.
    """

    path: Path
    version: int
    tensors: int
    values: int
    needed_bytes: int
    metadata: Mapping[str, Scalar]
    lengths: Mapping[str, int]

    @property
    def architecture(self) -> str | None:
        """`general.architecture`, such as `llama`."""
        found = self.metadata.get("general.architecture")
        return found if isinstance(found, str) else None

    @property
    def is_adapter(self) -> bool:
        """Whether this is a LoRA adapter and not a model."""
        return self.metadata.get("general.type") == "adapter"

    @property
    def context_length(self) -> int | None:
        """The context length in tokens that the model was trained with."""
        found = self.metadata.get(f"{self.architecture}.context_length")
        return found if isinstance(found, int) else None

    def integer(self, key: str, default: int = 0) -> int:
        """The whole number `key` of the metadata, or `default`."""
        found = self.metadata.get(key)
        return found if isinstance(found, int) and not isinstance(found, bool) else default

    def text(self, key: str) -> str:
        """The text `key` of the metadata, or ""."""
        found = self.metadata.get(key)
        return found if isinstance(found, str) else ""


def inspect_gguf(path: Path) -> GgufInfo:
    """Read the header of `path` and check that the file holds every tensor that it declares.

    Raises:
        ModelFileInvalid: missing, a folder, not readable, not a GGUF file, truncated or damaged.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ModelFileInvalid(f"{path}: is a folder. Specify the .gguf file in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ModelFileInvalid(f"{path}: is not a regular file. Specify a .gguf file.")
        if not status.st_size:
            raise ModelFileInvalid(f"{path}: is empty. {_DOWNLOAD_AGAIN}")
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return _Header(path, data).read()
    except FileNotFoundError as error:
        raise ModelFileInvalid(f"{path}: no such file. Check the path.") from error
    except PermissionError as error:
        raise ModelFileInvalid(
            f"{path}: no permission to read it. Change its permissions."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ModelFileInvalid(f"{path}: cannot be read ({reason}).") from error


class _Header:
    """Parses the mapped file in one pass."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._size = len(data)
        self._position = 0
        self._values = 0
        self._lengths: dict[str, int] = {}

    def read(self) -> GgufInfo:
        self._check_magic()
        version = self._scalar(_U32)
        if version not in (2, 3):
            if int.from_bytes(version.to_bytes(4, "big"), "little") in (1, 2, 3):
                self._refuse("is a big-endian GGUF file; look for the little-endian version")
            if version == 1:
                self._refuse(
                    "is a GGUF file of version 1, which is not supported; look for a newer one"
                )
            self._refuse(
                f"has GGUF version {version}; only 2 and 3 are supported. {_DOWNLOAD_AGAIN}"
            )
        tensors = self._count(_MAX_TENSORS, "tensors", at_least=24)
        keys = self._count(_MAX_KEYS, "metadata keys", at_least=13)
        metadata = self._metadata(keys)
        needed = self._tensors(tensors, self._alignment(metadata))
        return GgufInfo(
            path=self._path,
            version=version,
            tensors=tensors,
            values=self._values,
            needed_bytes=needed,
            metadata=MappingProxyType(metadata),
            lengths=MappingProxyType(self._lengths),
        )

    def _check_magic(self) -> None:
        start = self._data[:512]
        if start[:4] == b"GGUF":
            self._position = 4
            return
        if b"GGUF".startswith(start):
            self._truncated(24)
        text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
            self._refuse(
                "is not a GGUF file but a web page; the download failed, so download it again"
            )
        if start[8:10] == b'{"' and int.from_bytes(start[:8], "little") < 1 << 32:
            self._refuse("is not a GGUF file but a safetensors file; look for the .gguf version")
        for magic, what in _LOOKS_LIKE:
            if start.startswith(magic):
                self._refuse(f"is not a GGUF file but {what}")
        self._refuse(f"is not a GGUF file (it starts with {start[:4]!r}). Specify a .gguf file")

    def _metadata(self, keys: int) -> dict[str, Scalar]:
        metadata: dict[str, Scalar] = {}
        seen = set()
        for _ in range(keys):
            key = self._string()
            if not key or key in seen:
                self._damaged(f"the metadata key {key[:64]!r} is empty or duplicate")
            seen.add(key)
            kind = self._scalar(_U32)
            if kind == _ARRAY:
                self._lengths[key] = self._skip_array()
            elif kind == _STRING:
                metadata[key] = self._string()
            elif kind in _STRUCTS:
                metadata[key] = self._scalar(_STRUCTS[kind])
            else:
                self._damaged(f"metadata {key[:64]!r} has unknown type {kind}")
        return metadata

    def _alignment(self, metadata: Mapping[str, Scalar]) -> int:
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1):
            self._damaged(f"the alignment {str(alignment)[:64]!r} is not a power of two")
        return alignment

    def _tensors(self, count: int, alignment: int) -> int:
        """Read all tensor descriptions; return the minimum size of the file in bytes."""
        seen = set()
        end = expected_offset = 0
        for _ in range(count):
            name = self._string()
            if not name or name in seen:
                self._damaged(f"the tensor name {name[:64]!r} is empty or duplicate")
            seen.add(name)
            size = self._tensor_bytes(name)
            offset = self._scalar(_U64)
            # ggml rejects gaps between tensors too (gguf.cpp).
            if offset != expected_offset:
                self._damaged(f"tensor {name[:64]!r} has a wrong offset")
            end = offset + size
            expected_offset = _padded(end, alignment)
        if not count:
            return self._position
        needed = _padded(self._position, alignment) + end
        if needed > self._size:
            self._truncated(needed, exactly=True)
        return needed

    def _tensor_bytes(self, name: str) -> int:
        dimensions = self._scalar(_U32)
        if dimensions > _MAX_DIMENSIONS:
            self._damaged(f"tensor {name[:64]!r} has {dimensions} dimensions")
        row, values = 1, 1
        for dimension in range(dimensions):
            length = self._scalar(_U64)
            row = length if dimension == 0 else row
            values *= length
        kind = self._scalar(_U32)
        if kind not in GGML_BLOCKS:
            self._damaged(f"tensor {name[:64]!r} has unknown type {kind}", or_newer=True)
        block_values, block_bytes = GGML_BLOCKS[kind]
        if values >= 1 << 63 or row % block_values:
            self._damaged(f"tensor {name[:64]!r} has an impossible shape")
        self._values += values
        return values // block_values * block_bytes

    def _string(self) -> str:
        length = self._scalar(_U64)
        if length > _MAX_STRING:
            self._damaged(f"it declares a string of {length} bytes")
        start = self._position
        self._move(length)
        return self._data[start : self._position].decode("utf-8", "replace")

    def _skip_array(self) -> int:
        """Skip an array and return the number of its values."""
        kind = self._scalar(_U32)
        count = self._scalar(_U64)
        if count > _MAX_ELEMENTS:
            self._damaged(f"it declares an array of {count} values")
        if kind in _STRUCTS:
            self._move(count * _STRUCTS[kind].size)
        elif kind == _STRING:
            self._skip_strings(count)
        else:
            self._damaged(f"it declares an array of unknown type {kind}")
        return count

    def _skip_strings(self, count: int) -> None:
        """Skip `count` strings. A vocabulary has about 100,000, so this loop calls no methods."""
        data, unpack, position = self._data, _U64.unpack_from, self._position
        last = self._size - _U64.size
        for _ in range(count):
            if position > last:
                self._truncated(position + _U64.size)
            length = unpack(data, position)[0]
            if length > _MAX_STRING:
                self._damaged(f"it declares a string of {length} bytes")
            position += _U64.size + length
        self._position = position
        self._move(0)

    def _count(self, maximum: int, what: str, *, at_least: int) -> int:
        """Read a count of entries, each of which takes `at_least` bytes of the header."""
        count: int = self._scalar(_U64)
        if count > maximum:
            self._damaged(f"it declares {count} {what}")
        if count * at_least > self._size - self._position:
            self._truncated(self._position + count * at_least)
        return count

    def _scalar(self, kind: struct.Struct) -> int:
        """Read a number; typed as int, which most of them are."""
        start = self._position
        self._move(kind.size)
        value: int = kind.unpack_from(self._data, start)[0]
        return value

    def _move(self, length: int) -> None:
        self._position += length
        if self._position > self._size:
            self._truncated(self._position)

    def _truncated(self, needed: int, *, exactly: bool = False) -> NoReturn:
        missing = f"{'' if exactly else 'at least '}{needed - self._size} of {needed} bytes"
        self._refuse(f"is truncated: {missing} are missing. {_DOWNLOAD_AGAIN}")

    def _damaged(self, what: str, *, or_newer: bool = False) -> NoReturn:
        newer = " or newer than this program" if or_newer else ""
        self._refuse(f"is a damaged GGUF file{newer}: {what}. {_DOWNLOAD_AGAIN}")

    def _refuse(self, what: str) -> NoReturn:
        raise ModelFileInvalid(f"{self._path}: {what.rstrip('.')}.")


def _padded(size: int, alignment: int) -> int:
    return (size + alignment - 1) // alignment * alignment
