"""Downloads from servers that break off, lie, refuse and redirect."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from filelock import FileLock
from model_support import write_header
from models.downloads.conftest import HostileServer, break_off, fail, serve, start

from assistant.errors import DownloadFailed, ModelFileInvalid
from assistant.models.checksum import verify_sidecar
from assistant.models.downloads.pull import _RESERVE, Pulled, pull_model
from assistant.models.downloads.source import DownloadSource, RemoteFile, find_source
from assistant.models.downloads.transfer import part_of
from assistant.progress import Progress, Report

Pull = Callable[..., Pulled | None]


@pytest.fixture
def notes() -> list[str]:
    """What the user was told."""
    return []


@pytest.fixture
def pull(server: HostileServer, tmp_path: Path, notes: list[str]) -> Pull:
    """Download `m.gguf` into the folder `models`, without any pause between tries."""

    def pulled(
        sha256: str | None = None, *, size: int | None = None, progress: Progress | None = None
    ) -> Pulled | None:
        source = DownloadSource((RemoteFile(f"{server.base}/org/m.gguf", "m.gguf", size, sha256),))
        return pull_model(
            source, tmp_path / "models", progress or Progress(), notes.append, lambda failures: 0.0
        )

    return pulled


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "models" / "m.gguf"


def remains(target: Path) -> list[str]:
    """Names of the files that are left beside the target, without locks."""
    return sorted(f.name for f in target.parent.iterdir() if not f.name.endswith(".lock"))


def test_a_file_arrives_whole_and_its_host_is_named_first(
    server: HostileServer, pull: Pull, target: Path, notes: list[str]
) -> None:
    seen: list[Report] = []
    done = pull(server.sha256, progress=Progress(seen.append))
    assert done == Pulled(target, verified=True, contacted=True)
    assert target.read_bytes() == server.content
    assert verify_sidecar(target)
    assert remains(target) == ["m.gguf", "m.gguf.sha256"]
    assert notes == [f"Contacting {server.base.removeprefix('http://')} to download m.gguf."]
    assert seen[0].done == 0
    assert any(report.total == 7 and report.done == 6 for report in seen)


def test_a_file_that_is_there_is_not_downloaded(
    server: HostileServer, pull: Pull, target: Path, notes: list[str]
) -> None:
    pull(server.sha256)
    before = len(server.requests)
    assert pull(server.sha256) == Pulled(target, verified=True, contacted=False)
    assert (len(server.requests), len(notes)) == (before, 1)
    write_header(target)
    with pytest.raises(ModelFileInvalid, match="exists already, but it is another or a changed"):
        pull(server.sha256)
    with pytest.raises(ModelFileInvalid, match="wrong checksum"):
        pull()


def test_a_file_without_a_known_checksum_is_kept_with_its_own(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    assert pull() == Pulled(target, verified=False, contacted=True)
    assert verify_sidecar(target)


def test_a_broken_connection_is_resumed(server: HostileServer, pull: Pull, target: Path) -> None:
    server.answers = [break_off(2_000_000), serve]
    assert pull(server.sha256)
    assert target.read_bytes() == server.content
    assert server.requests == [("/org/m.gguf", ""), ("/org/m.gguf", "bytes=2000000-")]


def test_a_stopped_download_is_continued_by_the_next_command(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    progress = Progress()
    progress.on_report = lambda report: progress.stop() if report.done else None
    assert pull(progress=progress) is None
    assert not target.exists()
    arrived = (target.parent / ".m.gguf.download").stat().st_size
    assert 0 < arrived < len(server.content)
    assert pull()
    assert target.read_bytes() == server.content
    assert server.requests[-1] == ("/org/m.gguf", f"bytes={arrived}-")


def test_a_server_that_breaks_off_again_and_again_is_given_up(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    server.answers = [break_off(100)]
    with pytest.raises(DownloadFailed, match=r"failed 5 times .* are kept: the same command"):
        pull(server.sha256)
    assert len(server.requests) == 5
    assert not target.exists()


def test_parts_of_two_versions_are_never_joined(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    server.answers = [break_off(2_000_000, etag='"old"'), serve]
    assert pull()
    assert target.read_bytes() == server.content
    assert [span for _, span in server.requests] == ["", "bytes=2000000-", ""]


def test_a_part_without_a_version_is_not_resumed(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    server.answers = [break_off(2_000_000, etag='W/"weak"'), serve]
    assert pull()
    assert [span for _, span in server.requests] == ["", ""]
    assert target.read_bytes() == server.content


def test_a_server_without_ranges_starts_again(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    def whole(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        start(handler, 200, len(content), ETag='"v"')
        handler.wfile.write(content)

    server.answers = [break_off(2_000_000, etag='"v"'), whole]
    assert pull(server.sha256)
    assert target.read_bytes() == server.content


def test_a_wrong_range_starts_again(server: HostileServer, pull: Pull, target: Path) -> None:
    def shifted(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        start(handler, 206, 10, Content_Range=f"bytes 5-14/{len(content)}")
        handler.wfile.write(content[5:15])

    server.answers = [break_off(2_000_000), shifted, serve]
    assert pull(server.sha256)
    assert target.read_bytes() == server.content


def test_a_range_that_is_refused_starts_again(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    server.answers = [break_off(2_000_000), fail(416), serve]
    assert pull(server.sha256)
    assert target.read_bytes() == server.content


def test_a_wrong_checksum_deletes_what_arrived(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    with pytest.raises(DownloadFailed, match="wrong checksum, expected SHA-256 000000000000"):
        pull("0" * 64)
    assert remains(target) == []


@pytest.mark.parametrize(
    ("status", "said", "tries"),
    [
        (401, "demands a log-in", 1),
        (403, "acceptance of a licence", 1),
        (404, "no such file", 1),
        (410, "no such file", 1),
        (418, "refuses", 1),
        (429, "failed 5 times", 5),
        (500, "failed 5 times", 5),
        (503, "failed 5 times", 5),
    ],
)
def test_errors_of_a_server_are_named(
    server: HostileServer, pull: Pull, target: Path, status: int, said: str, tries: int
) -> None:
    server.answers = [fail(status)]
    with pytest.raises(DownloadFailed, match=said) as caught:
        pull(server.sha256)
    assert len(server.requests) == tries
    assert str(caught.value).startswith(f"{server.base}/org/m.gguf: ")
    assert not target.exists()


def test_a_server_may_say_when_to_come_back(
    server: HostileServer, pull: Pull, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    progress = Progress()
    monkeypatch.setattr(progress, "wait", waits.append)
    server.answers = [fail(429, Retry_After="7"), fail(503, Retry_After="99999"), serve]
    assert pull(server.sha256, progress=progress)
    assert waits == [7.0, 120.0]


def test_a_web_page_in_place_of_the_file_is_refused_at_once(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    server.answers = [fail(200)]
    with pytest.raises(DownloadFailed, match=r"no GGUF file \(content type text/html\)"):
        pull()
    assert not target.exists()


def test_a_file_of_another_size_is_refused_before_it_arrives(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    size = len(server.content)
    with pytest.raises(DownloadFailed, match=f"another file: {size:,} bytes instead of 1,234"):
        pull(server.sha256, size=1234)
    assert not target.exists()


def test_a_damaged_model_is_refused_with_the_reason(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    server.content = server.content[:-100]
    with pytest.raises(DownloadFailed, match="what the server sent is truncated: 100 of"):
        pull()
    assert remains(target) == []


def test_a_length_that_is_too_small_is_noticed(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    def endless(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        start(handler, 200, None, X_Linked_Size="1000", Connection="close")
        handler.wfile.write(content)

    server.answers = [endless]
    with pytest.raises(DownloadFailed, match="sends more than the 1,000 bytes it said"):
        pull()
    assert not target.exists()


def test_a_length_that_is_too_large_is_given_up(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    def lying(handler: BaseHTTPRequestHandler, content: bytes) -> None:
        start(handler, 200, None, X_Linked_Size=str(len(content) + 5), Connection="close")
        handler.wfile.write(content)

    server.answers = [lying]
    with pytest.raises(DownloadFailed, match="failed 5 times"):
        pull()
    assert not target.exists()


def test_a_compressed_reply_is_refused(server: HostileServer, pull: Pull) -> None:
    server.answers = [fail(200, Content_Encoding="gzip")]
    with pytest.raises(DownloadFailed, match="compresses the file"):
        pull()


def test_the_checksum_that_a_hub_states_is_compared(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    def redirect(sha256: str) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
        def answer(handler: BaseHTTPRequestHandler, content: bytes) -> None:
            size = str(len(content))
            headers = {"X_Linked_ETag": f'"{sha256}"', "X_Linked_Size": size}
            start(handler, 302, 0, Location="/blob", **headers)

        return answer

    server.answers = [redirect("0" * 64), serve]
    with pytest.raises(DownloadFailed, match="wrong checksum"):
        pull()
    server.answers = [redirect(server.sha256), serve]
    assert pull() == Pulled(target, verified=True, contacted=True)
    target.unlink()
    server.answers = [redirect("0" * 64), serve]
    with pytest.raises(DownloadFailed, match=r"another file: SHA-256 0000"):
        pull(server.sha256)


def test_redirects_are_bounded_and_their_hosts_are_named(
    server: HostileServer, pull: Pull, notes: list[str]
) -> None:
    def to(location: str) -> Callable[[BaseHTTPRequestHandler, bytes], None]:
        return lambda handler, _: start(handler, 302, 0, Location=location)

    server.answers = [to("/again")]
    with pytest.raises(DownloadFailed, match="redirects more than 5 times"):
        pull()
    server.answers = [to("ftp://127.0.0.1/m.gguf")]
    with pytest.raises(DownloadFailed, match="an address that cannot be used"):
        pull()
    port = server.base.rpartition(":")[2]
    server.answers = [to(f"http://localhost:{port}/other"), serve]
    assert pull(server.sha256)
    assert notes[-1] == f"127.0.0.1:{port} passes the download on to localhost:{port}."


def test_a_server_that_is_down_is_given_up(tmp_path: Path) -> None:
    source = DownloadSource((RemoteFile("http://127.0.0.1:9/m.gguf", "m.gguf"),))
    with pytest.raises(DownloadFailed, match="failed 5 times"):
        pull_model(source, tmp_path, Progress(), lambda note: None, lambda failures: 0.0)


def test_a_full_disk_is_told_before_anything_is_contacted(
    server: HostileServer, pull: Pull, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DownloadFailed, match=r"but only 1\.0 MB are free"):
        pull(server.sha256, size=len(server.content))
    assert (server.requests, notes) == ([], [])


def test_a_stopped_download_needs_only_the_room_that_is_missing(
    server: HostileServer, pull: Pull, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part_of(target).write_bytes(server.content[:900])
    needed = len(server.content) - 900 + _RESERVE
    usage = shutil.disk_usage("/")._replace(free=needed)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    pull(server.sha256, size=len(server.content))
    assert target.read_bytes() == server.content


def test_a_folder_that_cannot_be_made_is_told(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    target.parent.write_text("a file", encoding="utf-8")
    with pytest.raises(DownloadFailed, match="cannot be created"):
        pull()


def test_two_commands_do_not_download_the_same_file(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    target.parent.mkdir()
    with (
        FileLock(target.parent / ".m.gguf.lock"),
        pytest.raises(DownloadFailed, match="another command is downloading"),
    ):
        pull()


def test_all_parts_of_a_split_model_are_downloaded(server: HostileServer, tmp_path: Path) -> None:
    parts = {}
    for number in (1, 2):
        file = write_header(
            tmp_path / "parts" / f"big-0000{number}-of-00002.gguf",
            {"split.no": number - 1, "split.count": 2},
        )
        parts[f"/org/{file.name}"] = file.read_bytes()

    def by_path(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        serve(handler, parts[handler.path])

    server.answers = [by_path]
    source = find_source(f"{server.base}/org/big-00002-of-00002.gguf", {})
    done = pull_model(source, tmp_path / "models", Progress(), lambda note: None)
    assert done
    assert done.file == tmp_path / "models" / "big-00001-of-00002.gguf"
    assert [path for path, _ in server.requests] == list(parts)


def test_damaged_notes_of_a_stopped_download_are_ignored(
    server: HostileServer, pull: Pull, target: Path
) -> None:
    for notes in ("", "[]", '{"url": 1}', json.dumps({"url": f"{server.base}/org/m.gguf"})):
        target.parent.mkdir(exist_ok=True)
        (target.parent / ".m.gguf.download").write_bytes(b"GGUF but of something else")
        (target.parent / ".m.gguf.download.json").write_text(notes, encoding="utf-8")
        assert pull()
        assert target.read_bytes() == server.content
        target.unlink()
