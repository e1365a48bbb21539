"""A Ray cluster of two nodes on this computer, and models that its workers open."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assistant.cluster.work import ModelOpeners
from assistant.embedder import Embedder
from assistant.errors import ModelError, ModelFileInvalid
from assistant.models import GenerationRequest, LanguageModel
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.paper import Paper
from assistant.settings import Settings

Notify = Callable[[str], None]
# In the title of a paper: the model fails, or its process dies.
POISON, DEADLY = "Poison", "Deadly"
_STORE_BYTES = 80_000_000
_SLOTS = 4
# Read when Ray is imported: everything listens on the loopback interface only.
os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


def papers(count: int, *titles: str) -> list[Paper]:
    """Different papers with an abstract, and one for each of `titles`."""
    named = [f"On the sleep of animal {n}" for n in range(count)] + list(titles)
    return [
        Paper(
            title=title,
            abstract=f"Sleep is a riddle. We show that subject {n} sleeps {n + 2} hours a day. "
            "We discuss why.",
        )
        for n, title in enumerate(named)
    ]


def summarizing_model(settings: Settings, notify: Notify) -> LanguageModel:
    """A model that repeats a sentence of the abstract, a little slowly."""

    def reply(request: GenerationRequest) -> str:
        text = request.messages[-1].content
        if DEADLY in text:
            os._exit(1)
        if POISON in text:
            raise ModelError("the model does not like this paper")
        return next(line for line in text.replace(". ", ".\n").splitlines() if "We show" in line)

    return ScriptedModel(reply, slots=_SLOTS, seconds_per_piece=0.02, name="fake")


def reading_model(settings: Settings, notify: Notify) -> LanguageModel:
    """A model that answers from sentences with a number."""

    def choose(request: GenerationRequest) -> dict[str, float]:
        text = " ".join(message.content for message in request.messages)
        answers = request.adapter != "relevance" or "hours a day" in text.rpartition("Sent")[2]
        return {"yes": 0.999, "no": 0.001} if answers else {"yes": 0.001, "no": 0.999}

    def reply(request: GenerationRequest) -> str:
        text = " ".join(message.content for message in request.messages)
        hours = next((word for word in text.split() if word.isdecimal()), "no")
        return "yes" if request.choices else f"It sleeps {hours} hours a day."

    adapters = ["relevance", "answer", "support"]
    return ScriptedModel(reply, slots=_SLOTS, adapters=adapters, choose=choose, name="reader")


def ranking_model(settings: Settings, notify: Notify) -> LanguageModel:
    """A small model without adapters, for which the library ranks sentences."""
    return ScriptedModel(
        lambda request: "The moon is made of cheese [1].", slots=_SLOTS, name="small"
    )


def missing_model(settings: Settings, notify: Notify) -> LanguageModel:
    """A model whose file is missing."""
    raise ModelFileInvalid("the model file /models/a.gguf is missing or cannot be read.")


def hashing_embedder(settings: Settings, notify: Notify) -> Embedder:
    """The fake embedder."""
    return HashingEmbedder()


def other_embedder(settings: Settings, notify: Notify) -> Embedder:
    """Another fake embedder."""
    return HashingEmbedder(dimension=32)


SUMMARIZING = ModelOpeners(summarizing_model, summarizing_model, hashing_embedder)
READING = ModelOpeners(reading_model, reading_model)
RANKING = ModelOpeners(ranking_model, ranking_model)
MISSING = ModelOpeners(summarizing_model, missing_model, other_embedder)


class TwoNodes:
    """A cluster of two nodes with one processor each; the second can die."""

    def __init__(self, cluster: Any) -> None:
        self._cluster = cluster
        self._second: Any = None
        self.address: str = cluster.address
        self.revive()

    def kill(self) -> None:
        """Kill the processes of the second node."""
        self._cluster.remove_node(self._second, allow_graceful=False)
        self._second = None

    def revive(self) -> None:
        """Start the second node if it is dead."""
        if self._second is None:
            self._second = self._cluster.add_node(
                num_cpus=1, object_store_memory=_STORE_BYTES, node_ip_address="127.0.0.1"
            )


@contextmanager
def two_nodes() -> Iterator[TwoNodes]:
    """Start the cluster, and end all of its processes."""
    from ray import cloudpickle as untyped_cloudpickle
    from ray.cluster_utils import Cluster as UntypedCluster

    cloudpickle: Any = untyped_cloudpickle
    start_cluster: Any = UntypedCluster
    # The workers do not have the tests on their path.
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    cluster = start_cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 1,
            "object_store_memory": _STORE_BYTES,
            "include_dashboard": False,
            "node_ip_address": "127.0.0.1",
        },
    )
    try:
        yield TwoNodes(cluster)
    finally:
        cluster.shutdown()
        cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
