"""The conversations of the page: asking, retrying, stopping, and following from any window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.web.asking.answering_job import AnsweringJob
from assistant.web.asking.conversation import Conversation, Entry
from assistant.web.asking.copying import copied_answer
from assistant.web.asking.request_queue import RequestQueue
from assistant.web.asking.saved_turn import later_turn, saved_turns
from assistant.web.asking.turn import TurnView

if TYPE_CHECKING:
    from assistant.session import Session
    from assistant.web.jobs import Jobs

# Seconds that a stopped answer has to end before the page stops waiting for it.
_GRACE_S = 0.3
# Seconds between two looks of a window that follows an answer at what it shows.
_LOOK_S = 0.5


@dataclass(frozen=True)
class ChatView:
    """A conversation as shown on the page.

    `fresh` marks the start of a turn or another chat, `asked` that the window asked it itself.
    `number` is the number of the chat, 0 until it is saved.
    """

    past: str
    current: str
    running: bool
    fresh: bool = False
    asked: bool = False
    number: int = 0
    deleted: bool = False


class Chat:
    """The conversations of all visitors. Thread-safe.

    A visitor is a window; several windows can show one conversation, which goes on when they are
    closed. The model writes `at_once` answers in parallel; evidence is found for everybody at once.
    """

    def __init__(self, session: Session, jobs: Jobs, at_once: int) -> None:
        self._session = session
        self._jobs = jobs
        self._queue = RequestQueue(at_once)
        self._lock = threading.Lock()
        # What each window shows, which version of it, and its latest follower.
        self._windows: dict[str, Conversation] = {}
        self._seen: dict[str, int] = {}
        self._followers: dict[str, object] = {}
        # Conversations that may be answered while no window shows them.
        self._answering: list[Conversation] = []

    def ask(
        self,
        question: str,
        visitor: str,
        *,
        owner: str = "",
        paper: int | None = None,
        instead: bool = False,
        as_typed: bool = False,
    ) -> Iterator[ChatView]:
        """Answer `question`, yielding a view after every change.

        Args:
            question: as typed.
            visitor: key of the window.
            owner: the logged-in user, "" without log-in.
            paper: number of the only paper to ask; None for all.
            instead: replace the last turn.
            as_typed: do not complete the question from the conversation.

        """
        question = question.strip()
        if not question:
            return
        view = TurnView(0, question, paper=paper, scope=self._title(paper), as_typed=as_typed)
        with self._lock:
            conversation = self._windows.get(visitor)
            if conversation is None or conversation.deleted:
                conversation = self._windows[visitor] = Conversation(owner=owner)
            if conversation.job:
                conversation.job.stop()
            if instead:
                conversation.withdraw_last()
            history = () if as_typed else conversation.history
            entry = conversation.begin(view)
            answering = AnsweringJob(self._session, self._queue, conversation, entry, history)
            conversation.job = self._jobs.start("Answering a question", answering.run)
            self._answering = [one for one in self._answering if one.running]
            self._answering.append(conversation)
        yield from self._follow(visitor, conversation, asked=True)

    def retry(self, visitor: str, owner: str = "", *, as_typed: bool = False) -> Iterator[ChatView]:
        """Answer the last question again and replace its answer.

        With `as_typed` it is not completed from the conversation.
        """
        last = self._last(visitor)
        if last:
            yield from self.ask(
                last.question,
                visitor,
                owner=owner,
                paper=last.paper,
                instead=True,
                as_typed=as_typed or last.as_typed,
            )

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
        """Stop the running answer that the window shows."""
        conversation = self._windows.get(visitor)
        if conversation is None or conversation.job is None:
            return
        job, last = conversation.job, conversation.last
        job.stop()
        for _ in job.follow(pause=0, grace=_GRACE_S):
            pass
        if last and last.view.running and last is conversation.last:
            conversation.change(last.view.stop)

    def leave(self, visitor: str) -> None:
        """Forget what the window shows, for a new chat or a closed window; answers continue."""
        with self._lock:
            self._windows.pop(visitor, None)
            self._seen.pop(visitor, None)
            self._followers.pop(visitor, None)

    def open(self, number: int, visitor: str, owner: str = "") -> Iterator[ChatView]:
        """Show the saved chat `number` of `owner` and follow its answer; nothing without one.

        Raises:
            LibraryError: the chat cannot be read.
        """
        conversation = self._open(number, owner)
        if conversation is None:
            return
        with self._lock:
            self._windows[visitor] = conversation
            self._seen.pop(visitor, None)
        yield from self._follow(visitor, conversation)

    def news(self, visitor: str) -> Iterator[ChatView]:
        """What other windows have changed in the chat that the window shows, until it is at rest.

        Yields nothing if nothing has changed, or if the window is following an answer already.
        """
        with self._lock:
            conversation = self._windows.get(visitor)
            is_followed = visitor in self._followers
            seen = self._seen.get(visitor)
        if conversation and not is_followed and conversation.version != seen:
            yield from self._follow(visitor, conversation, fresh=conversation.deleted)

    def copied(self, visitor: str, turn: int, style: str) -> str:
        """The answer of a turn that the window shows, with references in `style`; "" without one.

        Raises:
            LibraryError: the papers cannot be read.
        """
        entry = self._entry(visitor, turn)
        return copied_answer(entry.view, style, self._session.library) if entry else ""

    def state(self, visitor: str) -> int | None:
        """Changes when `news` has something to show; None while the window follows an answer."""
        with self._lock:
            conversation = self._windows.get(visitor)
            return conversation.version if conversation and visitor not in self._followers else None

    def versions(self, owner: str, number: int) -> tuple[int, ...]:
        """Changes whenever a window of `owner` that shows the chat `number` may have `news`.

        New chats, which have no number yet, count for all windows.
        """
        with self._lock:
            shown = dict.fromkeys(
                one
                for one in (*self._windows.values(), *self._answering)
                if one.owner == owner and one.number in (number, 0)
            )
            followed = sum(self._windows.get(visitor) in shown for visitor in self._followers)
        return followed, *(value for one in shown for value in (id(one), one.version))

    def rate(self, visitor: str, turn: int, rating: int, comment: str = "") -> bool:
        """Store what the user says about the answer of a turn that the window shows.

        Raises:
            LibraryError: it cannot be stored.
        """
        conversation, entry = self._windows.get(visitor), self._entry(visitor, turn)
        if conversation is None or entry is None or entry.stored is None:
            return False
        chats = self._session.library.chats
        if not chats.rate(entry.stored, rating, comment, conversation.owner):
            return False

        def note() -> None:
            entry.view.rating, entry.view.comment = rating, comment.strip()
            entry.has_changed()

        conversation.change(note)
        return True

    def running(self, owner: str = "") -> frozenset[int]:
        """The numbers of the chats of `owner` that are being answered."""
        return frozenset(one.number for one in self._live(owner) if one.running)

    def was_deleted(self, chat_id: str, owner: str = "") -> None:
        """Stop the answer of a chat that was deleted; windows that show it say so."""
        for conversation in self._live(owner):
            if conversation.chat_id == chat_id:
                if conversation.job:
                    conversation.job.stop()

                def mark(gone: Conversation = conversation) -> None:
                    gone.deleted = True

                conversation.change(mark)

    def _live(self, owner: str) -> list[Conversation]:
        """The conversations of `owner` that a window shows, or that are being answered."""
        with self._lock:
            known = [*self._windows.values(), *self._answering]
        return [one for one in dict.fromkeys(known) if one.owner == owner and not one.deleted]

    def _open(self, number: int, owner: str) -> Conversation | None:
        for conversation in self._live(owner):
            if conversation.number == number:
                return conversation
        chats = self._session.library.chats
        chat_id = chats.with_number(number, owner)
        if chat_id is None:
            return None
        turns = saved_turns(self._session.library, chat_id, owner, first=1)
        if not turns:
            return None
        conversation = Conversation(chat_id, owner, number)
        for view in turns:
            view.chat = number
        conversation.resume([Entry(view, later_turn(view), stored=view.stored) for view in turns])
        return conversation

    def _follow(
        self,
        visitor: str,
        conversation: Conversation,
        *,
        asked: bool = False,
        fresh: bool = True,
    ) -> Iterator[ChatView]:
        """Views of `conversation` until its answer ends or the window shows something else."""
        follower = object()
        with self._lock:
            self._followers[visitor] = follower
        seen, shown_turn, shown_past, first = -1, 0, "", True
        try:
            while self._is_shown(visitor, conversation, follower):
                version, past, current, running, turn = conversation.shown()
                if version != seen:
                    with self._lock:
                        self._seen[visitor] = version
                    # A question that was stopped for the next one may end after that has begun.
                    is_new = (first and fresh) or turn != shown_turn or past != shown_past
                    yield ChatView(
                        past,
                        current,
                        running,
                        fresh=is_new,
                        asked=first and asked,
                        number=conversation.number,
                        deleted=conversation.deleted,
                    )
                    seen, shown_turn, shown_past, first = version, turn, past, False
                if not running or conversation.deleted:
                    return
                conversation.wait(seen, _LOOK_S)
        finally:
            with self._lock:
                if self._followers.get(visitor) is follower:
                    del self._followers[visitor]

    def _is_shown(self, visitor: str, conversation: Conversation, follower: object) -> bool:
        """Whether the window still shows `conversation`, through this follower."""
        with self._lock:
            return (
                self._windows.get(visitor) is conversation
                and self._followers.get(visitor) is follower
            )

    def _entry(self, visitor: str, turn: int) -> Entry | None:
        conversation = self._windows.get(visitor)
        entries = conversation.entries if conversation else []
        return next((one for one in entries if one.view.number == turn), None)

    def _last(self, visitor: str) -> TurnView | None:
        conversation = self._windows.get(visitor)
        return conversation.last.view if conversation and conversation.last else None

    def _title(self, paper: int | None) -> str:
        """The title of a paper; errors are reported when the question is answered."""
        if paper is None:
            return ""
        try:
            return self._session.library.papers.get(f"#{paper}").title
        except AssistantError:
            return f"no. {paper}"
