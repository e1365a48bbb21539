"""Possible duplicates of the open paper, without a server."""

from __future__ import annotations

import json

import pytest
from web_support import EVIL, MakeSession, Tags

from assistant.errors import LibraryReadOnly
from assistant.library import Library
from assistant.paper import Paper
from assistant.web.browsing.duplicates import MOST_DUPLICATES, Decision, Duplicates
from assistant.web.browsing.paper_detail import PaperDetail, record_key
from assistant.web.ingestion.tldr_work import TldrWork
from assistant.web.jobs import Jobs

ICE = Paper(
    title="How glaciers melt in warm summers",
    abstract="We measure how glaciers melt.",
    authors=("Ingrid Melt", "Bo Ek"),
    published="2021-03",
    doi="10.1000/melt",
    source="a.bib",
)
OTHER = ICE.model_copy(update={"abstract": "We saw it.", "doi": "10.1000/ice", "source": "b.ris"})
# A record of the same paper as ICE.
SAME = ICE.model_copy(update={"abstract": "", "published": "2022", "source": "c.csv"})
THIRD = ICE.model_copy(update={"url": "https://example.org", "source": "c.csv"})
BATS = Paper(title="On the sleep of bats", abstract="Bats hang upside down.", authors=("Cy Fu",))


class Pane:
    """The parts of the pane over one library."""

    def __init__(self, make_session: MakeSession, *papers: Paper) -> None:
        session = make_session(papers=list(papers))
        self.library: Library = session.library
        self.detail = PaperDetail(session, TldrWork(session, Jobs()))
        self.duplicates = Duplicates(session)

    def decide(self, action: str, papers: str, **more: str) -> Decision:
        return self.duplicates.decide(json.dumps({"do": action, "papers": papers, **more}))

    def split_keys(self, number: str) -> list[str]:
        attributes = Tags(self.detail.view(number).more).attributes
        return [str(value) for name, value in attributes if name == "data-record"]


def values(html: str, wanted: str) -> list[str | None]:
    return [value for name, value in Tags(html).attributes if name == wanted]


def test_possible_duplicates_are_listed_with_the_reason(make_session: MakeSession) -> None:
    pane = Pane(make_session, BATS, ICE, OTHER)
    html = pane.duplicates.view("2")
    text = Tags(html).text
    for shown in (
        "Possible duplicates",
        ICE.title,
        "No. 3 · Ingrid Melt",
        "2021",
        "Same title and first author; the DOIs differ",
        "Merge",
        "Not the same",
    ):
        assert shown in text
    assert values(html, "data-papers") == ["2,3", "2,3"]
    assert values(html, "data-do") == ["merge", "apart"]
    assert [name for name in values(html, "aria-label") if name and "No. 3" in name] == [
        f"Merge: No. 3, {ICE.title}",
        f"Not the same: No. 3, {ICE.title}",
    ]
    assert pane.duplicates.view("1") == pane.duplicates.view("") == ""
    assert pane.duplicates.view("99") == ""


def test_so_many_are_listed(make_session: MakeSession) -> None:
    copies = [ICE.model_copy(update={"doi": f"10.1000/{n}", "abstract": f"{n}."}) for n in range(9)]
    pane = Pane(make_session, *copies)
    assert pane.duplicates.view("1").count('data-do="merge"') == MOST_DUPLICATES


def test_a_merge_is_shown_and_taken_back(make_session: MakeSession) -> None:
    pane = Pane(make_session, BATS, ICE, OTHER)
    done = pane.decide("merge", "3,2")
    assert done.paper == "2"
    assert "Merged No. 3 into No. 2." in Tags(done.html).text
    assert values(done.html, "data-gone") == ["3"]
    assert values(done.html, "data-open") == ["2"]
    assert pane.library.papers.count() == 2
    assert pane.duplicates.view("2") == ""
    more = pane.detail.view("2").more
    for shown in ("Merged from 2 records", "a.bib", "b.ris", "Split"):
        assert shown in Tags(more).text
    assert "Split: record 2, from b.ris" in values(more, "aria-label")
    assert Tags(done.html).text.count("Merged from 2 records") == 1

    done = pane.decide("split", "2", record=pane.split_keys("2")[1])
    assert done.paper == "2"
    assert "Split into No. 2 and No. 4." in Tags(done.html).text
    assert pane.library.papers.count() == 3
    assert pane.duplicates.view("2") == "", "split papers are different ones"
    assert pane.split_keys("2") == []
    # The message has a button that merges them again.
    assert values(done.html, "data-do") == ["merge"]
    (undo,) = values(done.html, "data-papers")
    assert pane.decide("merge", str(undo)).paper == "2"
    assert pane.library.papers.count() == 2


def test_one_of_several_records_is_split_off(make_session: MakeSession) -> None:
    pane = Pane(make_session, ICE, SAME, THIRD)
    assert len(pane.split_keys("1")) == 3
    pane.decide("split", "1", record=pane.split_keys("1")[1])
    dates = [
        [record.paper.published for record in pane.library.papers.records(stored.number)]
        for stored in pane.library.papers.all()
    ]
    assert sorted(dates) == [["2021-03", "2021-03"], ["2022"]]


