"""Two imports into one library during searches; `tests/sharing.py` does this more often."""

from __future__ import annotations

from pathlib import Path

import pytest
from sharing import import_twice_at_once

pytestmark = pytest.mark.slow


def test_simultaneous_imports_and_searches(tmp_path: Path) -> None:
    outcome = import_twice_at_once(tmp_path, seed=1, records=600)
    assert outcome.searches > 0
