from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import LibraryFull, LibraryReadOnly
from assistant.library import ImportReport, Library, StoredTldr
from assistant.library.batch_writer import BATCH
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.progress import Progress, Report
from assistant.reading import read_file

MakePapers = Callable[..., list[Paper]]


def test_the_real_page_twice(
    folder: Path, notes: list[str], shared_data: Path, embedder: HashingEmbedder
) -> None:
    def page() -> Iterator[Paper]:
        return read_file(shared_data / "trending_page.txt", lambda failure: None)

    with Library.open(folder, embedder, notes.append) as library:
        assert library.add(page()) == ImportReport(read=73, added=73)
        assert library.vectors.missing() == 73
        assert library.vectors.embed_missing() == 73
        embedded = len(embedder.texts)
        assert embedded >= 73
    with Library.open(folder, embedder, notes.append) as library:
        assert library.add(page()) == ImportReport(read=73, unchanged=73)
        assert library.vectors.embed_missing() == 0
        assert len(embedder.texts) == embedded, "nothing is embedded again"
        best = library.search("How much smaller does Compressor make pre-trained code models?")[0]
        assert best.stored.title == "Compressing Pre-trained Models of Code into 3 MB"
        status = library.status()
    assert (status.papers, status.missing_vectors, status.chunks) == (73, 0, embedded)
    assert status.vectors == status.chunks
    assert not status.full_text_only
    assert status.catalog_bytes > 100_000
    assert status.chroma_bytes > 100_000
    assert notes == []


@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError])
def test_what_was_read_before_a_failure_stays(
    library: Library, make_papers: MakePapers, failure: type[BaseException]
) -> None:
    def stream() -> Iterator[Paper]:
        yield from make_papers(count)
        raise failure

    count = 2 * BATCH + 234
    done: list[int] = []
    with pytest.raises(failure):
        library.add(stream(), Progress(lambda report: done.append(report.done)))
    assert library.papers.count() == count
    assert done == [BATCH, 2 * BATCH, count]
    assert library.search("penguins")
    again = ImportReport(read=count + 66, added=66, unchanged=count)
    assert library.add(make_papers(count + 66)) == again


def test_an_interrupt_while_writing_loses_one_batch_at_most(
    library: Library, make_papers: MakePapers
) -> None:
    def interrupt(report: Report) -> None:
        if report.done == BATCH:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.add(make_papers(BATCH + 400), Progress(interrupt))
    assert library.papers.count() == BATCH


class Interrupted(HashingEmbedder):
    """Is interrupted when it is asked for the third time."""

    calls = 0

    def embed(self, texts: object) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        self.calls += 1
        if self.calls == 3:
            raise KeyboardInterrupt
        return super().embed(texts)  # type: ignore[arg-type]


def test_a_stopped_import_keeps_what_was_read(folder: Path, make_papers: MakePapers) -> None:
    progress = Progress()

    def stopping() -> Iterator[Paper]:
        for number, paper in enumerate(make_papers(BATCH + 10)):
            if number == BATCH + 5:
                progress.stop()
            yield paper

    with Library.open(folder, None) as library:
        report = library.add(stopping(), progress)
        assert report.added == library.papers.count() == BATCH + 5
        assert progress.latest.done == BATCH + 5


def test_embedding_goes_on_where_it_stopped(folder: Path, make_papers: MakePapers) -> None:
    embedder = Interrupted()
    reports: list[Report] = []
    with Library.open(folder, embedder) as library:
        library.add(make_papers(300))
        with pytest.raises(KeyboardInterrupt):
            library.vectors.embed_missing(Progress(reports.append))
        assert [(report.done, report.total) for report in reports] == [(64, 300), (128, 300)]
        assert library.vectors.missing() == 172
        one_batch = Progress(lambda report: one_batch.stop())
        assert library.vectors.embed_missing(one_batch) == 64
        assert library.vectors.embed_missing() == 108
        assert library.vectors.missing() == 0
    paper_texts = [text for text in embedder.texts if "\n" in text]
    assert len(paper_texts) == len(set(paper_texts)) == 300, "none was embedded twice"


def test_a_changed_abstract_is_embedded_again(
    library: Library, embedder: HashingEmbedder, make_papers: MakePapers
) -> None:
    library.add([*make_papers(10), Paper(title="T", abstract="Walrus…", doi="10.1/x")])
    library.vectors.embed_missing()
    del embedder.texts[:]
    report = library.add([Paper(title="T", abstract="Seal, not walrus, it is.", doi="10.1/x")])
    assert report == ImportReport(read=1, merged=1)
    assert library.vectors.missing() == 1
    assert library.vectors.embed_missing() == 1
    assert embedder.texts == ["T\nSeal, not walrus, it is."]
    assert library.search("seal not walrus")[0].stored.id == "doi:10.1/x"


