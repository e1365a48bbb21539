"""Which model of the catalogue fits this computer best, and why."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.models.downloads.catalogue import CatalogueModel, catalogue
from assistant.models.gpu import GpuDevice, gpu_devices
from assistant.models.memory import total_memory
from assistant.models.speed import reading_rate
from assistant.settings import Settings
from assistant.text.formatting import format_size

# A model may need this share of all memory: other programs need the rest.
_SHARE = 0.6
# Slower ones take longer than anyone waits for an answer of 100 tokens.
_SLOWEST = 5.0


@dataclass(frozen=True)
class Recommendation:
    """The recommended model, None for the bundled one, and the reason in one or two sentences."""

    model: CatalogueModel | None
    reason: str


def recommend(settings: Settings) -> Recommendation:
    """Choose for this computer: its memory, its processor and its GPU, which are measured."""
    return choose(total_memory(), reading_rate(settings.threads), gpu_devices())


def choose(memory: int | None, bandwidth: float, devices: list[GpuDevice]) -> Recommendation:
    """The largest model that fits and is fast enough.

    Args:
        memory: bytes of memory, None if unknown.
        bandwidth: bytes of weights that are read per second when the processor writes tokens.
        devices: the GPUs that the installed llama.cpp can use.

    """
    graphics = sum(device.free for device in devices)
    best: CatalogueModel | None = None
    for model in catalogue():
        on_gpu = model.memory <= _SHARE * graphics
        on_processor = (
            memory is not None
            and model.memory <= _SHARE * memory
            and bandwidth / model.bytes >= _SLOWEST
        )
        if on_gpu or on_processor:
            best = model
    here = _computer(memory, devices)
    if best is None:
        return Recommendation(
            None,
            f"The bundled model fits this computer best ({here}): every larger one needs more "
            f"memory, or would write less than {_SLOWEST:.0f} tokens per second.",
        )
    if best.memory <= _SHARE * graphics:
        how = "it fits into the GPU"
    else:
        rate = bandwidth / best.bytes
        how = f"it would write about {rate:,.{0 if rate >= 10 else 1}f} tokens per second"
    return Recommendation(
        best,
        f"{best.name} ({best.title}, {best.licence}) is the largest that fits this computer "
        f"({here}): it needs {format_size(best.memory)} of memory, and {how}.",
    )


def _computer(memory: int | None, devices: list[GpuDevice]) -> str:
    parts = ["unknown memory" if memory is None else f"{format_size(memory)} of memory"]
    parts += [f"{device.description} with {format_size(device.free)} free" for device in devices]
    return ", ".join(parts if devices else [*parts, "no usable GPU"])
