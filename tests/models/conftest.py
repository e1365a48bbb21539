"""The real bundled model, loaded once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.models.bundled_model import NAME, prepared_file, verified_adapters
from assistant.models.engine import Engine


@pytest.fixture(scope="session")
def bundled_model(model_cache: Path) -> Path:
    """The bundled model as Q8_0."""
    return prepared_file(model_cache, threads=2, notify=lambda note: None)


@pytest.fixture(scope="module")
def engine(bundled_model: Path) -> Iterator[Engine]:
    """An engine of three batch slots over the bundled model and its adapters."""
    engine = Engine(
        bundled_model, name=NAME, context=1024, slots=3, threads=2, adapters=verified_adapters()
    )
    yield engine
    engine.close()
