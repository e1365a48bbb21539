"""What the tests of the page share."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from assistant.library import StoredPaper
from assistant.models.fake import ScriptedModel, ScriptedStream
from assistant.models.protocols import GenerationRequest
from assistant.paper import Paper
from assistant.session import Session

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Request

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


def ask(page: Page, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
