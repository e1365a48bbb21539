"""Bytes without a mark: UTF-8, or Windows-1252 where they stand as Western letters do."""

from __future__ import annotations

import io

import pytest

from assistant.paper import Paper
from assistant.reading import Failure, read_bytes, source
from assistant.reading.encoding import guess
from assistant.reading.source import UNREADABLE, Source

WESTERN = [
    "André et l'école à la créée",
    "Müller – “Straße”",
    "Ångström, Ó é, Ñandú",
    "SÃO PAULO",
    "5 µm ± 3 °C",
    "J’ai “dit” §4",
    "“école” «à»",
]


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_of_old_programs(text: str) -> None:
    assert guess(text.encode("cp1252")) == "cp1252"
    assert guess(text.encode()) == "utf-8"


@pytest.mark.parametrize(
    "data",
    [
        b"caf\xc3 and more",
        b"it\xe2\x80s",
        b"x\xffy",
        b"a\xfe\xffb",
        b"\xc3\xa9 is one, Caf\xe9 is damage",
        bytes(range(128, 256)),
        "Привет мир".encode("cp1251"),
        "日本語 text".encode("shift_jis"),
        "Zażółć gęślą".encode("cp1250"),
    ],
)
def test_damage_and_other_encodings_are_not(data: bytes) -> None:
    assert guess(data) == "utf-8"


def test_ascii_says_nothing() -> None:
    assert guess(b"plain") == ""


def read(data: bytes) -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    return list(read_bytes(data, "x", failures.append)), failures


RIS = "TY  - JOUR\nTI  - {}\nAB  - {}\nER  - \n"
BIB = "@article{{k,\n title = {{{}}},\n abstract = {{{}}}\n}}\n"
CSV = '"{}","{}"\n'
JSON = '{{"title": "{}", "abstract": "{}"}}\n'


@pytest.mark.parametrize("form", [RIS, BIB, CSV, JSON])
@pytest.mark.parametrize("ascii_records", [0, 3_000])
def test_files_of_windows_1252(form: str, ascii_records: int) -> None:
    header = "title,abstract\n" if form == CSV else ""
    plain = form.format("Plain", "Of cats and owls, and of nothing else.") * ascii_records
    text = header + plain + form.format("Cafés", "André’s naïve “école”.") + form.format("B", "C.")
    papers, failures = read(text.encode("cp1252"))
    assert failures == []
    assert [(paper.title, paper.abstract) for paper in papers[ascii_records:]] == [
        ("Cafés", "André’s naïve “école”."),
        ("B", "C."),
    ]


@pytest.mark.parametrize("form", [RIS, BIB, JSON])
def test_a_file_of_utf_8_stays_so(form: str) -> None:
    good = form.format("Café", "Naïve.").encode()
    papers, failures = read(good + form.format("Caf\u00e9", "x").encode("cp1252") + good)
    assert [paper.title for paper in papers] == ["Café", "Café"]
    assert len(failures) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_pieces_may_be_of_any_size(
    size: int, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "x" * 70_000 + "\nAndré, é, “naïve” – so\n" + "y" * 300
    monkeypatch.setattr(source, "_CHUNK_BYTES", size)
    stream = io.BufferedReader(io.BytesIO(text.encode(encoding)), source.HEAD_BYTES)
    assert "".join(Source(stream, "x").chunks()) == text


def test_bytes_that_no_encoding_has_are_marked() -> None:
    stream = io.BufferedReader(io.BytesIO("Ach, André: \x81".encode("latin-1")))
    assert Source(stream, "x").text() == f"Ach, André: {UNREADABLE}"
