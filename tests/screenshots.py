"""Takes a picture of every tab of the page, large and small, light and dark.

`make screenshots` writes them to `screenshots/`; another folder is named as the first argument. The
page is that of a library in a temporary folder, and asks the bundled models. The pictures are the
page's whole length, up to `TALLEST`.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

from patience import PATIENCE_S
from web_support import ask
from web_walk import SIZES, THEMES, open_details, open_tab, settle, tab_names

from assistant.paper import Paper
from assistant.reading import read_file
from assistant.sample import sample_papers
from assistant.session import Session
from assistant.settings import load_settings

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / "shared" / "data"
# Real abstracts, where they lie beside the checkout.
REAL = ("trending_page.txt", "exports/arxiv_kaggle_jsonl/arxiv-metadata-oai-snapshot.json")
QUESTION = "How many parameters does AlexNet have?"
SECOND = "Which papers are about attention?"
REFUSED = "What does gold cost in Peru?"
# What is pressed in a tab for its second picture.
FIRST = {
    "Library": ".open-paper",
    "Map": ".map-open",
    "Digest": "button:text-is('Show')",
}
TALLEST = 1_600
LINES = 12  # TL;DRs that are written first


def papers() -> Iterator[Paper]:
    """The sample, and real papers if there are any."""
    yield from sample_papers()
    for name in REAL:
        if (SHARED / name).is_file():
            yield from itertools.islice(read_file(SHARED / name, lambda failure: None), 150)


@contextmanager
def served() -> Iterator[str]:
    """The address of a page over a library of its own."""
    from assistant.web.serving.server import PageServer

    with tempfile.TemporaryDirectory() as folder:
        os.environ["ASSISTANT_LIBRARY"] = folder
        with Session(load_settings()) as session:
            session.library.add(papers())
            session.library.vectors.embed_missing()
            first = list(itertools.islice(session.library.papers.all(), LINES))
            for _ in session.summarizer.run(first):
                pass
            server, ready = PageServer(session, port=0), threading.Event()
            thread = threading.Thread(target=server.run, args=(lambda address: ready.set(),))
            thread.start()
            try:
                if not ready.wait(PATIENCE_S):
                    raise SystemExit("The page does not answer.")
                yield server.address
            finally:
                server.stop()
                thread.join()


def walk(page: Page, folder: Path, name: str) -> None:
    """Take the pictures of one window; `name` ends the names of their files."""

    def picture(of: str) -> None:
        settle(page)
        height = page.evaluate("document.documentElement.scrollHeight")
        width = page.evaluate("innerWidth")
        area: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
        page.screenshot(path=folder / f"{of}-{name}.png", full_page=True, clip=area)

    def in_sight(of: str) -> None:
        page.screenshot(path=folder / f"{of}-{name}.png")

    picture("ask-1-before")
    ask(page, QUESTION)
    page.locator("#turn-1 .evidence li").first.wait_for()
    in_sight("ask-2-evidence")
    page.locator("#turn-1[aria-busy=false]").wait_for()
    open_details(page, most=1)
    in_sight("ask-3-answer")
    ask(page, SECOND)
    page.locator("#turn-2[aria-busy=false]").wait_for()
    settle(page)
    in_sight("ask-4-list")
    ask(page, REFUSED)
    page.locator("#turn-3[aria-busy=false]").wait_for()
    settle(page)
    in_sight("ask-5-refusal")
    for tab in tab_names(page):
        if tab != "Ask":
            slug = "-".join(tab.lower().replace(";", "").split())
            open_tab(page, tab)
            if tab == "Map":
                page.locator("#map .map").wait_for()  # it is drawn when it is looked at first
                settle(page)
            in_sight(slug)
            page.mouse.move(0, 0)
            first = page.locator(FIRST.get(tab, "x-none")).first
            if tab == "Map":
                open_details(page, most=1)  # its papers as a list
            if first.count() and first.is_visible():
                first.click()
                settle(page)
            open_details(page, most=2)
            picture(f"{slug}-opened")
            # What lies over the whole of a small window is closed by it.
            page.keyboard.press("Escape")


def main(folder: Path) -> int:
    """Write the pictures to `folder`."""
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        print("No Chromium is installed, which takes the pictures.", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for (size, options), (theme, query) in itertools.product(SIZES.items(), THEMES.items()):
            context = browser.new_context(**options, reduced_motion="reduce")
            context.set_default_timeout(1000 * PATIENCE_S)
            page = context.new_page()
            page.goto(f"{address}/{query}")
            page.locator("#header strong").wait_for()
            walk(page, folder, f"{size}-{theme}")
            context.close()
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures are in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else REPOSITORY / "screenshots")))
