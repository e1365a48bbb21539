"""How llama.cpp is loaded: beside other programs, and where its kernels are miscompiled."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from assistant.models.llama import model_parameters


@pytest.mark.parametrize(("has_amx", "extra"), [(0, True), (1, False)])
def test_matrix_kernels_that_crash_are_not_chosen(has_amx: int, extra: bool) -> None:
    library = SimpleNamespace(
        llama_model_default_params=lambda: SimpleNamespace(use_extra_bufts=True),
        llama_print_system_info=lambda: f"CPU : AVX2 = 1 | AMX_INT8 = {has_amx} | ".encode(),
    )
    assert model_parameters(library).use_extra_bufts is extra


@pytest.mark.parametrize(("given", "looks"), [({}, "2000"), ({"GOMP_SPINCOUNT": "77"}, "77")])
def test_threads_look_for_each_other_a_short_time_only(given: dict[str, str], looks: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "GOMP_SPINCOUNT"}
    # OpenMP says on stderr what it has read when it is loaded.
    environment |= {"OMP_DISPLAY_ENV": "VERBOSE", **given}
    command = "from assistant.models.llama import load_library; load_library()"
    said = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True
    ).stderr
    if "GOMP_SPINCOUNT" not in said:
        pytest.skip("llama.cpp was not compiled with GNU's OpenMP here")
    assert f"GOMP_SPINCOUNT = '{looks}'" in said
