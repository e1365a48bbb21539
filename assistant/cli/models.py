"""The commands `models list`, `models info`, `models use` and `models pull`."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.model_servers import parse_address, show_server, use_server
from assistant.cli.options import Call, JsonOption
from assistant.cli.streams import Streams
from assistant.server_address import ServerAddress, is_server_address
from assistant.text.formatting import format_count, format_size

if TYPE_CHECKING:
    from assistant.models.local.candidates import Unusable
    from assistant.models.model_files import ModelDetails
    from assistant.settings import Settings

# The name of the model that needs no file of the user.
BUNDLED = "bundled"
_NAME_HELP = "Name that `assistant models` shows, path of a GGUF file, or address of a server."
_UNKNOWN = "-"

AllOption = Annotated[
    bool, typer.Option("--all", help="Also list files that cannot be used, with the reason.")
]


def list_models(
    everything: AllOption = False,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """List the language models on this computer that can be used.

    They are the bundled one, those in the library's folder `models`, downloaded ones, and those
    of Ollama, LM Studio, Hugging Face, llama.cpp, GPT4All and Jan, whose files are only read. The
    model in use is marked with a star. Speeds with "about" are estimates from the speed of the
    memory; others were measured when the model answered.
    """
    streams = call.streams
    settings = call.settings
    rows, unusable = _rows(settings)
    if as_json:
        shape: dict[str, Any] = {"models": rows}
        if everything:
            shape["unusable"] = [
                {"name": model.name, "program": model.program, "reason": model.reason}
                for model in unusable
            ]
        streams.json(shape)
        return
    _write_table(streams, rows)
    if isinstance(settings.model, ServerAddress):
        streams.note(f"In use is the model on the server {settings.model}.")
    if everything:
        for model in unusable:
            streams.line()
            streams.line(f"{model.name} ({model.program})")
            streams.line("    cannot be used: ", model.reason)
    elif unusable:
        count = format_count(len(unusable), "other file")
        streams.note(f"{count} cannot be used. `assistant models list --all` shows why.")


def info(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help=f"{_NAME_HELP} Default: the model in use.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
    *,
    call: Call,
) -> None:
    """Show the details of one model, and whether this computer can run it."""
    from assistant.models.local.selection import selected_file

    settings = call.settings
    if name is None and isinstance(settings.model, ServerAddress):
        name = str(settings.model)
    if name is not None and is_server_address(name):
        show_server(parse_address(name), call, as_json=as_json)
        return
    if name is None:
        file = selected_file(settings)
        name = BUNDLED if file is None else str(file)
    row = _bundled_row(settings) if name == BUNDLED else _row(_model(name, settings), settings)
    if as_json:
        call.streams.json(row)
        return
    needed = f"{format_size(row['needed_bytes'])} with {settings.context:,} tokens of context"
    facts = [
        ("Name", row["name"]),
        ("From", row["program"]),
        ("File", row["file"]),
        ("Size", format_size(row["bytes"])),
        ("Parameters", row["parameters"] or _UNKNOWN),
        ("Quantization", row["quantization"] or _UNKNOWN),
        ("Context", f"trained for {row['context']:,} tokens" if row["context"] else _UNKNOWN),
        ("Licence", row["licence"] or "not stated in the file"),
        ("SHA-256", row["sha256"] or "not stated by its program"),
        ("Memory", f"{needed}: {row['memory']}"),
        ("Speed", row["speed"]),
        ("In use", "yes" if row["in_use"] else "no"),
    ]
    for fact, value in facts:
        call.streams.line((f"{fact:<14}", "bold"), value)


def use(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help=f"{_NAME_HELP} `{BUNDLED}` is the bundled model.")
    ],
    *,
    call: Call,
) -> None:
    """Use another language model from now on, in this library.

    The model is checked first: its header, its checksum if its program states one, whether
    llama.cpp supports it, and whether it fits into the free memory; a server has to answer. The
    choice is saved in the library's folder. --model and ASSISTANT_MODEL take precedence over it.
    """
    from assistant.models.bundled_model import NAME
    from assistant.models.checksum import verify
    from assistant.models.model_check import check_model
    from assistant.saved_settings import save_settings
    from assistant.settings import with_changes

    if is_server_address(name):
        use_server(parse_address(name), call)
        return
    streams = call.streams
    settings = call.settings
    if name.casefold() in (BUNDLED, NAME.casefold()):
        with_changes(settings, model=None)
        save_settings(settings.library, {"model": None})
        streams.line(f"{NAME}, the bundled model, answers from now on.")
        return
    model = _model(name, settings)
    changed = with_changes(settings, model=model.file.absolute())
    check_model(changed)
    if model.sha256:
        streams.note(f"Comparing the checksum of {format_size(model.bytes)} ...")
        verify(model.file, model.sha256)
    save_settings(settings.library, {"model": changed.model})
    streams.line(f"{model.name} answers from now on, in the library {settings.library}.")


def pull(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|URL",
            help="Model of the catalogue, or https address of a GGUF file. Without it, the "
            "catalogue is shown.",
            show_default=False,
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", metavar="HEX", help="Checksum that the file must have."),
    ] = None,
    then_use: Annotated[
        bool, typer.Option("--use", help="Use the model from now on, like `models use`.")
    ] = False,
    *,
    call: Call,
) -> None:
    """Download a language model, into the folder of models (ASSISTANT_MODEL_FOLDER).

    The host is named before it is contacted. A stopped download continues with the same command.
    The checksum is compared with the one of the catalogue, of --sha256, or the one that the server
    states; HTTPS_PROXY, NO_PROXY and HF_ENDPOINT (a mirror of huggingface.co) are used.
    """
    from assistant.cli.interrupt import INTERRUPTED, stop_on_interrupt
    from assistant.models.downloads.pull import pull_model
    from assistant.models.downloads.source import find_source

    streams = call.streams
    settings = call.settings
    if name is None:
        _write_catalogue(streams, settings)
        return
    source = find_source(name, os.environ, sha256)
    with stop_on_interrupt() as progress, streams.progress("Downloading", progress=progress):
        pulled = pull_model(source, settings.model_folder, progress, streams.note)
    if pulled is None:
        streams.note("Stopped. What has arrived is kept: the same command continues.")
        raise typer.Exit(INTERRUPTED)
    if not pulled.verified:
        streams.note(
            "Nobody states a checksum for this file: only its length and its header were checked. "
            f"Its checksum is kept in {pulled.file.name}.sha256 and compared from now on."
        )
    if not pulled.contacted:
        streams.note(f"{pulled.file} is there already. Nothing was downloaded.")
    streams.line(str(pulled.file))
    if then_use:
        use(str(pulled.file), call=call)
    else:
        streams.note(f"To use it: assistant models use {shlex.quote(_name(pulled.file))}")


def _name(file: Path) -> str:
    from assistant.models.model_files import model_name

    return model_name(file)


def _write_catalogue(streams: Streams, settings: Settings) -> None:
    from assistant.models.downloads.catalogue import catalogue
    from assistant.models.downloads.recommendation import recommend

    best = recommend(settings)
    rows = [
        (
            model.name,
            f"{model.parameters / 1e9:.1f}B",
            format_size(model.bytes),
            model.licence,
            f"needs {format_size(model.memory)} of memory",
            "recommended" if best.model == model else "",
        )
        for model in catalogue()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        streams.line("  ".join(cells).rstrip())
    streams.note(best.reason)


def _model(given: str, settings: Settings) -> ModelDetails:
    """The model with the name or path `given`.

    Raises:
        ModelError: no model has this name, or the file cannot be used.
    """
    from assistant.models.local.candidates import as_path
    from assistant.models.local.found_models import local_models
    from assistant.models.local.selection import find_model
    from assistant.models.model_files import read_model_details

    path = as_path(given)
    if path is None:
        return find_model(given, settings)
    known = (model for model in local_models(settings) if model.file == path)
    return next(known, None) or read_model_details(path, program="a file")


def _rows(settings: Settings) -> tuple[list[dict[str, Any]], list[Unusable]]:
    """The models that can be used, the bundled one first, and those that cannot."""
    from assistant.models.local.found_models import find_models

    found = find_models(settings)
    return [_bundled_row(settings), *(_row(m, settings) for m in found.usable)], found.unusable


def _bundled_row(settings: Settings) -> dict[str, Any]:
    from assistant.models.bundled_model import NAME, packaged_file, prepared_path
    from assistant.models.model_files import read_model_details

    prepared = prepared_path(settings.cache)
    file = prepared if prepared.is_file() else packaged_file()
    details = read_model_details(file, name=NAME, program=BUNDLED, licence="apache-2.0")
    return _row(details, settings, bundled=True)


def _row(model: ModelDetails, settings: Settings, *, bundled: bool = False) -> dict[str, Any]:
    from assistant.models.speed import speed

    needed = model.needed_memory(settings.context)
    found = speed(settings.cache, model.name, model.bytes, model.bytes_per_token, settings.threads)
    return {
        "name": model.name,
        "program": model.program,
        "file": str(model.file),
        "bytes": model.bytes,
        "parameters": model.parameters,
        "quantization": model.quantization,
        "context": model.context,
        "licence": model.licence,
        "sha256": model.sha256,
        "needed_bytes": needed,
        "memory": _memory(needed),
        "speed": found.text,
        "tokens_per_second": round(found.tokens_per_second, 2),
        "measured": found.measured,
        "in_use": _is_selected(model.file, settings, bundled=bundled),
    }


def _is_selected(file: Path, settings: Settings, *, bundled: bool) -> bool:
    from assistant.errors import ModelError
    from assistant.models.local.selection import selected_file

    try:
        selected = selected_file(settings)
    except ModelError:
        return False  # the list has to show what can be chosen instead
    if isinstance(settings.model, ServerAddress):
        return False
    return bundled if selected is None else selected.absolute() == file.absolute()


def _memory(needed: int) -> str:
    """Whether `needed` bytes of memory are there."""
    from assistant.models.memory import free_memory, total_memory

    free, total = free_memory(), total_memory()
    if total is not None and needed > total:
        return "too large"
    if free is not None and needed > free:
        return f"{format_size(needed - free)} too little free"
    return "fits" if free is not None else "unknown"


def _write_table(streams: Streams, rows: list[dict[str, Any]]) -> None:
    headings = (
        "", "name", "from", "size", "params", "type", "context", "licence", "memory", "speed",
    )  # fmt: skip
    cells = [
        (
            "*" if row["in_use"] else "",
            row["name"],
            row["program"],
            format_size(row["bytes"]),
            row["parameters"] or _UNKNOWN,
            row["quantization"] or _UNKNOWN,
            f"{row['context']:,}" if row["context"] else _UNKNOWN,
            row["licence"] or _UNKNOWN,
            row["memory"],
            row["speed"],
        )
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    for number, line in enumerate((headings, *cells)):
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        streams.line((text.rstrip(), "dim" if number == 0 else ""))
