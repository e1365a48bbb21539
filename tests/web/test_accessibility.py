"""What axe-core finds wrong on the page, in every tab, large and small, light and dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_support import ENDLESS, PAPERS, MakeSession, OpenPage, Serve, ask
from web_walk import SIZES, THEMES, open_details, open_tab, settle, tab_names

from assistant.models.fake import ScriptedModel
from assistant.models.protocols import GenerationRequest
from assistant.paper import Paper

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Version 4.14.1; tests/vendor/axe-core has its licence.
AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe-core" / "axe.min.js"
RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
        .filter((one) => one.impact === "serious" || one.impact === "critical")
        .map((one) => ({
            rule: one.id,
            impact: one.impact,
            help: one.help,
            nodes: one.nodes.slice(0, 6).map((node) => ({
                target: node.target.join(" "),
                html: node.html.slice(0, 200),
                why: (node.failureSummary || "").slice(0, 300),
            })),
        }));
}"""


class Found:
    """What is wrong, place by place; said all at once at the end."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(AXE.read_text(encoding="utf-8"))
        self.places: dict[str, object] = {}

    def look(self, place: str) -> None:
        """Note what is wrong with the page as it is now."""
        found = self._page.evaluate(RUN)
        if found:
            self.places[place] = found

    def __str__(self) -> str:
        return json.dumps(self.places, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_serious_on_any_tab(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, size: str, theme: str
) -> None:
    replies = [ENDLESS, "Cats sleep fourteen hours a day [1]. Sleep is a riddle [1]."]

    def reply(request: GenerationRequest) -> str:
        return replies.pop(0) if replies else "They sleep for many hours of the day."

    math = Paper(title="On $n^2$ cats", abstract=r"Cats need $O(n \log n)$ naps. More is $\le$.")
    session = make_session(ScriptedModel(reply, seconds_per_piece=0.1), [*PAPERS, math])
    with (
        serve(session) as server,
        open_page(
            server.address, query=THEMES[theme], reduced_motion="reduce", **SIZES[size]
        ) as page,
    ):
        settle(page)
        found = Found(page)
        found.look("Ask, before a question")
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#current-turn .claim").first.wait_for()
        found.look("Ask, while it answers")
        page.click("#stop")
        page.locator("#turn-1[aria-busy=false]").wait_for()
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#turn-2[aria-busy=false]").wait_for()
        open_details(page)
        found.look("Ask, after an answer")
        ask(page, "What does gold cost in Peru?")
        page.locator("#turn-3 .refusal").wait_for()
        settle(page)
        found.look("Ask, a refusal")
        names = tab_names(page)
        assert {"Ask", "Library", "Settings"} <= set(names)
        if page.locator("#open-sidebar").is_visible():
            page.click("#open-sidebar")
            settle(page)
            found.look("The sidebar over the page")
            page.keyboard.press("Escape")
        for name in names:
            open_tab(page, name)
            found.look(name)
            open_details(page)
            found.look(f"{name}, unfolded")
        open_tab(page, "Table")
        page.fill("#table-columns textarea", "hours = How many hours do they sleep?")
        page.click("#start-table")
        page.locator("#answer-table .cell:not(.unasked)").first.wait_for()
        found.look("Table, with cells")
        page.locator("#answer-table .cell").first.click()
        settle(page)
        found.look("Table, what a cell is based on")
        assert not found.places, str(found)
