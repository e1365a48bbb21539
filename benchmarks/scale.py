"""Libraries of a thousand to a million papers: import, questions, listing, memory, disk.

Usage: python -m benchmarks.scale [--sizes 1000,10000,100000,1000000] [--folder DIR] [--keep]

The papers are made up by `make_large.py` of the shared data, the import is the command, and the
questions are claims that scientists wrote. Vectors are made up too, of some hundred real ones and
noise: to embed a million abstracts takes hours, and to search them costs the same. What is measured
runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from assistant.answering.answer import EvidenceFound
from assistant.library import EVERYTHING, Filters
from assistant.library.chunks import Chunk
from assistant.library.database import folder_size
from assistant.library.paper_vectors import PaperEmbedder
from assistant.session import Session
from assistant.settings import load_settings
from benchmarks.measuring import note, rows, seconds

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_QUESTIONS = 100
_REAL_VECTORS = 512
_PAGE = 50
_BATCH = 2_000


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--folder", type=Path, help="where the libraries are made")
    parser.add_argument("--part", choices=("ask",), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(_asked(given.folder)))
        return
    lines = []
    with tempfile.TemporaryDirectory(dir=given.folder, ignore_cleanup_errors=True) as work:
        for size in map(int, given.sizes.split(",")):
            lines.append(_measured(Path(work), size))
    rows(
        "Libraries of made-up papers",
        (
            "papers", "import s", "papers/s", "import MB", "first evidence, median s", "p95 s",
            "page of the table, p95 s", "filtered page, p95 s", "words in it, p95 s",
            "asking MB", "catalogue GB", "per paper KB",
        ),
        lines,
    )  # fmt: skip


def _measured(work: Path, size: int) -> tuple[str, ...]:
    records, folder = work / f"{size}.jsonl", work / str(size)
    note(f"{size:,}: making records")
    maker = [sys.executable, str(DATA / "make_large.py"), str(size), str(records)]
    subprocess.run(maker, check=True)
    note(f"{size:,}: importing")
    command = [sys.executable, "-m", "assistant", "import", "--no-vectors", str(records)]
    took, import_bytes = _run([*command, "--library", str(folder)])
    records.unlink()
    note(f"{size:,}: making up vectors")
    _make_up_vectors(folder)
    note(f"{size:,}: asking")
    asking = [sys.executable, "-m", "benchmarks.scale", "--part", "ask", "--folder", str(folder)]
    subprocess.run(asking, check=True, capture_output=True)  # what a first start has to build
    figures = json.loads(subprocess.run(asking, check=True, capture_output=True).stdout)
    disk = folder_size(folder)
    return (
        f"{size:,}",
        f"{took:.1f}",
        f"{size / took:,.0f}",
        f"{import_bytes / 1e6:,.0f}",
        f"{statistics.median(figures['evidence']):.2f}",
        *(f"{_p95(figures[what]):.2f}" for what in ("evidence", "table", "filtered", "words")),
        f"{figures['bytes'] / 1e6:,.0f}",
        f"{disk / 1e9:.2f}",
        f"{disk / size / 1e3:.1f}",
    )


def _run(command: list[str]) -> tuple[float, int]:
    """Seconds that `command` takes, and the most memory it has in bytes."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - begun, used.ru_maxrss * 1024


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _make_up_vectors(folder: Path) -> None:
    """Give every paper a vector: a real one of another paper, moved by noise."""
    chance = np.random.default_rng(1)
    with Session(load_settings(library=folder), note) as session:
        library, embedder = session.library, session.embedder
        assert embedder is not None
        first = itertools.islice(library.papers.all(), _REAL_VECTORS)
        real = embedder.embed([f"{paper.title}\n{paper.abstract}" for paper in first])
        fingerprint = PaperEmbedder(embedder).fingerprint
        papers = library.papers.all()
        while batch := list(itertools.islice(papers, _BATCH)):
            made = real[chance.integers(len(real), size=len(batch))]
            noise = chance.normal(size=made.shape) / np.sqrt(made.shape[1])
            made = made + 0.6 * noise
            made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
            chunks = [(paper, [Chunk(0, len(paper.abstract), "")]) for paper in batch]
            library.vectors.rows.add(fingerprint, chunks, made)


def _asked(folder: Path) -> dict[str, object]:
    """Seconds of each question to its evidence and of each look at the table; peak memory."""
    dice = random.Random(1)
    questions = [
        str(query["text"])
        for query in map(json.loads, (DATA / "scifact" / "queries.jsonl").open(encoding="utf-8"))
    ]
    dice.shuffle(questions)
    with Session(load_settings(library=folder), note) as session:
        library, asker = session.library, session.answer_pipeline
        papers = library.papers.count()

        def evidence(question: str) -> None:
            for event in (events := asker.ask(question)):
                if isinstance(event, EvidenceFound):
                    events.close()  # type: ignore[attr-defined]
                    return

        def table(filters: Filters, skip: int, sort: str) -> None:
            list(library.tldrs.for_papers(library.papers.sorted_by(sort, filters, _PAGE, skip)))  # type: ignore[arg-type]
            library.papers.count(filters)

        def timed(action: Callable[[], object], times: int) -> list[float]:
            return [seconds(action) for _ in range(times)]

        for question in questions[:5]:
            evidence(question)
        return {
            "evidence": [
                seconds(lambda asked=asked: evidence(asked))  # type: ignore[misc]
                for asked in questions[5 : 5 + _QUESTIONS]
            ],
            "table": [
                seconds(lambda s=sort, at=skip: table(EVERYTHING, at, s))  # type: ignore[misc]
                for sort in ("published", "added", "title")
                for skip in (0, papers // 2, max(0, papers - _PAGE))
                for _ in range(3)
            ],
            "filtered": timed(lambda: table(_years(dice), dice.randrange(1000), "published"), 30),
            "words": [
                seconds(lambda w=words: list(itertools.islice(library.papers.matching(w), _PAGE)))  # type: ignore[misc]
                for question in questions[200:230]
                for words in (" ".join(question.split()[:3]),)
            ],
            "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }


def _years(dice: random.Random) -> Filters:
    """A span of one to five years."""
    year = dice.randrange(2000, 2021)
    return Filters(since=str(year), until=str(year + dice.randrange(5)))


if __name__ == "__main__":
    main()
