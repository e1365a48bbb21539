"""The page in a real browser, from which no request leaves the computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patience import PATIENCE_S
from web_support import ENDLESS, PAPERS, MakeSession, OpenPage, Serve, WatchedModel, ask
from web_walk import open_tab, settle, wait_for_count, wait_for_focus

from assistant.paper import Paper
from assistant.sample import sample_papers
from assistant.session import Session
from assistant.settings import load_settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

EVIL_TITLE = "<img src=http://evil.test/x.png> and <script>alert(1)</script>"
EVIL_ABSTRACT = (
    "Penguins sleep for four seconds at a time ![x](http://evil.test/y.png) ten thousand times. "
    '"><img src=x onerror=alert(1)> <iframe src="http://evil.test"></iframe> ${alert(1)} {{7*7}}'
)


def test_evidence_comes_first_then_the_answer_with_citations(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    model = WatchedModel("Cats sleep fourteen hours a day [1].", seconds_per_piece=0.2)
    with serve(make_session(model)) as server, open_page(server.address) as page:
        assert "2 papers" in page.inner_text("#header")
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#evidence-1-1").wait_for()
        assert page.locator(".claim").count() == 0
        assert page.locator("#current-turn .progress").is_visible()
        assert page.locator("#stop").is_visible()
        assert "Cats sleep fourteen hours a day." in page.inner_text("#evidence-1-1")
        assert "On the sleep of cats" in page.inner_text("#evidence-1-1")

        # What is opened while the answer is written stays open.
        page.click("#abstract-1-1 summary")
        page.locator("#current-turn .claim").wait_for()
        assert "Cats sleep fourteen hours a day" in page.inner_text("#current-turn .claims")
        page.locator("#current-turn .turn[aria-busy=false]").wait_for()
        page.locator("#stop").wait_for(state="hidden")
        assert page.inner_text("#abstract-1-1 mark") == "Cats sleep fourteen hours a day."

        page.click("#current-turn a.cite")
        page.locator("#evidence-1-1.chosen").wait_for()
        wait_for_focus(page, "#evidence-1-1")

        ask(page, "And what do owls do in nine hours?")
        page.locator("#turn-2[aria-busy=false]").wait_for()
        page.locator("#past-turns #turn-1 .claim").wait_for()

        page.click("#new-chat")
        page.locator(".welcome").wait_for()
        wait_for_count(page, ".turn", 0)


def test_the_embedded_models_answer_from_the_sample(serve: Serve, open_page: OpenPage) -> None:
    with Session(load_settings()) as session:
        session.library.add(sample_papers())
        session.library.vectors.embed_missing()
        with serve(session) as server, open_page(server.address) as page:
            page.set_default_timeout(1000 * PATIENCE_S)
            question = "How many parameters does AlexNet have?"
            page.get_by_role("button", name=question).click()
            page.locator("#current-turn .turn[aria-busy=false]").wait_for()
            assert "60 million" in page.inner_text("#current-turn .claims")
            cited = page.locator("#current-turn a.cite").first.get_attribute("href")
            assert "ImageNet" in page.inner_text(f"#turn-1 .evidence {cited}")


def test_the_stop_button_stops(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    model = WatchedModel(ENDLESS, seconds_per_piece=0.2)
    with serve(make_session(model)) as server, open_page(server.address) as page:
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#current-turn .claim").first.wait_for()
        page.click("#stop")
        page.locator("#turn-1.turn-stopped").wait_for()
        model.wait_until_cancelled()
        page.locator("#ask").wait_for()
        page.locator("#current-turn .claim").first.wait_for()
        # The next question is answered as if nothing had been.
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#turn-2 .claim").first.wait_for()


def test_nothing_is_lost_by_a_reload_in_the_middle_of_an_answer(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    model = WatchedModel("Cats sleep fourteen hours a day [1].", seconds_per_piece=0.4)
    question = "How many hours do cats sleep a day?"
    with serve(make_session(model)) as server:
        with open_page(server.address) as page:
            ask(page, question)
            page.locator("#turn-1[aria-busy=true] .evidence li").first.wait_for()
            page.wait_for_url("**/chat/1")
            page.reload()
            page.locator("#turn-1[aria-busy=true]").wait_for()
            page.locator("#stop").wait_for()
            assert page.inner_text("#turn-1 .question") == question
        # Closed in the middle: the answer is written all the same.
        with open_page(server.address) as other:
            other.click("a.chat-link")
            other.locator("#turn-1[aria-busy=false] .claim").wait_for()
            other.wait_for_url(f"{server.address}/chat/1")
            other.locator("#ask").wait_for()


def test_a_second_window_sees_what_the_first_one_does(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with (
        serve(make_session()) as server,
        open_page(server.address) as first,
        open_page(server.address) as second,
    ):
        ask(first, "How many hours do cats sleep a day?")
        first.locator("#turn-1[aria-busy=false]").wait_for()
        # The chat appears in its list without a reload.
        second.locator("a.chat-link").click()
        second.locator("#turn-1 .claim").wait_for()
        second.fill("#question textarea", "I am typing")
        ask(first, "And how many hours do owls sleep?")
        first.locator("#turn-2[aria-busy=false]").wait_for()
        second.locator("#turn-2[aria-busy=false]").wait_for()
        assert second.input_value("#question textarea") == "I am typing"
        first.hover(".saved-chat")
        first.click(".chat-menu summary")
        first.click(".delete-chat")
        second.get_by_text("This chat was deleted.").wait_for()
        second.locator("#chats .nothing").wait_for()


def test_back_and_forward_and_links_open_chats_and_places(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address) as page:
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#turn-1[aria-busy=false]").wait_for()
        page.click("#new-chat")
        page.locator(".turn").first.wait_for(state="detached")
        page.wait_for_url(f"{server.address}/")
        wait_for_focus(page, "#question")
        ask(page, "How many hours do owls sleep?")
        page.locator("#turn-1[aria-busy=false]").wait_for()
        page.wait_for_url("**/chat/2")
        open_tab(page, "Library")
        page.wait_for_url(f"{server.address}/library")
        page.locator("#papers").wait_for()
        page.go_back()
        page.locator("#current-turn").get_by_text("owls sleep?").first.wait_for()
        page.go_back()
        page.locator("#turn-1 .question").get_by_text("cats sleep").wait_for()
        page.locator("a.chat-link[href='/chat/1'][aria-current=page]").wait_for()
        page.go_forward()
        page.locator("#turn-1 .question").get_by_text("owls sleep").wait_for()
        # An address is opened by another window, and a wrong one says so.
        for address, seen in (
            ("/chat/1", "#turn-1 .claim"),
            ("/settings", "#settings-table"),
            ("/chat/99", "#past-turns .problem"),
        ):
            page.goto(server.address + address)
            page.locator(seen).first.wait_for()
            page.wait_for_url(server.address + address)
        with page.context.expect_page() as opened:
            page.click("a.place[data-place=library]", modifiers=["ControlOrMeta"])
        opened.value.locator("#papers").wait_for()
        opened.value.wait_for_url(f"{server.address}/library")


def test_the_window_is_named_after_what_it_shows(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    def wait_for_title(title: str) -> None:
        page.wait_for_function("(title) => document.title === title", arg=title)

    with serve(make_session()) as server, open_page(server.address) as page:
        wait_for_title("Paper assistant")
        ask(page, "How many hours do cats sleep a day?")
        wait_for_title("How many hours do cats sleep a day? - Paper assistant")
        page.locator("#turn-1[aria-busy=false]").wait_for()
        open_tab(page, "Library")
        wait_for_title("Library - Paper assistant")
        page.click("#open-2")
        wait_for_title("On the sleep of owls - Paper assistant")
        page.go_back()
        wait_for_title("Library - Paper assistant")
        page.go_back()
        wait_for_title("How many hours do cats sleep a day? - Paper assistant")
        page.hover(".saved-chat")
        page.click(".chat-menu summary")
        page.click(".rename-chat")
        page.fill(".chat-title", "Sleep")
        page.press(".chat-title", "Enter")
        wait_for_title("Sleep - Paper assistant")
        page.click("#new-chat")
        wait_for_title("Paper assistant")


def test_a_window_in_which_nothing_happens_sends_no_events(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.locator(".paper-row >> nth=1").wait_for()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))

        def events() -> int:
            return sum("queue/join" in url for url in sent)

        def wait_for_answers(count: int) -> None:
            for _ in range(count):
                with page.expect_response("**/news*"):
                    pass

        # What was shown last may have been written in between.
        while True:
            before = events()
            wait_for_answers(3)
            if events() == before:
                break
        session.library.add([Paper(title="On the sleep of bats", abstract="Bats hang.")])
        page.locator("#found-summary").get_by_text("3 papers", exact=True).wait_for()
        page.locator("#header").get_by_text("3 papers").wait_for()
        assert events() > before


def test_two_windows_are_answered_at_the_same_time(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    model = WatchedModel(ENDLESS, seconds_per_piece=0.2)
    question = "How many hours do cats sleep a day?"
    with (
        serve(make_session(model)) as server,
        open_page(server.address) as first,
        open_page(server.address) as second,
    ):
        ask(first, question)
        first.locator("#current-turn .claim").first.wait_for()
        ask(second, question)
        second.locator("#current-turn .claim").first.wait_for()
        assert first.locator("#current-turn .progress").is_visible()
        first.click("#stop")
        first.locator("#turn-1.turn-stopped").wait_for()
        assert second.locator("#current-turn .progress").is_visible()


def test_the_markup_of_papers_questions_and_answers_stays_text(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(
        WatchedModel(f"{EVIL_ABSTRACT} [1].", seconds_per_piece=0.0),
        [*PAPERS, Paper(title=EVIL_TITLE, abstract=EVIL_ABSTRACT)],
    )
    with serve(session) as server, open_page(server.address) as page:
        ask(page, f"How do penguins sleep? {EVIL_TITLE}")
        page.locator("#current-turn .turn[aria-busy=false]").wait_for()
        assert EVIL_TITLE in page.inner_text("#current-turn .question")
        assert EVIL_TITLE in page.inner_text("#current-turn .evidence")
        assert "${alert(1)} {{7*7}}" in page.inner_text("#current-turn .answer")
        assert page.locator("img[src*=evil], img[src=x], iframe").count() == 0


def test_saved_chats_are_opened_renamed_downloaded_deleted_and_brought_back(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    question = f"How many hours do cats sleep a day? {EVIL_TITLE}"
    with serve(session) as server, open_page(server.address) as page:
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#turn-1[aria-busy=false]").wait_for()
        session.library.chats.save_turn("other", question, "{}")
        # Another window, which has not asked anything.
        page.goto(server.address)
        page.locator(".saved-chat >> nth=1").wait_for()
        assert EVIL_TITLE in page.inner_text(".saved-chat >> nth=0")

        page.fill("#chat-search textarea", "fourteen")
        page.locator(".saved-chats:not(:has(li:nth-child(2)))").wait_for()
        page.click("a.chat-link")
        page.locator("#turn-1 .claim").wait_for()
        assert "Cats sleep fourteen hours a day" in page.inner_text("#turn-1 .claims")
        page.click("#turn-1 a.cite")
        page.locator("#turn-1 .evidence li.chosen").wait_for()

        page.hover(".saved-chat")
        page.click(".chat-menu summary")
        page.click(".rename-chat")
        page.fill(".chat-title", EVIL_TITLE)
        page.press(".chat-title", "Enter")
        page.locator(".chat-link").get_by_text(EVIL_TITLE).wait_for()
        page.hover(".saved-chat")
        page.click(".chat-menu summary")
        with page.expect_download() as download:
            page.click(".download-chat")
        assert download.value.suggested_filename.endswith(".md")
        written = download.value.path().read_text(encoding="utf-8")
        assert written.startswith("# \\<img src")
        assert "\\[1\\]" in written

        page.click(".saved-chat .delete-chat")
        page.locator("#chats-said").get_by_text("Chat deleted.").wait_for()
        page.locator("#chats").get_by_text("No chats match.").wait_for()
        page.wait_for_url(f"{server.address}/")
        wait_for_count(page, ".turn", 0)
        assert [one.chat_id for one in session.library.chats.all()] == ["other"]
        page.click("#chats-said [data-press=undo-delete-chat]")
        page.locator("#turn-1 .claim").wait_for()
        page.wait_for_url(f"{server.address}/chat/1")
        assert len(session.library.chats.all()) == 2
        page.locator("#chats-said").wait_for(state="hidden")

        page.fill("#chat-search textarea", "")
        page.locator("a.chat-link[href='/chat/2']").click()
        page.locator("#turn-1 .question").get_by_text(EVIL_TITLE).wait_for()
        assert page.locator("img[src*=evil], script[src*=evil], iframe").count() == 0


def test_deleted_chats_come_back_until_the_next_question(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    for number in range(3):
        session.library.chats.save_turn(f"chat {number}", f"Question {number}?", "{}")

    def delete(page: Page, number: int) -> None:
        row = page.locator(f".saved-chat[data-chat='{number}']")
        row.hover()
        row.locator("summary").click()
        row.locator(".delete-chat").click()
        row.wait_for(state="detached")

    with serve(session) as server, open_page(server.address) as page:
        said = page.locator("#chats-said")
        delete(page, 1)
        said.get_by_text("Chat deleted.").wait_for()
        delete(page, 2)
        said.get_by_text("2 chats deleted.").wait_for()
        said.get_by_text("Undo works until your next question.").wait_for()
        said.get_by_role("button", name="Undo").click()
        page.wait_for_url("**/chat/2")
        said.get_by_text("Chat deleted.").wait_for()
        said.get_by_role("button", name="Dismiss").click()
        said.wait_for(state="hidden")
        assert {chat.number for chat in session.library.chats.all()} == {2, 3}
        page.locator("a.chat-link[href='/chat/3']").click()
        page.wait_for_url("**/chat/3")
        delete(page, 2)
        said.get_by_text("Chat deleted.").wait_for()
        ask(page, "How many hours do cats sleep a day?")
        said.wait_for(state="hidden")
        # There is nothing to undo any more.
        page.evaluate("document.querySelector('#undo-delete-chat').click()")
        settle(page)
        assert said.is_hidden()
        assert 2 not in {chat.number for chat in session.library.chats.all()}


def test_on_a_phone_the_sidebar_opens_over_the_page(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with serve(make_session()) as server, open_page(server.address, **phone) as page:
        ask(page, "How many hours do cats sleep a day?")
        page.locator("#turn-1[aria-busy=false]").wait_for()
        assert page.locator("#sidebar").is_hidden()
        page.click("#open-sidebar")
        page.locator("#new-chat").wait_for()
        page.wait_for_function("document.activeElement.id === 'close-sidebar'")
        page.keyboard.press("Escape")
        page.locator("#sidebar").wait_for(state="hidden")
        page.click("#open-sidebar")
        page.locator("a.place[data-place=library]").click()
        page.locator("#papers").wait_for()
        page.locator("#sidebar").wait_for(state="hidden")
        page.go_back()
        page.locator("#turn-1 .claim").wait_for()
