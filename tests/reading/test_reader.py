"""Inputs that cannot be read: one line that says what, which input, and what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from assistant.errors import FileUnreadable, NoPapersFound, ReadingError
from assistant.reading import Failure, ReadAs, read_bytes, read_file


def read_all(path: Path) -> None:
    list(read_file(path, lambda failure: pytest.fail(str(failure))))


def refused(path: Path, kind: type[ReadingError]) -> str:
    with pytest.raises(kind) as caught:
        read_all(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_missing_file(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "nothing.txt", FileUnreadable)


def test_a_folder_without_papers(tmp_path: Path) -> None:
    assert "without files" in refused(tmp_path, NoPapersFound)
    (tmp_path / "LICENSE").write_text("A licence\n\nYou may do as you like.", encoding="utf-8")
    with pytest.raises(NoPapersFound, match="No papers found in"):
        list(read_file(tmp_path, lambda failure: None))


def test_a_folder_gives_the_papers_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.jsonl").write_text('{"title": "A", "abstract": "One."}', encoding="utf-8")
    bib = "@article{b, title = {B}, abstract = {Two.}}"
    (tmp_path / "deep" / "b.bib").write_text(bib, encoding="utf-8")
    (tmp_path / "LICENSE").write_text("A licence\n\nYou may do as you like.", encoding="utf-8")
    failures: list[Failure] = []
    papers = list(read_file(tmp_path, failures.append))
    assert [(paper.title, paper.source) for paper in papers] == [
        ("A", "a.jsonl"),
        ("B", "deep/b.bib"),
    ]
    assert [failure.where for failure in failures] == ["LICENSE"]


def test_file_used_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    refused(tmp_path / "file" / "page.txt", FileUnreadable)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.txt"
    path.write_text("A title", encoding="utf-8")
    if sys.platform == "win32" or os.geteuid() == 0:
        # Root may read everything, so the refusal is played.
        def refuse(*args: object, **kwargs: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    else:
        path.chmod(0)
    assert "cannot be opened: permission denied" in refused(path, FileUnreadable)


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    assert "is empty" in refused(path, NoPapersFound)


@pytest.mark.parametrize("data", [b"\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_file_of_white_space(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "blank.txt"
    path.write_bytes(data)
    refused(path, NoPapersFound)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"abc\0def", "binary file.*byte 3"),
        (b"%PDF-1.7\n", "is a damaged PDF"),
        (b"PK\x03\x04....", "zip archive"),
        (b"\x1f\x8b\x08....", "is damaged"),
        (b"GGUF....", "language model"),
        (b"\0" * 30 + b"A title\n\n" + b"word " * 100, "binary file.*byte 0"),
        (bytes(range(256)) * 9, "binary file.*byte 0"),
        (b"\xff\xfeA\0\n", "damaged: byte 4 in line 1 is not UTF-16-LE text; save"),
    ],
)
def test_binary_file(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    with pytest.raises(FileUnreadable, match=message):
        read_all(path)


def test_position_counts_the_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(b"\xff\xfe" + "A title\n".encode("utf-16-le") + b"\x00\xdcA\x00")
    assert "byte 18 in line 2 is not UTF-16-LE text" in refused(path, FileUnreadable)


def test_a_stray_nul_costs_its_record() -> None:
    good = b'{"title": "A", "abstract": "B."}\n'
    failures: list[Failure] = []
    data = good * 3 + good.replace(b"B", b"\0") + good
    assert len(list(read_bytes(data, "x", failures.append))) == 4
    assert [failure.where for failure in failures] == ["x:4"]
    assert failures[0].why == "character 29 of the line is not text: save the file as UTF-8"


def test_character_cut_at_the_end_of_the_head_is_whole_in_the_paper() -> None:
    abstract = "x" + "\u00e9" * 70_000 + " word" * 60
    data = f"A title\n\n{abstract}".encode()
    (paper,) = read_bytes(data, "pasted", lambda failure: None, read_as=ReadAs.saved_page)
    assert paper.abstract == abstract
    assert paper.source == "pasted"


def test_nothing_is_opened_before_the_first_paper_is_asked_for(tmp_path: Path) -> None:
    papers = read_file(tmp_path / "nothing.txt", lambda failure: None)
    with pytest.raises(FileUnreadable):
        next(papers)


def test_stopping_early_closes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text('{"title": "x", "abstract": "y"}\n' * 3, encoding="utf-8")
    papers = read_file(path, lambda failure: None)
    next(papers)
    # A file left open would warn when it is collected, and warnings are errors.
    del papers
    path.unlink()


def test_a_file_of_a_folder_whose_records_are_none_is_not_reported_twice(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "A", "abstract": "One."}', encoding="utf-8")
    (tmp_path / "b.bib").write_text("@article{b, abstract = {B}}", encoding="utf-8")
    failures: list[Failure] = []
    assert len(list(read_file(tmp_path, failures.append))) == 1
    assert [failure.where for failure in failures] == ["b.bib:1"]
