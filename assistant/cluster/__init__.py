"""Batches on a Ray cluster: TL;DRs, tables and vectors, computed by workers on many computers.

The catalogue stays on the computer that runs the command, which is its only writer. Ray is an
optional dependency and is imported when a cluster is used.
"""

from assistant.cluster.batches import ClusterBatches

__all__ = ["ClusterBatches"]
