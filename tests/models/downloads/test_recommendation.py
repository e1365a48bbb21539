"""Which model is recommended for which computer, and why."""

from __future__ import annotations

import pytest

from assistant.models.downloads.recommendation import choose
from assistant.models.gpu import GpuDevice

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("memory", "bandwidth", "graphics", "name"),
    [
        (2 * GB, 10 * GB, 0, None),
        (4 * GB, 10 * GB, 0, "qwen2.5-1.5b"),
        (8 * GB, 6 * GB, 0, "qwen2.5-1.5b"),
        (8 * GB, 2 * GB, 0, None),
        (8 * GB, 15 * GB, 0, "qwen3-4b"),
        (16 * GB, 15 * GB, 0, "qwen3-4b"),
        (16 * GB, 40 * GB, 0, "qwen3-8b"),
        (2 * GB, 1 * GB, 12 * GB, "qwen3-8b"),
        (None, 40 * GB, 0, None),
    ],
)
def test_the_largest_that_fits_and_is_fast_enough(
    memory: int | None, bandwidth: float, graphics: int, name: str | None
) -> None:
    devices = [GpuDevice("CUDA0", "A card", graphics, graphics)] if graphics else []
    found = choose(memory, bandwidth, devices)
    assert (found.model.name if found.model else None) == name
    if graphics:
        assert "A card with 12,000.0 MB free" in found.reason
        assert "fits into the GPU" in found.reason
    elif name:
        assert f"{name} (" in found.reason
        assert "tokens per second" in found.reason
        assert "no usable GPU" in found.reason
    else:
        assert found.reason.startswith("The bundled model fits this computer best")
