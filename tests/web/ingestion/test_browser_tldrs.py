"""TL;DRs written in the background, as the Library shows them in a real browser."""

from __future__ import annotations

import pytest
from web_support import MakeSession, OpenPage, Serve
from web_walk import open_tab

from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.session import Session

PAPERS = [
    Paper(title=f"On creature {n}", abstract=f"Creature {n} sleeps {n} hours a day, no more.")
    for n in range(60)
]


def test_they_are_written_by_themselves_stopped_and_resumed(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel(lambda request: "It sleeps all day.", slots=2, seconds_per_piece=0.06)
    session = make_session(model, papers=PAPERS)
    settings = session.settings.model_copy(update={"auto_tldrs": True})
    monkeypatch.setattr(Session, "settings", property(lambda self: settings))
    with serve(session) as server:
        with open_page(server.address) as page:
            open_tab(page, "Library")
            line = page.locator("#tldr-line")
            line.get_by_text("of 60").wait_for()
            page.locator(".tldr:not(.none) >> nth=1").wait_for()

            # Another window shows and stops the same work.
            with open_page(server.address) as other:
                open_tab(other, "Library")
                other.locator("#tldr-line").get_by_text("of 60").wait_for()
                other.click("#stop-tldrs")
                other.locator("#tldr-line").get_by_text("Stopped: ").wait_for()
            line.get_by_text("Stopped: ").wait_for()
            page.reload()
            open_tab(page, "Library")
            line.get_by_text("Stopped: ").wait_for()
            written = session.library.status().tldrs
            assert 0 < written < 60
            assert f"{60 - written} papers have no TL;DR" in line.inner_text()
        # After a restart it is still stopped, and goes on when it is resumed.
        with serve(session) as again, open_page(again.address) as page:
            open_tab(page, "Library")
            page.locator("#tldr-line").get_by_text("Stopped: ").wait_for()
            page.click("#resume-tldrs")
            page.locator(".tldr-line").wait_for(state="detached")
            assert session.library.status().tldrs == 60


def test_selected_ones_are_rewritten(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(ScriptedModel(lambda request: "It sleeps all day."), papers=PAPERS[:3])
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.locator("#tldr-line").get_by_text("3 papers have no TL;DR").wait_for()
        page.click("#choose-1")
        page.click("#choose-2")
        page.click("#tldr-chosen")
        page.locator("#library-said").get_by_text("2 TL;DRs are being rewritten.").wait_for()
        page.locator("#tldr-line").get_by_text("1 paper has no TL;DR").wait_for()
        page.locator("#paper-1 .tldr:not(.none)").wait_for()
        page.click("#resume-tldrs")
        page.locator("#paper-3 .tldr:not(.none)").wait_for()
