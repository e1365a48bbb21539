"""The command `doctor`: what this computer can run, and what is recommended for it."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import typer

from assistant.cli.options import JsonOption, ModelCall
from assistant.errors import ModelError
from assistant.text.formatting import format_size

if TYPE_CHECKING:
    from assistant.settings import Settings

_TITLES = {"llama_cpp": "llama.cpp", "gpu": "GPU", "gpu_advice": ""}


def doctor(
    as_json: JsonOption = False,
    *,
    call: ModelCall,
) -> None:
    """Show what this computer can run: memory, GPU, llama.cpp, the model in use.

    It also says which model of the catalogue is recommended for this computer, and why. Nothing is
    downloaded, and no server is asked. The exit code is 1 if the model in use cannot be opened.
    """
    facts = _facts(call.settings)
    if as_json:
        call.streams.json(facts)
    else:
        for name, value in facts.items():
            if value:
                call.streams.line((f"{_TITLES.get(name, name.capitalize()):<13}", "bold"), value)
    if facts["problem"]:
        raise typer.Exit(1)


def _facts(settings: Settings) -> dict[str, str]:
    from assistant.models.downloads.recommendation import recommend
    from assistant.models.gpu import describe_build, gpu_devices
    from assistant.models.memory import free_memory, total_memory

    build, advice = describe_build()
    devices = [
        f"{device.description}, {format_size(device.free)} of {format_size(device.total)} free"
        for device in gpu_devices()
    ]
    total, free = total_memory(), free_memory()
    model, problem = _model(settings)
    best = recommend(settings)
    return {
        "python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "processor": f"{settings.threads} threads are used (ASSISTANT_THREADS)",
        "memory": (
            "not reported by this system"
            if total is None or free is None
            else f"{format_size(total)}, of which {format_size(free)} are free"
        ),
        "llama_cpp": build,
        "gpu": "; ".join(devices) or "none that this build can use",
        "gpu_advice": advice,
        "model": model,
        "vectors": (
            f"indexed on the Chroma server {settings.chroma}"
            if settings.chroma
            else "indexed in the library's folder"
        ),
        "problem": problem,
        "recommended": best.reason,
        "how": f"assistant models pull {best.model.name} --use" if best.model else "",
    }


def _model(settings: Settings) -> tuple[str, str]:
    """The model in use, and why it cannot be opened ("" if it can)."""
    from assistant.models import ModelFile, describe_language_model
    from assistant.models.gpu import ALL_LAYERS, layers_on_gpu
    from assistant.models.model_check import check_model
    from assistant.models.model_files import inspect_language_model

    try:
        described = describe_language_model(settings)
        if not isinstance(described, ModelFile):
            return f"{described.name}, on the server {described.address.base}", ""
        layers = layers_on_gpu(settings, inspect_language_model(described.file), lambda note: None)
    except ModelError as error:
        return str(settings.model or ""), str(error)
    where = f"{'all' if layers >= ALL_LAYERS else layers} layers on the GPU"
    model = f"{described.name}, {where if layers else 'on the processor'}"
    try:
        check_model(settings)
    except ModelError as error:
        return model, str(error)
    return model, ""
