"""Whether the selected language model can be opened, without opening it.

Only headers are read, and llama.cpp loads the vocabulary.
"""

from __future__ import annotations

from assistant.errors import ModelError, ModelFileInvalid
from assistant.models.gguf import GgufInfo
from assistant.models.gpu import layers_on_gpu, share_on_gpu
from assistant.models.local.selection import selected_file
from assistant.models.memory import free_memory, needed_memory
from assistant.models.model_files import inspect_language_model
from assistant.settings import Settings
from assistant.text.formatting import format_size


def check_model(settings: Settings) -> None:
    """Check that the selected model can be opened; much faster than opening it.

    Raises:
        ModelFileInvalid: missing, not a valid GGUF file, not a language model, or llama.cpp does
            not support its architecture.
        ModelError: no model has this name, or it does not fit into the free memory.
    """
    file = selected_file(settings)
    if file is None:
        return
    info = inspect_language_model(file)
    _check_architecture(info)
    # What is on the GPU needs no other memory.
    on_gpu = share_on_gpu(layers_on_gpu(settings, info, lambda note: None), info)
    needed = int(needed_memory(info, settings.context) * (1 - on_gpu))
    free = free_memory()
    if free is not None and needed > free:
        raise ModelError(
            f"{file}: needs {format_size(needed)} of memory with {settings.context:,} tokens of "
            f"context, but only {format_size(free)} are free. Choose a smaller model or context, "
            "or close other programs."
        )


def _check_architecture(info: GgufInfo) -> None:
    from assistant.models.llama import load_library, model_parameters

    library = load_library()
    parameters = model_parameters(library)
    # Loads only the header and the vocabulary, which is fast.
    parameters.vocab_only = True
    pointer = library.llama_model_load_from_file(str(info.path).encode(), parameters)
    if not pointer:
        raise ModelFileInvalid(
            f"{info.path}: llama.cpp does not support the architecture "
            f"{info.architecture or '?'!r}, or cannot read the vocabulary. A newer version of "
            "llama-cpp-python may support it."
        )
    library.llama_model_free(pointer)
