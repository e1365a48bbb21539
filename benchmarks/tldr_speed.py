"""Speed of TL;DR batches in one run: beside plain loops, in its parts, and beside a question.

Usage: python -m benchmarks.tldr_speed [--papers 200] [--slots 8,16,32]

The papers are those of SciTLDR's dev split. What is compared is measured in turns, part by part of
the papers, so that a busy machine slows all of it; compare the ratios, not the figures of two runs.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from assistant.models.bundled_model import packaged_file, prepared_file, verified_adapters
from assistant.models.llama import LlamaContext, LlamaModel
from assistant.models.protocols import GenerationRequest, Message
from assistant.paper import Paper
from assistant.session import Session
from assistant.settings import Settings, load_settings
from assistant.summarizing import summarise_papers
from benchmarks.measuring import note, plain_llama, rows, seconds
from training.tldr.papers import examples

SYSTEM = "Write a one-sentence TL;DR of the paper."
QUESTION = "Which networks can be made smaller without a loss of accuracy?"
_PARTS = 5
_STEP = 512
_DEPTH = 256
_METHODS = (
    "decode",
    "sample",
    "copy_sequence",
    "truncate_sequence",
    "sampler",
    "free_sampler",
    "use_adapter",
)


def plain_loop(path: Path, settings: Settings) -> Callable[[list[Paper]], Any]:
    """The obvious way to write TL;DRs with llama-cpp-python: one chat completion after another."""
    model = plain_llama(path, n_ctx=settings.context, n_threads=settings.threads, seed=0)

    def loop(papers: list[Paper]) -> list[Any]:
        return [
            model.create_chat_completion(
                messages=[
                    {"role": "system", "content": SYSTEM},
                    {"role": "user", "content": f"Title: {p.title}\nAbstract: {p.abstract}"},
                ],
                max_tokens=60,
                temperature=0.0,
            )
            for p in papers
        ]

    return loop


def against_plain_loops(session: Session, papers: list[Paper]) -> None:
    """TL;DRs a minute: the product beside plain loops over two encodings of the same model."""
    settings = session.settings
    quantised = prepared_file(settings.cache, settings.threads, note)
    ways: dict[str, Callable[[list[Paper]], Any]] = {
        "plain `create_chat_completion` loop, Q4_1 as shipped": plain_loop(
            packaged_file(), settings
        ),
        "the same loop, Q8_0 re-encoding": plain_loop(quantised, settings),
        f"`assistant tldr`: {settings.slots} slots, checked": lambda some: list(
            summarise_papers(some, session.model)
        ),
    }
    for way in ways.values():
        way(papers[-4:])  # warm
    taken = dict.fromkeys(ways, 0.0)
    for number in range(_PARTS):
        some = papers[number::_PARTS]
        for name, way in ways.items():
            taken[name] += seconds(lambda w=way, s=some: w(s))  # type: ignore[misc]
    first = next(iter(taken.values()))
    rows(
        f"TL;DRs a minute ({len(papers)} abstracts, in {_PARTS} turns)",
        ("way", "TL;DRs/min", "ratio"),
        [
            (name, f"{60 * len(papers) / took:.0f}", f"{first / took:.1f}")
            for name, took in taken.items()
        ],
    )


@contextmanager
def watched() -> Iterator[Counter[str]]:
    """Count seconds within the calls of llama.cpp, its steps by kind, and their tokens."""
    found: Counter[str] = Counter()
    originals = {name: getattr(LlamaContext, name) for name in _METHODS}

    def timed(name: str) -> Callable[..., Any]:
        def call(context: LlamaContext, *args: Any, **options: Any) -> Any:
            begun = time.perf_counter()
            try:
                return originals[name](context, *args, **options)
            finally:
                found["inside"] += time.perf_counter() - begun  # type: ignore[assignment]
                if name == "decode":
                    written = sum(wanted for *_, wanted in args[0])
                    found["steps"] += 1
                    found["written"] += written
                    found["read"] += len(args[0]) - written

        return call

    patches: dict[str, Any] = {name: timed(name) for name in _METHODS}
    with mock.patch.multiple(LlamaContext, **patches):
        yield found


def alone(path: Path, adapter: Path, settings: Settings) -> tuple[float, float]:
    """Tokens a second that llama.cpp reads and, in `slots` replies at once, writes by itself."""
    model = LlamaModel(path)
    model.load_adapter("tldr", adapter)
    slots = settings.slots
    context = LlamaContext(
        model,
        sequences=slots,
        tokens=_STEP,
        batch=_STEP,
        threads=settings.threads,
        flash_attention=False,
    )
    context.use_adapter("tldr")
    token = model.tokenize("the", markup=False)[0]
    reading, writing = [], []
    for _ in range(5):
        for sequence in range(slots):
            context.truncate_sequence(sequence, 0)
        # Two prompts a step, as they come in a batch.
        for first in range(0, slots - 1, 2):
            entries = [
                (token, place, sequence, False)
                for sequence in (first, first + 1)
                for place in range(_DEPTH)
            ]
            reading.append(len(entries) / seconds(lambda e=entries: context.decode(e)))  # type: ignore[misc]
        for place in range(_DEPTH, _DEPTH + 8):
            entries = [(token, place, sequence, True) for sequence in range(slots)]
            writing.append(slots / seconds(lambda e=entries: context.decode(e)))  # type: ignore[misc]
    context.close()
    model.close()
    return statistics.median(reading), statistics.median(writing)


def parts(session: Session, papers: list[Paper]) -> None:
    """Where the time of a batch goes, and how near llama.cpp's own rates it comes."""
    settings = session.settings
    path = prepared_file(settings.cache, settings.threads, note)
    read_alone, written_alone = alone(path, verified_adapters()["tldr"], settings)
    with watched() as found:
        took = seconds(lambda: list(summarise_papers(papers, session.model)))
    expected = found["read"] / read_alone + found["written"] / written_alone
    rows(
        f"The parts of a batch of {len(papers)} abstracts",
        ("part", "figure"),
        [
            ("time", f"{took:.1f} s"),
            ("inside llama.cpp", f"{100 * found['inside'] / took:.0f}%"),
            ("the same tokens at the rates llama.cpp reaches alone", f"{expected:.1f} s"),
            ("so of the time at these rates", f"{100 * expected / took:.0f}%"),
            ("steps", f"{found['steps']}"),
            ("tokens read", f"{found['read']:,} ({found['read'] / len(papers):.0f} an abstract)"),
            ("tokens written", f"{found['written']:,} ({found['written'] / len(papers):.0f} each)"),
            ("tokens/s read by llama.cpp alone", f"{read_alone:.0f}"),
            ("tokens/s written by llama.cpp alone, all slots", f"{written_alone:.0f}"),
        ],
    )


