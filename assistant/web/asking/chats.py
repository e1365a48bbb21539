"""The saved chats as the page shows them: list, search, open, rename, delete."""

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

GONE = "This chat is not there any more."
# The conversation that is going on counts its turns from 1; ids are unique within the page.
_FIRST_NUMBER = 1_000_001


@dataclass(frozen=True)
class OpenedChat:
    """What the page shows of a chat; without a `chat_id` none is open, and `html` says why."""

    html: str
    chat_id: str = ""
    title: str = ""


class ChatHistory:
    """The saved chats of a session's library. Thread-safe; whatever fails is said in the HTML.

    `owner` is whose chats they are, "" where nobody logs in; those of others are not there.
    """

    def __init__(self, session: Session) -> None:
        """Nothing is opened yet."""
        self._session = session

    def listing(self, words: str = "", owner: str = "") -> str:
        """The chats with all of `words`, the one with the latest turn first, as HTML."""
        try:
            chats = self._session.library.chats.search(words, owner)
        except AssistantError as error:
            return render_chats((), error=str(error))
        return render_chats(chats, searched=bool(words.strip()))

    def open(self, chat_id: str, problem: str = "", owner: str = "") -> OpenedChat:
        """A chat with all its turns; `problem` is said above them."""
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
        """Give a chat a title, or its first question again if `title` is empty."""
        try:
            self._session.library.chats.rename(chat_id, title, owner)
        except AssistantError as error:
            return self.open(chat_id, str(error), owner)
        return self.open(chat_id, owner=owner)

    def delete(self, chat_id: str, owner: str = "") -> OpenedChat:
        """Delete a chat for good."""
        try:
            deleted = self._session.library.chats.delete(chat_id, owner)
        except AssistantError as error:
            return self.open(chat_id, str(error), owner)
        return OpenedChat(render_job("The chat is deleted.") if deleted else render_job(error=GONE))
