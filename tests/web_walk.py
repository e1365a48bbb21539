"""Walks through the page as it is: whatever places there are, at the sizes that people have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Options of a window of the browser, by name.
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
THEMES = {"light": "?__theme=light", "dark": "?__theme=dark"}

# Resolves when nothing in the page has changed for a while, or changes on and on.
_SETTLED = """() => new Promise((done) => {
    let timer;
    const observer = new MutationObserver(() => {
        clearTimeout(timer);
        timer = setTimeout(end, 400);
    });
    const end = () => { observer.disconnect(); done(); };
    observer.observe(document.body, {
        subtree: true, childList: true, attributes: true, characterData: true,
    });
    timer = setTimeout(end, 400);
    setTimeout(end, 4000);
})"""
_PLACES = "#sidebar a.place"


def settle(page: Page) -> None:
    """Wait until the page is at rest."""
    page.evaluate(_SETTLED)


def wait_for_count(page: Page, selector: str, count: int) -> None:
    """Wait until `count` elements match; parts of the page change one after another."""
    page.wait_for_function(
        "([selector, count]) => document.querySelectorAll(selector).length === count",
        arg=[selector, count],
    )


def wait_for_focus(page: Page, selector: str) -> None:
    """Wait until what has the focus is, or is in, an element that matches."""
    page.wait_for_function(
        "(selector) => document.activeElement.closest(selector) !== null", arg=selector
    )


def wait_for_value(page: Page, selector: str, value: str) -> None:
    """Wait until the first field that matches has `value`."""
    page.wait_for_function(
        "([selector, value]) => document.querySelector(selector)?.value === value",
        arg=[selector, value],
    )


def tab_names(page: Page) -> list[str]:
    """The names of all places; a chat is "Ask"."""
    page.locator(_PLACES).first.wait_for(state="attached")
    settle(page)
    return ["Ask", *(name.strip() for name in page.locator(_PLACES).all_text_contents())]


def open_tab(page: Page, name: str) -> None:
    """Open the place `name`, as its link in the sidebar does; "Ask" is the chat that is open."""
    if name == "Ask":
        page.evaluate("paperPage.openTab('ask')")
    else:
        if page.locator("#open-sidebar").is_visible():
            page.locator("#open-sidebar").click()
        page.locator(_PLACES).get_by_text(name, exact=True).click()
    settle(page)


def open_details(page: Page, most: int = 1_000) -> None:
    """Unfold whatever can be unfolded in the tab that is open, the first `most` of it."""
    page.evaluate(
        """(most) => {
            const seen = (selector) => [...document.querySelectorAll(selector)]
                .filter((one) => one.checkVisibility())
                .slice(0, most);
            seen("details:not([open])").forEach((one) => { one.open = true; });
            seen("button.label-wrap:not(.open)").forEach((one) => one.click());
        }""",
        most,
    )
    settle(page)
