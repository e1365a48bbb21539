"""The API of a library of two papers, as the server mounts it but without the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_support import REFERENCES, use_fake_models
from starlette.testclient import TestClient
from users_support import write_ann_and_ben

from assistant import PaperLibrary, open_library
from assistant.web.api.access import ApiAccess
from assistant.web.api.routes import build_api
from assistant.web.api.tokens import Tokens
from assistant.web.serving.request_guard import refusal
from assistant.web.serving.users import Users

ADDRESS = "http://127.0.0.1:7860"


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that says the same sentence whatever it is asked."""
    use_fake_models(monkeypatch)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[PaperLibrary]:
    """An open library of the two papers."""
    with open_library() as opened:
        assert opened.import_text(REFERENCES, name="refs.bib").added == 2
        yield opened


@pytest.fixture
def client(library: PaperLibrary) -> Iterator[TestClient]:
    """A client on this computer, where nobody logs in."""
    with TestClient(ApiAccess(build_api(library), refusal), ADDRESS) as opened:
        yield opened


@pytest.fixture
def users_file(tmp_path: Path) -> Path:
    """The users file of Ann and Ben."""
    return write_ann_and_ben(tmp_path / "users.txt")


@pytest.fixture
def guarded(library: PaperLibrary, users_file: Path) -> Iterator[TestClient]:
    """A client of a server on which Ann and Ben log in."""
    access = ApiAccess(build_api(library), refusal, Tokens(Users(users_file)))
    with TestClient(access, ADDRESS) as opened:
        yield opened
