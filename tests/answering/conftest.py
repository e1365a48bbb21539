"""Evidence for the tests of answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from evidence_support import four_sentences

from assistant.answering import Evidence
from assistant.library import Library
from assistant.models.fake import HashingEmbedder


@pytest.fixture
def evidence() -> tuple[Evidence, ...]:
    """Four sentences of three papers."""
    return four_sentences()


@pytest.fixture
def library(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """A library with the `PAPERS` of the test's module and their vectors."""
    with Library.open(tmp_path_factory.mktemp("papers"), HashingEmbedder()) as library:
        library.add(request.module.PAPERS)
        library.vectors.embed_missing()
        yield library
