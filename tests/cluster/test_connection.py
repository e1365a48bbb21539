"""What is said when a cluster cannot be used; no cluster is started here."""

from __future__ import annotations

import importlib.util
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant.cluster.connection import check_address, connected
from assistant.cluster.messages import Failed
from assistant.cluster.work import ModelFileIdentity, ModelSource, on_this_node, separated
from assistant.errors import ClusterError, ModelError, ModelFileInvalid, UsageError
from assistant.ordering import in_order
from assistant.settings import load_settings

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")


@pytest.mark.parametrize("given", ["local", "auto", "10.0.0.1:6379", "head.lab:6379", "[::1]:6379"])
def test_addresses(given: str) -> None:
    assert check_address(f" {given} ") == given


@pytest.mark.parametrize(
    "given", ["", "locl", "10.0.0.1", "head:0", "head:99999", "http://head:6379", "a b:1"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="use local"):
        check_address(given)


def test_ray_clients_are_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match="Run the command on a computer of the cluster"):
        check_address("ray://head:10001")


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with (
        pytest.raises(ClusterError, match=r"pip install .*\[cluster\]"),
        connected("local"),
    ):
        pass


@needs_ray
def test_an_address_where_nothing_answers() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with (
        pytest.raises(ClusterError, match=rf"No Ray cluster answers at 127\.0\.0\.1:{port}"),
        connected(f"127.0.0.1:{port}"),
    ):
        pass


@needs_ray
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("address", "raised", "said"),
    [
        (
            "auto",
            RuntimeError("Version mismatch: The cluster was started with: Ray: 2.9.0"),
            r"another version of Ray or Python.*2\.9\.0.*Install the same",
        ),
        ("auto", ConnectionError("Could not find any running Ray"), "No Ray cluster runs on this"),
        ("local", RuntimeError("no memory"), "cannot be started on this computer: no memory"),
    ],
)
def test_what_ray_says_is_translated(
    monkeypatch: pytest.MonkeyPatch, address: str, raised: Exception, said: str
) -> None:
    import ray

    def fail(**given: Any) -> None:
        assert given["log_to_driver"] is False
        raise raised

    monkeypatch.setattr(ray, "init", fail)
    with pytest.raises(ClusterError, match=said), connected(address):
        pass


def test_a_changed_or_missing_model_file_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"GGUF" * 100)
    identity = ModelFileIdentity.of(file)
    identity.check()
    file.write_bytes(b"GGUG" * 100)
    with pytest.raises(ModelFileInvalid, match="differs from that of this library"):
        identity.check()
    file.unlink()
    with pytest.raises(ModelFileInvalid, match="missing or cannot be read"):
        identity.check()


def test_workers_get_the_key_and_the_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.gguf").write_bytes(b"GGUF")
    source = ModelSource.of(load_settings(model=Path("./model.gguf")))
    assert source.settings.model == tmp_path / "model.gguf"
    assert [file.path for file in source.files] == [tmp_path / "model.gguf"]
    monkeypatch.setenv("ASSISTANT_SERVER_KEY", "secret")
    server = ModelSource.of(load_settings(model="http://127.0.0.1:8080/v1"))
    assert server.settings.server_key is not None
    assert server.settings.server_key.get_secret_value() == "secret"
    assert not server.files
    assert on_this_node(server.settings, 3).threads == 3


def test_a_record_that_fails_is_found() -> None:
    calls: list[list[int]] = []

    def run(records: Any) -> list[int]:
        calls.append(list(records))
        if 3 in records:
            raise ModelError("not three")
        return [2 * record for record in records]

    assert separated(run, [1, 2]) == [2, 4]
    assert separated(run, [1, 3, 2]) == [2, Failed("not three"), 4]


def test_results_are_put_in_order() -> None:
    arrived = [(1, "b"), (0, "a"), (4, "e"), (2, "c")]
    assert list(in_order(arrived)) == ["a", "b", "c", "e"]
    held = in_order(iter(arrived))
    assert next(held) == "a"
