"""Options shared by several commands, and the session they open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.streams import Streams
from assistant.errors import UsageError
from assistant.session import Session
from assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.library import Filters

LIBRARY_HELP = "Library folder."
MODEL_HELP = "Language model to use instead of the bundled one."

LibraryOption = Annotated[
    str | None, typer.Option("--library", metavar="PATH", help=LIBRARY_HELP, show_default=False)
]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="PATH.gguf", help=MODEL_HELP, show_default=False)
]
# Every command accepts --model, so that the option is never an error after a command.
UnusedModelOption = Annotated[
    str | None, typer.Option("--model", metavar="PATH.gguf", help=MODEL_HELP, hidden=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON for other programs.")]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="Add the sample papers if the library is empty.")
]
ColumnsOption = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="NAME=COLUMN,...",
        help="Names of table columns: title=Titel,abstract=Zusammenfassung.",
        show_default=False,
    ),
]
# Filters can also be written in the question; `filtered` combines both.
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="DATE",
        help="Only papers from this date on: 2024, 2024-03 or 2024-03-14.",
        show_default=False,
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="DATE", help="Only papers up to this date.", show_default=False
    ),
]
AuthorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--author",
        metavar="NAME",
        help="Only papers by this author. Repeat to require several.",
        show_default=False,
    ),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="Only papers with this tag. Repeat to require several.",
        show_default=False,
    ),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="FILE",
        help="Only papers read from this file. Repeat to allow several.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class GlobalOptions:
    """Options given before the command."""

    library: str | None = None
    model: str | None = None


def settings_for(context: typer.Context, library: str | None, model: str | None) -> Settings:
    """Settings of this call: options after the command win over those before it."""
    before = context.obj if isinstance(context.obj, GlobalOptions) else GlobalOptions()
    return load_settings(
        library=_path("--library", before.library if library is None else library),
        model=_path("--model", before.model if model is None else model),
    )


def open_session(
    context: typer.Context,
    library: str | None,
    model: str | None,
    streams: Streams,
    *,
    embedding: bool = True,
) -> Session:
    """A session with the settings of this call; its notes go to stderr."""
    return Session(settings_for(context, library, model), streams.note, embedding=embedding)


def filters_of(
    since: str | None,
    until: str | None,
    authors: list[str] | None,
    tags: list[str] | None,
    sources: list[str] | None,
) -> Filters:
    """The filters given as options.

    Raises:
        UsageError: a value is invalid.
    """
    from assistant.library import Filters

    return Filters(
        since=since,
        until=until,
        authors=tuple(authors or ()),
        tags=tuple(tags or ()),
        sources=tuple(sources or ()),
    )


def filtered(line: str, options: Filters) -> tuple[str, Filters]:
    """The text of `line`, and its filters combined with those of `options`.

    Raises:
        UsageError: a value in the line is invalid, or contradicts the options.
    """
    from assistant.library import parse_query

    text, written = parse_query(line)
    return text, written.combine(options)


def _path(option: str, given: str | None) -> Path | None:
    if given is not None and not given.strip():
        raise UsageError(f"{option} is empty. Give a path, or omit the option.")
    return None if given is None else Path(given).expanduser()
