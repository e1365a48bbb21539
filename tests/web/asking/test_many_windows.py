"""Many windows at once, and many questions in one: nothing is mixed up, and nothing grows."""

from __future__ import annotations

import gc
import http.client
import json
import re
import threading
import tracemalloc
from contextlib import ExitStack, closing
from typing import Any

import pytest
from patience import PATIENCE_S
from web_support import MakeSession, OpenPage, Serve, ask

from assistant.models.fake import ScriptedModel, ScriptedStream
from assistant.models.protocols import GenerationRequest
from assistant.paper import Paper
from assistant.web import page as page_module
from assistant.web.asking.chat import Chat
from assistant.web.jobs import Jobs

pytestmark = pytest.mark.slow

WINDOWS = 20
QUESTIONS = 200
ANIMALS = re.findall(
    r"\w+",
    "aardvarks badgers cormorants dolphins echidnas falcons geckos hedgehogs ibexes jackals "
    "koalas lemurs marmots narwhals ocelots penguins quokkas rabbits salmon tapirs",
)
PAPERS = [
    Paper(
        title=f"On the sleep of {animal}",
        abstract=f"Sleep is a riddle. The {animal} sleep {n} hours a day. We counted them.",
    )
    for n, animal in enumerate(ANIMALS, 1)
]
_ASKED = re.compile(rf"How many hours do the ({'|'.join(ANIMALS)}) sleep")


class Echo(ScriptedModel):
    """Answers about the animal that is asked for, and remembers in which order it was asked."""

    def __init__(self) -> None:
        super().__init__(self._reply)
        self.asked: list[str] = []
        self.released = threading.Event()

    def _reply(self, request: GenerationRequest) -> str:
        animal = self._animal(request)
        return f"The {animal} sleep {ANIMALS.index(animal) + 1} hours a day [1]."

    def generate(self, request: GenerationRequest) -> ScriptedStream:
        self.asked.append(self._animal(request))
        self.released.wait(PATIENCE_S)
        return super().generate(request)

    @staticmethod
    def _animal(request: GenerationRequest) -> str:
        found = _ASKED.findall("\n".join(message.content for message in request.messages))
        return str(found[-1])


def question(animal: str) -> str:
    return f"How many hours do the {animal} sleep a day?"


def test_twenty_windows_are_answered_in_order_and_not_mixed_up(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "ANSWERS_AT_ONCE", 1)
    model = Echo()
    with serve(make_session(model, PAPERS)) as server, ExitStack() as windows:
        pages = []
        for _ in range(WINDOWS):
            page = windows.enter_context(open_page(server.address))
            # Only the window in front looks for news every two seconds. Twenty that all do are too
            # much for one browser on two cores.
            page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
            pages.append(page)
        for page, animal in zip(pages, ANIMALS, strict=True):
            ask(page, question(animal))
            # Evidence is there for everybody, though nobody is answered yet.
            page.locator("#evidence-1-1 blockquote").get_by_text(f"The {animal} sleep").wait_for()
        last = pages[-1].locator("#turn-1 .progress")
        last.get_by_text(f"{WINDOWS - 1} questions ahead").wait_for()
        model.released.set()
        for n, (page, animal) in enumerate(zip(pages, ANIMALS, strict=True), 1):
            page.locator("#turn-1[aria-busy=false]").wait_for()
            shown = page.inner_text("#turn-1 .claims")
            assert f"The {animal} sleep {n} hours a day" in shown
            others = [other for other in ANIMALS if other != animal]
            assert not any(other in shown for other in others)
            assert page.locator(".turn").count() == 1
        assert model.asked == ANIMALS


def test_the_library_is_shown_while_many_wait_for_the_model(
    make_session: MakeSession, serve: Serve
) -> None:
    """More wait than Gradio has threads of its own (40)."""
    waiting = 60
    model = Echo()
    with serve(make_session(model, PAPERS)) as server, ExitStack() as streams:
        config = _json(server.port, "/config")
        named = {one["props"].get("elem_id"): one["id"] for one in config["components"]}

        def event(name: str, action: str) -> dict[str, Any]:
            target = [named[name], action]
            return next(fn for fn in config["dependencies"] if target in fn["targets"])

        def call(fn: dict[str, Any], first: str, window: str) -> http.client.HTTPResponse:
            data = [first, *(None for _ in fn["inputs"][1:])]
            body = {"data": data, "fn_index": fn["id"], "session_hash": window}
            joined = _json(server.port, "/gradio_api/queue/join", json.dumps(body))
            assert "event_id" in joined
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
            streams.callback(connection.close)
            connection.request("GET", f"/gradio_api/queue/data?session_hash={window}")
            return streams.enter_context(connection.getresponse())

        asked = [
            call(event("ask", "click"), question(ANIMALS[n % len(ANIMALS)]), f"window{n}")
            for n in range(waiting)
        ]
        for answer in asked:
            while b"evidence-1-1" not in (line := answer.readline()):
                assert line, "no evidence came"
        found = call(event("chat-search", "change"), "no such chat", "another")
        while b"No chats match" not in (line := found.readline()):
            assert line, "the chats were not listed"
        model.released.set()


def _json(port: int, path: str, body: str | None = None) -> dict[str, Any]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        headers = {"content-type": "application/json"}
        connection.request("POST" if body else "GET", path, body, headers)
        found: dict[str, Any] = json.loads(connection.getresponse().read())
    return found


def test_memory_is_flat_over_many_questions(make_session: MakeSession, jobs: Jobs) -> None:
    model = Echo()
    model.released.set()
    chat = Chat(make_session(model, PAPERS), jobs, at_once=2)

    def run(first: int, last: int) -> int:
        """Ask these questions, in ten chats one after the other; bytes in use after them."""
        for n in range(first, last):
            if n % 20 == 0:
                chat.leave("visitor")
            *_, view = chat.ask(question(ANIMALS[n % len(ANIMALS)]), "visitor")
            assert "claim" in view.current
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = run(0, 60)
        after = run(60, QUESTIONS)
    finally:
        tracemalloc.stop()
    # 140 questions more, of which nothing but the present chat may stay.
    assert after - before < 2_000_000
    assert not jobs.running
