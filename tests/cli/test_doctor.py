"""`doctor` and `models pull`, without contacting anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Run
from model_support import write_header

from assistant.models import model_check
from assistant.models.bundled_model import NAME
from assistant.models.checksum import sha256_of
from assistant.models.downloads import recommendation, source
from assistant.models.downloads.catalogue import CatalogueModel, catalogue
from assistant.models.downloads.recommendation import Recommendation
from assistant.saved_settings import read_saved_settings
from assistant.settings import load_settings


@pytest.fixture(autouse=True)
def recommended(monkeypatch: pytest.MonkeyPatch) -> CatalogueModel:
    """The model that is recommended, whatever computer this is."""
    model = catalogue()[1]
    monkeypatch.setattr(
        recommendation, "recommend", lambda settings: Recommendation(model, "It fits.")
    )
    return model


def test_the_computer_is_described(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.stdout
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert "llama-cpp-python" in lines["llama.cpp"]
    assert lines["Model"].startswith(NAME)
    assert lines["Recommended"] == "It fits."
    assert lines["How"] == f"assistant models pull {catalogue()[1].name} --use"
    assert {"Python", "Processor", "Memory", "GPU"} <= set(lines)
    assert json.loads(run("doctor", "--json").stdout)["problem"] == ""


def test_a_model_that_cannot_be_opened_is_a_problem(run: Run, tmp_path: Path) -> None:
    result = run("doctor", "--model", tmp_path / "none.gguf")
    assert result.exit_code == 1
    assert "no such file" in result.stdout
    result = run("doctor", "--model", "unknown", "--json")
    assert result.exit_code == 1
    assert "no model on this computer" in json.loads(result.stdout)["problem"]


def test_a_server_is_named_and_not_asked(run: Run) -> None:
    result = run("doctor", "--model", "http://127.0.0.1:9/v1#big")
    assert result.exit_code == 0
    assert "big, on the server http://127.0.0.1:9/v1" in result.stdout


def test_without_a_name_the_catalogue_is_shown(run: Run, recommended: CatalogueModel) -> None:
    result = run("models", "pull")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [model.name for model in catalogue()]
    assert [line for line in lines if line.endswith("recommended")] == [lines[1]]
    assert result.stderr == "It fits.\n"


def test_a_model_that_is_there_is_used_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_check, "_check_architecture", lambda info: None)
    file = write_header(load_settings().model_folder / "there.gguf")
    url = "https://example.org/there.gguf"
    result = run("models", "pull", url, "--sha256", sha256_of(file), "--use")
    assert result.exit_code == 0, result.stderr
    assert "is there already. Nothing was downloaded." in result.stderr
    assert read_saved_settings(load_settings().library) == {"model": file}
    assert run("models").stdout.splitlines()[2].split()[:3] == ["*", "there", "downloaded"]
    result = run("models", "pull", url)
    assert result.stdout == f"{file}\n"
    assert "Nobody states a checksum" in result.stderr
    assert "To use it: assistant models use there" in result.stderr


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("nothing", 1, "no model of the catalogue"),
        ("https://example.org/page.html", 2, "not the address of a GGUF file"),
        ("http://example.org/a.gguf", 2, "not encrypted"),
    ],
)
def test_what_cannot_be_downloaded_is_told(run: Run, given: str, code: int, said: str) -> None:
    result = run("models", "pull", given)
    assert result.exit_code == code
    assert said in result.stderr
    assert not load_settings().model_folder.exists()


def test_a_server_that_is_down_is_told_in_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.models.downloads import transfer

    monkeypatch.setattr(transfer.Transfer.__init__, "__defaults__", (lambda failures: 0.0,))
    monkeypatch.setattr(source, "proxy_of", lambda url: "")
    result = run("models", "pull", "http://127.0.0.1:9/a.gguf")
    assert result.exit_code == 1
    assert "Contacting 127.0.0.1:9 to download a.gguf." in result.stderr
    assert "Error: http://127.0.0.1:9/a.gguf: the download failed 5 times" in result.stderr
