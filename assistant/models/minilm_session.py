"""The embedder's network in ONNX Runtime, in the fastest form that is exact on this processor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.embedder import Vectors
from assistant.errors import EmbedderUnavailable, ModelError
from assistant.models.minilm_graph import INPUTS, OUTPUT, Weights, integer_product, network
from assistant.models.onnx_format import Graph

_ERROR_LEVEL = 3
_FATAL_LEVEL = 4

Ids = npt.NDArray[np.int64]


class Network:
    """A loaded network. Thread-safe."""

    def __init__(self, session: Any) -> None:
        """Compute with the ONNX Runtime `session`."""
        self._session = session
        # The original file also takes token types, which are all 0.
        self._more = [one.name for one in session.get_inputs() if one.name not in INPUTS]

    def last_layer(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """The last layer for `tokens`, of shape (texts, longest text in tokens, 384).

        Raises:
            ModelError: ONNX Runtime failed.
        """
        longest = max(map(len, tokens))
        ids: Ids = np.zeros((len(tokens), longest), dtype=np.int64)
        mask: Ids = np.zeros_like(ids)
        for row, numbers in enumerate(tokens):
            ids[row, : len(numbers)] = numbers
            mask[row, : len(numbers)] = 1
        inputs = dict(zip(INPUTS, (ids, mask), strict=True))
        inputs |= {name: np.zeros_like(ids) for name in self._more}
        try:
            (hidden,) = self._session.run([OUTPUT], inputs)
        except Exception as error:  # ONNX Runtime's errors share no other base class
            raise ModelError(
                f"ONNX Runtime failed on {len(tokens)} texts of up to {longest} tokens "
                f"({_one_line(error)}). Check that there is enough free memory."
            ) from error
        layer: Vectors = hidden
        return layer


def open_network(path: Path, notify: Callable[[str], None]) -> Network:
    """Load the model file `path`, which the caller has verified.

    `notify` gets a note when only the slower form works. All forms give the same vectors.

    Raises:
        EmbedderUnavailable: ONNX Runtime, or the model in it, cannot be loaded.
    """
    try:
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        onnxruntime.set_default_logger_severity(_ERROR_LEVEL)
    except Exception as error:
        raise _not_loaded(path, error) from error
    try:
        integers = multiplies_integers(onnxruntime)
        return Network(_session(onnxruntime, network(Weights(path), integers=integers)))
    except Exception as error:
        reason = _one_line(error)
    try:
        loaded = Network(_session(onnxruntime, str(path)))
    except Exception as error:
        raise _not_loaded(path, error) from error
    notify(
        f"ONNX Runtime {onnxruntime.__version__} cannot run the embedder's fast form ({reason}). "
        "The slower form is used; its results are the same."
    )
    return loaded


def multiplies_integers(runtime: Any) -> bool:
    """Whether int8 matrix products are exact on this processor, extreme values included.

    x86 processors without VNNI add pairs of products in 16 bits, which overflow. Such processors
    also gain no speed from int8.
    """
    codes = np.full((64, 384), 255, dtype=np.uint8)
    codes[::2] = 0
    table = np.full((384, 64), 127, dtype=np.int8)
    table[:, ::2] = -127
    graph = Graph()
    graph.input("codes", "uint8", codes.shape)
    product = integer_product(graph, "codes", graph.constant(table, "int8"), np.ones(64))
    graph.output(product, OUTPUT, "float32", (64, 64))
    (found,) = _session(runtime, graph.serialised()).run([OUTPUT], {"codes": codes})
    return np.array_equal(found, (codes.astype(np.int64) - 128) @ table.astype(np.int64))


def _session(runtime: Any, model: str | bytes) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if isinstance(model, bytes):
        # The graph is already in its final form. `open_network` reports errors, not a log.
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = _FATAL_LEVEL
    else:
        options.log_severity_level = _ERROR_LEVEL
    return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _not_loaded(path: Path, error: Exception) -> EmbedderUnavailable:
    return EmbedderUnavailable(
        f"ONNX Runtime cannot load {path} ({_one_line(error)}). "
        "Install it again: pip install --force-reinstall onnxruntime"
    )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
