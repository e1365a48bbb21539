"""A model file is the one it claims to be, or is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.errors import ModelFileInvalid
from assistant.models.checksum import (
    sha256_of,
    sidecar_of,
    verify,
    verify_sidecar,
    write_sidecar,
)

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "a model.gguf"
    path.write_bytes(b"abc")
    return path


def test_the_checksum_is_the_published_one(model: Path) -> None:
    assert sha256_of(model) == ABC
    verify(model, ABC.upper())


def test_another_checksum_names_file_both_sums_and_what_to_do(model: Path) -> None:
    model.write_bytes(b"abd")
    with pytest.raises(ModelFileInvalid) as caught:
        verify(model, ABC)
    message = str(caught.value)
    assert str(model) in message
    assert ABC[:12] in message
    assert sha256_of(model)[:12] in message
    assert "Download it again" in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["missing.gguf", ".", "nul\0byte"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelFileInvalid, match="cannot be read"):
        sha256_of(tmp_path / name)


def test_a_file_without_sidecar_is_not_checked(model: Path) -> None:
    assert not verify_sidecar(model)


def test_a_written_sidecar_is_checked(model: Path) -> None:
    write_sidecar(model, sha256_of(model))
    assert verify_sidecar(model)
    model.write_bytes(b"abd")
    with pytest.raises(ModelFileInvalid, match="wrong checksum"):
        verify_sidecar(model)
    assert sorted(path.name for path in model.parent.iterdir()) == [
        "a model.gguf",
        "a model.gguf.sha256",
    ]


@pytest.mark.parametrize(
    "line",
    [
        f"{ABC}  a model.gguf",
        f"{ABC} *a model.gguf\r\n",
        f"{ABC.upper()}  models/a model.gguf\n",
        f"{ABC}\n",
        f"{'0' * 64}  other.gguf\n{ABC}  a model.gguf\n",
    ],
)
def test_the_forms_that_sha256sum_writes_are_read(model: Path, line: str) -> None:
    sidecar_of(model).write_text(line, encoding="utf-8", newline="")
    assert verify_sidecar(model)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abc123  a model.gguf\n",
        f"{ABC}  other.gguf\n".encode(),
        f"{ABC}a model.gguf\n".encode(),
        b"\xff\xfe\x00binary",
        b"<html>404</html>",
    ],
)
def test_a_malformed_sidecar_is_an_error(model: Path, content: bytes) -> None:
    sidecar_of(model).write_bytes(content)
    with pytest.raises(ModelFileInvalid, match=r"contains no SHA-256 of a model\.gguf"):
        verify_sidecar(model)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_agrees_in_both_directions(model: Path) -> None:
    written = subprocess.run(
        ["sha256sum", model.name], cwd=model.parent, capture_output=True, check=True
    )
    sidecar_of(model).write_bytes(written.stdout)
    assert verify_sidecar(model)
    write_sidecar(model, sha256_of(model))
    subprocess.run(
        ["sha256sum", "--check", "--quiet", sidecar_of(model).name], cwd=model.parent, check=True
    )
