"""Speed in one run: TL;DRs against a plain loop, questions, import. Prints tables in Markdown.

Usage: python -m benchmarks.speed [--papers 12] [--rounds 5] [--page FILE]

Every figure is the median of the rounds, warm. What is compared is measured in turns, round by
round, so that a busy machine slows both; compare the ratios, not the figures of two runs.
"""

from __future__ import annotations

import argparse
import itertools
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.library import Library
from assistant.models.base import GenerationRequest, LanguageModel, Message, Priority
from assistant.models.embedded import packaged_file, prepared_file
from assistant.paper import Paper
from assistant.reading import read_file
from assistant.sample import sample_papers
from assistant.session import Session
from assistant.settings import Settings, load_settings
from assistant.summarizing import summarise_papers

PAGE = Path(__file__).resolve().parents[2] / "shared" / "data" / "trending_page.txt"
SYSTEM = "Write a one-sentence TL;DR of the paper."
QUESTIONS = (
    "How much smaller does Compressor make pre-trained code models?",
    "What dataset was released with the large IR collection from production sources?",
    "What is the Mixture-of-Memories architecture?",
    "Which hardware does FlashRNN optimise for?",
    "What does LifeGPT simulate?",
)


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def note(text: str) -> None:
    """Say on stderr what is being done."""
    print(text, file=sys.stderr)


