"""The command `digest`: new papers of the library, to read, save or send."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import ModelCall
from assistant.cli.output_file import destination
from assistant.cli.search import EMPTY
from assistant.cli.streams import Streams
from assistant.errors import UsageError
from assistant.text.formatting import format_count
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.digesting import Digest
    from assistant.library import Filters, Library
    from assistant.progress import Progress
    from assistant.session import Session

LAST = "last"


class Format(enum.StrEnum):
    """Formats of the digest."""

    md = "md"
    html = "html"
    eml = "eml"


def digest(
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="WHEN",
            help="Start of the period: a date, a time span such as 12h, 7d or 2w, or the last "
            "digest.",
        ),
    ] = LAST,
    form: Annotated[
        Format, typer.Option("--format", help="Output format; eml is a mail message.")
    ] = Format.md,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write to this file instead of stdout."),
    ] = None,
    send: Annotated[
        bool,
        typer.Option(
            "--send",
            help="Send the digest by mail through the server in your settings.",
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Show at most N papers (default: 100)."),
    ] = None,
    feed: Annotated[
        bool,
        typer.Option(
            "--feed", help="Only papers that came from feeds, since the last digest of this kind."
        ),
    ] = False,
    tldr: Annotated[
        bool | None,
        typer.Option(
            "--tldr/--no-tldr",
            help="Write missing TL;DRs first, or omit all TL;DRs. Default: show a sentence of the "
            "abstract where a TL;DR is missing.",
        ),
    ] = None,
    *,
    call: ModelCall,
) -> None:
    """Show the papers added recently, by topic, with TL;DRs.

    Papers similar to those you starred or tagged come first. The first digest covers seven days,
    each later one the time since the previous digest. With --feed only papers from your feeds
    are shown, since the last digest with --feed. With --send the digest is sent by mail instead of
    written to stdout; without it nothing leaves this computer.
    """
    from assistant.digesting import MOST_SHOWN, check_mail_settings, new_papers
    from assistant.library import EVERYTHING

    streams = call.streams
    now = datetime.now().astimezone()
    given = None if since == LAST else _start(since, now)
    with call.open_session() as session:
        if send:
            check_mail_settings(session.settings)
        kept = session.library
        filters, fact = _of_feeds(kept) if feed else (EVERYTHING, new_papers.FACT)
        start, known = (given, True) if given else new_papers.last_digest(kept, now, fact)
        if not known:
            kind = "digest of your feeds" if feed else "digest"
            streams.note(f"This is the first {kind}; it covers {new_papers.FIRST_DAYS} days.")
        made = new_papers.library_digest(kept, start, now, limit or MOST_SHOWN, filters)
        if made is None:
            where = " from your feeds" if feed else ""
            nothing = f"Nothing is new{where} since {new_papers.local_day(start)}."
            streams.note(nothing if feed or kept.papers.count() else EMPTY)
            return
        if made.without_vectors:
            streams.note(
                f"{format_count(made.without_vectors, 'new paper')} without vectors cannot be "
                "grouped by topic. Run `assistant embed` to compute them."
            )
        found = made.digest
        if tldr is not False:
            with stop_on_interrupt() as progress:
                lines = _lines(session, found, streams, progress, by_model=bool(tldr))
            if progress.stop_requested:
                streams.note("Stopped without a digest. The TL;DRs written so far are saved.")
                raise typer.Exit(INTERRUPTED)
            found = found.with_tldrs(lines)
        _hand_over(found, form, out, session, now, streams, send=send)
        new_papers.start_next_after(kept, made.period, fact)


def _of_feeds(library: Library) -> tuple[Filters, str]:
    """The filters that select papers from feeds, and where the end of the last digest is stored.

    Raises:
        UsageError: there are no feeds.
    """
    from assistant.digesting.new_papers import FEED_FACT
    from assistant.library import Filters

    names = tuple(feed.name for feed in library.feeds.all())
    if not names:
        raise UsageError("There are no feeds. Add one with `assistant feed add`.")
    return Filters(sources=names), FEED_FACT


def _start(since: str, now: datetime) -> str:
    """The time that `since` means, as the library stores it.

    Raises:
        UsageError: `since` is neither a date nor a time span.
    """
    from assistant.digesting.new_papers import parse_since

    try:
        return parse_since(since, now)
    except UsageError as error:
        raise UsageError(
            f"--since {sanitized(since)} is not valid. Give a date (2026, 2026-03 or 2026-03-14), "
            "12h, 7d, 2w, or last."
        ) from error


def _lines(
    session: Session,
    found: Digest,
    streams: Streams,
    progress: Progress,
    *,
    by_model: bool,
) -> Mapping[int, str]:
    """TL;DRs of the papers shown: saved ones, else new ones or sentences of the abstract."""
    from assistant.digesting.new_papers import stored_tldrs
    from assistant.summarizing.candidates import extracted_tldrs

    lines, missing = stored_tldrs(session.library, found)
    if not by_model:
        return lines | extracted_tldrs(missing)
    if missing:
        with streams.progress("Writing TL;DRs", len(missing), progress):
            written = session.summarizer.run(missing, progress, notify=session.notify)
            for count, result in enumerate(written, start=1):
                if result.number is not None:
                    lines[result.number] = result.tldr
                progress.report(count)
    return lines


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
    """Write or send the digest."""
    from assistant.digesting import as_email, as_file, as_html, as_markdown, recipients
    from assistant.digesting import send as send_mail

    settings = session.settings
    mail = as_email(found, settings.mail_from, recipients(settings), now)
    text = as_file(mail)
    if form is not Format.eml:
        text = as_html(found) if form is Format.html else as_markdown(found)
    if send and out is None:
        send_mail(mail, settings)
    else:
        with destination(out, streams) as write:
            write(text)
            if send:  # if that fails, the file stays unchanged too
                send_mail(mail, settings)
    if send:
        streams.note(f"Sent to {settings.mail_to}.")
