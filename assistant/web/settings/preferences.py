"""What can be set on the page while it runs: the model in use, and how answers are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, SettingsError
from assistant.settings import setting_bounds, setting_source
from assistant.text.formatting import format_size
from assistant.web.rendering import render_job
from assistant.web.unexpected import unexpected

if TYPE_CHECKING:
    from assistant.models.model_files import ModelDetails
    from assistant.session import Session
    from assistant.settings import Settings
    from assistant.web.work import RunningWork, Work


# The numbers that can be set, with what they are called and what they do.
NUMBERS = {
    "evidence": ("Evidence sentences", "More say more, and take longer to read."),
    "context": ("Context, in tokens", "Room for evidence and answer; the model is opened anew."),
    "answer_tokens": ("Longest answer, in tokens", "A token is about three quarters of a word."),
}
# Values of the choice of models that are no path.
EMBEDDED = "embedded"
OTHER = "other"
# Seconds between two looks at a change that is under way.
_LOOK_S = 0.1


@dataclass(frozen=True)
class NumberField:
    """A number that can be set; `fixed` says what keeps it from being set here, or is empty."""

    name: str
    label: str
    about: str
    value: int
    fixed: str


@dataclass(frozen=True)
class ModelChoice:
    """The models that can be chosen, as (what it is called, value), and the one in use."""

    models: list[tuple[str, str]]
    value: str
    fixed: str


@dataclass(frozen=True)
class _State:
    html: str = ""
    running: bool = False


class Preferences:
    """Changes the settings of a session, one change at a time. Thread-safe."""

    def __init__(self, session: Session, under_way: RunningWork) -> None:
        """Nothing is read yet."""
        self._session = session
        self._under_way = under_way
        self._lock = threading.Lock()
        self._state = _State()
        self._work: Work[None] | None = None

    @property
    def settings(self) -> Settings:
        """The settings as they are; another object after every change."""
        return self._session.settings

    def numbers(self) -> list[NumberField]:
        """The numbers as they are, in the order of `NUMBERS`."""
        settings = self._session.settings
        fields = []
        for name, (label, about) in NUMBERS.items():
            least, most = setting_bounds(name)
            fixed = self._fixed(name)
            told = fixed or f"{least:,} to {most:,}. {about}"
            fields.append(NumberField(name, label, told, getattr(settings, name), fixed))
        return fields

    def models(self) -> ModelChoice:
        """The models that lie on this computer where one looks for them."""
        from assistant.models.bundled_model import NAME
        from assistant.models.model_files import local_models

        settings = self._session.settings
        chosen = EMBEDDED if settings.model is None else str(settings.model)
        found = [(_spoken(facts), str(facts.file)) for facts in local_models(settings)]
        models = [(f"{NAME} · embedded", EMBEDDED), *found, ("Another file …", OTHER)]
        if settings.model is not None and chosen not in (value for _, value in models):
            models.insert(1, (settings.model.stem, chosen))
        return ModelChoice(models, chosen, self._fixed("model"))

    def use_model(self, chosen: str, path: str) -> Iterator[str]:
        """Use the model `chosen`, or the file at `path` if that is OTHER; yield how far it is."""
        try:
            model = None if chosen == EMBEDDED else _path(path if chosen == OTHER else chosen)
        except SettingsError as error:
            yield render_job(error=str(error))
            return
        if model == self._session.settings.model:
            yield render_job("This model is in use already.")
            return
        name = model.stem if model else "the embedded model"
        yield from self._change(
            f"Checking and opening {name} … Until it is open, the one before answers.",
            model=model,
        )

    def set_numbers(self, *given: float | None) -> Iterator[str]:
        """Set the numbers, in the order of `NUMBERS`; yield how far it is."""
        changes = {}
        for field, value in zip(self.numbers(), given, strict=True):
            if field.fixed or value == field.value:
                continue
            least, most = setting_bounds(field.name)
            if value is None or not float(value).is_integer() or not least <= value <= most:
                yield render_job(
                    error=f"{field.label}: type a whole number from {least:,} to {most:,}. "
                    "Nothing was changed."
                )
                return
            changes[field.name] = int(value)
        if not changes:
            yield render_job("Nothing is different from before.")
            return
        yield from self._change("Changing …", **changes)

    def reset(self) -> Iterator[str]:
        """Go back to the defaults, the embedded model among them; yield how far it is."""
        kept = self._session.settings.saved
        if not kept:
            yield render_job("Nothing was set on this page: these are the defaults.")
            return
        yield from self._change("Going back to the defaults …", **dict.fromkeys(kept))

    def under_way(self) -> Iterator[str]:
        """How far a change is that somebody else began, or nothing."""
        if self._state.running:
            yield from self._followed()
        else:
            yield ""

    def _change(self, doing: str, **changes: Any) -> Iterator[str]:
        # Nothing is yielded meanwhile: a page that has gone would keep the lock.
        with self._lock:
            begun = not self._state.running
            if begun:
                self._state = _State(render_job(doing, running=True), running=True)
                self._work = self._under_way.start(lambda emit, stop: self._run(changes))
        if begun:
            yield from self._followed()
        else:
            yield render_job(error="Another change is under way. Wait until it is done.")

    def _run(self, changes: dict[str, Any]) -> None:
        try:
            self._session.change(**changes)
        except AssistantError as error:
            said = render_job(error=f"{error} Nothing was changed.")
        except Exception as error:
            told = unexpected(error, "The settings could not be changed")
            said = render_job(error=f"{told} Nothing was changed.")
        else:
            said = render_job(self._done(changes))
        self._state = _State(said)

    def _done(self, changes: dict[str, Any]) -> str:
        model = self._session.loaded_model
        parts = ["Done, and kept for the next start."]
        if model and "model" in changes:
            parts.append(f"{model.name} answers from the next question on.")
        else:
            parts.append("It counts from the next question on.")
        if model and model.context_tokens < self._session.settings.context:
            parts.append(f"This model takes {model.context_tokens:,} tokens of context at most.")
        if former := self._session.retired_models:
            parts.append(f"What is being written is finished by {', '.join(former)}.")
        return " ".join(parts)

    def _followed(self) -> Iterator[str]:
        shown: _State | None = None
        while True:
            state, work = self._state, self._work
            if state is not shown:
                yield state.html
                shown = state
            if not state.running or (work and work.stopped):
                return
            time.sleep(_LOOK_S)

    def _fixed(self, name: str) -> str:
        if not self._session.settings.is_fixed(name):
            return ""
        return f"Given at the start, by {setting_source(name)}: change it there."


def _path(given: str) -> Path:
    """The file that somebody typed.

    Raises:
        SettingsError: it is no whole path of this computer.
    """
    text = given.strip().strip("\"'")
    if not text:
        raise SettingsError("Type the path of a GGUF file.")
    # Two of these begin the name of another computer, which would be asked for the file.
    if text.replace("\\", "/").startswith("//"):
        raise SettingsError("A model has to lie on this computer: copy it here first.")
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        raise SettingsError(f"{text}: there is no such user. Type the whole path.") from error
    if not path.is_absolute():
        raise SettingsError(f"{text}: type the whole path, from the top of the disk on.")
    return path


def _spoken(facts: ModelDetails) -> str:
    parts = (facts.name, format_size(facts.bytes), facts.parameters, facts.quantization)
    return " · ".join(filter(None, parts))
