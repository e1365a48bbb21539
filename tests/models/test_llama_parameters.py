"""How a model is loaded on processors whose kernels are known to be miscompiled."""

from __future__ import annotations

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
