"""The Ask tab: components and event handlers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.html import render
from assistant.web.asking.chats import GONE
from assistant.web.asking.examples import COUNT
from assistant.web.components import (
    button,
    html,
    owner,
    parallel,
    signal,
    text_box,
    unqueued,
    updates,
    visitor,
)

if TYPE_CHECKING:
    from assistant.web.asking.chat import Chat, ChatView
    from assistant.web.asking.examples import Examples


class ChatTab:
    """Components and event handlers of the tab; creating one adds it to the page being built."""

    def __init__(self, page: gr.Blocks, chat: Chat, examples: Examples) -> None:
        """Add the components; `chat` answers the questions."""
        self._chat = chat
        self._examples = examples
        welcome = html(render("welcome.html"), elem_id="welcome")
        with gr.Row(elem_id="examples", visible=False) as offered:
            tries = [
                gr.Button("", size="sm", visible=False, elem_classes="example")
                for _ in range(COUNT)
            ]
        past = html(elem_id="past-turns")
        current = html(elem_id="current-turn")
        with gr.Column(elem_id="composer"):
            chips = html(elem_id="chips")
            with gr.Row(elem_id="composer-row"):
                question = text_box(
                    "Question",
                    "question",
                    "Ask your papers …",
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                    scale=8,
                )
                ask = button("Ask", "ask", 80, variant="primary", scale=1)
                stop = button("Stop", "stop", 80, variant="stop", scale=1, visible=False)
                new = button("New chat", "new-chat", 100, scale=1)
        # chat.js clicks these buttons and writes the key of the paper to ask about.
        retry = gr.Button("Retry", visible="hidden", elem_id="retry")
        edit = gr.Button("Edit question", visible="hidden", elem_id="edit-question")
        keep = gr.Button("Keep question", visible="hidden", elem_id="keep-question")
        ask_all = gr.Button("Ask all papers", visible="hidden", elem_id="ask-all")
        wanted = signal("Paper", "ask-paper")
        # Number and title of the only paper to ask, and whether the last question is being edited.
        paper, scope, editing = gr.State(None), gr.State(""), gr.State(False)

        self._outputs = [welcome, offered, past, current, question, ask, stop, chips, editing]
        self._scope = scope
        answering: dict[str, Any] = {
            "outputs": self._outputs,
            # The chat has its own request queue, so evidence is found for all questions at once.
            **parallel(),
        }
        inputs = [paper, scope, editing]
        gr.on([ask.click, question.submit], self._ask, inputs=[question, *inputs], **answering)
        for one in tries:
            one.click(self._ask, inputs=[one, *inputs], **answering)
        retry.click(self._retry, inputs=[scope], **answering)
        stop.click(self._stop, **unqueued())
        new.click(
            self._start_new_chat, outputs=[*self._outputs, wanted, paper, scope], **unqueued()
        )
        edit.click(self._edit, inputs=[scope], outputs=[question, chips, editing], **unqueued())
        keep.click(
            lambda scope: (_chips(scope), False),
            inputs=[scope],
            outputs=[chips, editing],
            **unqueued(),
        )
        wanted.change(
            self._choose, inputs=[wanted, editing], outputs=[paper, scope, chips], **unqueued()
        )
        ask_all.click(lambda: "", outputs=[wanted], **unqueued())
        page.load(self._offer, outputs=[offered, *tries], **parallel())

    def continue_with(self, button: gr.Button, chat_id: gr.State, tabs: gr.Tabs) -> None:
        """Make `button` continue the saved chat with the id in `chat_id` on this tab of `tabs`."""
        continued = button.click(
            self._continue, inputs=[chat_id, self._scope], outputs=self._outputs, **unqueued()
        )
        continued.then(lambda: gr.update(selected="ask"), outputs=[tabs], **unqueued())

    def _ask(
        self, text: str, paper: int | None, scope: str, editing: bool, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        views = self._chat.ask(
            text, visitor(request), owner=owner(request), paper=paper, instead=editing
        )
        yield from updates((_shown(view, scope) for view in views), self._outputs)

    def _retry(self, scope: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        views = self._chat.retry(visitor(request), owner(request))
        yield from updates((_shown(view, scope) for view in views), self._outputs)

    def _stop(self, request: gr.Request) -> None:
        self._chat.stop(visitor(request))

    def _start_new_chat(self, request: gr.Request) -> tuple[Any, ...]:
        self._chat.forget(visitor(request))
        shown, hidden = gr.update(visible=True), gr.update(visible=False)
        offered = gr.update(visible=bool(self._examples.now()))
        return (shown, offered, "", "", "", shown, hidden, "", False, "", None, "")

    def _edit(self, scope: str, request: gr.Request) -> tuple[Any, ...]:
        question = self._chat.last_question(visitor(request))
        if question is None:
            return gr.skip(), gr.skip(), gr.skip()
        return question, _chips(scope, editing=True), True

    def _choose(self, key: str | None, editing: bool) -> tuple[Any, ...]:
        """Restrict questions to one paper, or ask all papers when `key` is empty."""
        if not key:
            return None, "", _chips(editing=editing)
        try:
            number, title = self._chat.paper(key)
        except AssistantError as error:
            return None, "", _chips(editing=editing, problem=str(error))
        return number, title, _chips(title, editing=editing)

    def _continue(self, chat_id: str, scope: str, request: gr.Request) -> tuple[Any, ...]:
        try:
            view = self._chat.resume(chat_id, visitor(request), owner(request))
            problem = "" if view else GONE
        except AssistantError as error:
            view, problem = None, str(error)
        if view is None:
            return (*[gr.skip()] * 7, _chips(scope, problem=problem), False)
        return _shown(view, scope)

    def _offer(self) -> tuple[Any, ...]:
        questions = self._examples.now()
        tries = [gr.update(value=question, visible=True) for question in questions]
        tries += [gr.update(visible=False)] * (COUNT - len(tries))
        return (gr.update(visible=bool(questions)), *tries)


def _chips(scope: str = "", *, editing: bool = False, problem: str = "") -> str:
    """The scope of the next question: one paper with the title `scope`, or an edited question."""
    return render("chips.html", scope=scope, editing=editing, problem=problem)


def _shown(view: ChatView, scope: str) -> tuple[Any, ...]:
    """Updates of welcome, examples, past and current turns, question, Ask, Stop, chips and the
    editing state."""
    ask, stop = gr.update(visible=not view.running), gr.update(visible=view.running)
    if view.fresh:
        hidden = gr.update(visible=False)
        chips = _chips(scope)
        return (hidden, hidden, view.past, view.current, "", ask, stop, chips, False)
    # Unchanged parts are not sent again; the question box already belongs to the next question.
    kept = gr.skip()
    return (kept, kept, kept, view.current, kept, ask, stop, kept, kept)
