"""Limits: no input takes more memory, or unpacks to more, than papers need.

Memory is what Python allocates (tracemalloc). zlib, bzip2 and LZMA allocate theirs outside of
Python, so the memory of a whole process is measured once.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, NameObject

from assistant.errors import FileUnreadable, ReadingError
from assistant.paper import Paper
from assistant.reading import UPLOAD_LIMITS, Failure, Limits, read_bytes, read_stream, reader
from assistant.reading.archives import stream_members
from assistant.reading.source import HEAD_BYTES
from assistant.reading.unpacking import LIMITS
from assistant.web.ingestion.preview import Input

MB = 1024 * 1024
GOOD = b"TY  - JOUR\nTI  - Good\nAB  - " + b"word " * 800 + b"\nER  - \n"


class Repeated(io.RawIOBase):
    """`head`, then `unit` until there are `size` bytes of it, then `tail`; counts what is read."""

    def __init__(self, head: bytes, unit: bytes, size: int, tail: bytes = b"") -> None:
        self.served = 0
        self._tail = tail
        self._block = unit * max(1, 65_536 // len(unit))
        self._left = size
        self._waiting = head

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while len(self._waiting) < len(buffer) and self._left > 0:
            self._waiting += self._block
            self._left -= len(self._block)
            if self._left <= 0:
                self._waiting += self._tail
        data, self._waiting = self._waiting[: len(buffer)], self._waiting[len(buffer) :]
        buffer[: len(data)] = data
        self.served += len(data)
        return len(data)


def packed(pack: Callable[[io.BytesIO], Any], unit: bytes, size: int) -> bytes:
    data = io.BytesIO()
    with pack(data) as file:
        for _ in range(size // len(unit)):
            file.write(unit)
    return data.getvalue()


def zipped(
    unit: bytes, size: int, *, members: int = 1, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for number in range(members):
            with archive.open(f"{number}.ris", "w", force_zip64=True) as file:
                for _ in range(size // len(unit)):
                    file.write(unit)
    return data.getvalue()


def holding(inner: bytes) -> bytes:
    """A zip archive with `inner` as its only file."""
    return zipped(inner, len(inner))


def gzipped(unit: bytes, size: int) -> bytes:
    return packed(lambda data: gzip.GzipFile(fileobj=data, mode="wb"), unit, size)


def read(
    data: bytes | io.RawIOBase, limits: Limits = UPLOAD_LIMITS
) -> tuple[int, list[Failure], str, int]:
    """The number of papers, the failures, the error, and the most memory in bytes."""
    raw = io.BytesIO(data) if isinstance(data, bytes) else data
    failures: list[Failure] = []
    count, why = 0, ""
    tracemalloc.start()
    try:
        with io.BufferedReader(raw, HEAD_BYTES) as stream:
            for _ in read_stream(stream, "upload", failures.append, limits=limits):
                count += 1
    except ReadingError as error:
        why = str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return count, failures, why, peak


ZEROS = b"\0" * MB
RECORDS = GOOD * (MB // len(GOOD))


def tar() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        info = tarfile.TarInfo("a.ris")
        info.size = 4 * MB
        archive.addfile(info, io.BytesIO(ZEROS * 4))
    return data.getvalue()


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip": (lambda: zipped(ZEROS, 300 * MB), "upload/0.ris: it unpacks to more than 200 times"),
    "zip, bzip2": (lambda: zipped(ZEROS, 60 * MB, method=zipfile.ZIP_BZIP2), "200 times its size"),
    "zip, LZMA": (lambda: zipped(ZEROS, 60 * MB, method=zipfile.ZIP_LZMA), "200 times its size"),
    "zip in zip": (lambda: holding(zipped(ZEROS, 40 * MB)), "0.ris contains a zip archive: unpack"),
    "gz in zip": (lambda: holding(gzipped(ZEROS, 40 * MB)), "0.ris contains a gzip archive: unpa"),
    "gz in gz": (lambda: gzip.compress(gzipped(ZEROS, 60 * MB)), "upload contains a gzip archive"),
    "zip in gz": (lambda: gzip.compress(zipped(ZEROS, 9 * MB)), "upload contains a zip archive"),
    "tar.gz": (lambda: gzip.compress(tar()), "upload contains a tar archive: unpack it first"),
    "bz2": (lambda: bz2.compress(ZEROS * 40), "upload is a bzip2 archive: unpack it first"),
    "xz": (lambda: lzma.compress(ZEROS * 40), "upload is an xz archive: unpack it first"),
    "tar": (tar, "upload is a tar archive: unpack it first"),
    "gz of zeros": (lambda: gzipped(ZEROS, 60 * MB), "upload is a binary file"),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_bombs_are_refused_before_they_unpack(kind: str) -> None:
    make, message = BOMBS[kind]
    data = make()
    count, _, why, peak = read(data)
    assert count == 0
    assert message in why
    assert "\n" not in why
    assert peak < len(data) + 8 * MB


def test_a_nested_bomb_says_which_member_it_is() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.ris", GOOD)
        archive.writestr("inner/bomb.zip", zipped(ZEROS, 50 * MB))
    count, failures, why, _ = read(data.getvalue())
    assert (count, why) == (1, "")
    assert failures == [
        Failure(
            "upload/inner/bomb.zip",
            "upload/inner/bomb.zip contains a zip archive: unpack it first",
        )
    ]


def test_a_gzip_bomb_of_records_stops_at_200_times_its_size() -> None:
    data = gzipped(RECORDS, 24 * MB)
    count, failures, why, peak = read(data)
    assert why.startswith("upload unpacks to more than 200 times its size")
    assert 3_000 < count <= 16 * MB / len(GOOD)
    assert failures == []
    assert peak < 8 * MB


def test_members_share_the_limit_of_their_archive() -> None:
    """Many files, each of them harmless: the bytes of all are counted."""
    limits = Limits(archive=20 * MB, member=8 * MB)
    data = zipped(RECORDS, 5 * MB, members=9)
    count, failures, why, _ = read(data, limits)
    assert "upload unpacks to more than" in why
    assert 3 * 5 * MB / len(GOOD) < count < 21 * MB / len(GOOD)
    assert failures


def test_a_member_that_says_less_than_it_holds_is_cut_there() -> None:
    """The size in the list of files is checked first, so it must bind what is read."""
    data = bytearray(zipped(RECORDS, 40 * MB))
    listed = data.rindex(b"PK\x01\x02") + 24
    assert int.from_bytes(data[listed : listed + 4], "little") > 39 * MB
    data[listed : listed + 4] = (5 * len(GOOD)).to_bytes(4, "little")
    count, failures, why, peak = read(bytes(data))
    assert count == 0
    assert "upload/0.ris is damaged: Bad CRC-32" in failures[0].why
    assert why.startswith("No papers found in upload (first problem: upload/0.ris: ")
    assert peak < len(data) + 8 * MB


def test_too_many_files() -> None:
    too_many = io.BytesIO()
    with zipfile.ZipFile(too_many, "w") as archive:
        for number in range(4_500):
            archive.writestr(f"{number:02000}", b"")
    count, failures, why, peak = read(too_many.getvalue())
    assert (count, failures) == (0, [])
    assert why.startswith("upload contains too many files (a list of ")
    assert why.endswith("unpack it and import the folder")
    assert peak < 4 * MB


def test_an_upload_cannot_unpack_to_30_gb() -> None:
    """200 times the largest upload would be 100 GB: the absolute limit is lower."""
    assert UPLOAD_LIMITS.archive == UPLOAD_LIMITS.member == 1024 * MB
    assert UPLOAD_LIMITS.document == 128 * MB
    assert LIMITS.archive == 16 * 1024 * MB
    limits = Limits(archive=6 * MB, member=4 * MB)
    data = zipped(RECORDS, 5 * MB, members=3)
    count, failures, why, _ = read(data, limits)
    assert count == 0
    assert [failure.why for failure in failures] == [
        "it unpacks to more than 4 MB, the limit for a file in an archive: unpack it and import "
        "the file"
    ] * 3
    assert "(first problem: upload/0.ris: it unpacks to more than 4 MB" in why


def test_uploads_are_read_with_the_limits_of_uploads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Limits] = []

    def noted(*args: Any, limits: Limits, **more: Any) -> Iterator[Paper]:
        given.append(limits)
        return iter(())

    monkeypatch.setattr("assistant.web.ingestion.preview.read_stream", noted)
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(RECORDS, MB))
    list(Input("a.zip", path=path).papers(lambda failure: None, lambda name: False))
    assert given == [UPLOAD_LIMITS]


def test_a_text_that_is_held_as_a_whole_may_not_unpack_to_more() -> None:
    """BibTeX is parsed in memory: 48 MB out of 1 MB are not."""
    entry = b"@article{k, title = {A}, abstract = {B}}\n"
    data = gzipped(entry * (MB // len(entry)), 60 * MB)
    count, _, why, peak = read(data)
    assert count == 0
    assert why == (
        "upload is larger than 32 MB, the limit for a file of its format: split it, or unpack it "
        "first if it is in an archive"
    )
    assert peak < 70 * MB


SIZE = 40 * MB
LONG: dict[str, tuple[bytes, bytes, bytes, str]] = {
    "RIS, a line": (
        b"TY  - JOUR\nAB  - ",
        b"word ",
        b"\nER  - \n" + GOOD,
        "longer than 16,777,216",
    ),
    "RIS, lines": (b"TY  - JOUR\nAB  - ", b"x" * 999 + b"\n", b"\nER  - \n" + GOOD, "too large"),
    "JSON lines": (
        b'{"title": "A", "abstract": "',
        b"word ",
        b'"}\n{"title": "B", "abstract": "C"}\n',
        "longer than 16,777,216",
    ),
    "JSON lines, brackets": (
        b'{"title": "A", "abstract": "b"}\n{"title": "B", "abstract": "C", "x": [',
        b"[],",
        b"[]]}\n",
        "longer than 16,777,216",
    ),
    "JSON, a text": (
        b'[{"paperId": "1", "title": "A", "abstract": "',
        b"word ",
        b'"}, {"paperId": "2", "title": "B", "abstract": "C"}]',
        "longer than 16,777,216",
    ),
    "JSON, brackets": (
        b'[{"paperId": "1", "title": "A", "x": [',
        b"[],",
        b'[]]}, {"paperId": "2", "title": "B", "abstract": "C"}]',
        "too large",
    ),
    "XML, a text": (
        b"<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>",
        b"word ",
        b"</ArticleTitle></Article></MedlineCitation></PubmedArticle><PubmedArticle>"
        b"<MedlineCitation><Article><ArticleTitle>B</ArticleTitle></Article></MedlineCitation>"
        b"</PubmedArticle></PubmedArticleSet>",
        "too large",
    ),
    "CSV, a value": (b'title,abstract\nA,"', b"word ", b'"\nB,C\n', "longer than 2,097,152"),
    "CSV, cells": (b"title,abstract\nA,B", b",", b"\nB,C\n", "longer than 2,097,152"),
    "PubMed abstracts": (
        b"1. J. 2020;\n\nTitle.\n\nPMID: 1\n\n",
        b"word ",
        b"\n\n2. J. 2020;\n\nTitle.\n\nPMID: 2\n\n",
        "too large",
    ),
}


@pytest.mark.parametrize("kind", LONG)
def test_a_huge_line_or_value_costs_its_record(kind: str) -> None:
    head, unit, tail, message = LONG[kind]
    count, failures, why, peak = read(Repeated(head, unit, SIZE, tail))
    assert (count, why) == (1, "")
    (failure,) = failures
    assert message in failure.why
    assert peak < 80 * MB


def test_a_comment_without_end_ends_an_xml_file() -> None:
    endless = Repeated(b"<PubmedArticleSet><!--", b"word ", SIZE)
    count, failures, _, peak = read(endless)
    assert count == 0
    assert "a tag or comment does not end" in failures[0].why
    assert endless.served < 8 * MB
    assert peak < 40 * MB


def test_records_that_are_all_damaged_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MOST_FAILURES", 1_000)
    endless = Repeated(b"", b"TY  - JOUR\n", 1024 * MB)
    count, failures, why, _ = read(endless)
    assert (count, len(failures)) == (0, 1_000)
    assert why == "upload has 1,000 records in a row that are not papers: the rest is not read"
    assert endless.served < MB


def test_macros_of_bibtex_cannot_grow_without_end() -> None:
    doubling = "".join(f"@string{{s{n + 1} = s{n} # s{n}}}\n" for n in range(60))
    text = f'@string{{s0 = "0123456789"}}\n{doubling}@article{{k, title = s60 # s60, year = s19}}'
    _, failures, _, peak = read(text.encode())
    assert any("is longer than 1,000,000 characters" in failure.why for failure in failures)
    assert peak < 16 * MB


def pdf(content: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(width=612, height=792)
    stream = DecodedStreamObject()
    stream.set_data(content)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def test_a_pdf_bomb_is_refused() -> None:
    data = pdf(b"q Q " * (100 * MB // 4))
    assert len(data) < MB
    count, _, why, peak = read(data)
    assert count == 0
    assert why.startswith("upload is a damaged PDF (")
    assert peak < 40 * MB


def test_a_parquet_bomb_is_refused() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    data = io.BytesIO()
    texts = ["x" * 4 * MB] * 40
    table = pyarrow.table({"title": [str(n) for n in range(40)], "abstract": texts})
    parquet.write_table(table, data, compression="zstd", use_dictionary=False)
    assert len(data.getvalue()) < MB
    with pytest.raises(FileUnreadable, match="in its column abstract: save the table as CSV"):
        list(read_bytes(data.getvalue(), "upload", lambda failure: None))


def test_memory_of_the_process() -> None:
    """What zlib, bzip2 and LZMA take is theirs, so the whole process is measured."""
    code = """
import bz2, io, lzma, resource, sys, zipfile
from assistant.errors import ReadingError
from assistant.reading import read_bytes
record = (b"TY  - JOUR\\nTI  - A\\nAB  - " + b"word " * 800 + b"\\nER  - \\n") * 4_000
archives = []
for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.writestr("a.ris", record[:15_000_000])
    archives.append(data.getvalue())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for data in archives:
    try:
        count = sum(1 for paper in read_bytes(data, "x", lambda failure: None))
        assert count > 3_000, count
    except ReadingError as error:
        sys.exit(str(error))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 120 * 1024


def test_members_are_not_held_after_they_were_read() -> None:
    data = zipped(RECORDS, 4 * MB, members=4)
    tracemalloc.start()
    with io.BufferedReader(io.BytesIO(data), HEAD_BYTES) as stream:
        for member in stream_members(stream, "x", "x", lambda failure: None):
            while member.stream.read(HEAD_BYTES):
                pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MB
