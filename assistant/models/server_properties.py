"""What a server says about a model: its name, context, size, and how many requests it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from assistant.models.server_connection import ServerConnection
from assistant.models.server_failures import ServerFailure, invalid_reply
from assistant.models.server_tokens import Counting, find_counting
from assistant.text.sanitizing import sanitized

_NOT_FOUND = (404, 405, 501)
_MAX_NAMES = 20
_MAX_NAME = 200
# `8B`, `1.5b` or `135M` within a name, such as `Qwen2.5-7B-Instruct` or `llama3.1:8b`.
_SIZE = re.compile(r"(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)\s?([BM])(?![A-Za-z0-9])", re.IGNORECASE)
_FACTORS = {"b": 1e9, "m": 1e6}


@dataclass(frozen=True)
class ServerProperties:
    """Properties of one model of a server.

    Attributes:
        model: the name that requests give.
        name: the name to show and store.
        context: maximum tokens of prompt and reply together; None if the server does not say.
        parameters: number of weights; 0 if neither the server nor the name says.
        slots: requests that the server processes at once; None if it does not say.
        counting: how it counts tokens.

    """

    model: str
    name: str
    context: int | None
    parameters: int
    slots: int | None
    counting: Counting


async def model_entry(connection: ServerConnection) -> dict[str, Any]:
    """What `/models` says about the model of the connection's address.

    Raises:
        ServerFailure: the server cannot be used, does not have the model, or has several and the
            address names none.
    """
    address = connection.address
    try:
        listed = await connection.json("GET", f"{address.base}/models")
    except ServerFailure as failure:
        if failure.status in _NOT_FOUND and address.model:
            return {"id": address.model}
        raise
    entries = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        raise invalid_reply(address, "something else than a list of models")
    found = {
        entry["id"]: entry
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"]
    }
    if address.model in found:
        return found[address.model]
    if not address.model and len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise ServerFailure(f"{address.base}: the server has no model. Load one first.")
    names = ", ".join(sanitized(name)[:_MAX_NAME] for name in list(found)[:_MAX_NAMES])
    more = f" and {len(found) - _MAX_NAMES:,} others" if len(found) > _MAX_NAMES else ""
    if not address.model:
        raise ServerFailure(
            f"{address.base}: the server has several models: {names}{more}. Choose one by adding "
            f"its name to the address: {address.base}#{next(iter(found))}."
        )
    raise ServerFailure(
        f"{address.base}: the server has no model {sanitized(address.model)!r}. It has: "
        f"{names}{more}."
    )


async def read_properties(connection: ServerConnection) -> ServerProperties:
    """The properties of the model of the connection's address.

    Raises:
        ServerFailure: see `model_entry`.
    """
    entry = await model_entry(connection)
    model, root = str(entry["id"]), connection.address.root
    meta = entry.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    context = _positive(entry, "max_model_len") or _positive(meta, "n_ctx_train")
    parameters = _positive(meta, "n_params")
    # Each kind of server has its own function; the others do not have it.
    props = await connection.optional("GET", f"{root}/props")
    generation = props.get("default_generation_settings")
    if isinstance(generation, dict):
        context = _positive(generation, "n_ctx") or context
    if entry.get("owned_by") == "library":
        shown = await connection.optional("POST", f"{root}/api/show", {"model": model})
        parameters = parameters or _ollama_parameters(shown)
    counting = await find_counting(connection, model)
    slots = 1 if counting is Counting.EXTRAS else _positive(props, "total_slots")
    name = display_name(model)
    return ServerProperties(
        model, name, context, parameters or parameters_in(name), slots, counting
    )


def display_name(model: str) -> str:
    """The name of a model to show: without folders and file name extension, if it is a file."""
    shown = sanitized(model)[:_MAX_NAME]
    if shown.lower().endswith(".gguf"):
        return PurePosixPath(shown.replace("\\", "/")).stem
    return shown


def parameters_in(name: str) -> int:
    """The number of parameters that the name of a model states; 0 if it states none."""
    sizes = [float(number) * _FACTORS[unit.lower()] for number, unit in _SIZE.findall(name)]
    return int(max(sizes, default=0))


def _ollama_parameters(shown: Mapping[str, Any]) -> int:
    info, details = shown.get("model_info"), shown.get("details")
    count = _positive(info, "general.parameter_count") if isinstance(info, dict) else None
    size = details.get("parameter_size") if isinstance(details, dict) else None
    return count or (parameters_in(size) if isinstance(size, str) else 0)


def _positive(values: Mapping[str, Any], name: str) -> int | None:
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
