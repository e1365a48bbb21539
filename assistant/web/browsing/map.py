"""The map of the library on the page: drawn once, then shown from the cache."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import _, format_number, ngettext
from assistant.reference import has_zotero_pdf, zotero_link
from assistant.text.formatting import format_authors
from assistant.text.sanitizing import sanitized
from assistant.web.rendering import explained, render_job

if TYPE_CHECKING:
    from assistant.library import Library, StoredPaper
    from assistant.mapping import PaperMap
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.jobs import Job, Jobs, JobState

# Papers of a topic in the list below the map.
MOST_LISTED = 60
OTHER = _("Other")
_LONGEST_TITLE = 200
_MOST_AUTHORS = 6
EMPTY = _("The library is empty. Import papers in the Library to see their map.")
NO_EMBEDDER = _("The map needs an embedding model. None is available.")
STOPPED = _("Stopped. There is no map yet.")


@dataclass(frozen=True)
class MapView:
    """The map as the page shows it; `html` is None if the picture stays unchanged.

    `message` is the progress or a note, as HTML. `can_draw` shows the button Redraw. `seen`
    identifies the picture, and `listed` is the list of its papers.
    """

    html: str | None
    message: str
    running: bool = False
    can_draw: bool = False
    seen: str = ""
    listed: str = ""


class Maps:
    """The map of a session's library, one for all windows. Thread-safe."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._job: Job[PaperMap | None] | None = None
        self._map: PaperMap | None = None

    def open(self, seen: str = "", *, redraw: bool = False) -> Iterator[MapView]:
        """Yield views until the map is shown: the stored one if it is current, else a new one.

        `seen` identifies the picture in the window: if that is current, it keeps its position and
        zoom. With `redraw` the map is always drawn.
        """
        try:
            for view in self._views(seen, redraw):
                same = view.seen and view.seen == seen
                yield replace(view, html=None) if same else view
        except Exception as error:
            problem = explained(error, "The map could not be drawn")
            yield MapView(None, render_job(error=problem), can_draw=True)

    def is_current(self, seen: str) -> bool:
        """Whether the picture `seen` shows the library as it is, or is being drawn."""
        from assistant.mapping import library_version

        try:
            version = library_version(self._session.library)
        except AssistantError:
            return True  # the picture stays
        return not seen or seen.startswith(f"{version} ") or self.running

    @property
    def running(self) -> bool:
        """Whether the map is being drawn."""
        job = self._job
        return job is not None and job.running

    def stop(self) -> None:
        """Stop drawing for all windows and keep the previous map."""
        job = self._job
        if job:
            job.stop()

    def card(self, key: str) -> str:
        """The card of the paper with the number `key`; without one, a hint."""
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
            title=stored.shown_title,
            byline=" · ".join(part for part in (authors, paper.published or "") if part),
            tldr=tldr.text if tldr else "",
            abstract=stored.abstract,
            zotero=zotero_link(paper.reference),
            zotero_pdf=has_zotero_pdf(paper.reference),
        )

    def no_card(self) -> str:
        """Nothing: the list of papers is in the place of a card."""
        return ""

    def _views(self, seen: str, redraw: bool) -> Iterator[MapView]:
        from assistant.mapping import map_vectors

        if not seen:
            yield MapView(None, render_job(_("Opening the map …"), running=True))
        library = self._session.library
        if not library.papers.count():
            yield MapView("", render_job(EMPTY))
            return
        if not redraw and not self.running:
            vectors = map_vectors(library)
            if not vectors:
                yield MapView("", render_job(_no_vectors(library)), can_draw=True)
                return
            latest = self._updated(library, vectors)
            if latest:
                yield self._picture(library, latest)
                return
        for state in self._drawing().follow():
            yield self._view(library, state)

    def _view(self, library: Library, state: JobState[PaperMap | None]) -> MapView:
        if state.running:
            # A rate of layout steps says nothing to the user.
            report = replace(state.report, per_minute=None)
            message = render_job(report.text, report=report, running=True)
            return MapView(None, message, running=True)
        if state.error:
            return MapView(None, render_job(error=state.error), can_draw=True)
        if self._map:
            return self._picture(library, self._map)
        if self._job and self._job.progress.stop_requested:
            return MapView(None, render_job(STOPPED), can_draw=True)
        return MapView("", render_job(_no_vectors(library)), can_draw=True)

    def _drawing(self) -> Job[PaperMap | None]:
        """The job that draws the map; it is started if it is not running."""
        with self._lock:
            if self._job is None or not self._job.running:
                self._job = self._jobs.start("Drawing the map", self._draw)
            return self._job

    def _draw(self, progress: Progress) -> PaperMap | None:
        from assistant.mapping import build_map, map_vectors

        library = self._session.library
        progress.report(step=_("Reading the papers"))
        vectors = map_vectors(library)
        built = build_map(library, vectors, progress) if vectors else None
        if built:
            self._keep(library, built)
        return built

    def _updated(self, library: Library, vectors: dict[int, Any]) -> PaperMap | None:
        """The latest map, with papers that were added since; None if a new one is needed."""
        from assistant.mapping import MapStore, updated_map

        with self._lock:
            latest = self._map or MapStore(library).read()
            updated = updated_map(latest, library, vectors) if latest else None
            if updated and updated is not self._map:
                # What was placed once stays there, also when others are added.
                self._keep(library, updated)
        return updated

    def _keep(self, library: Library, drawn: PaperMap) -> None:
        from assistant.mapping import MapStore

        self._map = drawn
        MapStore(library).write(drawn)

    def topics(self) -> dict[int, str]:
        """The topic of each paper of the map, "" for none; draws the map if there is none.

        Empty if the papers have no vectors.
        """
        from assistant.mapping import map_vectors

        library = self._session.library
        vectors = map_vectors(library)
        if not vectors:
            return {}
        drawn = self._updated(library, vectors)
        if drawn is None:
            for _ in self._drawing().follow():
                pass
            drawn = self._map
        if drawn is None:
            return {}
        names = [*drawn.names, ""]  # -1 is the last one
        return {n: names[topic] for n, topic in zip(drawn.numbers, drawn.topic, strict=True)}

    def _picture(self, library: Library, shown: PaperMap) -> MapView:
        from assistant.mapping import existing_papers

        papers = {stored.number: stored for stored in existing_papers(library, shown.numbers)}
        present = shown.without(set(shown.numbers) - papers.keys())
        rows = [papers[number] for number in present.numbers]
        html = render(
            "map.html",
            data=_data(present, rows),
            count=len(rows),
            topics=(topics := _topics(present, rows)),
            facts=_facts(library, present),
        )
        listed = render("map_list.html", topics=topics, longest=_LONGEST_TITLE)
        message = render_job(_later(present)) if present.later else ""
        seen = f"{present.version} {present.later} {len(rows)}"
        return MapView(html, message, can_draw=present.later > 0, seen=seen, listed=listed)


