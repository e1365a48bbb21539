"""Train the TL;DR adapter of the embedded model and write it as a GGUF file.

Usage: python -m training.tldr.adapter --out FILE [--epochs 3] [--resume]

Needs `pip install -e '.[training]'`. The targets are those of SciTLDR's training papers that say
nothing beyond title and abstract; the model learns them from the prompt of the product, rendered by
the product, with the sentences that the product shows it. On 2 cores with bfloat16 arithmetic (AMX)
it takes a quarter of an hour. The state is kept after every epoch; --resume goes on from there.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from assistant.models.chat_template import ChatTemplate
from assistant.models.embedded import packaged_file
from assistant.models.llama import LlamaModel
from assistant.prompt import Prompt
from assistant.summarizing.line import is_faithful
from assistant.summarizing.salience import essence
from assistant.text.words import vocabulary
from training.tldr.network import Network
from training.tldr.papers import Example, data_hash, examples

RANK, ALPHA = 16, 32.0
BATCH = 8
PEAK_RATE = 5e-4
WARM_UP = 0.06
LEAST_COVERED = 0.5
_LABEL = re.compile(r"^tl;?\s?dr\s*[:-]\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """Tokens of a prompt and of the reply that is to follow it, its end included."""

    prompt: list[int]
    reply: list[int]

    @property
    def length(self) -> int:
        """How many tokens the network reads: all but the last."""
        return len(self.prompt) + len(self.reply) - 1


def target_of(paper: Example) -> str | None:
    """The TL;DR to learn, as a sentence; None if it says what the paper's abstract does not."""
    text = _LABEL.sub("", paper.references[0])
    words = text.split()
    if not 6 <= len(words) <= 40:
        return None
    if words[0].isalpha():
        text = text[0].upper() + text[1:]
    if text[-1] not in ".!?":
        text += "."
    source = f"{paper.title}\n{paper.abstract}"
    mine = vocabulary(text)
    covered = len(mine & vocabulary(source)) / len(mine)
    return text if covered >= LEAST_COVERED and is_faithful(text, source) else None


def pairs(split: str) -> list[Pair]:
    """What is learned from the papers of `split`."""
    model = LlamaModel(packaged_file())
    template = ChatTemplate(model, "SmolLM2")
    prompt = Prompt.load("tldr")
    end = model.tokenise("<|im_end|>", markup=True)
    found = []
    for paper in examples(split):
        target = target_of(paper)
        if target is not None:
            messages = prompt.messages(
                title=paper.title, abstract=essence(paper.title, paper.abstract)
            )
            reply = model.tokenise(target, markup=False) + end
            found.append(Pair(template.tokens(messages), reply))
    model.close()
    return found


def batches(found: list[Pair], dice: random.Random) -> Iterator[list[Pair]]:
    """One epoch of shuffled batches, each of pairs of about the same length."""
    order = found[:]
    dice.shuffle(order)
    made = []
    for begin in range(0, len(order), BATCH * 16):
        group = sorted(order[begin : begin + BATCH * 16], key=lambda pair: pair.length)
        made += [group[at : at + BATCH] for at in range(0, len(group), BATCH)]
    dice.shuffle(made)
    yield from made


def loss_of(network: Network, batch: list[Pair]) -> Tensor:
    """Mean negative log-likelihood (nats) of the reply tokens of `batch`."""
    length = max(pair.length for pair in batch)
    tokens = torch.zeros(len(batch), length, dtype=torch.long)
    wanted = torch.zeros(len(batch), length, dtype=torch.bool)
    aims: list[int] = []
    for row, pair in enumerate(batch):
        tokens[row, : pair.length] = torch.tensor((pair.prompt + pair.reply)[:-1])
        wanted[row, len(pair.prompt) - 1 : pair.length] = True
        aims += pair.reply
    return functional.cross_entropy(network(tokens, wanted), torch.tensor(aims))


def write_adapter(network: Network, path: Path) -> None:
    """Write what was learned as llama.cpp's LoRA file, in float16."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", ALPHA)
    writer.add_string("general.name", "One-sentence TL;DRs by SmolLM2-135M-Instruct")
    writer.add_string("general.description", f"SciTLDR train.jsonl {data_hash('train')}")
    for key in sorted(network.down):
        layer, name = key.split("-", 1)
        for letter, values in (("a", network.down[key]), ("b", network.up[key])):
            data = values.detach().numpy().astype(np.float16)
            writer.add_tensor(f"blk.{layer}.{name}.weight.lora_{letter}", data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    """Train, print the losses, write the adapter and beside it how it came about."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True, help="the GGUF file to write")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="peak learning rate")
    parser.add_argument("--resume", action="store_true", help="go on from the kept state")
    given = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(2)
    network = Network(packaged_file(), rank=RANK, alpha=ALPHA)
    learned, held = pairs("train"), pairs("dev")
    steps = given.epochs * -(-len(learned) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=given.rate, betas=(0.9, 0.98))
    state_file = given.out.with_suffix(".state")
    epoch = step = 0
    if given.resume and state_file.is_file():
        state = torch.load(state_file, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        epoch, step = state["epoch"], state["step"]
    print(f"{len(learned)} pairs, {steps} steps", flush=True)
    begun, losses = time.time(), []
    for epoch in range(epoch, given.epochs):
        for batch in batches(learned, random.Random(epoch)):
            done = step / steps
            rate = given.rate * min(1.0, done / WARM_UP) * 0.5 * (1 + math.cos(math.pi * done))
            for group in optimiser.param_groups:
                group["lr"] = rate
            loss = loss_of(network, batch)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
            losses.append(loss.item())
            if step % 20 == 0:
                mean = sum(losses[-20:]) / 20
                print(f"step {step}: loss {mean:.3f}, {time.time() - begun:.0f} s", flush=True)
        with torch.no_grad():
            dev = [loss_of(network, held[at : at + BATCH]).item() for at in range(0, 160, BATCH)]
        print(f"epoch {epoch + 1}: dev loss {sum(dev) / len(dev):.4f}", flush=True)
        write_adapter(network, given.out.with_suffix(f".{epoch + 1}.gguf"))
        torch.save(
            {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "epoch": epoch + 1,
                "step": step,
            },
            state_file,
        )
    write_adapter(network, given.out)
    made = {
        "trained_on": {"scitldr/train.jsonl": data_hash("train")},
        "pairs": len(learned), "epochs": given.epochs, "steps": steps, "batch": BATCH,
        "rank": RANK, "alpha": ALPHA, "peak_rate": given.rate,
        "seconds": round(time.time() - begun),
    }  # fmt: skip
    given.out.with_suffix(".json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
