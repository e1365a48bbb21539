"""Commands that change what is kept of papers: `tag`, `untag` and `remove`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import (
    AuthorOption,
    LibraryOption,
    SinceOption,
    SourceOption,
    TagOption,
    UntilOption,
    UnusedModelOption,
    filters_of,
    open_session,
)
from assistant.cli.search import NOTHING
from assistant.cli.streams import STDIN, Streams, stdin_bytes
from assistant.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.library import Filters, Library, StoredPaper

_MOST_SHOWN = 10
# In the names of what `restore --replace` has put aside.
_ASIDE = ".before-restore"

KeysArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="ID", help="Papers; - reads ids from stdin, as `list` writes them."),
]
TagsArgument = Annotated[str, typer.Argument(metavar="TAG,...", help="Tags, with commas between.")]


def tag(
    context: typer.Context,
    tags: TagsArgument,
    keys: KeysArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    author: AuthorOption = None,
    with_tag: TagOption = None,
    source: SourceOption = None,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """Give tags to papers: to those named, or to all that the options select.

    Tags that you give stay whatever is imported later. The tag `star` marks the papers you like
    best: the digest puts what is like them first.
    """
    wanted = _tags(tags)
    streams = Streams()
    with open_session(context, library, model, streams, embedding=False) as session:
        filters = filters_of(since, until, author, with_tag, source)
        _retag(session.library.tag, wanted, _selected(session.library, keys, filters), streams)


def untag(
    context: typer.Context,
    tags: TagsArgument,
    keys: KeysArgument = None,
    since: SinceOption = None,
    until: UntilOption = None,
    author: AuthorOption = None,
    with_tag: TagOption = None,
    source: SourceOption = None,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """Take tags from papers, also those that came with an import; they do not come back with it."""
    unwanted = _tags(tags)
    streams = Streams()
    with open_session(context, library, model, streams, embedding=False) as session:
        filters = filters_of(since, until, author, with_tag, source)
        _retag(session.library.untag, unwanted, _selected(session.library, keys, filters), streams)


def remove(
    context: typer.Context,
    keys: KeysArgument = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    since: SinceOption = None,
    until: UntilOption = None,
    author: AuthorOption = None,
    with_tag: TagOption = None,
    source: SourceOption = None,
    library: LibraryOption = None,
    model: UnusedModelOption = None,
) -> None:
    """Erase papers with all that was made from them: full text, vectors, TL;DRs, tags, records.

    Nothing of them stays in any file of the library; answers in chats that quote them do, and so
    do backups. The indexes are made anew for that, which takes minutes in a library of hundreds
    of thousands.
    """
    streams = Streams()
    with open_session(context, library, model, streams) as session:
        kept = session.library
        papers = _selected(kept, keys, filters_of(since, until, author, with_tag, source))
        if not papers:
            streams.note(NOTHING)
            return
        if not yes:
            _ask(papers, streams)
        removed = kept.remove([stored.number for stored in papers])
        with streams.progress("Erasing what is left of them"):
            kept.erase_removed()
        for older in sorted(kept.folder.glob(f"*{_ASIDE}*")):
            streams.note(f"{older} was not touched; delete it if they are to be gone from it too.")
    streams.line(f"{removed:,} {'paper' if removed == 1 else 'papers'} removed.")


def _ask(papers: list[StoredPaper], streams: Streams) -> None:
    for stored in papers[:_MOST_SHOWN]:
        streams.note(f"  {stored.id}  {stored.title}")
    if len(papers) > _MOST_SHOWN:
        streams.note(f"  and {len(papers) - _MOST_SHOWN:,} more")
    if not sys.stdin.isatty():
        raise UsageError("Nothing was removed: give --yes to remove papers without being asked.")
    # Not `typer.confirm`, which writes to stdout too.
    sys.stderr.write(f"Remove {len(papers):,} of your papers for ever? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        streams.note("Nothing was removed.")
        raise typer.Exit(1)


def _selected(library: Library, keys: list[str] | None, filters: Filters) -> list[StoredPaper]:
    """The papers that were named, each once, or those that meet the filters.

    Raises:
        UsageError: neither was given, or both.
        PaperNotFound: there is no paper of that name.
    """
    if bool(keys) == filters.given:
        raise UsageError(
            "Name papers by their ids, or select them by --tag, --author, --source, --since or "
            "--until; not both, and not neither."
        )
    if not keys:
        return list(library.papers(filters))
    names = [name for key in keys for name in (_from_stdin() if key == STDIN else [key])]
    named = {stored.number: stored for stored in map(library.get, names)}
    return list(named.values())


def _from_stdin() -> list[str]:
    """The id of each line: the first word of a line, which is the number in lines of `list`."""
    lines = stdin_bytes().decode("utf-8-sig", "replace").splitlines()
    return [words[0] for line in lines if (words := line.split())]


def _tags(given: str) -> list[str]:
    tags = [tag for part in given.split(",") if (tag := " ".join(part.split()))]
    if not tags:
        raise UsageError("There is no tag in that; write for example: assistant tag star ID")
    return tags


def _retag(
    change: Callable[[Sequence[int], Sequence[str]], int],
    tags: list[str],
    papers: list[StoredPaper],
    streams: Streams,
) -> None:
    changed, count = change([stored.number for stored in papers], tags), len(papers)
    streams.line(f"{count:,} {'paper' if count == 1 else 'papers'} selected, {changed:,} changed.")
