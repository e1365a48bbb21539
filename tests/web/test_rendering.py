"""Whatever a text holds, it comes out as text."""

from __future__ import annotations

import pytest
from web_support import EVIL, Tags

from assistant.html.rendering import flowing
from assistant.reading import Failure
from assistant.web.rendering import MAX_FAILURES, render_header, render_job


def test_markup_in_notices_and_failures_stays_text() -> None:
    for html in (
        render_header(1, EVIL, [EVIL]),
        render_job(EVIL, error=EVIL, failures=[Failure(EVIL, EVIL)]),
    ):
        shown = Tags(html)
        assert not {"img", "script", "a"} & set(shown.tags)
        assert EVIL in shown.text


def test_rendering_cleans_too() -> None:
    assert "\u202e" not in render_header(1, "model\u202e\0", ["note\u202e"])


def test_many_failures_are_counted_and_the_first_ones_listed() -> None:
    failures = [Failure(f"page.jsonl:{line}", "no title") for line in range(1, 1001)]
    html = render_job("done", failures=failures)
    assert "1,000 could not be read" in html
    assert html.count("no title") == MAX_FAILURES


def test_one_paper_is_not_papers() -> None:
    assert "<strong>1</strong> paper<" in render_header(1, "m")
    assert "<strong>1,234</strong> papers<" in render_header(1234, "m")


@pytest.mark.parametrize(
    ("text", "flows"),
    [
        ("Cats sleep\nall day.\r\nWe \n counted.", "Cats sleep all day. We counted."),
        ("One.\n\nTwo\nthree.\n \nFour.", "One.\n\nTwo three.\n\nFour."),
        ("One\nline.\n  Two.", "One line.\n  Two."),
        ("Cats\n- sleep\n- eat", "Cats\n- sleep\n- eat"),
        ("BACKGROUND: cats.\nMETHODS: we\nslept.", "BACKGROUND: cats.\nMETHODS: we slept."),
        ("We saw this\nin Rome: cats.", "We saw this in Rome: cats."),
    ],
)
def test_lines_end_where_paragraphs_do(text: str, flows: str) -> None:
    assert flowing(text) == flows
