"""Gradio is imported without writing into its own folder."""

from __future__ import annotations

import inspect
import subprocess
import sys

LOOK = """
import pathlib
written = []
pathlib.Path.write_text = lambda self, *_, **__: written.append(self.name)
from assistant.web.serving.stubs import without_stubs
with without_stubs():
    import gradio
    from gradio import component_meta as meta
    # As it is asked while a component is made.
    meta.create_or_modify_pyi(gradio.Button, "Button", [])
    assert not written, written
print(gradio.Textbox(label="still works").label)
"""


def test_no_stub_is_written_and_gradio_works() -> None:
    run = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout == "still works\n"


def test_files_are_found_again_afterwards() -> None:
    from assistant.web.serving.stubs import without_stubs

    with without_stubs():
        assert inspect.getfile(inspect) == inspect.__file__
    assert inspect.getfile(inspect) == inspect.__file__
