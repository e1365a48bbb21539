"""Two imports into one library at once, while it is searched; `tests/sharing.py` does it often."""

from __future__ import annotations

from pathlib import Path

import pytest
from sharing import import_twice_at_once

pytestmark = pytest.mark.slow


def test_imports_at_once_and_searches_get_along(tmp_path: Path) -> None:
    outcome = import_twice_at_once(tmp_path, seed=1, records=600)
    assert outcome.searches > 0
