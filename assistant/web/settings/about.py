"""Information on the Settings tab: model, memory, speed, storage and settings, without secrets."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant.destinations import destinations
from assistant.errors import AssistantError, ModelFileInvalid
from assistant.html import render
from assistant.languages import _, format_number
from assistant.reports import library_facts
from assistant.saved_settings import FILE
from assistant.settings import Settings, setting_source
from assistant.text.formatting import format_size

if TYPE_CHECKING:
    from assistant.models import ModelFile
    from assistant.session import Session

_STATUS = Path("/proc/self/status")
# Values in use for settings that are not set.
_UNSET = {"model": _("the bundled SmolLM2"), "embedder": _("the bundled MiniLM")}
SECRET_SET = _("set (hidden)")
NOT_SET = _("not set")
NOT_MEASURED = _("not measured yet")
OFFLINE = _(
    "This page is served to this computer only, and loads nothing from elsewhere. Only what you "
    "set up or ask for by name uses the network: feeds that you added, a model server that you "
    "chose, “assistant models pull”, and “assistant digest --send”, to your own mail server."
)
OFFLINE_FOR_GROUP = _(
    "This page is served to users who log in, and loads nothing from elsewhere. Your questions and "
    "the papers you add go to the computer that serves the page, and no further."
)


# A figure: its name and its value.
Fact = tuple[str, str]


@dataclass(frozen=True)
class SettingRow:
    """A setting, its value and where it can be set; `origin` is where it was set, or ""."""

    name: str
    value: str
    meaning: str
    where: str
    origin: str


@dataclass(frozen=True)
class Memory:
    """Memory of the process in bytes: now (None: unknown) and at its peak."""

    now: int | None
    peak: int


class About:
    """Information about a session. Never waits for a model."""

    def __init__(self, session: Session, *, group: bool = False) -> None:
        """Open nothing yet. `group`: the page is served to several users."""
        self._session = session
        self._offline = OFFLINE_FOR_GROUP if group else OFFLINE

    def view(self) -> str:
        """The current figures as HTML; unavailable ones with the reason."""
        problems: list[str] = []
        groups: dict[str, list[Fact]] = {
            _("Model in use"): _facts(self._model, problems),
            _("Speed"): self._speed(),
            _("Memory"): list(_memory_facts(memory())),
            _("Storage"): _facts(self._storage, problems),
        }
        return render(
            "about.html",
            offline=self._where_data_goes(),
            problems=problems,
            groups={name: facts for name, facts in groups.items() if facts},
        )

    def table(self) -> str:
        """Every setting as HTML."""
        return render(
            "settings_table.html",
            settings=setting_rows(self._session.settings),
            file=str(self._session.settings.library / FILE),
        )

    def _where_data_goes(self) -> str:
        sent = destinations(self._session.settings)
        if not sent:
            return self._offline
        return _(
            "This page loads nothing over the network, but it sends data to servers: {sent}.",
            sent="; ".join(one.report for one in sent),
        )

    def _storage(self) -> list[Fact]:
        facts = library_facts(self._session.library.status())
        if chroma := self._session.settings.chroma:
            facts.append(
                (_("Vector index"), _("on the Chroma server {address}", address=str(chroma)))
            )
        return facts

    def _model(self) -> list[Fact]:
        from assistant.models import ModelFile, describe_language_model

        settings = self._session.settings
        model, opened = describe_language_model(settings), self._session.loaded_model
        facts: list[Fact] = [(_("Language model"), opened.name if opened else model.name)]
        known = None
        if isinstance(model, ModelFile):
            known = _add_file_facts(facts, model, opened=opened is not None)
        else:
            facts.append((_("Server"), str(model.address)))
        if opened and opened.parameters:
            facts.append(
                (_("Parameters"), _("{count} million", count=round(opened.parameters / 1e6)))
            )
        context = opened.context_tokens if opened else settings.context
        tokens = _("{count} tokens per sequence", count=context)
        if known:
            tokens = _(
                "{count} tokens per sequence (trained for {most})", count=context, most=known
            )
        facts.append((_("Context"), tokens))
        facts.append((_("State"), _("open") if opened else _("not open yet")))
        facts += [(_("Finishing its work"), name) for name in self._session.retired_models]
        embedder = self._session.library.vectors.embedder
        facts.append((_("Embedder"), embedder.name if embedder else _("none")))
        return facts

    def _speed(self) -> list[Fact]:
        from assistant.models.shared_model import Throughput

        opened = self._session.loaded_model
        speed = opened.throughput if opened else Throughput()
        return [
            (_("Writes answers"), _tokens(speed.generation_rate())),
            (_("Reads evidence"), _tokens(speed.prompt_rate())),
            (_("Writes TL;DRs"), _per_minute(speed.replies_per_minute())),
        ]


def _add_file_facts(facts: list[Fact], model: ModelFile, *, opened: bool) -> int | None:
    """Add what the file of `model` says to `facts`; return its context length, if known."""
    from assistant.models.model_files import read_model_details

    facts += [(_("File"), str(model.file)), (_("File size"), format_size(model.bytes))]
    try:
        details = read_model_details(model.file)
    except ModelFileInvalid:
        return None  # opening the model reports it
    if details.parameters and not opened:
        facts.append((_("Parameters"), details.parameters))
    if details.quantization:
        facts.append((_("Quantization"), details.quantization))
    return details.context


def setting_rows(settings: Settings) -> list[SettingRow]:
    """Every setting with its value; for secrets only whether they are set."""
    return [
        SettingRow(
            name=name.replace("_", " "),
            value=_shown(name, getattr(settings, name)),
            meaning=field.description or "",
            where=setting_source(name),
            origin=_origin(name, settings),
        )
        for name, field in Settings.model_fields.items()
    ]


def memory() -> Memory | None:
    """Memory of this process; None if the system does not report it."""
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
        values = dict(line.split(":", 1) for line in lines)
        # In "kB", which are 1024 bytes.
        now, peak = (int(values[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
        return Memory(now, peak)
    except (OSError, KeyError, ValueError):
        pass
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In bytes on macOS, in kB elsewhere.
    return Memory(None, peak if sys.platform == "darwin" else peak * 1024)


def _facts(read: Callable[[], list[Fact]], problems: list[str]) -> list[Fact]:
    """The facts that `read` returns; an error is added to `problems` instead."""
    try:
        return read()
    except AssistantError as error:
        if str(error) not in problems:
            problems.append(str(error))
        return []


def _memory_facts(found: Memory | None) -> Iterator[Fact]:
    if found is None:
        yield (_("Memory"), _("not reported by this system"))
        return
    if found.now is not None:
        yield (_("Memory now"), format_size(found.now))
    yield (_("Peak memory"), format_size(found.peak))


def _origin(name: str, settings: Settings) -> str:
    if name in settings.saved:
        return _("set on this page")
    return _("given at the start") if settings.is_fixed(name) else ""


def _tokens(rate: float | None) -> str:
    return NOT_MEASURED if rate is None else _("{rate} tokens per second", rate=_shown_rate(rate))


def _per_minute(rate: float | None) -> str:
    return NOT_MEASURED if rate is None else _("{rate} per minute", rate=_shown_rate(rate))


def _shown_rate(rate: float) -> str:
    return format_number(rate, 0 if rate >= 10 else 1)


def _shown(name: str, value: Any) -> str:
    if value is None:
        return _UNSET.get(name, NOT_SET)
    if isinstance(value, SecretStr):
        return SECRET_SET
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, tuple):
        return ", ".join(value) or NOT_SET
    return format_number(value) if isinstance(value, int) and name != "smtp_port" else str(value)
