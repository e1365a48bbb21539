"""Addresses of model servers, and what is sent to them."""

from __future__ import annotations

import pytest

from assistant.destinations import destinations, require_confirmed
from assistant.errors import ServerNotConfirmed, SettingsError
from assistant.saved_settings import save_settings
from assistant.server_address import ServerAddress, without_password
from assistant.settings import load_settings


@pytest.mark.parametrize(
    ("text", "base", "model", "local"),
    [
        ("http://localhost:8080", "http://localhost:8080/v1", "", True),
        ("HTTP://127.0.0.1:1/v1/", "http://127.0.0.1:1/v1", "", True),
        ("http://[::1]:8080/v1#a/b:7b", "http://[::1]:8080/v1", "a/b:7b", True),
        ("https://gpu.lab/api/v1#x%20y", "https://gpu.lab/api/v1", "x y", False),
        ("http://0.0.0.0:80/v1", "http://0.0.0.0:80/v1", "", False),
        ("http://localhost.evil.example/v1", "http://localhost.evil.example/v1", "", False),
    ],
)
def test_an_address_is_read(text: str, base: str, model: str, local: bool) -> None:
    address = ServerAddress.parse(text)
    assert (address.base, address.model, address.is_local) == (base, model, local)
    assert ServerAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "http://", "ftp://host/v1", "http://a b/v1", "http://user:secret@host/v1",
        "http://host:99999/v1", "http://host/v1?key=1", "http://ho\nst/v1", "http://[::1/v1",
        "http://127.0.0.1\\@evil.example/v1", f"http://{'a' * 3000}/v1",
        "http://192.168.1.300:8080", "http://a..b/v1", f"http://{'a' * 64}.example/v1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it "):
        ServerAddress.parse(text)
    if text.startswith("http"):
        with pytest.raises(SettingsError, match="model = "):
            load_settings(model=text)


def test_addresses_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MODEL", "http://gpu.lab:8000/v1#big")
    settings = load_settings()
    assert settings.model == ServerAddress("http://gpu.lab:8000/v1", "big")
    monkeypatch.delenv("ASSISTANT_MODEL")
    servers = ["http://gpu.lab:8000/v1/#big"]
    save_settings(settings.library, {"model": settings.model, "confirmed_servers": servers})
    saved = load_settings()
    assert saved.model == settings.model
    assert saved.confirmed_servers == ("http://gpu.lab:8000/v1",)


def test_what_is_sent_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert destinations(load_settings()) == []
    settings = load_settings(model="http://gpu.lab/v1#a", embedder="http://localhost:8081/v1")
    model, embedder = destinations(settings)
    assert "questions" in model.sent and model.text.endswith("go to http://gpu.lab/v1")
    assert not model.confirmed and "nothing is sent" in model.report
    assert "all papers" in embedder.sent and embedder.confirmed
    assert embedder.text.endswith("http://localhost:8081/v1 on this computer")
    both = load_settings(model="http://gpu.lab/v1#a", embedder="http://gpu.lab/v1#b")
    (one,) = destinations(both)
    assert "evidence" in one.sent and "all papers" in one.sent
    assert isinstance(settings.model, ServerAddress)
    with pytest.raises(ServerNotConfirmed, match="nothing was sent"):
        require_confirmed(settings, settings.model)
    monkeypatch.setenv("ASSISTANT_CONFIRMED_SERVERS", "http://other/v1, http://gpu.lab/v1")
    confirmed = load_settings(model="http://gpu.lab/v1#c")
    require_confirmed(confirmed, ServerAddress("http://gpu.lab/v1", "c"))
    with pytest.raises(ServerNotConfirmed):
        require_confirmed(
            load_settings(model="http://gpu.lab:81/v1"), ServerAddress("http://gpu.lab:81/v1")
        )


@pytest.mark.parametrize(
    ("text", "base", "collection"),
    [
        ("http://localhost:8000", "http://localhost:8000/api/v2", ""),
        ("https://lab.example/chroma/", "https://lab.example/chroma/api/v2", ""),
        ("http://gpu.lab:8000/api/v2#my-papers", "http://gpu.lab:8000/api/v2", "my-papers"),
    ],
)
def test_the_address_of_a_chroma_server_is_read(text: str, base: str, collection: str) -> None:
    address = ServerAddress.parse_chroma(text)
    assert (address.base, address.model) == (base, collection)
    assert ServerAddress.parse_chroma(str(address)) == address
    assert load_settings(chroma=text).chroma == address


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("localhost:8000", "like http://localhost:8000"),
        ("http://a:b@host", "ASSISTANT_CHROMA_TOKEN"),
        ("http://host#x", "cannot be the name of a collection"),
        ("http://host#bad%20name", "cannot be the name of a collection"),
        ("http://host?x", "after '[?]'"),
    ],
)
def test_what_is_no_chroma_server_is_refused(text: str, match: str) -> None:
    with pytest.raises(SettingsError, match=match):
        load_settings(chroma=text)


def test_a_distant_chroma_server_is_confirmed_like_the_others() -> None:
    settings = load_settings(chroma="http://gpu.lab:8000")
    assert settings.chroma is not None
    (chroma,) = destinations(settings)
    assert "vectors of all papers" in chroma.sent and "/api/v2; not confirmed" in chroma.report
    with pytest.raises(ServerNotConfirmed, match="nothing was sent"):
        require_confirmed(settings, settings.chroma)
    save_settings(settings.library, {"confirmed_servers": ["http://gpu.lab:8000/v1"]})
    with pytest.raises(ServerNotConfirmed):  # that is a model server
        require_confirmed(load_settings(chroma="http://gpu.lab:8000"), settings.chroma)
    save_settings(
        settings.library, {"chroma": settings.chroma, "confirmed_servers": [settings.chroma.base]}
    )
    saved = load_settings()
    assert saved.chroma == settings.chroma
    require_confirmed(saved, settings.chroma)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://ann:secret@host:80/v1", "http://***@host:80/v1"),
        (" https://ann@host ", "https://***@host"),
        ("http://host/v1#name@1", "http://host/v1#name@1"),
    ],
)
def test_errors_hide_passwords(text: str, shown: str) -> None:
    assert without_password(text) == shown
