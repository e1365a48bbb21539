"""What the button "Copy with citations" copies."""

from __future__ import annotations

from web_support import stored_paper

from assistant.answering import Answer, AnswerDone, Claim, Evidence
from assistant.answering.answer import Timings
from assistant.web.asking.turn import TurnView
from assistant.web.asking.turn_text import turn_text

TEXT = "Cats sleep 14 hours. They purr."
SOURCES = tuple(
    Evidence(stored_paper("On cats", TEXT, published="2019-04"), TEXT[a:b], a, b, 0.9)
    for a, b in ((0, 20), (21, 31))
)


def copied(*claims: Claim, refused: bool = False, text: str = "") -> str:
    turn = TurnView(1, "How long?")
    timings = Timings(0.0, 0.0, 0.0)
    turn.take(AnswerDone(Answer("q", text, refused, claims, SOURCES, (), "m", timings)))
    return turn_text(turn)


def test_the_answer_with_what_it_cites_and_nothing_that_was_left_out() -> None:
    cited = Claim("Cats sleep 14 hours.", "quoted", (1,))
    assert copied(cited, Claim("They fly.", "dropped", (2,))) == (
        "How long?\n\nCats sleep 14 hours. [1]\n\n"
        f"[1] On cats (2019). {SOURCES[0].stored.id}. “Cats sleep 14 hours.”\n"
    )


def test_a_list_has_a_line_for_each_paper() -> None:
    one, two = (Claim(f"Line {n}.", "quoted", (n,), heading=f"Paper {n}") for n in (1, 2))
    assert "Paper 1: Line 1. [1]\nPaper 2: Line 2. [2]\n\n[1] On cats" in copied(one, two)


def test_a_refusal_is_copied_as_it_stands() -> None:
    assert copied(refused=True, text="Nothing answers.") == "How long?\n\nNothing answers.\n"
