"""No modules import each other in a circle."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def cycle(imports: dict[str, set[str]]) -> list[str]:
    """Modules each of which imports the next one, the last being the first; empty without any."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_cycle_is_noticed() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert set(cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


@pytest.mark.parametrize("package", ["assistant", "benchmarks", "training"])
def test_no_import_cycles(package: str) -> None:
    # Imports within functions and those for type checking count as well.
    graph = grimp.build_graph(package, cache_dir=None)
    assert graph.modules
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert cycle(imports) == []
