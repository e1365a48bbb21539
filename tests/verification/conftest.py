"""Evidence for the tests of the check of claims."""

from __future__ import annotations

import pytest
from evidence_support import four_sentences

from assistant.answering import Evidence


@pytest.fixture
def evidence() -> tuple[Evidence, ...]:
    """Four sentences of three papers."""
    return four_sentences()
