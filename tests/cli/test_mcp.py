from __future__ import annotations

import importlib.util

import pytest
from cli_support import Run


def test_without_its_package_the_command_says_how_to_install_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = run("mcp")
    assert result.exit_code == 2
    assert 'pip install "offline-paper-assistant[mcp]"' in result.stderr
    assert result.stdout == ""