def test_papers_that_are_not_the_same_are_not_listed_again(make_session: MakeSession) -> None:
    pane = Pane(make_session, ICE, OTHER)
    done = pane.decide("apart", "2,1")
    assert done.paper == "2"
    assert "The papers stay separate." in done.html
    assert pane.duplicates.view("1") == pane.duplicates.view("2") == ""
    assert pane.library.papers.count() == 2
    # A repeated message differs, so that the page shows it again.
    assert pane.decide("apart", "2,1").html != done.html


def test_that_papers_are_not_the_same_is_undone(make_session: MakeSession) -> None:
    pane = Pane(make_session, ICE, OTHER)
    done = pane.decide("apart", "2,1")
    asked = dict(Tags(done.html).attributes)
    assert asked["aria-label"] == "Undo: not the same"
    undo = str(asked["data-do"]), str(asked["data-papers"]), str(asked["data-record"])
    undone = pane.decide(undo[0], undo[1], record=undo[2])
    assert undone.paper == "2"
    assert "They are possible duplicates again." in undone.html
    assert "Undo" not in undone.html
    assert "Not the same" in pane.duplicates.view("1")
    # Another window asks once more.
    assert "cannot be undone anymore" in pane.decide(undo[0], undo[1], record=undo[2]).html
    assert "cannot be undone anymore" in pane.decide("together", "1,2").html
    # Later imports merge such papers again.
    pane.library.remove([2])
    pane.library.add([OTHER.model_copy(update={"doi": None})])
    assert pane.library.papers.count() == 1


def test_a_decision_after_another_is_not_undone(make_session: MakeSession) -> None:
    pane = Pane(make_session, ICE, OTHER)
    done = dict(Tags(pane.decide("apart", "1,2").html).attributes)
    pane.decide("merge", "1,2")
    pane.library.split(1)
    papers = ",".join(str(stored.number) for stored in pane.library.papers.all())
    refused = pane.decide("together", papers, record=str(done["data-record"]))
    assert "another decision about these papers" in refused.html
    assert pane.library.papers.count() == 2


def test_a_single_record_cannot_be_split(make_session: MakeSession) -> None:
    # Records that differ only in their tags stay together.
    pane = Pane(make_session, BATS, BATS.model_copy(update={"tags": ("night",), "source": "b"}))
    assert len(pane.library.papers.records(1)) == 2
    assert pane.split_keys("1") == []
    assert "have changed" in pane.decide("split", "1", record="record:0").html


def test_a_record_that_has_moved_is_found(make_session: MakeSession) -> None:
    pane = Pane(make_session, ICE, SAME, THIRD)
    first, second, third = pane.split_keys("1")
    assert pane.decide("split", "1", record=second).paper == "1"
    # The third record is the second one now, and so split off by its key.
    done = pane.decide("split", "1", record=third)
    assert "Split into No. 1 and No. 3." in Tags(done.html).text
    assert [record_key(record) for record in pane.library.papers.records(1)] == [first]
    refused = pane.decide("split", "1", record=third)
    assert 'role="alert"' in refused.html
    assert "The records of this paper have changed" in refused.html


def test_a_paper_removed_in_another_window_is_one_line(make_session: MakeSession) -> None:
    pane = Pane(make_session, ICE, OTHER)
    pane.library.remove([2])
    for action in ("merge", "apart", "split"):
        done = pane.decide(action, "2" if action == "split" else "1,2")
        assert 'role="alert"' in done.html
        assert "No paper in the library has the id" in done.html
        assert done.paper == ""
    assert "same paper" in pane.decide("merge", "1,1").html
    assert pane.library.papers.count() == 1


def test_a_read_only_library_is_one_line(
    make_session: MakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = Pane(make_session, ICE, OTHER)
    monkeypatch.setattr(
        pane.library._database, "_refusal", LibraryReadOnly("It cannot be written.")
    )
    for action in ("merge", "apart"):
        assert "It cannot be written." in pane.decide(action, "1,2").html
    assert pane.library.papers.count() == 2


@pytest.mark.parametrize(
    "request_",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        "[" * 99_999,
        '{"do": "merge"}',
        '{"do": "drop", "papers": "1,2"}',
        json.dumps({"do": "merge", "papers": "1," * 1_000}),
    ],
)
def test_what_is_no_request_does_nothing(make_session: MakeSession, request_: str) -> None:
    pane = Pane(make_session, ICE, OTHER)
    assert pane.duplicates.decide(request_) == Decision()
    assert pane.library.papers.count() == 2


def test_nothing_of_a_paper_is_markup(make_session: MakeSession) -> None:
    one = ICE.model_copy(
        update={"title": EVIL, "authors": (EVIL, '" autofocus onfocus="x'), "source": EVIL}
    )
    other = one.model_copy(update={"abstract": EVIL, "doi": "10.1000/x", "source": '"><img src=x>'})
    pane = Pane(make_session, one, other)
    html = pane.duplicates.view("1")
    assert "Merge" in html
    merged = pane.decide("merge", "1,2").html
    more = pane.detail.view("1").more
    assert "Split" in more
    refused = pane.decide("merge", f"1,{EVIL}").html
    assert "alert" in refused
    seen = Tags(html + merged + more + refused)
    assert not {"img", "script", "input"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name == "src"]
