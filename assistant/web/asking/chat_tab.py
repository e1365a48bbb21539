"""Asking: components and event handlers of a chat."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.html import render
from assistant.languages import Later, _
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
from assistant.web.ingestion.zotero_question import add_zotero_question
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.web.asking.chat import Chat, ChatView
    from assistant.web.asking.examples import Examples
    from assistant.web.asking.first_start import FirstStart

_DELETED = _("This chat was deleted.")
_NOT_RATED = _("This answer is not saved, so it cannot be rated.")
_MAX_COMMENT = 2_000  # characters


class ChatTab:
    """Components and event handlers of a chat; creating one adds it to the page being built."""

    def __init__(
        self,
        page: gr.Blocks,
        chat: Chat,
        examples: Examples,
        first_start: FirstStart,
        news: gr.Textbox,
    ) -> None:
        """Add the components; `chat` answers the questions.

        When `news` changes, what other windows have changed is shown.
        """
        self._chat = chat
        self._examples = examples
        self._first_start = first_start
        welcome = html(Later(lambda: render("welcome.html")), elem_id="welcome")
        connecting = add_zotero_question(first_start.zotero)
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
                    _("Question"),
                    "question",
                    _("Ask your papers …"),
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                    scale=8,
                )
                ask = button(_("Ask"), "ask", 80, variant="primary", scale=1)
                stop = button(_("Stop"), "stop", 80, variant="stop", scale=1, visible=False)
        # chat.js clicks these buttons and writes the key of the paper to ask about.
        retry = gr.Button("Retry", visible="hidden", elem_id="retry")
        as_typed = gr.Button("Ask as typed", visible="hidden", elem_id="ask-as-typed")
        edit = gr.Button("Edit question", visible="hidden", elem_id="edit-question")
        keep = gr.Button("Keep question", visible="hidden", elem_id="keep-question")
        ask_all = gr.Button("Ask all papers", visible="hidden", elem_id="ask-all")
        wanted = signal("Paper", "ask-paper")
        rated = signal("Rating", "rate-answer")
        copying = signal("Copy", "copy-answer")
        copied = html(elem_id="copied-answer", visible="hidden")
        # Written by page.js: the number of the chat to show ("" for a new one), and after a colon
        # what makes each request differ.
        opened = signal("Chat", "open-chat")
        # Number and title of the only paper to ask, and whether the last question is being edited.
        paper, scope, editing = gr.State(None), gr.State(""), gr.State(False)

        self._outputs = [welcome, offered, past, current, question, ask, stop, chips, editing]
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
        as_typed.click(self._ask_as_typed, inputs=[scope], **answering)
        stop.click(self._stop, **unqueued())
        opened.change(
            self._open,
            inputs=[opened, scope],
            outputs=[*self._outputs, wanted, paper, scope],
            **parallel(),
        )
        news.change(self._follow, inputs=[scope], trigger_mode="once", **answering)
        rated.change(self._rate, inputs=[rated, scope], **answering)
        copying.change(self._copy, inputs=[copying], outputs=[copied], **unqueued())
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
        # What the window shows before the first question, so that it is not sent again.
        known = gr.State("")
        offering: dict[str, Any] = {
            "inputs": [known],
            "outputs": [welcome, known, offered, *tries],
        }
        page.load(self._offer, **offering, **parallel())
        news.change(self._offer, trigger_mode="once", **offering, **parallel())
        sample = gr.Button("Add sample papers", visible="hidden", elem_id="add-sample")
        added = sample.click(first_start.add_sample, outputs=[welcome], **unqueued())
        for event in (added, *connecting):
            event.then(self._offer, **offering, **parallel())

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

    def _ask_as_typed(self, scope: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        views = self._chat.retry(visitor(request), owner(request), as_typed=True)
        yield from updates((_shown(view, scope) for view in views), self._outputs)

    def _follow(self, scope: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        views = self._chat.news(visitor(request))
        yield from updates((_shown(view, scope) for view in views), self._outputs)

    def _stop(self, request: gr.Request) -> None:
        self._chat.stop(visitor(request))

    def _open(self, asked: str, scope: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Show the chat with the number before the colon of `asked`, or a new chat."""
        number = asked.partition(":")[0]
        kept = (gr.skip(),) * 3
        if not number:
            yield (*self._new_chat(visitor(request)), "", None, "")
            return
        found = False
        try:
            known = int(number) if number.isascii() and number.isdigit() else 0
            for view in self._chat.open(known, visitor(request), owner(request)):
                found = True
                yield (*_shown(view, scope), *kept)
                break  # `news` follows the answer: a long run would hold up the next chat
            problem = "" if found else GONE
        except AssistantError as error:
            problem = str(error)
        if problem:
            yield (*self._new_chat(visitor(request), problem), *kept)

    def _new_chat(self, gone: str, problem: str = "") -> tuple[Any, ...]:
        self._chat.leave(gone)
        shown, hidden = gr.update(visible=True), gr.update(visible=False)
        offered = gr.update(visible=bool(self._examples.now()))
        past = render_job(error=problem) if problem else ""
        return (shown, offered, past, "", gr.skip(), shown, hidden, "", False)

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

    def _rate(self, text: str, scope: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Store what the user says about an answer, as JSON from chat.js."""
        problem = ""
        try:
            said = json.loads(text)
            turn, rating = int(said["turn"]), int(said["rating"])
            comment = str(said.get("comment", ""))[:_MAX_COMMENT]
            if rating not in (-1, 0, 1) or not self._chat.rate(
                visitor(request), turn, rating, comment
            ):
                problem = _NOT_RATED
        except (ValueError, TypeError, KeyError):
            problem = _NOT_RATED
        except AssistantError as error:
            problem = str(error)
        if problem:
            yield (*[gr.skip()] * 7, _chips(scope, problem=problem), gr.skip())
        else:
            yield from self._follow(scope, request)

    def _copy(self, text: str, request: gr.Request) -> str:
        """An answer with references in a style, as JSON from chat.js names them."""
        try:
            wanted = json.loads(text)
            turn, style = int(wanted["turn"]), str(wanted["style"])
            copied = self._chat.copied(visitor(request), turn, style)
        except (ValueError, TypeError, KeyError):
            return ""
        except AssistantError as error:
            copied = str(error)
        return render("copied_answer.html", text=copied, serial=wanted.get("serial", ""))

    def _offer(self, known: str) -> tuple[Any, ...]:
        """The welcome and the suggested questions, if they have changed."""
        welcome, questions = self._first_start.html(), self._examples.now()
        state = "\n".join([welcome, *questions])
        if state == known:
            return tuple(gr.skip() for _ in range(3 + COUNT))
        tries = [gr.update(value=question, visible=True) for question in questions]
        tries += [gr.update(visible=False)] * (COUNT - len(tries))
        return (welcome, state, gr.update(visible=bool(questions)), *tries)


def _chips(scope: str = "", *, editing: bool = False, problem: str = "") -> str:
    """The scope of the next question: one paper with the title `scope`, or an edited question."""
    return render("chips.html", scope=scope, editing=editing, problem=problem)


def _shown(view: ChatView, scope: str) -> tuple[Any, ...]:
    """Updates of welcome, examples, past and current turns, question, Ask, Stop, chips and the
    editing state."""
    ask, stop = gr.update(visible=not view.running), gr.update(visible=view.running)
    kept = gr.skip()
    if view.deleted:
        return (kept, kept, "", render_job(error=_DELETED), kept, ask, stop, kept, False)
    if view.fresh:
        hidden = gr.update(visible=False)
        # The question box belongs to the next question, unless this window asked this one.
        question = "" if view.asked else kept
        # What is shown anew ends the editing of a question, which may be one of another chat.
        chips = _chips(scope)
        return (hidden, hidden, view.past, view.current, question, ask, stop, chips, False)
    # Unchanged parts are not sent again.
    return (kept, kept, kept, view.current, kept, ask, stop, kept, kept)
