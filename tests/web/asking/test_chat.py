"""The handlers of the chat tab, without a server."""

from __future__ import annotations

import gc
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from patience import PATIENCE_S
from web_support import MakeSession, stored_paper

from assistant.answering import (
    Answer,
    AnswerDone,
    Claim,
    ClaimVerified,
    Evidence,
    EvidenceFound,
    PassagesFound,
    Turn,
)
from assistant.answering.answer import Event, Timings
from assistant.errors import LibraryReadOnly, ModelError, PaperNotFound, UsageError
from assistant.library import Filters, Library
from assistant.library.chats import Chats
from assistant.progress import Progress
from assistant.session import Session
from assistant.web.asking import chat as chat_module
from assistant.web.asking.chat import Chat
from assistant.web.asking.conversation import MAX_VISIBLE
from assistant.web.asking.saved_turn import saved_turns
from assistant.web.jobs import Jobs

SENTENCE = "Cats sleep fourteen hours a day."
SOURCE = Evidence(stored_paper("On cats", SENTENCE), SENTENCE, 0, len(SENTENCE), 1.0)


class ScriptedAsker:
    """An asker that plays `play` for every question and remembers what it was told."""

    def __init__(self, play: Callable[[Progress], Iterator[Event]]) -> None:
        self.play = play
        self.histories: list[tuple[Turn, ...]] = []
        self.filters: list[Filters] = []
        self.stopped = threading.Event()

    def ask(
        self, question: str, history: Sequence[Turn], progress: Progress, filters: Filters
    ) -> Iterator[Event]:
        self.histories.append(tuple(history))
        self.filters.append(filters)
        yield from self.play(progress)
        if progress.stop_requested:
            self.stopped.set()


def claims(count: int) -> Iterator[Event]:
    yield EvidenceFound((SOURCE,), ())
    made = tuple(Claim(f"Claim {n}.", "supported", (1,)) for n in range(count))
    for claim in made:
        yield ClaimVerified(claim)
    yield done(*made)


def done(*made: Claim) -> AnswerDone:
    text = " ".join(claim.text for claim in made)
    return AnswerDone(
        Answer("q", text, "answered", made, (SOURCE,), (), "m", Timings(0.0, 0.0, 0.0))
    )


def until_stopped(progress: Progress) -> Iterator[Event]:
    yield EvidenceFound((SOURCE,), ())
    claim = Claim("First.", "supported", (1,))
    yield ClaimVerified(claim)
    progress.stop_event.wait()
    yield done(claim)


MakeChat = Callable[[ScriptedAsker], tuple[Chat, Library]]


