"""Keys of model servers: where they come from, and for whom they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ModelServerError
from assistant.models.server_keys import find_key
from assistant.server_address import ServerAddress
from assistant.settings import load_settings
from assistant.web.settings.about import SECRET_SET, setting_rows

MODEL = ServerAddress("http://gpu.lab:8000/v1", "big-8B")
OTHER = ServerAddress("http://embed.lab/v1")
SECRET = "sk-secret"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring with these keys instead of the system's."""
    import keyring

    keys: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda *where: keys.get(where))
    return keys


def key_file(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    file = tmp_path / "keys"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def test_the_variable_is_for_the_server_of_the_model_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_SERVER_KEY", f" {SECRET}\n")
    settings = load_settings(model=str(MODEL), embedder=str(OTHER))
    assert find_key(settings, MODEL).secret == SECRET
    assert find_key(settings, OTHER).secret == ""
    assert find_key(load_settings(embedder=str(OTHER)), OTHER).secret == SECRET
    assert SECRET not in repr(settings) + repr(find_key(settings, MODEL))
    rows = {row.name: row.value for row in setting_rows(settings)}
    assert rows["server key"] == SECRET_SET


def test_a_file_has_a_key_for_each_address(tmp_path: Path) -> None:
    text = f"# keys\n\n{MODEL.base}/ {SECRET}\n{OTHER.base} other\n"
    settings = load_settings(server_key_file=key_file(tmp_path, text))
    assert [find_key(settings, one).secret for one in (MODEL, OTHER)] == [SECRET, "other"]
    assert find_key(settings, ServerAddress("http://gpu.lab:8001/v1")).secret == ""


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    settings = load_settings(server_key_file=key_file(tmp_path, f"{MODEL.base} {SECRET}", mode))
    with pytest.raises(ModelServerError, match=r"other users can read .*chmod 600") as caught:
        find_key(settings, MODEL)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("text", ["sk-secret", "http://a b c", f"file:///x {SECRET}"])
def test_a_wrong_line_is_named(tmp_path: Path, text: str) -> None:
    settings = load_settings(server_key_file=key_file(tmp_path, f"# keys\n{text}"))
    with pytest.raises(ModelServerError, match="line 2: expected an address and a key") as caught:
        find_key(settings, MODEL)
    assert SECRET not in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelServerError, match="No such file"):
        find_key(load_settings(server_key_file=tmp_path / "none"), MODEL)


def test_the_keyring_is_asked_last(
    no_keyring: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    no_keyring["paper-assistant", MODEL.base] = SECRET
    assert find_key(load_settings(), MODEL).secret == SECRET
    monkeypatch.setenv("ASSISTANT_SERVER_KEY", "first")
    assert find_key(load_settings(), MODEL).secret == "first"


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
def test_what_cannot_be_a_key_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ASSISTANT_SERVER_KEY", key)
    with pytest.raises(ModelServerError, match="spaces or special characters") as caught:
        find_key(load_settings(), MODEL)
    assert key not in str(caught.value)


def test_the_chroma_server_has_a_token_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_keyring: dict[tuple[str, str], str]
) -> None:
    chroma = ServerAddress.parse_chroma("http://gpu.lab:8000#papers")
    monkeypatch.setenv("ASSISTANT_SERVER_KEY", SECRET)
    assert find_key(load_settings(chroma=str(chroma)), chroma).secret == ""
    no_keyring["paper-assistant", chroma.base] = "from-keyring"
    assert find_key(load_settings(chroma=str(chroma)), chroma).secret == "from-keyring"
    # In the file, an address of a model server is not that of the Chroma server.
    file = key_file(tmp_path, f"{MODEL.base} {SECRET}\nhttp://gpu.lab:8000 from-file\n")
    settings = load_settings(chroma=str(chroma), model=str(MODEL), server_key_file=file)
    assert find_key(settings, chroma).secret == "from-file"
    monkeypatch.setenv("ASSISTANT_CHROMA_TOKEN", "from-variable")
    settings = load_settings(chroma=str(chroma), model=str(MODEL), server_key_file=file)
    assert find_key(settings, chroma).secret == "from-variable"
    assert find_key(settings, MODEL).secret == SECRET
    assert "from-variable" not in repr(settings)
    rows = {row.name: row.value for row in setting_rows(settings)}
    assert rows["chroma token"] == SECRET_SET
