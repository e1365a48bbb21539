"""The page in German and Chinese in a real browser, next to each other and next to English."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from users_support import serving, write_ann_and_ben
from web_support import MakeSession, OpenPage, Serve, ask
from web_walk import SIZES, open_tab, settle

from assistant.languages import LANGUAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

# What is seen in each language: places, the box for questions, a heading and a button of Settings,
# the columns of the Library, and what a finished answer says about its verification.
SEEN = {
    "en": (
        "English",
        ["Check a draft", "Library", "Digest", "Map", "Settings"],
        "Ask your papers …",
        ("Language model", "Use this model", "Evidence sentences"),
        ("Title", "2 papers", "No TL;DR yet"),
        "Verified against the cited evidence",
    ),
    "de": (
        "Deutsch",
        ["Entwurf prüfen", "Bibliothek", "Digest", "Karte", "Einstellungen"],
        "Fragen Sie Ihre Artikel …",
        ("Sprachmodell", "Dieses Modell verwenden", "Belegsätze"),
        ("Titel", "2 Artikel", "Noch kein TL;DR"),
        "An den zitierten Belegen geprüft",
    ),
    "zh-Hans": (
        "中文",
        ["核对草稿", "文库", "文献速递", "地图", "设置"],
        "向您的论文提问…",
        ("语言模型", "使用此模型", "证据句数"),
        ("标题", "2 篇论文", "还没有 TL;DR"),
        "已与所引证据核对",
    ),
}


@pytest.mark.parametrize(
    ("locale", "tag"), [("en-US", "en"), ("de-DE", "de"), ("zh-CN", "zh-Hans"), ("fr-FR", "en")]
)
def test_the_page_speaks_the_language_of_the_browser(
    locale: str, tag: str, make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    _, places, placeholder, settings, library, verified = SEEN[tag]
    with (
        serve(make_session()) as server,
        open_page(server.address, locale=locale) as page,
    ):
        assert page.locator("html").get_attribute("lang") == tag
        assert page.locator("html").get_attribute("dir") == "ltr"
        page.locator("#sidebar a.place").last.wait_for()
        shown = page.locator("#sidebar a.place").all_inner_texts()
        assert {name.strip() for name in shown} >= set(places)
        assert page.locator("#question textarea").get_attribute("placeholder") == placeholder
        ask(page, "How long do cats sleep?")
        page.locator("#turn-1[aria-busy=false]").wait_for()
        assert verified in page.inner_text("#turn-1")
        open_tab(page, places[1])
        page.locator(".paper-table").wait_for()
        for text in library:
            assert text in page.inner_text("#library-place")
        open_tab(page, places[-1])
        page.locator("#about dd").first.wait_for()
        for text in settings:
            page.get_by_text(text, exact=True).first.wait_for()


def test_windows_in_different_languages_follow_the_same_chat(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with (
        serve(make_session()) as server,
        open_page(server.address, locale="de-DE") as german,
        open_page(server.address, locale="zh-CN") as chinese,
    ):
        for question in ("How long do cats sleep?", "How long do owls sleep?"):
            ask(german, question)
            german.get_by_text(question, exact=True).last.wait_for()
            german.locator("#current-turn [aria-busy=false]").wait_for()
        german.locator("#past-turns .turn").wait_for()
        chinese.locator(".saved-chat .chat-link").click()
        chinese.locator("#past-turns .turn").wait_for()
        chinese.locator("#chats").get_by_text("今天").wait_for()
        german.locator("#chats").get_by_text("Heute").wait_for()
        for part in ("#past-turns", "#current-turn"):
            assert "证据" in chinese.inner_text(part)
            assert "Belege" in german.inner_text(part)
            assert "Evidence" not in chinese.inner_text(part) + german.inner_text(part)


def test_the_setting_takes_precedence_until_it_is_automatic_again(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address, locale="de-DE") as page:
        open_tab(page, "Einstellungen")
        choice = page.locator("#page-language")
        assert choice.input_value() == ""
        assert choice.locator("option").all_inner_texts()[1:] == [one.name for one in LANGUAGES]
        choice.select_option("zh")
        page.locator("html[lang=zh-Hans]").wait_for()
        page.get_by_text("语言模型", exact=True).first.wait_for()
        assert page.locator("#page-language").input_value() == "zh"
        page.reload()
        page.locator("html[lang=zh-Hans]").wait_for()
        page.locator("#page-language").select_option("")
        page.locator("html[lang=de]").wait_for()
        page.get_by_text("Sprachmodell", exact=True).first.wait_for()


def test_scripts_speak_and_count_in_the_language(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address, locale="de-DE") as page:
        open_tab(page, "Bibliothek")
        page.locator(".choose").first.wait_for()
        assert page.inner_text("#chosen-count") == "Nichts ausgewählt"
        page.locator(".choose-page").click()
        page.locator("#chosen-count").get_by_text("2 ausgewählt").wait_for()
        assert page.evaluate("ngettext('{count} title', '{count} titles', 1234)") == "1.234 Titel"


@pytest.mark.parametrize("locale", ["de-DE", "zh-CN"])
@pytest.mark.parametrize("size", SIZES)
def test_longer_texts_fit(
    size: str, locale: str, make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with (
        serve(make_session()) as server,
        open_page(server.address, locale=locale, **SIZES[size]) as page,
    ):
        for place in ("library", "draft", "digest", "map", "settings", ""):
            page.goto(f"{server.address}/{place}")
            page.locator("#header strong").wait_for()
            settle(page)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{place}: {wide} pixels wider than the window"
            cut = page.evaluate(
                """() => [...document.querySelectorAll("#sidebar a.place, button")]
                    .filter((one) => one.checkVisibility() && !one.closest(".paper-table"))
                    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
                    .map((one) => one.textContent.trim())"""
            )
            assert cut == [], f"{place}: texts that are cut off"


@pytest.mark.parametrize("size", SIZES)
def test_the_page_can_be_written_from_right_to_left(
    size: str, make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address, **SIZES[size]) as page:
        page.evaluate(
            "paperLanguage.direction = 'rtl'; document.documentElement.removeAttribute('dir')"
        )
        page.locator("html[dir=rtl]").wait_for()
        if page.locator("#open-sidebar").is_visible():
            page.click("#open-sidebar")
        settle(page)
        sidebar = page.locator("#sidebar").bounding_box()
        assert sidebar
        assert sidebar["x"] + sidebar["width"] == page.evaluate("innerWidth")
        page.keyboard.press("Escape")
        for name in ("Library", "Settings", "Map"):
            open_tab(page, name)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


def test_the_log_in_page_speaks_the_language_of_the_browser(
    make_session: MakeSession, browser: Browser, tmp_path: Path
) -> None:
    with serving(make_session(), write_ann_and_ben(tmp_path / "users")) as server:
        context = browser.new_context(locale="de-DE")
        page = context.new_page()
        page.goto(server.address)
        assert page.locator("html").get_attribute("lang") == "de"
        page.fill("#name", "ann")
        page.fill("#password", "wrong")
        page.get_by_role("button", name="Anmelden").click()
        assert "Der Name oder das Passwort ist falsch." in page.inner_text("#problem")
        context.close()
