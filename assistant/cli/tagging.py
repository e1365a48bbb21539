"""The commands `tag`, `untag` and `remove`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import Call, FilterOptions
from assistant.cli.search import NOTHING
from assistant.cli.streams import STDIN, Streams
from assistant.errors import UsageError
from assistant.text.formatting import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.library import Filters, Library, StoredPaper

_MOST_SHOWN = 10
# Part of the names of files that `restore --replace` set aside.
_ASIDE = ".before-restore"

KeysArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID", help="Paper ids; - reads them from stdin, as written by `list`."),
]
TagsArgument = Annotated[str, typer.Argument(metavar="TAG,...", help="Comma-separated tags.")]


def tag(
    tags: TagsArgument,
    keys: KeysArgument = None,
    *,
    options: FilterOptions,
    call: Call,
) -> None:
    """Add tags to papers.

    Name the papers, or select them with options. Later imports never remove your tags. The tag
    `star` marks your favourites: the digest lists papers similar to them first.
    """
    _retag(call, keys, options.filters, tags, lambda library: library.papers.tag)


def untag(
    tags: TagsArgument,
    keys: KeysArgument = None,
    *,
    options: FilterOptions,
    call: Call,
) -> None:
    """Remove tags from papers.

    Name the papers, or select them with options. A later import does not add the tags again.
    """
    _retag(call, keys, options.filters, tags, lambda library: library.papers.untag)


_NOT_PURGED = (
    "Another program has the library open, so its files may still contain something of these "
    "papers. That program deletes it at its next search, or the next `assistant remove` does."
)


def remove(
    keys: KeysArgument = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    *,
    options: FilterOptions,
    call: Call,
) -> None:
    """Remove papers from the library.

    Their full text, vectors, TL;DRs, tags and records are deleted from its files. Chats that quote
    them and backups do not change. Afterwards the indexes are compacted, which takes minutes in a
    library of hundreds of thousands of papers.
    """
    streams = call.streams
    with call.open_session() as session:
        kept = session.library
        papers = selected(kept, keys, options.filters)
        if not papers:
            streams.note(NOTHING)
            return
        if not yes:
            _ask(papers, streams)
        removed = len(kept.remove(stored.number for stored in papers))
        with streams.progress("Compacting the indexes") as progress:
            purged = kept.purge_removed(progress)
        if not purged:
            streams.note(_NOT_PURGED)
        for older in sorted(kept.folder.glob(f"*{_ASIDE}*")):
            streams.note(f"{older} still contains them. Delete that file to remove them there too.")
    streams.line(f"{format_count(removed, 'paper')} removed.")


def _ask(papers: list[StoredPaper], streams: Streams) -> None:
    for stored in papers[:_MOST_SHOWN]:
        streams.note(f"  {stored.id}  {stored.title}")
    if len(papers) > _MOST_SHOWN:
        streams.note(f"  and {len(papers) - _MOST_SHOWN:,} more")
    if not sys.stdin.isatty():
        raise UsageError("Nothing was removed. Give --yes to remove papers without confirmation.")
    # `typer.confirm` would write to stdout.
    sys.stderr.write(f"Permanently remove {format_count(len(papers), 'paper')}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        streams.note("Nothing was removed.")
        raise typer.Exit(1)


def selected(library: Library, keys: list[str] | None, filters: Filters) -> list[StoredPaper]:
    """The named papers, each once, or the papers that match the filters.

    Raises:
        UsageError: neither names nor filters were given, or both.
        PaperNotFound: no paper has a given id.
    """
    if bool(keys) == filters.given:
        raise UsageError(
            "Select papers either by id or with --tag, --author, --source, --since and --until."
        )
    if not keys:
        return list(library.papers.all(filters))
    names = [name for key in keys for name in (_from_stdin() if key == STDIN else [key])]
    named = {stored.number: stored for stored in map(library.papers.get, names)}
    return list(named.values())


def _from_stdin() -> list[str]:
    """The first word of each line: the paper number in lines written by `list`."""
    lines = sys.stdin.buffer.read().decode("utf-8-sig", "replace").splitlines()
    return [words[0] for line in lines if (words := line.split())]


def _retag(
    call: Call,
    keys: list[str] | None,
    filters: Filters,
    given: str,
    change: Callable[[Library], Callable[[Sequence[int], Sequence[str]], int]],
) -> None:
    """Change the comma-separated tags `given` of the selected papers."""
    tags = [tag for part in given.split(",") if (tag := " ".join(part.split()))]
    if not tags:
        raise UsageError("No tag was given. Example: assistant tag star ID")
    with call.open_session(embedding=False) as session:
        papers = selected(session.library, keys, filters)
        changed = change(session.library)([stored.number for stored in papers], tags)
    call.streams.line(f"{format_count(len(papers), 'paper')} selected, {changed:,} changed.")
