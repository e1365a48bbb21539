"""The import dialog in a real browser: look, decide, keep, discard, and what is left behind."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from web_support import EVIL, MakeSession, OpenPage, Serve
from web_walk import open_tab, wait_for_count, wait_for_focus, wait_for_value

from assistant.library import ImportReport
from assistant.progress import Progress

if TYPE_CHECKING:
    from playwright.sync_api import Page


def open_import(page: Page) -> None:
    """Open the dialog from the Library."""
    open_tab(page, "Library")
    page.click("#open-import")
    page.locator("#import-heading").wait_for()


def test_files_are_looked_into_and_kept(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    saved_page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    session = make_session()
    uploads = session.settings.cache / "uploads"
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    with serve(session) as server, open_page(server.address) as page:
        open_import(page)
        page.click("#preview-import")
        page.locator("#import-job [role=alert]").get_by_text("nothing to preview").wait_for()

        page.set_input_files("#files input[type=file]", [saved_page, picture])
        page.locator("#files").get_by_text("cat").first.wait_for()
        # By keyboard alone: the place is not lost when one button gives way to another.
        page.focus("#preview-import")
        page.keyboard.press("Enter")
        page.locator(".preview").get_by_text("1 record in 2 files").wait_for()
        wait_for_focus(page, "#preview-import, #run-import")
        assert "cat.png is a picture" in page.inner_text(".preview .failed")
        assert "On the sleep of bats" in page.inner_text(".first-papers")
        assert session.library.papers.count() == 2
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360

        page.get_by_role("button", name="Import 1 paper").click()
        page.locator("#import-job").get_by_text("1 record read: 1 new paper.").wait_for()
        page.locator("#header").get_by_text("3 papers").wait_for()
        page.keyboard.press("Escape")
        page.locator("#import-dialog").wait_for(state="hidden")
        page.locator("#found-summary").get_by_text("3 papers", exact=True).wait_for()
        page.click("#open-import")
        page.locator("#preview-import").wait_for()
        wait_for_count(page, ".preview", 0)
        wait_for_count(page, "#run-import", 0)
        assert [stored.paper.source for stored in session.library.papers.all()][-1] == "page.txt"
        assert [path for path in uploads.rglob("*") if path.is_file()] == []


def test_a_paste_is_discarded_or_changed_and_its_markup_stays_text(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    record = json.dumps({"title": EVIL, "abstract": EVIL})
    with serve(session) as server, open_page(server.address) as page:
        open_import(page)
        page.fill("#pasted textarea", record)
        page.click("#preview-import")
        page.locator("#run-import").wait_for()
        assert "<script>alert(1)</script>" in page.inner_text(".first-papers")
        assert page.locator("img[src*=evil], iframe, .first-papers a").count() == 0

        # The preview is of what is in the box, or there is none.
        page.fill("#pasted textarea", "something else")
        page.locator(".preview").wait_for(state="detached")
        page.locator("#run-import").wait_for(state="detached")

        page.click("#preview-import")
        page.locator("#preview-heading").get_by_text("No papers found").wait_for()
        assert "BibTeX" in page.inner_text(".preview")
        wait_for_count(page, "#run-import", 0)
        page.click("#discard")
        page.locator(".preview").wait_for(state="detached")
        wait_for_value(page, "#pasted textarea", "")
        assert session.library.papers.count() == 2


def test_two_windows_look_into_papers_of_their_own(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    saved_page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    session = make_session()
    uploads = session.settings.cache / "uploads"
    with serve(session) as server:
        with open_page(server.address) as one:
            open_import(one)
            one.set_input_files("#files input[type=file]", saved_page)
            one.locator("#files").get_by_text("page").first.wait_for()
            one.click("#preview-import")
            one.locator("#run-import").wait_for()
            assert [path.name for path in uploads.rglob("*") if path.is_file()] == ["page.txt"]
            with open_page(server.address) as two:
                open_import(two)
                two.locator("#preview-import").wait_for()
                assert two.locator(".preview, #run-import").count() == 0
        # Nothing stays behind when the window is closed.
        for _ in range(100):
            if not [path for path in uploads.rglob("*") if path.is_file()]:
                break
            time.sleep(0.1)
        assert [path for path in uploads.rglob("*") if path.is_file()] == []
        assert session.library.papers.count() == 2


def test_possible_duplicates_are_decided_in_the_preview(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    records = [
        {"title": "On the sleep of cat", "abstract": "They sleep."},
        {"title": "On the sleep of owl", "abstract": "They sleep."},
        {"title": "On the sleep of bats", "abstract": "They hang."},
        {"title": "On the sleep of cats", "abstract": session.library.papers.get("#1").abstract},
    ]
    with serve(session) as server, open_page(server.address) as page:
        open_import(page)
        page.fill("#pasted textarea", "\n".join(map(json.dumps, records)))
        page.click("#preview-import")
        outcomes = page.locator(".preview .outcomes")
        outcomes.get_by_text("2 possible duplicates").wait_for()
        shown = " ".join(outcomes.inner_text().split())
        assert shown == "1 new 2 possible duplicates 1 already in the library"
        page.locator("#run-import").get_by_text("Import 3 papers").wait_for()
        page.get_by_role("group", name="What to do with “On the sleep of owl”").get_by_role(
            "button", name="Do not import"
        ).click()
        page.locator("#run-import").get_by_text("Import 2 papers").wait_for()
        page.click("#merge-record-0")
        page.locator("#merge-record-0[aria-pressed=true]").wait_for()
        wait_for_focus(page, "#merge-record-0")
        page.click("#run-import")
        page.locator("#import-job").get_by_text(
            "4 records read: 1 new paper, 1 already in the library, "
            "1 merged with papers in the library, 1 not imported, as you decided."
        ).wait_for()
        assert session.library.papers.count() == 3
        assert len(session.library.papers.records(1)) == 2


def test_an_import_that_was_interrupted_is_resumed_after_a_restart(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    saved_page: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = make_session()
    with serve(session) as server, open_page(server.address) as page:
        open_import(page)
        page.set_input_files("#files input[type=file]", saved_page)
        page.locator("#files").get_by_text("page").first.wait_for()
        page.click("#preview-import")
        page.locator("#run-import").wait_for()
        with monkeypatch.context() as patched:

            def wait_for_the_end(papers: object, progress: Progress) -> ImportReport:
                progress.stop_event.wait()
                return ImportReport()

            patched.setattr(session.library, "add", wait_for_the_end)
            page.click("#run-import")
            page.locator("#import-job").get_by_text("Reading papers").wait_for()
            page.goto("about:blank")
            server.stop()
            wait_until_closed(server.address)
    with serve(session) as again, open_page(again.address) as page:
        open_tab(page, "Library")
        line = page.locator("#tldr-line [aria-label=Import]")
        line.get_by_text("The import of page.txt is not complete.").wait_for()
        line.get_by_role("button", name="Discard").wait_for()
        line.get_by_role("button", name="Resume").click()
        line.get_by_text("1 record read: 1 new paper.").wait_for()
        page.locator("#found-summary").get_by_text("3 papers", exact=True).wait_for()
        page.locator("#header").get_by_text("3 papers").wait_for()


def wait_until_closed(address: str) -> None:
    """Wait until nothing listens at `address` any more."""
    host, port = address.removeprefix("http://").split(":")
    for _ in range(1_000):
        with socket.socket() as tried:
            if tried.connect_ex((host, int(port))):
                return
        time.sleep(0.05)
    raise AssertionError(f"{address} still answers")


def test_the_dialog_covers_the_page_and_closes(
    make_session: MakeSession, serve: Serve, open_page: OpenPage, saved_page: Path
) -> None:
    with serve(make_session()) as server, open_page(server.address) as page:
        open_import(page)
        assert page.locator("#import-dialog[role=dialog][aria-modal=true]").is_visible()
        assert page.evaluate("document.querySelector('#filter').closest('[inert]') !== null")
        page.keyboard.press("Escape")
        page.locator("#import-dialog").wait_for(state="hidden")
        wait_for_focus(page, "#open-import")
        wait_for_count(page, "[inert] #filter", 0)
        # Files that are dropped anywhere arrive here.
        page.evaluate(
            """() => {
                const files = new DataTransfer();
                files.items.add(new File(["On bats"], "bats.txt"));
                paperPage.importFiles(files.files);
            }"""
        )
        page.locator("#files").get_by_text("bats").first.wait_for()
        page.click("#close-import")
        page.locator("#import-dialog").wait_for(state="hidden")