def _data(shown: PaperMap, papers: list[StoredPaper]) -> str:
    """The input of map.js as JSON, without characters that hide or reorder text."""
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
    """The topics with their newest papers, for the legend and the list."""
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
                "name": shown.names[topic] if topic >= 0 else OTHER,
                "count": format_number(len(members)),
                "more": len(members) - len(listed),
                "papers": listed,
            }
        )
    return found


def _facts(library: Library, shown: PaperMap) -> str:
    """The number of papers on the map, and why some are missing."""
    count, total = len(shown.numbers), library.papers.count()
    missing = library.vectors.missing()
    if count == total:
        return ngettext("{count} paper", "{count} papers", count)
    parts: list[str] = [_("{count} of {total} papers", count=count, total=total)]
    if count < total - missing:
        parts.append(_("a sample"))
    if missing:
        parts.append(_("{count} without vectors not shown", count=missing))
    return " · ".join(parts)


def _later(shown: PaperMap) -> str:
    return ngettext(
        "{count} paper added since the map was drawn, placed among the most similar ones. "
        "All others kept their places. Redraw arranges all papers again.",
        "{count} papers added since the map was drawn, placed among the most similar ones. "
        "All others kept their places. Redraw arranges all papers again.",
        shown.later,
    )


def _no_vectors(library: Library) -> str:
    if library.vectors.embedder is None:
        return NO_EMBEDDER
    return _(
        "No paper has a vector yet. Vectors are computed in the background. Redraw the map when "
        "the header no longer shows that some are missing."
    )
