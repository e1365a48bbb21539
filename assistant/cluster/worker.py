"""The actor of Ray Data: one model, which processes block after block."""

from __future__ import annotations

import hashlib
import pickle
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.cluster.messages import Unusable
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from pyarrow import Table

    from assistant.cluster.work import RunRecords, Work

_CODE = ("*.py", "*.json", "*.txt")


@cache
def package_fingerprint() -> str:
    """A hash of the code and the data of the assistant on this computer."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for file in sorted(file for pattern in _CODE for file in root.rglob(pattern)):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Worker:
    """Opens the model once and processes blocks, several at the same time if the work allows.

    What is wrong with the worker is its result, because Ray would start it again and again.
    """

    def __init__(self, work: Work, threads: int, package: str) -> None:
        """Open the model of `work`; `package` is the fingerprint of the assistant's own code."""
        self._unusable = ""
        self._run: RunRecords | None = None
        if package != package_fingerprint():
            self._unusable = (
                "it has another version of the assistant. Install the same one on every node."
            )
            return
        try:
            self._run = work.open(threads)
        except AssistantError as error:
            self._unusable = str(error)
        except Exception as error:
            self._unusable = f"the worker cannot be started ({error!r})"

    def __call__(self, block: Table) -> Table:
        """The pickled results of a block of pickled records, with their numbers."""
        import pyarrow

        if self._run is None:
            report = Unusable(_node(), self._unusable)
            return pyarrow.table({"number": [-1], "result": [pickle.dumps(report)]})
        records = [pickle.loads(one) for one in block["record"].to_pylist()]  # noqa: S301 (our own)
        results = [pickle.dumps(result) for result in self._run(records)]
        return pyarrow.table({"number": block["number"], "result": results})


def _node() -> str:
    import ray

    ray_util: Any = ray.util  # has no types here
    return str(ray_util.get_node_ip_address())
