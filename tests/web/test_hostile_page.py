"""Every hostile text on the page in a real browser: all of it is text, none of it does anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hostile import HOSTILE, KINDS, unseen, words_of, writable
from patience import PATIENCE_S
from web_support import MATHML, MakeSession, OpenPage, Serve
from web_walk import open_details, open_tab

from assistant.answering import Answer, AnswerDone, Claim, ClaimVerified, Evidence, EvidenceFound
from assistant.answering.answer import Event, NearestPaper, Timings
from assistant.errors import ModelError
from assistant.library import StoredTldr
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.reading import read_bytes
from assistant.session import Session
from assistant.web.browsing import map as map_module
from assistant.web.browsing import table
from assistant.web.ingestion import preview

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

TEXTS = [writable(text) for text in HOSTILE.values()]
# Where texts of papers, users and models are shown.
PLACES = (
    "#header",
    "#examples",
    "#past-turns",
    "#current-turn",
    "#chips",
    "#support",
    "#facets",
    "#papers",
    "#pager",
    "#library-said",
    "#remove-question",
    "#paper-detail",
    "#detail-problem",
    "#paper-duplicates",
    "#paper-more",
    "#paper-near",
    "#import-job",
    "#import-preview",
    "#tldr-line",
    "#found",
    "#map-listed",
    "#map",
    "#map-message",
    "#map-card",
    "#chats",
    "#digest-said",
    "#digest",
    "#about",
    "#model-job",
    "#settings-job",
    "#settings-table",
    "#prompt-about",
    "#prompt-said",
)
# Tags that no template of ours has, but for what OWN says, and many of the texts would make;
# `x-evil` stands for unknown.
FOREIGN = set(
    """animate annotation annotation-xml audio b base embed form gradio-app iframe image img input
    link maction marquee meta mglyph object script semantics slot source style svg template title
    use video x-evil""".split()  # noqa: SIM905
)
OWN = "#map input.map-words, #map .map-topic > svg, #map-listed summary > svg"
# The links that there may be, by their place.
LINKS = {
    "#past-turns": r"#evidence-\d+-\d+|/papers/\d+",
    "#current-turn": r"#evidence-\d+-\d+|/papers/\d+",
    "#chats": r"/chat/\d+",
    "#paper-more": r"https://doi\.org/10\.\d{4,9}/[-._;()/:A-Za-z0-9]+"
    r"|https://arxiv\.org/abs/[a-z-]*/?[0-9.]+(v\d+)?"
    r"|https://pubmed\.ncbi\.nlm\.nih\.gov/\d{1,9}",
    "#library-said": r"data:[a-z/-]+(;charset=utf-8)?;base64,[A-Za-z0-9+/=]+",
    "#digest": r"data:(text/markdown|text/html|message/rfc822);base64,[A-Za-z0-9+/=]+",
}
LOOK = """([places, own]) => {
    const within = (place) => [...document.querySelectorAll(`${place} *`)];
    const inside = places.flatMap(within);
    for (const element of inside) {
        for (const name of ["mouseover", "focus", "toggle", "load", "error"]) {
            element.dispatchEvent(new Event(name, {cancelable: true}));
        }
    }
    const links = (place) => within(place)
        .filter((one) => one.hasAttribute("href"))
        .map((one) => [place, one.getAttribute("href"), one.target, one.rel]);
    // As it is read: without what is hidden, and with the source of every formula.
    const text = (place) => {
        const copy = document.querySelector(place)?.cloneNode(true);
        if (!copy) return "";
        copy.querySelectorAll("[hidden]").forEach((one) => one.remove());
        copy.querySelectorAll("math[alttext]").forEach((one) => {
            one.replaceWith(`$${one.getAttribute("alttext")}$`);
        });
        return copy.textContent;
    };
    const strange = inside.filter((one) => !one.matches(own));
    const attributes = strange.flatMap((one) => [...one.attributes]);
    const formulas = [...document.querySelectorAll("math")];
    const fetching = "[src*=evil], [href*=evil], [style*=url], [onerror], base:not([href='./'])";
    return {
        hit: window.__hit ?? null,
        tags: strange.map((one) => one.localName),
        attributes: attributes.map((one) => one.name),
        links: places.flatMap(links),
        formulas: formulas.flatMap((one) => [one, ...one.querySelectorAll("*")])
            .map((one) => one.localName),
        silent: formulas.filter((one) => !one.getAttribute("alttext")).length,
        whole: places.map((place) => document.querySelector(place)?.textContent ?? ""),
        texts: places.map(text),
        title: document.title,
        evil: [...document.querySelectorAll(fetching)].map((one) => one.outerHTML.slice(0, 200)),
        frames: window.frames.length,
    };
}"""


class Asker:
    """Answers with every hostile text as evidence and claim, then refuses, then fails."""

    def __init__(self, session: Session) -> None:
        stored = list(session.library.papers.all())
        self._evidence = tuple(
            Evidence(one, one.abstract, 0, len(one.abstract), score=1.0) for one in stored
        )
        self._nearest = tuple(NearestPaper(one.id, one.title, 1.0) for one in stored)
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
            yield ClaimVerified(claim)
        yield AnswerDone(
            Answer(
                question=question,
                text=" ".join(TEXTS),
                status="unsure" if refused else "answered",
                claims=claims,
                sources=evidence,
                nearest=self._nearest,
                model=" ".join(TEXTS),
                timings=Timings(0.1, None, 0.2),
                note=" ".join(TEXTS),
            )
        )


def hostile_session(make_session: MakeSession) -> Session:
    """A session whose library, TL;DRs and model's name are hostile."""
    papers = [
        Paper(
            title=f"{text} {n}",
            abstract=f"{text} Abstract {n}.",
            authors=(text,),
            tags=(text,),
            url=text,
            # Every second one is as it should be, and linked to.
            doi=f"10.1000/{n}" if n % 2 else f"10.1000/{n}{text}",
            arxiv=f"2401.{n:05}",
            pmid=f"{n + 1}",
            source=text,
        )
        for n, text in enumerate(TEXTS)
    ]
    model = ScriptedModel(lambda request: TEXTS[0], name=" ".join(KINDS["markup"].values()))
    session = make_session(model, papers)
    for stored, text in zip(list(session.library.papers.all()), TEXTS, strict=True):
        tldr = StoredTldr(stored.number, text, text, "prompt", "generated", 1.0, "")
        session.library.tldrs.save(tldr, stored.paper)
    return session


