"""The vector index on a Chroma server: a real one, which is stopped, and ones that fail."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chroma_server_support import HOST, ChromaProcess, free_port, gate, running_chroma
from patience import PATIENCE_S

from assistant.embedder import Vectors
from assistant.errors import ChromaServerError
from assistant.library import Library
from assistant.library.chroma_index import FOLDER
from assistant.library.chroma_server import ChromaConnection, ChromaServer
from assistant.library.chroma_server_index import ChromaServerIndex
from assistant.library.vector_rows import VectorRows
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.server_address import ServerAddress

MakePapers = Callable[..., list[Paper]]
QUESTIONS = ["penguins folding in Kyoto", "radar in winter", "melting glaciers", "proteins"]
INDEX = "assistant.library.chroma_server_index"


class DenseEmbedder(HashingEmbedder):
    """Adds a little noise, so that no two papers are equally near to a question."""

    def __init__(self, dimension: int = 64) -> None:
        super().__init__(dimension)
        self.fingerprint += "-dense"

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = super().embed(texts)
        for vector, text in zip(vectors, texts, strict=True):
            rng = np.random.default_rng(zlib.crc32(text.encode()))
            vector += 0.05 * rng.normal(size=self.dimension).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def server_at(address: str, token: str = "", timeout_s: float = PATIENCE_S) -> ChromaServer:
    return ChromaServer(ServerAddress.parse_chroma(address), token, "the test", timeout_s)


def nearest(library: Library, embedder: DenseEmbedder) -> list[list[int]]:
    """The 20 nearest papers of each question, by vectors alone."""
    index = library.vectors.index
    vectors = embedder.embed(QUESTIONS)
    return [[number for number, _ in index.nearest_papers(vector, 20)] for vector in vectors]


def agree(found: list[list[int]], expected: list[list[int]]) -> bool:
    """Whether the neighbours are the same; each index may miss one: the search is approximate."""
    return all(
        len(one) == len(other) and len(set(one) & set(other)) >= len(other) - 2
        for one, other in zip(found, expected, strict=True)
    )


@contextmanager
def library_on(
    address: str, folder: Path, notes: list[str], embedder: DenseEmbedder, **given: Any
) -> Iterator[Library]:
    with Library.open(
        folder, embedder, notes.append, find_server=lambda: server_at(address, **given)
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    with running_chroma(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.mark.slow
def test_searches_find_the_same_as_with_the_embedded_index(
    chroma: ChromaProcess, tmp_path: Path, make_papers: MakePapers, notes: list[str]
) -> None:
    embedder = DenseEmbedder()
    with Library.open(tmp_path / "a", embedder, notes.append) as embedded:
        embedded.add(make_papers(300))
        embedded.vectors.embed_missing()
        expected = nearest(embedded, embedder)
        hits = [[hit.stored.number for hit in embedded.search(one)] for one in QUESTIONS]
    with library_on(chroma.address, tmp_path / "b", notes, embedder) as library:
        library.add(make_papers(300))
        assert library.vectors.embed_missing() == 300
        assert agree(nearest(library, embedder), expected)
        assert [[hit.stored.number for hit in library.search(q)] for q in QUESTIONS] == hits
        # Changes arrive: removed papers are gone, new ones are found.
        gone = expected[0][0]
        library.remove([gone])
        assert gone not in nearest(library, embedder)[0]
        library.purge_removed()
        library.add([Paper(title=QUESTIONS[0], abstract="As the question says.")])
        library.vectors.embed_missing()
        assert nearest(library, embedder)[0][0] == library.papers.last_number()
        library.check()
        assert library.vectors.index.settle()
    assert notes == []
    # Nothing is stored in the folder of the library.
    assert not (tmp_path / "b" / FOLDER).exists()
    with library_on(chroma.address, tmp_path / "b", notes, DenseEmbedder(24)) as other:
        assert "must be embedded again" in notes[0]
        other.vectors.embed_missing()
        assert other.vectors.index.settle()
        assert len(nearest(other, DenseEmbedder(24))[0]) == 20


@pytest.mark.slow
def test_the_server_may_stop_and_start_during_an_import_and_between_searches(
    tmp_path: Path,
    make_papers: MakePapers,
    notes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedder = DenseEmbedder()
    monkeypatch.setattr("assistant.library.vector_search._PAUSE_S", 0.0)
    with (
        running_chroma(tmp_path / "chroma") as server,
        library_on(server.address, tmp_path / "a", notes, embedder) as library,
    ):
        library.add(make_papers(260))
        add = VectorRows.add
        batches = 0

        def stop_and_start(*given: Any, **more: Any) -> int:
            nonlocal batches
            batches += 1
            if batches == 2:
                server.stop()
            if batches == 4:
                server.start()
            return add(*given, **more)

        monkeypatch.setattr(VectorRows, "add", stop_and_start)
        assert library.vectors.embed_missing() == 260
        assert batches == 5 and any("not up to date" in note for note in notes)
        assert all("cannot connect" in note or "cut off" in note for note in notes)
        expected = nearest(library, embedder)
        assert all(len(found) == 20 for found in expected)
        library.check()
        server.stop()
        with pytest.raises(ChromaServerError, match="Start the Chroma server"):
            library.search(QUESTIONS[0])
        # The catalogue takes what comes meanwhile.
        library.add([Paper(title=QUESTIONS[0], abstract="As the question says.")])
        library.vectors.embed_missing()
        assert library.vectors.missing() == 0
        server.start()
        assert nearest(library, embedder)[0][0] == library.papers.last_number()
        # The server lost everything.
        server.stop()
        shutil.rmtree(server.folder)
        server.start()
        notes.clear()
        assert agree(nearest(library, embedder)[1:], expected[1:])
        assert "was missing on the Chroma server; it is filled again" in notes[0]
        with Library.open(tmp_path / "a", embedder, notes.append) as embedded:
            assert agree(nearest(embedded, embedder), nearest(library, embedder))


@pytest.mark.slow
def test_many_read_what_one_writes(
    chroma: ChromaProcess,
    tmp_path: Path,
    make_papers: MakePapers,
    notes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedder = DenseEmbedder()
    with (
        library_on(chroma.address, tmp_path / "a", notes, embedder) as writer,
        library_on(chroma.address, tmp_path / "a", notes, embedder) as one,
        library_on(chroma.address, tmp_path / "a", notes, embedder) as two,
    ):
        writer.add(make_papers(120))
        failed: list[Exception] = []

        def read(library: Library) -> None:
            try:
                for _ in range(30):
                    nearest(library, embedder)
            except Exception as error:
                failed.append(error)

        readers = [threading.Thread(target=read, args=[library]) for library in (one, two)]
        for reader in readers:
            reader.start()
        writer.vectors.embed_missing()
        for reader in readers:
            reader.join()
        assert failed == []
        assert nearest(one, embedder) == nearest(two, embedder) == nearest(writer, embedder)
        # A process that cannot write the collection reads it all the same.
        monkeypatch.setattr(
            ChromaServerIndex, "_send", lambda *_: pytest.fail("a reader must not write")
        )
        index = ChromaServerIndex(
            lambda: server_at(chroma.address),
            writer.vectors.rows,
            writer.folder,
            notes.append,
            lambda: pytest.fail("the collection is complete"),
            read_only=True,
        )
        index.refresh()
        assert index.nearest(embedder.embed(["radar"])[0], 5)
        index.close()


@pytest.mark.slow
def test_large_changes_are_sent_in_the_background_within_the_limit_of_the_server(
    chroma: ChromaProcess,
    tmp_path: Path,
    make_papers: MakePapers,
    notes: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embedder = DenseEmbedder()
    with Library.open(tmp_path / "a", embedder) as embedded:
        embedded.add(make_papers(100))
        embedded.vectors.embed_missing()
        expected = nearest(embedded, embedder)
    monkeypatch.setattr(f"{INDEX}._MAX_BEHIND", 10)
    monkeypatch.setattr(f"{INDEX}._STORED_EVERY", 20)
    free = threading.Event()
    sizes: list[int] = []

    def limit(method: str, path: str, headers: Any, body: bytes) -> tuple[int, str, bytes] | None:
        if path.endswith("/pre-flight-checks"):
            checks = {"max_batch_size": 7, "supports_base64_encoding": True}
            return 200, "application/json", json.dumps(checks).encode()
        if path.endswith("/upsert"):
            assert free.wait(PATIENCE_S)
            sizes.append(len(json.loads(body)["ids"]))
        return None

    with gate(limit, chroma.port) as address:
        with library_on(address, tmp_path / "a", notes, embedder) as library:
            # Until they are sent, the vectors of the catalogue are compared.
            assert agree(nearest(library, embedder), expected)
            assert "does not have the vectors of this library yet" in notes[0]
            free.set()
            assert library.vectors.index.settle()
            assert agree(nearest(library, embedder), expected)
        assert max(sizes) == 7 and sum(sizes) == library_chunks(tmp_path / "a")


def library_chunks(folder: Path) -> int:
    with Library.open(folder, None) as library:
        return library.vectors.rows.count()


@pytest.mark.slow
def test_what_is_not_this_librarys_is_refused(
    chroma: ChromaProcess, tmp_path: Path, make_papers: MakePapers, notes: list[str]
) -> None:
    embedder = DenseEmbedder()
    mine = f"{chroma.address}#shared-name"
    with library_on(mine, tmp_path / "a", notes, embedder) as library:
        library.add(make_papers(20))
        library.vectors.embed_missing()
        library.vectors.index.settle()
    shutil.copytree(tmp_path / "a", tmp_path / "copy")
    with library_on(mine, tmp_path / "b", notes, embedder) as other:
        other.add(make_papers(20))
        other.vectors.embed_missing()
        with pytest.raises(ChromaServerError, match="belongs to another library"):
            other.search("radar")
    with library_on(mine, tmp_path / "a", notes, embedder) as library:
        library.add(make_papers(10, 20))
        library.vectors.embed_missing()
        expected = nearest(library, embedder)
    with (
        library_on(mine, tmp_path / "copy", notes, embedder) as copy,
        pytest.raises(ChromaServerError, match="another copy of this library"),
    ):
        nearest(copy, embedder)
    with library_on(mine, tmp_path / "a", notes, embedder) as library:
        assert agree(nearest(library, embedder), expected)  # nobody has touched it
    connection = ChromaConnection(server_at(chroma.address))
    connection.create("foreign", {"made": "elsewhere"})
    connection.close()
    foreign = f"{chroma.address}#foreign"
    with (
        library_on(foreign, tmp_path / "a", notes, embedder) as library,
        pytest.raises(ChromaServerError, match="was not made by this program"),
    ):
        nearest(library, embedder)


@pytest.mark.slow
def test_a_collection_that_differs_is_filled_again(
    chroma: ChromaProcess, tmp_path: Path, make_papers: MakePapers, notes: list[str]
) -> None:
    embedder = DenseEmbedder()
    address = f"{chroma.address}#damaged"
    with library_on(address, tmp_path / "a", notes, embedder) as library:
        library.add(make_papers(30))
        library.vectors.embed_missing()
        expected = nearest(library, embedder)
        connection = ChromaConnection(server_at(chroma.address))
        collection = connection.find("damaged")
        assert collection is not None and notes == []
        batch = next(library.vectors.rows.between(0, 10, 5))
        turned = type(batch)(batch.chunks, batch.papers, -batch.vectors)
        collection.upsert(turned)
        library.check()
        assert "did not match the catalogue" in notes.pop()
        assert agree(nearest(library, embedder), expected)
        # Vectors that are missing are noticed by every new process.
        collection = connection.find("damaged")
        assert collection is not None
        collection.delete([1, 2, 3])
    with library_on(address, tmp_path / "a", notes, embedder) as library:
        assert agree(nearest(library, embedder), expected)
        assert "vectors, the catalogue" in notes.pop()
        # A collection of other vectors under the same name, with the same state.
        collection = connection.find("damaged")
        assert collection is not None
        values = {name: str(value) for name, value in collection.values.items()}
        connection.delete("damaged")
        other = connection.create("damaged", values)
        other.upsert(type(batch)(batch.chunks, batch.papers, np.ones((5, 3), dtype=np.float32)))
        assert agree(nearest(library, embedder), expected)
        assert "vectors of another length" in notes.pop()
    connection.close()


@pytest.mark.slow
def test_the_token_is_sent(
    chroma: ChromaProcess, tmp_path: Path, make_papers: MakePapers, notes: list[str]
) -> None:
    embedder = DenseEmbedder()

    def ask(method: str, path: str, headers: Any, body: bytes) -> tuple[int, str, bytes] | None:
        if headers.get("Authorization") != "Bearer secret":
            return 401, "text/plain", b"no"
        return None

    with gate(ask, chroma.port) as address:
        with library_on(address, tmp_path / "a", notes, embedder, token="secret") as library:
            library.add(make_papers(20))
            library.vectors.embed_missing()
            assert nearest(library, embedder)[0]
        for token, match in (("wrong", "rejects the token from the test"), ("", "asks for a")):
            with (
                library_on(address, tmp_path / "a", notes, embedder, token=token) as library,
                pytest.raises(ChromaServerError, match=match) as raised,
            ):
                library.search("radar")
            assert "secret" not in str(raised.value) and "wrong" not in str(raised.value)
    assert "secret" not in repr(server_at("http://localhost", "secret"))


JSON = "application/json"


@pytest.mark.parametrize(
    ("reply", "match"),
    [
        ((200, "text/html", b"<html>Welcome</html>"), "something else than Chroma"),
        ((200, JSON, b'{"version": 1}'), "there is no Chroma server"),
        ((404, "text/html", b"<html>Not found</html>"), "there is no Chroma server of version 1"),
        ((200, JSON, b'"0.5.23"'), "has version 0.5.23, but version 1.x is needed"),
        ((302, "text/html", b""), "redirects to http://elsewhere.example/"),
        ((503, "text/html", b"<html>"), "the server failed .503."),
        ((500, JSON, b'{"error": "InternalError", "message": "disk full"}'), "500: disk full"),
        ((400, "text/html", b"<html>"), "the server failed .400."),
    ],
)
def test_what_is_no_usable_server_is_said_in_one_line(
    reply: tuple[int, str, bytes], match: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.chroma_server._FIRST_RETRY_S", 0.0)
    with gate(lambda *_: reply) as address:
        with pytest.raises(ChromaServerError, match=match) as raised:
            ChromaConnection(server_at(address))
        assert "\n" not in str(raised.value) and address in str(raised.value)


def test_temporary_failures_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.library.chroma_server._FIRST_RETRY_S", 0.0)
    statuses = iter([503, 500, 200])
    with gate(lambda *_: (next(statuses), JSON, b'"1.0.0"')) as address:
        ChromaConnection(server_at(address)).close()
    assert list(statuses) == []


def test_a_reply_without_its_fields_is_said(chroma_version: str = '"1.0.0"') -> None:
    def reply(method: str, path: str, *_: Any) -> tuple[int, str, bytes]:
        return 200, JSON, chroma_version.encode() if path.endswith("/version") else b"{}"

    with gate(reply) as address:
        connection = ChromaConnection(server_at(address))
        with pytest.raises(ChromaServerError, match="something else than Chroma"):
            connection.find("papers")
        connection.close()


def test_a_server_that_is_down_or_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr("assistant.library.chroma_server._FIRST_RETRY_S", 0.0)
    look_up = socket.getaddrinfo

    def unknown(host: object, *given: Any, **more: Any) -> Any:
        if host in ("chroma.invalid", b"chroma.invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    started = time.monotonic()
    with pytest.raises(ChromaServerError, match=r"cannot connect \(connection refused\)"):
        ChromaConnection(server_at(f"http://{HOST}:{free_port()}"))
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(ChromaServerError, match="no reply within 1 s"):
            ChromaConnection(server_at(f"http://{HOST}:{port}", timeout_s=1))
    with pytest.raises(ChromaServerError, match="no computer of this name"):
        ChromaConnection(server_at("http://chroma.invalid:8000"))
    assert time.monotonic() - started < PATIENCE_S


def test_nothing_else_is_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a proxy for this computer nor any other address, and no reports about use."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "True")
    monkeypatch.setenv("CHROMA_SERVER_HOST", "other.invalid")
    addresses = []
    connect = socket.create_connection

    def noted(address: tuple[str, int], *given: Any, **more: Any) -> socket.socket:
        addresses.append(address)
        return connect(address, *given, **more)

    monkeypatch.setattr(socket, "create_connection", noted)
    monkeypatch.setattr(socket, "getaddrinfo", _only_numbers(socket.getaddrinfo))
    seen: list[str] = []

    def reply(method: str, path: str, *_: Any) -> tuple[int, str, bytes]:
        seen.append(path)
        return 200, JSON, b'"1.0.0"'

    with gate(reply) as address:
        ChromaConnection(server_at(address)).close()
        assert addresses == [(HOST, int(address.rpartition(":")[2]))]
    assert seen == ["/api/v2/version"]


def _only_numbers(look_up: Callable[..., Any]) -> Callable[..., Any]:
    def checked(host: object, *given: Any, **more: Any) -> Any:
        assert host == HOST, f"the name {host!r} is looked up"
        return look_up(host, *given, **more)

    return checked
