"""Layers on the GPU: how many, and what happens if there is none or it fails."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from model_support import write_header

from assistant.errors import ModelError, SettingsError
from assistant.models import gpu, model_check
from assistant.models.gguf import GgufInfo, inspect_gguf
from assistant.models.gpu import (
    ALL_LAYERS,
    GpuDevice,
    choose_layers,
    describe_build,
    gpu_devices,
    layers_on_gpu,
    open_model,
    share_on_gpu,
)
from assistant.models.memory import needed_memory
from assistant.models.model_check import check_model
from assistant.settings import load_settings

GB = 1_000_000_000


@pytest.fixture
def info(tmp_path: Path) -> GgufInfo:
    """A model of 20 layers and 16 MB."""
    return inspect_gguf(
        write_header(tmp_path / "m.gguf", {"llama.block_count": 20}, values=4_000_000)
    )


def device(free: int) -> GpuDevice:
    return GpuDevice("CUDA0", "A card", free, 2 * free)


class Opened:
    """A model that can be opened, with any number of layers that `works` accepts."""

    opened: list[int]

    def __init__(self, path: Path, gpu_layers: int = 0) -> None:
        self.opened.append(gpu_layers)
        if gpu_layers > 5:
            raise ModelError("out of memory")
        self.gpu_layers = gpu_layers
        self.bos = 1
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_without_a_gpu_nothing_changes(info: GgufInfo) -> None:
    assert choose_layers("auto", info, 2048, []) == 0
    assert share_on_gpu(0, info) == 0.0


def test_all_layers_are_offloaded_if_they_fit(info: GgufInfo) -> None:
    assert choose_layers("auto", info, 2048, [device(8 * GB)]) == ALL_LAYERS
    assert share_on_gpu(ALL_LAYERS, info) == 1.0


def test_as_many_layers_as_fit_beside_other_programs(info: GgufInfo) -> None:
    needed = needed_memory(info, 2048)
    half = int((needed / 2 + 500_000_000) / 0.9) + 100_000
    layers = choose_layers("auto", info, 2048, [device(half)])
    assert layers == pytest.approx(10, abs=1)
    assert share_on_gpu(layers, info) == pytest.approx(layers / 21)
    assert choose_layers("auto", info, 2048, [device(400_000_000)]) == 0
    # Two cards have room together.
    assert choose_layers("auto", info, 2048, [device(half), device(half)]) == ALL_LAYERS


def test_the_user_decides(info: GgufInfo) -> None:
    assert choose_layers(0, info, 2048, [device(8 * GB)]) == 0
    assert choose_layers(7, info, 2048, [device(8 * GB)]) == 7


def test_the_setting_is_a_number_or_auto(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().gpu_layers == "auto"
    for given, value in (("0", 0), ("33", 33), ("auto", "auto")):
        monkeypatch.setenv("ASSISTANT_GPU_LAYERS", given)
        assert load_settings().gpu_layers == value
    for given in ("all", "-1", "1001", "2.5", ""):
        monkeypatch.setenv("ASSISTANT_GPU_LAYERS", given)
        with pytest.raises(SettingsError, match="use auto, or a number from 0 to 1000"):
            load_settings()


def test_a_gpu_that_is_demanded_but_missing_is_told(
    info: GgufInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "gpu_devices", list)
    notes: list[str] = []
    for given in ("0", "auto"):
        monkeypatch.setenv("ASSISTANT_GPU_LAYERS", given)
        assert layers_on_gpu(load_settings(), info, notes.append) == 0
    assert notes == []
    monkeypatch.setenv("ASSISTANT_GPU_LAYERS", "5")
    assert layers_on_gpu(load_settings(), info, notes.append) == 0
    assert notes[0].startswith("No GPU can be used (llama-cpp-python ")


def test_a_failed_offload_falls_back_to_the_processor_with_a_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Opened.opened = []
    monkeypatch.setattr(gpu, "LlamaModel", Opened)
    monkeypatch.setattr(gpu, "_try", lambda model: None)
    notes: list[str] = []
    assert open_model(Path("m.gguf"), 5, notes.append).gpu_layers == 5
    assert notes == []
    assert open_model(Path("m.gguf"), 6, notes.append).gpu_layers == 0
    assert Opened.opened == [5, 6, 0]
    assert "runs on the processor: out of memory ASSISTANT_GPU_LAYERS=0" in notes[0]


def test_a_gpu_that_cannot_compute_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    Opened.opened = []
    tried: list[Any] = []

    def fail(model: Any) -> None:
        tried.append(model)
        raise ModelError("no kernel")

    monkeypatch.setattr(gpu, "LlamaModel", Opened)
    monkeypatch.setattr(gpu, "_try", fail)
    notes: list[str] = []
    assert open_model(Path("m.gguf"), 5, notes.append).gpu_layers == 0
    assert tried[0].closed
    assert "no kernel" in notes[0]
    assert open_model(Path("m.gguf"), 0, notes.append).gpu_layers == 0
    assert len(tried) == 1


def test_devices_are_those_of_ggml(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {1: 0, 2: 2, 3: 1}

    def memory(number: int, free: Any, total: Any) -> None:
        ctypes.cast(free, ctypes.POINTER(ctypes.c_size_t))[0] = number * GB
        ctypes.cast(total, ctypes.POINTER(ctypes.c_size_t))[0] = 2 * number * GB

    def function(call: Any) -> Any:
        return type("Function", (), {"__call__": lambda self, *given: call(*given)})()

    ggml = SimpleNamespace(
        ggml_backend_dev_count=function(lambda: 3),
        ggml_backend_dev_get=function(lambda index: index + 1),
        ggml_backend_dev_type=function(lambda number: kinds[number]),
        ggml_backend_dev_name=function(lambda number: f"D{number}".encode()),
        ggml_backend_dev_description=function(lambda number: b""),
        ggml_backend_dev_memory=function(memory),
    )
    monkeypatch.setattr(gpu, "_ggml", lambda: ggml)
    library = SimpleNamespace(llama_supports_gpu_offload=lambda: True)
    monkeypatch.setattr(gpu, "load_library", lambda: library)
    assert gpu_devices() == [GpuDevice("D3", "D3", 3 * GB, 6 * GB)]
    kinds[3] = 3
    assert gpu_devices() == [GpuDevice("D2", "D2", 2 * GB, 4 * GB)]
    library.llama_supports_gpu_offload = lambda: False
    assert gpu_devices() == []


def test_the_installed_build_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import llama_cpp

    monkeypatch.setattr(gpu, "gpu_devices", list)
    library = SimpleNamespace(llama_supports_gpu_offload=lambda: False)
    monkeypatch.setattr(gpu, "load_library", lambda: library)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(gpu, "_NVIDIA", tmp_path / "none")
    monkeypatch.setattr(gpu, "_AMD", tmp_path / "none")
    version = f"llama-cpp-python {llama_cpp.__version__}"
    assert describe_build() == (f"{version}, for the processor only", "")
    monkeypatch.setattr(gpu, "_NVIDIA", tmp_path)
    _, advice = describe_build()
    assert 'CMAKE_ARGS="-DGGML_CUDA=ON"' in advice
    assert f"llama-cpp-python=={llama_cpp.__version__}" in advice
    library.llama_supports_gpu_offload = lambda: True
    build, advice = describe_build()
    assert "it finds none" in build
    assert "driver" in advice
    monkeypatch.setattr(gpu, "gpu_devices", lambda: [device(GB)])
    assert describe_build() == (f"{version}, with GPU (CUDA0)", "")


def test_what_is_on_the_gpu_needs_no_other_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_header(tmp_path / "m.gguf", {"llama.block_count": 20}, values=4_000_000)
    monkeypatch.setattr(model_check, "_check_architecture", lambda info: None)
    monkeypatch.setattr(model_check, "free_memory", lambda: 1_000_000)
    monkeypatch.setattr(gpu, "gpu_devices", list)
    with pytest.raises(ModelError, match="of memory with"):
        check_model(load_settings(model=file))
    monkeypatch.setattr(gpu, "gpu_devices", lambda: [device(8 * GB)])
    check_model(load_settings(model=file))