def beside_a_question(session: Session, papers: list[Paper], times: int = 5) -> None:
    """Seconds to the first word of a reply while a batch runs, against an idle machine."""

    def first_word() -> float:
        # A word of its own in front, so that nothing is reused.
        text = f"{time.perf_counter_ns()}: {papers[0].abstract} {QUESTION}"
        stream = session.model.generate(GenerationRequest((Message("user", text),), 24))
        pieces = iter(stream)
        took = seconds(lambda: next(pieces))
        list(pieces)
        return took

    idle = statistics.median(first_word() for _ in range(times))
    lines = summarise_papers(papers, session.model)
    next(lines)
    busy = statistics.median(first_word() for _ in range(times))
    went_on = sum(1 for _ in lines)
    rows(
        "A question while a batch runs",
        ("what", "figure"),
        [
            ("first word, idle", f"{idle:.2f} s"),
            ("first word, beside the batch", f"{busy:.2f} s"),
            ("ratio", f"{busy / idle:.1f}"),
            ("lines that the batch wrote afterwards", f"{went_on} of {len(papers) - 1}"),
        ],
    )


def memory(session: Session, papers: list[Paper]) -> None:
    """Megabytes of the process before a batch, the model loaded, and at its peak."""
    model = session.model
    list(model.generate(GenerationRequest((Message("user", "Hello."),), 4)))
    before = _now_mb()
    list(summarise_papers(papers, model))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows(
        "Memory",
        ("what", "MB"),
        [
            ("model loaded, one reply written", f"{before:.0f}"),
            (f"peak of a batch of {len(papers)}", f"{peak:.0f}"),
            ("above the model", f"{peak - before:.0f}"),
        ],
    )


def _now_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--papers", type=int, default=200, help="abstracts to write about")
    parser.add_argument("--slots", default="", help="numbers of slots to compare, as 8,16,32")
    given = parser.parse_args()
    papers = [Paper(title=o.title, abstract=o.abstract) for o in examples("dev")[: given.papers]]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:

        def session(**options: Any) -> Session:
            return Session(load_settings(library=Path(folder) / "library", **options), note)

        with session() as one:
            print(f"{platform.machine()}, {one.settings.threads} threads, {one.model.name}")
            memory(one, papers[:40])
            against_plain_loops(one, papers)
            parts(one, papers)
            beside_a_question(one, papers[:60])
        rates = []
        for slots in filter(None, given.slots.split(",")):
            with session(slots=int(slots)) as one:
                list(summarise_papers(papers[:4], one.model))
                took = seconds(lambda one=one: list(summarise_papers(papers, one.model)))  # type: ignore[misc]
                rates.append((slots, f"{60 * len(papers) / took:.0f}"))
        if rates:
            rows("Slots", ("slots", "TL;DRs/min"), rates)


if __name__ == "__main__":
    main()
