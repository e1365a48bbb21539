"""The command `digest`: what is new in the library, to read, to keep or to send."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.destination import destination
from assistant.cli.finding import EMPTY
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import LibraryOption, ModelOption, open_session
from assistant.cli.streams import Streams
from assistant.errors import UsageError
from assistant.text.visible import visible

if TYPE_CHECKING:
    from email.message import EmailMessage

    from assistant.digesting import Digest
    from assistant.library import Library, StoredPaper
    from assistant.session import Session

LAST = "last"
FACT = "digest"
FIRST_DAYS = 7
# So many starred and tagged papers say well enough what somebody likes.
_MOST_LIKED = 500
_SPAN = re.compile(r"(\d{1,4})([hdw])", re.ASCII)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


class Format(enum.StrEnum):
    """How the digest is written."""

    md = "md"
    html = "html"
    eml = "eml"


def digest(
    context: typer.Context,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="Papers added since then: a date, 7d (also h and w), or last: the last digest.",
        ),
    ] = LAST,
    form: Annotated[
        Format, typer.Option("--format", help="How to write it; eml is a mail as a file.")
    ] = Format.md,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="File to write instead of stdout."),
    ] = None,
    send: Annotated[
        bool,
        typer.Option(
            "--send",
            help="Send it as a mail by the server of your settings. Only this leaves the computer.",
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Show at most N papers; else 100."),
    ] = None,
    tldr: Annotated[
        bool | None,
        typer.Option(
            "--tldr/--no-tldr",
            help="Let the model write the TL;DRs that are missing, or leave all out; else a "
            "sentence of the abstract stands for a missing one.",
        ),
    ] = None,
    library: LibraryOption = None,
    model: ModelOption = None,
) -> None:
    """Show what is new in the library, by topic, with TL;DRs.

    Papers count as new by the time at which they were added. Those most like the papers that you
    starred or tagged come first. The first digest goes back seven days, each later one to the one
    before it. With --send it is a mail and not written to stdout; nothing is sent without.
    """
    from assistant.digesting import check_mail_settings

    streams = Streams()
    now = datetime.now().astimezone()
    given = None if since == LAST else moment(since, now)
    with open_session(context, library, model, streams) as session:
        if send:
            check_mail_settings(session.settings)
        kept = session.library
        last = kept.fact(FACT)
        start = given or last
        if start is None:
            start = _stored(now - timedelta(days=FIRST_DAYS))
            streams.note(f"There was no digest before: this one goes back {FIRST_DAYS} days.")
        found, newest = _collected(kept, start, now, limit, streams)
        if found is None:
            streams.note(EMPTY if not kept.count() else f"Nothing is new since {_day(start)}.")
            return
        if tldr is not False:
            with stop_on_interrupt() as stop:
                lines = _lines(session, found, streams, stop.is_set, by_model=bool(tldr))
            if stop.is_set():
                streams.note("Stopped: there is no digest. The TL;DRs written so far are kept.")
                raise typer.Exit(INTERRUPTED)
            found = found.with_tldrs(lines)
        _hand_over(found, form, out, session, now, streams, send=send)
        # One that goes back less far has not shown all that is new since the last one.
        if last is None or start <= last:
            kept.remember(FACT, newest)


def moment(since: str, now: datetime) -> str:
    """The moment that `since` says, as the library keeps it: a date begins at midnight here.

    Raises:
        UsageError: it is neither a date nor a span.
    """
    try:
        if span := _SPAN.fullmatch(since):
            return _stored(now - timedelta(**{_UNITS[span[2]]: int(span[1])}))
        if _DATE.fullmatch(since):
            year, month, day = (*since.split("-"), "1", "1")[:3]
            return _stored(datetime(int(year), int(month), int(day)).astimezone())
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        f"--since {visible(since)} cannot be used. Give a date (2026, 2026-03 or 2026-03-14), "
        "7d, 12h, 2w, or last."
    )


def _stored(at: datetime) -> str:
    """`at` as the library keeps times; they are compared as texts."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _day(at: str) -> str:
    """The day here of a time that was kept, ISO 8601."""
    return datetime.fromisoformat(at).astimezone().date().isoformat()


def _collected(
    library: Library, start: str, now: datetime, limit: int | None, streams: Streams
) -> tuple[Digest | None, str]:
    """The digest of what was added after `start`, without lines, and when the newest was added.

    None if nothing was.
    """
    from assistant.digesting import MOST_GROUPED, MOST_SHOWN, Item, grouped

    papers = library.added_since(start)
    new = list(islice(papers, MOST_GROUPED))
    if not new:
        return None, start
    beyond = sum(1 for _ in papers)
    liked = library.liked(_MOST_LIKED)
    vectors = library.paper_vectors([one.number for one in [*new, *liked]])
    if vectors and (missing := sum(one.number not in vectors for one in new)):
        streams.note(
            f"{missing:,} of the new papers have no vectors yet and are compared with nothing; "
            "`assistant embed` makes them."
        )
    found = grouped(
        [Item(one, vectors.get(one.number)) for one in new],
        [(one, vectors[one.number]) for one in liked if one.number in vectors],
        since=_day(start),
        until=now.date().isoformat(),
        limit=limit or MOST_SHOWN,
        beyond=beyond,
    )
    # The time of the newest, not of now: what is just being added has its time already.
    return found, max(library.added_at([one.number for one in new]).values())


def _lines(
    session: Session,
    found: Digest,
    streams: Streams,
    should_stop: Callable[[], bool],
    *,
    by_model: bool,
) -> Mapping[int, str]:
    """The TL;DRs of the papers that are shown: kept ones, else written ones or sentences."""
    shown = [entry.stored for entry in found.shown]
    lines = {stored.number: kept.text for stored, kept in session.library.tldrs(shown) if kept}
    missing = [stored for stored in shown if stored.number not in lines]
    if not by_model:
        return lines | {stored.number: line for stored in missing if (line := _extracted(stored))}
    if missing:
        with streams.progress("Writing TL;DRs", len(missing)) as done:
            written = session.summarizer.run(missing, should_stop, notify=session.notify)
            for count, result in enumerate(written, start=1):
                if result.number is not None:
                    lines[result.number] = result.tldr
                done(count)
    return lines


def _extracted(stored: StoredPaper) -> str | None:
    """The sentence of the abstract that says most, shortened; None if there is but the title."""
    from assistant.summarizing.choice import candidates, chosen

    line = chosen(candidates(stored.paper, "", cut=False, strict=True)).text
    return None if line == visible(stored.title) else line


def _hand_over(
    found: Digest,
    form: Format,
    out: Path | None,
    session: Session,
    now: datetime,
    streams: Streams,
    *,
    send: bool,
) -> None:
    """Write and send the digest, as asked for."""
    from assistant.digesting import as_email, as_html, as_markdown, recipients
    from assistant.digesting import send as send_mail

    settings = session.settings
    mail = as_email(found, settings.mail_from, recipients(settings), now)
    writers: dict[Format, Callable[[], str]] = {
        Format.md: lambda: as_markdown(found),
        Format.html: lambda: as_html(found),
        Format.eml: lambda: _as_file(mail),
    }
    if not send:
        with destination(out, streams) as write:
            write(writers[form]())
        return
    if out is None:
        send_mail(mail, settings)
    else:
        # A mail that is not sent leaves the file as it was, too.
        with destination(out, streams) as write:
            write(writers[form]())
            send_mail(mail, settings)
    streams.note(f"Sent to {settings.mail_to}.")


def _as_file(mail: EmailMessage) -> str:
    return mail.as_bytes(policy=SMTP).decode("ascii", "surrogateescape")
