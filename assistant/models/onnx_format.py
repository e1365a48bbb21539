"""Reads and writes the needed subset of the ONNX format without the `onnx` package.

A file is one protocol buffers message; the constants below are the field numbers of onnx.proto
(https://github.com/onnx/onnx). Only initializers are read; nodes and initializers are written.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelFileInvalid

Array = npt.NDArray[Any]

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_MODEL_IR, _MODEL_GRAPH, _MODEL_OPSET = 1, 7, 8
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_ARRAY, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_ARRAY_DIMS, _ARRAY_TYPE, _ARRAY_NAME, _ARRAY_DATA = 1, 2, 8, 9
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_INTS, _ATTRIBUTE_TYPE = 2, 3, 8, 20
_TYPE_OF = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "bool": 9}
_NAME_OF = {number: name for name, number in _TYPE_OF.items()}

_IR_VERSION = 8
_OPSET = 17
CONTRIBUTED = "com.microsoft"  # domain of the operators that ONNX Runtime adds to the standard


def read_arrays(path: Path) -> dict[str, Array]:
    """The initializers of the ONNX file `path` by name, as views of one buffer.

    Raises:
        ModelFileInvalid: it cannot be read, or is not an ONNX file with embedded initializers.
    """
    try:
        data = memoryview(path.read_bytes())
        arrays = {}
        for number, graph in _fields(data):
            for inner, message in _fields(graph) if number == _MODEL_GRAPH else ():
                if inner == _GRAPH_ARRAY:
                    name, array = _array(message)
                    arrays[name] = array
    except OSError as error:
        raise ModelFileInvalid(f"{path}: cannot be read ({error.strerror or error}).") from error
    except (IndexError, KeyError, TypeError, UnicodeDecodeError, ValueError) as error:
        raise ModelFileInvalid(f"{path}: is not a readable ONNX model.") from error
    return arrays


class Graph:
    """Builds a graph node by node. The methods return the names of the values they add."""

    def __init__(self) -> None:
        """Start with an empty graph."""
        self._parts: list[bytes] = []
        self._name_count = 0

    def input(self, name: str, type_name: str, dims: Sequence[str | int]) -> str:
        """Add an input; a string in `dims` names a dimension that is known only at run time."""
        self._parts.append(_field(_GRAPH_INPUT, _value(name, type_name, dims)))
        return name

    def output(self, value: str, name: str, type_name: str, dims: Sequence[str | int]) -> None:
        """Make `value` an output called `name`."""
        self._add("Identity", [value], [name], "", {})
        self._parts.append(_field(_GRAPH_OUTPUT, _value(name, type_name, dims)))

    def constant(self, array: npt.ArrayLike, type_name: str = "float32") -> str:
        """Add an array of any shape; a scalar has shape ()."""
        data = np.asarray(array, dtype=type_name)
        name = self._name()
        message = b"".join(_field(_ARRAY_DIMS, length) for length in data.shape)
        message += _field(_ARRAY_TYPE, _TYPE_OF[type_name]) + _field(_ARRAY_NAME, name)
        self._parts.append(_field(_GRAPH_ARRAY, message + _field(_ARRAY_DATA, data.tobytes())))
        return name

    def node(self, op: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator with one output; "" omits an optional input."""
        name = self._name()
        self._add(op, inputs, [name], domain, attributes)
        return name

    def split(self, value: str, lengths: Sequence[int]) -> list[str]:
        """Split `value` along its last axis."""
        names = [self._name() for _ in lengths]
        self._add("Split", [value, self.constant(lengths, "int64")], names, "", {"axis": -1})
        return names

    def serialised(self) -> bytes:
        """The model as the bytes of an ONNX file."""
        graph = _field(_GRAPH_NAME, "graph") + b"".join(self._parts)
        opsets = [("", _OPSET), (CONTRIBUTED, 1)]
        return b"".join(
            [
                _field(_MODEL_IR, _IR_VERSION),
                *(_field(_MODEL_OPSET, _field(1, name) + _field(2, n)) for name, n in opsets),
                _field(_MODEL_GRAPH, graph),
            ]
        )

    def _name(self) -> str:
        self._name_count += 1
        return f"v{self._name_count}"

    def _add(
        self,
        op: str,
        inputs: Sequence[str],
        outputs: Sequence[str],
        domain: str,
        attributes: Mapping[str, int | float | Sequence[int]],
    ) -> None:
        message = b"".join(_field(_NODE_INPUT, name) for name in inputs)
        message += b"".join(_field(_NODE_OUTPUT, name) for name in outputs)
        message += _field(_NODE_OP, op) + _field(_NODE_DOMAIN, domain)
        for name, value in attributes.items():
            message += _field(_NODE_ATTRIBUTE, _field(1, name) + _attribute(value))
        self._parts.append(_field(_GRAPH_NODE, message))


def _attribute(value: float | Sequence[int]) -> bytes:
    """The fields of an attribute's value and type."""
    if isinstance(value, float):
        number, data = 1, _varint(_ATTRIBUTE_FLOAT << 3 | _FOUR_BYTES) + struct.pack("<f", value)
    elif isinstance(value, int):
        number, data = 2, _field(_ATTRIBUTE_INT, value)
    else:
        number, data = 7, b"".join(_field(_ATTRIBUTE_INTS, one) for one in value)
    return data + _field(_ATTRIBUTE_TYPE, number)


def _value(name: str, type_name: str, dims: Sequence[str | int]) -> bytes:
    """A ValueInfoProto: name, type and shape of a value."""
    shape = b"".join(
        _field(1, _field(2, length) if isinstance(length, str) else _field(1, length))
        for length in dims
    )
    tensor = _field(1, _TYPE_OF[type_name]) + _field(2, shape)
    return _field(1, name) + _field(2, _field(1, tensor))


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3 | _VARINT) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | _BYTES) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers in two's complement
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _fields(data: memoryview) -> Iterator[tuple[int, Any]]:
    """Field numbers and values of a message: int for varints, else the bytes."""
    offset = 0
    while offset < len(data):
        key, offset = _read_varint(data, offset)
        wire_type = key & 7
        if wire_type == _VARINT:
            value, offset = _read_varint(data, offset)
            yield key >> 3, value
            continue
        if wire_type == _BYTES:
            length, offset = _read_varint(data, offset)
        else:
            length = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}[wire_type]
        if offset + length > len(data):
            raise ValueError("a field ends after the message")
        yield key >> 3, data[offset : offset + length]
        offset += length


def _read_varint(data: memoryview, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[offset]
        value |= (byte & 127) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 128:
            return value, offset


def _array(message: memoryview) -> tuple[str, Array]:
    dims: list[int] = []
    name, type_number, data = "", 0, memoryview(b"")
    for number, value in _fields(message):
        if number == _ARRAY_DIMS and isinstance(value, int):
            dims.append(value)
        elif number == _ARRAY_DIMS:  # packed
            offset = 0
            while offset < len(value):
                length, offset = _read_varint(value, offset)
                dims.append(length)
        elif number == _ARRAY_TYPE:
            type_number = value
        elif number == _ARRAY_NAME:
            name = bytes(value).decode()
        elif number == _ARRAY_DATA:
            data = value
    array = np.frombuffer(data, dtype=_NAME_OF[type_number])
    return name, array.reshape(dims) if array.size == math.prod(dims) else array[:0]
