"""Speed of the engine, of questions and of imports. Prints tables in Markdown.

Usage: python -m benchmarks.speed [--papers 12] [--rounds 5] [--page FILE]

Every figure is the median of the rounds, after a warm-up. Alternatives are measured in turns, so
that a busy machine slows all of them: compare ratios within a run, not figures of different runs.
"""

from __future__ import annotations

import argparse
import itertools
import platform
import statistics
import tempfile
import time
from pathlib import Path

from assistant.library import Library
from assistant.models.bundled_model import prepared_file
from assistant.models.protocols import GenerationRequest, LanguageModel, Message, Priority
from assistant.paper import Paper
from assistant.reading import read_file
from assistant.sample import sample_papers
from assistant.session import Session
from assistant.settings import load_settings
from benchmarks.measuring import PAGE, log, plain_llama, print_table, seconds

QUESTIONS = (
    "How much smaller does Compressor make pre-trained code models?",
    "What dataset was released with the large IR collection from production sources?",
    "What is the Mixture-of-Memories architecture?",
    "Which hardware does FlashRNN optimise for?",
    "What does LifeGPT simulate?",
)


def token_rates(model: LanguageModel, papers: list[Paper], rounds: int, path: Path) -> None:
    """Prompt and generated tokens per second: the engine with one request, and plain llama.cpp."""
    alone = plain_llama(path, n_ctx=2048, n_batch=512)
    prompt: tuple[list[float], list[float]] = ([], [])
    generated: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for number, paper in enumerate(papers[:4]):
            # A unique first word, so that no prefix is reused.
            text = f"{number} {time.perf_counter_ns()}: {paper.abstract}"
            stream = model.generate(GenerationRequest((Message("user", text),), 40))
            list(stream)
            stats = stream.stats
            prompt[0].append((stats.prompt_tokens - stats.reused_tokens) / stats.prompt_seconds)
            generated[0].append(
                stats.generated_tokens / (stats.total_seconds - stats.prompt_seconds)
            )
            tokens = alone.tokenize(text.encode())
            alone.reset()
            prompt[1].append(len(tokens) / seconds(lambda t=tokens: alone.eval(t)))  # type: ignore[misc]
            generated[1].append(
                40 / seconds(lambda: [alone.eval([alone.sample(temp=0.0)]) for _ in range(40)])
            )
    print_table(
        "Tokens per second, one request at a time (Q8_0, same abstracts)",
        ("part", "engine", "plain llama.cpp"),
        [
            (name, *(f"{statistics.median(values):.0f}" for values in rates))
            for name, rates in (("prompt", prompt), ("generated", generated))
        ],
    )


def interrupting(model: LanguageModel, papers: list[Paper], rounds: int) -> None:
    """How long a question waits for a running batch, and how long a stop takes."""
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
    print_table(
        "While a batch of TL;DRs is running",
        ("measure", "seconds"),
        [
            ("first word of a short question's answer", f"{statistics.median(first):.3f}"),
            ("stop of an answer", f"{statistics.median(stop):.3f}"),
        ],
    )


def questions(session: Session, rounds: int) -> None:
    """Seconds to the evidence, to the first claim shown, and to the complete answer."""
    pipeline = session.answer_pipeline
    timings = []
    for number, question in itertools.product(range(rounds + 1), QUESTIONS):
        answer = None
        for event in pipeline.ask(question):
            answer = getattr(event, "answer", None)
        if number and answer is not None and not answer.refused:
            timings.append(answer.timings)
    lines = []
    for label, name in (
        ("first evidence", "evidence_s"),
        ("first verified claim", "first_word_s"),
        ("complete answer", "total_s"),
    ):
        values = [value for t in timings if (value := getattr(t, name)) is not None]
        lines.append((label, f"{statistics.median(values):.2f}", f"{max(values):.2f}"))
    print_table(
        f"Questions ({len(QUESTIONS)} x {rounds}, {session.library.papers.count()} papers, warm)",
        ("time to", "median s", "slowest s"),
        lines,
    )


def importing(session: Session, papers: list[Paper], rounds: int) -> None:
    """Papers per second: catalogue with full text, and embedding."""
    many = [
        paper.model_copy(update={"title": f"{paper.title} ({number})"})
        for number in range(5000 // len(papers) + 1)
        for paper in papers
    ]
    stored, embedded = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with Library.open(Path(folder) / "many", None) as library:
                stored.append(len(many) / seconds(lambda x=library: x.add(many)))  # type: ignore[misc]
            with Library.open(Path(folder) / "few", session.embedder) as library:
                library.add(papers)
                embedded.append(len(papers) / seconds(library.vectors.embed_missing))
    print_table(
        "Import",
        ("part", "papers/s"),
        [
            (f"catalogue and full text ({len(many)} papers)", f"{statistics.median(stored):.0f}"),
            (
                f"chunks, vectors, Chroma ({len(papers)} papers)",
                f"{statistics.median(embedded):.0f}",
            ),
        ],
    )


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--papers", type=int, default=12, help="abstracts in the batch of TL;DRs")
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds")
    parser.add_argument("--page", type=Path, default=PAGE, help="page of papers to measure with")
    arguments = parser.parse_args()
    papers = (
        list(read_file(arguments.page, lambda failure: log(f"{failure.where}: {failure.why}")))
        if arguments.page.is_file()
        else sample_papers()
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = load_settings(library=Path(folder) / "library")
        with Session(settings, log) as session:
            session.library.add(papers)
            session.library.vectors.embed_missing()
            model = session.model
            print(f"{platform.machine()}, {settings.threads} threads, {model.name}")
            quantised = prepared_file(settings.cache, settings.threads, log)
            token_rates(model, papers, arguments.rounds, quantised)
            interrupting(model, papers[: arguments.papers], arguments.rounds)
            questions(session, arguments.rounds)
            importing(session, papers, arguments.rounds)


if __name__ == "__main__":
    main()
