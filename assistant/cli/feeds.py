"""The commands `feed add`, `list`, `remove`, `update` and `watch`."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.inputs import report_failures
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.maintenance import embed_missing
from assistant.cli.options import Call, JsonOption, ModelCall
from assistant.cli.streams import Streams
from assistant.errors import UsageError
from assistant.reports import import_summary
from assistant.text.formatting import format_count
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.digesting import Entry
    from assistant.feeds.updating import FeedUpdate
    from assistant.library import Library, StoredFeed
    from assistant.progress import Progress
    from assistant.session import Session

# New papers that an update lists.
_MOST_LISTED = 10
_NO_FEEDS = "There are no feeds. Add one with `assistant feed add`."

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Name or address of the feed; see `feed list`.")
]
TldrOption = Annotated[bool, typer.Option("--tldr", help="Write TL;DRs of the new papers.")]


class Switch(enum.StrEnum):
    """What `feed watch` does to the schedule."""

    on = "on"
    off = "off"


def add(
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS",
            help="Web address of an RSS or Atom feed, or of another file of papers; or arxiv:, "
            "pubmed:, biorxiv:, medrxiv: or s2: and what to look for.",
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Name of the feed. Default: from the address.",
            show_default=False,
        ),
    ] = None,
    later: Annotated[
        bool, typer.Option("--no-update", help="Contact nothing now; `feed update` does that.")
    ] = False,
    *,
    call: Call,
) -> None:
    """Add a feed and import its latest papers.

    arxiv: takes a category or a search, pubmed: a search, biorxiv: and medrxiv: a category, and s2:
    a search of Semantic Scholar. The host that is contacted and what is sent to it are shown before
    the first contact. An address at which there is no feed is not added.
    """
    from assistant.feeds import parse_address

    streams = call.streams
    parsed = parse_address(address)
    with call.open_session() as session:
        feeds = session.library.feeds
        names = {feed.name for feed in feeds.all()}
        free = (f"{parsed.name} {number}" for number in range(2, len(names) + 3))
        default = next(one for one in (parsed.name, *free) if one not in names)
        feed = feeds.add(name or default, parsed.text)
        if later:
            streams.line(f"Added {feed.name}. Nothing was contacted.")
            return
        for done in _updated(session, [feed], streams, as_json=False):
            if done.unusable:
                feeds.remove(feed.number)
                streams.note("The feed was not added.")
            elif done.error:
                streams.note("The feed was added; `assistant feed update` tries it again.")
            if done.error:
                raise typer.Exit(1)


def list_feeds(as_json: JsonOption = False, *, call: Call) -> None:
    """List the feeds, their last updates and the schedule."""
    from assistant.feeds import schedule
    from assistant.library import Filters

    streams = call.streams
    with call.open_session(embedding=False) as session:
        kept = session.library
        feeds = [(one, kept.papers.count(Filters(sources=(one.name,)))) for one in kept.feeds.all()]
        every = schedule(kept)
    if as_json:
        streams.json_list(
            {
                "name": feed.name,
                "address": feed.address,
                "papers": papers,
                "checked_at": feed.checked_at,
                "succeeded_at": feed.succeeded_at,
                "failure": feed.failure,
            }
            for feed, papers in feeds
        )
        return
    for feed, papers in feeds:
        streams.line((feed.name, "bold"), f"  {format_count(papers, 'paper')}, {_last(feed)}")
        if feed.address != feed.name:
            streams.line("  ", (feed.address, "dim"))
        if feed.failure:
            streams.line("  ", (feed.failure, "red"))
    if not feeds:
        streams.note(_NO_FEEDS)
    elif every:
        streams.note(f"While `assistant serve` runs, feeds are updated {_rhythm(every)}.")
    else:
        streams.note("Feeds are updated only by `assistant feed update`; see `feed watch`.")


def remove(name: NameArgument, *, call: Call) -> None:
    """Remove a feed. Its papers stay in the library."""
    with call.open_session(embedding=False) as session:
        feed = session.library.feeds.get(name)
        session.library.feeds.remove(feed.number)
    call.streams.line(f"Removed the feed {feed.name}. Its papers stay in the library.")


def update(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Feeds to update. Default: all.", show_default=False),
    ] = None,
    tldr: TldrOption = False,
    as_json: JsonOption = False,
    *,
    call: ModelCall,
) -> None:
    """Fetch and import the new papers of your feeds.

    New papers similar to those you starred or tagged are listed first; `digest --feed` shows all of
    them by topic. A feed that fails does not affect the others, and the exit code is 1 then.
    """
    streams = call.streams
    with call.open_session() as session:
        feeds = session.library.feeds
        chosen = list({feed.number: feed for feed in map(feeds.get, names or ())}.values())
        chosen = chosen or feeds.all()
        if not chosen:
            raise UsageError(_NO_FEEDS)
        done = _updated(session, chosen, streams, as_json=as_json, tldr=tldr)
    if any(one.error for one in done):
        raise typer.Exit(1)


def watch(
    switch: Annotated[
        Switch | None,
        typer.Argument(metavar="on|off", help="Switch the schedule on or off.", show_default=False),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            metavar="TIME",
            help="Time between two updates, such as 6h or 1d. Default: 12h.",
            show_default=False,
        ),
    ] = None,
    *,
    call: Call,
) -> None:
    """Update the feeds on a schedule while `assistant serve` runs.

    The schedule is off until you switch it on. Without on or off, its state is shown.
    """
    from assistant.feeds import DEFAULT, parse_address, parse_interval, schedule, set_schedule
    from assistant.feeds.updating import announcement

    streams = call.streams
    if every is not None and switch is not Switch.on:
        raise UsageError("--every goes with on: assistant feed watch on --every 6h.")
    interval = parse_interval(every) if every is not None else DEFAULT
    with call.open_session(embedding=False) as session:
        kept = session.library
        if switch is not None:
            set_schedule(kept, interval if switch is Switch.on else None)
        now, feeds = schedule(kept), kept.feeds.all()
    if now is None:
        streams.line("The schedule is off. Feeds are updated only by `assistant feed update`.")
        return
    streams.line(f"While `assistant serve` runs, feeds are updated {_rhythm(now)}.")
    for feed in feeds:
        streams.note(f"{feed.name}: {announcement(parse_address(feed.address))}")
    if not feeds:
        streams.note(_NO_FEEDS)


def _updated(
    session: Session,
    feeds: Sequence[StoredFeed],
    streams: Streams,
    *,
    as_json: bool,
    tldr: bool = False,
) -> list[FeedUpdate]:
    """Update `feeds`, show how each went and which papers are new."""
    from assistant.feeds.fetching import Fetcher
    from assistant.feeds.updating import FeedUpdater

    kept = session.library
    done: list[FeedUpdate] = []
    with stop_on_interrupt() as progress:
        with Fetcher(kept.feeds, streams.note, progress) as fetcher:
            updater = FeedUpdater(kept, fetcher, streams.note, progress)
            for one in updater.update_all(feeds):
                report_failures(one.failures, one.warnings, streams)
                _show(one, streams, in_words=not as_json)
                done.append(one)
        embed_missing(kept, streams, progress)
        numbers = list(dict.fromkeys(number for one in done for number in one.new))
        if tldr:
            _summarize(session, numbers, streams, progress)
    entries = _ranked(kept, numbers)
    if as_json:
        streams.json_list(_as_json(one, entries) for one in done)
    elif entries:
        _list_new(entries, streams)
    if progress.stop_requested:
        streams.note("Stopped. Papers that were imported stay; run the same command to continue.")
        raise typer.Exit(INTERRUPTED)
    return done


def _show(done: FeedUpdate, streams: Streams, *, in_words: bool) -> None:
    """Show a failure, or else the outcome `in_words`."""
    if done.error:
        streams.error(f"{done.feed.name}: {done.error}")
        return
    if not in_words:
        return
    if done.unchanged:
        streams.line(f"{done.feed.name}: unchanged since the last update.")
        return
    if not done.report.read and not done.failures:
        streams.line(f"{done.feed.name}: nothing new.")
        return
    summary = import_summary(done.report, len(done.failures), len(done.warnings))
    streams.line(f"{done.feed.name}: {summary}")
    if done.cut_off:
        streams.note(
            f"{done.feed.name}: only the first {done.report.read:,} papers were read, the most "
            "that one update takes. Narrow the search to get all of them."
        )


def _ranked(library: Library, numbers: Sequence[int]) -> list[Entry]:
    from assistant.digesting.new_papers import most_relevant

    return most_relevant(library, list(library.papers.in_order(numbers))) if numbers else []


def _list_new(entries: Sequence[Entry], streams: Streams) -> None:
    """List new papers, the most relevant first."""
    streams.line((f"{format_count(len(entries), 'new paper')}:", "bold"))
    for entry in entries[:_MOST_LISTED]:
        streams.line(f"  {sanitized(entry.stored.shown_title)}  ", (entry.stored.id, "dim"))
        if entry.similar_to:
            streams.line("    ", (f"similar to {sanitized(entry.similar_to.title)}", "dim"))
    if len(entries) > _MOST_LISTED:
        more = len(entries) - _MOST_LISTED
        streams.line(f"  and {more:,} more; `assistant digest --feed` shows them by topic")


def _summarize(
    session: Session, numbers: Sequence[int], streams: Streams, progress: Progress
) -> None:
    """Write the TL;DRs of these papers."""
    papers = [one for one in session.library.papers.in_order(numbers) if one.abstract]
    if not papers or progress.stop_requested:
        return
    with streams.progress("Writing TL;DRs", len(papers), progress):
        written = session.summarizer.run(papers, progress, notify=session.notify)
        for count, _ in enumerate(written, start=1):
            progress.report(count)


def _as_json(done: FeedUpdate, entries: Sequence[Entry]) -> dict[str, Any]:
    own = set(done.new)
    report = done.report
    return {
        "feed": done.feed.name,
        "read": report.read,
        "added": report.added,
        "merged": report.merged,
        "unchanged": report.unchanged,
        "not_modified": done.unchanged,
        "error": done.error,
        "failed": [{"where": one.where, "why": one.why} for one in done.failures],
        "new": [
            {
                "id": entry.stored.id,
                "title": entry.stored.title,
                "similarity": round(entry.cosine, 3),
                "similar_to": entry.similar_to.id if entry.similar_to else None,
            }
            for entry in entries
            if entry.stored.number in own
        ],
    }


def _last(feed: StoredFeed) -> str:
    if feed.checked_at is None:
        return "never updated"
    at = datetime.fromisoformat(feed.checked_at).astimezone()
    return f"{'the update failed' if feed.failure else 'updated'} on {at:%Y-%m-%d at %H:%M}"


def _rhythm(every: timedelta) -> str:
    from assistant.feeds import format_interval

    return f"every {format_interval(every).removeprefix('1 ')}"
