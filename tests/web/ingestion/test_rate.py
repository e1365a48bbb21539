"""Rates of a batch and the time it still takes."""

from __future__ import annotations

import pytest

from assistant.web.ingestion.rate import RateMeter, spoken_left


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    now = 100.0
    pace = RateMeter(lambda: now)
    assert pace.per_minute is None
    for done in range(1, 121):
        now += 1.0 if done <= 60 else 0.5
        pace.note(done)
        if done == 4:
            assert pace.per_minute is None
            assert pace.left(10) == ""
        if done == 60:
            assert pace.per_minute == pytest.approx(60)
            assert pace.left(300) == "about 4 minutes left"
    assert pace.per_minute == pytest.approx(120)
    assert pace.left(120) == "less than a minute left"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a minute left"),
        (55, "about 1 minute left"),
        (240, "about 4 minutes left"),
        (3300, "about 1 hour left"),
        (5400, "about 1½ hours left"),
        (7300, "about 2 hours left"),
        (86_400 * 2, "about 2 days left"),
    ],
)
def test_times_are_said_as_people_do(seconds: float, said: str) -> None:
    assert spoken_left(seconds) == said
