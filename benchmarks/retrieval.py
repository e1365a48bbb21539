"""Retrieval on Cranfield and SciFact: full text alone, vectors alone, and the product's search.

Usage: python -m benchmarks.retrieval [--data FOLDER]

nDCG@10 with gain 2^relevance - 1, and recall@100, as means over the judged queries. Embedding both
collections takes about ten minutes on two cores. "Without vectors" is a library in which each
search embeds the 50 best papers by full text, and stores their vectors.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.library import Library
from assistant.library.vector_index import ExactIndex
from assistant.models import open_embedder
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.settings import load_settings
from benchmarks.measuring import DATA, log

COLLECTIONS = ("scifact", "cranfield")
DEPTH = 100
# A time limit for embedding during a search that is never reached, in seconds.
_NO_LIMIT_S = 1e6


def papers(folder: Path) -> list[Paper]:
    """The papers of a collection; `source` is the id in the judgements."""
    found = []
    for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        abstract = row.get("abstract") or " ".join(row.get("sentences", ()))
        title = row["title"].strip() or abstract[:80]
        found.append(Paper(title=title or "-", abstract=abstract.strip() or "-", source=row["id"]))
    return found


def queries(folder: Path) -> dict[str, tuple[str, dict[str, int]]]:
    """Text and relevance grades by paper of every query that has a relevant paper."""
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, paper, grade = line.split("\t")
        if grade.lstrip("-").isdigit() and int(grade) > 0:
            judged[query][paper] = int(grade)
    rows = map(json.loads, (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: (row["text"], judged[row["id"]]) for row in rows if judged[row["id"]]}


def ndcg(ranked: Sequence[str], judged: dict[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain at `depth`."""

    def gain(grades: Sequence[int]) -> float:
        return sum((2.0**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))

    best = sorted(judged.values(), reverse=True)[:depth]
    return gain([judged.get(paper, 0) for paper in ranked[:depth]]) / gain(best)


def recall(ranked: Sequence[str], judged: dict[str, int]) -> float:
    """Share of the relevant papers among the first 100."""
    return len(set(ranked[:DEPTH]) & judged.keys()) / len(judged)


def measure(
    find: Callable[[str], Sequence[str]], judged_queries: dict[str, tuple[str, dict[str, int]]]
) -> str:
    """nDCG@10 and recall@100 of a search function."""
    ranked = [(find(text), judged) for text, judged in judged_queries.values()]
    gains = sum(ndcg(*one) for one in ranked) / len(ranked)
    found = sum(recall(*one) for one in ranked) / len(ranked)
    return f"{gains:.3f} / {found:.3f}"


def searching(library: Library) -> Callable[[str], list[str]]:
    """The search of the product, without a time limit."""
    return lambda text: [
        hit.stored.paper.source for hit in library.search(text, DEPTH, budget_s=_NO_LIMIT_S)
    ]


def by_vectors(library: Library) -> Callable[[str], list[str]]:
    """Papers by their nearest chunk only."""
    sources = {stored.number: stored.paper.source for stored in library.papers.all()}
    index = ExactIndex(library.vectors.rows)
    index.refresh()

    def find(text: str) -> list[str]:
        assert library.vectors.embedder is not None
        near = index.nearest(library.vectors.embedder.embed([text])[0], 3 * DEPTH)
        return list(dict.fromkeys(sources[number] for number, _ in near))[:DEPTH]

    return find


def figures(folder: Path, work: Path) -> dict[str, str]:
    """The figures of one collection, by search method."""
    embedder = open_embedder(load_settings(), print)
    judged_queries = queries(folder)
    with Library.open(work / "whole", None) as library:
        library.add(papers(folder))
        found = {"full text alone (BM25)": measure(searching(library), judged_queries)}
    with Library.open(work / "whole", embedder) as library:
        library.vectors.embed_missing(Progress(lambda report: log(report.text)))
        found["vectors alone"] = measure(by_vectors(library), judged_queries)
        found["the search"] = measure(searching(library), judged_queries)
    with Library.open(work / "lazy", embedder) as library:
        library.add(papers(folder))
        found["the search, without vectors"] = measure(searching(library), judged_queries)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure retrieval.")
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    columns = {}
    for name in COLLECTIONS:
        with tempfile.TemporaryDirectory() as work:
            columns[name] = figures(arguments.data / name, Path(work))
    print(f"\n| nDCG@10 / recall@100 | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for method in columns[COLLECTIONS[0]]:
        print(f"| {method} | {' | '.join(column[method] for column in columns.values())} |")


if __name__ == "__main__":
    main()
