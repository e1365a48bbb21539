"""The Map tab, without a server: drawing, caching, messages and stopping."""

from __future__ import annotations

import json
import threading
from html import unescape
from typing import Any

import pytest
from web_support import EVIL, MakeSession, Tags

import assistant.mapping
from assistant.errors import LibraryDamaged
from assistant.library import Library, StoredTldr
from assistant.library.paper_vectors import PaperVectors
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.session import Session
from assistant.settings import load_settings
from assistant.web.browsing.digest import Digests
from assistant.web.browsing.map import EMPTY, NO_EMBEDDER, STOPPED, Maps, MapView
from assistant.web.jobs import Jobs

SUBJECTS = ("cats sleep night", "rivers water spring")


def papers(start: int, end: int) -> list[Paper]:
    return [
        Paper(
            title=f"On {SUBJECTS[number % 2]} {number}",
            abstract=f"About {SUBJECTS[number % 2]}, the case {number}.",
            published=f"{1990 + number % 30}",
        )
        for number in range(start, end)
    ]


@pytest.fixture
def session(make_session: MakeSession, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    return make_session(papers=papers(0, 40))


@pytest.fixture
def drawn_counts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of papers of each map that is drawn."""
    counted: list[int] = []
    build_map = assistant.mapping.build_map

    def counting(library: Library, vectors: Any, progress: Any) -> Any:
        counted.append(len(vectors))
        return build_map(library, vectors, progress)

    monkeypatch.setattr(assistant.mapping, "build_map", counting)
    return counted


def last(maps: Maps, **options: Any) -> MapView:
    return list(maps.open(**options))[-1]


def data_of(html: str | None) -> dict[str, Any]:
    assert html is not None
    text = html.partition('<pre class="map-data" hidden>')[2].partition("</pre>")[0]
    found = json.loads(unescape(text))
    assert isinstance(found, dict)
    return found


def text_of(html: str) -> str:
    return " ".join(Tags(html).text.split())


def test_the_map_is_drawn_with_progress_and_then_shown(session: Session, jobs: Jobs) -> None:
    views = list(Maps(session, jobs).open())
    assert views[0].html is None
    assert "Opening the map" in views[0].message
    assert any(view.running for view in views)
    assert not views[-1].running
    data = data_of(views[-1].html)
    assert sorted(number for number, *_ in data["points"]) == [*range(1, 41)]
    titles = {stored.number: stored.title for stored in session.library.papers.all()}
    for (number, x, y, topic, year), title in zip(data["points"], data["titles"], strict=True):
        assert titles[number] == title
        assert 0 <= x <= 1
        assert 0 <= y <= 1
        assert topic < len(data["topics"])
        assert year.isdigit()
    shown = text_of(views[-1].html or "")
    assert "40 papers" in shown
    for name in data["topics"]:
        assert name in shown
    assert not views[-1].can_draw


def test_a_map_is_drawn_once_and_cached(
    session: Session, jobs: Jobs, drawn_counts: list[int]
) -> None:
    maps = Maps(session, jobs)
    first = last(maps)
    assert last(maps).html == first.html
    again = list(Maps(session, jobs).open())
    assert again[-1].html == first.html
    assert not any(view.running for view in again)
    assert drawn_counts == [40]


def test_a_window_that_shows_the_map_keeps_its_picture(session: Session, jobs: Jobs) -> None:
    maps = Maps(session, jobs)
    first = last(maps)
    views = list(maps.open(first.seen))
    assert [view.html for view in views] == [None]
    session.library.add(papers(40, 42))
    session.library.vectors.embed_missing()
    assert last(maps, seen=first.seen).html is not None


def test_added_papers_are_placed_and_others_stay(
    session: Session, jobs: Jobs, drawn_counts: list[int]
) -> None:
    maps = Maps(session, jobs)
    last(maps)
    session.library.add(papers(40, 43))
    session.library.vectors.embed_missing()
    view = last(maps)
    assert "3 papers added since the map was drawn" in text_of(view.message)
    assert view.can_draw
    data = data_of(view.html)
    assert data["later"] == 3
    assert [number for number, *_ in data["points"]][-3:] == [41, 42, 43]
    assert drawn_counts == [40]
    view = last(maps, redraw=True)
    assert data_of(view.html)["later"] == 0
    assert not view.can_draw
    assert drawn_counts == [40, 43]
    before = data_of(view.html)["points"]
    session.library.add(papers(43, 100))
    session.library.vectors.embed_missing()
    data = data_of(last(maps).html)
    assert len(data["points"]) == 100
    assert data["points"][:43] == before
    # Also for another run of the server.
    assert data_of(last(Maps(session, jobs)).html) == data
    assert drawn_counts == [40, 43]


def test_another_window_sees_what_was_added(session: Session, jobs: Jobs) -> None:
    maps = Maps(session, jobs)
    assert maps.is_current("")
    seen = last(maps).seen
    assert maps.is_current(seen)
    session.library.papers.tag([1], ["a tag"])
    assert maps.is_current(seen)
    session.library.add(papers(40, 42))
    session.library.vectors.embed_missing()
    assert not maps.is_current(seen)
    assert maps.is_current(last(maps, seen=seen).seen)


def test_the_digest_has_the_topics_of_the_map(session: Session, jobs: Jobs) -> None:
    maps = Maps(session, jobs)
    topics = maps.topics()  # draws the map
    assert set(topics) == {*range(1, 41)}
    names = set(data_of(last(maps).html)["topics"])
    assert {topic for topic in topics.values() if topic} == names
    shown = Tags(Digests(session, maps).view("30d").html).text
    assert names
    for name in names:
        assert name in shown


def test_removed_papers_are_not_on_the_map(session: Session, jobs: Jobs) -> None:
    maps = Maps(session, jobs)
    last(maps)
    title = session.library.papers.get("#7").title
    session.library.remove([7])
    html = last(maps).html or ""
    assert title not in html
    assert len(data_of(html)["points"]) == 39


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_papers_have_a_map(make_session: MakeSession, jobs: Jobs, count: int) -> None:
    session = make_session(papers=papers(0, count))
    view = last(Maps(session, jobs), redraw=True)
    assert len(data_of(view.html)["points"]) == count
    assert f"{count} paper" in text_of(view.html or "")


def test_without_papers_or_vectors_a_message_explains_it(
    make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(papers=[])
    maps = Maps(session, jobs)
    view = last(maps)
    assert view.html == ""
    assert EMPTY in text_of(view.message)
    session.library.add(papers(0, 3))
    assert "No paper has a vector yet" in text_of(last(maps).message)
    session.library.vectors.embed_missing()
    assert len(data_of(last(maps).html)["points"]) == 3

    monkeypatch.setattr(assistant.models, "open_embedder", lambda *_: None)
    with Session(load_settings(library=session.settings.library.parent / "other")) as bare:
        bare.library.add(papers(0, 3))
        assert NO_EMBEDDER in text_of(last(Maps(bare, jobs)).message)


def test_papers_that_are_not_on_the_map_are_counted(
    session: Session, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.library.add(papers(40, 42))
    shown = text_of(last(Maps(session, jobs)).html or "")
    assert "40 of 42 papers · 2 without vectors not shown" in shown
    session.library.vectors.embed_missing()
    map_vectors = assistant.mapping.map_vectors
    monkeypatch.setattr(assistant.mapping, "map_vectors", lambda library: map_vectors(library, 25))
    shown = text_of(last(Maps(session, jobs), redraw=True).html or "")
    assert "25 of 42 papers · a sample" in shown


def test_stopping_keeps_the_previous_map(
    session: Session, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_map = assistant.mapping.build_map
    begun, ended = threading.Event(), threading.Event()

    def endless(library: Library, vectors: Any, progress: Progress) -> None:
        progress.report(1, 2, "Placing the papers")
        begun.set()
        progress.stop_event.wait()
        ended.set()

    monkeypatch.setattr(assistant.mapping, "build_map", endless)
    maps = Maps(session, jobs)
    views = maps.open()
    while not begun.is_set():
        next(views)
    maps.stop()
    view = list(views)[-1]
    assert ended.is_set()
    assert STOPPED in text_of(view.message)
    assert view.can_draw
    assert not view.running

    monkeypatch.setattr(assistant.mapping, "build_map", build_map)
    assert len(data_of(last(maps).html)["points"]) == 40
    monkeypatch.setattr(assistant.mapping, "build_map", endless)
    begun.clear()
    ended.clear()
    views = maps.open(redraw=True)
    while not begun.is_set():
        next(views)
    maps.stop()
    assert len(data_of(list(views)[-1].html)["points"]) == 40


def test_two_windows_share_one_drawing_job(
    session: Session, jobs: Jobs, drawn_counts: list[int]
) -> None:
    maps = Maps(session, jobs)
    one, two = maps.open(), maps.open()
    for views in (one, two):
        next(views)
        next(views)
    first, second = list(one)[-1], list(two)[-1]
    assert first.html == second.html
    assert drawn_counts == [40]


def test_errors_are_shown(session: Session, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*given: Any) -> None:
        raise LibraryDamaged("Some vectors of the library are damaged.")

    monkeypatch.setattr(PaperVectors, "means", damaged)
    view = last(Maps(session, jobs))
    assert "Some vectors of the library are damaged." in text_of(view.message)
    assert not view.running

    def broken(*given: Any) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.undo()
    monkeypatch.setattr(assistant.mapping, "build_map", broken)
    view = last(Maps(session, jobs), redraw=True)
    assert "The assistant failed unexpectedly (ZeroDivisionError: oh)." in text_of(view.message)
    assert view.can_draw


def test_a_paper_opens_as_a_card(session: Session, jobs: Jobs) -> None:
    maps = Maps(session, jobs)
    assert maps.card(" ") == maps.no_card()
    line = StoredTldr(3, "Cats sleep.", "m", "p", "generated", 0.1, "2026-01-01T00:00:00+00:00")
    session.library.tldrs.save(line)
    stored = session.library.papers.get("#3")
    card = maps.card("3")
    shown = text_of(card)
    for part in (stored.title, stored.abstract, "1992", "Cats sleep."):
        assert part in shown
    attributes = Tags(card).attributes
    assert attributes.count(("data-paper", "3")) == 2
    assert ("data-title", stored.title) in attributes
    assert "No paper in the library" in text_of(maps.card("999"))
    assert "No paper in the library" in text_of(maps.card("<b>"))


def test_text_of_papers_never_becomes_markup(
    make_session: MakeSession, jobs: Jobs, session: Session
) -> None:
    plain = Tags(last(Maps(session, jobs)).html or "")
    evil = [
        Paper(title=f"{EVIL} {number} \u202e", abstract=f"{EVIL} </pre> {number}")
        for number in range(40)
    ]
    other = make_session(papers=[])
    other.library.remove([*range(1, 41)])
    other.library.add(evil)
    other.library.vectors.embed_missing()
    maps = Maps(other, jobs)
    html = last(maps, redraw=True).html or ""
    assert set(Tags(html).tags) <= set(plain.tags)
    assert "\u202e" not in html
    assert "202e" not in html
    assert data_of(html)["titles"][0].startswith("<img src=")
    number = data_of(html)["points"][0][0]
    card = Tags(maps.card(str(number)))
    assert set(card.tags) <= {"article", "button", "h2", "p", "bdi", "span"}
    assert EVIL in card.text
