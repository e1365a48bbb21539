"""The tab in which questions are asked, in a real browser: what can be done with an answer."""

from __future__ import annotations

import pytest
from web_support import ENDLESS, MakeSession, OpenPage, Serve, WatchedModel, ask
from web_walk import open_tab, wait_for_count, wait_for_focus, wait_for_value

from assistant.models.fake import ScriptedModel
from assistant.web import page as page_module

QUESTION = "How many hours do cats sleep a day?"
REPLY = "Cats sleep fourteen hours a day [1]. Cats fly at night over the sea [1]."


def test_an_answer_is_checked_copied_edited_and_asked_again(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(ScriptedModel(lambda request: REPLY))
    with serve(session) as server, open_page(server.address) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        ask(page, QUESTION)
        page.locator("#turn-1[aria-busy=false]").wait_for()
        assert page.locator("#turn-1 .figures").is_hidden()
        page.click("#details-1 summary")
        assert "fits" in page.inner_text("#details-1 .ids")

        # What the check did not let through is told, but is no part of the answer.
        assert "fly" not in page.inner_text("#turn-1 .claims")
        assert page.locator("#turn-1 .dropped li").is_hidden()
        page.click("#turn-1 .dropped summary")
        assert page.inner_text("#turn-1 .dropped li") == "Cats fly at night over the sea."

        # Resting on a sentence marks what supports it, and tells it where that is out of sight.
        page.hover("#turn-1 .claim")
        page.locator("#evidence-1-1.lit").wait_for()
        page.set_viewport_size({"width": 400, "height": 420})
        page.mouse.move(0, 0)
        page.hover("#turn-1 .claim")
        page.locator("#support").get_by_text("Cats sleep fourteen hours a day.").wait_for()
        # It goes with its sentence while the page is scrolled.
        page.evaluate("document.dispatchEvent(new Event('scroll'))")
        page.wait_for_function("() => new Promise((go) => requestAnimationFrame(go)).then(() => 1)")
        page.locator("#support").wait_for()
        page.keyboard.press("Escape")
        page.locator("#support").wait_for(state="detached")
        page.set_viewport_size({"width": 1280, "height": 800})

        page.click("#turn-1 .copy-text")
        page.locator("#turn-1 .copy-text").get_by_text("Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(f"{QUESTION}\n\nCats sleep fourteen hours a day. [1]")
        assert "[1] On the sleep of cats." in copied
        assert "fly" not in copied

        page.click("#turn-1 [data-press=retry]")
        page.locator("#turn-2[aria-busy=false]").wait_for()
        wait_for_count(page, "#turn-1", 0)

        page.click("#turn-2 [data-press=edit-question]")
        page.locator(".chips").get_by_text("Replaces the last question").wait_for()
        wait_for_value(page, "#question textarea", QUESTION)
        wait_for_focus(page, "#question")
        page.click(".chips [data-press=keep-question]")
        page.locator(".chips").wait_for(state="detached")
        page.click("#turn-2 [data-press=edit-question]")
        page.locator(".chips").wait_for()
        ask(page, "And how many hours do owls sleep?")
        page.locator("#turn-3[aria-busy=false]").wait_for()
        wait_for_count(page, ".turn", 1)
        page.locator(".chips").wait_for(state="detached")
        (chat,) = session.library.chats.all()
        asked = [turn.question for turn in session.library.chats.turns(chat.chat_id)]
        assert asked == ["And how many hours do owls sleep?"]


def test_one_paper_alone_is_asked(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address) as page:
        ask(page, QUESTION)
        page.locator("#turn-1[aria-busy=false]").wait_for()
        page.click("#abstract-1-1 summary")
        page.click("#abstract-1-1 .ask-paper")
        page.locator(".chips").get_by_text("Only “On the sleep of cats”").wait_for()
        ask(page, "Which night birds are seldom watched?")
        page.locator("#turn-2 .refusal").wait_for()
        assert "does not say which night birds are seldom watched." in page.inner_text("#turn-2")
        assert "Asked of one paper only: “On the sleep of cats”" in page.inner_text("#turn-2")
        page.click(".chips [data-press=ask-all]")
        page.locator(".chips").wait_for(state="detached")
        ask(page, "Which night birds are seldom watched?")
        page.locator("#turn-3 .claim").first.wait_for()
        assert "On the sleep of owls" in page.inner_text("#turn-3 .evidence")


def test_who_waits_for_the_model_sees_evidence_and_the_place_in_line(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = WatchedModel(ENDLESS, seconds_per_piece=0.2)
    monkeypatch.setattr(page_module, "ANSWERS_AT_ONCE", 1)
    with (
        serve(make_session(model)) as server,
        open_page(server.address) as first,
        open_page(server.address) as second,
    ):
        ask(first, QUESTION)
        first.locator("#turn-1 .claim").first.wait_for()
        ask(second, QUESTION)
        second.locator("#turn-1 .progress").get_by_text("1 question ahead").wait_for()
        second.locator("#evidence-1-1").wait_for()
        # The library can be looked at meanwhile.
        open_tab(second, "Library")
        second.locator("#papers").get_by_text("On the sleep of owls").wait_for()
        first.click("#stop")
        open_tab(second, "Ask")
        second.locator("#turn-1 .claim").first.wait_for()
        second.click("#stop")
        second.locator("#turn-1.turn-stopped").wait_for()


def test_a_saved_chat_is_gone_on_with(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    with serve(session) as server, open_page(server.address) as page:
        ask(page, QUESTION)
        page.locator("#turn-1[aria-busy=false]").wait_for()
        page.goto(server.address)
        page.click("a.chat-link")
        page.locator("#current-turn #turn-1 .claim").wait_for()
        ask(page, "And how many hours do owls sleep?")
        page.locator("#turn-2[aria-busy=false]").wait_for()
        page.locator("#past-turns #turn-1").wait_for()
        (chat,) = session.library.chats.all()
        assert chat.turns == 2