@pytest.fixture
def make_chat(make_session: MakeSession, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> MakeChat:
    def make(asker: ScriptedAsker) -> tuple[Chat, Library]:
        monkeypatch.setattr(Session, "answer_pipeline", asker)
        session = make_session()
        return Chat(session, jobs, at_once=2), session.library

    return make


def test_evidence_is_shown_first_and_claims_as_they_come(make_chat: MakeChat) -> None:
    seen: threading.Semaphore = threading.Semaphore(0)

    def play(progress: Progress) -> Iterator[Event]:
        # Each event comes when what was before it has been seen: views of later ones replace it.
        for event in claims(2):
            assert seen.acquire(timeout=PATIENCE_S)
            yield event

    chat, _ = make_chat(ScriptedAsker(play))
    views = []
    shown: list[tuple[bool, bool, bool]] = []
    for view in chat.ask("How long?", "visitor"):
        views.append(view)
        state = (
            "evidence-1-1" in view.current,
            "Claim 0." in view.current,
            "Claim 1." in view.current,
        )
        if view.number and state not in shown:
            shown.append(state)
            seen.release()
        if state == (True, True, True):
            seen.release()
    assert shown == [
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    ]
    assert [view.fresh for view in views] == [True] + [False] * (len(views) - 1)
    assert [view.asked for view in views] == [True] + [False] * (len(views) - 1)
    assert [view.running for view in views] == [True] * (len(views) - 1) + [False]


def test_a_chat_goes_on_is_kept_and_begins_anew(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, library = make_chat(asker)
    list(chat.ask("One?", "visitor"))
    *_, last = chat.ask("Two?", "visitor")
    assert "One?" in last.past
    assert "Two?" in last.current
    assert asker.histories == [(), (Turn("One?", "Claim 0.", papers=(1,)),)]
    (kept,) = library.chats.all()
    assert [turn.question for turn in library.chats.turns(kept.chat_id)] == ["One?", "Two?"]
    assert json.loads(library.chats.turns(kept.chat_id)[0].answer_json)["answer"] == "Claim 0."

    chat.leave("visitor")
    *_, last = chat.ask("Three?", "visitor")
    assert last.past == ""
    assert 'id="turn-1"' in last.current
    assert asker.histories[-1] == ()
    assert len(library.chats.all()) == 2


def test_visitors_do_not_see_each_other(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, _ = make_chat(asker)
    list(chat.ask("One?", "first"))
    *_, last = chat.ask("Two?", "second")
    assert "One?" not in last.past + last.current
    assert asker.histories[-1] == ()


def test_stop_stops_and_what_was_stopped_is_not_built_upon(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(until_stopped)
    chat, library = make_chat(asker)
    views = chat.ask("How long?", "visitor")
    for view in views:
        if "First." in view.current:
            break
    chat.stop("visitor")
    *_, last = views
    assert asker.stopped.wait(PATIENCE_S)
    assert "turn-stopped" in last.current
    assert "First." in last.current
    assert not last.running
    (kept,) = library.chats.all()
    wait_until(lambda: '"stopped"' in library.chats.turns(kept.chat_id)[0].answer_json)
    asker.play = lambda progress: claims(1)
    list(chat.ask("Again?", "visitor"))
    assert asker.histories[-1] == ()


def test_an_asker_that_does_not_stop_is_not_waited_for(
    make_chat: MakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_module, "_GRACE_S", 0.0)
    release = threading.Event()

    def stuck(progress: Progress) -> Iterator[Event]:
        release.wait()
        yield from claims(1)

    asker = ScriptedAsker(stuck)
    chat, _ = make_chat(asker)
    views = chat.ask("How long?", "visitor")
    next(views)
    chat.stop("visitor")
    assert "turn-stopped" in list(views)[-1].current
    asker.play = lambda progress: claims(1)
    assert "Claim 0." in list(chat.ask("Again?", "visitor"))[-1].current
    release.set()


def test_the_question_is_stored_at_once_and_the_answer_goes_on_without_a_window(
    make_chat: MakeChat,
) -> None:
    go_on = threading.Event()

    def play(progress: Progress) -> Iterator[Event]:
        yield EvidenceFound((SOURCE,), ())
        assert go_on.wait(PATIENCE_S)
        yield from claims(1)

    chat, library = make_chat(ScriptedAsker(play))
    views = chat.ask("How long?", "visitor")
    number = next(view.number for view in views if view.number)
    assert [turn.question for turn in library.chats.turns(library.chats.all()[0].chat_id)] == [
        "How long?"
    ]
    # The window is closed, and another one opens the chat.
    chat.leave("visitor")
    del views
    gc.collect()
    assert chat.running() == {number}
    following = chat.open(number, "other")
    view = next(following)
    assert view.running
    assert "How long?" in view.current
    go_on.set()
    *_, last = following
    assert "Claim 0." in last.current
    assert not last.running
    assert chat.running() == frozenset()
    (kept,) = library.chats.all()
    assert json.loads(library.chats.turns(kept.chat_id)[0].answer_json)["answer"] == "Claim 0."


def test_a_window_that_shows_another_chat_gets_nothing_more_of_the_first(
    make_chat: MakeChat,
) -> None:
    asker = ScriptedAsker(until_stopped)
    chat, _ = make_chat(asker)
    views = chat.ask("How long?", "visitor")
    next(views)
    chat.leave("visitor")
    assert list(views) == []
    assert not asker.stopped.is_set()


def test_a_second_window_sees_what_the_first_one_does(make_chat: MakeChat) -> None:
    chat, library = make_chat(ScriptedAsker(lambda progress: claims(1)))
    *_, last = chat.ask("One?", "first")
    list(chat.open(last.number, "second"))
    assert list(chat.news("second")) == []
    list(chat.ask("Two?", "first"))
    *_, seen = chat.news("second")
    assert "Two?" in seen.current
    assert "One?" in seen.past
    assert not seen.asked
    assert list(chat.news("second")) == []
    assert list(chat.news("nobody")) == []
    (kept,) = library.chats.all()
    library.chats.delete(kept.chat_id)
    chat.was_deleted(kept.chat_id)
    *_, gone = chat.news("second")
    assert gone.deleted
    *_, new = chat.ask("Three?", "second")
    assert new.past == ""
    assert new.number != last.number


def test_an_answer_that_was_interrupted_is_offered_again(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, library = make_chat(asker)
    started = library.chats.save_turn("a", "How long?", '{"answer": "", "state": "asked"}')
    assert started is not None
    (view,) = chat.open(started.chat_number, "visitor")
    assert "turn-interrupted" in view.current
    *_, last = chat.retry("visitor")
    assert "Claim 0." in last.current
    assert [turn.question for turn in library.chats.turns("a")] == ["How long?"]


def test_a_question_is_asked_as_typed(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, library = make_chat(asker)
    list(chat.ask("One?", "visitor"))
    list(chat.ask("And two?", "visitor"))
    *_, last = chat.retry("visitor", as_typed=True)
    assert asker.histories[-1] == ()
    assert last.past.count("<article") == 1
    list(chat.retry("visitor"))
    assert asker.histories[-1] == ()
    assert library.chats.all()[0].turns == 2


def test_an_answer_is_rated(make_chat: MakeChat) -> None:
    chat, library = make_chat(ScriptedAsker(lambda progress: claims(1)))
    list(chat.ask("One?", "visitor"))
    list(chat.ask("Two?", "visitor"))
    assert chat.rate("visitor", 1, -1, "Wrong paper")
    assert not chat.rate("visitor", 7, 1)
    assert not chat.rate("nobody", 1, 1)
    (said,) = library.chats.feedback()
    assert (said.question, said.rating, said.comment) == ("One?", -1, "Wrong paper")
    (view,) = chat.news("visitor")
    assert "Wrong paper" in view.past


def test_passages_are_visible_while_other_questions_use_the_model(make_chat: MakeChat) -> None:
    seen = threading.Event()

    def reads(progress: Progress) -> Iterator[Event]:
        yield PassagesFound((SOURCE,))
        assert seen.wait(PATIENCE_S)
        yield from claims(1)

    chat, _ = make_chat(ScriptedAsker(reads))
    views = chat.ask("How long?", "visitor")
    assert next(
        view
        for view in views
        if "Reading 1 paper" in view.current and "evidence-1-1" in view.current
    )
    seen.set()
    *_, last = views
    assert "Claim 0." in last.current


def test_nothing_asked_is_nothing_shown(make_chat: MakeChat) -> None:
    chat, _ = make_chat(ScriptedAsker(lambda progress: claims(1)))
    assert list(chat.ask(" \n", "visitor")) == []


@pytest.mark.parametrize(
    "error", [UsageError("The question is too long."), ModelError("The model is gone.")]
)
def test_an_error_is_one_line(make_chat: MakeChat, error: Exception) -> None:
    def fails(progress: Progress) -> Iterator[Event]:
        yield EvidenceFound((SOURCE,), ())
        raise error

    chat, library = make_chat(ScriptedAsker(fails))
    *_, last = chat.ask("How long?", "visitor")
    assert f'role="alert">{error}</p>' in last.current
    assert "evidence-1-1" in last.current
    assert not last.running
    (kept,) = library.chats.all()
    saved = saved_turns(library, kept.chat_id, "", 1)[0]
    assert (saved.question, saved.state, saved.error) == ("How long?", "failed", str(error))


def test_a_fault_of_ours_is_told_without_a_traceback(make_chat: MakeChat) -> None:
    chat, _ = make_chat(ScriptedAsker(lambda progress: iter([1 / 0])))  # type: ignore[list-item]
    *_, last = chat.ask("How long?", "visitor")
    assert "failed unexpectedly (ZeroDivisionError: division by zero)" in last.current
    assert "Traceback" not in last.current
    assert not last.running


def test_a_chat_that_cannot_be_kept_is_answered_all_the_same(
    make_chat: MakeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, library = make_chat(ScriptedAsker(lambda progress: claims(1)))

    def refuse(*_: object, **__: object) -> None:
        raise LibraryReadOnly("The library is read-only.")

    monkeypatch.setattr(library.chats, "save_turn", refuse)
    *_, last = chat.ask("How long?", "visitor")
    assert "Claim 0." in last.current
    assert "This chat is not saved: The library is read-only." in last.current


def test_a_question_is_asked_again_in_place_of_its_answer(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, library = make_chat(asker)
    list(chat.ask("One?", "visitor"))
    list(chat.ask("Two?", "visitor", paper=2))
    *_, last = chat.retry("visitor")
    assert last.past.count("<article") == 1
    assert "Two?" in last.current
    # A number is used once, so that the page knows a new turn from an old one.
    assert 'id="turn-3"' in last.current
    assert asker.histories[-1] == (Turn("One?", "Claim 0.", papers=(1,)),)
    assert asker.filters[-1] == Filters(only=(2,))
    (kept,) = library.chats.all()
    assert [turn.question for turn in library.chats.turns(kept.chat_id)] == ["One?", "Two?"]

    assert chat.last_question("visitor") == "Two?"
    *_, last = chat.ask("Three?", "visitor", instead=True)
    assert "Two?" not in last.past + last.current
    assert [turn.question for turn in library.chats.turns(kept.chat_id)] == ["One?", "Three?"]


def test_nothing_to_ask_again(make_chat: MakeChat) -> None:
    chat, _ = make_chat(ScriptedAsker(lambda progress: claims(1)))
    assert list(chat.retry("visitor")) == []
    assert chat.last_question("visitor") is None


def test_an_answer_taken_back_is_replaced_though_the_next_one_was_stopped(
    make_chat: MakeChat,
) -> None:
    plays: Iterator[Callable[[Progress], Iterator[Event]]] = iter(
        [lambda progress: claims(1), until_stopped, lambda progress: claims(1)]
    )
    chat, library = make_chat(ScriptedAsker(lambda progress: next(plays)(progress)))
    list(chat.ask("One?", "visitor"))
    for view in chat.ask("Two?", "visitor", instead=True):
        if "First." in view.current:
            chat.stop("visitor")
    list(chat.retry("visitor"))
    (kept,) = library.chats.all()
    assert [turn.question for turn in library.chats.turns(kept.chat_id)] == ["Two?"]


def test_only_the_papers_that_is_named_is_asked(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, library = make_chat(asker)
    number, title = chat.paper(next(library.papers.all()).id)
    *_, last = chat.ask("One?", "visitor", paper=number)
    assert asker.filters == [Filters(only=(number,))]
    assert f"Asked of one paper only: “{title}”" in last.current
    library.remove([number])
    *_, last = chat.ask("Two?", "visitor", paper=number)
    assert "turn-failed" in last.current
    assert len(asker.filters) == 1
    with pytest.raises(PaperNotFound):
        chat.paper("no such paper")


def test_a_saved_chat_goes_on(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, library = make_chat(asker)
    list(chat.ask("One?", "before", owner="ada"))
    list(chat.ask("Two?", "before", owner="ada"))
    (kept,) = library.chats.all("ada")

    assert list(chat.open(kept.number, "now", "bob")) == []
    (view,) = chat.open(kept.number, "now", "ada")
    assert "One?" in view.past
    assert "Two?" in view.current
    assert not view.running
    *_, last = chat.ask("Three?", "now", owner="ada")
    assert last.past.count("<article") == 2
    assert 'id="turn-3"' in last.current
    assert [turn.question for turn in asker.histories[-1]] == ["One?", "Two?"]
    questions = [turn.question for turn in library.chats.turns(kept.chat_id, "ada")]
    assert questions == ["One?", "Two?", "Three?"]


def test_a_chat_that_was_deleted_does_not_come_back(make_chat: MakeChat) -> None:
    chat, library = make_chat(ScriptedAsker(lambda progress: claims(1)))
    list(chat.ask("One?", "visitor"))
    library.chats.delete(library.chats.all()[0].chat_id)
    list(chat.ask("Two?", "visitor"))
    list(chat.ask("Three?", "visitor"))
    (kept,) = library.chats.all()
    questions = [turn.question for turn in library.chats.turns(kept.chat_id)]
    assert questions == ["Two?", "Three?"]


def test_an_answer_whose_chat_was_deleted_meanwhile_is_not_saved(make_chat: MakeChat) -> None:
    chats: list[Chats] = []

    def play(progress: Progress) -> Iterator[Event]:
        library = chats[0]
        library.delete(library.all()[0].chat_id)
        yield from claims(1)

    chat, library = make_chat(ScriptedAsker(play))
    chats.append(library.chats)
    *_, last = chat.ask("One?", "visitor")
    assert "This chat was deleted in the meantime" in last.current
    assert library.chats.all() == []


def test_evidence_is_shown_to_who_waits_for_the_model_with_the_place_in_line(
    make_chat: MakeChat,
) -> None:
    chat, _ = make_chat(ScriptedAsker(until_stopped))
    served = [chat.ask("Long?", name) for name in ("first", "second")]
    for views in served:
        assert next(view for view in views if "First." in view.current)
    third = chat.ask("And me?", "third")
    waiting = next(view for view in third if "Waiting" in view.current)
    assert "Waiting for the model (2 questions ahead)" in waiting.current
    assert "evidence-1-1" in waiting.current
    assert waiting.running
    chat.stop("first")
    assert next(view for view in third if "First." in view.current).running
    chat.stop("second")
    chat.stop("third")
    assert [list(views)[-1].running for views in (*served, third)] == [False] * 3


def test_of_a_long_chat_the_latest_turns_are_in_sight(make_chat: MakeChat) -> None:
    asker = ScriptedAsker(lambda progress: claims(1))
    chat, library = make_chat(asker)
    for n in range(MAX_VISIBLE + 3):
        *_, last = chat.ask(f"Question {n}?", "visitor")
    assert last.past.count("<article") == MAX_VISIBLE
    assert "2 earlier questions not shown here" in last.past
    assert "Question 1?" not in last.past
    assert len(asker.histories[-1]) == MAX_VISIBLE + 2
    assert library.chats.all()[0].turns == MAX_VISIBLE + 3


def test_two_windows_of_one_chat_lose_nothing(make_chat: MakeChat) -> None:
    chat, library = make_chat(ScriptedAsker(lambda progress: claims(1)))
    *_, last = chat.ask("One?", "first")
    list(chat.open(last.number, "second"))
    list(chat.ask("Two?", "second"))
    list(chat.retry("first"))
    (kept,) = library.chats.all()
    questions = [turn.question for turn in library.chats.turns(kept.chat_id)]
    assert questions == ["One?", "Two?"]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so that another thread does."""
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)
