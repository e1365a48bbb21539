"""Speed in one run: the engine, questions, import. Prints tables in Markdown.

Usage: python -m benchmarks.speed [--papers 12] [--rounds 5] [--page FILE]

Every figure is the median of the rounds, warm. What is compared is measured in turns, round by
round, so that a busy machine slows both; compare the ratios, not the figures of two runs.
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
from benchmarks.measuring import note, plain_llama, rows, seconds

PAGE = Path(__file__).resolve().parents[2] / "shared" / "data" / "trending_page.txt"
QUESTIONS = (
    "How much smaller does Compressor make pre-trained code models?",
    "What dataset was released with the large IR collection from production sources?",
    "What is the Mixture-of-Memories architecture?",
    "Which hardware does FlashRNN optimise for?",
    "What does LifeGPT simulate?",
)


def parts(model: LanguageModel, papers: list[Paper], rounds: int, path: Path) -> None:
    """Prompt and generated tokens a second: the engine, one request alone, and llama.cpp's own."""
    alone = plain_llama(path, n_ctx=2048, n_batch=512)
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
            alone.reset()
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
    asker = session.answer_pipeline
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
        f"Questions ({len(QUESTIONS)} x {rounds}, {session.library.papers.count()} papers, warm)",
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
                embedded.append(len(papers) / seconds(library.vectors.embed_missing))
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
            session.library.vectors.embed_missing()
            model = session.model
            print(f"{platform.machine()}, {settings.threads} threads, {model.name}")
            quantised = prepared_file(settings.cache, settings.threads, note)
            parts(model, papers, given.rounds, quantised)
            cancelling(model, papers[: given.papers], given.rounds)
            questions(session, given.rounds)
            importing(session, papers, given.rounds)


if __name__ == "__main__":
    main()
