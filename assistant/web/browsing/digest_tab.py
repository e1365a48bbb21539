"""The Digest tab: new papers by topic, to read or to download."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.languages import Later, _
from assistant.web.browsing.digest import DATE, LAST, SINCE
from assistant.web.components import button, html, quiet
from assistant.web.rendering import render_text

if TYPE_CHECKING:
    from assistant.digesting.new_papers import Period
    from assistant.web.browsing.digest import Digests, DigestView

NO_DIGEST = _(
    "Press Show to list the papers of this period by topic, to read or to save as a file."
)


def add_digest_tab(digests: Digests) -> None:
    """Add the tab to the page being built."""
    with gr.Tab(_("Digest"), id="digest"):
        span = gr.State(None)
        with gr.Row(elem_id="digest-bar"):
            since = gr.Radio(
                choices=list(SINCE),
                value=LAST,
                label=_("New since"),
                scale=4,
                elem_id="digest-since",
            )
            date = gr.Textbox(
                label=_("Date"),
                placeholder="2026-03-14",
                max_lines=1,
                visible=False,
                scale=1,
                min_width=140,
                elem_id="digest-date",
            )
        with gr.Row(elem_classes="actions"):
            show = button(_("Show"), "digest-show", 90, variant="primary")
            begin = button(_("Start the next digest here"), "digest-begin", 340, interactive=False)
        said = html(elem_id="digest-said")
        shown = html(Later(lambda: render_text(NO_DIGEST)), elem_id="digest")

    def create(chosen: str, day: str) -> Iterator[tuple[Any, ...]]:
        yield _shown(digests.waiting())
        yield _shown(digests.view(chosen, day))

    def start_next(made: Period | None) -> str:
        return digests.start_next(made)

    since.change(
        lambda chosen: gr.update(visible=chosen == DATE), inputs=[since], outputs=[date], **quiet()
    )
    outputs = [shown, span, begin, said]
    show.click(create, inputs=[since, date], outputs=outputs, **quiet())
    date.submit(create, inputs=[since, date], outputs=outputs, **quiet())
    begin.click(start_next, inputs=[span], outputs=[said], **quiet())


def _shown(view: DigestView) -> tuple[Any, ...]:
    """Updates of the digest, its period, the button for the next one, and the message."""
    return view.html, view.period, gr.update(interactive=view.period is not None), ""