def test_another_embedder_drops_the_vectors_and_says_so(
    folder: Path, notes: list[str], make_papers: MakePapers
) -> None:
    with Library.open(folder, HashingEmbedder(64), notes.append) as library:
        library.add(make_papers(30))
        library.vectors.embed_missing()
    assert notes == []
    with Library.open(folder, HashingEmbedder(32), notes.append) as library:
        (note,) = notes
        assert "30 papers must be embedded again" in note
        assert library.vectors.missing() == 30
        assert library.search("penguins", budget_s=0)[0].similarity is not None, "made at once"
        assert library.vectors.embed_missing() == 29
        assert library.search("penguins")[0].similarity is not None
    assert len(notes) == 1


def test_without_an_embedder_vectors_stay_untouched(
    folder: Path, embedder: HashingEmbedder, make_papers: MakePapers
) -> None:
    with Library.open(folder, embedder) as library:
        library.add(make_papers(30))
        library.vectors.embed_missing()
    with Library.open(folder, None) as library:
        library.add(make_papers(31))
        assert library.vectors.embed_missing() == 0
        assert library.vectors.embed_words(["x"]) is None
        hits = library.search("penguins")
        assert hits
        assert all(hit.similarity is None for hit in hits)
        status = library.status()
        assert status.full_text_only
        assert (status.embedder, status.chunks, status.missing_vectors) == (None, 30, 1)
    with Library.open(folder, embedder) as library:
        assert library.vectors.missing() == 1
        assert not library.status().full_text_only
        vectors = library.vectors.embed_words(["a", "b c"])
        assert vectors is not None
        assert [one.tokens.shape for one in vectors] == [(1, 64), (2, 64)]


def test_chroma_deleted_is_rebuilt_without_embedding(
    folder: Path, notes: list[str], embedder: HashingEmbedder, make_papers: MakePapers
) -> None:
    with Library.open(folder, embedder, notes.append) as library:
        library.add(make_papers(200))
        library.vectors.embed_missing()
        before = library.search("penguins folding in Kyoto")
    shutil.rmtree(folder / "chroma")
    embedded = len(embedder.texts)
    with Library.open(folder, embedder, notes.append) as library:
        assert library.search("penguins folding in Kyoto") == before
    assert len(embedder.texts) == embedded + 1, "the question alone"
    assert notes == []
    assert list((folder / "chroma").glob("*/chroma.sqlite3"))


