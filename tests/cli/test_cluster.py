"""The option --ray; what happens on a cluster is tested in tests/cluster."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path

import pytest
from cli_support import Run


@pytest.mark.parametrize("command", [["tldr"], ["embed"], ["table", "--column", "a=What?"]])
def test_a_wrong_address_is_one_line(run: Run, filled: Path, command: list[str]) -> None:
    result = run(*command, "--ray", "locl")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "--ray locl: use local (this computer), auto" in result.stderr
    assert result.stdout == ""


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")
def test_an_unreachable_cluster_is_one_line(run: Run, filled: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    result = run("tldr", "--ray", address)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert f"No Ray cluster answers at {address}" in result.stderr
    assert "ray start --head" in result.stderr


def test_one_explained_tldr_needs_no_cluster(run: Run, filled: Path) -> None:
    result = run("tldr", "--explain", "x", "--ray", "local")
    assert result.exit_code == 2
    assert "no --ray" in result.stderr
