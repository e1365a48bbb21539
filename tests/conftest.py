"""Fixtures for every test: no user's folder is touched; real data is read where it lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from slow_tests import FILE as SLOW_TESTS

from assistant.library import tldr_cache
from assistant.models.local import programs
from assistant.zotero import Places

_REPOSITORY = Path(__file__).resolve().parent.parent
_SHARED_DATA = _REPOSITORY.parent / "shared" / "data"


# Fixtures that open a browser or a real model. Tests of the model run in one process, so that it is
# opened once; browser tests are distributed by file, and each process opens one browser.
_HEAVY = {"browser": "browser", "engine": "model", "bundled_model": "model"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests, and group those that use a heavy fixture by it."""
    slow = frozenset(SLOW_TESTS.read_text(encoding="utf-8").split())
    for item in items:
        if item.nodeid.partition("[")[0] in slow:
            item.add_marker(pytest.mark.slow)
        for fixture, group in _HEAVY.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.slow)
                # All browser tests in one process would take longer than everything else.
                name = f"browser {item.path.stem}" if group == "browser" else group
                item.add_marker(pytest.mark.xdist_group(name))
                break


@pytest.fixture(scope="session")
def model_cache(worker_id: str) -> Path:
    """Cache folder of this test process; re-encoded models stay there between runs."""
    folder = _REPOSITORY / ".venv" / "test-cache" / worker_id
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point every `ASSISTANT_*` folder away from the user's, and drop the user's other settings."""
    for variable in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("ASSISTANT_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("ASSISTANT_CACHE", str(model_cache))
    monkeypatch.setenv("ASSISTANT_MODEL_FOLDER", str(tmp_path / "downloaded-models"))
    # Models of other programs on this computer must not appear in any test.
    for variable in ("OLLAMA_MODELS", "HF_HUB_CACHE", "HF_HOME", "LLAMA_CACHE", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(programs, "home_folder", lambda: tmp_path / "home")
    # Nor the user's Zotero library.
    empty_home = Places(tmp_path / "home", "linux", {})
    monkeypatch.setattr(Places, "of_this_computer", classmethod(lambda _: empty_home))
    monkeypatch.setattr(programs, "SYSTEM_OLLAMA", tmp_path / "system-ollama")
    for lines in model_cache.glob(f"{tldr_cache.FILE}*"):
        lines.unlink()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real input kept beside the repository."""
    if not _SHARED_DATA.is_dir():
        pytest.skip("the real input data is not beside this checkout (../shared/data)")
    return _SHARED_DATA
