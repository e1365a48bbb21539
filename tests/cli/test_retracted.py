"""A retracted paper is marked wherever its title is read, whichever record has the title."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run

MARKED = "RETRACTED: Sleep of cats in warm rooms"
ABSTRACT = "Cats in warm rooms slept fourteen hours a day."


@pytest.fixture(autouse=True)
def retracted(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "two.ris"
    file.write_text(
        f"TY  - JOUR\nTI  - {MARKED}\nAU  - Lovelace, Ada\nDO  - 10.1000/cats\nPY  - 2020\nER  - \n"
        # The fuller record, whose title wins, does not know.
        "TY  - JOUR\nTI  - Sleep of cats in warm rooms\nAU  - Lovelace, Ada\nDO  - 10.1000/cats\n"
        f"AB  - {ABSTRACT}\nPY  - 2020\nER  - \n"
        "TY  - JOUR\nTI  - Sleep of ants\nAU  - Babbage, Charles\nDO  - 10.1000/ants\nPY  - 2020\n"
        "AB  - Ants slept four hours a day.\nER  - \n",
        encoding="utf-8",
    )
    assert run("import", "--no-vectors", file).exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["show", "doi:10.1000/cats"],
        ["search", "cats in warm rooms"],
        ["ask", "How many hours a day did cats sleep in warm rooms?"],
        ["cite", "doi:10.1000/cats"],
        ["export", "--format", "markdown"],
    ],
    ids=lambda command: str(command[0]),
)
def test_it_is_marked(run: Run, command: list[str]) -> None:
    done = run(*command)
    assert done.exit_code == 0
    assert MARKED in done.stdout
    assert "RETRACTED: Sleep of ants" not in done.stdout


def test_it_is_marked_in_json(run: Run) -> None:
    answer = json.loads(run("ask", "--json", "How many hours did cats sleep in warm rooms?").stdout)
    assert answer["sources"][0]["paper"]["title"] == MARKED
    lines = map(json.loads, run("export", "--format", "jsonl").stdout.splitlines())
    found = {line["doi"]: line.get("reference", {}).get("status") for line in lines}
    assert found == {"10.1000/cats": "retracted", "10.1000/ants": None}


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["retracted:yes"], ["doi:10.1000/cats"]),
        (["retracted:No"], ["doi:10.1000/ants"]),
        (["--retracted", "yes"], ["doi:10.1000/cats"]),
        (["--retracted", "no", "retracted:no"], ["doi:10.1000/ants"]),
        ([], ["doi:10.1000/ants", "doi:10.1000/cats"]),
    ],
)
def test_lists_can_ask_for_it(run: Run, options: list[str], ids: list[str]) -> None:
    found = json.loads(run("list", "--json", *options).stdout)
    assert sorted(row["id"] for row in found) == ids


@pytest.mark.parametrize(
    "options",
    [
        ["retracted:maybe"],
        ["-retracted:yes"],
        ["--retracted", "yes", "retracted:no"],
        ["--retracted", "maybe"],
    ],
)
def test_wrong_use_is_told(run: Run, options: list[str]) -> None:
    done = run("list", "--", *options) if options[0].startswith("-r") else run("list", *options)
    assert done.exit_code == 2
    assert "retracted:" in done.stderr
