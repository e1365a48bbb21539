"""Settings that can be changed on the page: the language model, and numbers for answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.destinations import SENT_TO_EMBEDDER, SENT_TO_MODEL, destinations, is_confirmed
from assistant.errors import AssistantError, SettingsError
from assistant.languages import _, joined, ngettext
from assistant.server_address import ServerAddress, is_server_address, without_password
from assistant.settings import setting_bounds, setting_source
from assistant.text.formatting import format_size
from assistant.web.jobs import Job, Jobs, JobState
from assistant.web.rendering import render_job

if TYPE_CHECKING:
    from assistant.models.model_files import ModelDetails
    from assistant.progress import Progress
    from assistant.session import Session
    from assistant.settings import Settings


# The numbers that can be set, with their labels and what they do.
NUMBERS = {
    "evidence": (
        _("Evidence sentences"),
        _("More give fuller answers and take longer to read."),
    ),
    "context": (
        _("Context, in tokens"),
        _("Room for evidence and answer. The model is reloaded."),
    ),
    "answer_tokens": (
        _("Longest answer, in tokens"),
        _("A token is about three quarters of a word."),
    ),
}
# Values of the choice of models that are not paths.
BUNDLED = "bundled"
_MINILM = "all-MiniLM-L6-v2"
# Processor time of the bundled embedder for one abstract, in seconds (docs/embedding.md).
EMBEDDING_CPU_S = 0.03
OTHER = "other"


@dataclass(frozen=True)
class NumberField:
    """A number that can be set; `fixed` says why it cannot be changed here, or is empty."""

    name: str
    label: str
    about: str
    value: int
    fixed: str


@dataclass(frozen=True)
class ModelChoice:
    """The models that can be chosen, as (label, value), and the one in use.

    `unconfirmed` is what would be sent to a server that the user has not confirmed.
    """

    models: list[tuple[str, str]]
    value: str
    fixed: str
    unconfirmed: str = ""


@dataclass(frozen=True)
class EmbedderChoice:
    """The embedders that can be chosen, as (label, value), the one in use, and what a change costs.

    `fixed` says why it cannot be changed here, or is empty.
    """

    embedders: list[tuple[str, str]]
    value: str
    fixed: str
    cost: str


class Preferences:
    """Changes the settings of a session, one change at a time. Thread-safe."""

    def __init__(self, session: Session, jobs: Jobs) -> None:
        self._session = session
        self._jobs = jobs
        self._lock = threading.Lock()
        self._job: Job[str] | None = None

    @property
    def settings(self) -> Settings:
        """The current settings; a new object after every change."""
        return self._session.settings

    def numbers(self) -> list[NumberField]:
        """The current numbers, in the order of `NUMBERS`."""
        settings = self._session.settings
        fields = []
        for name, (label, about) in NUMBERS.items():
            least, most = setting_bounds(name)
            fixed = self._fixed(name)
            help_text = fixed or _(
                "{least} to {most}. {about}", least=least, most=most, about=about
            )
            fields.append(NumberField(name, label, help_text, getattr(settings, name), fixed))
        return fields

    def models(self) -> ModelChoice:
        """The models found on this computer, and the one in use."""
        from assistant.models.bundled_model import NAME
        from assistant.models.local.found_models import local_models

        settings = self._session.settings
        chosen = BUNDLED if settings.model is None else str(settings.model)
        found = [(_label(facts), str(facts.file)) for facts in local_models(settings)]
        models = [
            (_("{name} · bundled", name=NAME), BUNDLED),
            *found,
            (_("Another file or a server …"), OTHER),
        ]
        if settings.model is not None and chosen not in (value for label, value in models):
            models.insert(1, (_name(settings.model), chosen))
        return ModelChoice(models, chosen, self._fixed("model"), self.unconfirmed())

    def embedders(self) -> EmbedderChoice:
        """The embedders that can be chosen, and the one in use."""
        address = self._session.settings.embedder
        choices: list[tuple[str, str]] = [
            (_("{name} · bundled", name=_MINILM), BUNDLED),
            (_("A server …"), OTHER),
        ]
        if address:
            choices.insert(1, (str(address), str(address)))
        value = str(address) if address else BUNDLED
        return EmbedderChoice(choices, value, self._fixed("embedder"), self._embedding_cost())

    def use_embedder(self, chosen: str, given: str, agreed: bool = False) -> Iterator[str]:
        """Use the embedder `chosen`, or the server `given` if that is OTHER.

        `agreed`: the user agrees that data is sent to that server. Yields the progress.
        """
        settings = self._session.settings
        try:
            address = None if chosen == BUNDLED else _address(given if chosen == OTHER else chosen)
        except SettingsError as error:
            yield render_job(error=str(error))
            return
        if address == settings.embedder:
            yield render_job(_("This embedder is already in use."))
            return
        changes: dict[str, Any] = {"embedder": address}
        if address and not is_confirmed(settings, address):
            if not agreed:
                yield _not_agreed(address, SENT_TO_EMBEDDER)
                return
            changes["confirmed_servers"] = (*settings.confirmed_servers, address.base)
        yield from self._change(_("Opening the embedder …"), **changes)

    def _embedding_cost(self) -> str:
        """What another embedder costs: which papers are embedded again, and how long that takes."""
        try:
            papers = self._session.library.papers.count()
        except AssistantError:
            return ""  # the page says so elsewhere
        minutes = papers * EMBEDDING_CPU_S / self._session.settings.threads / 60
        again = ngettext(
            "Another embedder has to embed {count} paper again, in the background. Until then it "
            "is found by words only.",
            "Another embedder has to embed {count} papers again, in the background. Until then "
            "they are found by words only.",
            papers,
        )
        duration = ngettext(
            "The bundled one takes about {count} minute on this computer; the time of a server is "
            "not known in advance.",
            "The bundled one takes about {count} minutes on this computer; the time of a server is "
            "not known in advance.",
            max(1, round(minutes)),
        )
        return joined([again, duration], " ")

    def unconfirmed(self) -> str:
        """What would be sent to servers that the user has not confirmed, "" for nothing."""
        sent = destinations(self._session.settings)
        return "; ".join(one.text for one in sent if not one.confirmed)

    def confirm(self) -> Iterator[str]:
        """Agree that data is sent to the servers of the settings; yield the progress."""
        settings = self._session.settings
        new = [one.address.base for one in destinations(settings) if not one.confirmed]
        if not new:
            yield render_job(_("There is nothing to confirm."))
            return
        yield from self._change(
            _("Saving …"), confirmed_servers=(*settings.confirmed_servers, *new)
        )

    def use_model(self, chosen: str, path: str, agreed: bool = False) -> Iterator[str]:
        """Use the model `chosen`, or the file or server `path` if that is OTHER.

        `agreed`: the user agrees that data is sent to that server. Yields the progress.
        """
        try:
            model = None if chosen == BUNDLED else _model(path if chosen == OTHER else chosen)
        except SettingsError as error:
            yield render_job(error=str(error))
            return
        settings = self._session.settings
        if model == settings.model:
            yield render_job(_("This model is already in use."))
            return
        changes: dict[str, Any] = {"model": model}
        if isinstance(model, ServerAddress) and not is_confirmed(settings, model):
            if not agreed:
                yield _not_agreed(model, SENT_TO_MODEL)
                return
            changes["confirmed_servers"] = (*settings.confirmed_servers, model.base)
        name = _name(model) if model else _("the bundled model")
        yield from self._change(
            _(
                "Checking and opening {name}. Until it is open, the previous model answers.",
                name=name,
            ),
            **changes,
        )

    def set_numbers(self, *given: float | None) -> Iterator[str]:
        """Set the numbers, in the order of `NUMBERS`; yield the progress."""
        changes = {}
        for field, value in zip(self.numbers(), given, strict=True):
            if field.fixed or value == field.value:
                continue
            least, most = setting_bounds(field.name)
            if value is None or not float(value).is_integer() or not least <= value <= most:
                yield render_job(
                    error=_(
                        "{setting}: enter a whole number from {least} to {most}. "
                        "Nothing was changed.",
                        setting=field.label,
                        least=least,
                        most=most,
                    )
                )
                return
            changes[field.name] = int(value)
        if not changes:
            yield render_job(_("There are no changes to save."))
            return
        yield from self._change(_("Changing the settings …"), **changes)

    def auto_tldrs(self) -> tuple[bool, str]:
        """Whether TL;DRs of new papers are written in the background, and why that is fixed."""
        return self._session.settings.auto_tldrs, self._fixed("auto_tldrs")

    def set_auto_tldrs(self, wanted: bool) -> Iterator[str]:
        """Set whether TL;DRs of new papers are written in the background; yield the progress."""
        if wanted != self._session.settings.auto_tldrs:
            yield from self._change(_("Changing the settings …"), auto_tldrs=bool(wanted))

    def reset(self) -> Iterator[str]:
        """Restore the defaults, including the bundled model; yield the progress."""
        # Another embedder would need other vectors, and a confirmation is no preference.
        kept = self._session.settings.saved - {"embedder", "chroma", "confirmed_servers"}
        if not kept:
            yield render_job(_("These are the defaults: nothing else was saved."))
            return
        yield from self._change(_("Restoring the defaults …"), **dict.fromkeys(kept))

    def follow(self) -> Iterator[str]:
        """The progress of a change that is running for another window, or nothing."""
        job = self._job
        if job and job.running:
            yield from map(_shown, job.follow())
        else:
            yield ""

    def _change(self, doing: str, **changes: Any) -> Iterator[str]:
        def change(progress: Progress) -> str:
            progress.report(step=doing)
            self._session.change(**changes)
            return self._done(changes)

        job: Job[str] | None = None
        # Nothing is yielded while the lock is held: a page that has gone would keep it.
        with self._lock:
            if self._job is None or not self._job.running:
                job = self._job = self._jobs.start("Changing the settings", change)
        if job:
            yield from map(_shown, job.follow())
        else:
            yield render_job(error=_("Another change is running. Wait until it is finished."))

    def _done(self, changes: dict[str, Any]) -> str:
        model = self._session.loaded_model
        parts = [_("Saved.")]
        if model and "model" in changes:
            parts.append(_("{name} answers from the next question on.", name=model.name))
        elif "embedder" in changes:
            parts.append(
                ngettext(
                    "{count} paper will be embedded in the background.",
                    "{count} papers will be embedded in the background.",
                    self._session.library.vectors.missing(),
                )
            )
        elif "auto_tldrs" in changes and len(changes) == 1:
            parts.append(
                _("New papers get their TL;DRs in the background.")
                if self._session.settings.auto_tldrs
                else _("TL;DRs are written when you ask for them.")
            )
        else:
            parts.append(_("It applies from the next question on."))
        if model and model.context_tokens < self._session.settings.context:
            parts.append(
                _(
                    "This model has at most {count} tokens of context.",
                    count=model.context_tokens,
                )
            )
        if former := self._session.retired_models:
            parts.append(
                _(
                    "Answers that are being written are finished by {names}.",
                    names=", ".join(former),
                )
            )
        return joined(parts, " ")

    def _fixed(self, name: str) -> str:
        if not self._session.settings.is_fixed(name):
            return ""
        return _("Set at the start by {source}. Change it there.", source=setting_source(name))


def _shown(state: JobState[str]) -> str:
    if state.running:
        return render_job(state.report.step, running=True)
    if state.error:
        return render_job(error=_("{error} Nothing was changed.", error=state.error))
    return render_job(state.result or _("Stopping …"))


def _name(model: Path | ServerAddress) -> str:
    return str(model) if isinstance(model, ServerAddress) else model.stem


def _not_agreed(address: ServerAddress, sent: str) -> str:
    return render_job(
        error=_(
            "{server} is not on this computer. Tick the box to agree that {data} are sent to it. "
            "Nothing was changed, and nothing was sent.",
            server=address.base,
            data=sent,
        )
    )


def _address(given: str) -> ServerAddress:
    """The server that was typed.

    Raises:
        SettingsError: it is not the address of a server.
    """
    if not given.strip():
        raise SettingsError(_("Enter the address of a server."))
    try:
        return ServerAddress.parse(given)
    except ValueError as error:
        raise SettingsError(f"{without_password(given)}: {error}") from error


def _model(given: str) -> Path | ServerAddress:
    """The model file or server that was typed.

    Raises:
        SettingsError: it is neither an absolute path on this computer nor an address.
    """
    text = given.strip().strip("\"'")
    if not text:
        raise SettingsError(_("Enter the path of a GGUF file or the address of a server."))
    if is_server_address(text):
        try:
            return ServerAddress.parse(text)
        except ValueError as error:
            raise SettingsError(f"{without_password(text)}: {error}") from error
    # Two slashes start the name of another computer, which would be asked for the file.
    if text.replace("\\", "/").startswith("//"):
        raise SettingsError(_("A model has to be on this computer. Copy it here first."))
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            _("{path}: there is no such user. Enter the full path.", path=text)
        ) from error
    if not path.is_absolute():
        raise SettingsError(
            _("{path}: enter the full path, starting at the root of the disk.", path=text)
        )
    return path


def _label(facts: ModelDetails) -> str:
    parts = (facts.name, format_size(facts.bytes), facts.parameters, facts.quantization)
    return " · ".join(filter(None, parts))
