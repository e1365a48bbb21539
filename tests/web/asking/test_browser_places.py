"""First start, checking a draft, and rating and copying an answer, in a real browser."""

from __future__ import annotations

from pathlib import Path

from web_support import MakeSession, OpenPage, Serve, ask
from web_walk import open_tab, wait_for_count, wait_for_focus, wait_for_value
from zotero_support import ZoteroFolder

from assistant.models.fake import ScriptedModel

QUESTION = "How many hours do cats sleep a day?"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_an_empty_library_offers_files_text_and_the_sample(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(papers=[])
    with (
        serve(session) as server,
        open_page(server.address) as page,
        open_page(server.address) as other,
    ):
        page.get_by_text("Start with your papers").wait_for()
        page.click("[data-press=add-sample]")
        page.get_by_text("Ask your papers a question.").wait_for()
        page.locator("#examples .example").first.wait_for()
        # The second window notices.
        other.get_by_text("Ask your papers a question.").wait_for()
        assert session.library.papers.count() > 10


def test_zotero_is_connected(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, tmp_path: Path
) -> None:
    zotero = ZoteroFolder(tmp_path / "home" / "Zotero")
    for animal in ("bats", "bees"):
        zotero.add(f"On the sleep of {animal}", abstractNote=f"How {animal} sleep.")
    session = make_session(papers=[])
    with serve(session) as server, open_page(server.address) as page:
        page.get_by_role("button", name="Connect Zotero").click()
        question = page.get_by_role("group", name="Read your Zotero library in")
        question.get_by_text(str(zotero.folder)).wait_for()
        wait_for_focus(page, ".zotero-question button")
        question.get_by_role("button", name="Cancel").click()
        wait_for_count(page, ".zotero-question", 0)
        assert session.library.papers.count() == 0
        page.get_by_role("button", name="Connect Zotero").click()
        page.get_by_role("button", name="Read my Zotero library").click()
        page.get_by_text("Zotero: 2 items in Zotero; 2 new.").first.wait_for()
        page.get_by_text("Ask your papers a question.").wait_for()
        page.locator("#header").get_by_text("2 papers").wait_for()
        assert session.library.papers.count() == 2


def test_files_are_dropped_anywhere(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, saved_page: Path
) -> None:
    with serve(make_session()) as server, open_page(server.address) as page:
        page.evaluate(
            """(text) => {
                const data = new DataTransfer();
                data.items.add(new File([text], "page.txt", { type: "text/plain" }));
                for (const name of ["dragenter", "dragover", "drop"]) {
                    document.querySelector("#question").dispatchEvent(
                        new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true })
                    );
                }
            }""",
            saved_page.read_text(encoding="utf-8"),
        )
        page.locator("#files").get_by_text("page").first.wait_for()
        wait_for_count(page, "html.dragging", 0)


def test_a_draft_is_checked(make_session: MakeSession, serve: Serve, open_page: OpenPage) -> None:
    session = make_session(ScriptedModel(lambda request: "no"))
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Check a draft")
        page.fill("#draft textarea", "Cats sleep fourteen hours a day. Elephants read many books.")
        page.click("#check-draft")
        page.locator(".draft-sentence.supported").wait_for()
        page.locator(".draft-sentence.not_found").wait_for()
        page.reload()
        page.locator(".draft-sentence.not_found").wait_for()
        page.click(".draft-sentence.supported a.inside")
        page.wait_for_url("**/papers/1")


def test_an_answer_is_rated_and_copied_with_references(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    with serve(session) as server, open_page(server.address) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        ask(page, QUESTION)
        page.locator("#turn-1[aria-busy=false]").wait_for()
        page.click("#turn-1 .rate[data-rating='-1']")
        page.locator("#comment-1").wait_for()
        page.wait_for_function("document.activeElement.id === 'comment-1'")
        page.keyboard.type("Not the right cats")
        page.keyboard.press("Enter")
        page.locator("#turn-1 .save-comment").get_by_text("Change").wait_for()
        (said,) = session.library.chats.feedback()
        assert (said.question, said.rating, said.comment) == (QUESTION, -1, "Not the right cats")
        page.reload()
        page.locator("#turn-1 .rate[data-rating='-1'][aria-pressed=true]").wait_for()

        page.select_option("#turn-1 .copy-style", "apa")
        page.click("#turn-1 .copy-text")
        page.locator("#turn-1 .copy-text").get_by_text("Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "[1]" in copied
        assert "On the sleep of cats" in copied
        assert "“" not in copied
        # The choice is remembered.
        page.reload()
        wait_for_value(page, "#turn-1 .copy-style", "apa")


def test_on_a_phone_a_citation_has_a_way_back(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address, **PHONE) as page:
        ask(page, QUESTION)
        page.locator("#turn-1[aria-busy=false]").wait_for()
        assert page.locator(".back-to-answer").first.is_hidden()
        page.click("#turn-1 a.cite")
        page.click("#evidence-1-1 .back-to-answer")
        wait_for_focus(page, "#turn-1 a.cite")