def test_chroma_that_cannot_be_used_is_done_without(
    folder: Path,
    notes: list[str],
    embedder: HashingEmbedder,
    make_papers: MakePapers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no Chroma today")

    with Library.open(folder, embedder, notes.append) as library:
        library.add(make_papers(20))
        library.vectors.embed_missing()
        before = library.search("penguins")
        monkeypatch.setattr("chromadb.api.models.Collection.Collection.query", broken)
        assert library.search("penguins")[0].stored == before[0].stored
        library.add(make_papers(5, first=20))
        library.vectors.embed_missing()
        assert library.search("penguins")
    (note,) = notes
    assert "Chroma cannot be used (no Chroma today)" in note


SECOND_PROCESS = """
import json, sys
from pathlib import Path
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper

with Library.open(Path(sys.argv[1]), HashingEmbedder(), print) as library:
    for line in sys.stdin:
        order = json.loads(line)
        if "add" in order:
            library.add([Paper(**order["add"])])
            library.vectors.embed_missing()
        hits = library.search(order["search"], limit=5)
        found = [[hit.stored.number, round(hit.similarity, 4)] for hit in hits]
        print(json.dumps(found), flush=True)
"""


@pytest.mark.parametrize("first_has_chroma", [True, False])
def test_two_processes_share_a_library(
    folder: Path,
    embedder: HashingEmbedder,
    make_papers: MakePapers,
    notes: list[str],
    first_has_chroma: bool,
) -> None:
    with Library.open(folder, embedder, notes.append) as library:
        library.add(make_papers(100))
        library.vectors.embed_missing()
    other = subprocess.Popen(
        [sys.executable, "-c", SECOND_PROCESS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin is not None
    assert other.stdout is not None

    def order(**what: object) -> list[list[float]]:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write(json.dumps(what) + "\n")
        other.stdin.flush()
        answer: list[list[float]] = json.loads(other.stdout.readline())
        return answer

    with Library.open(folder, embedder, notes.append) as library:

        def mine(query: str) -> list[list[float]]:
            hits = library.search(query, limit=5)
            return [[hit.stored.number, round(hit.similarity or 0, 4)] for hit in hits]

        query = "tulips blooming near Lagos"
        if first_has_chroma:
            mine(query)
        theirs = order(search=query)
        assert theirs == mine(query)
        # What either of them adds, both find.
        walrus = {"title": "Walrus songs", "abstract": "A walrus sings.", "doi": "10.1/w"}
        assert order(add=walrus, search="walrus sings")[0][0] == 101
        assert mine("walrus sings")[0][0] == 101
        library.add([Paper(title="Ibex steps", abstract="An ibex climbs.")])
        library.vectors.embed_missing()
        assert order(search="an ibex climbs") == mine("an ibex climbs")
        # The richer abstract takes the place of the vectors, too.
        walrus["abstract"] = "A walrus sings in the bath of the captain, as it were, every night."
        order(add=walrus, search="captain")
        assert order(search="walrus captain bath") == mine("walrus captain bath")
    other.stdin.close()
    rest = other.stdout.read()
    other.stdout.close()
    assert (other.wait(), rest) == (0, "")
    with Library.open(folder, embedder, notes.append) as library:
        assert library.search("walrus sings")[0].stored.title == "Walrus songs"
    assert notes == []


def test_many_threads_at_once(library: Library, make_papers: MakePapers) -> None:
    library.add(make_papers(100))
    stop = threading.Event()

    def add(part: int) -> int:
        return library.add(make_papers(150, first=1000 * part)).added

    def save(part: int) -> int:
        return sum(
            library.tldrs.save(StoredTldr(number, "x", f"m{part}", "p", "generated", 0.1, "2026"))
            for number in range(1, 60)
        )

    def search(part: int) -> int:
        searches = 0
        while not stop.is_set():
            assert library.search("penguins in Kyoto")
            library.chats.save_turn(f"chat {part}", "q", "{}")
            searches += 1
        return searches

    def embed(part: int) -> int:
        return library.vectors.embed_missing()

    with ThreadPoolExecutor(16) as pool:
        searching = [pool.submit(search, part) for part in range(4)]
        working = [pool.submit(do, part) for part in range(1, 4) for do in (add, save, embed)]
        results = [job.result() for job in working]
        stop.set()
        assert all(job.result() > 0 for job in searching)
    assert results[0::3] == [150, 150, 150]
    assert results[1::3] == [59, 59, 59]
    library.vectors.embed_missing()
    assert library.papers.count() == 550
    assert library.vectors.missing() == 0
    assert library.status().chunks == 550
    assert len(library.chats.all()) == 4


def test_a_read_only_library_is_searched_without_chroma(
    folder: Path,
    tmp_path: Path,
    notes: list[str],
    embedder: HashingEmbedder,
    make_papers: MakePapers,
    mount: Callable[..., None],
) -> None:
    with Library.open(folder, embedder, notes.append) as library:
        library.add(make_papers(100))
        library.vectors.embed_missing()
        before = library.search("tulips blooming")
    point = tmp_path / "read-only"
    point.mkdir()
    mount("--bind", folder, point)
    mount("-o", "remount,ro,bind", point)
    with Library.open(point, embedder, notes.append) as library:
        hits = library.search("tulips blooming")
        assert [hit.stored for hit in hits] == [hit.stored for hit in before]
        assert [hit.vector_rank for hit in hits] == [hit.vector_rank for hit in before]
        assert library.status().read_only
        assert library.papers.get("#7").number == 7
        assert library.vectors.embed_missing() == 0
        for write in (
            lambda: library.add(make_papers(1, first=500)),
            lambda: library.chats.save_turn("c", "q", "{}"),
            lambda: library.tldrs.save(StoredTldr(1, "x", "m", "p", "generated", 0.1, "2026")),
        ):
            with pytest.raises(LibraryReadOnly):
                write()
    assert notes == []
    with Library.open(point, HashingEmbedder(32), notes.append) as library:
        hits = library.search("tulips blooming", budget_s=0)
        assert [hit.vector_rank for hit in hits] == [None] * 10
        assert sum(hit.similarity is not None for hit in hits) == 1, "made, and not kept"
    assert len(notes) == 1
    assert "full text" in notes[0]


def test_a_disk_that_fills_up_while_embedding(
    tmp_path: Path,
    notes: list[str],
    make_papers: MakePapers,
    mount: Callable[..., None],
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", disk)
    embedder = HashingEmbedder(384)
    with Library.open(disk, embedder, notes.append) as library:
        library.add(make_papers(1000))
        with pytest.raises(LibraryFull):
            library.vectors.embed_missing()
        assert 0 < library.vectors.missing() < 1000
        assert library.search("penguins in Kyoto")[0].similarity is not None
        missing = library.vectors.missing()
    assert all("Chroma" in note or "vector index" in note for note in notes)
    mount("-o", "remount,size=64m", disk)
    with Library.open(disk, embedder, notes.append) as library:
        assert library.vectors.embed_missing() == missing
        assert library.search("penguins in Kyoto")[0].vector_rank is not None
        assert library.papers.count() == 1000


def test_papers_keep_no_lock(library: Library, make_papers: MakePapers) -> None:
    library.add(make_papers(3))
    for stored in library.papers.all():
        library.tldrs.save(StoredTldr(stored.number, "x", "m", "p", "extracted", 0.1, "2026"))
        library.add(make_papers(1, first=100))
    assert library.papers.count() == 4
    assert library.status().tldrs == 4
