"""Batches on a real cluster of two nodes on this computer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from cluster_support import (
    DEADLY,
    POISON,
    SUMMARIZING,
    TwoNodes,
    papers,
    two_nodes,
)

from assistant.cluster import ClusterBatches
from assistant.cluster.work import ModelOpeners
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.settings import load_settings
from assistant.summarizing import summarize_papers

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"),
    pytest.mark.slow,
    pytest.mark.xdist_group("ray"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Connect = Callable[..., ClusterBatches]


@pytest.fixture(scope="module")
def cluster() -> Iterator[TwoNodes]:
    with two_nodes() as started:
        yield started


@pytest.fixture
def connect(cluster: TwoNodes, tmp_path: Path) -> Connect:
    """Connects to the cluster, with fakes; notes are collected."""
    cluster.revive()

    def connected(openers: ModelOpeners, notes: list[str] | None = None) -> ClusterBatches:
        return ClusterBatches(
            cluster.address,
            load_settings().model_copy(update={"slots": 4}),
            tmp_path / "prompts",
            (notes if notes is not None else []).append,
            openers,
        )

    return connected


def library_of(folder: Path, found: list[Paper]) -> Library:
    library = Library.open(folder, HashingEmbedder())
    library.add(found)
    return library


def test_a_stopped_batch_continues_where_it_ended(connect: Connect, tmp_path: Path) -> None:
    with library_of(tmp_path / "ray", papers(24)) as library:
        with connect(SUMMARIZING) as batches:
            progress = Progress()
            for number, _ in enumerate(batches.summarizer(library).run(progress=progress)):
                if number == 3:
                    progress.stop()
        done = library.tldrs.count()
        assert 4 <= done < 24
        with connect(SUMMARIZING) as batches:
            again = list(batches.summarizer(library).run())
        assert len(again) == 24
        assert sum(not result.new for result in again) == done


def test_what_fails_costs_only_itself(connect: Connect, tmp_path: Path) -> None:
    notes: list[str] = []
    found = papers(6, f"{POISON} paper", f"{DEADLY} paper")
    with connect(SUMMARIZING, notes) as batches:
        writer = batches.tldr_writer()
        results = list(summarize_papers(found, batches.model, writer=writer))
    assert [result.title for result in results] == [paper.title for paper in found[:6]]
    assert batches.failures == 2
    assert any("does not like this paper" in note for note in notes)
    assert any("process ended each time" in note for note in notes)
