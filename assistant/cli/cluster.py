"""The option `--ray` of the commands that run batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.cli.streams import Streams
    from assistant.cluster import ClusterBatches
    from assistant.session import Session


@contextmanager
def cluster_of(
    address: str | None, session: Session, streams: Streams
) -> Iterator[ClusterBatches | None]:
    """The cluster at `address`, or None without an address.

    Raises:
        UsageError: the address is not one.
        ClusterError: Ray is not installed, or the cluster cannot be used.
    """
    if address is None:
        yield None
        return
    from assistant.cluster import ClusterBatches

    with ClusterBatches(address, session.settings, session.prompts, streams.note) as cluster:
        yield cluster


def report_failures(cluster: ClusterBatches | None, streams: Streams) -> None:
    """Exit with 1 if papers failed on the cluster."""
    if cluster is not None and cluster.failures:
        streams.note(
            f"{format_count(cluster.failures, 'paper')} failed on the Ray cluster. Run the same "
            "command again to try them again."
        )
        raise typer.Exit(1)
