"""The conversations of the page: asking, retrying, stopping and resuming."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering import AnswerDone, EvidenceFound, PassagesFound, Turn
from assistant.errors import AssistantError, LibraryError
from assistant.library import EVERYTHING, Filters
from assistant.web.asking.conversation import Conversation, Entry
from assistant.web.asking.request_queue import RequestQueue
from assistant.web.asking.saved_turn import later_turn, saved_turns
from assistant.web.asking.turn import Queued

if TYPE_CHECKING:
    from assistant.answering import Answer
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.web.asking.turn import TurnEvent, TurnView
    from assistant.web.jobs import Job, Jobs


# Seconds that a stopped answer has to end before the page stops waiting for it.
_GRACE_S = 0.3


@dataclass(frozen=True)
class ChatView:
    """A conversation as shown on the page; `fresh` marks the start of a turn."""

    past: str
    current: str
    running: bool
    fresh: bool = False


class Chat:
    """The conversations of all visitors, by visitor key. Thread-safe.

    The model writes `at_once` answers in parallel; evidence is found for everybody at once.
    """

    def __init__(self, session: Session, jobs: Jobs, at_once: int) -> None:
        self._session = session
        self._jobs = jobs
        self._queue = RequestQueue(at_once)
        self._lock = threading.Lock()
        self._conversations: dict[str, Conversation] = {}

    def ask(
        self,
        question: str,
        visitor: str,
        *,
        owner: str = "",
        paper: int | None = None,
        instead: bool = False,
    ) -> Iterator[ChatView]:
        """Answer `question`, yielding a view after every change.

        Args:
            question: as typed.
            visitor: key of the window.
            owner: the logged-in user, "" without log-in.
            paper: number of the only paper to ask; None for all.
            instead: replace the last turn.

        """
        question = question.strip()
        if not question:
            return
        scope = self._title(paper)
        with self._lock:
            conversation = self._conversations.setdefault(visitor, Conversation())
            if conversation.job:
                conversation.job.stop()
            if instead:
                conversation.withdraw_last()
            entry = conversation.begin(question, paper, scope)
            history = conversation.history
            events: deque[TurnEvent] = deque()

            def answer(progress: Progress) -> None:
                def emit(event: TurnEvent) -> None:
                    events.append(event)
                    progress.report(len(events))

                self._answer(conversation, entry, history, owner, emit, progress)

            job = conversation.job = self._jobs.start("Answering a question", answer)
        yield ChatView(conversation.past, entry.html(latest=True), running=True, fresh=True)
        for _ in _followed(entry.view, events, job):
            if self._is_visible(visitor, conversation, entry):
                yield ChatView(conversation.past, entry.html(latest=True), running=True)
        if self._is_visible(visitor, conversation, entry):
            yield ChatView(conversation.past, entry.html(latest=True), running=False)

    def retry(self, visitor: str, owner: str = "") -> Iterator[ChatView]:
        """Answer the last question again and replace its answer."""
        last = self._last(visitor)
        if last:
            yield from self.ask(last.question, visitor, owner=owner, paper=last.paper, instead=True)

    def last_question(self, visitor: str) -> str | None:
        """The question to edit, if any."""
        last = self._last(visitor)
        return last.question if last else None

    def paper(self, key: str) -> tuple[int, str]:
        """Number and title of the paper with the id or number `key`.

        Raises:
            PaperNotFound: no paper has this key.
        """
        stored = self._session.library.papers.get(key)
        return stored.number, stored.title

    def stop(self, visitor: str) -> None:
        """Stop the running answer of `visitor`."""
        with self._lock:
            conversation = self._conversations.get(visitor)
        if conversation and conversation.job:
            conversation.job.stop()

    def forget(self, visitor: str) -> None:
        """Stop and forget the conversation, for a new chat or a closed window."""
        self.stop(visitor)
        with self._lock:
            self._conversations.pop(visitor, None)

    def resume(self, chat_id: str, visitor: str, owner: str = "") -> ChatView | None:
        """Continue a saved chat of `owner`; None, with no change, if it does not exist.

        Raises:
            LibraryError: the chat cannot be read.
        """
        turns = saved_turns(self._session.library, chat_id, owner, first=1)
        if not turns:
            return None
        self.forget(visitor)
        conversation = Conversation(chat_id)
        conversation.resume(
            [Entry(view, later_turn(view), saved=True, stored=view.stored) for view in turns]
        )
        with self._lock:
            self._conversations[visitor] = conversation
        current = conversation.entries[-1].html(latest=True)
        return ChatView(conversation.past, current, running=False, fresh=True)

    def _is_visible(self, visitor: str, conversation: Conversation, entry: Entry) -> bool:
        """Whether the window of `visitor` still shows `entry` as its last turn."""
        with self._lock:
            return self._conversations.get(visitor) is conversation and conversation.last is entry

    def _last(self, visitor: str) -> TurnView | None:
        with self._lock:
            conversation = self._conversations.get(visitor)
            entry = conversation.last if conversation else None
        return entry.view if entry else None

    def _title(self, paper: int | None) -> str:
        """The title of a paper; errors are reported when the question is answered."""
        if paper is None:
            return ""
        try:
            return self._session.library.papers.get(f"#{paper}").title
        except AssistantError:
            return f"no. {paper}"

    def _answer(
        self,
        conversation: Conversation,
        entry: Entry,
        history: tuple[Turn, ...],
        owner: str,
        emit: Callable[[TurnEvent], None],
        progress: Progress,
    ) -> None:
        turn = entry.view
        if turn.paper is not None:
            self._session.library.papers.get(f"#{turn.paper}")
        filters = EVERYTHING if turn.paper is None else Filters(only=(turn.paper,))
        answer: Answer | None = None
        events = self._session.answer_pipeline.ask(turn.question, history, progress, filters)
        for event in events:
            emit(event)
            if isinstance(event, AnswerDone):
                answer = event.answer
            if isinstance(event, PassagesFound) or (
                isinstance(event, EvidenceFound) and event.evidence
            ):
                break
        if answer is None:
            # The pipeline yields what it found before it calls the model, so the wait for the model
            # happens here, while the evidence is visible.
            with self._queue.slot(progress, lambda ahead: emit(Queued(ahead))):
                for event in events:
                    emit(event)
                    if isinstance(event, AnswerDone):
                        answer = event.answer
        if answer is None or progress.stop_requested:
            # An incomplete answer is neither saved nor used for follow-up questions.
            return
        entry.turn = Turn.of(turn.question, answer)
        try:
            stored = self._session.library.chats.save_turn(
                conversation.chat_id,
                turn.question,
                json.dumps(answer.as_json(), ensure_ascii=False),
                owner,
                must_exist=conversation.is_saved,
                replaces=conversation.outdated,
            )
        except LibraryError as error:
            turn.note = f"This chat is not saved: {error}"
            return
        conversation.outdated = None
        entry.saved = stored is not None
        entry.stored = stored.turn if stored else None
        if not entry.saved:
            conversation.start_new_chat()
            turn.note = "This chat was deleted in the meantime, so this answer is not saved."


def _followed(turn: TurnView, events: deque[TurnEvent], job: Job[None]) -> Iterator[None]:
    """Apply the `events` of `job` to `turn` until its end, yielding after every change."""
    try:
        for _ in job.follow(pause=0, grace=_GRACE_S):
            while events:
                turn.take(events.popleft())
                if turn.running:
                    yield
    except GeneratorExit:
        # The window is gone.
        job.stop()
        raise
    if error := job.state.error:
        turn.fail(error)
    elif job.progress.stop_requested:
        turn.stop()
