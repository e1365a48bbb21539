"""Every hostile text on the page in a real browser: all of it is text, none of it does anything."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hostile import HOSTILE, KINDS, unseen, words_of, writable
from web_support import MakeSession, Serve

from assistant.answering import Answer, AnswerDone, Claim, ClaimChecked, Evidence, EvidenceFound
from assistant.answering.answer import REFUSAL, Event, NearPaper, Timings
from assistant.errors import ModelError
from assistant.library import StoredTldr
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.session import Session
from assistant.web import table

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

TEXTS = [writable(text) for text in HOSTILE.values()]
# Where texts of papers, users and models are shown.
PLACES = (
    "#header",
    "#past-turns",
    "#current-turn",
    "#papers",
    "#facets",
    "#library-said",
    "#paper-detail",
    "#paper-more",
    "#paper-near",
    "#import-job",
    "#tldr-job",
    "#chats",
    "#opened-chat",
)
# Tags that no template of ours has and many of the texts would make; `x-evil` stands for unknown.
FOREIGN = set(
    """animate annotation-xml audio b base embed form gradio-app iframe image img input link maction
    marquee meta mglyph object script slot source style svg template title use video
    x-evil""".split()  # noqa: SIM905
)
LOOK = """places => {
    const inside = places.flatMap(place => [...document.querySelectorAll(`${place} *`)]);
    for (const element of inside) {
        for (const name of ["mouseover", "focus", "toggle", "load", "error"]) {
            element.dispatchEvent(new Event(name, {cancelable: true}));
        }
    }
    const attributes = inside.flatMap(element => [...element.attributes]);
    const links = attributes.filter(one => one.name === "href");
    const fetching = "[src*=evil], [href*=evil], [style*=url], [onerror], base:not([href='./'])";
    return {
        hit: window.__hit ?? null,
        tags: inside.map(element => element.localName),
        attributes: attributes.map(attribute => attribute.name),
        links: links.map(one => one.value.replace(/\\d+/g, "N")),
        texts: places.map(place => document.querySelector(place)?.textContent ?? ""),
        title: document.title,
        evil: [...document.querySelectorAll(fetching)].map(one => one.outerHTML.slice(0, 200)),
        frames: window.frames.length,
    };
}"""


class Asker:
    """Answers with every hostile text as evidence and claim, then refuses, then fails."""

    def __init__(self, session: Session) -> None:
        stored = list(session.library.papers())
        self._evidence = tuple(
            Evidence(one, one.abstract, 0, len(one.abstract), score=1.0) for one in stored
        )
        self._nearest = tuple(NearPaper(one.id, one.title, 1.0) for one in stored)
        self._asked = 0

    def ask(self, question: str, *others: Any) -> Iterator[Event]:
        """The next of the three."""
        self._asked += 1
        if self._asked == 3:
            raise ModelError(" ".join(TEXTS))
        refused = self._asked == 2
        evidence = () if refused else self._evidence
        claims = (
            ()
            if refused
            else tuple(
                Claim(text, "quoted" if n % 2 else "supported", (n,))
                for n, text in enumerate(TEXTS, start=1)
            )
        )
        yield EvidenceFound(evidence, self._nearest)
        for claim in claims[:3]:
            yield ClaimChecked(claim)
        yield AnswerDone(
            Answer(
                question=question,
                text=REFUSAL.format(question=" ".join(TEXTS)),
                refused=refused,
                claims=claims,
                sources=evidence,
                nearest=self._nearest,
                model=" ".join(TEXTS),
                timings=Timings(0.1, None, 0.2),
                note=" ".join(TEXTS),
            )
        )


@contextmanager
def chromium(address: str) -> Iterator[tuple[Page, list[str]]]:
    """The page in Chromium, and all that went wrong in it: requests, dialogs, errors, windows."""
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(30_000)
        page = context.new_page()

        def note_request(url: str) -> None:
            if not url.startswith((f"{address}/", "data:", f"blob:{address}")):
                wrong.append(f"request to {url}")

        page.on("request", lambda request: note_request(request.url))
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: wrong.append(f"error {error}"))
        page.on("popup", lambda popup: wrong.append(f"window {popup.url}"))
        page.on("download", lambda download: wrong.append(f"download {download.url}"))
        # What the page's policy refuses is an error on the console.
        page.on(
            "console",
            lambda message: wrong.append(message.text) if message.type == "error" else None,
        )
        page.goto(address)
        page.locator("#header strong").wait_for()
        yield page, wrong
        browser.close()


def hostile_session(make_session: MakeSession) -> Session:
    """A session whose library, TL;DRs and model's name are hostile."""
    papers = [
        Paper(
            title=f"{text} {n}",
            abstract=f"{text} Abstract {n}.",
            authors=(text,),
            tags=(text,),
            url=text,
            doi=f"10.1/{n}{text}",
            source=text,
        )
        for n, text in enumerate(TEXTS)
    ]
    session = make_session(ScriptedModel([], name=" ".join(KINDS["markup"].values())), papers)
    for stored, text in zip(list(session.library.papers()), TEXTS, strict=True):
        tldr = StoredTldr(stored.number, text, text, "prompt", "generated", 1.0, "")
        session.library.save_tldr(tldr, stored.paper)
    return session


