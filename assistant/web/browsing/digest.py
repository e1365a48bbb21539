"""The digest on the page: to read there and to download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, UsageError
from assistant.html import render
from assistant.languages import ENGLISH, _, ngettext, speaking
from assistant.reference import zotero_link
from assistant.web.rendering import data_url, explained, render_job

if TYPE_CHECKING:
    from assistant.digesting import Digest, Entry
    from assistant.digesting.new_papers import Period
    from assistant.session import Session
    from assistant.web.browsing.map import Maps


# Periods to choose from, with their labels.
LAST, DATE = "last", "date"
SINCE = (
    (_("The last digest"), LAST),
    (_("7 days ago"), "7d"),
    (_("30 days ago"), "30d"),
    (_("A date"), DATE),
)
SHOWN_NOTHING = _("Show a digest first.")


@dataclass(frozen=True)
class DigestView:
    """A digest as HTML, and its span; None without a digest."""

    html: str
    period: Period | None = None


class Digests:
    """Builds the digests of a session for the page, by the topics of its map. Sends nothing."""

    def __init__(self, session: Session, maps: Maps) -> None:
        self._session = session
        self._maps = maps

    def view(self, since: str, date: str | None = None) -> DigestView:
        """The digest of papers added since `since`, one of SINCE; DATE means the day `date`.

        `date` is None if its box was never visible.
        """
        try:
            return self._made(since, (date or "").strip())
        except Exception as error:
            return DigestView(render_job(error=explained(error, "A digest could not be built")))

    def waiting(self) -> DigestView:
        """The view until the digest is ready."""
        return DigestView(render_job(_("Building the digest …"), running=True))

    def start_next(self, period: Period | None) -> str:
        """Make the next digest start where that of `period` ended; return a message as HTML."""
        from assistant.digesting.new_papers import local_day, start_next_after

        if period is None:
            return render_job(error=SHOWN_NOTHING)
        try:
            if start_next_after(self._session.library, period):
                return render_job(
                    _(
                        "The next digest starts where this one ended, {day}.",
                        day=local_day(period.newest),
                    )
                )
        except AssistantError as error:
            return render_job(error=str(error))
        return render_job(
            _(
                "Nothing was changed: this digest starts after the end of the last one, so it does "
                "not show all new papers. Show the papers since the last digest first."
            )
        )

    def _made(self, since: str, date: str) -> DigestView:
        from assistant.digesting.new_papers import (
            FIRST_DAYS,
            last_digest,
            library_digest,
            local_day,
            parse_since,
            stored_tldrs,
        )
        from assistant.summarizing.candidates import extracted_tldrs

        now = datetime.now().astimezone()
        if since == DATE and not date:
            raise UsageError(_("Enter a date: 2026, 2026-03 or 2026-03-14."))
        library = self._session.library
        known = True
        if since == LAST:
            start, known = last_digest(library, now)
        else:
            start = parse_since(date if since == DATE else since, now)
        notes: list[str] = []
        if not known:
            notes.append(_("This is the first digest; it covers {days} days.", days=FIRST_DAYS))
        made = library_digest(library, start, now, topics=self._maps.topics())
        if made is None:
            empty = _("The library is empty. Import papers in the Library.")
            nothing = _("No new papers since {day}.", day=local_day(start))
            return DigestView(
                render_job(" ".join([*notes, nothing if library.papers.count() else empty]))
            )
        if made.without_vectors:
            notes.append(
                ngettext(
                    "{count} of the new papers has no vectors yet and is not compared with others. "
                    "Vectors are created in the background: try again later.",
                    "{count} of the new papers have no vectors yet and are not compared with "
                    "others. Vectors are created in the background: try again later.",
                    made.without_vectors,
                )
            )
        tldrs, missing = stored_tldrs(library, made.digest)
        digest = made.digest.with_tldrs(tldrs | extracted_tldrs(missing))
        return DigestView(self._rendered(digest, now, notes), made.period)

    def _rendered(self, digest: Digest, now: datetime, notes: Sequence[str]) -> str:
        return render(
            "digest.html",
            heading=digest.heading,
            counted=digest.summary,
            notes=notes,
            files=self._files(digest, now),
            parts=_parts(digest),
            rest=digest.more_text,
        )

    def _files(self, digest: Digest, now: datetime) -> list[dict[str, str]]:
        """The digest in each format, as data links that contain the whole file."""
        from assistant.digesting import as_email, as_file, as_html, as_markdown, recipients

        settings = self._session.settings
        with speaking(ENGLISH):
            mail = as_email(digest, settings.mail_from, recipients(settings), now)
        forms: tuple[tuple[str, str, str, Callable[[], str]], ...] = (
            ("Markdown", "md", "text/markdown", lambda: as_markdown(digest)),
            ("HTML", "html", "text/html", lambda: as_html(digest)),
            (_("Mail (.eml)"), "eml", "message/rfc822", lambda: as_file(mail)),
        )
        # What is exported is in English, also for readers of other languages.
        with speaking(ENGLISH):
            written = [
                data_url(media_type, write()) for _label, _ending, media_type, write in forms
            ]
        return [
            {"label": label, "name": f"digest-{digest.until}.{ending}", "address": address}
            for (label, ending, _type, _write), address in zip(forms, written, strict=True)
        ]


def _parts(digest: Digest) -> list[dict[str, Any]]:
    """The sections of the template: most relevant papers first, then the topics."""
    from assistant.digesting.digest import FOR_YOU
    from assistant.topics import OTHERS

    first = [(FOR_YOU, "", digest.for_you, True)] if digest.for_you else []
    topics = [(one.name, one.more_text, one.entries, False) for one in digest.sections]
    return [
        {
            "name": _("Other papers") if name == OTHERS else name,
            "more": more,
            "entries": [_entry(entry, with_topic=with_topic) for entry in entries],
        }
        for name, more, entries, with_topic in (*first, *topics)
    ]


def _entry(entry: Entry, *, with_topic: bool) -> dict[str, Any]:
    similar = entry.similar_to
    why: list[str] = [_("Similar to “{title}”", title=similar.title)] if similar else []
    if with_topic and entry.topic:
        why.append(_("Topic: {name}", name=entry.topic))
    return {
        "number": entry.stored.number,
        # The hash of a text says nothing to a reader.
        "id": "" if entry.stored.id.startswith("text:") else entry.stored.id,
        "title": entry.stored.shown_title,
        "zotero": zotero_link(entry.stored.paper.reference),
        "known": " · ".join(entry.byline),
        "tldr": entry.tldr or "",
        "why": " · ".join(why),
    }
