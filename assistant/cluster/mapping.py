"""Maps records to results on the cluster with Ray Data: a pool of actors, and streamed blocks.

The records of one dataset are put into Ray's memory by this process, so there are no tasks that
read, which could wait for processors that the actors hold. The blocks of a worker that dies are
sent again when the others are done. A block that kills its workers is divided into its records.
"""

from __future__ import annotations

import pickle
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assistant.cluster.messages import Failed, Unusable
from assistant.cluster.worker import Worker, package_fingerprint
from assistant.errors import ClusterError

if TYPE_CHECKING:
    from assistant.cluster.connection import Capacity
    from assistant.cluster.work import Work
    from assistant.progress import Progress

# Whether records are sent alone: what did not arrive is sent again, in the end record by record, so
# that one that kills its worker takes no other with it.
_ALONE = (False, False, True, True)
_POLL_S = 0.2
_JOIN_S = 3.0
_CRASHED = Failed("the worker process ended each time it processed this paper")


class _Interrupted(Exception):
    """Ray gave a dataset up, such as after the death of a node."""


def map_records(
    work: Work, records: Sequence[Any], capacity: Capacity, progress: Progress
) -> Iterator[tuple[int, Any]]:
    """Yield the place of each of `records` with its result or a `Failed`, as they arrive.

    After a stop, only what has arrived is yielded.

    Raises:
        ClusterError: a node or the cluster cannot be used.
    """
    waiting = set(range(len(records)))
    for alone in _ALONE:
        arrived, interruption = 0, None
        try:
            for place, result in _pass(work, records, sorted(waiting), alone, capacity, progress):
                if place in waiting:
                    waiting.remove(place)
                    arrived += 1
                    yield place, result
        except _Interrupted as error:
            interruption = error
        if progress.stop_requested or not waiting:
            return
    if interruption is not None and not arrived:
        raise ClusterError(
            f"The Ray cluster failed ({interruption}). What was finished is saved. Run the same "
            "command again to continue."
        ) from interruption
    for place in sorted(waiting):
        yield place, _CRASHED


def _pass(
    work: Work,
    records: Sequence[Any],
    places: Sequence[int],
    alone: bool,
    capacity: Capacity,
    progress: Progress,
) -> Iterator[tuple[int, Any]]:
    # At least two blocks for each engine, so that all have work until the end.
    most = 1 if alone else work.block
    size = max(1, min(most, -(-len(places) // (2 * capacity.engines))))
    calls = 1 if alone else work.concurrent_blocks
    arrived: queue.Queue[dict[str, Any] | BaseException | None] = queue.Queue(maxsize=64)
    ended = threading.Event()

    def put(what: dict[str, Any] | BaseException | None) -> None:
        while not ended.is_set():
            try:
                arrived.put(what, timeout=_POLL_S)
            except queue.Full:
                continue
            return

    def read() -> None:
        # Ray waits without looking for a stop, so it does that in a thread.
        try:
            for batch in _batches(work, records, places, size, calls, capacity):
                put(batch)
                if ended.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    reader = threading.Thread(target=read, name="ray results", daemon=True)
    reader.start()
    try:
        while not progress.stop_requested:
            try:
                batch = arrived.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if batch is None:
                return
            yield from _results(batch)
        while not arrived.empty():
            if (last := arrived.get()) is not None and not isinstance(last, BaseException):
                yield from _results(last)
    finally:
        ended.set()
        reader.join(_JOIN_S)


def _batches(
    work: Work,
    records: Sequence[Any],
    places: Sequence[int],
    size: int,
    calls: int,
    capacity: Capacity,
) -> Iterator[dict[str, Any]]:
    import ray.data

    rows = [{"number": place, "record": pickle.dumps(records[place])} for place in places]
    dataset = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // size))
    del rows
    mapped = dataset.map_batches(
        Worker,
        fn_constructor_args=(work, capacity.threads, package_fingerprint()),
        batch_size=None,
        batch_format="pyarrow",
        num_cpus=capacity.threads,
        # Ray would wait for space to start a dead actor again, for ever on a smaller cluster. So
        # its blocks are lost, and sent again with the next dataset.
        max_restarts=0,
        compute=ray.data.ActorPoolStrategy(
            min_size=1,
            max_size=capacity.engines,
            initial_size=capacity.engines,
            max_tasks_in_flight_per_actor=calls if calls == 1 else calls + 1,
            max_concurrent_calls_per_actor=calls,
            enable_true_multi_threading=True,
        ),
    )
    table: Any
    for table in mapped.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pyarrow"):
        yield table.to_pydict()


def _results(batch: dict[str, Any] | BaseException) -> Iterator[tuple[int, Any]]:
    if isinstance(batch, BaseException):
        text = " ".join(str(batch).split())
        raise _Interrupted(f"{type(batch).__name__}: {text[:300]}") from batch
    for number, pickled in zip(batch["number"], batch["result"], strict=True):
        result = pickle.loads(pickled)  # noqa: S301 (made by our own workers)
        if isinstance(result, Unusable):
            raise ClusterError(f"The node {result.node} of the Ray cluster: {result.reason}")
        yield int(number), result
