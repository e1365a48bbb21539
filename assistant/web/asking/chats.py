"""Saved chats on the page: list, search, open, rename, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.web.asking.chat_markdown import chat_markdown, markdown_name
from assistant.web.asking.rendering import chat_about, render_chats, render_opened_chat
from assistant.web.asking.saved_turn import saved_turns
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.session import Session

GONE = "This chat no longer exists."
# The current conversation numbers its turns from 1; ids must be unique within the page.
_FIRST_NUMBER = 1_000_001


@dataclass(frozen=True)
class OpenedChat:
    """An open chat; without a `chat_id` no chat is open and `html` says why."""

    html: str
    chat_id: str = ""
    title: str = ""


class ChatHistory:
    """The saved chats of a session's library. Thread-safe; errors appear in the HTML.

    `owner` is the logged-in user, "" without log-in; chats of other users are hidden.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def listing(self, words: str = "", owner: str = "") -> str:
        """The chats that contain all of `words`, latest first, as HTML."""
        try:
            chats = self._session.library.chats.search(words, owner)
        except AssistantError as error:
            return render_chats((), error=str(error))
        return render_chats(chats, searched=bool(words.strip()))

    def open(self, chat_id: str, problem: str = "", owner: str = "") -> OpenedChat:
        """A chat with all its turns, below the message `problem`."""
        try:
            library = self._session.library
            chat = next((one for one in library.chats.all(owner) if one.chat_id == chat_id), None)
            if chat is None:
                return OpenedChat(render_job(error=problem or GONE))
            turns = saved_turns(library, chat_id, owner, _FIRST_NUMBER)
        except AssistantError as error:
            return OpenedChat(render_job(error=str(error)))
        about = chat_about(chat)
        markdown = chat_markdown(chat.title, about, turns)
        html = render_opened_chat(
            chat.title, about, turns, markdown, markdown_name(chat.title), problem
        )
        return OpenedChat(html, chat_id, chat.title)

    def rename(self, chat_id: str, title: str, owner: str = "") -> OpenedChat:
        """Rename a chat; an empty `title` restores its first question."""
        try:
            self._session.library.chats.rename(chat_id, title, owner)
        except AssistantError as error:
            return self.open(chat_id, str(error), owner)
        return self.open(chat_id, owner=owner)

    def delete(self, chat_id: str, owner: str = "") -> OpenedChat:
        """Permanently delete a chat."""
        try:
            deleted = self._session.library.chats.delete(chat_id, owner)
        except AssistantError as error:
            return self.open(chat_id, str(error), owner)
        return OpenedChat(render_job("Chat deleted.") if deleted else render_job(error=GONE))
