"""ONNX models written and read back, and files that are none."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelFileInvalid
from assistant.models.minilm_graph import Weights
from assistant.models.onnx_format import Graph, read_arrays

ARRAYS = {
    "float32": np.array([[1.5, -2.0, 0.25]]),
    "int8": np.array([[-128], [127]]),
    "uint8": np.array([0, 255]),
    "int64": np.array(-(2**40)),
}


def model() -> tuple[bytes, list[str]]:
    graph = Graph()
    graph.input("given", "float32", ("rows", 3))
    names = [graph.constant(array, name) for name, array in ARRAYS.items()]
    total = graph.node("Add", "given", names[0])
    one, two = graph.split(total, [1, 2])
    joined = graph.node("Concat", two, one, axis=-1)
    smaller = graph.node("LeakyRelu", joined, alpha=0.5)
    graph.output(smaller, "found", "float32", ("rows", 3))
    return graph.serialised(), names


def test_what_is_written_is_read(tmp_path: Path) -> None:
    data, names = model()
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    arrays = read_arrays(path)
    for name, (type_name, array) in zip(names, ARRAYS.items(), strict=True):
        assert arrays[name].dtype == type_name
        assert np.array_equal(arrays[name], array)
        assert arrays[name].shape == array.shape


def test_onnx_runtime_computes_what_was_written() -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(model()[0], providers=["CPUExecutionProvider"])
    (found,) = session.run(
        ["found"], {"given": np.array([[1, 1, 1], [0, 0, -9]], dtype=np.float32)}
    )
    assert found.tolist() == [[-0.5, 1.25, 2.5], [-1.0, -4.375, 1.5]]


def test_damaged_files_are_refused_and_nothing_else_happens(tmp_path: Path) -> None:
    data, _ = model()
    path = tmp_path / "model.onnx"
    rng = random.Random(5)
    refused = 0
    for number in range(300):
        damaged = bytearray(data[: rng.randrange(len(data))] if number % 2 else data)
        for _ in range(rng.randrange(8)):
            if damaged:
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        try:
            read_arrays(path)
        except ModelFileInvalid:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize("content", [b"no model", b"", model()[0]], ids=["text", "empty", "other"])
def test_another_file_is_not_the_embedder(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelFileInvalid, match=r"model\.onnx"):
        Weights(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileInvalid, match=r"gone\.onnx: cannot be read"):
        read_arrays(tmp_path / "gone.onnx")
