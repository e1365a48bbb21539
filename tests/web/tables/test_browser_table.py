"""The place Table in a real browser: filling, reloading, a second window, the keyboard, a phone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from patience import PATIENCE_S
from tabulating_support import FINDING_COLUMN, PAPERS, SAMPLE_COLUMN, reading_model
from web_support import MakeSession, OpenPage, Serve
from web_walk import SIZES, open_tab, settle

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

COLUMNS = f"{SAMPLE_COLUMN}\n{FINDING_COLUMN}"
SENTENCE = "We gave zinc or placebo to 120 adults with a cold."


def begin(page: Page, columns: str = COLUMNS) -> None:
    """Start a table of the whole library."""
    open_tab(page, "Table")
    page.fill("#table-columns textarea", columns)
    page.click("#start-table")
    page.locator("#answer-table .cell").first.wait_for()


def wait_until_filled(page: Page) -> None:
    page.wait_for_function(
        """() => document.querySelector('.answer-rows .cell')
            && !document.querySelector('.answer-rows .unasked, .table-line.running')"""
    )


def papers(page: Page) -> list[str]:
    return page.locator("#answer-table .naming").all_inner_texts()


def test_it_survives_a_reload_and_other_windows_see_and_stop_it(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(reading_model(slots=1, seconds_per_piece=0.3), PAPERS)
    with serve(session) as server:
        with open_page(server.address) as page:
            begin(page)
            page.locator("#cell-1-0.written").wait_for()
            with open_page(server.address) as other:
                open_tab(other, "Table")
                other.locator("#cell-1-0.written").wait_for()
                other.click("#stop-table")
                other.locator("#table-line").get_by_text("Stopped: ").wait_for()
            page.locator("#table-line").get_by_text("Stopped: ").wait_for()
            page.reload()
            page.locator("#cell-1-0.written").wait_for()
            assert page.locator(".answer-rows .unasked").count() > 0
            page.click("#resume-table")
            page.locator(".table-line.running").wait_for()
        # Nobody looks; it goes on, and is there in the next window.
        with open_page(server.address, query="table") as page:
            wait_until_filled(page)
            assert page.inner_text("#cell-2-0") == "48 students took part."
            assert page.inner_text("#cell-3-0") == "not stated"


def test_sorting_filtering_and_files(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, tmp_path: Path
) -> None:
    session = make_session(reading_model(), PAPERS)
    with serve(session) as server, open_page(server.address) as page:
        begin(page)
        wait_until_filled(page)
        assert papers(page)[0] == "Zinc against colds"
        page.click("#sort-table-0")
        page.locator('.head-0[aria-sort="ascending"]').wait_for()
        page.click("#sort-table-0")
        page.locator('.head-0[aria-sort="descending"]').wait_for()
        assert papers(page)[:2] == ["Green tea and sleep", "Zinc against colds"]
        page.fill("#table-words textarea, #table-words input", "adults")
        page.locator("#table-line").get_by_text("1 of them matches.").wait_for()
        assert papers(page) == ["Zinc against colds"]
        page.fill("#table-words textarea, #table-words input", "")
        page.locator("#row-paper-2").wait_for()
        page.click("#table-value input")
        page.get_by_role("option", name="With “sample”").click()
        page.locator("#row-paper-4").wait_for(state="detached")
        assert len(papers(page)) == 2
        with page.expect_download() as download:
            page.click("#download-table")
        assert download.value.suggested_filename == "table.csv"
        file = tmp_path / "table.csv"
        download.value.save_as(file)
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        assert [line.split(",")[1] for line in lines[1:]] == [
            "Green tea and sleep",
            "Zinc against colds",
        ]


def test_the_keyboard_reaches_everything(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    model = reading_model()
    session = make_session(model, PAPERS)
    with serve(session) as server, open_page(server.address, query="table/trial") as page:
        page.wait_for_function(
            "document.querySelector('#table-columns textarea')?.value.startsWith('population')"
        )
        page.focus("#table-columns textarea")
        page.keyboard.press("Control+A")
        page.keyboard.type(COLUMNS)
        page.focus("#start-table")
        page.keyboard.press("Enter")
        page.locator("#answer-table .cell").first.wait_for()
        wait_until_filled(page)
        settle(page)
        page.focus("#row-paper-1")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.id") == "cell-1-0"
        page.locator("#cell-card").get_by_text(SENTENCE).wait_for()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.id") == "cell-2-0"
        page.locator("#cell-card").get_by_text("In 48 students").wait_for()
        page.keyboard.press("Escape")
        page.locator("#cell-card").wait_for(state="hidden")
        assert page.evaluate("document.activeElement.id") == "cell-2-0"
        # Space selects; the selected cells are asked again.
        page.keyboard.press("Space")
        page.locator("#redo-cells").get_by_text("Ask again (1)").wait_for()
        asked = len(model.requests)
        page.focus("#redo-cells")
        page.keyboard.press("Enter")
        page.locator("#redo-cells").wait_for(state="hidden")
        end = time.monotonic() + PATIENCE_S
        while len(model.requests) == asked:
            assert time.monotonic() < end
            page.wait_for_timeout(50)
        wait_until_filled(page)
        page.wait_for_function("document.querySelector('#cell-2-0.written')")
        # Enter opens the card and goes into it; the paper is a link.
        page.focus("#row-paper-1")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "cell-card-paper"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "cell-1-0"
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.locator("#detail-title").get_by_text("Zinc against colds").wait_for()
        assert page.evaluate("location.pathname") == "/papers/1"


def test_a_phone_shows_the_sentence_after_a_tap(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(reading_model(), PAPERS)
    with serve(session) as server, open_page(server.address, **SIZES["phone"]) as page:
        begin(page)
        wait_until_filled(page)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.tap("#cell-1-0")
        card = page.locator("#cell-card.sheet")
        card.get_by_text(SENTENCE).wait_for()
        box = card.bounding_box()
        assert box
        assert box["x"] == 0
        assert box["width"] == 390
        page.tap("#choose-cell")
        page.tap("#close-card")
        card.wait_for(state="hidden")
        page.tap("#redo-cells")
        wait_until_filled(page)
        page.tap("#cell-2-0")
        page.tap("#cell-card-paper")
        page.locator("#detail-title").get_by_text("Green tea and sleep").wait_for()


def test_a_mouse_sees_the_sentence_by_pointing(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(reading_model(), PAPERS)
    with serve(session) as server, open_page(server.address) as page:
        begin(page)
        wait_until_filled(page)
        page.hover("#cell-1-0")
        page.locator("#cell-card").get_by_text(SENTENCE).wait_for()
        page.mouse.move(5, 5)
        page.locator("#cell-card").wait_for(state="hidden")
        page.click("#cell-1-0")
        page.mouse.move(5, 5)
        page.click("#redo-cell")
        page.locator("#cell-card").wait_for(state="hidden")
        wait_until_filled(page)


def test_papers_of_the_library_and_sets_that_are_saved(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(reading_model(), PAPERS)
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.click("#choose-1")
        page.click("#choose-3")
        page.click("#table-chosen")
        page.locator("#table-papers").get_by_text("2 papers").wait_for()
        page.fill("#table-columns textarea", SAMPLE_COLUMN)
        page.fill("#table-set-name textarea, #table-set-name input", "my trials")
        page.click("#save-set")
        page.locator("#table-said").get_by_text("as the set “my trials”").wait_for()
        page.click("#start-table")
        page.locator("#row-paper-3").wait_for()
        assert sorted(papers(page)) == ["=A theory of sand", "Zinc against colds"]
        page.wait_for_function("location.pathname === '/table/my%20trials'")
        # The address of a set and a search fills in the form; the table stays.
        page.goto(f"{server.address}/table/my%20trials?q=tag:trial")
        page.locator("#row-paper-3").wait_for()
        page.wait_for_function("paperPage.box('table-query')?.value === 'tag:trial'")
        page.locator("#table-papers").get_by_text("2 papers").wait_for()
