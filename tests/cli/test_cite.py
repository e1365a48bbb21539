"""`cite` prints references, and `show` the one of its paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import Run


@pytest.fixture(autouse=True)
def reference(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "one.ris"
    file.write_text(
        "TY  - JOUR\nTI  - Sleep of cats\nAU  - Lovelace, Ada\nPY  - 2021\nDO  - 10.1000/cats\n"
        "ER  - \n\nTY  - JOUR\nTI  - Sleep of ants\nAU  - Babbage, Charles\nPY  - 2020\n"
        "DO  - 10.1000/ants\nER  - \n",
        encoding="utf-8",
    )
    assert run("import", "--no-vectors", file).exit_code == 0


def test_references_of_papers(run: Run) -> None:
    done = run("cite", "doi:10.1000/cats")
    assert done.stdout == "Lovelace, A. (2021). Sleep of cats. https://doi.org/10.1000/cats\n"
    both = run("cite", "--since", "2000", "--style", "ieee").stdout.splitlines()
    assert [line[:20] for line in both] == ["[1] A. Lovelace, “Sl", "[2] C. Babbage, “Sle"]


def test_wrong_use_is_told(run: Run, tmp_path: Path) -> None:
    done = run("cite", "doi:10.1000/cats", "--style", "natur")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "apa, chicago, ieee, vancouver" in done.stderr
    assert run("cite").exit_code == 2
    assert run("cite", "doi:10.1000/gone").exit_code == 1
    assert "No papers match" in run("cite", "--until", "1900").stderr


def test_show_has_the_reference(run: Run) -> None:
    shown = run("show", "doi:10.1000/cats").stdout
    assert "Reference: Lovelace, A. (2021). Sleep of cats." in shown
