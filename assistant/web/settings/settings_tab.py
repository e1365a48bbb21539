"""The Settings tab: view and change model, answers and prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.destinations import SENT_TO_EMBEDDER, SENT_TO_MODEL
from assistant.html import render
from assistant.languages import LANGUAGES, Later, _, said
from assistant.web.components import button, html, parallel, quiet
from assistant.web.rendering import render_text
from assistant.web.settings.preferences import BUNDLED, NUMBERS, OTHER
from assistant.web.settings.prompt_editor import PURPOSES, Draft

if TYPE_CHECKING:
    from assistant.web.settings.about import About
    from assistant.web.settings.preferences import Preferences
    from assistant.web.settings.prompt_editor import OpenedPrompt, PromptEditor

_FIRST = next(iter(PURPOSES))
READ_ONLY = _(
    "This page is shared, so its settings are read-only. Whoever starts it can change them with "
    "options, environment variables, or on a page without log-in."
)

_ABOUT_TLDRS = _("While the page is served, and never before a question.")


def add_settings_tab(
    about: About,
    preferences: Preferences,
    prompts: PromptEditor,
    header: gr.HTML,
    head: Callable[[], str],
    *,
    editable: bool = True,
) -> None:
    """Add the tab to the page being built.

    `header` is updated with `head` after a change. Without `editable` the tab is read-only.
    """
    with gr.Tab(_("Settings"), id="settings") as tab:
        figures = html(elem_id="about")
        with gr.Row(elem_classes="actions"):
            again = button(_("Refresh"), "about-again", 120)
        if not editable:
            html(Later(lambda: render_text(READ_ONLY, "notice")), elem_id="settings-read-only")
        _heading(_("Language"))
        html(Later(lambda: render("language.html", languages=LANGUAGES)), elem_id="language-choice")
        form = _Form(preferences, editable)
        editor = _Editor(prompts, editable)
        table = html(elem_id="settings-table")

    shown = [figures, table, *form.fields]

    def refresh() -> tuple[Any, ...]:
        return about.view(), about.table(), *form.now()

    def refresh_all(*typed: Any) -> tuple[Any, ...]:
        return *refresh(), *editor.select(*typed)

    # Only when the tab is selected: counting a large library takes a moment.
    gr.on(
        [tab.select, again.click],
        refresh_all,
        inputs=editor.typed,
        outputs=[*shown, *editor.all_outputs],
        **quiet(),
    )
    editor.wire()
    if not editable:
        return
    tab.select(preferences.follow, outputs=[form.model_job], **parallel())

    def steps_of(
        change: Callable[..., Iterator[str]], *, keeps_input: bool = True
    ) -> Callable[..., Iterator[tuple[Any, ...]]]:
        """A handler that shows the progress of `change`, then the new settings.

        Rejected input stays, to be corrected, unless the handler does not keep input.
        """

        def run(*given: Any) -> Iterator[tuple[Any, ...]]:
            before = preferences.settings
            for step in change(*given):
                yield step, *(gr.skip() for _ in shown), gr.skip()
            if preferences.settings is not before or not keeps_input:
                yield gr.skip(), *refresh(), head()

        run.__name__ = change.__name__
        return run

    def changing(job: gr.HTML) -> dict[str, Any]:
        return {"outputs": [job, *shown, header], **parallel()}

    gr.on(
        [form.use.click, form.path.submit],
        steps_of(preferences.use_model),
        inputs=[form.model, form.path, form.agreed],
        **changing(form.model_job),
    )
    gr.on(
        [form.use_embedder.click, form.address.submit],
        steps_of(preferences.use_embedder),
        inputs=[form.embedder, form.address, form.embedder_agreed],
        **changing(form.embedder_job),
    )
    form.confirm.click(steps_of(preferences.confirm), **changing(form.model_job))
    form.save.click(
        steps_of(preferences.set_numbers), inputs=form.numbers, **changing(form.numbers_job)
    )
    # Only when the user changes it, not when it is shown again.
    form.auto_tldrs.input(
        steps_of(preferences.set_auto_tldrs),
        inputs=[form.auto_tldrs],
        **changing(form.tldrs_job),
    )
    # Also what was typed and not saved.
    form.reset.click(steps_of(preferences.reset, keeps_input=False), **changing(form.numbers_job))
    for chosen, typed in (
        (form.model, [form.path, form.agreed]),
        (form.embedder, [form.address, form.embedder_agreed]),
    ):
        chosen.change(
            lambda value: (gr.update(visible=value == OTHER), gr.update(visible=value == OTHER)),
            inputs=[chosen],
            outputs=typed,
            **quiet(),
        )


def _heading(text: str) -> None:
    """Add a heading to the page being built."""
    html(Later(lambda: render_text(text, "settings-head", heading=True)))


def _agreement(sent: str) -> str:
    """What the user agrees to when a server on another computer is chosen."""
    data = said(sent)
    return _(
        "{data} may be sent to this server (asked only for a server on another computer)",
        data=data[:1].upper() + data[1:],
    )


class _Form:
    """Components to change the model and the numbers."""

    def __init__(self, preferences: Preferences, editable: bool) -> None:
        self._preferences = preferences
        self._editable = editable
        _heading(_("Language model"))
        self.model = gr.Radio(
            choices=[(_("The bundled model"), BUNDLED)],
            value=BUNDLED,
            label=_("Model that answers and writes TL;DRs"),
            info=_(
                "GGUF files in the folder of the current model, in “models” in the library folder "
                "and in the cache. Nothing is downloaded."
            ),
            interactive=editable,
            elem_id="model-choice",
        )
        self.path = gr.Textbox(
            label=_("Path of a GGUF file on this computer, or address of a model server"),
            placeholder=_("/home/ada/models/some-model-Q4_K_M.gguf or http://localhost:8080/v1"),
            max_lines=1,
            visible=False,
            elem_id="model-path",
        )
        self.agreed = gr.Checkbox(
            label=Later(partial(_agreement, SENT_TO_MODEL)),
            value=False,
            visible=False,
            interactive=editable,
            elem_id="model-agreed",
        )
        with gr.Row(elem_classes="actions"):
            self.use = button(
                _("Use this model"), "use-model", 160, variant="primary", visible=editable
            )
        self.unconfirmed = html(elem_id="server-unconfirmed")
        with gr.Row(elem_classes="actions"):
            self.confirm = button(_("Allow this"), "confirm-server", 120, visible=False)
        self.model_job = html(elem_id="model-job")
        _heading(_("Embedder"))
        self.embedder = gr.Radio(
            choices=[(_("The bundled embedder"), BUNDLED)],
            value=BUNDLED,
            label=_("Model that computes the vectors of papers and questions"),
            interactive=editable,
            elem_id="embedder-choice",
        )
        self.address = gr.Textbox(
            label=_("Address of a server that computes vectors"),
            placeholder="http://localhost:8081/v1#bge-m3",
            max_lines=1,
            visible=False,
            elem_id="embedder-address",
        )
        self.embedder_agreed = gr.Checkbox(
            label=Later(partial(_agreement, SENT_TO_EMBEDDER)),
            value=False,
            visible=False,
            interactive=editable,
            elem_id="embedder-agreed",
        )
        with gr.Row(elem_classes="actions"):
            self.use_embedder = button(
                _("Use this embedder"), "use-embedder", 180, visible=editable
            )
        self.embedder_job = html(elem_id="embedder-job")
        _heading(_("Answers"))
        with gr.Row(elem_id="settings-numbers"):
            self.numbers = [
                gr.Number(
                    label=label,
                    info=info,
                    interactive=editable,
                    min_width=200,
                    elem_id=f"setting-{name.replace('_', '-')}",
                )
                for name, (label, info) in NUMBERS.items()
            ]
        with gr.Row(elem_classes="actions"):
            self.save = button(_("Save"), "save-settings", 90, variant="primary", visible=editable)
            self.reset = button(_("Reset to defaults"), "reset-settings", 180, visible=editable)
        self.numbers_job = html(elem_id="settings-job")
        _heading("TL;DRs")
        self.auto_tldrs = gr.Checkbox(
            label=_("Write the TL;DRs of new papers in the background"),
            info=_ABOUT_TLDRS,
            interactive=editable,
            elem_id="setting-auto-tldrs",
        )
        self.tldrs_job = html(elem_id="tldrs-setting-job")
        self.fields = [
            self.model,
            self.path,
            self.agreed,
            self.use,
            self.unconfirmed,
            self.confirm,
            self.embedder,
            self.address,
            self.embedder_agreed,
            self.use_embedder,
            *self.numbers,
            self.auto_tldrs,
        ]

    def now(self) -> list[Any]:
        """Updates of `fields` to the current settings."""
        choice = self._preferences.models()
        free = self._editable and not choice.fixed
        model: dict[str, Any] = {"choices": choice.models, "value": choice.value}
        if choice.fixed:
            model["info"] = choice.fixed
        embedder = self._preferences.embedders()
        writes_tldrs, tldrs_fixed = self._preferences.auto_tldrs()
        return [
            gr.update(interactive=free, **model),
            gr.update(visible=False),
            gr.update(visible=False, value=False),
            gr.update(interactive=free),
            render_text(
                _("Not confirmed, so nothing is sent: {data}.", data=choice.unconfirmed), "notice"
            )
            if choice.unconfirmed
            else "",
            gr.update(visible=bool(choice.unconfirmed) and self._editable),
            gr.update(
                choices=embedder.embedders,
                value=embedder.value,
                info=embedder.fixed or embedder.cost,
                interactive=self._editable and not embedder.fixed,
            ),
            gr.update(visible=False),
            gr.update(visible=False, value=False),
            gr.update(interactive=self._editable and not embedder.fixed),
            *(
                gr.update(
                    value=field.value,
                    info=said(field.about),
                    interactive=self._editable and not field.fixed,
                )
                for field in self._preferences.numbers()
            ),
            gr.update(
                value=writes_tldrs,
                info=said(tldrs_fixed or _ABOUT_TLDRS),
                interactive=self._editable and not tldrs_fixed,
            ),
        ]


class _Editor:
    """Components of the prompt editor."""

    def __init__(self, prompts: PromptEditor, editable: bool) -> None:
        self._prompts = prompts
        self._editable = editable
        _heading(_("Prompts"))
        self.name = gr.Radio(
            choices=[(label, name) for name, (label, purpose) in PURPOSES.items()],
            value=_FIRST,
            label=_("Prompt"),
            interactive=True,
            elem_id="prompt-name",
        )
        # The prompt in the box, and unsaved texts of the others.
        self._version = gr.State("")
        self._shown_name = gr.State(_FIRST)
        self._drafts = gr.State({})
        self._about = html(elem_id="prompt-about")
        self._text = gr.Textbox(
            label=_("Prompt text"),
            lines=14,
            max_lines=30,
            interactive=editable,
            elem_id="prompt-text",
        )
        with gr.Row(elem_classes="actions"):
            self._save = button(
                _("Check and save"), "save-prompt", 150, variant="primary", visible=editable
            )
            self._reset = button(
                _("Reset to the shipped prompt"), "reset-prompt", 210, visible=False
            )
        with gr.Row(visible=False, elem_id="prompt-confirm") as self._confirm:
            html(
                Later(
                    lambda: render_text(_("Replace your prompt with the shipped one?"), "problem")
                )
            )
            self._sure = button(_("Use the shipped prompt"), "sure-prompt", 180, variant="stop")
            self._cancel = button(_("Cancel"), "keep-prompt", 100)
        self._message = html(elem_id="prompt-said")
        self.outputs = [
            self._text,
            self._version,
            self._about,
            self._message,
            self._reset,
            self._confirm,
        ]
        self.all_outputs = [*self.outputs, self._shown_name, self._drafts]
        self.typed = [self.name, self._text, self._version, self._shown_name, self._drafts]

    def select(
        self, name: str, text: str, version: str, before: str, drafts: dict[str, Draft]
    ) -> tuple[Any, ...]:
        """Updates of `all_outputs` that show the prompt `name` instead of `before`."""
        drafts = dict(drafts)
        if text != version:
            drafts[before] = Draft(text, version)
        opened = self._prompts.open(name, drafts.pop(name, None))
        *updates, confirm = self.shown(opened)
        # An open confirmation stays when the same prompt is selected again.
        return *updates, gr.skip() if name == before else confirm, name, drafts

    def shown(self, opened: OpenedPrompt) -> tuple[Any, ...]:
        """Updates of `outputs` to the opened prompt."""
        refused = opened.text is None
        return (
            gr.skip() if refused else opened.text,
            gr.skip() if refused else opened.version,
            opened.about,
            opened.message,
            gr.update(visible=opened.own and self._editable),
            gr.update(visible=False),
        )

    def wire(self) -> None:
        """Connect the event handlers."""

        self.name.change(self.select, inputs=self.typed, outputs=self.all_outputs, **quiet())
        if not self._editable:
            return

        def save(name: str, text: str, version: str) -> tuple[Any, ...]:
            return self.shown(self._prompts.save(name, text, version))

        def reset(name: str) -> tuple[Any, ...]:
            return self.shown(self._prompts.reset(name))

        typed = [self.name, self._text, self._version]
        self._save.click(save, inputs=typed, outputs=self.outputs, **quiet())
        self._reset.click(lambda: gr.update(visible=True), outputs=[self._confirm], **quiet())
        self._cancel.click(lambda: gr.update(visible=False), outputs=[self._confirm], **quiet())
        self._sure.click(reset, inputs=[self.name], outputs=self.outputs, **quiet())
