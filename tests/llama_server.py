"""Run `llama_cpp.server`, a real model server: `python tests/llama_server.py --model FILE`.

On machines with AMX, llama.cpp crashes with weights in the repacked form that it chooses there, so
that is turned off (`assistant.models.llama` does the same).
"""

from __future__ import annotations

import sys
from typing import Any

import llama_cpp
from llama_cpp import llama_cpp as low_level

original = low_level.llama_model_default_params


def parameters() -> Any:
    """The default parameters without repacked weights."""
    default = original()
    default.use_extra_bufts = False
    return default


low_level.llama_model_default_params = parameters
llama_cpp.llama_model_default_params = parameters

if __name__ == "__main__":
    from llama_cpp.server.__main__ import main

    sys.exit(main())  # type: ignore[no-untyped-call]
