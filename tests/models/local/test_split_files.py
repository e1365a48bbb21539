"""Models in several files: opened as one, or refused with the part that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from model_support import write_header

from assistant.errors import ModelFileInvalid
from assistant.models.local.split_files import is_later_part, split_parts, unsplit_name
from assistant.models.model_files import inspect_language_model, model_bytes, read_model_details


def write_parts(folder: Path, count: int = 3, *, declared: int | None = None) -> list[Path]:
    """Write a model of `count` files with two tensors of 64 values each; return the files."""
    files = split_parts(folder / f"big-Q4_0-00001-of-{count:05}.gguf")
    for number, file in enumerate(files):
        metadata: dict[str, str | int | bool] = {"split.no": number, "split.count": count}
        if number:
            metadata |= {"general.architecture": "", "tokenizer.chat_template": ""}
        else:
            metadata["split.tensors.count"] = 2 * count if declared is None else declared
        write_header(file, metadata, tensors=2, values=64)
    return files


def test_the_names_of_all_parts_are_known() -> None:
    file = Path("/models/big-00002-of-00003.gguf")
    names = [part.name for part in split_parts(file)]
    assert names == [f"big-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
    assert is_later_part(file.name)
    assert not is_later_part(names[0])
    for other in (
        "big.gguf",
        "big-00000-of-00003.gguf",
        "big-00004-of-00003.gguf",
        "a-1-of-2.gguf",
    ):
        assert [part.name for part in split_parts(Path(other))] == [other]
        assert not is_later_part(other)
    assert unsplit_name("big-00002-of-00003") == "big"
    assert unsplit_name("big-2-of-3") == "big-2-of-3"


def test_all_parts_are_one_model(tmp_path: Path) -> None:
    files = write_parts(tmp_path)
    details = read_model_details(files[0])
    assert (details.file, details.name, details.info.tensors) == (files[0], "big-Q4_0", 6)
    assert details.info.values == 6 * 64
    assert details.bytes == sum(file.stat().st_size for file in files) == model_bytes(files[0])


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    files = write_parts(tmp_path)
    files[1].unlink()
    with pytest.raises(ModelFileInvalid, match=r"00002-of-00003.gguf: part 2 of 3 .* is missing"):
        inspect_language_model(files[0])
    assert model_bytes(files[0]) is None


def test_a_truncated_part_is_named(tmp_path: Path) -> None:
    files = write_parts(tmp_path)
    files[2].write_bytes(files[2].read_bytes()[:-8])
    with pytest.raises(ModelFileInvalid, match=r"00003-of-00003.gguf: is truncated"):
        inspect_language_model(files[0])


def test_a_later_part_names_the_first(tmp_path: Path) -> None:
    files = write_parts(tmp_path)
    with pytest.raises(ModelFileInvalid, match=r"Specify the first part, big-Q4_0-00001-of"):
        inspect_language_model(files[1])


def test_a_renamed_part_is_refused(tmp_path: Path) -> None:
    first, *_ = write_parts(tmp_path)
    renamed = first.rename(tmp_path / "big.gguf")
    with pytest.raises(ModelFileInvalid, match="Restore the original file names"):
        inspect_language_model(renamed)


def test_a_part_of_another_model_is_refused(tmp_path: Path) -> None:
    files = write_parts(tmp_path)
    write_header(files[2], {"split.no": 1, "split.count": 3})
    with pytest.raises(ModelFileInvalid, match=r"is not part 3 of 3 of big-Q4_0-00001-of-00003"):
        inspect_language_model(files[0])


def test_missing_tensors_are_noticed(tmp_path: Path) -> None:
    files = write_parts(tmp_path, declared=7)
    with pytest.raises(ModelFileInvalid, match="have 6 tensors together, but 7 are needed"):
        inspect_language_model(files[0])
