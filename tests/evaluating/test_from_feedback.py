from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.evaluating.from_feedback import questions_from_feedback
from assistant.library import Feedback


def said(rating: int = 1, earlier: tuple[str, ...] = (), **changed: Any) -> Feedback:
    answer = {
        "refused": False,
        "claims": [{"citations": [2]}, {"citations": [2, 3]}],
        "sources": [{"n": n, "paper": {"id": f"text:{n}"}} for n in (1, 2, 3)],
    }
    return Feedback("How long?", json.dumps(answer | changed), rating, "", "", earlier)


def test_cited_papers_of_a_good_answer_are_expected() -> None:
    lines = questions_from_feedback([said(), said(-1), said(earlier=("Who?",), refused=True)])
    assert [json.loads(line) for line in lines.splitlines()] == [
        {"question": "How long?", "paper": ["text:2", "text:3"]},
        {"question": "How long?", "history": ["Who?"], "answerable": False},
    ]


@pytest.mark.parametrize("answer", ["", "[]", "{}", '{"refused": false, "claims": 7}'])
def test_what_cannot_be_read_or_cites_nothing_is_left_out(answer: str) -> None:
    assert questions_from_feedback([Feedback("q", answer, 1, "", "")]) == b""
    assert questions_from_feedback([said(claims=[])]) == b""
