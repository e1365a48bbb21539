"""Fills a table of 40 papers and compares its 260 cells with what a reader found.

Usage: python -m benchmarks.table [--data DIR] [--model PATH.gguf] [--papers N] [--show]

`table.jsonl` has one paper a line: 30 biomedical ones (15 of SciFact, abstracts ODC-By; 15 of
PubMedQA, MIT, abstract and conclusion) and 10 of the trending page, drawn at random, none of them
in `training/reading`. The abstracts are not copied: they are read from the shared data beside the
checkout.

| key | meaning |
|---|---|
| `paper` | `scifact:ID`, `pubmedqa:PMID`, or `trending:` and the title |
| `set` | the set of columns of the package; each has one more column, see `MORE` |
| `cells` | by column: a fact as in `assistant.evaluating.KeyFact`, or null if it does not say |

The facts were written by reading each abstract, before the table was filled. Ctrl-C ends a run with
the figures of the papers that are done.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.cli.interrupt import stop_on_interrupt
from assistant.errors import UsageError
from assistant.evaluating import KeyFact
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.reading import read_file
from assistant.session import Session
from assistant.settings import load_settings
from assistant.tabulating import Cell, Column, column_sets, parse_column
from benchmarks.fields import collection_papers
from benchmarks.measuring import DATA, log, print_table

CELLS = Path(__file__).with_name("table.jsonl")
MORE = {
    "ml": "parameters=How many parameters does the model have?",
    "trial": "followup=How long was the follow-up?",
}
_TRENDING = "trending:"


@dataclass(frozen=True)
class Labelled:
    """A paper of the benchmark with what its abstract says, by the name of the column."""

    id: str
    set: str
    cells: dict[str, str | None]


def labelled() -> list[Labelled]:
    """The papers of the benchmark."""
    rows = map(json.loads, CELLS.read_text(encoding="utf-8").splitlines())
    return [Labelled(row["paper"], row["set"], row["cells"]) for row in rows]


def papers(chosen: list[Labelled], data: Path) -> dict[str, Paper]:
    """The papers of `chosen` by id.

    Raises:
        UsageError: `data` does not have all of them.
    """
    found: dict[str, Paper] = {}
    try:
        found.update(collection_papers(data))
        for paper in read_file(data / "trending_page.txt", lambda failure: log(str(failure))):
            found[_TRENDING + paper.title] = paper
    except FileNotFoundError as error:
        raise UsageError(
            f"{error.filename} does not exist. Name the folder with --data."
        ) from error
    if missing := [one.id for one in chosen if one.id not in found]:
        raise UsageError(f"{data} does not have {len(missing)} papers, such as {missing[0]}.")
    return {one.id: found[one.id] for one in chosen}


def outcome(cell: Cell, fact: str | None) -> str:
    """Whether a cell is right: `correct`, `wrong`, `missed`, `empty` (rightly) or `invented`."""
    if fact is None:
        return "invented" if cell.answer else "empty"
    if not cell.answer:
        return "missed"
    return "correct" if KeyFact.parse(fact).is_in(cell.answer) else "wrong"


def fill(
    chosen: list[Labelled], session: Session, data: Path, progress: Progress
) -> tuple[dict[tuple[str, str], Cell], float]:
    """The cells by paper and column, and the seconds that they took; fewer after a stop."""
    library = session.library
    known = papers(chosen, data)
    library.add(paper.model_copy(update={"source": id_}) for id_, paper in known.items())
    library.vectors.embed_missing()
    ids = {stored.number: stored.paper.source for stored in library.papers.all()}
    sets = column_sets(library)
    progress.on_report = lambda report: log(report.text)
    cells: dict[tuple[str, str], Cell] = {}
    started = time.perf_counter()
    for name, more in MORE.items():
        columns: list[Column] = [*sets[name].columns, parse_column(more)]
        wanted = {one.id for one in chosen if one.set == name}
        rows = [stored for stored in library.papers.all() if ids[stored.number] in wanted]
        for done, row in enumerate(session.tabulator.run(columns, rows, progress), start=1):
            progress.report(done, len(rows), f"Filling {name}")
            for column, cell in zip(columns, row.cells, strict=True):
                cells[ids[row.stored.number], column.name] = cell
    return cells, time.perf_counter() - started


def report(chosen: list[Labelled], cells: dict[tuple[str, str], Cell], seconds: float) -> None:
    """Print the figures by column and in total."""
    counts: dict[str, Counter[str]] = {}
    for one in chosen:
        for name, fact in one.cells.items():
            counts.setdefault(name, Counter())[outcome(cells[one.id, name], fact)] += 1
    counts["all"] = sum(counts.values(), Counter())
    rows = []
    for name, count in counts.items():
        said = count["correct"] + count["wrong"] + count["missed"]
        unsaid = count["empty"] + count["invented"]
        rows.append(
            [
                name,
                _share(count["correct"], said),
                _share(count["wrong"], said),
                _share(count["missed"], said),
                _share(count["empty"], unsaid),
                _share(count["invented"], unsaid),
            ]
        )
    head = ["column", "correct", "another answer", "missed", "correctly empty", "wrongly filled"]
    print_table(f"{len(cells)} cells of {len(chosen)} papers", head, rows)
    methods = Counter(cell.method for cell in cells.values() if cell.answer)
    new = sum(cell.new for cell in cells.values())
    right = sum(outcome(cells[one.id, n], f) in ("correct", "empty") for one in chosen
                for n, f in one.cells.items())  # fmt: skip
    print_table(
        "The table",
        ["figure", "value"],
        [
            [
                "cells that are right: the fact, or empty where nothing is said",
                _share(right, len(cells)),
            ],
            ["answers written by the model", _share(methods["written"], sum(methods.values()))],
            ["papers per minute", f"{60 * len(chosen) * new / len(cells) / seconds:.1f}"],
            ["cells per minute", f"{60 * new / seconds:.1f}"],
        ],
    )


def _share(count: int, of: int) -> str:
    return f"{count} of {of} ({100 * count / of:.0f}%)" if of else "—"


def show(chosen: list[Labelled], cells: dict[tuple[str, str], Cell]) -> None:
    """Print every cell with its outcome."""
    for one in chosen:
        print(f"\n{one.id}")
        for name, fact in one.cells.items():
            cell = cells[one.id, name]
            print(f"  {outcome(cell, fact):8} {name:12} {cell.answer or '—'}  [{cell.method}]")


def main(arguments: list[str] | None = None) -> None:
    """Fill the table and print the figures."""
    parser = argparse.ArgumentParser(description="Fill a table and compare it with its labels.")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the shared data")
    parser.add_argument("--model", type=Path, help="another language model")
    parser.add_argument("--library", type=Path, help="keep the cells here, to continue a run")
    parser.add_argument("--papers", type=int, help="only the first N papers")
    parser.add_argument("--show", action="store_true", help="print every cell")
    options = parser.parse_args(arguments)
    chosen = labelled()[: options.papers]
    with ExitStack() as stack:
        folder = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        given: dict[str, Any] = {"library": folder, "model": options.model}
        session = stack.enter_context(Session(load_settings(**given), log))
        progress = stack.enter_context(stop_on_interrupt())
        cells, seconds = fill(chosen, session, options.data, progress)
    chosen = [one for one in chosen if all((one.id, name) in cells for name in one.cells)]
    if options.show:
        show(chosen, cells)
    if cells:
        report(chosen, cells, seconds)


if __name__ == "__main__":
    main()
