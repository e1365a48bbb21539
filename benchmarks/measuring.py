"""Helpers of the benchmarks: input data, times, memory, tables in Markdown, plain llama.cpp."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from assistant.models.llama import load_library, model_parameters

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PAGE = DATA / "trending_page.txt"


def seconds(action: Callable[[], object]) -> float:
    """Wall time of `action`."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def resident_bytes(process: int | str = "self") -> int:
    """Resident memory of a process (Linux only)."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(process: int) -> float:
    """Processor time that a process has used (Linux only)."""
    stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    # The name of the program, in parentheses, may contain spaces.
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def log(text: str) -> None:
    """Print progress on stderr."""
    print(text, file=sys.stderr)


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def plain_llama(path: Path, **options: Any) -> Any:
    """The model file opened with llama-cpp-python's high-level class, for comparison."""
    from llama_cpp import Llama

    # The parameters of the engine: the defaults of the binding crash on some processors.
    parameters = model_parameters(load_library())
    with mock.patch("llama_cpp.llama_cpp.llama_model_default_params", lambda: parameters):
        return Llama(str(path), verbose=False, **options)
