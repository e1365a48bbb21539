"""The question before a Zotero library is read, and the hidden buttons of its import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.languages import _
from assistant.web.components import html, unqueued

if TYPE_CHECKING:
    from assistant.web.ingestion.zotero_import import ZoteroImport


def add_zotero_question(zotero: ZoteroImport) -> list[Any]:
    """Add the place of the question to the page; return the events that change the import.

    chat.js presses the buttons.
    """
    question = html(elem_id="zotero-question")
    offer, start, cancel, stop, discard = (
        gr.Button(label, visible="hidden", elem_id=f"{name}-zotero")
        for label, name in (
            (_("Connect Zotero"), "offer"),
            (_("Read my Zotero library"), "start"),
            (_("Cancel"), "cancel"),
            (_("Stop"), "stop"),
            (_("Discard"), "discard"),
        )
    )

    def begin() -> str:
        zotero.start()
        return ""

    offer.click(zotero.question, outputs=[question], **unqueued())
    cancel.click(lambda: "", outputs=[question], **unqueued())
    return [
        start.click(begin, outputs=[question], **unqueued()),
        stop.click(zotero.stop, **unqueued()),
        discard.click(zotero.discard, **unqueued()),
    ]
