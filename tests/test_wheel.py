"""The wheel as its users get it: built, installed elsewhere, and used without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from assistant.models.bundled_model import ADAPTERS

pytestmark = pytest.mark.slow

# Adapters and all other weights together.
_MOST_BYTES = 60_000_000
_REPOSITORY = Path(__file__).resolve().parent.parent

READ_A_PROMPT = """
import pathlib
import assistant
from assistant.prompt import Prompt
from assistant.sample import sample_papers
from assistant.settings import default_library

place = pathlib.Path(assistant.__file__).resolve()
print(place)
print(Prompt.load("tldr").messages(title="A title", abstract="An abstract")[1].content)
print(len(sample_papers()))
print(default_library())
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Output of a command that has to succeed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the tools at hand."""
    folder = tmp_path_factory.mktemp("dist")
    run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder,
        cwd=_REPOSITORY,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; its dependencies are borrowed from this one.

    A folder that a .pth file adds is searched, but its own .pth files are not read: the editable
    installation of the checkout stays out of sight.
    """
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = folder / "venv" / scripts / "python"
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet",
        "--no-index", "--no-deps", "--disable-pip-version-check", wheel,
        cwd=folder,
    )  # fmt: skip
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    (Path(site.strip()) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def test_the_installed_package_reads_its_prompts_and_its_sample(
    python: Path, tmp_path: Path
) -> None:
    place, title, abstract, papers, library = run(
        python, "-c", READ_A_PROMPT, cwd=tmp_path
    ).splitlines()
    assert _REPOSITORY not in Path(place).parents
    assert (title, abstract) == ("Title: A title", "Abstract: An abstract")
    assert int(papers) >= 20
    assert _REPOSITORY not in Path(library).parents


def test_the_installed_command_works(python: Path, tmp_path: Path) -> None:
    assert run(python.with_name("assistant"), "--version", cwd=tmp_path).strip()
    assert "Usage" in run(python, "-m", "assistant", "--help", cwd=tmp_path)


def test_the_wheel_holds_what_it_needs_and_nothing_of_the_checkout(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "assistant/prompts/tldr.md" in names
    assert {"assistant/languages/de.po", "assistant/languages/zh.po"} <= set(names)
    for adapter in ADAPTERS.values():
        assert f"assistant/models/adapters/{adapter.name}" in names
    assert wheel.stat().st_size < _MOST_BYTES
    assert any(name.startswith("assistant/samples/") for name in names)
    assert not [name for name in names if name.startswith(("tests", "store", "benchmarks", "docs"))]
