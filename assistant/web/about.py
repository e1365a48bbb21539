"""What the page tells of itself: models, memory, storage, settings and prompts. Secrets never."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from assistant.errors import AssistantError, PromptTemplateError
from assistant.prompt import TEMPLATES, Prompt
from assistant.settings import PREFIX, Settings
from assistant.text.written import spoken_size
from assistant.web.rendering import render_about

if TYPE_CHECKING:
    from assistant.session import Session

_STATUS = Path("/proc/self/status")
# Options of `assistant serve` that set the same as a variable of the environment.
_OPTIONS = {"library": "--library", "model": "--model"}
# What is in use in place of a setting that was not made; what is not here is just not set.
_UNSET = {"model": "the embedded SmolLM2"}
SECRET_SET = "set, and never shown"  # noqa: S105 - said in place of a password
NOT_SET = "not set"
OFFLINE = (
    "This page is served to this computer alone, and nothing is fetched from elsewhere or sent "
    "there. Only “assistant digest --send”, typed by you, sends something: to your own mail server."
)


@dataclass(frozen=True)
class Fact:
    """One figure with its name."""

    name: str
    value: str


@dataclass(frozen=True)
class SettingRow:
    """A setting as it is, and where it can be set; `given` says that somebody did."""

    name: str
    value: str
    meaning: str
    where: str
    given: bool


@dataclass(frozen=True)
class PromptRow:
    """A prompt file in use; `problem` says why it cannot be used, and is empty if it can."""

    name: str
    own: bool
    text: str = ""
    fingerprint: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Memory:
    """Bytes of main memory that the process has now (None: not told here), and had at most."""

    now: int | None
    most: int


class About:
    """Tells of a session. Waits for no model."""

    def __init__(self, session: Session) -> None:
        """Nothing is opened yet."""
        self._session = session

    def view(self) -> str:
        """All of it as HTML, as it is now; what cannot be told is named with its reason."""
        problems: list[str] = []
        groups = {
            "Model": _told(self._model, problems),
            "Memory": list(_memory_facts(memory())),
            "Storage": _told(self._storage, problems),
        }
        return render_about(
            offline=OFFLINE,
            problems=problems,
            groups={name: facts for name, facts in groups.items() if facts},
            settings=setting_rows(self._session.settings),
            prompts=prompt_rows(self._session.prompts),
            prompts_folder=str(self._session.prompts),
        )

    def _model(self) -> list[Fact]:
        from assistant.models import describe_language_model

        model = describe_language_model(self._session.settings)
        embedder = self._session.library.embedder
        return [
            Fact("Language model", model.name),
            Fact("File", str(model.file)),
            Fact("Size of the file", spoken_size(model.bytes)),
            Fact("Embedder", embedder.name if embedder else "none"),
        ]

    def _storage(self) -> list[Fact]:
        figures = self._session.library.status()
        search = "full text alone" if figures.full_text_only else "full text and vectors"
        return [
            Fact("Library", str(figures.folder) + (" (read-only)" if figures.read_only else "")),
            Fact("Papers", f"{figures.papers:,}"),
            Fact("Vectors", f"{figures.vectors:,}, {figures.missing_vectors:,} papers without"),
            Fact("TL;DRs", f"{figures.tldrs:,}"),
            Fact("Search by", search),
            Fact("Catalogue", spoken_size(figures.catalog_bytes)),
            Fact("Chroma", spoken_size(figures.chroma_bytes)),
        ]


def setting_rows(settings: Settings) -> list[SettingRow]:
    """Every setting with its value; of a secret one only whether it is set."""
    return [
        SettingRow(
            name=name.replace("_", " "),
            value=_shown(name, getattr(settings, name)),
            meaning=field.description or "",
            where=" or ".join(filter(None, [PREFIX + name.upper(), _OPTIONS.get(name)])),
            given=name in settings.model_fields_set,
        )
        for name, field in Settings.model_fields.items()
    ]


def prompt_rows(overrides: Path) -> list[PromptRow]:
    """Every prompt of the program, from the folder `overrides` where it has one."""
    rows = []
    for name in sorted(TEMPLATES):
        own = (overrides / f"{name}.md").is_file()
        try:
            prompt = Prompt.load(name, overrides)
        except PromptTemplateError as error:
            rows.append(PromptRow(name, own, problem=str(error)))
            continue
        text = "\n\n".join(f"# {role}\n{content}" for role, content in prompt.sections)
        rows.append(PromptRow(name, own, text, prompt.fingerprint))
    return rows


def memory() -> Memory | None:
    """What this process has of the main memory; None where the system does not tell."""
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
        told = dict(line.split(":", 1) for line in lines)
        # In "kB", which are 1024 bytes.
        now, most = (int(told[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
        return Memory(now, most)
    except (OSError, KeyError, ValueError):
        pass
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, all others count kB.
    return Memory(None, most if sys.platform == "darwin" else most * 1024)


def _told(tell: Callable[[], list[Fact]], problems: list[str]) -> list[Fact]:
    """What `tell` tells, or nothing, and one of the `problems` more."""
    try:
        return tell()
    except AssistantError as error:
        if str(error) not in problems:
            problems.append(str(error))
        return []


def _memory_facts(found: Memory | None) -> Iterator[Fact]:
    if found is None:
        yield Fact("Memory of the program", "not told by this system")
        return
    if found.now is not None:
        yield Fact("Memory of the program now", spoken_size(found.now))
    yield Fact("At most until now", spoken_size(found.most))


def _shown(name: str, value: Any) -> str:
    if value is None:
        return _UNSET.get(name, NOT_SET)
    if isinstance(value, SecretStr):
        return SECRET_SET
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) and name != "smtp_port" else str(value)
