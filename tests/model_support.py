"""Small GGUF files for tests: headers of any model, and real models with random weights."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.models.bundled_model import packaged_file

Value = str | int | bool
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)
TEMPLATE = {"tokenizer.chat_template": CHATML}


def write_header(
    file: Path, metadata: Mapping[str, Value] | None = None, *, tensors: int = 1, values: int = 32
) -> Path:
    """Write a valid GGUF file of a chat model that has no real weights.

    `metadata` is added to the architecture `llama` and a chat template; "" removes an entry. Each
    of the `tensors` has `values` 32-bit numbers.
    """
    entries = {"general.architecture": "llama", **TEMPLATE, **(metadata or {})}
    packed = [_text(key) + _value(value) for key, value in entries.items() if value != ""]
    described = [
        _text(f"t{n}") + struct.pack("<IQIQ", 1, values, 0, n * values * 4) for n in range(tensors)
    ]
    header = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(packed)) + b"".join(packed + described)
    padded = header + bytes(-len(header) % 32)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(padded + bytes(tensors * values * 4))
    return file


def add_to_ollama(
    folder: Path,
    name: str,
    model: bytes,
    *,
    licence: str = "",
    layers: list[dict[str, Any]] | None = None,
) -> Path:
    """Put `model` into the Ollama folder as `name` (HOST/NAMESPACE/MODEL/TAG); return its blob."""
    blobs = folder / "blobs"
    blobs.mkdir(parents=True, exist_ok=True)

    def layer(kind: str, content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / f"sha256-{digest}").write_bytes(content)
        media = f"application/vnd.ollama.image.{kind}"
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(content)}

    made = [layer("model", model), *(layers or [])]
    if licence:
        made.append(layer("license", licence.encode()))
    manifest = folder / "manifests" / name
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": made}), encoding="utf-8")
    return blobs / f"sha256-{hashlib.sha256(model).hexdigest()}"


def write_random_model(
    file: Path, architecture: str, template: str = CHATML, *, tensors_per_file: int = 0
) -> Path:
    """Write a model of `architecture` (llama or qwen2) that llama.cpp opens, with random weights.

    It has the vocabulary of the bundled model, two layers and a width of 64. With
    `tensors_per_file` it is split; returns the first file.
    """
    import gguf

    width, hidden, heads, layers = 64, 128, 2, 2
    vocabulary = _vocabulary()
    writer = gguf.GGUFWriter(file, architecture, split_max_tensors=tensors_per_file)
    writer.add_context_length(1024)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(hidden)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // heads)
    writer.add_vocab_size(len(vocabulary["tokens"]))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary["tokens"])
    writer.add_token_types(vocabulary["token_type"])
    writer.add_token_merges(vocabulary["merges"])
    writer.add_eos_token_id(2)
    writer.add_chat_template(template)
    numbers = np.random.default_rng(21)

    def add(name: str, *shape: int) -> None:
        values = numbers.standard_normal(shape) * 0.1 if len(shape) > 1 else np.ones(shape)
        writer.add_tensor(f"{name}", values.astype(np.float16 if len(shape) > 1 else np.float32))

    add("token_embd.weight", len(vocabulary["tokens"]), width)
    add("output_norm.weight", width)
    for layer in range(layers):
        block = f"blk.{layer}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"{block}.{part}.weight", width, width)
            if architecture == "qwen2" and part != "attn_output":
                add(f"{block}.{part}.bias", width)
        add(f"{block}.ffn_gate.weight", hidden, width)
        add(f"{block}.ffn_up.weight", hidden, width)
        add(f"{block}.ffn_down.weight", width, hidden)
        add(f"{block}.attn_norm.weight", width)
        add(f"{block}.ffn_norm.weight", width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return sorted(file.parent.glob(f"{file.stem}*.gguf"))[0]


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, Any]:
    import gguf

    fields = gguf.GGUFReader(packaged_file()).fields
    return {
        name: fields[f"tokenizer.ggml.{name}"].contents()
        for name in ("tokens", "token_type", "merges")
    }


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    return struct.pack("<II", 4, value)
