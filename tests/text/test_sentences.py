from __future__ import annotations

from pathlib import Path

import pytest

from assistant.text.sentences import sentence_spans, sentences


@pytest.mark.parametrize(
    "text",
    [
        "Two tasks, e.g. Sorting and i.e. Searching, are used.",
        "It was shown by Weiss et al. (2022) and by Abbe et al. Nature reported it.",
        "Fig. 3 and Eq. 4 show 3.5 vs. 4.5 points.",
        "J. S. Bach wrote it with E. coli.",
        "See https://a.org/x.y?z=1.2 for v. 1.2.3 of the tool, No. 5.",
        "Learning is hard [12]. ",
        "In the formula $a. B = c$ nothing ends.",
        "1. This is an item.",
        "1.) show that it reproduces and 2.) that it is reused.",
        "The U.S. Army paid.",
        "Yahoo! is one name.",
    ],
)
def test_stays_one_sentence(text: str) -> None:
    assert sentences(text) == [text.strip()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. Next, it fails.", ["It works.", "Next, it fails."]),
        ("Is it? Yes! So it is.", ["Is it?", "Yes!", "So it is."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("See [1]. It holds.[2,3] We go on.", ["See [1].", "It holds.[2,3]", "We go on."]),
        ("In 2024. It is 3.5. 12 remain.", ["In 2024.", "It is 3.5.", "12 remain."]),
        ("Cats, dogs, etc. We count them.", ["Cats, dogs, etc.", "We count them."]),
        ("This is plan B. The plan works.", ["This is plan B.", "The plan works."]),
        ("We avoid EM. iLA-SDP is stable.", ["We avoid EM.", "iLA-SDP is stable."]),
        ("It is at x.org/y . More is ...", ["It is at x.org/y .", "More is ..."]),
        ("First part\n\nsecond part", ["First part", "second part"]),
        ("A line\nthat goes on. It ends.", ["A line\nthat goes on.", "It ends."]),
        ("It costs $5. That is $6 more.", ["It costs $5.", "That is $6 more."]),
        ("这是第一句。这是第二句。", ["这是第一句。", "这是第二句。"]),
        ("", []),
        (" \n ", []),
    ],
)  # fmt: skip
def test_cuts_between_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_spans_lie_in_order_and_leave_out_only_white_space(shared_data: Path) -> None:
    page = (shared_data / "trending_page.txt").read_text(encoding="utf-8")
    for text in [line for line in page.splitlines() if len(line) > 300]:
        spans = sentence_spans(text)
        assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
        ends = [0, *(end for _, end in spans)]
        starts = [*(start for start, _ in spans), len(text)]
        assert not "".join(text[end:start] for end, start in zip(ends, starts, strict=True)).strip()
        assert len(spans) > 3