@contextmanager
def hostile_page(session: Session, serve: Serve, open_page: OpenPage) -> Iterator[Page]:
    """The page of `session`, whose head tells every text; it opens no window and saves no file."""
    wrong: list[str] = []
    with serve(session) as server:
        session.notify(" ".join(TEXTS))
        with open_page(server.address) as page:
            page.set_default_timeout(1000 * PATIENCE_S)
            page.on("popup", lambda popup: wrong.append(f"window {popup.url}"))
            page.on("download", lambda download: wrong.append(f"download {download.url}"))
            yield page
            assert wrong == []


def check(page: Page, *places: str) -> str:
    """See that nothing did anything; the words of `places`, as they are read."""
    look = page.evaluate(LOOK, [list(PLACES), OWN])
    assert look["hit"] is None
    assert not FOREIGN & set(look["tags"])
    assert not [name for name in look["attributes"] if name.startswith("on")]
    assert not {"src", "srcset", "action", "srcdoc", "data"} & set(look["attributes"])
    assert set(look["formulas"]) <= MATHML
    assert look["silent"] == 0
    for place, address, target, rel in look["links"]:
        assert re.fullmatch(LINKS.get(place, ""), address), (place, address[:200])
        if address.startswith("https:"):
            assert (target, rel) == ("_blank", "noreferrer noopener")
    assert (look["evil"], look["frames"]) == ([], 0)
    assert look["title"].endswith("Paper assistant")
    assert not unseen(look["title"])
    whole = dict(zip(PLACES, look["whole"], strict=True))
    assert {place: unseen(text) for place, text in whole.items() if unseen(text)} == {}
    texts = dict(zip(PLACES, look["texts"], strict=True))
    return words_of("\n".join(texts[place] for place in places))


