"""Two people at one page, each in a browser of their own, and a third without a log-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from patience import PATIENCE_S
from users_support import PASSWORDS, serving, write_ann_and_ben
from web_support import MakeSession, ask, collect_errors

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@contextmanager
def window(browser: Browser, address: str) -> Iterator[Page]:
    """A browser of somebody else; at the end fail on any error in it, but for 401."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(1000 * PATIENCE_S)
    page = context.new_page()
    collect_errors(page, wrong, expected="401 (Unauthorized)")
    page.goto(address)
    yield page
    context.close()
    assert wrong == []


def log_in(page: Page, name: str, password: str | None = None) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORDS[name] if password is None else password)
    page.press("#password", "Enter")


def ask_and_wait(page: Page, question: str) -> None:
    page.locator("#header strong").wait_for()
    ask(page, question)
    page.locator("#current-turn .turn[aria-busy=false]").wait_for()


def open_chats(page: Page) -> str:
    page.locator(".saved-chat").first.wait_for()
    return page.inner_text("#chats")


def test_neither_sees_the_chats_of_the_other(
    make_session: MakeSession, outgoing: list[object], browser: Browser, tmp_path: Path
) -> None:
    file = write_ann_and_ben(tmp_path / "users.txt")
    session = make_session()
    session.library.chats.save_turn("before", "Who was here before?", "{}")
    with (
        serving(session, file) as server,
        window(browser, server.address) as ann,
        window(browser, server.address) as ben,
        window(browser, server.address) as nobody,
    ):
        log_in(ann, "ann", "wrong password")
        assert "is wrong" in ann.inner_text("#problem")
        assert ann.evaluate("document.activeElement.id") == "password"
        log_in(ann, "ann")
        log_in(ben, "ben")
        ask_and_wait(ann, "How many hours do cats sleep a day?")
        ask_and_wait(ben, "How many hours do owls sleep?")
        assert "owls" not in ann.inner_text("body")
        (mine,) = session.library.chats.all("ann")
        assert [chat.first_question for chat in session.library.chats.all("ben")] == [
            "How many hours do owls sleep?"
        ]
        assert "cats" in open_chats(ann)
        listed = open_chats(ben)
        assert "owls" in listed
        assert "cats" not in listed
        assert "before" not in listed
        # The cookie is out of the reach of scripts.
        assert ann.evaluate("document.cookie") == ""

        # The address of a chat of hers is of no use to him.
        ben.goto(f"{server.address}/chat/{mine.number}")
        ben.get_by_text("This chat no longer exists.").wait_for()
        assert ben.locator(".turn").count() == 0
        assert "cats" not in ben.inner_text("#chats")
        ann.locator("a.chat-link").click()
        ann.locator("#turn-1 .claim").first.wait_for()

        assert nobody.locator("#password").is_visible()
        assert nobody.locator("#header").count() == 0

        # Logged out elsewhere in the same browser, the window asks to log in by itself. A
        # script in it would be cut off by the reload.
        ann.request.post(f"{server.address}/logout", headers={"Origin": server.address})
        ann.locator("#password").wait_for()
        log_in(ann, "ann")
        assert "cats" in open_chats(ann)
    assert outgoing == []
