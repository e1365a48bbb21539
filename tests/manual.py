"""Keeps the generated parts of docs/cli.md in step: `python tests/manual.py` rewrites them.

A part stands between `<!-- begin NAME -->` and `<!-- end -->`; NAME is a command line whose output
belongs there, or `settings` for the table of all settings.
"""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.settings import PREFIX, Settings

MANUAL = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
_PART = re.compile(r"(<!-- begin (?P<name>[^\n]+) -->\n)(?P<text>.*?)(<!-- end -->)", re.DOTALL)


def parts(manual: str) -> dict[str, str]:
    """The generated parts as they are in the manual, by name."""
    return {match["name"]: match["text"] for match in _PART.finditer(manual)}


def current(name: str) -> str:
    """What the part `name` should be."""
    if name == "settings":
        rows = [
            f"| `{PREFIX}{field.upper()}` | {info.description} |"
            for field, info in Settings.model_fields.items()
        ]
        return "\n".join(("| variable | what it is |", "| --- | --- |", *rows)) + "\n"
    program, *arguments = name.split()
    assert program == "assistant"
    # The width of the help is the terminal's.
    result = CliRunner().invoke(app, arguments, prog_name=program, env={"COLUMNS": "80"})
    return f"```text\n{result.stdout}```\n"


def written_anew(manual: str) -> str:
    """`manual` with every generated part as it should be."""
    return _PART.sub(lambda match: match[1] + current(match["name"]) + match[4], manual)


if __name__ == "__main__":
    MANUAL.write_text(written_anew(MANUAL.read_text(encoding="utf-8")), encoding="utf-8")
