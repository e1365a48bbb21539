"""What the tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

# The fixture `run`: arguments of a command, and `stdin`.
Run = Callable[..., Result]


def write_papers(path: Path, topics: list[str]) -> Path:
    """Write one paper about each of `topics` as JSON lines."""
    lines = [
        json.dumps(
            {
                "title": f"On the sleep of {topic}",
                "abstract": f"Sleep is a riddle. We show that {topic} sleep fourteen hours a day.",
            }
        )
        for topic in topics
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
