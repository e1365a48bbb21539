"""The connection to a Ray cluster, and what may go wrong with it, in words."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import socket
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assistant.errors import ClusterError, UsageError

LOCAL, AUTO = "local", "auto"
_MISSING = (
    "Batches on Ray need more packages: pip install "
    '"offline-paper-assistant[cluster]". Without --ray, this computer does the work alone.'
)
_HOST_AND_PORT = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>\d{1,5})")
_CONNECT_S = 5.0
# How long processors may be in use before that is an error.
_FREE_S = 15.0
# Shared memory of a cluster on this computer, in bytes: abstracts and results are small.
_STORE_BYTES = 200_000_000
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def check_address(address: str) -> str:
    """`address` if it is `local`, `auto` or HOST:PORT.

    Raises:
        UsageError: it is something else.
    """
    given = address.strip()
    if given in (LOCAL, AUTO):
        return given
    if given.startswith("ray://"):
        raise UsageError(
            f"--ray {given}: Ray clients are not supported. Run the command on a computer of the "
            "cluster, with --ray auto or --ray HOST:PORT."
        )
    match = _HOST_AND_PORT.fullmatch(given)
    if not match or not 0 < int(match["port"]) < 65_536:
        raise UsageError(
            f"--ray {given}: use local (this computer), auto (the cluster that runs here), or the "
            "address of a cluster such as 10.0.0.1:6379."
        )
    return given


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Connect to the cluster at `address`, or start one on this computer, and leave it at the end.

    Raises:
        UsageError: `address` is not one.
        ClusterError: Ray is not installed, or the cluster cannot be used.
    """
    address = check_address(address)
    # Ray Data is a part of Ray that needs PyArrow.
    if not all(importlib.util.find_spec(package) for package in ("ray", "pyarrow")):
        raise ClusterError(_MISSING)
    if address not in (LOCAL, AUTO):
        _check_reachable(address)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address == LOCAL:
        # Else Ray listens on the network, where everybody could run programs on this computer.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    with _quiet_stderr():
        yield from _initialized(address)


def _initialized(address: str) -> Iterator[None]:
    import ray

    # Also of the threads in which Ray works.
    warnings.filterwarnings("ignore", module=r"ray\b")
    warnings.filterwarnings("ignore", message=".*ray_remote_args")
    options: dict[str, Any] = {}
    if address == LOCAL:
        options = {
            "num_cpus": os.cpu_count() or 1,
            "include_dashboard": False,
            "object_store_memory": _STORE_BYTES,
            "_node_ip_address": "127.0.0.1",
        }
    try:
        ray.init(
            address=address,
            logging_level=logging.CRITICAL,
            log_to_driver=False,
            configure_logging=False,
            **options,
        )
        _configure()
        yield
    except (ConnectionError, RuntimeError, ValueError) as error:
        if ray.is_initialized():
            raise
        raise ClusterError(_explanation(address, error)) from error
    finally:
        ray.shutdown()


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Discard what Ray's C++ code writes to stderr; Python's own stderr stays what it is."""
    try:
        before, shown = sys.stderr, os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    try:
        own = before.fileno() == 2
    except (AttributeError, OSError, ValueError):
        own = False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if own:
        before.flush()
        sys.stderr = os.fdopen(
            os.dup(2), "w", buffering=1, encoding=before.encoding, errors=before.errors
        )
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(shown, 2)
        os.close(shown)
        if own:
            sys.stderr.close()
            sys.stderr = before


def _check_reachable(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S).close()
    except OSError as error:
        raise ClusterError(
            f"No Ray cluster answers at {address} ({error.strerror or error}). Start one with "
            f"`ray start --head --port={port}` on that computer, or check the address."
        ) from error


def _explanation(address: str, error: Exception) -> str:
    text = " ".join(str(error).split())
    if "ersion mismatch" in text:
        return (
            f"The Ray cluster has another version of Ray or Python: {text} Install the same "
            "versions on every computer."
        )
    if address == AUTO:
        return (
            "No Ray cluster runs on this computer. Start one with `ray start --head`, join one "
            "with `ray start --address=HOST:PORT`, or use --ray local."
        )
    if address == LOCAL:
        return f"Ray cannot be started on this computer: {text[:500]}"
    return (
        f"The Ray cluster at {address} cannot be used from this computer: {text[:500]} This "
        f"computer has to be part of it: run `ray start --address={address}` here first."
    )


def _configure() -> None:
    """Turn off what Ray writes to the terminal, even to stdout, and let it survive lost blocks."""
    import ray._private.worker as ray_worker
    from ray.data import DataContext

    # Messages about workers and nodes that died, for which there is no setting.
    ray_worker.print_to_stdstream = lambda data, ignore_prefix: None
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.enable_operator_progress_bars = False
    context.print_on_execution_start = False
    # Every dataset copies these settings when it is made. What is missing at the end is repeated.
    context.max_errored_blocks = -1


@dataclass(frozen=True)
class Capacity:
    """The engines that the cluster has space for, and the threads of each."""

    engines: int
    threads: int


def capacity(threads: int) -> Capacity:
    """The capacity of the cluster: an engine on every `threads` processors, fewer on small nodes.

    Raises:
        ClusterError: the cluster has no processors, or all are in use.
    """
    usable = [cpus for cpus in (int(n["Resources"].get("CPU", 0)) for n in _nodes()) if cpus]
    if not usable:
        raise ClusterError(
            "The Ray cluster has no processors for work. Start nodes with --num-cpus=1 or more."
        )
    each = max(1, min(threads, *usable))
    # The workers of a job that has just ended still hold theirs for a moment.
    deadline = time.monotonic() + _FREE_S
    while (free := _free_processors()) < each:
        if time.monotonic() > deadline:
            raise ClusterError(
                f"All processors of the Ray cluster are in use ({free} of {sum(usable)} are free, "
                f"and {each} are needed). Wait until other jobs have ended."
            )
        time.sleep(0.2)
    return Capacity(sum(cpus // each for cpus in usable), each)


def node_count() -> int:
    """How many computers (nodes) the cluster has."""
    return len(_nodes())


def _nodes() -> list[dict[str, Any]]:
    import ray

    ray_api: Any = ray  # has no types here
    return [node for node in ray_api.nodes() if node["Alive"]]


def _free_processors() -> int:
    import ray

    ray_api: Any = ray  # has no types here
    return int(ray_api.available_resources().get("CPU", 0))
