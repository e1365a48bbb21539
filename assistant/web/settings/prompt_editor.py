"""The prompt editor of the page: view, check, save and reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, PromptTemplateError
from assistant.html import render
from assistant.prompt import TEMPLATES, Prompt, prompt_file, prompt_text
from assistant.saved_settings import library_write_error, write_library_file
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.session import Session

_ABLE = "Used only with models of a billion parameters or more."
# Label and purpose of each prompt, in display order.
PURPOSES = {
    "answer": ("Answer", "Turns evidence into an answer."),
    "tldr": ("TL;DR", "Writes the TL;DR of a paper."),
    "followup": (
        "Follow-up",
        f"Completes a follow-up question. {_ABLE}",
    ),
    "judge": (
        "Second check",
        f"Checks again whether the evidence supports a sentence. {_ABLE}",
    ),
}
# Far longer than any model's context.
LONGEST = 50_000
BACKUP = ".bak"


@dataclass(frozen=True)
class OpenedPrompt:
    """A prompt in the editor; `text` is None where what somebody typed is to stay.

    `version` names the text of the file as it was opened. `own` says that the user has a version
    of his own. `about` and `said` are HTML.
    """

    text: str | None
    version: str
    own: bool
    about: str
    said: str = ""


@dataclass(frozen=True)
class Draft:
    """An unsaved text of a prompt, and the version it started from."""

    text: str
    version: str


class PromptEditor:
    """Edits the prompts of a session's library."""

    def __init__(self, session: Session) -> None:
        """Read nothing yet."""
        self._session = session

    def open(self, name: str, draft: Draft | None = None, said: str = "") -> OpenedPrompt:
        """The prompt `name` as its file is, with what is wrong with it, or as the `draft` has it.

        `said` is HTML to be shown below it.
        """
        own = self._is_own(name)
        if draft is not None:
            said = render_job("Not saved yet.")
            return OpenedPrompt(draft.text, draft.version, own, self._about(name), said)
        try:
            text = prompt_text(name, self._session.prompts)
        except AssistantError as error:
            return OpenedPrompt("", "", own, self._about(name), render_job(error=str(error)))
        return OpenedPrompt(text, text, own, self._about(name), said or self._fault(name, text))

    def save(self, name: str, text: str, version: str) -> OpenedPrompt:
        """Use `text` for the prompt `name` from now on, if it is good, and nothing otherwise.

        `version` is that of the opened prompt: one that was changed meanwhile is not overwritten.
        """
        text = text.replace("\r\n", "\n").rstrip() + "\n"
        try:
            file = self._session.prompts / f"{name}.md"
            if self._current(name) != version:
                raise PromptTemplateError(
                    f"The prompt {file} was changed in the meantime and was not overwritten. "
                    "Copy your text, open the prompt again and paste it."
                )
            if len(text) > LONGEST:
                raise PromptTemplateError(
                    f"The prompt has {len(text):,} characters; the limit is {LONGEST:,}."
                )
            prompt = Prompt.parse(name, text, f"{name!r}")
            if text.strip() == prompt_text(name).strip():
                return self.reset(name)
            write_library_file(file, text)
        except AssistantError as error:
            return self._refused(name, str(error))
        said = ["Saved. Used from the next question on."]
        if name == "tldr":
            said = ["Saved. TL;DRs of other prompts are rewritten in the next batch."]
        if room := self._room(prompt):
            said.append(room)
        return self.open(name, said=render_job(" ".join(said)))

    def reset(self, name: str) -> OpenedPrompt:
        """Use the shipped version of `name`; your own is kept as `NAME.md.bak`."""
        file = self._session.prompts / f"{name}.md"
        aside = file.with_name(file.name + BACKUP)
        try:
            prompt_file(name)
            if not self._is_own(name):
                return self.open(name, said=render_job("This is the shipped prompt."))
            try:
                file.replace(aside)
            except OSError as error:
                raise library_write_error(aside, error) from error
        except AssistantError as error:
            return self._refused(name, str(error))
        anew = " TL;DRs of your prompt are rewritten in the next batch." if name == "tldr" else ""
        return self.open(
            name, said=render_job(f"The shipped prompt is in use; yours is kept as {aside}.{anew}")
        )

    def _is_own(self, name: str) -> bool:
        return (self._session.prompts / f"{name}.md").is_file()

    def _current(self, name: str) -> str:
        """The text that a save would replace; "" if it cannot be read."""
        if name not in TEMPLATES:
            raise PromptTemplateError(f"There is no prompt {name!r}.")
        try:
            return prompt_text(name, self._session.prompts)
        except PromptTemplateError:
            return ""

    def _refused(self, name: str, why: str) -> OpenedPrompt:
        """The editor with the typed text, and `why` it was rejected."""
        # The version is unchanged: the page keeps it together with the text.
        said = render_job(error=why)
        return OpenedPrompt(None, "", self._is_own(name), self._about(name), said)

    def _fault(self, name: str, text: str) -> str:
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

    def _room(self, prompt: Prompt) -> str:
        """A warning if the prompt alone fills at least half of the context."""
        model = self._session.loaded_model
        if model is None:
            return ""
        bare = dict.fromkeys(TEMPLATES[prompt.name], "")
        length = model.count_tokens(prompt.messages(**bare))
        if 2 * length < model.context_tokens:
            return ""
        return (
            f"It takes {length:,} of the {model.context_tokens:,} tokens of context, which leaves "
            "little room for what goes into it."
        )
