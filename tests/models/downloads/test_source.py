"""What a name or an address stands for, before anything is contacted."""

from __future__ import annotations

import re

import pytest

from assistant.errors import ModelError, UsageError
from assistant.models.downloads.catalogue import catalogue
from assistant.models.downloads.source import find_source, proxy_of

HUB = "https://huggingface.co"


def test_the_catalogue_is_complete() -> None:
    models = catalogue()
    assert len({model.name for model in models}) == len(models) >= 5
    assert [model.parameters for model in models] == sorted(model.parameters for model in models)
    for model in models:
        assert model.licence in ("Apache-2.0", "MIT")
        assert re.fullmatch("[0-9a-f]{64}", model.sha256)
        assert re.fullmatch("[0-9a-f]{40}", model.revision)
        assert model.file.endswith(".gguf")
        assert model.bytes < model.memory < 2.5 * model.bytes
        assert model.name == model.name.casefold()


def test_a_name_is_a_file_of_one_revision() -> None:
    source = find_source("Qwen3-4B", {})
    (file,) = source.files
    assert source.model
    assert file.url == (
        f"{HUB}/Qwen/Qwen3-4B-GGUF/resolve/{source.model.revision}/Qwen3-4B-Q4_K_M.gguf"
    )
    assert (file.name, file.bytes) == ("Qwen3-4B-Q4_K_M.gguf", 2_497_280_256)
    assert source.host == "huggingface.co"


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"qwen3-4: no model .* Did you mean qwen3-4b\?"):
        find_source("qwen3-4", {})
    with pytest.raises(ModelError, match=r"Known are qwen3-0.6b, .* give the address"):
        find_source("zzz", {})


@pytest.mark.parametrize(
    ("given", "url", "name"),
    [
        (f"{HUB}/a/b/resolve/main/x.gguf", f"{HUB}/a/b/resolve/main/x.gguf", "x.gguf"),
        (
            f"{HUB}/a/b/blob/main/Q4/x%20y.gguf",
            f"{HUB}/a/b/resolve/main/Q4/x%20y.gguf",
            "x y.gguf",
        ),
        (
            "https://example.org/x.gguf?download=true#part",
            "https://example.org/x.gguf?download=true",
            "x.gguf",
        ),
        ("http://localhost:8000/x.GGUF", "http://localhost:8000/x.GGUF", "x.GGUF"),
        ("http://[::1]:8000/x.gguf", "http://[::1]:8000/x.gguf", "x.gguf"),
    ],
)
def test_addresses_of_files(given: str, url: str, name: str) -> None:
    (file,) = find_source(given, {}).files
    assert (file.url, file.name, file.bytes, file.sha256) == (url, name, None, None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (f"{HUB}/Qwen/Qwen3-4B-GGUF", "not the address of a GGUF file"),
        ("https://example.org/model.safetensors", "not the address of a GGUF file"),
        ("https://example.org/.gguf", "cannot be used on this computer"),
        ("https://example.org/..%2Fx.gguf", "cannot be used on this computer"),
        (f"https://example.org/{'x' * 300}.gguf", "cannot be used on this computer"),
        ("https://ann:secret@example.org/x.gguf", "contains a user name or password"),
        ("ftp://example.org/x.gguf", "only http and https"),
        ("https:///x.gguf", "only http and https"),
        ("https://example.org:port/x.gguf", "not a valid address"),
        ("https://[::1/x.gguf", "not a valid address"),
        ("https://example.org/a b.gguf", "contains spaces"),
        (f"https://example.org/{'x' * 3000}", "too long"),
        ("http://example.org/x.gguf", "not encrypted"),
    ],
)
def test_addresses_that_are_refused(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        find_source(given, {})
    assert "secret" not in str(caught.value)


def test_a_checksum_makes_an_unencrypted_connection_safe() -> None:
    (file,) = find_source("http://example.org/x.gguf", {}, "AB" * 32).files
    assert file.sha256 == "ab" * 32
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        find_source("http://example.org/x.gguf", {}, "12")
    with pytest.raises(UsageError, match="catalogue has another checksum"):
        find_source("qwen3-4b", {}, "ab" * 32)
    with pytest.raises(UsageError, match="for one file"):
        find_source("https://example.org/x-00001-of-00002.gguf", {}, "ab" * 32)


def test_a_mirror_takes_the_place_of_the_hub_alone() -> None:
    mirror = {"HF_ENDPOINT": "https://mirror.example/hub/"}
    source = find_source("qwen3-4b", mirror)
    assert source.host == "mirror.example"
    assert source.files[0].url.startswith("https://mirror.example/hub/Qwen/Qwen3-4B-GGUF/resolve/")
    assert source.files[0].sha256
    assert find_source(f"{HUB}/a/b/resolve/main/x.gguf", mirror).host == "mirror.example"
    assert find_source("https://example.org/x.gguf", mirror).host == "example.org"
    with pytest.raises(UsageError, match="HF_ENDPOINT = 'mirror' is not an address"):
        find_source("qwen3-4b", {"HF_ENDPOINT": "mirror"})


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_of(f"{HUB}/x") == ""
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:secret@proxy.example:3128")
    assert proxy_of(f"{HUB}/x") == "proxy.example:3128"
    monkeypatch.setenv("NO_PROXY", "huggingface.co")
    assert proxy_of(f"{HUB}/x") == ""
