"""The Map tab in a browser: mouse, keyboard, small screen and dark mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web_support import MakeSession, OpenPage, Serve
from web_walk import open_tab, wait_for_focus

from assistant.paper import Paper

if TYPE_CHECKING:
    from playwright.sync_api import Page

SUBJECTS = ("cats sleep night", "rivers water spring", "graphs nodes edges")
EVIL_TITLE = "<img src=http://evil.test/x.png> and <script>alert(1)</script></pre>"
PAPERS = [
    Paper(
        title=f"On {SUBJECTS[number % 3]} {number}" if number else EVIL_TITLE,
        abstract=f"About {SUBJECTS[number % 3]}, the case {number}.",
        published="1999",
    )
    for number in range(60)
]


def open_map(page: Page) -> None:
    open_tab(page, "Map")
    page.locator(".map canvas").wait_for()


# Resolves with the content of the canvas once it is the same in many frames one after another.
_AT_REST = """async () => {
    let last = "", same = 0;
    while (same < 12) {
        await new Promise(requestAnimationFrame);
        const now = document.querySelector(".map canvas").toDataURL();
        same = now === last ? same + 1 : 0;
        last = now;
    }
    return last;
}"""


def picture(page: Page) -> str:
    """The content of the canvas after the animations."""
    found = page.evaluate(_AT_REST)
    assert isinstance(found, str)
    return found


def colours(page: Page) -> int:
    """The number of colours on the canvas."""
    picture(page)
    found = page.evaluate(
        """() => {
          const canvas = document.querySelector(".map canvas");
          const { width, height } = canvas;
          const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert isinstance(found, int)
    return found


def test_find_and_open_papers_with_the_mouse(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session(papers=PAPERS)) as server, open_page(server.address) as page:
        assert page.locator(".map").count() == 0
        open_map(page)
        assert colours(page) > 5
        assert "60 papers" in page.inner_text(".map-facts")
        whole = picture(page)

        topic = page.locator(".map-topic").first
        topic.click()
        assert topic.get_attribute("aria-pressed") == "true"
        assert picture(page) != whole
        topic.click()
        assert topic.get_attribute("aria-pressed") == "false"

        page.fill(".map-words", "rivers 13")
        page.locator(".map-found").get_by_text("1 title").wait_for()
        page.fill(".map-words", "")
        page.click(".map-in")
        assert picture(page) != whole
        page.click(".map-all")
        # Removes the ring around the paper under the pointer.
        page.mouse.move(1, 1)
        whole = picture(page)
        page.mouse.move(*_middle(page))
        page.mouse.down()
        page.mouse.move(*_middle(page, 60), steps=4)
        page.mouse.up()
        page.mouse.move(1, 1)
        assert picture(page) != whole
        # Dragging opens nothing.
        assert page.locator(".map-paper").count() == 0
        page.click(".map-all")

        # The list beside it contains the same papers.
        for summary in page.locator(".map-list details:not([open]) summary").all()[::-1]:
            summary.click()
        page.locator(".map-open").get_by_text("On graphs nodes edges 11").click()
        page.locator(".map-paper").get_by_text("About graphs nodes edges, the case 11.").wait_for()
        number = page.get_attribute(".map-paper", "data-number")
        assert number == "12"
        for action in ("ask-paper", "similar"):
            assert page.get_attribute(f".map-paper .{action}", "data-paper") == "12"
        page.click(".map-close")
        page.locator(".map-paper").wait_for(state="detached")
        assert page.locator("img[src*=evil], script[src*=evil]").count() == 0


def _middle(page: Page, right: float = 0) -> tuple[float, float]:
    box = page.locator(".map-stage").bounding_box()
    assert box
    return box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2


def test_select_papers_with_the_keyboard_on_a_small_dark_screen(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(papers=PAPERS)
    with serve(session) as server, open_page(server.address) as page:
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        open_map(page)
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.locator(".map-stage").focus()
        said = page.locator(".map [data-said]")
        told = set()
        for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
            page.keyboard.press(key)
            told.add(said.inner_text())
        assert len(told) > 1
        assert all("1999. Topic: " in one for one in told)
        page.keyboard.press("+")
        page.keyboard.press("Enter")
        page.locator(".map-paper").wait_for()
        # The keyboard focus moves to the card.
        page.wait_for_function("document.activeElement.classList.contains('map-paper')")
        assert page.inner_text(".map-paper h2") in said.inner_text()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator(".map-paper").wait_for(state="detached")
        wait_for_focus(page, ".map-stage")

        # Added papers are placed on the old map until it is redrawn.
        session.library.add([Paper(title="On rivers water spring 99", abstract="Water.")])
        session.library.vectors.embed_missing()
        page.set_viewport_size({"width": 1280, "height": 800})
        open_tab(page, "Ask")
        open_map(page)
        page.locator("#map-message").get_by_text("1 paper added since").wait_for()
        page.click("#map-draw")
        page.locator(".map-facts").get_by_text("61 papers").wait_for()
        page.locator("#map-draw").wait_for(state="hidden")
