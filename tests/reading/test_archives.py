"""Folders and archives: their files one after another; bombs, tricks and damage are refused."""

from __future__ import annotations

import gzip
import io
import os
import random
import zipfile
from pathlib import Path

import pytest

from assistant.errors import AssistantError, FileUnreadable, NoPapersFound
from assistant.reading import Failure
from assistant.reading.archives import members, stream_members
from assistant.reading.source import HEAD_BYTES, Source

TEXT = b"title,abstract\nA,B.\n"


def contents(path: Path) -> tuple[dict[str, bytes], list[Failure]]:
    failures: list[Failure] = []
    return {
        member.name: member.stream.read() for member in members(path, failures.append)
    }, failures


def zipped(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_dot_", "."), data)
    return path


def test_plain_file(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_bytes(TEXT)
    (member,) = [
        (member.name, member.label, member.alone, member.stream.read())
        for member in members(path, lambda failure: None)
    ]
    assert member == ("papers.csv", str(path), True, TEXT)
    with pytest.raises(FileNotFoundError):
        contents(tmp_path / "missing")


def test_folder(tmp_path: Path) -> None:
    for name in ("b.csv", "a.txt", ".hidden", "sub/c.csv", ".git/d.csv", "sub/.DS_Store"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    (tmp_path / "sub" / "again").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    zipped(tmp_path / "x.zip", y_dot_csv=TEXT)
    (tmp_path / "z.gz").write_bytes(gzip.compress(TEXT))
    found, failures = contents(tmp_path)
    assert list(found) == ["a.txt", "b.csv", "x.zip/y.csv", "z.gz", "sub/c.csv"]
    assert found["x.zip/y.csv"] == found["z.gz"] == TEXT
    assert failures == []
    assert not any(member.alone for member in members(tmp_path, failures.append))


def test_what_is_wrong_in_a_folder_costs_itself(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 nonsense")
    (tmp_path / "b.csv").write_bytes(TEXT)
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    found, failures = contents(tmp_path)
    assert list(found) == ["b.csv"]
    assert [failure.where for failure in failures] == ["a.zip"]
    assert "is a damaged zip archive: File is not a zip file; fetch or pack it again" in (
        failures[0].why
    )


def test_empty_folder_and_empty_zip(tmp_path: Path) -> None:
    with pytest.raises(NoPapersFound, match="is a folder without files"):
        contents(tmp_path)
    with pytest.raises(NoPapersFound, match="is a zip archive without files"):
        contents(zipped(tmp_path / "empty.zip"))


def test_zip_by_content_not_by_name(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "papers.txt",
        b_dot_csv=TEXT,
        a_dot_csv=b"",
        **{"in/c.csv": b"c", "__MACOSX/._c": b"x", ".DS_Store": b"x", "folder/": b""},
    )
    found, failures = contents(path)
    assert found == {"papers.txt/a.csv": b"", "papers.txt/b.csv": TEXT, "papers.txt/in/c.csv": b"c"}
    assert list(found) == sorted(found)
    assert failures == []


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing(tmp_path: Path, method: int) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.csv", TEXT)
    assert contents(path) == ({"x.zip/a.csv": TEXT}, [])


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "papers.json.gz"
    path.write_bytes(gzip.compress(TEXT) + gzip.compress(b"more"))
    assert contents(path) == ({"papers.json.gz": TEXT + b"more"}, [])


def test_a_source_can_be_made_of_a_member(tmp_path: Path) -> None:
    text = b"title,abstract\n" + b"A,B.\n" * 50_000
    path = zipped(tmp_path / "x.zip", a_dot_csv=text)
    for member in members(path, lambda failure: None):
        source = Source(member.stream, member.name, member.label)
        assert (source.name, source.label) == ("x.zip/a.csv", f"{path}/a.csv")
        assert len(source.head) == HEAD_BYTES
        assert "".join(source.chunks()).encode() == text


def test_bytes_that_were_uploaded() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", TEXT)
    data.seek(0)
    with io.BufferedReader(data, HEAD_BYTES) as stream:
        found = [
            (member.name, member.stream.read())
            for member in stream_members(stream, "upload", "upload", lambda failure: None)
        ]
    assert found == [("upload/a.csv", TEXT)]


def test_piped_archive_is_refused() -> None:
    reading, writing = os.pipe()
    os.write(writing, gzip.compress(TEXT))
    os.close(writing)
    with (
        io.BufferedReader(io.FileIO(reading), HEAD_BYTES) as stream,
        pytest.raises(FileUnreadable, match="standard input is an archive that is piped in"),
    ):
        list(stream_members(stream, "-", "standard input", lambda failure: None))


@pytest.mark.parametrize(
    "name", ["/etc/papers", "../up.csv", "a/../../b", "C:\\x.csv", "..\\x.csv", "\\x.csv"]
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")
        archive.writestr("good.csv", TEXT)
    found, failures = contents(path)
    assert found == {"x.zip/good.csv": TEXT}
    assert [failure.why for failure in failures] == [
        "its name leads out of the archive: rename it and pack it again"
    ]


def test_links_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("link.csv")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert contents(path) == (
        {},
        [Failure("x.zip/link.csv", "it is a link to another file: pack that file")],
    )


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", a_dot_csv=TEXT, b_dot_csv=TEXT)
    data = bytearray(path.read_bytes())
    # The flag of the first member, in its own header and in the archive's list of them.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    found, failures = contents(path)
    assert found == {"x.zip/b.csv": TEXT}
    assert failures == [
        Failure("x.zip/a.csv", "it is encrypted: unpack it with its password first")
    ]


def inner_archives() -> dict[str, bytes]:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", TEXT)
    tar = bytearray(1024)
    tar[257:262] = b"ustar"
    return {
        "a zip archive": data.getvalue(),
        "a gzip archive": gzip.compress(TEXT),
        "a tar archive": bytes(tar),
        "a bzip2 archive": b"BZh9x",
    }


@pytest.mark.parametrize("kind", inner_archives())
def test_archives_in_archives_are_refused(tmp_path: Path, kind: str) -> None:
    inner = inner_archives()[kind]
    found, failures = contents(zipped(tmp_path / "x.zip", a_dot_csv=inner, b_dot_csv=TEXT))
    assert found == {"x.zip/b.csv": TEXT}
    assert failures[0].why.endswith(f"contains {kind}: unpack it first")
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(inner))
    with pytest.raises(FileUnreadable, match=f"contains {kind}: unpack it first"):
        contents(path)


OFFICE = "[Content_Types].xml"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({OFFICE: b"x", "word/document.xml": b"x"}, "a Word document (.docx): save it as plain"),
        ({OFFICE: b"x", "xl/workbook.xml": b"x"}, "an Excel workbook (.xlsx): save it as CSV"),
        ({OFFICE: b"x", "ppt/slides/a.xml": b"x"}, "a PowerPoint presentation (.pptx): save it"),
        ({OFFICE: b"x", "a.xml": b"x"}, "an office document: save it as plain text"),
        ({"mimetype": f"{OPEN_DOCUMENT}text".encode()}, "an OpenDocument text (.odt): save it"),
        ({"mimetype": f"{OPEN_DOCUMENT}spreadsheet".encode()}, "an OpenDocument spreadsheet"),
        ({"mimetype": f"{OPEN_DOCUMENT}presentation\n".encode()}, "an OpenDocument presentation"),
        ({"mimetype": b"application/epub+zip"}, "an e-book (.epub): copy the titles and abstracts"),
        ({"META-INF/container.xml": b"x", "a.xhtml": b"x"}, "an e-book (.epub): copy the titles"),
        ({"Index/Document.iwa": b"x"}, "a document of Pages, Numbers or Keynote: save it as"),
        ({"mimetype": b"\xff\xfe"}, "an office document: save it as plain text"),
    ],
)
def test_documents_that_are_archives_are_refused_by_name(
    tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with pytest.raises(FileUnreadable) as caught:
        contents(path)
    assert str(caught.value).startswith(f"{path} is {said}")
    folder = tmp_path / "folder"
    folder.mkdir()
    path.rename(folder / "x.zip")
    (folder / "a.csv").write_bytes(TEXT)
    found, failures = contents(folder)
    assert found == {"a.csv": TEXT}
    assert f"is {said}" in failures[0].why


BOMB = b"\0" * 40_000_000


def test_zip_bomb_is_refused_before_it_grows(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", a_dot_csv=BOMB, b_dot_csv=TEXT)
    found, failures = contents(path)
    assert found == {"x.zip/b.csv": TEXT}
    assert failures[0].why.startswith("it unpacks to more than 200 times its size")


def test_bomb_of_many_members(tmp_path: Path) -> None:
    part = b"\0" * 10_000_000
    path = zipped(tmp_path / "x.zip", **{f"{n}.csv": part for n in range(9)})
    failures: list[Failure] = []
    with pytest.raises(FileUnreadable, match="unpacks to more than 200 times its size"):
        for member in members(path, failures.append):
            try:
                member.stream.read()
            except FileUnreadable as error:
                failures.append(Failure(member.name, str(error)))
    assert [failure.where for failure in failures] == ["x.zip/1.csv"]


def test_gzip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(BOMB))
    read = 0
    with pytest.raises(FileUnreadable, match="unpacks to more than 200 times its size"):
        for member in members(path, lambda failure: None):
            while data := member.stream.read(100_000):
                read += len(data)
    assert 16_000_000 < read < 17_000_000


def test_damaged_member_costs_itself(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(300_000)
    path = zipped(tmp_path / "x.zip", a_dot_csv=noise, b_dot_csv=TEXT)
    data = bytearray(path.read_bytes())
    data[200_000:200_010] = b"0123456789"
    path.write_bytes(data)
    found: dict[str, int] = {}
    failures: list[Failure] = []
    for member in members(path, failures.append):
        found[member.name] = 0
        try:
            while part := member.stream.read(10_000):
                found[member.name] += len(part)
        except FileUnreadable as error:
            assert f"{path}/a.csv is damaged: " in str(error)
            assert str(error).endswith("; fetch or pack it again")
    assert list(found) == ["x.zip/a.csv", "x.zip/b.csv"]
    assert found["x.zip/b.csv"] == len(TEXT)


def test_gzip_cut_short_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    noise = random.Random(1).randbytes(300_000)
    path.write_bytes(gzip.compress(noise)[:200_000])
    read = b""
    with pytest.raises(FileUnreadable, match="is damaged: Compressed file ended before"):
        for member in members(path, lambda failure: None):
            while part := member.stream.read(10_000):
                read += part
    assert noise.startswith(read)
    assert len(read) > 199_000
    with pytest.raises(FileUnreadable, match="is damaged"):
        contents(path)


@pytest.mark.parametrize("seed", range(200))
def test_any_mutation_ends(tmp_path: Path, seed: int) -> None:
    choice = random.Random(seed)
    path = zipped(tmp_path / "x.zip", a_dot_csv=TEXT * 50, b_dot_csv=TEXT)
    data = bytearray(gzip.compress(TEXT * 50) if seed % 3 == 0 else path.read_bytes())
    for _ in range(choice.randint(1, 5)):
        data[choice.randrange(4, len(data))] = choice.randrange(256)
    if seed % 4 == 0:
        del data[choice.randrange(4, len(data)) :]
    path.write_bytes(data)
    try:
        for member in members(path, lambda failure: None):
            try:
                member.stream.read()
            except AssistantError as error:
                assert "\n" not in str(error)
    except AssistantError as error:
        assert str(path) in str(error)