def rows(title: str, head: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> None:
    """Print one table."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for line in lines:
        print(f"| {' | '.join(line)} |")


def plain_loop(path: Path, settings: Settings, papers: list[Paper]) -> Callable[[], Any]:
    """The obvious way to write TL;DRs with llama-cpp-python: one chat completion after another."""
    from llama_cpp import Llama

    model = Llama(
        str(path), n_ctx=settings.context, n_threads=settings.threads, verbose=False, seed=0
    )

    def loop() -> list[Any]:
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


def tldrs(session: Session, papers: list[Paper], rounds: int) -> None:
    """TL;DRs a minute: the product beside plain loops over two encodings of the same model."""
    settings = session.settings
    quantised = prepared_file(settings.cache, settings.threads, note)
    ways: dict[str, Callable[[], Any]] = {
        "plain `create_chat_completion` loop, Q4_1 as shipped": plain_loop(
            packaged_file(), settings, papers
        ),
        "the same loop, Q8_0 re-encoding": plain_loop(quantised, settings, papers),
        f"`assistant tldr`: {settings.slots} slots, TL;DR adapter, checked": lambda: list(
            summarise_papers(papers, session.model)
        ),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds + 1):
        for way, action in ways.items():
            took = seconds(action)
            if number:  # the first round warms up
                taken[way].append(len(papers) / took * 60)
    first = statistics.median(next(iter(taken.values())))
    rows(
        f"TL;DRs a minute ({len(papers)} abstracts, median of {rounds})",
        ("way", "TL;DRs/min", "ratio"),
        [
            (way, f"{statistics.median(rates):.0f}", f"{statistics.median(rates) / first:.1f}")
            for way, rates in taken.items()
        ],
    )


def parts(model: LanguageModel, papers: list[Paper], rounds: int, path: Path) -> None:
    """Prompt and generated tokens a second: the engine, one request alone, and llama.cpp's own."""
    from llama_cpp import Llama

    alone = Llama(str(path), n_ctx=2048, n_batch=512, verbose=False)
    prompt_rates: list[float] = []
    written_rates: list[float] = []
    own_prompt_rates: list[float] = []
    own_written_rates: list[float] = []
    for _ in range(rounds):
        for number, paper in enumerate(papers[:4]):
            # A word of its own in front, so that nothing is reused.
            text = f"{number} {time.perf_counter_ns()}: {paper.abstract}"
            stream = model.generate(GenerationRequest((Message("user", text),), 40))
            list(stream)
            stats = stream.stats
            prompt_rates.append((stats.prompt_tokens - stats.reused_tokens) / stats.prompt_seconds)
            written_rates.append(
                stats.generated_tokens / (stats.total_seconds - stats.prompt_seconds)
            )
            tokens = alone.tokenize(text.encode())
            alone.reset()  # type: ignore[no-untyped-call]
            own_prompt_rates.append(len(tokens) / seconds(lambda t=tokens: alone.eval(t)))  # type: ignore[misc]
            own_written_rates.append(
                40 / seconds(lambda: [alone.eval([alone.sample(temp=0.0)]) for _ in range(40)])
            )
    rows(
        "Tokens a second, one request at a time (Q8_0, same abstracts)",
        ("part", "engine", "llama.cpp alone"),
        [
            (
                "prompt",
                f"{statistics.median(prompt_rates):.0f}",
                f"{statistics.median(own_prompt_rates):.0f}",
            ),
            (
                "generated",
                f"{statistics.median(written_rates):.0f}",
                f"{statistics.median(own_written_rates):.0f}",
            ),
        ],
    )


def cancelling(model: LanguageModel, papers: list[Paper], rounds: int) -> None:
    """How long a question waits behind a running batch, and how long a stop takes."""
    first, stop = [], []
    for _ in range(rounds):
        batch = [
            model.generate(
                GenerationRequest((Message("user", p.abstract),), 60, priority=Priority.BATCH)
            )
            for p in papers
        ]
        time.sleep(0.5)
        stream = model.generate(GenerationRequest((Message("user", "Say hello."),), 60))
        pieces = iter(stream)
        first.append(seconds(lambda p=pieces: next(p)))  # type: ignore[misc]
        stream.cancel()
        stop.append(seconds(lambda p=pieces: list(p)))  # type: ignore[misc]
        for each in batch:
            each.cancel()
        for each in batch:
            list(each)
    rows(
        "While a batch of TL;DRs is running",
        ("what", "seconds"),
        [
            ("a short question's first word", f"{statistics.median(first):.3f}"),
            ("stopping an answer", f"{statistics.median(stop):.3f}"),
        ],
    )


def questions(session: Session, rounds: int) -> None:
    """Seconds to the evidence, the first word shown, and the whole answer."""
    asker = session.asker
    timings = []
    for number, question in itertools.product(range(rounds + 1), QUESTIONS):
        answer = None
        for event in asker.ask(question):
            answer = getattr(event, "answer", None)
        if number and answer is not None and not answer.refused:
            timings.append(answer.timings)
    head = ("time to", "median s", "slowest s")
    lines = []
    for label, name in (
        ("first evidence", "evidence_s"),
        ("first word of the checked answer", "first_word_s"),
        ("whole answer", "total_s"),
    ):
        values = [value for t in timings if (value := getattr(t, name)) is not None]
        lines.append((label, f"{statistics.median(values):.2f}", f"{max(values):.2f}"))
    rows(
        f"Questions ({len(QUESTIONS)} x {rounds}, {session.library.count()} papers, warm)",
        head,
        lines,
    )


def importing(session: Session, papers: list[Paper], rounds: int) -> None:
    """Papers a second: into the catalogue with full text, and through the embedder."""
    many = [
        paper.model_copy(update={"title": f"{paper.title} ({number})"})
        for number in range(5000 // len(papers) + 1)
        for paper in papers
    ]
    kept, embedded = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with Library.open(Path(folder) / "many", None) as library:
                kept.append(len(many) / seconds(lambda x=library: x.add(many)))  # type: ignore[misc]
            with Library.open(Path(folder) / "few", session.embedder) as library:
                library.add(papers)
                embedded.append(len(papers) / seconds(library.embed_missing))
    rows(
        "Import",
        ("part", "papers/s"),
        [
            (f"catalogue and full text ({len(many)} papers)", f"{statistics.median(kept):.0f}"),
            (
                f"chunks, vectors, Chroma ({len(papers)} papers)",
                f"{statistics.median(embedded):.0f}",
            ),
        ],
    )


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--papers", type=int, default=12, help="abstracts of one TL;DR round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement")
    parser.add_argument("--page", type=Path, default=PAGE, help="a page of papers to measure on")
    given = parser.parse_args()
    papers = (
        list(read_file(given.page, lambda failure: note(f"{failure.where}: {failure.why}")))
        if given.page.is_file()
        else sample_papers()
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = load_settings(library=Path(folder) / "library")
        with Session(settings, note) as session:
            session.library.add(papers)
            session.library.embed_missing()
            model = session.model
            print(f"{platform.machine()}, {settings.threads} threads, {model.name}")
            tldrs(session, papers[: given.papers], given.rounds)
            quantised = prepared_file(settings.cache, settings.threads, note)
            parts(model, papers, given.rounds, quantised)
            cancelling(model, papers[: given.papers], given.rounds)
            questions(session, given.rounds)
            importing(session, papers, given.rounds)


if __name__ == "__main__":
    main()
