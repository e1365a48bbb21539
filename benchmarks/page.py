"""The page in Chromium: start, stop, several visitors, memory. Prints tables in Markdown.

Usage: python -m benchmarks.page [--page FILE] [--questions 200] [--rounds 5]

The bundled models answer from the papers of FILE. Times depend on the load of the machine: compare
figures within a run.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.reading import read_file
from assistant.session import Session
from assistant.settings import load_settings
from assistant.web.asking.chat import Chat
from assistant.web.jobs import Jobs
from benchmarks.measuring import PAGE, cpu_seconds, log, print_table, resident_bytes, seconds
from benchmarks.speed import QUESTIONS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Visitors who ask at the same time, and how many answers the model writes at the same time.
_VISITORS = 8
_CONCURRENCY = (1, 2, 4, 8)
_MEGABYTE = 1024 * 1024
# Windows in which nothing happens, seconds of measuring, and before that until they are at rest.
_IDLE_WINDOWS = 20
_IDLE_S, _REST_S = 30.0, 10.0


@contextmanager
def served(library: Path) -> Iterator[tuple[str, int, float]]:
    """The page in its own process: address, process id, and seconds until it answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "assistant", "serve", "--port", str(port)]
    begun = time.perf_counter()
    with subprocess.Popen(
        [*command, "--library", str(library)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield address, process.pid, time.perf_counter() - begun
        finally:
            process.terminate()


def ask(page: Page, question: str) -> None:
    """Type a question and press Enter."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")


def start(browser: Browser, library: Path, rounds: int) -> None:
    """Seconds from the command to a usable page, and to the evidence of a first question."""
    figures: list[tuple[float, float, float]] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with served(library) as (address, _, answered):
            page = browser.new_page()
            page.goto(address)
            page.locator("#question textarea").wait_for()
            usable = time.perf_counter() - begun
            ask(page, QUESTIONS[0])
            page.locator("#turn-1 .evidence li").first.wait_for()
            figures.append((answered, usable, time.perf_counter() - begun))
            page.close()
    names = ("the server answers", "a question can be typed", "its evidence is visible")
    medians = [statistics.median(column) for column in zip(*figures, strict=True)]
    print_table(
        "Start, seconds after the command",
        ("until", "median", "slowest"),
        [
            (name, f"{middle:.1f}", f"{max(column):.1f}")
            for name, middle, column in zip(names, medians, zip(*figures, strict=True), strict=True)
        ],
    )


def stop(browser: Browser, library: Path, rounds: int) -> None:
    """Seconds from the click on Stop to the end of the turn."""
    found: dict[str, list[float]] = {
        "while the prompt is processed": [],
        "while the answer is written": [],
    }
    with served(library) as (address, _, _):
        page = browser.new_page()
        page.goto(address)
        page.locator("#header strong").wait_for()
        ask(page, QUESTIONS[1])
        page.locator("#current-turn .turn[aria-busy=false]").wait_for()
        number = 1
        for _ in range(rounds):
            for name, when in zip(found, (".evidence li", ".claim"), strict=True):
                number += 1
                ask(page, QUESTIONS[number % len(QUESTIONS)])
                page.locator(f"#turn-{number} {when}").first.wait_for()
                if page.locator(f"#turn-{number}[aria-busy=true]").count() == 0:
                    continue

                def until_stopped(turn: int = number) -> None:
                    page.click("#stop")
                    page.locator(f"#turn-{turn}[aria-busy=false]").wait_for()

                found[name].append(seconds(until_stopped))
        page.close()
    print_table(
        "Stop, seconds from the click to the end of the turn",
        ("clicked", "times", "median", "slowest"),
        [
            (name, str(len(taken)), f"{statistics.median(taken):.2f}", f"{max(taken):.2f}")
            for name, taken in found.items()
            if taken
        ],
    )


def several_visitors(session: Session, rounds: int) -> None:
    """Questions of several visitors, by how many answers the model writes at the same time."""
    taken: dict[int, list[list[float]]] = {n: [] for n in _CONCURRENCY}
    for _ in range(rounds):
        for concurrency in _CONCURRENCY:
            jobs = Jobs()
            chat = Chat(session, jobs, concurrency)
            first: list[float] = []
            done: list[float] = []

            threads = [
                threading.Thread(target=_timed, args=(chat, n, first, done))
                for n in range(_VISITORS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            taken[concurrency].append([statistics.mean(first), statistics.mean(done), max(done)])
    print_table(
        f"{_VISITORS} visitors at the same time, seconds",
        ("answers at the same time", "evidence, mean", "answer, mean", "last answer"),
        [
            (
                str(concurrency),
                *(f"{statistics.median(column):.2f}" for column in zip(*measured, strict=True)),
            )
            for concurrency, measured in taken.items()
        ],
    )


def _timed(chat: Chat, visitor: int, evidence: list[float], answers: list[float]) -> None:
    """Ask; record the seconds until the evidence is visible and until the answer is complete."""
    begun = time.perf_counter()
    visible = False
    for view in chat.ask(QUESTIONS[visitor % len(QUESTIONS)], str(visitor)):
        if not visible and "<blockquote>" in view.current:
            visible = True
            evidence.append(time.perf_counter() - begun)
    answers.append(time.perf_counter() - begun)


def memory(browser: Browser, library: Path, questions: int) -> None:
    """Memory of the server while one window asks, in chats of 20 questions."""
    lines = []
    with served(library) as (address, process, _):
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(address)
        page.locator("#header strong").wait_for()
        number = 0
        for n, question in enumerate(islice(cycle(QUESTIONS), questions), 1):
            if n % 20 == 1 and n > 1:
                page.click("#new-chat")
                page.locator(".turn").first.wait_for(state="detached")
                number = 0
            number += 1
            ask(page, question)
            page.locator(f"#turn-{number}[aria-busy=false]").wait_for()
            if n in (1, 10) or n % 50 == 0:
                lines.append((str(n), f"{resident_bytes(process) / _MEGABYTE:.0f}"))
                log(f"  {n} questions: {lines[-1][1]} MB")
        page.close()
    print_table("Memory of the server, MB", ("after questions", "resident"), lines)


def idle(browser: Browser, library: Path) -> None:
    """Processor time that the server needs for windows in which nothing happens."""
    lines = []
    with served(library) as (address, process, _):
        pages: list[Page] = []
        for count in (0, _IDLE_WINDOWS):
            while len(pages) < count:
                page = browser.new_page()
                page.goto(address)
                page.locator("#header strong").wait_for()
                pages.append(page)
            time.sleep(_REST_S)
            before = cpu_seconds(process)
            time.sleep(_IDLE_S)
            share = (cpu_seconds(process) - before) / _IDLE_S
            lines.append((str(count), f"{share:.1%}"))
        for page in pages:
            page.close()
    print_table("Idle windows, share of one core", ("windows", "server"), lines)


def main() -> None:
    """Measure and print everything."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        library = Path(folder) / "library"
        with Session(load_settings(library=library)) as session:
            log("Several visitors")
            session.library.add(read_file(arguments.page, print))
            session.library.vectors.embed_missing()
            several_visitors(session, arguments.rounds)
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        log("Start")
        start(browser, library, arguments.rounds)
        log("Stop")
        stop(browser, library, arguments.rounds)
        log("Idle windows")
        idle(browser, library)
        log("Memory")
        memory(browser, library, arguments.questions)
        browser.close()


if __name__ == "__main__":
    main()
