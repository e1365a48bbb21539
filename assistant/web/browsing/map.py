"""The library as a picture, for the page: drawn when it is asked for, kept, shown again at once."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError
from assistant.html import render
from assistant.text.formatting import format_authors
from assistant.text.sanitizing import sanitized
from assistant.web.rendering import render_job, render_text
from assistant.web.unexpected import unexpected

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper
    from assistant.mapping import PaperMap
    from assistant.session import Session
    from assistant.web.work import RunningWork, Task, Work

_log = logging.getLogger(__name__)

# Seconds between two looks at a map that is being drawn.
_REFRESH = 0.2
# So many papers of a topic are in the list below the map.
MOST_LISTED = 12
_LONGEST_TITLE = 200
_MOST_AUTHORS = 6
EMPTY = "The library is empty: import papers in its tab, and they are drawn here."
NO_EMBEDDER = "The map needs the embedding model, without which no paper has a place."
STOPPED = "Stopped: there is no map yet."


@dataclass(frozen=True)
class MapView:
    """What the page shows of the map; `html` is None while the picture stays as it is.

    `said` is how far the drawing is, or what there is to know, as HTML; `can_draw` whether to
    draw it anew makes sense. `seen` tells this picture from others.
    """

    html: str | None
    said: str
    running: bool = False
    can_draw: bool = False
    seen: str = ""


@dataclass(frozen=True)
class _Step:
    text: str
    done: int = 0
    total: int = 0


class _Stopped(Exception):
    """The map is not wanted any more."""


class Maps:
    """The map of a session's library. Thread-safe; one is drawn at a time, for every window."""

    def __init__(self, session: Session, under_way: RunningWork) -> None:
        """Nothing is opened yet."""
        self._session = session
        self._under_way = under_way
        self._lock = threading.Lock()
        self._work: Work[None] | None = None
        self._step = _Step("")
        self._drawn: PaperMap | None = None
        self._error = ""

    def open(self, seen: str = "", *, anew: bool = False) -> Iterator[MapView]:
        """The map as it was kept, if it still does; else, or if it is to be drawn `anew`, drawn.

        Views follow each other until it is there. `seen` is of the picture that the window shows
        already, which stays as it is, moved and zoomed, if nothing changed.
        """
        try:
            for view in self._opened(seen, anew):
                same = view.seen and view.seen == seen
                yield replace(view, html=None) if same else view
        except AssistantError as error:
            yield MapView(None, render_job(error=str(error)), can_draw=True)
        except Exception as error:
            text = unexpected(error, "The map could not be drawn")
            yield MapView(None, render_job(error=text), can_draw=True)

    def stop(self) -> None:
        """Stop drawing, for every window; the map that was there stays."""
        work = self._work
        if work:
            work.stop()

    def card(self, key: str) -> str:
        """The paper with the number `key` as a card; a word of advice for ""."""
        if not key.strip():
            return self.no_card()
        try:
            library = self._session.library
            stored = library.papers.get(f"#{key.strip()}")
            tldr = library.tldrs.get(stored.number)
        except AssistantError as error:
            return render_job(error=str(error))
        paper = stored.paper
        authors = format_authors(paper.authors, _MOST_AUTHORS)
        return render(
            "map_card.html",
            number=stored.number,
            id=stored.id,
            title=stored.title,
            byline=" · ".join(part for part in (authors, paper.published or "") if part),
            tldr=tldr.text if tldr else "",
            abstract=stored.abstract,
        )

    def no_card(self) -> str:
        """What stands in place of the card before a paper is opened."""
        return render_text("Select a paper on the map to see it here.", "nothing map-empty")

    def _opened(self, seen: str, anew: bool) -> Iterator[MapView]:
        from assistant.mapping import brought_up, vectors_to_show, version_of

        if not seen:
            yield MapView(None, render_job("Opening the map …", running=True))
        library = self._session.library
        if not library.papers.count():
            yield MapView("", _plain(EMPTY))
            return
        if not anew and not self._drawing():
            vectors = vectors_to_show(library)
            if not vectors:
                yield MapView("", _plain(_no_vectors(library)), can_draw=True)
                return
            kept = self._last(library)
            if kept and kept.version == version_of(library):
                yield self._picture(library, kept)
                return
            now = brought_up(kept, library, vectors) if kept else None
            if now:
                yield self._picture(library, now)
                return
        yield from self._followed(library)

    def _followed(self, library: Library) -> Iterator[MapView]:
        """The map while it is drawn, and then; it is begun if nobody has begun it."""
        work = self._begun()
        while work.running:
            step = self._step
            said = render_job(step.text, running=True, done=step.done, total=step.total)
            yield MapView(None, said, running=True)
            time.sleep(_REFRESH)
        if self._error:
            yield MapView(None, render_job(error=self._error), can_draw=True)
        elif drawn := self._drawn:
            yield self._picture(library, drawn)
        elif work.stopped:
            yield MapView(None, _plain(STOPPED), can_draw=True)
        else:
            yield MapView("", _plain(_no_vectors(library)), can_draw=True)

    def _drawing(self) -> bool:
        work = self._work
        return bool(work and work.running)

    def _begun(self) -> Work[None]:
        with self._lock:
            if self._work is None or not self._work.running:
                self._step, self._error = _Step("Reading the papers …"), ""
                self._work = self._under_way.start(self._task())
            return self._work

    def _task(self) -> Task[None]:
        def draw(emit: Any, stop: threading.Event) -> None:
            from assistant.mapping import drawn, vectors_to_show

            def tell(text: str, done: int, total: int) -> None:
                if stop.is_set():
                    raise _Stopped
                self._step = _Step(text, done, total)

            try:
                library = self._session.library
                vectors = vectors_to_show(library)
                if vectors:
                    made = drawn(library, vectors, tell)
                    self._drawn = made
                    self._kept(library).write(made)
            except _Stopped:
                _log.debug("The map was stopped")
            except AssistantError as error:
                self._error = str(error)
            except Exception as error:
                self._error = unexpected(error, "The map could not be drawn")

        return draw

    def _last(self, library: Library) -> PaperMap | None:
        if self._drawn is None:
            self._drawn = self._kept(library).read()
        return self._drawn

    def _kept(self, library: Library) -> Any:
        from assistant.mapping import MapCache

        return MapCache(self._session.settings.cache, library.folder)

    def _picture(self, library: Library, shown: PaperMap) -> MapView:
        from assistant.mapping import papers_of, version_of

        papers = {stored.number: stored for stored in papers_of(library, shown.numbers)}
        present = shown.without(set(shown.numbers) - papers.keys())
        rows = [papers[number] for number in present.numbers]
        html = render(
            "map.html",
            data=_data(present, rows),
            count=len(rows),
            topics=_topics(present, rows),
            facts=_facts(library, present),
        )
        said = _plain(_later(present)) if present.later else ""
        seen = f"{present.version} {present.later} {len(rows)}"
        return MapView(html, said, can_draw=present.version != version_of(library), seen=seen)


