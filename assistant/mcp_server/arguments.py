"""Says in one line what is wrong with the arguments of a call, for the client to correct it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

from assistant.text.sanitizing import sanitized


def check_names(tool: str, known: Iterable[str], given: Iterable[str]) -> None:
    """Refuse arguments that `tool` does not have: ignored, they would change what is answered.

    Raises:
        ToolError: one of the names `given` is not `known`.
    """
    known = sorted(known)
    unknown = sorted(set(given) - set(known))
    if unknown:
        names = ", ".join(repr(sanitized(name)[:100]) for name in unknown[:5])
        has = f"It has {', '.join(known)}" if known else "It has none"
        raise ToolError(f"{tool} has no argument {names}. {has}.")


def invalid_arguments(tool: str, error: ValidationError) -> ToolError:
    """The failure of a call whose arguments do not fit the schema of `tool`."""
    problems = [_problem(one) for one in error.errors(include_url=False)[:5]]
    return ToolError(f"{tool}: {'; '.join(problems)}.")


def _problem(error: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"the argument {name} is missing"
    return f"{name}: {sanitized(str(error['msg']))}"
