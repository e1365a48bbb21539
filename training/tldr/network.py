"""SmolLM2 as PyTorch computes it, from the weights of the GGUF file, with a LoRA on every map.

All weights keep the rows of the GGUF file: llama.cpp turns pairs of neighbouring numbers for the
positions of this architecture, and so does `_turned`, so what is trained here is exported as it is.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import Tensor, nn
from torch.nn import functional

MAPS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
_LONGEST = 2048


class Network(nn.Module):
    """The frozen model with a trainable LoRA of `rank` on the seven maps of every layer."""

    def __init__(self, path: Path, *, rank: int, alpha: float) -> None:
        """Read the weights of the GGUF file `path` (architecture `llama`) as bfloat16."""
        super().__init__()
        reader = GGUFReader(path)

        def field(name: str) -> Any:
            return reader.fields[f"llama.{name}"].contents()

        self.layers, self.width = field("block_count"), field("embedding_length")
        self.heads, self.key_heads = field("attention.head_count"), field("attention.head_count_kv")
        self.epsilon = field("attention.layer_norm_rms_epsilon")
        self.rank, self.scale = rank, alpha / rank
        self.weights = {}
        for tensor in reader.tensors:
            values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
            kind = torch.float32 if tensor.name.endswith("norm.weight") else torch.bfloat16
            self.weights[tensor.name] = torch.from_numpy(np.ascontiguousarray(values)).to(kind)
        size = self.width // self.heads
        speeds = 1.0 / field("rope.freq_base") ** (torch.arange(0, size, 2).float() / size)
        angles = torch.outer(torch.arange(_LONGEST).float(), speeds)
        self.turns = angles.cos().bfloat16(), angles.sin().bfloat16()
        self.down, self.up = nn.ParameterDict(), nn.ParameterDict()
        for layer in range(self.layers):
            for name in MAPS:
                rows, columns = self.weights[f"blk.{layer}.{name}.weight"].shape
                first = torch.empty(rank, columns)
                nn.init.kaiming_uniform_(first, a=math.sqrt(5))
                self.down[f"{layer}-{name}"] = nn.Parameter(first)
                self.up[f"{layer}-{name}"] = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, tokens: Tensor, wanted: Tensor) -> Tensor:
        """Logits, shape (positions wanted, vocabulary).

        `tokens` has the shape (papers, length) and is padded at its right; `wanted` has the same
        shape and is true where logits are asked for.
        """
        x = self.weights["token_embd.weight"][tokens].float()
        for layer in range(self.layers):
            x = self._layer(x, layer)
        x = self._norm(x[wanted], "output_norm.weight")
        return functional.linear(x, self.weights["token_embd.weight"]).float()

    def _layer(self, x: Tensor, layer: int) -> Tensor:
        papers, length, _ = x.shape
        h = self._norm(x, f"blk.{layer}.attn_norm.weight")

        def heads(name: str, count: int) -> Tensor:
            return self._map(h, layer, name).view(papers, length, count, -1).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            self._turned(heads("attn_q", self.heads)),
            self._turned(heads("attn_k", self.key_heads)).repeat_interleave(
                self.heads // self.key_heads, 1
            ),
            heads("attn_v", self.key_heads).repeat_interleave(self.heads // self.key_heads, 1),
            is_causal=True,
        )
        mixed = mixed.transpose(1, 2).reshape(papers, length, self.width)
        x = x + self._map(mixed, layer, "attn_output").float()
        h = self._norm(x, f"blk.{layer}.ffn_norm.weight")
        gated = functional.silu(self._map(h, layer, "ffn_gate")) * self._map(h, layer, "ffn_up")
        return x + self._map(gated, layer, "ffn_down").float()

    def _map(self, x: Tensor, layer: int, name: str) -> Tensor:
        key = f"{layer}-{name}"
        low = functional.linear(x, self.down[key].bfloat16())
        added = functional.linear(low, (self.up[key] * self.scale).bfloat16())
        return functional.linear(x, self.weights[f"blk.{layer}.{name}.weight"]) + added

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.rms_norm(x, (self.width,), self.weights[name], self.epsilon).bfloat16()

    def _turned(self, x: Tensor) -> Tensor:
        cosines, sines = (turn[: x.shape[2]] for turn in self.turns)
        even, odd = x.unflatten(-1, (-1, 2)).unbind(-1)
        return torch.cat((even * cosines - odd * sines, even * sines + odd * cosines), -1)
