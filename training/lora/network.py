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
from torch._dynamo import maybe_mark_dynamic
from torch.nn import functional as F  # noqa: N812 - its usual name

LINEAR = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
_MAX_TOKENS = 2048
# Added to the attention of tokens that are not seen.
_HIDDEN = -1e4
# A weight and, where it is trained, the two matrices of its adapter.
_Map = tuple[Tensor, tuple[Tensor, Tensor] | None]


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
        self.epsilon = field("attention.layer_norm_rms_epsilon")
        self.first, self.scale = first, alpha / rank
        # Compiled, elementwise operations are fused: 1.7 times the tokens a second. All layers and
        # lengths share the compiled code, which takes a minute to make.
        self._layer = torch.compile(_Layer(self.epsilon, self.heads))
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

    def _weights(self, layer: int) -> tuple[_Map, ...]:
        """The linear maps of `layer`, in the order of `LINEAR`."""

        def adapter(name: str) -> tuple[Tensor, Tensor] | None:
            if layer < self.first:
                return None
            a = self.adapters[f"blk_{layer}_{name}_a"]
            b = self.adapters[f"blk_{layer}_{name}_b"] * self.scale
            return a.bfloat16(), b.bfloat16()

        return tuple((self.weights[f"blk.{layer}.{name}.weight"], adapter(name)) for name in LINEAR)

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
        bias = torch.zeros(mask.shape, dtype=torch.bfloat16).masked_fill_(~mask, _HIDDEN)
        x = self.weights["token_embd.weight"][ids].float()
        for values, axes in ((x, (0, 1)), (bias, (0, 2, 3)), *((one, (0, 2)) for one in rotation)):
            for axis in axes:
                maybe_mark_dynamic(values, axis)
        for layer in range(self.layers):
            norms = tuple(
                self.weights[f"blk.{layer}.{name}_norm.weight"] for name in ("attn", "ffn")
            )
            with torch.set_grad_enabled(torch.is_grad_enabled() and layer >= self.first):
                x = self._layer(x, rotation, bias, norms, self._weights(layer))
        return _norm(x[wanted], self.weights["output_norm.weight"], self.epsilon)

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


def _linear(x: Tensor, weights: _Map) -> Tensor:
    weight, adapter = weights
    y = F.linear(x, weight)
    if adapter is not None:
        a, b = adapter
        y = y + F.linear(F.linear(x, a), b)
    return y


def _norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    return F.rms_norm(x, weight.shape, weight, epsilon).bfloat16()


class _Layer(nn.Module):
    """The computation of one layer; all layers share it, so it is compiled once.

    Its numbers are attributes: as arguments they would be variables of the compiled code.
    """

    def __init__(self, epsilon: float, heads: int) -> None:
        super().__init__()
        self._epsilon, self._heads = epsilon, heads

    def forward(
        self,
        x: Tensor,
        rotation: tuple[Tensor, Tensor],
        bias: Tensor,
        norms: tuple[Tensor, ...],
        maps: tuple[_Map, ...],
    ) -> Tensor:
        """Attention is written out: with a mask, the library's own takes three times longer."""
        texts, tokens, width = x.shape
        query, key, value, output, gate, up, down = maps
        h = _norm(x, norms[0], self._epsilon)

        def split(weights: _Map) -> Tensor:
            return _linear(h, weights).view(texts, tokens, -1, width // self._heads).transpose(1, 2)

        q, k, v = _rotate(split(query), *rotation), _rotate(split(key), *rotation), split(value)
        group = self._heads // k.shape[1]
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        seen = (q @ k.transpose(-1, -2)) * q.shape[-1] ** -0.5 + bias
        attended = (seen.softmax(-1) @ v).transpose(1, 2).reshape(texts, tokens, width)
        x = x + _linear(attended, output).float()
        h = _norm(x, norms[1], self._epsilon)
        return x + _linear(F.silu(_linear(h, gate)) * _linear(h, up), down).float()


def _rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Rotary position embedding of neighbouring pairs; the result has all first halves first."""
    first, second = x.unflatten(-1, (-1, 2)).unbind(-1)
    return torch.cat((first * cosines - second * sines, first * sines + second * cosines), -1)
