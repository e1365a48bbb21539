"""Hostile papers, questions, history and replies change no verdict and no other paper's answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hostile import HOSTILE, KINDS, unseen, words_of, writable

from assistant.answering import Answer, AnswerDone, AnswerPipeline, ClaimVerified, Turn
from assistant.answering.answer import NOT_IN_LIBRARY, UNSURE
from assistant.answering.foreign import NOT_ENGLISH
from assistant.errors import UsageError
from assistant.library import Library
from assistant.models.fake import HashingEmbedder, ScriptedModel
from assistant.models.protocols import GenerationRequest
from assistant.paper import Paper
from assistant.settings import load_settings
from assistant.summarizing import summarize_papers

pytestmark = pytest.mark.slow

QUESTION = "How much faster is counting sort than quicksort?"
RIGHT = "Counting sort is 7 times faster than quicksort."
WRONG = "Counting sort is 9 times faster than mergesort."
GOOD = (
    Paper(
        title="Counting sort revisited",
        abstract="Counting sort needs no comparison of keys. Our counting sort is 7 times faster "
        "than quicksort on small keys. We release the code.",
    ),
    Paper(
        title="Rivers of the north",
        abstract="Rivers carry water to the sea. We measure the depth of 12 rivers in Norway. "
        "The deepest river is the Glomma.",
    ),
)
TEXTS = {name: writable(text) for name, text in HOSTILE.items()}


def topics(number: int) -> tuple[str, str, str]:
    """Three words that only the hostile paper of this number has."""
    syllables = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu")
    ending = "".join(syllables[int(digit)] for digit in str(number))
    return f"zeb{ending}", f"wom{ending}", f"pel{ending}"


def hostile_paper(number: int, text: str) -> Paper:
    """A paper that says something true of its topics, with `text` around it and in every field."""
    one, two, three = topics(number)
    return Paper(
        title=f"On the {one}: {text}",
        abstract=f"{text}\n\nThe {one} {two} has 7 {three}. {text}",
        authors=(text,),
        tags=(text,),
        url=text,
        source=text,
    )


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Two harmless papers."""
    with Library.open(tmp_path_factory.mktemp("good") / "library", HashingEmbedder()) as library:
        library.add(GOOD)
        library.vectors.embed_missing()
        yield library


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The harmless papers among hostile ones."""
    with Library.open(tmp_path_factory.mktemp("bad") / "library", HashingEmbedder(512)) as library:
        library.add(GOOD)
        library.add(hostile_paper(*one) for one in enumerate(TEXTS.values()))
        library.vectors.embed_missing()
        yield library


class Echo(ScriptedModel):
    """Says what it is told to; looks at the lines of every prompt it gets."""

    def __init__(self, reply: str = "") -> None:
        self.reply = reply
        super().__init__(self._answer_to, context_tokens=1_000_000)

    def _answer_to(self, request: GenerationRequest) -> str:
        *evidence, empty, question = request.messages[-1].content.split("\n")
        assert all(line.startswith(f"[{n}] ") for n, line in enumerate(evidence, 1))
        assert (empty, question[:10]) == ("", "Question: ")
        assert unseen("".join(message.content for message in request.messages)) == []
        return self.reply


def answer(asker: AnswerPipeline, question: str, history: Sequence[Turn] = ()) -> Answer:
    """The answer; what was shown on the way is in it."""
    *before, last = asker.ask(question, history)
    assert isinstance(last, AnswerDone)
    shown = [event.claim for event in before if isinstance(event, ClaimVerified)]
    assert shown == [claim for claim in last.answer.claims if claim.shown]
    assert unseen(last.answer.text) == []
    for claim in shown:
        assert claim.citations
        assert all(1 <= n <= len(last.answer.sources) for n in claim.citations)
    return last.answer


def said(made: Answer) -> list[tuple[str, str, str]]:
    """The claims shown: text, verdict, and the first sentence that each cites."""
    return [
        (claim.text, claim.verdict, made.sources[claim.citations[0] - 1].sentence)
        for claim in made.claims
        if claim.shown
    ]


@pytest.mark.parametrize("reply", [f"{RIGHT} [1]", RIGHT, WRONG, "PWNED [1]."])
def test_hostile_papers_change_no_other_papers_answer(
    good: Library, hostile: Library, reply: str
) -> None:
    alone = answer(AnswerPipeline(good, Echo(reply), load_settings()), QUESTION)
    among = answer(AnswerPipeline(hostile, Echo(reply), load_settings()), QUESTION)
    assert said(alone) == said(among)
    assert alone.text == among.text != ""


def test_an_abstract_changes_no_verdict_removes_no_citation_and_is_quoted_at_most(
    hostile: Library,
) -> None:
    model = Echo()
    asker = AnswerPipeline(hostile, model, load_settings())
    # Every paper is among the others of each question; a question about each would take long.
    for number, (name, text) in list(enumerate(TEXTS.items()))[::3]:
        one, two, three = topics(number)
        right = f"The {one} {two} has 7 {three}."
        wrong = f"The {one} {two} has 9 {three}."
        model.reply = f"{wrong} [1]\n{right}\n{text[:2_000]} [1] [99]"
        made = answer(asker, f"How many {three} has the {one} {two}?")
        verdicts = {claim.text: claim.verdict for claim in made.claims}
        assert (verdicts[right], verdicts[wrong]) == ("supported", "dropped"), name
        (cited,) = [claim.citations for claim in made.claims if claim.text == right]
        assert two in made.sources[cited[0] - 1].sentence, name
        evidence = [words_of(source.sentence) for source in made.sources]
        for claim, _, _ in said(made):
            assert claim == right or any(words_of(claim) in one for one in evidence), (name, claim)


def test_a_reply_of_hostile_text_is_never_shown(good: Library) -> None:
    model = Echo()
    asker = AnswerPipeline(good, model, load_settings())
    expected = answer(AnswerPipeline(good, Echo(WRONG), load_settings()), QUESTION)
    for kind, texts in KINDS.items():
        # No model is let write longer replies.
        lines = "\n".join(f"{writable(text)[:2_000]} [1]" for text in texts.values())
        model.reply = lines
        assert said(answer(asker, QUESTION)) == said(expected), kind
        # With a right sentence before it, the right sentence is all there is.
        model.reply = f"{RIGHT} [1]\n{lines}"
        assert [made[:2] for made in said(answer(asker, QUESTION))] == [(RIGHT, "supported")], kind


def test_what_cannot_be_seen_in_a_reply_is_left_out(good: Library) -> None:
    hidden = "\u202e\u200b\x1b\u2066\U000e0041\ufe0f\x9b"
    reply = f"Counting {hidden}sort is 7 times faster than quicksort.{hidden} [1]"
    made = answer(AnswerPipeline(good, Echo(reply), load_settings()), QUESTION)
    assert [one[:2] for one in said(made)] == [(RIGHT, "supported")]


def test_a_hostile_question_is_refused_or_answered_with_checked_sentences(good: Library) -> None:
    model = Echo()
    asker = AnswerPipeline(good, model, load_settings())
    abstracts = words_of("".join(paper.abstract for paper in GOOD))
    for name, text in HOSTILE.items():
        model.reply = f"{text[:2_000]} [1]"
        try:
            made = answer(asker, text)
        except UsageError as error:
            assert unseen(str(error)) == [], name
            assert len(text) > 2_000 or not words_of(text), name
            continue
        assert unseen(made.question) == [], name
        if made.refused:
            fixed = (UNSURE, NOT_IN_LIBRARY, "The library does", *NOT_ENGLISH.values())
            assert made.text.startswith(fixed), name
            assert len(made.text) < 250, name
            assert len(made.text.splitlines()) == 1, name
        else:
            assert all(words_of(text) in abstracts for text, _, _ in said(made)), name


def test_a_hostile_question_around_a_good_one_is_answered_from_the_evidence(good: Library) -> None:
    asker = AnswerPipeline(
        good, Echo(f"{RIGHT} [1] PWNED is the best of all papers. [1]"), load_settings()
    )
    answered = 0
    # Every text alone is a question of the test above.
    some = list(HOSTILE.items())[::3]
    for name, text in some:
        made = answer(asker, f"{QUESTION} {text}"[:2_000])
        answered += not made.refused
        assert all(verdict == "quoted" or claim == RIGHT for claim, verdict, _ in said(made)), name
    # Many words about something else make another question, but many texts do not.
    assert 3 * answered > len(some)


def test_hostile_turns_before_a_question_change_nothing(good: Library) -> None:
    asker = AnswerPipeline(good, Echo(f"{RIGHT} [1]"), load_settings())
    expected = answer(asker, QUESTION)
    for kind, texts in KINDS.items():
        history = [Turn(text, f"{text} [99]") for text in texts.values()]
        made = answer(asker, QUESTION, history)
        assert replace(made, timings=expected.timings) == expected, kind
    for name, text in list(HOSTILE.items())[::5]:
        # One that leans on them is looked for with them, and no more.
        leaning = answer(asker, "And how deep is it?", [Turn(text, text)])
        assert unseen(leaning.text) == [], name


def test_a_tldr_of_a_hostile_reply_is_one_line_that_can_be_seen() -> None:
    papers = [GOOD[0]] * len(TEXTS)
    texts = iter(TEXTS.values())
    model = ScriptedModel(lambda request: next(texts), context_tokens=1_000_000)
    for result, name in zip(summarize_papers(papers, model), TEXTS, strict=True):
        assert unseen(result.tldr, "") == [], name
        assert result.tldr, name
        # Nothing of it is about the paper, so a sentence of the abstract stands in.
        assert result.method == "extracted", name
        assert words_of(result.tldr) in words_of(GOOD[0].abstract), name