def joined(*kinds: str) -> str:
    return " ".join(writable(text) for kind in kinds for text in KINDS[kind].values())


def as_tags(kind: str) -> str:
    return ", ".join(writable(text) for text in KINDS[kind].values())


def ask(page: Page, number: int, text: str) -> None:
    """Ask something hostile and wait for the end of the turn."""
    page.fill("#question textarea", text[:1_900])
    page.click("#ask")
    page.locator(f"#turn-{number}[aria-busy=false]").wait_for()


def test_in_questions_answers_and_chats(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = hostile_session(make_session)
    asker = Asker(session)
    monkeypatch.setattr(Session, "answer_pipeline", property(lambda self: asker))
    with hostile_page(session, serve, open_page) as page:
        assert words_of(" ".join(TEXTS)) in check(page, "#header")

        # An answer, a refusal and a failure.
        ask(page, 1, joined("markup"))
        answered = check(page, "#current-turn")
        assert page.locator("#turn-1 .claim").count() == len(TEXTS)
        assert words_of(joined("markup"))[:700] in answered
        # What supports the last claim is far out of sight, and told beside it.
        page.evaluate("[...document.querySelectorAll('a.cite')].pop().focus({preventScroll: true})")
        page.locator("#support").wait_for()
        check(page)
        ask(page, 2, joined("templates", "markdown", "addresses"))
        ask(page, 3, joined("directions", "invisible", "terminal"))
        turns = check(page, "#past-turns", "#current-turn")
        assert page.locator(".problem").count() == 1
        for text in TEXTS:
            assert turns.count(words_of(text)) >= 3

        # The same conversation as it was saved: the answer, the refusal and the failure.
        page.fill("#chat-search textarea", joined("queries"))
        page.locator("#chats .nothing").wait_for()
        page.fill("#chat-search textarea", "")
        page.locator("a.chat-link").wait_for()
        page.reload()
        page.locator("#turn-3").wait_for()
        saved = check(page, "#past-turns", "#current-turn")
        for text in TEXTS:
            assert saved.count(words_of(text)) >= 3
        page.hover(".saved-chat")
        page.click(".chat-menu summary")
        page.click(".rename-chat")
        page.fill(".chat-title", joined("markup")[:250])
        page.press(".chat-title", "Enter")
        name = words_of(joined("markup")[:250])
        page.locator(".chat-link").get_by_text("window.__hit").wait_for()
        assert name in check(page, "#chats")


def test_in_the_library(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PAGE", 1_000)
    with hostile_page(hostile_session(make_session), serve, open_page) as page:
        open_tab(page, "Library")
        page.locator(f"#paper-{len(TEXTS)}").wait_for()
        page.locator("#facets .facet >> nth=0").wait_for(state="attached")
        listed = check(page, "#papers")
        for n, text in enumerate(TEXTS):
            assert words_of(f"{text}{n}{text}") in listed

        links = 0
        for n in range(0, len(TEXTS), 9):
            page.click(f"#open-{n + 1}")
            page.locator(f".detail[data-paper='{n + 1}']").wait_for()
            shown = check(page, "#paper-detail", "#paper-more")
            assert words_of(f"{TEXTS[n]}Abstract{n}") in shown
            links += page.locator("#paper-more a[href^='https://doi.org/']").count()
        assert links
        page.locator("#paper-near .open-near >> nth=4").wait_for()
        check(page)
        page.fill("#detail-tag :is(textarea, input)", as_tags("markup"))
        page.click("#detail-add-tag")
        page.locator(".detail-tags").get_by_text("<base href").wait_for()
        check(page)

        page.locator(".choose").first.click()
        page.fill("#chosen-tags :is(textarea, input)", as_tags("markup"))
        page.click("#give-tags")
        page.locator("#library-said .said").wait_for()
        check(page)
        page.click("#detail-pane .ask-paper")
        page.locator("#chips").get_by_text("Only “").wait_for()
        check(page)

        # The address of the Library is one without an open paper.
        open_tab(page, "Library")
        page.locator("#detail-pane").wait_for(state="hidden")
        page.fill("#filter :is(textarea, input)", "'; DROP TABLE papers; -- <img src=x> \u202e\0")
        page.locator("#found").get_by_text("DROP TABLE").wait_for()
        check(page)


def test_in_imports(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "SHOWN_PAPERS", 1_000)
    session = make_session()
    with hostile_page(session, serve, open_page) as page:
        open_tab(page, "Library")
        page.click("#open-import")
        pasted = [
            json.dumps({"title": f"New {one}", "abstract": one, "authors": [one]}) for one in TEXTS
        ]
        text = "\n".join([*pasted, '{"title": "<img src=x>'])
        page.fill("#pasted textarea", text)
        files: list[FilePayload] = [
            {"name": f"{n} {one}.txt", "mimeType": "text/plain", "buffer": b"\0"}
            for n, one in enumerate(list(KINDS["markup"].values())[5:9])
        ]
        page.set_input_files("#files input[type=file]", files)
        page.locator("#files .filename >> nth=3").wait_for()
        page.click("#preview-import")
        page.locator("#run-import").wait_for()
        page.locator("#import-preview .failed").wait_for()
        found = check(page, "#import-preview")
        papers = list(read_bytes(text.encode(), "pasted text", lambda failure: None))
        assert len(papers) > 0.9 * len(TEXTS)
        for paper in papers:
            assert words_of(paper.title) in found

        page.click("#run-import")
        page.locator("#import-job").get_by_text("could not be read").wait_for()
        page.locator("#import-job:not(:has(.running))").wait_for()
        check(page)
        assert session.library.papers.count() > len(TEXTS) / 2


def test_in_map_and_digest(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_module, "MOST_LISTED", 1_000)
    with hostile_page(hostile_session(make_session), serve, open_page) as page:
        open_tab(page, "Map")
        page.locator(".map canvas").wait_for()
        drawn = check(page, "#map", "#map-listed")
        for text in TEXTS:
            assert words_of(text[:150]) in drawn
        open_details(page)
        for n in range(0, len(TEXTS), 25):
            page.click(f".map-open[data-paper='{n + 1}']")
            page.locator(f".map-paper[data-number='{n + 1}']").wait_for()
            assert words_of(f"{TEXTS[n]}Abstract{n}") in check(page, "#map-card")

        open_tab(page, "Digest")
        page.click("#digest-show")
        page.locator("#digest .digest").wait_for()
        assert page.locator("#digest .title").count() > 20
        assert page.locator("#digest a").count() == 3
        digest = check(page, "#digest")
        assert sum(words_of(f"{text}{n}") in digest for n, text in enumerate(TEXTS)) > 20


def test_in_settings(make_session: MakeSession, serve: Serve, open_page: OpenPage) -> None:
    session = hostile_session(make_session)
    with hostile_page(session, serve, open_page) as page:
        open_tab(page, "Settings")
        page.locator("#about dl").first.wait_for()
        page.get_by_label("Another file or a server …").check()
        page.fill("#model-path :is(textarea, input)", f"/nowhere/{joined('markup', 'paths')}")
        page.click("#use-model")
        page.locator("#model-job [role=alert]").wait_for()
        assert words_of(joined("markup")) in check(page, "#model-job")

        page.fill("#prompt-text textarea", f"# user\n{joined('templates', 'markup')}")
        page.click("#save-prompt")
        page.locator("#prompt-said [role=alert]").wait_for()
        check(page)
        own = "".join(one for one in joined("markup", "markdown", "latex") if one not in "{}")
        page.fill("#prompt-text textarea", f"# user\n{own} {{evidence}} {{question}}")
        page.click("#save-prompt")
        page.locator("#prompt-said").get_by_text("Saved. Used from").wait_for()
        page.click("#about-again")
        page.locator("#prompt-about").get_by_text("Your prompt").wait_for()
        check(page)
