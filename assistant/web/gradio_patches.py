"""Changes to Gradio that its public interface does not offer; docs/page.md lists them.

They depend on Gradio's internals. So pyproject.toml pins the minor version they were tested with,
and `patch_gradio` checks at every start that these internals still exist.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from assistant.errors import PageError

VERSION = "6.31"


@contextmanager
def without_type_stubs() -> Iterator[None]:
    """Import Gradio in this block, without the type stubs that it writes for editors.

    For every component, Gradio parses its module and writes a stub beside it, on each import. That
    takes 1.1 of 2.6 s of computing, and the folder may be read-only. It writes no stub for a
    component whose file it cannot find.
    """
    getfile = inspect.getfile

    def getfile_unless_for_stubs(component: Any) -> str:
        if sys._getframe(1).f_globals.get("__name__") == "gradio.component_meta":
            raise OSError("No stub is wanted.")
        return getfile(component)

    with mock.patch.object(inspect, "getfile", getfile_unless_for_stubs):
        yield


def patch_gradio() -> None:
    """Check Gradio's internals and keep the memory of a window from growing.

    When a handler skips an output or changes a property of it, Gradio replaces the component with a
    copy that has an id of its own. At the next plain value it treats this id as that of a new
    component, and keeps it with its value while the window is open: 0.3 MB per question. So a copy
    gets the id of the component it replaces.

    Raises:
        PageError: this version of Gradio lacks something the page depends on.
    """
    try:
        missing = list(_missing())
    except (ImportError, AttributeError) as error:
        missing = [str(error)]
    if missing:
        raise PageError(
            f"The page needs Gradio {VERSION}, and the installed Gradio differs "
            f"({'; '.join(missing)}). Install it with: pip install 'gradio=={VERSION}.*'"
        )
    from gradio import blocks, state_holder

    state = state_holder.SessionState
    set_component: Callable[[Any, int, Any], None] = state.__setitem__
    if getattr(set_component, "keeps_id", False):
        return

    def set_with_id(self: Any, key: int, value: Any) -> None:
        if isinstance(value, blocks.Block):
            value._id = key
        set_component(self, key, value)

    set_with_id.keeps_id = True  # type: ignore[attr-defined]
    state.__setitem__ = set_with_id  # type: ignore[method-assign]


def _missing() -> Iterator[str]:
    """What the page depends on and Gradio lacks."""
    import gradio
    from gradio import blocks, component_meta, routes, state_holder

    if not gradio.__version__.startswith(f"{VERSION}."):
        yield f"it is version {gradio.__version__}"
    if list(inspect.signature(state_holder.SessionState.__setitem__).parameters)[1:] != [
        "key",
        "value",
    ]:
        yield "SessionState.__setitem__ has other parameters"
    if "request" not in inspect.signature(blocks.Blocks.process_api).parameters:
        yield "Blocks.process_api gets no request"
    for function, name in (
        (component_meta.create_or_modify_pyi, "getfile"),
        (blocks.Block.__init__, "_id"),
        (blocks.Blocks.__init__, "max_threads"),
        (routes.App.__init__, "stop_event"),
    ):
        if name not in inspect.unwrap(function).__code__.co_names:
            yield f"{function.__qualname__} does not use {name}"
