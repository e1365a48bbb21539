"""The Chats tab: a searchable list of saved chats and the open chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import gradio as gr

from assistant.web.components import button, html, owner, quiet, signal, text_box
from assistant.web.rendering import render_text

if TYPE_CHECKING:
    from assistant.web.asking.chats import ChatHistory, OpenedChat

NO_CHAT = "Select a chat in the list to read it, continue it or download it."


class ChatsTab(NamedTuple):
    """The button that continues the open chat, and the chat's id, for the Ask tab."""

    continue_button: gr.Button
    chat_id: gr.State


def add_chats_tab(tab: gr.Tab, history: ChatHistory) -> ChatsTab:
    """Add the components of `tab`; the list is loaded when the tab is selected."""
    opened = gr.State("")
    # page.js writes the id of the clicked chat into it.
    selected = signal("Chat", "chosen-chat")
    with gr.Row(elem_id="chats-bar"):
        with gr.Column(scale=2, min_width=260):
            words = text_box(
                "Search chats",
                "chat-search",
                "Search titles, questions and answers …",
                max_lines=20,
            )
            chats = html(elem_id="chats")
        with gr.Column(scale=5, min_width=320):
            with gr.Row(visible=False, elem_id="chat-tools") as tools:
                title = text_box("Title", "chat-title", max_lines=20, scale=4)
                rename = button("Rename", "rename-chat", 90, scale=1)
                continue_button = button("Continue this chat", "continue-chat", 170, scale=1)
                # page.js downloads the Markdown, which is part of the page.
                button("Download Markdown", "download-chat", 170, scale=1)
                delete = button("Delete", "delete-chat", 80, scale=1)
            with gr.Row(visible=False, elem_id="chat-confirm") as confirm:
                html(render_text("Delete this chat and all its answers?", "problem"))
                sure = button("Delete", "sure", 100, variant="stop")
                cancel = button("Cancel", "keep-chat", 100)
            place = html(render_text(NO_CHAT), elem_id="opened-chat")
    shown = [opened, place, title, tools, confirm]

    def list_chats(searched: str, request: gr.Request) -> str:
        return history.listing(searched, owner(request))

    def refresh(searched: str, request: gr.Request) -> tuple[str, str]:
        # Clears the selection, so that a chat with new turns can be opened again.
        return list_chats(searched, request), ""

    tab.select(refresh, inputs=[words], outputs=[chats, selected], **quiet())
    words.change(list_chats, inputs=[words], outputs=[chats], trigger_mode="always_last", **quiet())

    def open_chat(chat_id: str, request: gr.Request) -> tuple[Any, ...]:
        if not chat_id:
            return tuple(gr.skip() for _ in shown)
        return _shown(history.open(chat_id, owner=owner(request)))

    selected.change(open_chat, inputs=[selected], outputs=shown, **quiet())

    def rename_chat(chat_id: str, new: str, searched: str, request: gr.Request) -> tuple[Any, ...]:
        renamed = history.rename(chat_id, new, owner(request))
        return *_shown(renamed), list_chats(searched, request)

    gr.on(
        [rename.click, title.submit],
        rename_chat,
        inputs=[opened, title, words],
        outputs=[*shown, chats],
        **quiet(),
    )

    def delete_chat(chat_id: str, searched: str, request: gr.Request) -> tuple[Any, ...]:
        deleted = history.delete(chat_id, owner(request))
        return *_shown(deleted), list_chats(searched, request)

    delete.click(lambda: gr.update(visible=True), outputs=[confirm], **quiet())
    cancel.click(lambda: gr.update(visible=False), outputs=[confirm], **quiet())
    sure.click(delete_chat, inputs=[opened, words], outputs=[*shown, chats], **quiet())
    return ChatsTab(continue_button, opened)


def _shown(chat: OpenedChat) -> tuple[Any, ...]:
    """Updates of the open chat's id, content, title, buttons and confirmation."""
    return (
        chat.chat_id,
        chat.html,
        chat.title,
        gr.update(visible=bool(chat.chat_id)),
        gr.update(visible=False),
    )