def _data(shown: PaperMap, papers: list[StoredPaper]) -> str:
    """What map.js draws, as JSON without anything that hides or reorders text."""
    points = [
        [number, round(x, 4), round(y, 4), topic, stored.paper.year]
        for number, x, y, topic, stored in zip(
            shown.numbers, shown.x, shown.y, shown.topic, papers, strict=True
        )
    ]
    titles = [sanitized(stored.title)[:_LONGEST_TITLE] for stored in papers]
    names = [sanitized(name) for name in shown.names]
    return json.dumps({"points": points, "titles": titles, "topics": names, "later": shown.later})


def _topics(shown: PaperMap, papers: list[StoredPaper]) -> list[dict[str, Any]]:
    """The topics with some of their papers, the newest first, for the legend and the list."""
    found = []
    for topic in (*range(len(shown.names)), -1):
        members = [one for one, own in zip(papers, shown.topic, strict=True) if own == topic]
        if not members:
            continue
        members.sort(key=lambda one: (one.title.casefold(), one.number))
        members.sort(key=lambda one: one.paper.published or "", reverse=True)
        listed = members[:MOST_LISTED]
        found.append(
            {
                "topic": topic,
                "name": shown.names[topic] if topic >= 0 else "No topic",
                "count": f"{len(members):,}",
                "more": f"{len(members) - len(listed):,}" if len(members) > len(listed) else "",
                "papers": [
                    {
                        "number": one.number,
                        "title": one.title[:_LONGEST_TITLE],
                        "year": one.paper.year,
                    }
                    for one in listed
                ],
            }
        )
    return found


def _facts(library: Library, shown: PaperMap) -> str:
    """How many papers the map shows, and why not all."""
    count, total = len(shown.numbers), library.papers.count()
    missing = library.vectors.missing()
    if count == total:
        return f"{count:,} {'paper' if count == 1 else 'papers'}"
    parts = [f"{count:,} of {total:,} papers"]
    if count < total - missing:
        parts.append("a fair sample")
    if missing:
        has = "has no vector yet and is" if missing == 1 else "have no vectors yet and are"
        parts.append(f"{missing:,} {has} left out")
    return " · ".join(parts)


def _later(shown: PaperMap) -> str:
    if shown.later == 1:
        return "1 paper came after this map was drawn: it lies beside the paper it is most like."
    return (
        f"{shown.later:,} papers came after this map was drawn: each lies beside the paper it is "
        "most like."
    )


def _no_vectors(library: Library) -> str:
    if library.vectors.embedder is None:
        return NO_EMBEDDER
    return (
        "No paper has a vector yet, which says where it belongs. They are being made: draw the map "
        "when the head of the page no longer says that some are missing."
    )


def _plain(text: str) -> str:
    return render_job(text)
