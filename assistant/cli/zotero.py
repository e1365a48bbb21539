"""The commands `zotero sync` and `zotero status`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.maintenance import embed_missing
from assistant.cli.options import Call, JsonOption
from assistant.cli.streams import Streams
from assistant.errors import UsageError, ZoteroUnreadable
from assistant.text.formatting import format_count, format_date
from assistant.text.sanitizing import sanitized

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.zotero import Difference, SyncReport, ZoteroSource

_MOST_LISTED = 10
_PORT = 23119

DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="FOLDER",
        help="Zotero's data folder, which has zotero.sqlite. Default: that of the last sync, else "
        "where Zotero keeps it.",
        show_default=False,
    ),
]


def sync(
    data_dir: DataDirOption = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="Also sync the libraries of your groups.")
    ] = False,
    api: Annotated[
        bool,
        typer.Option(
            "--api",
            help="Ask the running Zotero on this computer instead of reading its database.",
        ),
    ] = False,
    port: Annotated[
        int, typer.Option("--port", help="Port of Zotero's local API.", min=1, max=65_535)
    ] = _PORT,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Read every item again, and add papers again that you removed here."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would change.")
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", "-y", help="Remove papers even if more than half of the items are gone."
        ),
    ] = False,
    later: Annotated[
        bool,
        typer.Option(
            "--no-vectors", help="Do not compute vectors; `assistant embed` does that later."
        ),
    ] = False,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Import your Zotero library, and follow its changes.

    The first sync imports every item; later ones only what is new, changed or gone. Zotero may be
    running: its database is copied and never written. Collections and tags become tags. A paper
    whose item is gone is removed, unless it is also from another source, or you tagged it here.
    """
    if api and data_dir is not None:
        raise UsageError("--api asks the running Zotero, so it cannot be used with --data-dir.")
    from assistant.zotero import check_removals, differences, save_last_sync, synchronize

    streams = call.streams
    with call.open_session(embedding=not dry_run) as session, stop_on_interrupt() as progress:
        kept = session.library
        with (
            streams.progress("Reading Zotero", progress=progress),
            _source(kept, data_dir, port if api else None) as source,
        ):
            found = differences(source, kept, groups=groups, full=full)
            if dry_run:
                _show_differences(found, streams, as_json=as_json)
                return
            if not yes:
                check_removals(found, kept)
            reports = [(one, synchronize(source, kept, one, progress)) for one in found]
            place = source.place
        if not later:
            embed_missing(kept, streams, progress)
        if any(report.removed_papers for _, report in reports) and not progress.stop_requested:
            with streams.progress("Compacting the indexes", progress=progress):
                kept.purge_removed(progress)
        if not progress.stop_requested:
            save_last_sync(kept, place, is_database=not api)
    _show_reports(reports, streams, as_json=as_json)
    if progress.stop_requested:
        streams.note("Stopped. Run the same command again to continue.")
        raise typer.Exit(INTERRUPTED)


def status(
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Show where Zotero's library is, and what was synced.

    Reads Zotero's database, and asks nothing of a running Zotero.
    """
    from assistant.zotero import last_sync, open_database

    streams = call.streams
    with call.open_session(embedding=False) as session:
        counts = session.library.linked.counts()
        last = last_sync(session.library)
        about: dict[str, Any] = {"last_sync": last.get("at"), "synced_from": last.get("place")}
        try:
            with open_database(_database(session.library, data_dir)) as database:
                zotero = database.libraries(groups=True)
                about |= {
                    "database": database.place,
                    "version": database.version,
                    "better_bibtex_keys": len(database.citation_keys),
                    "libraries": [
                        {
                            "name": one.name,
                            "items": len(database.stamps(one)),
                            "synced": counts.get(one.origin, (0, 0))[0],
                            "papers": counts.get(one.origin, (0, 0))[1],
                        }
                        for one in zotero
                    ],
                }
        except ZoteroUnreadable as error:
            about |= {"database": None, "problem": str(error)}
    if as_json:
        streams.json(about)
        return
    rows = [
        ("Database", about["database"] or "not read"),
        ("Version", f"{about['version']} of Zotero's tables" if about["database"] else ""),
        ("Last sync", _moment(last)),
    ]
    if keys := about.get("better_bibtex_keys"):
        rows.append(("Citation keys", f"{keys:,} of Better BibTeX"))
    for one in about.get("libraries", ()):
        rows.append(
            (
                sanitized(one["name"]),
                f"{format_count(one['items'], 'item')}; {one['synced']:,} synced, "
                f"{one['papers']:,} of them papers",
            )
        )
    for name, value in rows:
        if value:
            streams.line((f"{name:<14}", "bold"), value)
    if problem := about.get("problem"):
        streams.note(problem)


@contextmanager
def _source(library: Library, data_dir: Path | None, port: int | None) -> Iterator[ZoteroSource]:
    """Zotero's database, or its API at `port`."""
    from assistant.zotero import ZoteroLocalApi, open_database

    if port is not None:
        yield ZoteroLocalApi(port)
        return
    with open_database(_database(library, data_dir)) as database:
        yield database


def _database(library: Library, data_dir: Path | None) -> Path:
    """The database in `data_dir`, else that of the last sync, else where Zotero keeps it."""
    from assistant.zotero import database_path, last_sync

    last = last_sync(library).get("database", "")
    if data_dir is None and last and Path(last).is_file():
        return Path(last)
    return database_path(data_dir)


def _show_differences(found: list[Difference], streams: Streams, *, as_json: bool) -> None:
    if as_json:
        streams.json(
            [
                {
                    "name": one.library.name,
                    "items": len(one.stamps),
                    "new": len(one.new),
                    "changed": len(one.changed),
                    "gone": len(one.gone),
                }
                for one in found
            ]
        )
        return
    for one in found:
        streams.line(
            f"{sanitized(one.library.name)}: {format_count(len(one.stamps), 'item')}; "
            f"{len(one.new):,} new, {len(one.changed):,} changed, {len(one.gone):,} gone. "
            "Nothing was changed."
        )


def _show_reports(
    reports: list[tuple[Difference, SyncReport]], streams: Streams, *, as_json: bool
) -> None:
    from assistant.zotero import sync_summary

    for found, report in reports:
        for one in report.remarks[:_MOST_LISTED]:
            label = "Warning" if one.imported else "Not imported"
            streams.note(f"{label}: {found.library.link(one.key) or one.key}: {one.why}")
        if (more := len(report.remarks) - _MOST_LISTED) > 0:
            streams.note(f"and {format_count(more, 'more remark')}; --json lists all of them.")
    if as_json:
        streams.json([{"name": found.library.name, **asdict(report)} for found, report in reports])
        return
    for found, report in reports:
        streams.line(f"{sanitized(found.library.name)}: {sync_summary(found, report)}")
        for paper in report.kept[:_MOST_LISTED]:
            streams.line(("  kept: ", "dim"), f"{paper.id}  {sanitized(paper.title)}")
        if (more := len(report.kept) - _MOST_LISTED) > 0:
            streams.line(("  kept: ", "dim"), f"and {more:,} more")


def _moment(last: dict[str, str]) -> str:
    if not last:
        return "never; `assistant zotero sync` imports your Zotero library"
    at = last.get("at", "")
    return f"{format_date(at[:10])}, {at[11:16]} UTC, from {last.get('place', '')}"
