"""The bundled model's forward pass in PyTorch, with LoRA, over the weights of its GGUF file.

Weights keep the row order of the GGUF file: rotary embeddings rotate neighbouring pairs, as
llama.cpp does for this architecture. So an adapter is exported without any permutation.
"""

from __future__ import annotations

import math
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

LINEAR = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
_MAX_TOKENS = 2048


class Network(nn.Module):
    """A frozen Llama model in bfloat16 with trainable adapters (float32) on its linear maps."""

    def __init__(self, path: Path, *, rank: int, alpha: float, first: int) -> None:
        """Load the GGUF file `path`; layers below `first` get no adapter and no gradient."""
        super().__init__()
        reader = GGUFReader(path)

        def field(name: str) -> float:
            return reader.fields[f"llama.{name}"].contents()

        self.layers = int(field("block_count"))
        self.width = int(field("embedding_length"))
        self.heads = int(field("attention.head_count"))
        self.kv_heads = int(field("attention.head_count_kv"))
        self.epsilon = field("attention.layer_norm_rms_epsilon")
        self.first, self.scale = first, alpha / rank
        self.weights: dict[str, Tensor] = {}
        for tensor in reader.tensors:
            values = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            weight = torch.from_numpy(values)
            is_norm = tensor.name.endswith("norm.weight")
            self.weights[tensor.name] = weight if is_norm else weight.bfloat16()
        size = self.width // self.heads
        steps = torch.arange(0, size, 2).float() / size
        angles = torch.outer(torch.arange(_MAX_TOKENS).float(), field("rope.freq_base") ** -steps)
        self.cosines, self.sines = angles.cos().bfloat16(), angles.sin().bfloat16()
        self.adapters = nn.ParameterDict()
        for layer in range(first, self.layers):
            for name in LINEAR:
                outputs, inputs = self.weights[f"blk.{layer}.{name}.weight"].shape
                a = torch.empty(rank, inputs)
                nn.init.kaiming_uniform_(a, a=math.sqrt(5))
                self.adapters[f"blk_{layer}_{name}_a"] = nn.Parameter(a)
                self.adapters[f"blk_{layer}_{name}_b"] = nn.Parameter(torch.zeros(outputs, rank))

    def _linear(self, x: Tensor, layer: int, name: str) -> Tensor:
        y = F.linear(x, self.weights[f"blk.{layer}.{name}.weight"])
        if layer >= self.first:
            a = self.adapters[f"blk_{layer}_{name}_a"].bfloat16()
            b = (self.adapters[f"blk_{layer}_{name}_b"] * self.scale).bfloat16()
            y = y + F.linear(F.linear(x, a), b)
        return y

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return F.rms_norm(x, (self.width,), self.weights[name], self.epsilon).bfloat16()

    def _layer(
        self, x: Tensor, layer: int, rotation: tuple[Tensor, Tensor], mask: Tensor
    ) -> Tensor:
        texts, tokens, _ = x.shape
        h = self._norm(x, f"blk.{layer}.attn_norm.weight")

        def heads(name: str, count: int) -> Tensor:
            return self._linear(h, layer, name).view(texts, tokens, count, -1).transpose(1, 2)

        q = _rotate(heads("attn_q", self.heads), *rotation)
        k = _rotate(heads("attn_k", self.kv_heads), *rotation)
        v = heads("attn_v", self.kv_heads)
        group = self.heads // self.kv_heads
        attended = F.scaled_dot_product_attention(
            q, k.repeat_interleave(group, 1), v.repeat_interleave(group, 1), attn_mask=mask
        )
        attended = attended.transpose(1, 2).reshape(texts, tokens, self.width)
        x = x + self._linear(attended, layer, "attn_output").float()
        h = self._norm(x, f"blk.{layer}.ffn_norm.weight")
        inner = F.silu(self._linear(h, layer, "ffn_gate")) * self._linear(h, layer, "ffn_up")
        return x + self._linear(inner, layer, "ffn_down").float()

    def forward(self, ids: Tensor, positions: Tensor, mask: Tensor, wanted: Tensor) -> Tensor:
        """The last layer's normalised states at the wanted places.

        Args:
            ids: token ids, int64 of shape (texts, tokens).
            positions: of each token in its own text, same shape.
            mask: bool of shape (texts, 1, tokens, tokens); True: the row's token sees the column's.
            wanted: bool of shape (texts, tokens), with N places that are True.

        Returns:
            bfloat16 of shape (N, width); its product with `embeddings` are the logits.

        """
        rotation = (self.cosines[positions][:, None], self.sines[positions][:, None])
        x = self.weights["token_embd.weight"][ids].float()
        with torch.no_grad():
            for layer in range(self.first):
                x = self._layer(x, layer, rotation, mask)
        for layer in range(self.first, self.layers):
            x = self._layer(x, layer, rotation, mask)
        return self._norm(x[wanted], "output_norm.weight")

    @property
    def embeddings(self) -> Tensor:
        """The table of token embeddings, which is also the output layer: (vocabulary, width)."""
        return self.weights["token_embd.weight"]

    def load_adapter(self, path: Path) -> None:
        """Start from the adapter in the GGUF file `path`, which must cover the same layers."""
        for tensor in GGUFReader(path).tensors:
            _, layer, name, _, part = tensor.name.split(".")
            parameter = self.adapters[f"blk_{layer}_{name}_{part[-1]}"]
            parameter.data.copy_(torch.from_numpy(np.array(tensor.data, dtype=np.float32)))

    def export_adapter(self, path: Path, name: str, alpha: float) -> None:
        """Write the adapter as float16 in llama.cpp's format; `name` describes it."""
        writer = gguf.GGUFWriter(path, "llama")
        writer.add_type("adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", alpha)
        writer.add_string("general.name", name)
        for key, parameter in sorted(self.adapters.items()):
            _, layer, rest = key.split("_", 2)
            linear, part = rest[:-2], rest[-1]
            values = parameter.detach().numpy().astype(np.float16)
            writer.add_tensor(f"blk.{layer}.{linear}.weight.lora_{part}", values)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotary position embedding of neighbouring pairs; the result has all first halves first."""
    first, second = x.unflatten(-1, (-1, 2)).unbind(-1)
    return torch.cat((first * cosines - second * sines, first * sines + second * cosines), -1)
