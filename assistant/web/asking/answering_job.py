"""The job that answers one question: it stores the question first, and the answer at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.answering import AnswerDone, EvidenceFound, PassagesFound, Turn
from assistant.errors import LibraryError
from assistant.languages import _
from assistant.library import EVERYTHING, Filters
from assistant.web.asking.saved_turn import answered_json, unanswered_json
from assistant.web.asking.turn import Queued
from assistant.web.rendering import explained

if TYPE_CHECKING:
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.asking.conversation import Conversation, Entry
    from assistant.web.asking.request_queue import RequestQueue
    from assistant.web.asking.turn import TurnEvent

NAME = "Answering a question"
_DELETED = _("This chat was deleted in the meantime, so this answer is not saved.")


class AnsweringJob:
    """Answers the last question of a conversation, whoever is looking."""

    def __init__(
        self,
        session: Session,
        queue: RequestQueue,
        conversation: Conversation,
        entry: Entry,
        history: tuple[Turn, ...],
    ) -> None:
        """Answer the question of `entry`, which follows the turns of `history`."""
        self._session = session
        self._queue = queue
        self._conversation = conversation
        self._entry = entry
        self._history = history

    def run(self, progress: Progress) -> None:
        """Answer the question. Errors become the end of the turn."""
        turn = self._entry.view
        try:
            self._store_question()
            done = self._answer(progress)
        except BaseException as error:  # even SystemExit must not leave the turn unfinished
            text = explained(error, f"{NAME} failed")
            self._store(unanswered_json(turn, "failed", text))
            self._end(lambda: turn.fail(text))
            return
        if done is None or progress.stop_requested:
            # An incomplete answer is neither saved nor used for follow-up questions.
            self._store(unanswered_json(turn, "stopped"))
            self._end(turn.stop)
            return
        # Before the turn ends for the windows, which may ask the next question then.
        self._entry.turn = Turn.of(turn.question, done.answer)
        self._store(answered_json(turn, done.answer))
        self._take(done)

    def _answer(self, progress: Progress) -> AnswerDone | None:
        """The complete answer; None if it was stopped."""
        turn = self._entry.view
        if turn.paper is not None:
            self._session.library.papers.get(f"#{turn.paper}")
        filters = EVERYTHING if turn.paper is None else Filters(only=(turn.paper,))
        events = self._session.answer_pipeline.ask(turn.question, self._history, progress, filters)
        for event in events:
            if isinstance(event, AnswerDone):
                return event
            self._take(event)
            if isinstance(event, PassagesFound) or (
                isinstance(event, EvidenceFound) and event.evidence
            ):
                break
        # The pipeline yields what it found before it calls the model, so the wait for the model
        # happens here, while the evidence is visible.
        done = None
        with self._queue.slot(progress, lambda ahead: self._take(Queued(ahead))):
            for event in events:
                if isinstance(event, AnswerDone):
                    done = event
                else:
                    self._take(event)
        return done

    def _take(self, event: TurnEvent) -> None:
        turn = self._entry.view

        def take() -> None:
            # A stopped turn is not waited for; what comes later is ignored.
            if turn.running:
                turn.take(event)
                self._entry.has_changed()

        self._conversation.change(take)

    def _end(self, action: Callable[[], None]) -> None:
        def end() -> None:
            if self._entry.view.running:
                action()
                self._entry.has_changed()

        self._conversation.change(end)

    def _store_question(self) -> None:
        """Store the question before it is answered, so that it is not lost."""
        conversation, entry = self._conversation, self._entry
        chats = self._session.library.chats
        chat = entry.view.question, unanswered_json(entry.view), conversation.owner
        try:
            started = chats.save_turn(
                conversation.chat_id,
                *chat,
                must_exist=conversation.is_saved,
                replaces=conversation.outdated,
            )
            if started is None:
                # It was deleted by another program: this question begins a new one.
                conversation.start_new_chat()
                started = chats.save_turn(conversation.chat_id, *chat)
        except LibraryError as error:
            self._note(_not_saved(error))
            return
        if started is None:
            return

        def note() -> None:
            entry.stored = entry.view.stored = started.turn
            conversation.number = entry.view.chat = started.chat_number
            conversation.outdated = None

        conversation.change(note)

    def _store(self, answer_json: str) -> None:
        """Store the answer of the stored question."""
        if self._entry.stored is None:
            return
        try:
            if not self._session.library.chats.finish_turn(self._entry.stored, answer_json):
                self._entry.stored = None
                if not self._conversation.deleted:
                    self._note(_DELETED)
        except LibraryError as error:
            self._note(_not_saved(error))

    def _note(self, text: str) -> None:
        turn = self._entry.view

        def note() -> None:
            turn.note = text
            self._entry.has_changed()

        self._conversation.change(note)


def _not_saved(error: LibraryError) -> str:
    return _("This chat is not saved: {reason}", reason=str(error))
