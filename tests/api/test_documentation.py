"""The examples of docs/python.md run, and give what they say."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
SAYS = re.compile(r"  # -> (.*)$")


def run(block: str, namespace: dict[str, Any]) -> Iterator[tuple[list[str], list[str]]]:
    """Run a block; for each statement with `# ->`: what it promises, and what it prints or is."""
    lines = block.splitlines()
    for statement in ast.parse(block).body:
        printed = io.StringIO()
        value = None
        with redirect_stdout(printed):
            if isinstance(statement, ast.Expr):
                code = compile(ast.Expression(statement.value), str(PAGE), "eval")
                value = eval(code, namespace)
            else:
                exec(compile(ast.Module([statement], []), str(PAGE), "exec"), namespace)
        source = lines[statement.lineno - 1 : statement.end_lineno]
        promised = [match[1] for line in source if (match := SAYS.search(line))]
        if promised:
            got = printed.getvalue().splitlines()
            yield promised, got if value is None else [*got, str(value)]


def test_the_examples_give_what_they_say(
    references: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert references.parent == tmp_path
    namespace: dict[str, Any] = {}
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    checked = 0
    for block in blocks:
        for promised, found in run(block, namespace):
            assert found == promised
            checked += 1
    assert len(blocks) >= 9
    assert checked >= 20


def test_every_method_is_documented() -> None:
    from assistant import PaperLibrary

    page = PAGE.read_text(encoding="utf-8")
    methods = {
        name
        for name in dir(PaperLibrary)
        if not name.startswith("_") and callable(getattr(PaperLibrary, name))
    }
    left = {name for name in methods if f"`{name}(" not in page} - {"close", "import_inputs"}
    assert not left
