"""GPUs that the installed llama.cpp can use, and how many layers of a model they take."""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ModelError
from assistant.models.gguf import GgufInfo
from assistant.models.llama import LlamaContext, LlamaModel, load_library
from assistant.models.memory import needed_memory
from assistant.settings import Settings

# `ggml_backend_dev_type` of ggml-backend.h.
_GPU, _INTEGRATED = 1, 2
# Share of the free memory of a GPU that is used, and bytes that stay free besides: the screen and
# other programs need some, and llama.cpp allocates more than weights and cache.
_SHARE = 0.9
_RESERVE = 500_000_000
# Tokens of the context that tries a GPU.
_TRIAL_TOKENS = 256
# All layers of any model.
ALL_LAYERS = 1000
_NVIDIA, _AMD = Path("/proc/driver/nvidia/version"), Path("/dev/kfd")


@dataclass(frozen=True)
class GpuDevice:
    """A GPU; `free` and `total` memory are in bytes."""

    name: str
    description: str
    free: int
    total: int


def gpu_devices() -> list[GpuDevice]:
    """GPUs that the installed llama.cpp can use; integrated ones only if there is no other.

    Raises:
        ModelError: llama.cpp cannot be loaded.
    """
    library = load_library()
    if not library.llama_supports_gpu_offload():
        return []
    found = list(_devices(_ggml()))
    own = [device for kind, device in found if kind == _GPU]
    return own or [device for kind, device in found if kind == _INTEGRATED]


def _ggml() -> Any:
    from llama_cpp._ggml import libggml

    return libggml


def _devices(ggml: Any) -> list[tuple[int, GpuDevice]]:
    """Kind and details of every device that `ggml` knows."""
    ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    ggml.ggml_backend_dev_type.restype = ctypes.c_int
    ggml.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
    for text in (ggml.ggml_backend_dev_name, ggml.ggml_backend_dev_description):
        text.restype = ctypes.c_char_p
        text.argtypes = [ctypes.c_void_p]
    size = ctypes.POINTER(ctypes.c_size_t)
    ggml.ggml_backend_dev_memory.restype = None
    ggml.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
    found = []
    for index in range(ggml.ggml_backend_dev_count()):
        device = ggml.ggml_backend_dev_get(index)
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        name, description = (
            (text(device) or b"").decode("utf-8", "replace")
            for text in (ggml.ggml_backend_dev_name, ggml.ggml_backend_dev_description)
        )
        details = GpuDevice(name, description or name, free.value, total.value)
        found.append((ggml.ggml_backend_dev_type(device), details))
    return found


def choose_layers(
    setting: int | Literal["auto"], info: GgufInfo, context: int, devices: list[GpuDevice]
) -> int:
    """Number of layers to put on the GPU: 0 for none, `ALL_LAYERS` for all.

    Args:
        setting: the user's number, or `auto` for as many as fit into the free memory.
        info: header of the model.
        context: tokens of context.
        devices: the usable GPUs.

    """
    if setting != "auto" or not devices:
        return 0 if setting == "auto" else setting
    room = sum(int(device.free * _SHARE) - _RESERVE for device in devices if device.free > _RESERVE)
    needed = needed_memory(info, context)
    if needed <= room:
        return ALL_LAYERS
    layers = info.integer(f"{info.architecture}.block_count")
    return max(0, min(layers, room * (layers + 1) // needed)) if layers else 0


def layers_on_gpu(settings: Settings, info: GgufInfo, notify: Callable[[str], None]) -> int:
    """Number of layers of the model with the header `info` to put on the GPU, by the settings.

    The user is told if the settings demand a GPU and there is none to use.

    Raises:
        ModelError: llama.cpp cannot be loaded.
    """
    devices = gpu_devices()
    if settings.gpu_layers not in ("auto", 0) and not devices:
        build, advice = describe_build()
        notify(
            f"No GPU can be used ({build}), so the model runs on the processor. {advice}".rstrip()
        )
        return 0
    return choose_layers(settings.gpu_layers, info, settings.context, devices)


def share_on_gpu(layers: int, info: GgufInfo) -> float:
    """The share of the model, 0 to 1, that `layers` layers on a GPU are."""
    blocks = info.integer(f"{info.architecture}.block_count")
    return min(1.0, layers / (blocks + 1)) if layers and blocks else float(layers >= ALL_LAYERS)


def open_model(path: Path, gpu_layers: int, notify: Callable[[str], None]) -> LlamaModel:
    """Load the GGUF file `path` with `gpu_layers` layers on the GPU.

    If the GPU fails, the user is told, and the model runs on the processor.

    Raises:
        ModelError: llama.cpp cannot load the file.
    """
    if not gpu_layers:
        return LlamaModel(path)
    model: LlamaModel | None = None
    try:
        model = LlamaModel(path, gpu_layers)
        _try(model)
    except ModelError as error:
        if model is not None:
            model.close()
        notify(
            f"The GPU cannot be used for this model, so it runs on the processor: {error} "
            "ASSISTANT_GPU_LAYERS=0 does so without trying, a smaller number needs less memory."
        )
        return LlamaModel(path)
    return model


def _try(model: LlamaModel) -> None:
    """Compute one token.

    Raises:
        ModelError: the GPU has too little memory, or fails.
    """
    context = LlamaContext(
        model,
        sequences=1,
        tokens=_TRIAL_TOKENS,
        batch=_TRIAL_TOKENS,
        threads=1,
        flash_attention=True,
        unified=False,
    )
    try:
        context.decode([(max(model.bos, 0), 0, 0, True)])
    finally:
        context.close()


def describe_build() -> tuple[str, str]:
    """What the installed llama.cpp can use, and how to get another build ("" if this one is right).

    Raises:
        ModelError: llama.cpp cannot be loaded.
    """
    library = load_library()
    import llama_cpp

    version = f"llama-cpp-python {llama_cpp.__version__}"
    devices = gpu_devices()
    if devices:
        kinds = ", ".join(device.name for device in devices)
        return f"{version}, with GPU ({kinds})", ""
    if library.llama_supports_gpu_offload():
        return f"{version}, built for a GPU, but it finds none", (
            "Check the driver of the GPU. The processor is used meanwhile."
        )
    return f"{version}, for the processor only", _other_build(llama_cpp.__version__)


def _other_build(version: str) -> str:
    """How to compile llama.cpp for the GPU that this computer seems to have; "" without one."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        gpu, option = "Apple", "-DGGML_METAL=ON"
    elif _NVIDIA.exists():
        gpu, option = "NVIDIA", "-DGGML_CUDA=ON"
    elif _AMD.exists():
        gpu, option = "AMD", "-DGGML_VULKAN=ON"
    else:
        return ""
    return (
        f"This computer has a GPU ({gpu}). To use it, install its development kit and run: "
        f'CMAKE_ARGS="{option}" pip install --force-reinstall --no-deps --no-cache-dir '
        f"llama-cpp-python=={version}"
    )
