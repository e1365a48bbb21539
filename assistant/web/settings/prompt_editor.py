"""Editing the prompts on the page: show, check, save, and go back to the shipped one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, PromptTemplateError
from assistant.html import render
from assistant.languages import _, joined
from assistant.prompt import TEMPLATES, Prompt, prompt_file, prompt_text
from assistant.saved_settings import library_write_error, write_library_file
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.session import Session

_LARGE_MODELS = _("Used only with models of a billion parameters or more.")
# Label and purpose of each prompt, in display order.
PURPOSES = {
    "answer": (_("Answer"), _("Writes an answer from evidence.")),
    "tldr": ("TL;DR", _("Writes the TL;DR of a paper.")),
    "followup": (
        _("Follow-up"),
        joined([_("Completes a question that refers to the one before it."), _LARGE_MODELS], " "),
    ),
    "relevance": (_("Relevance"), _("Asks whether a sentence answers the question.")),
    "short_answer": (
        _("Short answer"),
        _("Writes an answer of one sentence from its evidence."),
    ),
    "support": (_("Support"), _("Asks whether the evidence supports a claim.")),
    "cell": (
        _("Table"),
        joined([_("Answers the question of a table from an abstract."), _LARGE_MODELS], " "),
    ),
    "judge": (
        _("Second check"),
        joined([_("Checks again whether the evidence supports a sentence."), _LARGE_MODELS], " "),
    ),
    "translate": (
        _("Translation"),
        joined([_("Translates a question into English, and its answer back."), _LARGE_MODELS], " "),
    ),
}
# Far more than fits the context of a model.
MAX_CHARACTERS = 50_000
BACKUP = ".bak"


@dataclass(frozen=True)
class OpenedPrompt:
    """A prompt in the editor; `text` is None if the box keeps what the user typed.

    `version` is the text of the file when it was opened. `own` says whether the user has a version
    of their own. `about` and `message` are HTML.
    """

    text: str | None
    version: str
    own: bool
    about: str
    message: str = ""


@dataclass(frozen=True)
class Draft:
    """An unsaved text for a prompt, and the version it started from."""

    text: str
    version: str


class PromptEditor:
    """Edits the prompts of a session's library. Thread-safe."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()

    def open(self, name: str, draft: Draft | None = None, message: str = "") -> OpenedPrompt:
        """Open the prompt `name`: its `draft` if there is one, else its file with its errors.

        `message` is HTML to show below it.
        """
        own = self._is_own(name)
        if draft is not None:
            message = render_job(_("Not saved yet."))
            return OpenedPrompt(draft.text, draft.version, own, self._about(name), message)
        try:
            text = prompt_text(name, self._session.prompts)
        except AssistantError as error:
            return OpenedPrompt("", "", own, self._about(name), render_job(error=str(error)))
        message = message or self._error(name, text)
        return OpenedPrompt(text, text, own, self._about(name), message)

    def save(self, name: str, text: str, version: str) -> OpenedPrompt:
        """Use `text` for the prompt `name` from now on, unless it is invalid.

        `version` is that of the opened prompt. A prompt that was changed meanwhile is not
        overwritten.
        """
        text = text.replace("\r\n", "\n").rstrip() + "\n"
        try:
            self._check_name(name)
            if len(text) > MAX_CHARACTERS:
                raise PromptTemplateError(
                    _(
                        "The prompt has {count} characters; the limit is {most}.",
                        count=len(text),
                        most=MAX_CHARACTERS,
                    )
                )
            prompt = Prompt.parse(name, text, f"{name!r}")
            file = self._session.prompts / f"{name}.md"
            with self._lock:
                if self._current(name) != version:
                    raise PromptTemplateError(
                        _(
                            "The prompt {file} was changed in the meantime and was not "
                            "overwritten. Copy your text, open the prompt again and paste it.",
                            file=str(file),
                        )
                    )
                if text.strip() == prompt_text(name).strip():
                    return self._use_shipped(name, file)
                write_library_file(file, text)
        except AssistantError as error:
            return self._keep_text(name, str(error))
        message: str = _("Saved. Used from the next question on.")
        if name == "tldr":
            message = _("Saved. TL;DRs of other prompts are rewritten in the next batch.")
        message = " ".join(filter(None, [message, self._size_warning(prompt)]))
        return self.open(name, message=render_job(message))

    def reset(self, name: str) -> OpenedPrompt:
        """Use the shipped prompt; the user's version is renamed to `NAME.md.bak`."""
        file = self._session.prompts / f"{name}.md"
        try:
            self._check_name(name)
            with self._lock:
                return self._use_shipped(name, file)
        except AssistantError as error:
            return self._keep_text(name, str(error))

    def _use_shipped(self, name: str, file: Path) -> OpenedPrompt:
        if not self._is_own(name):
            return self.open(name, message=render_job(_("This is the shipped prompt.")))
        backup = file.with_name(file.name + BACKUP)
        try:
            file.replace(backup)
        except OSError as error:
            raise library_write_error(backup, error) from error
        message: str = _("The shipped prompt is in use; yours is kept as {file}.", file=str(backup))
        if name == "tldr":
            message = joined(
                [message, _("TL;DRs of your prompt are rewritten in the next batch.")], " "
            )
        return self.open(name, message=render_job(message))

    def _check_name(self, name: str) -> None:
        if name not in TEMPLATES:
            raise PromptTemplateError(_("There is no prompt {name}.", name=repr(name)))

    def _is_own(self, name: str) -> bool:
        return (self._session.prompts / f"{name}.md").is_file()

    def _current(self, name: str) -> str:
        """The text that saving would replace; "" if it cannot be read."""
        try:
            return prompt_text(name, self._session.prompts)
        except PromptTemplateError:
            return ""

    def _keep_text(self, name: str, error: str) -> OpenedPrompt:
        """The editor with the text as it was typed, and the reason why it was not saved."""
        # The page keeps the version together with the text.
        message = render_job(error=error)
        return OpenedPrompt(None, "", self._is_own(name), self._about(name), message)

    def _error(self, name: str, text: str) -> str:
        try:
            Prompt.parse(name, text, str(prompt_file(name, self._session.prompts)))
        except PromptTemplateError as error:
            return render_job(error=str(error))
        return ""

    def _about(self, name: str) -> str:
        if name not in TEMPLATES:
            return ""
        folder = self._session.prompts
        try:
            fingerprint = Prompt.load(name, folder).fingerprint
        except PromptTemplateError:
            fingerprint = ""
        return render(
            "prompt.html",
            purpose=PURPOSES[name][1],
            own=self._is_own(name),
            fingerprint=fingerprint,
            file=str(folder / f"{name}.md"),
            variables=[f"{{{variable}}}" for variable in sorted(TEMPLATES[name])],
            shipped=prompt_text(name) if self._is_own(name) else "",
            name=name,
        )

    def _size_warning(self, prompt: Prompt) -> str:
        """A warning if the prompt alone fills half of the context or more."""
        model = self._session.loaded_model
        if model is None:
            return ""
        bare = dict.fromkeys(TEMPLATES[prompt.name], "")
        length = model.count_tokens(prompt.messages(**bare))
        if 2 * length < model.context_tokens:
            return ""
        return _(
            "The prompt alone takes {count} of the {most} tokens of context, "
            "which leaves little room for its variables.",
            count=length,
            most=model.context_tokens,
        )
