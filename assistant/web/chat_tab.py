"""The tab in which questions are asked: its components, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.components import html, quiet, visitor
from assistant.web.rendering import render_welcome

if TYPE_CHECKING:
    from assistant.web.chat import Chat, ChatView

# As many answers are written at once as a household would ask for; the engine shares its time.
MOST_ANSWERS_AT_ONCE = 8
# Each has its answer in the sample library.
EXAMPLES = (
    "How many parameters does AlexNet have?",
    "What does a Transformer use instead of recurrence?",
    "What did Codd propose for large data banks?",
    "Why are redundant arrays of inexpensive disks better than one large disk?",
)


def add_chat_tab(page: gr.Blocks, chat: Chat, is_sample: Callable[[], bool]) -> None:
    """Add the components of the tab to the page that is being built.

    Questions to try are offered when the library `is_sample`.
    """
    welcome = html(render_welcome(), elem_id="welcome")
    with gr.Row(elem_id="examples", visible=False) as examples:
        buttons = [gr.Button(text, size="sm", elem_classes="example") for text in EXAMPLES]
    past = html(elem_id="past-turns")
    current = html(elem_id="current-turn")
    with gr.Row(elem_id="composer"):
        question = gr.Textbox(
            label="Question",
            show_label=False,
            container=False,
            placeholder="Ask your papers …",
            lines=1,
            max_lines=6,
            autofocus=True,
            scale=8,
            elem_id="question",
        )
        ask = gr.Button("Ask", variant="primary", scale=1, min_width=80, elem_id="ask")
        stop = gr.Button(
            "Stop", variant="stop", scale=1, min_width=80, visible=False, elem_id="stop"
        )
        new = gr.Button("New chat", scale=1, min_width=100, elem_id="new-chat")
    outputs = [welcome, examples, past, current, question, ask, stop]

    def answer(text: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        for view in chat.ask(text, visitor(request)):
            yield _shown(view)

    asked = {
        "outputs": outputs,
        "concurrency_id": "ask",
        "concurrency_limit": MOST_ANSWERS_AT_ONCE,
        **quiet(),
    }
    gr.on([ask.click, question.submit], answer, inputs=[question], **asked)
    for button in buttons:
        button.click(answer, inputs=[button], **asked)

    def stop_answer(request: gr.Request) -> None:
        chat.stop(visitor(request))

    stop.click(stop_answer, queue=False, **quiet())

    def begin_anew(request: gr.Request) -> tuple[Any, ...]:
        chat.forget(visitor(request))
        shown, hidden = gr.update(visible=True), gr.update(visible=False)
        return (shown, gr.update(visible=is_sample()), "", "", "", shown, hidden)

    new.click(begin_anew, outputs=outputs, queue=False, **quiet())
    page.load(lambda: gr.update(visible=is_sample()), outputs=[examples], **quiet())


def _shown(view: ChatView) -> tuple[Any, ...]:
    """The updates of welcome, examples, past and current turns, question, Ask and Stop."""
    ask, stop = gr.update(visible=not view.running), gr.update(visible=view.running)
    if view.fresh:
        hidden = gr.update(visible=False)
        return (hidden, hidden, view.past, view.current, "", ask, stop)
    # What has not changed is not sent again; the question box belongs to the next question now.
    return (gr.skip(), gr.skip(), gr.skip(), view.current, gr.skip(), ask, stop)
