"""Adds an adapter to the weights of its model.

Usage: python -m training.lora.merge MODEL.gguf ADAPTER.gguf OUT.gguf

Writes the model in float16 with the same metadata. The product re-encodes it like any other model.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gguf
import numpy as np
from gguf import GGUFReader, GGUFValueType
from gguf.quants import dequantize

# What the writer sets itself.
_OWN_FIELDS = ("general.architecture", "general.file_type", "general.quantization_version")


def main() -> None:
    """Write the merged model."""
    parser = argparse.ArgumentParser(description="Add an adapter to the weights of its model.")
    parser.add_argument("model", type=Path)
    parser.add_argument("adapter", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    model, adapter = GGUFReader(options.model), GGUFReader(options.adapter)
    parts = {tensor.name: np.array(tensor.data, dtype=np.float32) for tensor in adapter.tensors}
    architecture = model.fields["general.architecture"].contents()
    writer = gguf.GGUFWriter(options.out, architecture)
    for name, field in model.fields.items():
        if name.startswith("GGUF.") or name in _OWN_FIELDS:
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, inner)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for tensor in model.tensors:
        weight = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        if (low := parts.get(f"{tensor.name}.lora_a")) is not None:
            scale = adapter.fields["adapter.lora.alpha"].contents() / low.shape[0]
            weight += scale * (parts[f"{tensor.name}.lora_b"] @ low)
        is_vector = weight.ndim == 1
        writer.add_tensor(tensor.name, weight if is_vector else weight.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
