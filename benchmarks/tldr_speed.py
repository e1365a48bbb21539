"""Speed of TL;DR batches: compared with plain loops, by part, and together with a question.

Usage: python -m benchmarks.tldr_speed [--papers 200] [--slots 8,16,32]

The papers are those of SciTLDR's dev split. Alternatives are measured in turns, so that a busy
machine slows all of them: compare ratios within a run, not figures of different runs.
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
from assistant.summarizing import summarize_papers
from benchmarks.measuring import log, plain_llama, print_table, resident_bytes, seconds
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
    """The simplest way with llama-cpp-python: one chat completion after the other."""
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
    """TL;DRs per minute: the product and plain loops over two encodings of the same model."""
    settings = session.settings
    quantised = prepared_file(settings.cache, settings.threads, log)
    methods: dict[str, Callable[[list[Paper]], Any]] = {
        "plain `create_chat_completion` loop, Q4_1 as shipped": plain_loop(
            packaged_file(), settings
        ),
        "the same loop, Q8_0 re-encoding": plain_loop(quantised, settings),
        f"`assistant tldr`: {settings.slots} slots, verified": lambda some: list(
            summarize_papers(some, session.model)
        ),
    }
    for method in methods.values():
        method(papers[-4:])  # warm-up
    taken = dict.fromkeys(methods, 0.0)
    for number in range(_PARTS):
        some = papers[number::_PARTS]
        for name, method in methods.items():
            taken[name] += seconds(lambda m=method, s=some: m(s))  # type: ignore[misc]
    first = next(iter(taken.values()))
    print_table(
        f"TL;DRs per minute ({len(papers)} abstracts, in {_PARTS} turns)",
        ("method", "TL;DRs/min", "ratio"),
        [
            (name, f"{60 * len(papers) / took:.0f}", f"{first / took:.1f}")
            for name, took in taken.items()
        ],
    )


@contextmanager
def instrumented() -> Iterator[Counter[str]]:
    """Count the seconds in llama.cpp, its steps, and their prompt and generated tokens."""
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
                    generated = sum(logits for *_, logits in args[0])
                    found["steps"] += 1
                    found["generated"] += generated
                    found["prompt"] += len(args[0]) - generated

        return call

    patches: dict[str, Any] = {name: timed(name) for name in _METHODS}
    with mock.patch.multiple(LlamaContext, **patches):
        yield found


def plain_rates(path: Path, adapter: Path, settings: Settings) -> tuple[float, float]:
    """Prompt and generated (in `slots` replies at once) tokens per second of llama.cpp alone."""
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
        unified=False,
    )
    context.use_adapter("tldr")
    token = model.tokenize("the", markup=False)[0]
    prompt, generation = [], []
    for _ in range(5):
        for sequence in range(slots):
            context.truncate_sequence(sequence, 0)
        # Two prompts per step, as in a batch.
        for first in range(0, slots - 1, 2):
            entries = [
                (token, place, sequence, False)
                for sequence in (first, first + 1)
                for place in range(_DEPTH)
            ]
            prompt.append(len(entries) / seconds(lambda e=entries: context.decode(e)))  # type: ignore[misc]
        for place in range(_DEPTH, _DEPTH + 8):
            entries = [(token, place, sequence, True) for sequence in range(slots)]
            generation.append(slots / seconds(lambda e=entries: context.decode(e)))  # type: ignore[misc]
    context.close()
    model.close()
    return statistics.median(prompt), statistics.median(generation)


def parts(session: Session, papers: list[Paper]) -> None:
    """Where the time of a batch goes, and how it compares with the rates of llama.cpp alone."""
    settings = session.settings
    path = prepared_file(settings.cache, settings.threads, log)
    prompt_rate, generation_rate = plain_rates(path, verified_adapters()["tldr"], settings)
    with instrumented() as found:
        took = seconds(lambda: list(summarize_papers(papers, session.model)))
    expected = found["prompt"] / prompt_rate + found["generated"] / generation_rate
    print_table(
        f"The parts of a batch of {len(papers)} abstracts",
        ("measure", "value"),
        [
            ("time", f"{took:.1f} s"),
            ("inside llama.cpp", f"{100 * found['inside'] / took:.0f}%"),
            ("time for the same tokens at the rates of llama.cpp alone", f"{expected:.1f} s"),
            ("share of the actual time", f"{100 * expected / took:.0f}%"),
            ("steps", f"{found['steps']}"),
            (
                "prompt tokens",
                f"{found['prompt']:,} ({found['prompt'] / len(papers):.0f} per abstract)",
            ),
            (
                "generated tokens",
                f"{found['generated']:,} ({found['generated'] / len(papers):.0f} each)",
            ),
            ("prompt tokens/s, llama.cpp alone", f"{prompt_rate:.0f}"),
            ("generated tokens/s, llama.cpp alone, all slots", f"{generation_rate:.0f}"),
        ],
    )


def question_during_batch(session: Session, papers: list[Paper], times: int = 5) -> None:
    """Seconds to the first word of a reply while a batch runs and while none runs."""

    def first_word() -> float:
        # A unique first word, so that no prefix is reused.
        text = f"{time.perf_counter_ns()}: {papers[0].abstract} {QUESTION}"
        stream = session.model.generate(GenerationRequest((Message("user", text),), 24))
        pieces = iter(stream)
        took = seconds(lambda: next(pieces))
        list(pieces)
        return took

    idle = statistics.median(first_word() for _ in range(times))
    lines = summarize_papers(papers, session.model)
    next(lines)
    busy = statistics.median(first_word() for _ in range(times))
    remaining = sum(1 for _ in lines)
    print_table(
        "A question while a batch runs",
        ("measure", "value"),
        [
            ("first word, idle", f"{idle:.2f} s"),
            ("first word, during the batch", f"{busy:.2f} s"),
            ("ratio", f"{busy / idle:.1f}"),
            ("TL;DRs that the batch wrote afterwards", f"{remaining} of {len(papers) - 1}"),
        ],
    )


def memory(session: Session, papers: list[Paper]) -> None:
    """Megabytes of the process with the model loaded, and at the peak of a batch."""
    model = session.model
    list(model.generate(GenerationRequest((Message("user", "Hello."),), 4)))
    before = resident_bytes() / 2**20
    list(summarize_papers(papers, model))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print_table(
        "Memory",
        ("measure", "MB"),
        [
            ("model loaded, after one reply", f"{before:.0f}"),
            (f"peak of a batch of {len(papers)}", f"{peak:.0f}"),
            ("difference", f"{peak - before:.0f}"),
        ],
    )


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--papers", type=int, default=200, help="number of abstracts")
    parser.add_argument("--slots", default="", help="numbers of slots to compare, such as 8,16,32")
    arguments = parser.parse_args()
    papers = [
        Paper(title=o.title, abstract=o.abstract) for o in examples("dev")[: arguments.papers]
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:

        def session(**options: Any) -> Session:
            return Session(load_settings(library=Path(folder) / "library", **options), log)

        with session() as one:
            print(f"{platform.machine()}, {one.settings.threads} threads, {one.model.name}")
            memory(one, papers[:40])
            against_plain_loops(one, papers)
            parts(one, papers)
            question_during_batch(one, papers[:60])
        rates = []
        for slots in filter(None, arguments.slots.split(",")):
            with session(slots=int(slots)) as one:
                list(summarize_papers(papers[:4], one.model))
                took = seconds(lambda one=one: list(summarize_papers(papers, one.model)))  # type: ignore[misc]
                rates.append((slots, f"{60 * len(papers) / took:.0f}"))
        if rates:
            print_table("Slots", ("slots", "TL;DRs/min"), rates)


if __name__ == "__main__":
    main()
