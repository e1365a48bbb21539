"""Options shared by several commands, and the session they open."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from assistant.cli.confirmation import confirm_servers
from assistant.cli.streams import Streams
from assistant.destinations import destinations
from assistant.errors import UsageError
from assistant.server_address import ServerAddress, is_server_address, without_password
from assistant.session import Session
from assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.api import PaperLibrary
    from assistant.library import Filters

LIBRARY_HELP = "Library folder."
MODEL_HELP = (
    "Language model to use instead of the bundled one: a GGUF file, a name that `assistant models` "
    "shows, or the address of a model server."
)
CHROMA_HELP = (
    "Keep the vector index on the Chroma server at this address, such as http://localhost:8000, "
    "instead of in the library's folder."
)
CONFIRM_HELP = "Agree that data is sent to servers that are other computers; saved in the library."


def _option(name: str, metavar: str, text: str) -> Any:
    """An option that is not given by default."""
    return typer.Option(name, metavar=metavar, help=text, show_default=False)


WordsArgument = Annotated[
    str,
    typer.Argument(
        metavar="QUERY", help="Only papers with all of these words.", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
SampleOption = Annotated[
    bool, typer.Option("--sample", help="Add the sample papers if the library is empty.")
]
ColumnsOption = Annotated[
    str | None,
    _option(
        "--columns",
        "NAME=COLUMN,...",
        "Columns of a table to read: title=Titel,abstract=Zusammenfassung.",
    ),
]


RayOption = Annotated[
    str | None,
    _option(
        "--ray",
        "ADDRESS",
        "Compute on a Ray cluster: local (one on this computer), auto (the cluster that this "
        "computer is part of) or HOST:PORT. Titles and abstracts are sent to its nodes.",
    ),
]


class TextKind(enum.Enum):
    """The values of `reading.ReadAs`, which takes too long to import for `--help`."""

    saved_page = "saved-page"
    paper = "paper"


ReadAsOption = Annotated[
    TextKind | None,
    typer.Option(
        "--as",
        help="Read every text as a saved page of papers, or as the text of one paper, even if it "
        "does not look like one.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class FilterOptions:
    """The options that select papers; a query can contain the same filters."""

    since: Annotated[
        str | None,
        _option(
            "--since", "DATE", "Only papers of this date or later: 2024, 2024-03 or 2024-03-14."
        ),
    ] = None
    until: Annotated[
        str | None, _option("--until", "DATE", "Only papers of this date or earlier.")
    ] = None
    author: Annotated[
        list[str] | None,
        _option("--author", "NAME", "Only papers by this author. Repeat to require several."),
    ] = None
    tag: Annotated[
        list[str] | None,
        _option("--tag", "TAG", "Only papers with this tag. Repeat to require several."),
    ] = None
    source: Annotated[
        list[str] | None,
        _option("--source", "FILE", "Only papers read from this file. Repeat to allow several."),
    ] = None

    retracted: Annotated[
        str | None,
        _option("--retracted", "yes|no", "Only papers known to be retracted, or only others."),
    ] = None

    def __post_init__(self) -> None:
        """Report an invalid value before the command does anything.

        Raises:
            UsageError: a value is invalid.
        """
        _ = self.filters

    @cached_property
    def filters(self) -> Filters:
        """The filters that the options give."""
        from assistant.library import Filters, yes_or_no

        return Filters(
            since=self.since,
            until=self.until,
            authors=tuple(self.author or ()),
            tags=tuple(self.tag or ()),
            sources=tuple(self.source or ()),
            retracted=yes_or_no(self.retracted or ""),
        )

    def with_query(self, query: str) -> tuple[str, Filters]:
        """The text of `query`, and its filters combined with these.

        Raises:
            UsageError: a filter in the query is invalid, or contradicts the options.
        """
        from assistant.library import parse_query

        text, written = parse_query(query)
        return text, written.combine(self.filters)


@dataclass(frozen=True)
class GlobalOptions:
    """Options given before the command."""

    library: str | None = None
    model: str | None = None
    chroma: str | None = None


@dataclass(frozen=True)
class Call:
    """The options that every command has; those after the command win over those before it."""

    context: typer.Context
    library: Annotated[str | None, _option("--library", "PATH", LIBRARY_HELP)] = None
    # Hidden where no model is used, so that the option is never an error after a command.
    model: Annotated[
        str | None, typer.Option("--model", metavar="MODEL", help=MODEL_HELP, hidden=True)
    ] = None

    chroma: Annotated[
        str | None, typer.Option("--chroma", metavar="URL", help=CHROMA_HELP, hidden=True)
    ] = None
    confirm_server: Annotated[
        bool, typer.Option("--confirm-server", help=CONFIRM_HELP, hidden=True)
    ] = False

    uses_model: ClassVar[bool] = False

    @cached_property
    def streams(self) -> Streams:
        """The streams of the command."""
        return Streams()

    @property
    def settings(self) -> Settings:
        """The settings with these options."""
        before = (
            self.context.obj if isinstance(self.context.obj, GlobalOptions) else GlobalOptions()
        )
        return load_settings(
            library=_path("--library", before.library if self.library is None else self.library),
            model=_model(before.model if self.model is None else self.model),
            chroma=_chroma(before.chroma if self.chroma is None else self.chroma),
        )

    def open_library(self, *, embedding: bool = True, confirm: bool = True) -> PaperLibrary:
        """The library with these settings; see `open_session`."""
        from assistant.api import PaperLibrary

        return PaperLibrary(self.open_session(embedding=embedding, confirm=confirm))

    def open_session(self, *, embedding: bool = True, confirm: bool = True) -> Session:
        """A session with these settings; its notes go to stderr.

        If it would send data to another computer, the user is asked first, once for each library;
        without `confirm` it can send nothing there.

        Raises:
            ServerNotConfirmed: the user has not agreed, or cannot be asked.
        """
        settings = self.settings
        if confirm:
            used = destinations(settings, model=self.uses_model, embedder=embedding)
            if confirm_servers(used, settings, self.streams, agreed=self.confirm_server):
                settings = self.settings
        return Session(settings, self.streams.note, embedding=embedding)


@dataclass(frozen=True)
class ModelCall(Call):
    """The same for a command that uses the language model."""

    model: Annotated[str | None, _option("--model", "MODEL", MODEL_HELP)] = None
    confirm_server: Annotated[bool, typer.Option("--confirm-server", help=CONFIRM_HELP)] = False

    uses_model: ClassVar[bool] = True


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """`command` for Typer: parameters that are dataclasses become one option for each field."""
    options: list[inspect.Parameter] = []
    groups: dict[str, tuple[type, list[str]]] = {}
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        group = parameter.annotation
        if is_dataclass(group) and isinstance(group, type):
            fields = inspect.signature(group, eval_str=True).parameters
            groups[parameter.name] = group, list(fields)
            options += fields.values()
        else:
            options.append(parameter)

    @wraps(command)
    def run(**given: Any) -> None:
        for name, (group, fields) in groups.items():
            given[name] = group(**{field: given.pop(field) for field in fields})
        command(**given)

    named = [option.replace(kind=option.KEYWORD_ONLY) for option in options]
    run.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    return run


def _model(given: str | None) -> Path | ServerAddress | None:
    if given is None or not is_server_address(given):
        return _path("--model", given)
    try:
        return ServerAddress.parse(given)
    except ValueError as error:
        raise UsageError(f"--model {without_password(given)}: {error}") from error


def _chroma(given: str | None) -> ServerAddress | None:
    if given is None:
        return None
    try:
        return ServerAddress.parse_chroma(given)
    except ValueError as error:
        raise UsageError(f"--chroma {without_password(given)}: {error}") from error


def _path(option: str, given: str | None) -> Path | None:
    if given is not None and not given.strip():
        raise UsageError(f"{option} is empty. Give a path, or omit the option.")
    return None if given is None else Path(given).expanduser()