def check(page: Page, wrong: list[str], *places: str) -> str:
    """See that nothing did anything; the text of `places`."""
    look = page.evaluate(LOOK, list(PLACES))
    assert wrong == []
    assert look["hit"] is None
    assert not FOREIGN & set(look["tags"])
    assert not [name for name in look["attributes"] if name.startswith("on")]
    assert not {"src", "srcset", "action", "srcdoc", "data"} & set(look["attributes"])
    assert set(look["links"]) <= {"#evidence-N-N"}
    assert (look["title"], look["evil"], look["frames"]) == ("Paper assistant", [], 0)
    texts = dict(zip(PLACES, look["texts"], strict=True))
    assert {place: unseen(text) for place, text in texts.items() if unseen(text)} == {}
    return "\n".join(texts[place] for place in places)


def ask(page: Page, number: int, *kinds: str) -> None:
    """Ask something hostile and wait for the end of the turn."""
    texts = [text for kind in kinds for text in KINDS[kind].values()]
    page.fill("#question textarea", "\n".join(texts)[:1_900])
    page.click("#ask")
    page.locator(f"#turn-{number}[aria-busy=false]").wait_for()


def test_all_hostile_texts_at_once_are_text(
    make_session: MakeSession, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PAGE", 1_000)
    session = hostile_session(make_session)
    asker = Asker(session)
    monkeypatch.setattr(Session, "asker", property(lambda self: asker))
    with serve(session) as server:
        session.notify(" ".join(TEXTS))
        with chromium(server.address) as (page, wrong):
            header = check(page, wrong, "#header")
            assert words_of(" ".join(TEXTS)) in words_of(header)

            # An answer, a refusal and a failure.
            ask(page, 1, "markup")
            answered = check(page, wrong, "#current-turn")
            assert page.locator("#turn-1 .claim").count() == len(TEXTS)
            assert words_of("".join(KINDS["markup"].values()))[:700] in words_of(answered)
            ask(page, 2, "templates", "markdown", "addresses")
            ask(page, 3, "directions", "invisible", "terminal")
            turns = words_of(check(page, wrong, "#past-turns", "#current-turn"))
            assert page.locator(".problem").count() == 1
            for text in TEXTS:
                assert turns.count(words_of(text)) >= 3

            # The same conversation as it was saved: the answer and the refusal.
            page.get_by_role("tab", name="Chats").click()
            page.click(".saved-chat")
            page.locator("#opened-chat .turn >> nth=1").wait_for()
            saved = words_of(check(page, wrong, "#opened-chat"))
            for text in TEXTS:
                assert saved.count(words_of(text)) >= 3

            # The library, its filters, and some of its papers opened.
            page.get_by_role("tab", name="Library").click()
            page.locator(f"#paper-{len(TEXTS)}").wait_for()
            page.locator("#facets .facet >> nth=0").wait_for()
            listed = words_of(check(page, wrong, "#papers"))
            for n, text in enumerate(TEXTS):
                assert words_of(f"{text}{n}{text}") in listed
            for n in range(0, len(TEXTS), 7):
                page.click(f"#open-{n + 1}")
                page.locator(f".detail[data-paper='{n + 1}']").wait_for()
                shown = words_of(check(page, wrong, "#paper-detail", "#paper-more"))
                assert words_of(f"{TEXTS[n]}Abstract{n}") in shown
            page.locator("#paper-near .open-near >> nth=4").wait_for()
            page.locator(".choose").first.click()
            for typed in KINDS["markup"].values():
                page.fill("#chosen-tags :is(textarea, input)", typed)
                page.click("#give-tags")
            page.locator("#library-said .said").wait_for()
            check(page, wrong)
            page.click("#close-detail")

            # Papers that are pasted and uploaded, some of which cannot be read.
            page.click("#add-papers button >> nth=0")
            markup = KINDS["markup"].values()
            pasted = [json.dumps({"title": f"New {text}", "abstract": text}) for text in markup]
            page.fill("#pasted textarea", "\n".join([*pasted, '{"title": "<img src=x>']))
            files: list[FilePayload] = [
                {"name": f"{n} {text}.txt", "mimeType": "text/plain", "buffer": b"\0"}
                for n, text in enumerate(list(markup)[5:9])
            ]
            page.set_input_files("#files input[type=file]", files)
            page.locator("#files .filename >> nth=3").wait_for()
            page.click("#import")
            page.locator("#import-job").get_by_text("could not be read").wait_for()
            page.locator("#import-job:not(:has(.running))").wait_for()
            check(page, wrong)

            page.fill("#filter textarea", "'; DROP TABLE papers; -- <img src=x> \u202e\0")
            page.locator("#pager-summary").get_by_text("found").wait_for()
            check(page, wrong)
