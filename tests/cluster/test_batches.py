"""Batches on a real cluster of two nodes on this computer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from cluster_support import (
    DEADLY,
    MISSING,
    POISON,
    RANKING,
    READING,
    SUMMARIZING,
    TwoNodes,
    papers,
    ranking_model,
    reading_model,
    summarizing_model,
    two_nodes,
)
from model_server_support import says, scripted_server
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.cluster import ClusterBatches
from assistant.cluster.work import ModelOpeners
from assistant.errors import ClusterError
from assistant.library import Library, StoredTldr
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.settings import load_settings
from assistant.summarizing import Summarizer, summarize_papers
from assistant.tabulating import Tabulator, parse_column

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


def test_a_node_dies_and_no_tldr_is_lost_or_written_twice(
    cluster: TwoNodes, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings()
    with library_of(tmp_path / "plain", papers(40)) as plain:
        model = summarizing_model(settings, print)
        expected = [(r.title, r.tldr, r.method) for r in Summarizer(plain, model).run()]
    notes: list[str] = []
    with library_of(tmp_path / "ray", papers(40)) as library:
        saved: Counter[int] = Counter()
        save = library.tldrs.save

        def counted(tldr: StoredTldr, paper: Paper | None = None) -> bool:
            saved[tldr.number] += 1
            if saved.total() == 6:
                cluster.kill()
            return save(tldr, paper)

        monkeypatch.setattr(library.tldrs, "save", counted)
        with connect(SUMMARIZING, notes) as batches:
            found = [(r.title, r.tldr, r.method) for r in batches.summarizer(library).run()]
        assert batches.failures == 0
    assert found == expected
    assert len(saved) == 40
    assert set(saved.values()) == {1}
    assert "2 nodes, 2 workers with 1 thread each" in notes[0]


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


def test_tables_are_the_same(connect: Connect, tmp_path: Path) -> None:
    columns = (parse_column("hours=How many hours?"), parse_column("who=Who wrote it?"))
    bare = Paper(title="Only a title")
    for openers, model in (
        (READING, reading_model(load_settings(), print)),
        (RANKING, ranking_model(load_settings(), print)),
    ):
        with library_of(tmp_path / model.name, [*papers(9), bare]) as library:
            asked = library.papers.all
            with connect(openers) as batches:
                rows = list(batches.tabulator(library).run(columns, asked()))
            assert all(row.new for row in rows[:9])
            stored = list(Tabulator(library, model, load_settings()).run(columns, asked()))
            assert not any(row.new for row in stored), "the driver saved them under the same key"
            plain = Tabulator(library, model, load_settings()).run(columns, asked(), redo=True)
            assert [row.as_json(columns) for row in rows] == [r.as_json(columns) for r in plain]
    assert rows[0].cells[0].answer


def test_vectors_are_the_same(connect: Connect, tmp_path: Path) -> None:
    with (
        library_of(tmp_path / "plain", papers(30)) as plain,
        library_of(tmp_path / "ray", papers(30)) as library,
    ):
        plain.vectors.embed_missing()
        with connect(SUMMARIZING) as batches:
            assert batches.embed_missing(library, Progress()) == 30
            assert batches.embed_missing(library, Progress()) == 0
        numbers = range(1, 31)
        expected, made = plain.vectors.stored(numbers), library.vectors.stored(numbers)
        by_paper = dict(zip(made.papers.tolist(), made.vectors.tolist(), strict=True))
        assert by_paper == dict(
            zip(expected.papers.tolist(), expected.vectors.tolist(), strict=True)
        )


def test_a_node_without_the_model_is_named(connect: Connect, tmp_path: Path) -> None:
    with (
        library_of(tmp_path / "ray", papers(3)) as library,
        connect(MISSING) as batches,
    ):
        with pytest.raises(ClusterError, match=r"node 127\.0\.0\.1.*a\.gguf is missing"):
            list(batches.summarizer(library).run())
        with pytest.raises(ClusterError, match=r"embedding model differs"):
            batches.embed_missing(library, Progress())
        assert library.tldrs.count() == 0


def test_the_command_line_with_a_model_server(
    cluster: TwoNodes, connect: Connect, tmp_path: Path
) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text(
        "".join(
            json.dumps({"title": paper.title, "abstract": paper.abstract}) + "\n"
            for paper in papers(5)
        )
    )
    with scripted_server() as server:
        server.replies = [says("We show that sleep lasts some hours a day.")]
        options = ["--model", server.address, "--ray", cluster.address, "--json"]
        result = CliRunner().invoke(app, ["tldr", str(source), *options])
        asked = len(server.chats())
        again = CliRunner().invoke(app, ["tldr", str(source), *options])
    assert result.exit_code == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["title"] for line in lines] == [paper.title for paper in papers(5)]
    assert {line["model"] for line in lines} == {"tiny-135M"}
    assert result.stderr.count("\n") == 1, "Ray says nothing"
    assert asked == len(server.chats()) == 5, "each paper is asked once"
    assert again.stdout == result.stdout
