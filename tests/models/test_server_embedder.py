"""An embedder on a server: vectors, their fingerprint, and what is no vector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_server_support import EMBEDDINGS, Exchange, ScriptedServer, fails, scripted_server

from assistant.embedder import RemoteEmbedder
from assistant.errors import EmbedderUnavailable, ModelServerError
from assistant.library import Library
from assistant.models import open_embedder, server_failures
from assistant.models.fake import HashingEmbedder
from assistant.models.server_embedder import ServerEmbedder
from assistant.models.server_keys import ServerKey
from assistant.paper import Paper
from assistant.server_address import ServerAddress
from assistant.settings import load_settings

PAPERS = [
    Paper(title=f"On {animal}s", abstract=f"The {animal} sleeps. It eats in the morning.")
    for animal in ("cat", "dog", "owl")
]


def hashed(dimension: int, *, reverse: bool = False, scale: float = 3.0) -> Any:
    """Answer with the vectors of the hashing embedder, in any order, of any length."""

    def reply(exchange: Exchange) -> None:
        vectors = HashingEmbedder(dimension).embed(exchange.seen.body["input"]) * scale
        data = [{"index": n, "embedding": v.tolist()} for n, v in enumerate(vectors)]
        exchange.value({"data": data[::-1] if reverse else data})

    return reply


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    monkeypatch.setattr(server_failures, "_FIRST_RETRY_S", 0.001)
    with scripted_server() as server:
        server.functions[EMBEDDINGS] = hashed(16, reverse=True)
        yield server


@pytest.fixture
def opened() -> Iterator[list[ServerEmbedder]]:
    embedders: list[ServerEmbedder] = []
    yield embedders
    for embedder in embedders:
        embedder.close()


def connect(server: ScriptedServer, opened: list[ServerEmbedder]) -> ServerEmbedder:
    embedder = ServerEmbedder(ServerAddress(server.address), key=ServerKey(), timeout_s=20)
    opened.append(embedder)
    return embedder


def test_vectors_are_those_of_the_texts_in_order(
    server: ScriptedServer, opened: list[ServerEmbedder]
) -> None:
    embedder = connect(server, opened)
    assert isinstance(embedder, RemoteEmbedder) and not isinstance(HashingEmbedder, RemoteEmbedder)
    assert (embedder.dimension, embedder.name) == (16, f"tiny-135M on {server.address}")
    texts = [f"text number {n}" for n in range(70)]
    assert np.allclose(embedder.embed(texts), HashingEmbedder(16).embed(texts), atol=1e-6)
    assert embedder.embed([]).shape == (0, 16)
    assert np.allclose(np.linalg.norm(embedder.embed(["", "x"]), axis=1), 1)
    (words,) = embedder.embed_words(["two words"])
    assert words.ids == () and words.tokens.shape == (0, 16)


def test_a_temporary_failure_is_repeated(
    server: ScriptedServer, opened: list[ServerEmbedder]
) -> None:
    embedder = connect(server, opened)
    replies = iter([fails(503), hashed(16)])
    server.functions[EMBEDDINGS] = lambda exchange: next(replies)(exchange)
    assert embedder.embed(["a"]).shape == (1, 16)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (fails(501, {"error": "no embeddings"}), "no embeddings"),
        (fails(200, b"<html>", "text/html"), "a web page"),
        (fails(200, {"data": []}), "a vector for each text"),
        (fails(200, {"data": [{"index": 0}]}), "else than vectors"),
        (fails(200, {"data": [{"index": 0, "embedding": [1, "x"]}]}), "else than vectors"),
        (fails(200, {"data": [{"index": 0, "embedding": [0.0] * 16}]}), "without a direction"),
        (fails(200, {"data": [{"index": 0, "embedding": [1.0] * 9}]}), "of another length"),
        (
            fails(200, {"model": "other", "data": [{"index": 0, "embedding": [1.0] * 16}]}),
            "of the model 'other' instead of 'tiny-135M'",
        ),
    ],
)
def test_what_is_no_vector_is_an_error(
    server: ScriptedServer, opened: list[ServerEmbedder], reply: Any, said: str
) -> None:
    embedder = connect(server, opened)
    server.functions[EMBEDDINGS] = reply
    with pytest.raises(ModelServerError, match=said):
        embedder.embed(["a"])


def test_an_unusable_server_is_no_embedder(server: ScriptedServer) -> None:
    del server.functions[EMBEDDINGS]
    settings = load_settings(embedder=server.address)
    with pytest.raises(EmbedderUnavailable, match="not found"):
        open_embedder(settings, lambda note: None)
    far = load_settings(embedder="http://192.0.2.1/v1")
    with pytest.raises(EmbedderUnavailable, match="nothing was sent"):
        open_embedder(far, lambda note: None)


def test_vectors_of_two_embedders_never_mix(
    server: ScriptedServer, opened: list[ServerEmbedder], tmp_path: Path
) -> None:
    notes: list[str] = []

    def missing(embedder: ServerEmbedder | HashingEmbedder) -> int:
        """Papers without vectors when the library is opened with `embedder`; embeds them."""
        with Library.open(tmp_path, embedder, notes.append) as library:
            count = library.vectors.missing()
            library.vectors.embed_missing()
        return count

    with Library.open(tmp_path, connect(server, opened)) as library:
        library.add(PAPERS)
        library.vectors.embed_missing()
    assert missing(connect(server, opened)) == 0
    assert missing(HashingEmbedder(16)) == 3
    assert missing(connect(server, opened)) == 3
    # Another model under the same name, with vectors of the same length.
    server.functions[EMBEDDINGS] = lambda exchange: exchange.value(
        {
            "data": [
                {"index": n, "embedding": np.roll(vector, 3).tolist()}
                for n, vector in enumerate(HashingEmbedder(16).embed(exchange.seen.body["input"]))
            ]
        }
    )
    assert not any("changed" in note for note in notes[2:])
    assert missing(connect(server, opened)) == 3
    assert missing(connect(server, opened)) == 0
    assert "must be embedded again" in notes[-1]
    with Library.open(tmp_path, connect(server, opened)) as library:
        assert library.search("owl")[0].stored.title == "On owls"
