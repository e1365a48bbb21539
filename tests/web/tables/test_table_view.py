"""What a window shows of a table: order, filters, pages, and files."""

from __future__ import annotations

import base64
import re
import time

import pytest
from patience import PATIENCE_S
from tabulating_support import SAMPLE
from web_support import EVIL, MakeSession, Tags

from assistant.paper import Paper
from assistant.web.jobs import Jobs
from assistant.web.tables.saved_tables import SavedTable
from assistant.web.tables.table_view import ANY_VALUE, Look, TableView, table_address
from assistant.web.tables.table_work import TableWork

TABLE = SavedTable((("sample", SAMPLE), ("date", "When was it published?")), (1, 2, 3, 4), 4)


@pytest.fixture
def filled(work: TableWork, view: TableView) -> TableView:
    work.begin("", TABLE)
    wait_until_done(work)
    return view


def wait_until_done(work: TableWork) -> None:
    end = time.monotonic() + PATIENCE_S
    while not ((state := work.state("")) and state.saved.status == "done" and not state.report):
        assert time.monotonic() < end
        time.sleep(0.02)


def papers(view: TableView, look: Look) -> list[int]:
    return [int(one) for one in re.findall(r'data-paper="(\d+)"', view.show("", look).rows)]


def test_before_the_first_table_the_place_says_what_it_is_for(view: TableView) -> None:
    shown = view.show("", Look())
    assert "asks many papers the same questions" in Tags(shown.rows).text
    assert not shown.has_table
    assert "no table yet" in Tags(view.file("", Look(), "csv")).text


def test_rows_are_sorted_and_filtered(filled: TableView) -> None:
    assert papers(filled, Look()) == [1, 2, 3, 4]
    assert papers(filled, Look(sort="0")) == [1, 2, 3, 4]
    assert papers(filled, Look(sort="-0")) == [2, 1, 3, 4]
    assert papers(filled, Look(sort="title")) == [3, 2, 4, 1]
    assert papers(filled, Look(sort="-year")) == [1, 2, 3, 4]
    assert papers(filled, Look(value="0")) == [1, 2]
    assert papers(filled, Look(value=ANY_VALUE)) == [1, 2, 3]
    assert papers(filled, Look(words="students green")) == [2]
    assert papers(filled, Look(words="nothing has this")) == []
    # Of an older table in this window, or no column at all.
    assert papers(filled, Look(sort="9", value="9")) == [1, 2, 3, 4]
    shown = filled.show("", Look(words="students", page=7))
    assert "1 of them match" in Tags(shown.line).text
    assert shown.page == 0
    assert "No rows match." in Tags(filled.show("", Look(words="qqq")).rows).text


def test_a_cell_says_what_it_is_based_on(filled: TableView) -> None:
    text = Tags(filled.show("", Look()).rows).text
    assert "120 adults took part." in text
    assert "We gave zinc or placebo to 120 adults with a cold." in text
    assert "Written from this sentence and verified. Probability" in text
    assert "From the catalogue." in text
    assert "not stated" in text
    assert "no abstract" in text
    assert "The paper has no abstract." in text


def content(html: str) -> bytes:
    found = re.search(r'href="data:[^;]+;base64,([^"]+)"', html)
    assert found, html
    return base64.b64decode(found[1])


def test_files_have_the_rows_as_they_are_shown(filled: TableView) -> None:
    csv = content(filled.file("", Look(sort="-0", value="0"), "csv")).decode("utf-8-sig")
    assert [line.split(",")[1] for line in csv.splitlines()[1:]] == [
        "Green tea and sleep",
        "Zinc against colds",
    ]
    assert b"| paper | sample | date |" in content(filled.file("", Look(), "md"))
    assert content(filled.file("", Look(), "html")).startswith(b"<!DOCTYPE html>")
    assert len(content(filled.file("", Look(), "jsonl")).splitlines()) == 4
    assert content(filled.file("", Look(), "xlsx")).startswith(b"PK")
    assert "is no format of tables" in filled.file("", Look(), "docx")


def test_hostile_texts_are_texts(make_session: MakeSession, jobs: Jobs) -> None:
    session = make_session(papers=[Paper(title=EVIL, abstract=f"We show that {EVIL}.")])
    work = TableWork(session, jobs)
    work.begin("", SavedTable(((EVIL.partition("?")[0][:50], f"What of {EVIL}?"),), (1,), 1))
    wait_until_done(work)
    shown = TableView(work).show("", Look())
    tags = Tags(shown.rows + shown.line)
    assert not {"img", "script"} & set(tags.tags)
    assert all(not (value or "").startswith("javascript:") for _, value in tags.attributes)


def test_pages_of_fifty(make_session: MakeSession, jobs: Jobs) -> None:
    many = [Paper(title=f"Paper {n:03}", authors=(f"Ann B{n}",)) for n in range(1, 121)]
    work = TableWork(make_session(papers=many), jobs)
    work.begin("", SavedTable((("who", "Who wrote it?"),), tuple(range(1, 121)), 150))
    wait_until_done(work)
    view = TableView(work)
    assert papers(view, Look(page=1)) == list(range(51, 101))
    shown = view.show("", Look(page=99))
    assert shown.page == 2
    assert "101-120 of 120" in Tags(shown.pager).text
    assert "The first 120 of 150 papers." in Tags(shown.line).text


def test_addresses() -> None:
    assert table_address("", "") == "/table"
    assert table_address("trial", "") == "/table/trial"
    assert table_address("my set", "sleep since:2020") == "/table/my%20set?q=sleep%20since%3A2020"
