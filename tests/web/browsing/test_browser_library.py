"""The library in a real browser: the table, the open paper, and what is done with chosen ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from web_support import EVIL, PAPERS, MakeSession, OpenPage, Serve
from web_walk import open_tab, wait_for_count, wait_for_focus

from assistant.errors import LibraryReadOnly
from assistant.paper import Paper
from assistant.web.browsing import table as table_module

BOX = ":is(textarea, input)"
BATS = Paper(
    title="On the sleep of bats",
    abstract="Bats hang upside down while they sleep.",
    authors=("Bo Ek",),
    published="2024-03",
    doi="10.1000/bats",
    tags=("night",),
)
MANY = [
    Paper(title=f"Number {n:03}", abstract=f"Abstract {n:03}.", published=f"{1900 + n}")
    for n in range(23)
]


def test_searching_opening_and_tagging(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(papers=[*PAPERS, BATS])
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.locator(".paper-row >> nth=2").wait_for()
        assert page.inner_text("#pager-summary") == "1-3 of 3"

        # The list narrows as one types, and says how many papers there are; matches are marked.
        page.locator(f"#filter {BOX}").press_sequentially("owl", delay=20)
        found = page.locator("#found-summary")
        found.get_by_text("1 of 3 papers contains “owl”").wait_for()
        wait_for_count(page, ".paper-row", 1)
        assert page.inner_text(".paper-row mark") == "owls"
        assert page.get_attribute("#mode-contains", "aria-pressed") == "true"
        page.click("#mode-best")
        found.get_by_text("for “owl”, by words and meaning").wait_for()
        page.click("#mode-contains")
        found.get_by_text("1 of 3 papers contains").wait_for()
        # Another search is one for the words again, and one without any shows the best matches.
        page.fill(f"#filter {BOX}", "")
        found.get_by_text("3 papers", exact=True).wait_for()
        page.fill(f"#filter {BOX}", "sleep of whales by night")
        found.get_by_text("No paper contains “sleep of whales by night”.").wait_for()
        page.locator(".paper-row").first.wait_for()
        page.fill(f"#filter {BOX}", "")
        found.get_by_text("3 papers", exact=True).wait_for()

        # A filter that is offered is put into the box and taken out.
        page.click("#facets-tag summary")
        page.locator(".facet", has_text="night").click()
        found.get_by_text("1 of 3 papers").wait_for()
        assert page.input_value(f"#filter {BOX}") == "tag:night"
        page.locator("#facets-tag summary").get_by_text("night").wait_for()
        page.click("#facets-year summary")
        page.locator("#facets-tag[open]").wait_for(state="detached")
        page.locator("#facets-year .facet", has_text="2024").click()
        found.get_by_text("1 of 3 papers").wait_for()
        assert page.input_value(f"#filter {BOX}") == "tag:night year:2024"
        page.keyboard.press("Escape")
        page.locator("#facets-year[open]").wait_for(state="detached")
        page.click("#clear-filters")
        found.get_by_text("3 papers", exact=True).wait_for()

        # The headers sort, in both directions.
        page.click("#sort-title")
        page.locator("[aria-sort=ascending] #sort-title").wait_for()
        assert page.locator(".open-paper").all_inner_texts()[0] == "On the sleep of bats"
        page.click("#sort-title")
        page.locator("[aria-sort=descending] #sort-title").wait_for()
        assert page.locator(".open-paper").all_inner_texts()[0] == "On the sleep of owls"

        page.locator(".open-paper", has_text="bats").click()
        page.locator("#detail-title").get_by_text("On the sleep of bats").wait_for()
        assert page.get_attribute("#paper-more a", "href") == "https://doi.org/10.1000/bats"
        assert page.get_attribute(".ask-paper", "data-paper") == "3"
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        for name, begins in (
            ("BibTeX", "@article{"),
            ("RIS", "TY  - JOUR"),
            ("IEEE", "B. Ek, “On the sleep of bats,”"),
        ):
            page.click(f".copy-as button:text-is('{name}')")
            page.locator(".copy-as").get_by_text("Copied").wait_for()
            assert page.evaluate("navigator.clipboard.readText()").startswith(begins)
            # The button has its own name again.
            page.locator(f".copy-as button:text-is('{name}')").wait_for()

        page.fill(f"#detail-tag {BOX}", "to read")
        page.press(f"#detail-tag {BOX}", "Enter")
        page.locator(".detail-tags").get_by_text("to read").wait_for()
        page.locator(".paper-row .tag").get_by_text("to read").wait_for()
        page.click(".untag[data-tag=night]")
        page.locator(".detail-tags:not(:has-text('night'))").wait_for()
        page.click("#detail-star")
        page.locator("#star-3[aria-pressed=true]").wait_for()
        page.locator(".facet.mark", has_text="Starred").wait_for()
        assert sorted(session.library.papers.get("#3").paper.tags) == ["star", "to read"]

        # A similar one is opened, and similar ones are listed.
        page.locator(".open-near", has_text="cats").click()
        page.locator("#detail-title").get_by_text("On the sleep of cats").wait_for()
        page.click("#detail-pane button.similar")
        found.get_by_text("similar to “On the sleep of cats”, nearest first").wait_for()
        page.click("#close-detail")
        page.locator("#detail-pane").wait_for(state="hidden")


def test_columns_that_are_empty_give_their_width_to_others(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = make_session()
    size = {"viewport": {"width": 1440, "height": 900}}
    with serve(session) as server, open_page(server.address, **size) as page:

        def width(column: str) -> float:
            box = page.locator(f"th.col-{column}").bounding_box()
            return box["width"] if box else 0

        open_tab(page, "Library")
        wait_for_count(page, ".paper-row", 2)
        assert [width(name) for name in ("authors", "year", "venue")] == [0, 0, 0]
        title, tldr = width("title"), width("tldr")
        session.library.add([BATS])
        wait_for_count(page, ".paper-row", 3)
        # Nothing has a venue still.
        assert width("venue") == 0
        assert width("authors") > 80
        assert width("year") > 40
        assert width("title") < title
        assert width("tldr") < tldr
        # The papers of other pages are sorted by a header that stays.
        monkeypatch.setattr(table_module, "PAGE", 1)
        page.fill(f"#filter {BOX}", "sleep")
        wait_for_count(page, ".paper-row", 1)
        assert 0 < width("venue") < 80


def test_a_synced_paper_leads_to_zotero(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    link = "zotero://select/library/items/ABCD2345"
    synced = BATS.model_copy(
        update={"reference": {"custom": {"zotero": {"select": link, "pdf": "yes"}}}}
    )
    with (
        serve(make_session(papers=[*PAPERS, synced])) as server,
        open_page(server.address) as page,
    ):
        open_tab(page, "Library")
        page.locator(".open-paper", has_text="bats").click()
        page.locator("#detail-title").get_by_text("On the sleep of bats").wait_for()
        shown = page.get_by_role("link", name="Open in Zotero (has PDF)")
        assert shown.get_attribute("href") == link


def test_choosing_exporting_removing_and_undoing(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_module, "PAGE", 10)
    session = make_session(papers=MANY)
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.locator("#pager-summary").get_by_text("1-10 of 23").wait_for()
        wait_for_count(page, ".paper-row", 10)
        assert page.locator("#chosen-bar").is_hidden()
        page.click("#choose-page")
        assert page.inner_text("#chosen-count") == "10 selected"
        # What is chosen stays chosen on other pages, and in other lists.
        page.click("#page-after")
        page.locator("#pager-summary").get_by_text("11-20 of 23").wait_for()
        wait_for_count(page, ".paper-row[aria-selected=true]", 0)
        page.fill(f"#page-jump {BOX}", "3")
        page.press(f"#page-jump {BOX}", "Enter")
        page.locator("#pager-summary").get_by_text("21-23 of 23").wait_for()
        wait_for_count(page, ".paper-row", 3)
        page.locator(".choose").first.click()
        page.locator(".choose").last.click(modifiers=["Shift"])
        assert page.inner_text("#chosen-count") == "13 selected"
        page.fill(f"#filter {BOX}", "until:1902")
        page.locator("#pager-summary").get_by_text("1-3 of 3").wait_for()
        page.locator("#paper-1").wait_for()
        wait_for_count(page, ".paper-row[aria-selected=true]", 3)
        page.click("#choose-none")
        page.locator(".choose").first.click()
        page.locator(".choose").last.click()

        page.fill(f"#chosen-tags {BOX}", "old, star")
        page.click("#give-tags")
        page.locator(".said").get_by_text("2 papers have “old”, “star”.").wait_for()
        page.locator(".star[aria-pressed=true] >> nth=1").wait_for()
        for _ in range(2):  # the second time as well
            with page.expect_download() as download:
                page.click("#export-chosen")
            assert download.value.suggested_filename == "papers.bib"
            written = Path(download.value.path()).read_text(encoding="utf-8")
            assert written.count("@") == 2
            assert "Number 002" in written

        page.click("#remove-chosen")
        page.locator("#remove-question").get_by_text("Remove 2 papers").wait_for()
        page.click("#remove-keep")
        page.locator("#remove-confirm").wait_for(state="hidden")
        page.click("#remove-chosen")
        page.click("#remove-sure")
        page.locator(".said").get_by_text("2 papers removed.").wait_for()
        page.locator("#pager-summary").get_by_text("1-1 of 1").wait_for()
        page.locator("#header strong").get_by_text("21").wait_for()
        page.locator("#chosen-bar").wait_for(state="hidden")
        page.click("#undo-removal")
        page.locator(".said").get_by_text("2 papers restored.").wait_for()
        page.locator("#pager-summary").get_by_text("1-3 of 3").wait_for()
        wait_for_count(page, ".star[aria-pressed=true]", 2)
        page.locator("#undo-removal").wait_for(state="hidden")
        assert session.library.papers.count() == 23
        # The message goes by itself.
        page.locator("#library-said").wait_for(state="hidden")


def test_by_keyboard_alone(make_session: MakeSession, serve: Serve, open_page: OpenPage) -> None:
    session = make_session(papers=[*PAPERS, BATS])
    with serve(session) as server, open_page(server.address) as page:

        def focused() -> str:
            return str(page.evaluate("document.activeElement.id"))

        open_tab(page, "Library")
        page.locator(".paper-row >> nth=2").wait_for()
        page.focus("#sort-added")
        page.keyboard.press("Tab")
        assert focused() == "open-3", "the table is one stop"
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        assert page.inner_text("#chosen-count") == "2 selected"
        page.keyboard.press("ArrowLeft")
        assert focused() == "star-1"
        page.keyboard.press("Enter")
        page.locator("#star-1[aria-pressed=true]").wait_for()
        # Written anew, it has the focus still.
        page.locator(".facet.mark", has_text="Starred").wait_for()
        wait_for_focus(page, "#star-1")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        page.locator("#detail-title").get_by_text("bats").wait_for()
        page.wait_for_function("document.activeElement.id === 'detail-title'")
        page.keyboard.press("Escape")
        page.locator("#detail-pane").wait_for(state="hidden")
        wait_for_focus(page, "#open-3")
        assert len(session.library.papers.get("#1").paper.tags) == 1


def test_merging_and_splitting(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = BATS.model_copy(update={"abstract": "They do.", "doi": "10.1000/upside", "source": "b"})
    session = make_session(papers=[*PAPERS, BATS, other])
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.locator("#pager-summary").get_by_text("1-4 of 4").wait_for()
        page.locator(".choose").first.click()  # the paper that will be merged into another one
        page.click("#open-4")
        duplicates = page.get_by_role("region", name="Possible duplicates")
        duplicates.get_by_text("the DOIs differ").wait_for()

        # With the keyboard: the message gets the focus, the pane shows the paper there is now.
        duplicates.get_by_role("button", name="Merge: No. 3, On the sleep of bats").focus()
        page.keyboard.press("Enter")
        page.locator("#detail-problem").get_by_text("Merged No. 4 into No. 3.").wait_for()
        page.wait_for_function("document.activeElement.matches('.decided')")
        page.locator("article.detail[data-paper='3']").wait_for()
        page.locator("#pager-summary").get_by_text("1-3 of 3").wait_for()
        page.locator("#header strong").get_by_text("3").wait_for()
        page.locator("#paper-more").get_by_text("Merged from 2 records").wait_for()
        duplicates.wait_for(state="detached")
        page.locator(".paper-row.opened[data-paper='3']").wait_for()
        page.locator("#chosen-bar").wait_for(state="hidden")
        assert page.locator("#detail-problem .decided").is_visible()

        page.get_by_role("button", name="Split: record 2, from b").click()
        page.locator("#detail-problem").get_by_text("Split into No. 3 and No. 5.").wait_for()
        page.locator("#pager-summary").get_by_text("1-4 of 4").wait_for()
        page.locator("#paper-more h3:text-is('Source')").wait_for()
        assert session.library.papers.count() == 4
        page.get_by_role("button", name="Undo the split").click()
        page.locator("#pager-summary").get_by_text("1-3 of 3").wait_for()

        # An error is shown, and the button works again.
        split = page.get_by_role("button", name="Split: record 1, from unnamed")
        with monkeypatch.context() as read_only:
            refusal = LibraryReadOnly("It cannot be written.")
            read_only.setattr(session.library._database, "_refusal", refusal)
            split.click()
            page.locator("#detail-problem .problem").get_by_text("cannot be written").wait_for()
        split.click()
        page.locator("#pager-summary").get_by_text("1-4 of 4").wait_for()
        # The message belongs to this paper.
        page.click("#open-1")
        page.locator("#detail-title").get_by_text("cats").wait_for()
        page.locator("#detail-problem").wait_for(state="hidden")


def test_what_comes_in_is_seen_and_typing_is_left_alone(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session()
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.locator("#pager-summary").get_by_text("1-2 of 2").wait_for()
        page.locator(".choose").first.click()
        page.locator(f"#chosen-tags {BOX}").press_sequentially("half a ta")
        session.library.add([BATS])
        page.locator("#pager-summary").get_by_text("1-3 of 3").wait_for()
        assert page.input_value(f"#chosen-tags {BOX}") == "half a ta"
        assert page.evaluate("document.activeElement.closest('#chosen-tags') !== null")
        assert page.inner_text("#chosen-count") == "1 selected"


def test_a_read_only_library_says_so(
    make_session: MakeSession,
    serve: Serve,
    open_page: OpenPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = make_session()
    monkeypatch.setattr(
        session.library._database, "_refusal", LibraryReadOnly("It cannot be written.")
    )
    with serve(session) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.locator(".choose").first.click()
        page.locator(".star").first.click()
        page.locator("#library-said").get_by_text("It cannot be written.").wait_for()
        # The star goes back to what it is.
        page.locator(".star[aria-pressed=true]").wait_for(state="detached")
        page.click("#remove-chosen")
        page.click("#remove-sure")
        page.locator("#library-said").get_by_text("It cannot be written.").wait_for()
        assert page.locator("#undo-removal").is_hidden()
        assert page.inner_text("#chosen-count") == "1 selected"
        assert session.library.papers.count() == 2


def test_on_a_phone_the_paper_lies_over_the_table(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(papers=[Paper(title=EVIL, abstract=EVIL, url=EVIL), BATS])
    phone = {"viewport": {"width": 360, "height": 740}}
    with serve(session) as server, open_page(server.address, **phone) as page:
        open_tab(page, "Library")
        page.locator(".paper-row >> nth=1").wait_for()
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
        page.locator(".choose").first.click()
        page.locator(".open-paper", has_text="alert").click()
        page.locator("#detail-title").get_by_text("alert").wait_for()
        assert not page.evaluate(wide)
        box = page.locator("#detail-pane").bounding_box()
        assert box and (box["x"], box["width"], box["height"]) == (0, 360, 740)
        # What lies under it cannot be reached.
        wait_for_count(page, "[inert] #papers", 1)
        assert page.locator("#detail-pane :is(img, script, a)").count() == 0
        page.keyboard.press("Escape")
        page.locator("#detail-pane").wait_for(state="hidden")
        wait_for_count(page, "[inert] #papers", 0)
        assert page.inner_text("#chosen-count") == "1 selected"


def test_the_pane_opens_at_its_top_beside_its_row(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    long = [
        one.model_copy(update={"abstract": f"{one.abstract} It is long. " * 200}) for one in MANY
    ]
    size = {"viewport": {"width": 1280, "height": 900}}
    with serve(make_session(papers=long)) as server, open_page(server.address, **size) as page:
        open_tab(page, "Library")
        page.locator(".paper-row >> nth=22").wait_for()
        visible = """() => [...document.querySelectorAll(".paper-row")].filter((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return top >= 0 && bottom <= innerHeight;
        }).length"""
        assert page.evaluate(visible) >= 18
        for number in (12, 14):
            row = page.locator(f"#paper-{number}")
            before = row.bounding_box()
            page.click(f"#open-{number}")
            page.locator(f"article.detail[data-paper='{number}']").wait_for()
            after = row.bounding_box()
            assert before and after and before["y"] == after["y"]
            assert page.evaluate("document.getElementById('detail-pane').scrollTop") == 0
            page.evaluate("document.getElementById('detail-pane').scrollTop = 900")
            assert page.evaluate("document.getElementById('detail-pane').scrollTop") > 0
        assert page.locator("#detail-title").bounding_box()
        # In taller rows, whole titles; the choice is remembered.
        page.click("#close-detail")
        low = row.bounding_box()
        page.click("#row-height")
        tall = row.bounding_box()
        assert low and tall and tall["height"] > low["height"]
        page.reload()
        open_tab(page, "Library")
        page.locator("#row-height[aria-pressed=true]").wait_for()


def test_a_tldr_is_edited_and_rewritten(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address) as page:
        open_tab(page, "Library")
        page.click("#open-1")
        page.locator("#tldr-made").get_by_text("None yet").wait_for()
        page.click("#edit-tldr")
        page.fill("#tldr-text", "  ")
        page.click("#save-tldr")
        page.locator("#library-said").get_by_text("cannot be empty").wait_for()
        page.fill("#tldr-text", "Cats sleep a lot.")
        page.click("#save-tldr")
        page.locator("#detail-tldr").get_by_text("Cats sleep a lot.").wait_for()
        page.locator("#tldr-made").get_by_text("Edited by you").wait_for()
        page.locator("#paper-1 .tldr").get_by_text("Cats sleep a lot.").wait_for(state="attached")
        # Cancel changes nothing.
        page.click("#edit-tldr")
        page.fill("#tldr-text", "Something else")
        page.keyboard.press("Escape")
        assert page.locator("#tldr-text").is_hidden()
        assert page.inner_text("#detail-tldr") == "Cats sleep a lot."
        page.click("#rewrite-tldr")
        page.locator("#tldr-made:not(:has-text('you'))").wait_for()
        page.locator("#detail-tldr:not(:has-text('a lot'))").wait_for()


def test_two_windows_see_the_same(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    session = make_session(papers=[*PAPERS, BATS])
    with (
        serve(session) as server,
        open_page(server.address) as one,
        open_page(server.address) as two,
    ):
        for page in (one, two):
            open_tab(page, "Library")
            page.locator("#found-summary").get_by_text("3 papers", exact=True).wait_for()
        one.click("#open-3")
        one.locator("#detail-title").wait_for()
        two.click("#star-3")
        one.locator("#star-3[aria-pressed=true]").wait_for()
        one.locator("#detail-star[aria-pressed=true]").wait_for()
        two.locator("#choose-1").click()
        two.click("#remove-chosen")
        two.click("#remove-sure")
        one.locator("#found-summary").get_by_text("2 papers", exact=True).wait_for()


def test_every_action_is_on_the_screen_of_a_phone(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with serve(make_session(papers=MANY)) as server, open_page(server.address, **phone) as page:
        open_tab(page, "Library")
        page.locator(".paper-row >> nth=5").wait_for()
        page.locator(".choose").first.tap()
        for name in ("#star-chosen", "#export-chosen", "#tldr-chosen", "#remove-chosen"):
            box = page.locator(name).bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            assert box["y"] + box["height"] <= 844
        page.locator("#star-chosen").tap()
        page.locator("#library-said").get_by_text("1 paper starred.").wait_for()
        # Columns sort on a phone, too.
        page.locator("#sort-title").tap()
        page.locator("[aria-sort=ascending] #sort-title").wait_for()


def test_papers_and_searches_have_addresses(
    make_session: MakeSession, serve: Serve, open_page: OpenPage
) -> None:
    with serve(make_session()) as server, open_page(server.address, "papers/2") as page:
        page.locator("#detail-title").get_by_text("On the sleep of owls").wait_for()
        page.locator(".paper-row.opened[data-paper='2']").wait_for()
        page.click("#close-detail")
        page.wait_for_url("**/library")
        page.fill(f"#filter {BOX}", "cats")
        page.wait_for_url("**/library?q=cats")
        page.click("#open-1")
        page.wait_for_url("**/papers/1")
        page.go_back()
        page.locator("#detail-pane").wait_for(state="hidden")
        page.locator("#found-summary").get_by_text("1 of 2 papers contains “cats”").wait_for()
        page.go_back()
        page.locator("#detail-title").get_by_text("On the sleep of owls").wait_for()
        page.goto(f"{server.address}/library?q=owls")
        page.locator("#found-summary").get_by_text("1 of 2 papers contains “owls”").wait_for()
