"""What the benchmarks share: time taken, notes on stderr, tables in Markdown, plain llama.cpp."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from assistant.models.llama import load_library, model_parameters


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def note(text: str) -> None:
    """Say on stderr what is being done."""
    print(text, file=sys.stderr)


def rows(title: str, head: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> None:
    """Print one table."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for line in lines:
        print(f"| {' | '.join(line)} |")


def plain_llama(path: Path, **options: Any) -> Any:
    """The model file opened by llama-cpp-python's high-level class, for comparison."""
    from llama_cpp import Llama

    # As the engine loads models: on some processors the binding's own way crashes.
    parameters = model_parameters(load_library())
    with mock.patch("llama_cpp.llama_cpp.llama_model_default_params", lambda: parameters):
        return Llama(str(path), verbose=False, **options)
