"""The sidebar: a new chat, the places of the page, and the saved chats."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.html import render
from assistant.languages import Later, _
from assistant.web.components import html, owner, parallel, signal, text_box, unqueued, visitor

if TYPE_CHECKING:
    from assistant.web.asking.chats import ChatHistory


@dataclass(frozen=True)
class Place:
    """A place of the page: the id of its tab, which is also its address, and its name."""

    id: str
    name: str


# In the order of the sidebar. The tab "ask" has the addresses of chats.
PLACES = (
    Place("draft", _("Check a draft")),
    Place("library", _("Library")),
    Place("table", _("Table")),
    Place("digest", _("Digest")),
    Place("map", _("Map")),
    Place("settings", _("Settings")),
)


def add_sidebar(history: ChatHistory, news: gr.Textbox) -> None:
    """Add the sidebar to the page being built.

    The list of chats is read again when `news` changes, if anything has changed.
    """
    # Written by sidebar.js: what to do with a chat, as JSON.
    request = signal("Chat", "change-chat")
    with gr.Column(elem_id="sidebar", min_width=0):
        html(Later(lambda: render("sidebar.html", places=PLACES)), elem_id="places")
        words = text_box(_("Search chats"), "chat-search", _("Search chats …"), max_lines=20)
        said = html(elem_id="chats-said")
        chats = html(elem_id="chats")
    undo = gr.Button(_("Undo"), visible="hidden", elem_id="undo-delete-chat")
    forget = gr.Button(_("Dismiss"), visible="hidden", elem_id="forget-deleted-chats")
    # Passed to sidebar.js: the chat that came back, and a chat to download.
    returned = html(elem_id="returned-chat", visible="hidden")
    file = html(elem_id="chat-file", visible="hidden")
    known = gr.State(0)

    def listing(searched: str, known: int, request: gr.Request) -> tuple[Any, ...]:
        state = hash(history.state(searched, owner(request)))
        if state == known:
            return gr.skip(), gr.skip()
        return history.listing(searched, owner(request)), state

    refreshing: dict[str, Any] = {"inputs": [words, known], "outputs": [chats, known]}
    gr.on(
        [news.change, words.change],
        listing,
        trigger_mode="always_last",
        **refreshing,
        **parallel(),
    )

    def change(text: str, request: gr.Request) -> tuple[Any, ...]:
        try:
            wanted = json.loads(text)
            number, action = int(wanted["chat"]), wanted["do"]
        except (ValueError, TypeError, KeyError):
            return gr.skip(), gr.skip()
        user = owner(request)
        if action == "rename":
            renamed = history.rename(number, str(wanted.get("title", "")), user)
            return renamed or gr.skip(), gr.skip()
        if action == "delete":
            return history.delete(number, visitor(request), user), gr.skip()
        return gr.skip(), history.file(number, user)

    request.change(change, inputs=[request], outputs=[said, file], **unqueued()).then(
        listing, **refreshing, **parallel()
    )

    def bring_back(request: gr.Request) -> tuple[str, str]:
        message, number = history.undo(visitor(request))
        return message, render("returned_chat.html", number=number, serial=next(history.serials))

    undo.click(bring_back, outputs=[said, returned], **unqueued()).then(
        listing, **refreshing, **parallel()
    )

    def forget_deleted(request: gr.Request) -> str:
        history.forget_deleted(visitor(request))
        return ""

    forget.click(forget_deleted, outputs=[said], **unqueued())
