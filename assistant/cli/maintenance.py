"""The maintenance commands: `embed`, `stats`, `check`, `backup` and `restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.cluster import cluster_of, report_failures
from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
from assistant.cli.model_servers import use_embedder
from assistant.cli.options import Call, JsonOption, RayOption
from assistant.cli.streams import Streams
from assistant.errors import EmbedderUnavailable
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from assistant.cluster import ClusterBatches
    from assistant.library import IntegrityProblem, Library
    from assistant.progress import Progress


def embed(
    embedder: Annotated[
        str | None,
        typer.Option(
            "--embedder",
            metavar="URL",
            help="Compute all vectors with the model of this server from now on, or with `bundled`."
            " Saved in the library.",
            show_default=False,
        ),
    ] = None,
    ray: RayOption = None,
    *,
    call: Call,
) -> None:
    """Compute missing vectors.

    Without a vector, a paper is found by full-text search only. Vectors are saved as they are
    computed, so you can stop the command at any time and run it again to continue. With another
    embedder, the present vectors are deleted. With --chroma, the index on the server gets what it
    lacks.
    """
    streams = call.streams
    if embedder is not None:
        use_embedder(embedder, call)
    with (
        call.open_session() as session,
        stop_on_interrupt() as progress,
    ):
        if session.embedder is None:
            raise EmbedderUnavailable("Vectors cannot be computed without an embedding model.")
        with cluster_of(ray, session, streams) as cluster:
            made = embed_missing(session.library, streams, progress, cluster)
        if session.settings.chroma and not progress.stop_requested:
            with streams.progress("Updating the Chroma server", progress=progress):
                session.library.vectors.index.settle(progress)
        missing = session.library.vectors.missing()
    streams.line(f"{format_count(made, 'paper')} embedded; {missing:,} still without vectors.")
    if progress.stop_requested:
        raise typer.Exit(INTERRUPTED)
    report_failures(cluster, streams)


def embed_missing(
    library: Library,
    streams: Streams,
    progress: Progress,
    cluster: ClusterBatches | None = None,
) -> int:
    """Compute missing vectors and show a progress bar; return the number of papers embedded."""
    missing = library.vectors.missing()
    if not missing or progress.stop_requested:
        return 0
    with streams.progress("Computing vectors", missing, progress):
        if cluster is not None:
            return cluster.embed_missing(library, progress)
        return library.vectors.embed_missing(progress)


def stats(
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Count papers by year, tag, author and source."""
    streams = call.streams
    with call.open_session(embedding=False) as session:
        found = session.library.statistics()
    if as_json:
        streams.json(asdict(found))
        return
    rows = [
        ("Papers", found.papers),
        ("With TL;DR", found.with_tldr),
        ("No abstract", found.without_abstract),
        ("No date", found.without_date),
        ("Merged", found.merged),
    ]
    for name, count in rows:
        streams.line((f"{name:<12}", "bold"), f"{count:>9,}")
    for title, pairs in (
        ("Years", found.years),
        ("Tags", found.tags),
        ("Authors", found.authors),
        ("Sources", found.sources),
    ):
        if pairs:
            streams.line()
            streams.line((title, "bold"))
        for name, count in pairs:
            streams.line(f"{count:>9,}  {name}")


def check(
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild what can be rebuilt from the papers.")
    ] = False,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Check that catalogue, full text, vectors and indexes agree.

    The exit code is 1 if there are problems, with --repair only if some could not be repaired. An
    index that differs from the catalogue is always rebuilt.
    """
    streams = call.streams
    with (
        call.open_session() as session,
        streams.progress("Opening the library") as progress,
    ):
        found = session.library.check(progress, repair=repair)
    if as_json:
        problems = [
            {"what": problem.what, "mend": problem.repair, "repaired": problem.repaired}
            for problem in found
        ]
        streams.json({"problems": problems, "repaired": repair})
    else:
        for problem in found:
            streams.line(problem.what)
            streams.line("    ", (_stage(problem, repair), "dim"), problem.repair)
        if not found:
            streams.line("No problems found.")
    if not all(problem.repaired for problem in found):
        raise typer.Exit(1)


def _stage(problem: IntegrityProblem, repair: bool) -> str:
    if problem.repaired:
        return "Done: "
    return "" if repair else "--repair: "


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    *,
    call: Call,
) -> None:
    """Back up the library to one file.

    The backup contains papers, records, tags, TL;DRs, vectors, chats and your prompts. The library
    may be in use. An existing file is replaced.
    """
    streams = call.streams
    with call.open_session(embedding=False) as session:
        target = file.expanduser()
        with streams.progress("Writing the backup"):
            made = session.library.back_up(target)
    streams.line(
        f"Backed up {format_count(made.papers, 'paper')} to {file} "
        f"({target.stat().st_size / 1e6:,.1f} MB)."
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File that `backup` wrote.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Replace an existing library; the old one is renamed."),
    ] = False,
    *,
    call: Call,
) -> None:
    """Restore a library from a backup.

    An existing library is replaced only with --replace. Its catalogue then stays in the folder as
    catalog.sqlite.before-restore, and its prompts as prompts.before-restore.
    """
    from assistant.library import restore as restore_library

    streams = call.streams
    folder = call.settings.library
    with streams.progress("Restoring"):
        made = restore_library(file.expanduser(), folder.expanduser(), replace=replace)
    streams.line(
        f"Restored {format_count(made.papers, 'paper')} to {folder} (backup of {made.made_at})."
    )
