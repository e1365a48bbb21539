"""The command `digest`: what is new in the library, to read, to keep or to send."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.options import LibraryOption, ModelOption, open_session
from assistant.cli.output_file import destination
from assistant.cli.search import EMPTY
from assistant.cli.streams import Streams
from assistant.errors import UsageError
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.digesting import Digest
    from assistant.session import Session

LAST = "last"


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
    from assistant.digesting import MOST_SHOWN, check_mail_settings, collecting

    streams = Streams()
    now = datetime.now().astimezone()
    given = None if since == LAST else moment(since, now)
    with open_session(context, library, model, streams) as session:
        if send:
            check_mail_settings(session.settings)
        kept = session.library
        start, known = (given, True) if given else collecting.last_digest(kept, now)
        if not known:
            streams.note(
                f"There was no digest before: this one goes back {collecting.FIRST_DAYS} days."
            )
        made = collecting.collected(kept, start, now, limit or MOST_SHOWN)
        if made is None:
            nothing = f"Nothing is new since {collecting.day(start)}."
            streams.note(nothing if kept.count() else EMPTY)
            return
        if made.without_vectors:
            streams.note(
                f"{made.without_vectors:,} of the new papers have no vectors yet and are compared "
                "with nothing; `assistant embed` makes them."
            )
        found = made.digest
        if tldr is not False:
            with stop_on_interrupt() as stop:
                lines = _lines(session, found, streams, stop.is_set, by_model=bool(tldr))
            if stop.is_set():
                streams.note("Stopped: there is no digest. The TL;DRs written so far are kept.")
                raise typer.Exit(INTERRUPTED)
            found = found.with_tldrs(lines)
        _hand_over(found, form, out, session, now, streams, send=send)
        collecting.remember(kept, made.span)


def moment(since: str, now: datetime) -> str:
    """The moment that `since` says, as the library keeps it: a date begins at midnight here.

    Raises:
        UsageError: it is neither a date nor a span.
    """
    from assistant.digesting.collecting import moment as moment_of

    try:
        return moment_of(since, now)
    except UsageError as error:
        raise UsageError(
            f"--since {sanitized(since)} cannot be used. Give a date (2026, 2026-03 or "
            "2026-03-14), 7d, 12h, 2w, or last."
        ) from error


def _lines(
    session: Session,
    found: Digest,
    streams: Streams,
    should_stop: Callable[[], bool],
    *,
    by_model: bool,
) -> Mapping[int, str]:
    """The TL;DRs of the papers that are shown: kept ones, else written ones or sentences."""
    from assistant.digesting.collecting import kept_lines
    from assistant.summarizing.extracted import extracted

    lines, missing = kept_lines(session.library, found)
    if not by_model:
        return lines | {stored.number: line for stored in missing if (line := extracted(stored))}
    if missing:
        with streams.progress("Writing TL;DRs", len(missing)) as done:
            written = session.summarizer.run(missing, should_stop, notify=session.notify)
            for count, result in enumerate(written, start=1):
                if result.number is not None:
                    lines[result.number] = result.tldr
                done(count)
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
    """Write and send the digest, as asked for."""
    from assistant.digesting import as_email, as_file, as_html, as_markdown, recipients
    from assistant.digesting import send as send_mail

    settings = session.settings
    mail = as_email(found, settings.mail_from, recipients(settings), now)
    writers: dict[Format, Callable[[], str]] = {
        Format.md: lambda: as_markdown(found),
        Format.html: lambda: as_html(found),
        Format.eml: lambda: as_file(mail),
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
