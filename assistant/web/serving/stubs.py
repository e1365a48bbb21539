"""Importing Gradio without the type stubs that it writes for editors.

For every component Gradio parses the module it is in and writes a stub beside it, each time it is
imported. That takes 1.1 of 2.6 s of computing, and there may be nobody who could write there.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

_WRITER = "gradio.component_meta"


@contextmanager
def without_stubs() -> Iterator[None]:
    """Within the block no stub is written: a component whose file is not found gets none."""
    getfile = inspect.getfile

    def not_for_stubs(component: Any) -> str:
        if sys._getframe(1).f_globals.get("__name__") == _WRITER:
            raise OSError("No stub is wanted.")
        return getfile(component)

    with mock.patch.object(inspect, "getfile", not_for_stubs):
        yield
