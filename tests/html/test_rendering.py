"""HTML comes from templates only, which escape every value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

import assistant
from assistant.html import render
from assistant.html.rendering import _environment

PACKAGE = Path(assistant.__file__).parent
MARKUP = re.compile(
    r"(?<!\?P)</?(?:a|article|b|bdi|body|cite|code|details|div|em|footer|form|h[1-6]|head|header|hr|html|i"
    r"|img|input|label|li|link|main|mark|meta|nav|ol|p|script|section|span|strong|style|summary"
    r"|table|tbody|td|th|thead|time|title|tr|ul)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
# MathML is built as a tree, and the readers look for markup in what they read.
WITHOUT_TEMPLATES = ("html/formulas.py", "html/mathml.py", "reading/", "models/gguf.py")


def strings(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each text constant, also within f-strings, except docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str):
            yield node.lineno, node.value


def test_no_module_builds_html_from_strings() -> None:
    assert list(strings("x = f'<p>{1}</p>'")) == [(1, "<p>"), (1, "</p>")]
    found = [
        f"{name}:{line}: {text[:60]}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not (name := path.relative_to(PACKAGE).as_posix()).startswith(WITHOUT_TEMPLATES)
        for line, text in strings(path.read_text(encoding="utf-8"))
        if MARKUP.search(text)
    ]
    assert found == []


def test_every_template_is_used_and_compiles() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)
        included = any(
            f'"{name}"' in environment.loader.get_source(environment, other)[0]  # type: ignore[union-attr]
            for other in environment.list_templates()
            if other != name
        )
        assert f'"{name}"' in sources or included, f"{name} is not used"


def test_values_are_escaped_and_sanitized() -> None:
    html = render("text.html", text="<b>&\"'\u202e\0", kind='"><i>', heading=False)
    assert html == '<p class="&#34;&gt;&lt;i&gt;">&lt;b&gt;&amp;&#34;&#39;</p>'


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="heading"):
        render("text.html", text="text", kind="nothing")
