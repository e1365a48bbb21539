"""Conversations: what a visitor of the page asked, and how a question is answered on it."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.answering import AnswerDone, Turn
from assistant.errors import AssistantError, LibraryError
from assistant.web.rendering import render_turn
from assistant.web.turn import TurnView

if TYPE_CHECKING:
    from assistant.answering import Answer
    from assistant.answering.answer import Event
    from assistant.session import Session
    from assistant.web.work import UnderWay, Work

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChatView:
    """What the page shows of a conversation; `fresh` says that a turn has just begun."""

    past: str
    current: str
    running: bool
    fresh: bool = False


@dataclass
class Conversation:
    """One visitor's chat; `work` is the answer that is being written."""

    chat_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    past: str = ""
    current: TurnView | None = None
    history: list[Turn] = field(default_factory=list)
    work: Work[Event] | None = None


class Chat:
    """The conversations of all visitors, who are told apart by a key. Thread-safe."""

    def __init__(self, session: Session, under_way: UnderWay) -> None:
        """Answer with the session's asker."""
        self._session = session
        self._under_way = under_way
        self._lock = threading.Lock()
        self._conversations: dict[str, Conversation] = {}

    def ask(self, question: str, visitor: str) -> Iterator[ChatView]:
        """Answer `question`, yielding the view whenever there is more to show."""
        question = question.strip()
        with self._lock:
            conversation = self._conversations.setdefault(visitor, Conversation())
            if not question:
                return
            if conversation.work:
                conversation.work.stop()
            if conversation.current:
                conversation.past += render_turn(conversation.current)
            number = conversation.current.number + 1 if conversation.current else 1
            turn = conversation.current = TurnView(number, question)
            work = conversation.work = self._under_way.start(
                lambda emit, stop: self._answer(turn, conversation, emit, stop)
            )
        yield ChatView(conversation.past, render_turn(turn), turn.running, fresh=True)
        for _ in _followed(turn, work):
            yield ChatView(conversation.past, render_turn(turn), turn.running)
        with self._lock:
            current = self._conversations.get(visitor) is conversation
        if current:
            yield ChatView(conversation.past, render_turn(turn), turn.running)

    def stop(self, visitor: str) -> None:
        """Stop the answer that is being written for `visitor`."""
        with self._lock:
            conversation = self._conversations.get(visitor)
        if conversation and conversation.work:
            conversation.work.stop()

    def forget(self, visitor: str) -> None:
        """Stop, and begin anew: the visitor wants a new chat, or has gone."""
        self.stop(visitor)
        with self._lock:
            self._conversations.pop(visitor, None)

    def _answer(
        self,
        turn: TurnView,
        conversation: Conversation,
        emit: Callable[[Event], None],
        stop: threading.Event,
    ) -> None:
        asker = self._session.asker
        answer: Answer | None = None
        for event in asker.ask(turn.question, tuple(conversation.history), stop):
            if isinstance(event, AnswerDone):
                answer = event.answer
            emit(event)
        if answer is None or stop.is_set():
            # Half an answer is neither kept nor built upon.
            return
        conversation.history.append(Turn(turn.question, answer.text, answer.refused))
        shape = json.dumps(answer.as_json(), ensure_ascii=False)
        try:
            self._session.library.save_turn(conversation.chat_id, turn.question, shape)
        except LibraryError as error:
            turn.note = f"This chat is not kept: {error}"


def _followed(turn: TurnView, work: Work[Event]) -> Iterator[None]:
    """Bring `turn` up to date with `work`, yielding after every change, to its end."""
    try:
        for event in work.items():
            turn.take(event)
            if turn.running:
                yield
    except GeneratorExit:
        # Nobody looks any more.
        work.stop()
        raise
    except AssistantError as error:
        turn.fail(str(error))
    except Exception as error:
        _log.exception("A question could not be answered")
        turn.fail(
            f"The assistant failed unexpectedly ({type(error).__name__}: {error}). "
            "The terminal it was started from says where."
        )
    else:
        if work.stopped:
            turn.stop()
