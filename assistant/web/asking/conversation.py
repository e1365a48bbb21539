"""A conversation on the page: the turns that are in sight, and what the next one builds upon."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.web.asking.rendering import render_earlier, render_turn
from assistant.web.asking.turn import TurnView

if TYPE_CHECKING:
    from assistant.answering import Turn
    from assistant.web.jobs import Job

# All of them are sent with every question; the others are found in the saved chat.
MOST_IN_SIGHT = 20


@dataclass
class Entry:
    """A turn: how it looks, and, once it has been answered, what later questions build upon."""

    view: TurnView
    turn: Turn | None = None
    kept: bool = False

    def html(self, *, latest: bool) -> str:
        """The turn as it is now; the `latest` can be asked again."""
        return render_turn(self.view, latest=latest)


@dataclass
class Conversation:
    """One window's chat; `job` writes the answer.

    `html_before` is that of all turns but the last, which may still change. Turns that were kept
    in the library are there under `chat_id`; `outdated` is the question of the one that was taken
    back here, until another takes its place there.
    """

    chat_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    entries: list[Entry] = field(default_factory=list)
    html_before: list[str] = field(default_factory=list)
    job: Job[None] | None = None
    outdated: str = ""
    _numbers: int = 0

    @property
    def past(self) -> str:
        """The HTML of the turns before the last; of a long chat those asked last."""
        left_out = len(self.html_before) - MOST_IN_SIGHT
        earlier = [render_earlier(left_out)] if left_out > 0 else []
        return "".join([*earlier, *self.html_before[-MOST_IN_SIGHT:]])

    @property
    def last(self) -> Entry | None:
        """The latest turn."""
        return self.entries[-1] if self.entries else None

    @property
    def history(self) -> tuple[Turn, ...]:
        """What was asked and answered until now; half an answer is not built upon."""
        return tuple(entry.turn for entry in self.entries if entry.turn)

    def begin(self, question: str, paper: int | None, scope: str) -> Entry:
        """A new turn at the end; `scope` is the title of the one paper it is about, if it is."""
        self._numbers += 1
        if self.entries:
            self.html_before.append(self.entries[-1].html(latest=False))
        entry = Entry(TurnView(self._numbers, question, paper=paper, scope=scope))
        self.entries.append(entry)
        return entry

    def take_up(self, entries: list[Entry]) -> None:
        """Go on from `entries`, which were kept before."""
        self.entries = entries
        self.html_before = [entry.html(latest=False) for entry in entries[:-1]]
        self._numbers = max((entry.view.number for entry in entries), default=0)

    def drop_last(self) -> None:
        """Take the latest turn back, if there is one; its number is not used again."""
        if self.html_before:
            self.html_before.pop()
        if self.entries and (last := self.entries.pop()).kept:
            self.outdated = last.view.question

    @property
    def goes_on(self) -> bool:
        """Whether turns of it were kept."""
        return any(entry.kept for entry in self.entries)

    def keep_elsewhere(self) -> None:
        """What was kept is not there any more: what comes is kept as another chat."""
        self.chat_id = uuid.uuid4().hex
        self.outdated = ""
        for entry in self.entries:
            entry.kept = False
