"""The tab that writes TL;DRs, in a real browser."""

from __future__ import annotations

from web_support import MakeSession, OpenPage, Serve
from web_walk import open_tab

from assistant.models.fake import ScriptedModel
from assistant.paper import Paper

PAPERS = [
    Paper(title=f"On creature {n}", abstract=f"Creature {n} sleeps {n} hours a day, no more.")
    for n in range(60)
]


def test_lines_come_in_are_stopped_and_gone_on_with(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    model = ScriptedModel(lambda request: "It sleeps all day.", slots=2, seconds_per_piece=0.06)
    session = make_session(model, papers=PAPERS)
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "TL;DRs")
        page.locator(".tldr-summary").get_by_text("60 are missing").wait_for()
        page.focus("#write-tldrs")
        page.keyboard.press("Enter")
        page.locator(".lines li >> nth=2").wait_for()
        assert page.locator("#tldr-job progress[max='60']").count() == 1
        assert page.locator("#write-tldrs").count() == 0

        with open_page(server.address) as other:
            open_tab(other, "TL;DRs")
            other.locator("#tldr-job").get_by_text("Another window is writing").wait_for()
            other.locator(".lines li >> nth=2").wait_for()
            assert other.locator("#stop-tldrs").count() == 0

        # The focus has gone on to the button that is in the place of the other.
        assert page.evaluate("document.activeElement.id") == "stop-tldrs"
        page.keyboard.press("Enter")
        page.locator("#tldr-job").get_by_text("Stopped: ").wait_for()
        page.locator("#continue-tldrs").wait_for()
        written = session.library.status().tldrs
        assert 0 < written < 60
        page.locator(".tldr-summary").get_by_text(f"{60 - written} are missing").wait_for()
        assert page.inner_text("#write-tldrs") == "Write TL;DRs"

        page.click("#continue-tldrs")
        page.locator("#tldr-job").get_by_text(
            f"{60 - written} TL;DRs written. Every paper with an abstract has one now."
        ).wait_for()
        page.locator(".tldr-summary .lead").get_by_text("60 of 60").wait_for()
        assert page.locator(".lines li").count() == 30
        assert page.locator("#continue-tldrs").count() == 0
