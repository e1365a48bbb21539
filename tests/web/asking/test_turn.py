"""How a question looks on the page while it is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from web_support import EVIL, Tags, stored_paper

from assistant.answering import (
    Answer,
    AnswerDone,
    Claim,
    ClaimVerified,
    Evidence,
    EvidenceFound,
    PassagesFound,
)
from assistant.answering.answer import NearestPaper, Status, Timings
from assistant.web.asking.copying import copied_text
from assistant.web.asking.turn import TurnView
from assistant.web.asking.turn_html import render_turn


def evidence(abstract: str, sentence: str, title: str = "On cats") -> Evidence:
    start = abstract.index(sentence)
    stored = stored_paper(title, abstract)
    return Evidence(stored, sentence, start, start + len(sentence), 1.0)


SOURCES = (
    evidence("Sleep is a riddle. Cats sleep 14 hours. So they say.", "Cats sleep 14 hours."),
    evidence("Dogs sleep less.", "Dogs sleep less.", "On dogs"),
)


def answer(
    *claims: Claim, refused: bool = False, text: str = "", note: str | None = None
) -> AnswerDone:
    near = (NearestPaper("text:1", "On the nearest", 0.5),) if refused else ()
    sources = () if refused else SOURCES
    timings = Timings(0.05, None if refused else 1.25, 2.5)
    status: Status = "not_in_library" if refused else "answered"
    return AnswerDone(Answer("q", text, status, claims, sources, near, "model-1", timings, note))


def unsure(text: str = "I found no direct answer.", **given: Any) -> AnswerDone:
    near = (NearestPaper("text:1", "On the nearest", 0.5),)
    return AnswerDone(
        Answer("q", text, "unsure", (), SOURCES, near, "m", Timings(0.0, None, 0.1), **given)
    )


def test_evidence_is_there_before_the_answer() -> None:
    turn = TurnView(3, "How long do cats sleep?")
    assert "Searching your papers" in render_turn(turn)
    turn.take(EvidenceFound(SOURCES, ()))
    html = render_turn(turn)
    assert turn.running
    assert 'id="evidence-3-1"' in html
    assert 'id="evidence-3-2"' in html
    assert "Sleep is a riddle. <mark>Cats sleep 14 hours.</mark> So they say." in html
    assert 'class="claims"' not in html


def test_evidence_of_a_synced_paper_links_to_its_item_in_zotero() -> None:
    link = "zotero://select/library/items/ABCD2345"
    reference = {"custom": {"zotero": {"select": link, "pdf": "yes"}}}
    first, second = SOURCES
    paper = first.stored.paper.model_copy(update={"reference": reference})
    synced = replace(first, stored=replace(first.stored, paper=paper))
    turn = TurnView(3, "How long do cats sleep?")
    turn.take(EvidenceFound((synced, second), ()))
    html = render_turn(turn)
    assert html.count(f'href="{link}"') == 1
    assert html.count("Open in Zotero (has PDF)") == 1


def test_passages_are_there_while_the_model_reads_them() -> None:
    turn = TurnView(3, "How long do cats sleep?")
    turn.take(PassagesFound(SOURCES[::-1]))
    html = render_turn(turn)
    assert "Reading 2 papers" in html
    assert html.index("Dogs sleep less.") < html.index("Cats sleep 14 hours.")
    turn.take(EvidenceFound(SOURCES[:1], ()))
    html = render_turn(turn)
    assert "Dogs sleep less." not in html
    assert "Reading" not in html.split("evidence")[0]


def test_passages_disappear_if_none_of_them_answers() -> None:
    turn = TurnView(3, "How long do cats sleep?")
    turn.take(PassagesFound(SOURCES))
    turn.take(EvidenceFound((), ()))
    turn.take(answer(refused=True, text="Nothing answers."))
    html = render_turn(turn)
    assert "<mark>" not in html
    assert "Nothing answers." in html


def test_claims_come_one_by_one_with_citations_and_verdict() -> None:
    turn = TurnView(1, "q")
    turn.take(EvidenceFound(SOURCES, ()))
    turn.take(ClaimVerified(Claim("They sleep 14 hours.", "supported", (1, 2))))
    html = render_turn(turn)
    assert "They sleep 14 hours." in html
    for n in (1, 2):
        assert f'<a class="cite" href="#evidence-1-{n}" aria-label="Evidence {n}">{n}</a>' in html
    assert turn.running
    assert "Verified" not in html
    turn.take(answer(Claim("They sleep 14 hours.", "supported", (1, 2))))
    html = render_turn(turn)
    assert html.count("Verified against the cited evidence.") == 1
    # Verdicts of sentences are among the details.
    before, details = html.split('<details class="technical"')
    assert ">supported<" in details
    assert ">supported<" not in before


def test_a_whole_answer_says_how_long_it_took_and_what_was_left_out() -> None:
    turn = TurnView(1, "q")
    turn.take(answer(Claim("A.", "quoted", (1,)), Claim("Wrong.", "dropped", ())))
    html = render_turn(turn)
    answer_html, left_out = html.split('<details class="dropped"')
    assert "Wrong." not in answer_html
    assert "<li>Wrong.</li>" in left_out.split("</details>")[0]
    assert "Wrong." not in left_out.split("</details>")[1]
    for figure in (
        "evidence after 0.05 s",
        "first word after 1.25 s",
        "whole answer after 2.50 s",
        "model model-1",
    ):
        assert f"<span>{figure}</span>" in html
    assert "1 unsupported sentence left out" in html
    assert not turn.running


def test_a_refusal_shows_the_nearest_papers() -> None:
    turn = TurnView(1, "q")
    turn.take(answer(refused=True, text="Nothing in the library answers this."))
    html = render_turn(turn)
    assert "Nothing in the library answers this." in html
    assert "On the nearest" in html
    assert "text:1" not in html
    assert 'data-paper="text:1"' in render_turn(turn, latest=True)
    assert "first word" not in html
    assert "model-1" not in html


def test_a_stopped_answer_keeps_what_was_checked() -> None:
    turn = TurnView(1, "q")
    turn.take(answer(Claim("A.", "supported", (1,))))
    turn.stop()
    html = render_turn(turn)
    assert "Stopped. Verified sentences are shown." in html
    assert "A." in html


def test_an_error_and_a_note_are_one_line_each() -> None:
    turn = TurnView(1, "q")
    turn.take(answer(Claim("A.", "quoted", (1,)), note="The model failed."))
    assert "The model failed." in render_turn(turn)
    turn.fail("No more.")
    assert '<p class="problem" role="alert">No more.</p>' in render_turn(turn)


def test_a_pasted_book_is_not_shown_as_question() -> None:
    html = render_turn(TurnView(1, "why " * 25_000))
    assert len(html) < 3_000


def test_markup_stays_text_everywhere() -> None:
    turn = TurnView(1, EVIL)
    source = evidence(EVIL, EVIL, EVIL)
    claims = (Claim(EVIL, "supported", (1,)),)
    near = (NearestPaper(EVIL, EVIL, 1.0),)
    timings = Timings(0.0, 0.0, 0.0)
    for status in get_args(Status):
        turn.take(
            AnswerDone(
                Answer(
                    EVIL,
                    EVIL,
                    status,
                    claims,
                    (source,),
                    near,
                    EVIL,
                    timings,
                    EVIL,
                    understood_as=EVIL,
                )
            )
        )
        shown = Tags(render_turn(turn))
        assert not {"img", "script", "iframe"} & set(shown.tags)
        links = [value for name, value in shown.attributes if name in ("href", "src")]
        assert all(link and link.startswith(("#evidence-1-", "/papers/")) for link in links)
        assert not [name for name, _ in shown.attributes if name.startswith("on")]
        assert shown.text.count(EVIL) >= 4
    turn.fail(EVIL)
    assert "script" not in Tags(render_turn(turn)).tags


# What Copy copies

CITED_TEXT = "Cats sleep 14 hours. They purr."
CITED = tuple(
    Evidence(stored_paper("On cats", CITED_TEXT, published="2019-04"), CITED_TEXT[a:b], a, b, 0.9)
    for a, b in ((0, 20), (21, 31))
)


def copied(*claims: Claim, refused: bool = False, text: str = "") -> str:
    turn = TurnView(1, "How long?")
    timings = Timings(0.0, 0.0, 0.0)
    status: Status = "not_in_library" if refused else "answered"
    sources = () if refused else CITED
    turn.take(AnswerDone(Answer("q", text, status, claims, sources, (), "m", timings)))
    return copied_text(turn)


def test_the_answer_with_what_it_cites_and_nothing_that_was_left_out() -> None:
    cited = Claim("Cats sleep 14 hours.", "quoted", (1,))
    assert copied(cited, Claim("They fly.", "dropped", (2,))) == (
        "How long?\n\nCats sleep 14 hours. [1]\n\n"
        f"[1] On cats (2019). {CITED[0].stored.id}. “Cats sleep 14 hours.”\n"
    )


def test_a_list_has_a_line_for_each_paper() -> None:
    one, two = (Claim(f"Line {n}.", "quoted", (n,), heading=f"Paper {n}") for n in (1, 2))
    assert "Paper 1: Line 1. [1]\nPaper 2: Line 2. [2]\n\n[1] On cats" in copied(one, two)


def test_a_copy_numbers_its_citations_without_gaps() -> None:
    turn = TurnView(1, "How long?")
    timings = Timings(0.0, 0.0, 0.0)
    three = (*CITED, SOURCES[1])
    claims = (
        Claim("Dogs sleep less.", "quoted", (3,)),
        Claim("Cats sleep 14 hours.", "quoted", (1,)),
        Claim("Both sleep.", "supported", (3, 1)),
    )
    turn.take(AnswerDone(Answer("q", "", "answered", claims, three, (), "m", timings)))
    copied = copied_text(turn)
    assert "Dogs sleep less. [1] Cats sleep 14 hours. [2] Both sleep. [1][2]" in copied
    assert [line[:12] for line in copied.splitlines() if line.startswith("[")] == [
        "[1] On dogs.",
        "[2] On cats ",
    ]
    assert "purr" not in copied
    # With references, a paper has one number.
    ids = {item.id: f"Reference {n}" for n, item in enumerate(turn.evidence)}
    both = (Claim("They do.", "supported", (1, 2)),)
    turn.take(AnswerDone(Answer("q", "", "answered", both, three, (), "m", timings)))
    assert copied_text(turn, ids).endswith("They do. [1]\n\n[1] Reference 1\n")


def test_a_sentence_is_not_shown_twice() -> None:
    turn = TurnView(1, "q")
    turn.take(answer(Claim("Cats sleep 14 hours.", "quoted", (1,))))
    html = render_turn(turn)
    assert '<li id="evidence-1-1" tabindex="-1" class="repeated">' in html
    assert '<li id="evidence-1-2" tabindex="-1">' in html
    assert "Quoted word for word from your papers." in html


def test_an_answer_that_is_saved_can_be_rated() -> None:
    turn = TurnView(1, "q")
    turn.take(answer(Claim("A.", "quoted", (1,))))
    assert "Good answer" not in render_turn(turn)
    turn.stored = 7
    assert 'aria-pressed="true"' not in render_turn(turn)
    turn.rating, turn.comment = -1, EVIL
    html = render_turn(turn)
    assert "What was wrong?" in html
    assert EVIL in Tags(html).text


def test_a_refusal_is_copied_as_it_stands() -> None:
    assert copied(refused=True, text="Nothing answers.") == "How long?\n\nNothing answers.\n"


def test_without_an_answer_the_closest_passages_are_shown_and_copied() -> None:
    turn = TurnView(1, "How long?")
    turn.take(EvidenceFound(SOURCES, (), "unsure"))
    assert turn.running
    turn.take(unsure())
    html = render_turn(turn)
    assert '<p class="refusal">I found no direct answer.</p>' in html
    assert "<h3>Closest passages</h3>" in html
    assert "Cats sleep 14 hours." in html
    assert "Nearest papers" not in html
    assert "[1] " in copied_text(turn)
    assert "Cats sleep 14 hours." in copied_text(turn)


def test_how_a_question_was_understood_is_shown() -> None:
    turn = TurnView(2, "How long?")
    turn.take(EvidenceFound(SOURCES, (), understood_as="How long do cats sleep?"))
    assert "Understood as: “How long do cats sleep?”" in render_turn(turn)
    turn.take(unsure(understood_as="How long do cats sleep?"))
    assert "Understood as: “How long do cats sleep?”" in render_turn(turn)
    turn.take(unsure())
    assert "Understood as" not in render_turn(turn)


def test_a_long_list_is_folded_after_ten_papers() -> None:
    claims = [Claim(f"Line {n}.", "quoted", (1,), heading=f"Paper {n}") for n in range(1, 16)]
    turn = TurnView(1, "Which papers?")
    turn.take(answer(*claims, note="15 papers match."))
    html = render_turn(turn)
    assert html.count("15 papers match.") == 1
    assert html.count("<table") == 2
    assert "<summary>Show 5 more</summary>" in html
    assert html.index("Paper 10<") < html.index("<summary>Show 5 more") < html.index("Paper 11<")
    turn.take(answer(*claims[:12]))
    assert "more-claims" not in render_turn(turn)
