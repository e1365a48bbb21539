"""What the tests of the page share."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from patience import PATIENCE_S

from assistant.library import StoredPaper
from assistant.models.fake import ScriptedModel, ScriptedStream
from assistant.models.protocols import GenerationRequest
from assistant.paper import Paper
from assistant.session import Session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from assistant.web.serving.server import PageServer

# The fixture `make_session`: a model, `papers`, `notify`.
MakeSession = Callable[..., Session]
# The fixture `serve`.
Serve = Callable[[Session], AbstractContextManager["PageServer"]]

# The fixture `open_page`: the page at an address in a window of Chromium; `query`, options of it.
OpenPage = Callable[..., AbstractContextManager["Page"]]

# What Gradio's script writes to the console when a page is left: that it closed its event stream,
# which can arrive when the next page has loaded, and that the connection is gone.
_CLOSED_STREAM = ("AbortError: BodyStreamBuffer was aborted", "AbortError: signal is aborted")
_LOST_CONNECTION = "Unexpected error Connection errored"
_LEAVING_S = 20.0

# The elements that formulas may be made of.
MATHML = frozenset(
    """math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover
    munderover""".split()  # noqa: SIM905
)

# Text that would do something if any of it were taken for markup, a template or a link.
EVIL = (
    '<img src="http://evil.test/x.png"><script>alert(1)</script> ![x](http://evil.test/y.png) '
    "[link](http://evil.test) ${alert(1)} {{ 7*7 }} \"'><a href=javascript:alert(1)>"
)

PAPERS = [
    Paper(
        title="On the sleep of cats",
        abstract="Sleep is a riddle. Cats sleep fourteen hours a day. We counted 120 cats.",
    ),
    Paper(
        title="On the sleep of owls",
        abstract="Night birds are seldom watched. Owls sleep nine hours, all of them by day.",
    ),
]


class Tags(HTMLParser):
    """The tags of some HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def stored_paper(title: str, abstract: str, **more: Any) -> StoredPaper:
    """A paper as the library hands it out."""
    paper = Paper(title=title, abstract=abstract, **more)
    return StoredPaper(number=1, id=paper.id, paper=paper)


# A claim that holds, and a sentence that goes on and on.
ENDLESS = "Cats sleep fourteen hours a day [1]. And they sleep" + " and sleep" * 200


class WatchedModel(ScriptedModel):
    """A scripted model that remembers its streams."""

    def __init__(self, reply: str, seconds_per_piece: float) -> None:
        super().__init__(lambda request: reply, seconds_per_piece=seconds_per_piece)
        self.streams: list[ScriptedStream] = []

    def generate(self, request: GenerationRequest) -> ScriptedStream:
        stream = super().generate(request)
        self.streams.append(stream)
        return stream

    def wait_until_cancelled(self) -> None:
        """Wait until the last stream has ended, and see that it was cancelled."""
        for _ in range(100):
            if self.streams[-1].stats.finish:
                break
            time.sleep(0.1)
        assert self.streams[-1].stats.finish == "cancelled"


def collect_errors(page: Page, wrong: list[str], expected: str | None = None) -> None:
    """Append errors of scripts and of the console to `wrong`, except those with `expected`."""
    left = -math.inf

    def note_request(request: Request) -> None:
        nonlocal left
        if request.is_navigation_request():
            left = time.monotonic()

    def note_message(message: ConsoleMessage) -> None:
        if message.type != "error" or (expected is not None and expected in message.text):
            return
        if message.text.startswith(_CLOSED_STREAM):
            return
        # Messages of the page that was left may arrive when the next one is there.
        if not (time.monotonic() - left < _LEAVING_S and message.text.startswith(_LOST_CONNECTION)):
            wrong.append(message.text)

    page.on("request", note_request)
    page.on("pageerror", lambda error: wrong.append(f"error {error}"))
    page.on("console", note_message)


@contextmanager
def served(session: Session) -> Iterator[PageServer]:
    """Serve the page of `session` on a free port."""
    from assistant.web.serving.server import PageServer

    server = PageServer(session, port=0)
    ready = threading.Event()
    addresses: list[str] = []

    def on_ready(address: str) -> None:
        addresses.append(address)
        ready.set()

    thread = threading.Thread(target=server.run, args=(on_ready,))
    thread.start()
    try:
        assert ready.wait(PATIENCE_S), "the page did not answer"
        assert addresses == [server.address]
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)
    assert not thread.is_alive(), "the server did not end"


@contextmanager
def opened(browser: Browser, address: str, query: str = "", **options: Any) -> Iterator[Page]:
    """Open the page; at the end fail on any attempt to go out, and on any error in it.

    `query` follows the address; `options` are those of the browser's window.
    """
    wrong: list[str] = []
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
    context.set_default_timeout(1000 * PATIENCE_S)
    page = context.new_page()

    def note_request(url: str) -> None:
        if not url.startswith((address + "/", "data:", "blob:" + address)):
            wrong.append(f"request to {url}")

    page.on("request", lambda request: note_request(request.url))
    page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
    # The policy of the page would stop a request before the browser makes it: count that too.
    collect_errors(page, wrong)
    page.goto(f"{address}/{query}")
    page.locator("#header strong").wait_for()
    yield page
    context.close()
    assert wrong == []


def ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
