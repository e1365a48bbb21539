"""Progress: reports, stopping, rates, times left, and the delays between retries."""

from __future__ import annotations

import pytest

from assistant.progress import (
    NO_PROGRESS,
    Progress,
    RateMeter,
    Report,
    format_time_left,
    retry_delay,
)


def test_what_is_left_out_stays_as_reported_until_the_next_step() -> None:
    reports: list[Report] = []
    progress = Progress(reports.append)
    progress.report(0, 40, "Reading papers")
    progress.report(3)
    progress.report(step="Naming topics")
    assert [(report.step, report.done, report.total) for report in reports] == [
        ("Reading papers", 0, 40),
        ("Reading papers", 3, 40),
        ("Naming topics", 0, 0),
    ]
    assert progress.latest is reports[-1]


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (Report("Reading papers"), "Reading papers …"),
        (Report("Reading papers", 1200), "Reading papers: 1,200"),
        (Report("Reading papers", 0, 4000), "Reading papers: 0 of 4,000"),
    ],
)
def test_a_report_as_text(report: Report, text: str) -> None:
    assert report.text == text


def test_a_stop_ends_the_waiting() -> None:
    progress = Progress()
    assert not progress.wait(0)
    progress.stop()
    progress.stop()
    assert progress.stop_requested
    assert progress.wait(1e6)


def test_the_default_can_be_used_by_everybody_at_once() -> None:
    NO_PROGRESS.report(3, 4, "Reading papers")
    assert NO_PROGRESS.latest == Report()
    with pytest.raises(RuntimeError):
        NO_PROGRESS.stop()
    assert not NO_PROGRESS.stop_requested


def test_rate_and_time_left_are_of_the_step_without_reused_items() -> None:
    now = 0.0
    progress = Progress(clock=lambda: now)
    progress.report(0, 1000, "Reading papers")
    now = 10.0
    progress.report(500)
    assert (progress.latest.rate, progress.latest.time_left) == (
        "3,000 a minute",
        "less than a minute left",
    )
    progress.report(0, 340, "Writing TL;DRs")
    assert (progress.latest.rate, progress.latest.time_left) == ("", "")
    now = 20.0
    progress.report(110, reused=100)
    assert (progress.latest.rate, progress.latest.time_left) == (
        "60 a minute",
        "about 4 minutes left",
    )


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    now = 100.0
    meter = RateMeter(lambda: now)
    assert meter.per_minute is None
    for done in range(1, 121):
        now += 1.0 if done <= 60 else 0.5
        meter.add(done)
        if done == 4:
            assert meter.per_minute is None
        if done == 60:
            assert meter.per_minute == pytest.approx(60)
    assert meter.per_minute == pytest.approx(120)


def test_many_reports_take_no_memory() -> None:
    now = 0.0
    meter = RateMeter(lambda: now)
    for done in range(100_000):
        now += 1e-4
        meter.add(done)
    assert meter.per_minute == pytest.approx(600_000, rel=0.01)
    assert len(meter._points) < 100


@pytest.mark.parametrize(
    ("seconds", "text"),
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
def test_times_left_are_rounded(seconds: float, text: str) -> None:
    assert format_time_left(seconds) == text


def test_retries_come_later_and_later_but_at_least_every_few_minutes() -> None:
    for failures, seconds in ((1, 2), (2, 4), (5, 32), (50, 300), (10**6, 300)):
        delays = [retry_delay(failures) for _ in range(200)]
        assert all(0.75 * seconds <= delay <= 1.25 * seconds for delay in delays)
        assert len(set(delays)) > 100
