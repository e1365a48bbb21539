"""The embedder's network rebuilt for speed, with the original weights and the same vectors.

The original graph expands its int8 weights to float and multiplies in float. Processors multiply
int8 several times faster, but rounding activations to 8 bits changes the vectors (cosine 0.998).
Here activations are rounded to 16 bits, with one scale per token, and multiplied as two halves of 8
bits. The vectors equal those of the float network to four digits, and a text's vector does not
depend on its batch. docs/embedding.md has the figures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.errors import ModelFileInvalid
from assistant.models.onnx_format import CONTRIBUTED, Array, Graph, read_arrays

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "last_hidden_state"

_LAYERS, _HEADS, _SIZE, _LONGEST = 6, 12, 384, 256
_EPSILON = 1e-12
# Matrices of a layer in the order of the file: query, key, value, the output of attention, and the
# two of the feed-forward network. The file only numbers them.
_MATRICES = 6

_TINY = 1e-9  # replaces a row's maximum where that is 0
# An unsigned byte holds 0 to 255, so signed numbers are shifted by 128.
_MIDDLE, _MOST = 128, 127
# Steps of the low half in one unit of the high half: the remainder is at most half a unit either
# way.
_STEPS = 254

Matrix = tuple[Array, Array]  # int8 of shape (inputs, outputs), scale of each output


class Weights:
    """The weights in the model file, by their place in the network."""

    def __init__(self, path: Path) -> None:
        """Read `path`.

        Raises:
            ModelFileInvalid: it is a different model.
        """
        self._arrays = read_arrays(path)
        names = [
            name[:-2] for name in self._arrays if name.startswith("val_") and name[-2:] == "_q"
        ]
        try:
            self.matrices = [self._scaled(name) for name in names]
            self.words = self._scaled("inner.embeddings.word_embeddings.weight")
            codes, scales = self._scaled("inner.embeddings.position_embeddings.weight")
            types = self["embeddings.token_type_embeddings.weight"]
            # Every token has type 0.
            self.positions = codes[:_LONGEST] * scales[:_LONGEST, None] + types[0]
        except (KeyError, IndexError, ValueError) as error:
            raise ModelFileInvalid(f"{path}: not the expected model ({error}).") from error
        if len(names) != _LAYERS * _MATRICES:
            raise ModelFileInvalid(f"{path}: has {len(names)} matrices, not {_LAYERS * _MATRICES}.")

    def __getitem__(self, name: str) -> Array:
        """A bias, a parameter of a norm, or a small table."""
        return self._arrays[f"inner.{name}"]

    def _scaled(self, name: str) -> Matrix:
        return self._arrays[f"{name}_q"], self._arrays[f"{name}_scale"].reshape(-1)


def network(weights: Weights, *, integers: bool) -> bytes:
    """The network as a serialised ONNX model.

    The inputs `INPUTS` are int64 of shape (texts, tokens), the output `OUTPUT` is float32 of shape
    (texts, tokens, 384). Products are int8 with `integers`, otherwise float.
    """
    return _Network(weights, integers).serialised()


class _Network:
    def __init__(self, weights: Weights, integers: bool) -> None:
        self._weights = weights
        self._integers = integers
        self._graph = graph = Graph()
        for name in INPUTS:
            graph.input(name, "int64", ("texts", "tokens"))
        self._mask = graph.node("Cast", INPUTS[1], to=6)  # int32
        state = self._embedded()
        for layer in range(_LAYERS):
            state = self._layer(state, layer)
        graph.output(state, OUTPUT, "float32", ("texts", "tokens", _SIZE))

    def serialised(self) -> bytes:
        return self._graph.serialised()

    def _embedded(self) -> str:
        """The sum of word, position and type embedding of each token, normalised."""
        graph = self._graph
        codes, scales = self._weights.words
        rows = graph.node("Gather", graph.constant(codes, "int8"), INPUTS[0])
        scale = graph.node("Gather", graph.constant(scales[:, None]), INPUTS[0])
        words = graph.node("Mul", graph.node("Cast", rows, to=1), scale)  # float
        shape = graph.node("Shape", INPUTS[0])
        length = graph.node("Gather", shape, graph.constant([1], "int64"))
        positions = graph.constant(self._weights.positions)
        first = graph.constant([0], "int64")
        places = graph.node("Slice", positions, first, length, first)
        return self._normalised(graph.node("Add", words, places), "embeddings.LayerNorm")

    def _layer(self, state: str, layer: int) -> str:
        graph, weights, place = self._graph, self._weights, f"encoder.layer.{layer}."
        first = layer * _MATRICES
        query, key, value, after, up, down = weights.matrices[first : first + _MATRICES]
        whole = (
            np.concatenate([one[0] for one in (query, key, value)], axis=1),
            np.concatenate([one[1] for one in (query, key, value)]),
        )
        parts = graph.split(self._product(state, whole), [_SIZE] * 3)
        bias = np.concatenate(
            [weights[f"{place}attention.self.{name}.bias"] for name in ("query", "key", "value")]
        )
        attended = graph.node(
            "MultiHeadAttention",
            *parts,
            graph.constant(bias),
            self._mask,
            domain=CONTRIBUTED,
            num_heads=_HEADS,
        )
        state = self._added(state, self._product(attended, after), f"{place}attention.output.")
        inner = graph.node(
            "BiasGelu",
            self._product(state, up),
            graph.constant(weights[f"{place}intermediate.dense.bias"]),
            domain=CONTRIBUTED,
        )
        return self._added(state, self._product(inner, down), f"{place}output.")

    def _added(self, state: str, change: str, place: str) -> str:
        # ONNX Runtime's SkipLayerNormalization fuses these operators and is five times slower.
        graph = self._graph
        biased = graph.node("Add", change, graph.constant(self._weights[f"{place}dense.bias"]))
        return self._normalised(graph.node("Add", biased, state), f"{place}LayerNorm")

    def _normalised(self, value: str, place: str) -> str:
        parameters = [
            self._graph.constant(self._weights[f"{place}.{p}"]) for p in ("weight", "bias")
        ]
        return self._graph.node("LayerNormalization", value, *parameters, axis=-1, epsilon=_EPSILON)

    def _product(self, value: str, matrix: Matrix) -> str:
        graph = self._graph
        codes, scales = matrix
        if not self._integers:
            return graph.node("MatMul", value, graph.constant(codes * scales))
        table = graph.constant(codes, "int8")
        # One scale per token, so that a vector does not depend on the other texts in its batch.
        largest = graph.node("ReduceMax", graph.node("Abs", value), axes=[-1], keepdims=1)
        largest = graph.node("Max", largest, graph.constant([_TINY]))
        counted = graph.node("Mul", value, graph.node("Div", graph.constant([_MOST]), largest))
        steps = graph.constant(1), graph.constant(_MIDDLE, "uint8")
        high = graph.node("QuantizeLinear", counted, *steps)
        rest = graph.node("Sub", counted, graph.node("DequantizeLinear", high, *steps))
        low = graph.node(
            "QuantizeLinear", rest, graph.constant(1 / _STEPS), graph.constant(_MIDDLE, "uint8")
        )
        total = graph.node(
            "Add",
            integer_product(graph, high, table, scales / _MOST),
            integer_product(graph, low, table, scales / (_MOST * _STEPS)),
        )
        return graph.node("Mul", total, largest)


def integer_product(graph: Graph, codes: str, table: str, scales: Array) -> str:
    """(`codes` - 128) times `table`, each column times its scale; uint8 codes, int8 table."""
    return graph.node(
        "MatMulIntegerToFloat",
        codes,
        table,
        graph.constant([1]),
        graph.constant(scales),
        graph.constant([_MIDDLE], "uint8"),
        domain=CONTRIBUTED,
    )
