"""The page fits every window, is used by keyboard alone, and does not jump while it is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from web_support import PAPERS, MakeSession, OpenPage, Serve, ask
from web_walk import open_details, open_tab, settle, tab_names

from assistant.models.fake import ScriptedModel
from assistant.paper import Paper

if TYPE_CHECKING:
    from playwright.sync_api import Page

# As a window of 1280 x 800 is at 200 % zoom, and a small phone.
NARROW: dict[str, dict[str, Any]] = {
    "zoomed": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
    "small phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True},
}
# Nothing in it can be broken at a space.
WIDE = Paper(
    title="On_" + "a_very_long_name_" * 20,
    abstract="We read https://example.test/" + "path" * 60 + f" and ${'+'.join(['x_i^2'] * 60)}$.",
    doi="10.1/" + "9" * 200,
    url="https://example.test/" + "a" * 300,
    authors=("A" * 200,),
)
OVERFLOWING = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# The first element that sticks out, for the message.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const clips = (one) => ["auto", "scroll", "hidden", "clip"].includes(
        getComputedStyle(one).overflowX);
    for (const one of document.body.querySelectorAll("*")) {
        if (one.getBoundingClientRect().right <= width + 1 || !one.checkVisibility()) continue;
        let around = one.parentElement;
        while (around && around !== document.body && !clips(around)) around = around.parentElement;
        if (!around || around === document.body) return one.outerHTML.slice(0, 200);
    }
    return "";
}"""
# Where the focus is: which element, how it looks there, and whether it comes after the last one.
FOCUSED = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const look = (element) => {
        const style = getComputedStyle(element);
        return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow,
                style.borderColor, style.backgroundColor, style.textDecorationLine].join("|");
    };
    const around = [one, one.parentElement, one.parentElement.parentElement];
    const focused = around.map(look).join();
    const last = window.__lastFocus;
    const follows = !last || !last.isConnected
        || Boolean(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    window.__lastFocus = one;
    window.__reached = (window.__reached || new Set()).add(one);
    const box = one.getBoundingClientRect();
    one.blur();
    const differs = around.map(look).join() !== focused;
    one.focus({ preventScroll: true, focusVisible: true });
    return {
        what: one.outerHTML.slice(0, 160),
        follows,
        visible: differs,
        inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
    };
}"""
# Controls that can be seen and were not reached.
MISSED = """() => [...document.querySelectorAll(
        "button, a[href], input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !one.disabled && one.tabIndex >= 0 && one.getBoundingClientRect().width > 1
        && one.type !== "radio" && !window.__reached.has(one))
    .map((one) => one.outerHTML.slice(0, 160))"""
SHIFTS = """() => {
    window.__shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            const nodes = entry.sources.map((source) => {
                const node = source.node;
                return node instanceof Element ? node.outerHTML.slice(0, 100) : String(node);
            });
            if (!entry.hadRecentInput) window.__shifts.push([entry.value, nodes]);
        }
    }).observe({ type: "layout-shift" });
}"""
# More presses of the Tab key than any tab of the page has controls.
MOST_CONTROLS = 300


def answered(page: Page) -> None:
    """Ask something and wait for the answer."""
    ask(page, "How many hours do cats sleep a day?")
    page.locator("#turn-1[aria-busy=false]").wait_for()


@pytest.mark.parametrize("window", NARROW)
def test_no_tab_is_wider_than_the_window(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, window: str
) -> None:
    session = make_session(papers=[*PAPERS, WIDE])
    with serve(session) as server, open_page(server.address, **NARROW[window]) as page:
        answered(page)
        ask(page, f"How does {WIDE.title} sleep?")
        page.locator("#turn-2[aria-busy=false]").wait_for()
        wide = {}
        for name in tab_names(page):
            open_tab(page, name)
            open_details(page)
            page.evaluate("window.scrollTo(10000, 0)")
            if page.evaluate("window.scrollX") > 0 or page.evaluate(OVERFLOWING):
                wide[name] = page.evaluate(STICKING_OUT)
            page.evaluate("window.scrollTo(0, 0)")
        assert wide == {}


def test_every_control_is_reached_by_the_tab_key_in_order_and_is_seen_to_be(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with (
        serve(make_session()) as server,
        open_page(server.address, reduced_motion="reduce") as page,
    ):
        answered(page)
        found = {}
        for name in tab_names(page):
            open_tab(page, name)
            open_details(page)
            page.evaluate("document.activeElement.blur(); window.__lastFocus = null")
            page.evaluate("window.__reached = new Set(); window.getSelection().removeAllRanges()")
            # A press of Tab goes on from where one clicked last: from the top.
            page.mouse.click(2, 2)
            wrong = []
            for _ in range(MOST_CONTROLS):
                page.keyboard.press("Tab")
                focused = page.evaluate(FOCUSED)
                if focused is None:
                    break
                if not (focused["follows"] and focused["visible"] and focused["inside"]):
                    wrong.append(focused)
            else:
                pytest.fail(f"{name}: the Tab key does not come to an end")
            missed = page.evaluate(MISSED)
            if wrong or missed:
                found[name] = {"wrong": wrong, "missed": missed}
        assert not found, json.dumps(found, indent=1)


def test_places_are_opened_by_enter(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address) as page:
        tab_names(page)
        for link in page.locator("#sidebar a.place").all():
            link.focus()
            page.keyboard.press("Enter")
            place = link.get_attribute("data-place")
            page.locator(f"html[data-place={place}]").wait_for()
            settle(page)
            assert page.url == f"{server.address}/{place}"
            assert link.get_attribute("aria-current") == "page"
            assert page.evaluate("document.activeElement.dataset.place") == place


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps_while_an_answer_is_written(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, width: int
) -> None:
    said = "Cats sleep fourteen hours a day [1]. We counted 120 cats [2]. Sleep is a riddle [3]. "
    model = ScriptedModel(lambda request: said, seconds_per_piece=0.05)
    with (
        serve(make_session(model)) as server,
        open_page(server.address, viewport={"width": width, "height": 800}) as page,
    ):
        page.evaluate(SHIFTS)
        shifts = []
        for number in (1, 2):
            ask(page, "How many hours do cats sleep a day?")
            # What a question puts in place of the welcome is no jump, however long it takes.
            page.locator(f"#turn-{number}[aria-busy=true] .evidence li").first.wait_for()
            page.evaluate("window.__shifts.length = 0")
            page.locator(f"#turn-{number}[aria-busy=false]").wait_for()
            settle(page)
            assert page.locator(f"#turn-{number} .claim").count() >= 1
            shifts += page.evaluate("window.__shifts")
        # What counts as good for Cumulative Layout Shift, which is a window's worst five seconds.
        assert sum(value for value, _ in shifts) < 0.05, shifts
