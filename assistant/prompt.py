"""Prompt templates: files with sections and variables, checked when they are loaded.

A template `prompts/NAME.md` is a row of sections, each headed `# system`, `# user` or
`# assistant` on a line of its own; `{variable}` in a section is a place for content. A user's own
version in the library's folder `prompts/` goes before the one that ships with the program.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from assistant.errors import PromptTemplateError
from assistant.models.protocols import Message

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# Every template of the program, with the variables that it must use, all of them and no other.
TEMPLATES: dict[str, frozenset[str]] = {
    "answer": frozenset({"evidence", "question"}),
    "followup": frozenset({"conversation", "question"}),
    "judge": frozenset({"evidence", "statement"}),
    "tldr": frozenset({"title", "abstract"}),
}

Role = Literal["system", "user", "assistant"]

_HEADING = re.compile(r"^# (system|user|assistant)[ \t]*$", re.MULTILINE)
# Half of a character, which no file can hold.
_SURROGATE = re.compile("[\ud800-\udfff]")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def shipped_prompts() -> Traversable:
    """The folder of the templates that ship with the program.

    In an installed package that is `assistant/prompts`, in a source checkout `prompts/` at its top.
    """
    packaged = importlib.resources.files("assistant") / "prompts"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent / "prompts"


def prompt_file(name: str, overrides: Path | None = None) -> Traversable:
    """Where the template `name` stands: in the folder `overrides` if it has one of this name.

    Raises:
        PromptTemplateError: there is no such template.
    """
    if name not in TEMPLATES:
        raise PromptTemplateError(
            f"There is no prompt {name!r}; there are: {', '.join(sorted(TEMPLATES))}."
        )
    if overrides is not None and (overrides / f"{name}.md").is_file():
        return overrides / f"{name}.md"
    return shipped_prompts() / f"{name}.md"


def prompt_text(name: str, overrides: Path | None = None) -> str:
    """The text of the template `name`, unchecked.

    Raises:
        PromptTemplateError: there is no such template, or it cannot be read.
    """
    path = prompt_file(name, overrides)
    try:
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptTemplateError(
            f"The prompt {path} cannot be read: {error}. Repair it, or delete your own "
            "version to use the one that ships with the program."
        ) from error


def override_version(overrides: Path) -> tuple[tuple[str, int, int, int], ...]:
    """Which own templates the folder `overrides` has, as they are: differs once one is changed."""
    found = []
    for name in sorted(TEMPLATES):
        try:
            status = (overrides / f"{name}.md").stat()
        except OSError:
            continue
        found.append((name, status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)


@dataclass(frozen=True)
class Prompt:
    """A template that was found valid. `fingerprint` (12 hexadecimal digits) names its text."""

    name: str
    sections: tuple[tuple[Role, str], ...]
    fingerprint: str

    @classmethod
    def load(cls, name: str, overrides: Path | None = None) -> Prompt:
        """Load the template `name`, from the folder `overrides` if it has one of this name.

        Raises:
            PromptTemplateError: there is no such template, or it is not UTF-8, has no section
                `# user`, lacks a variable or uses an unknown one.
        """
        path = prompt_file(name, overrides)
        return cls.parse(name, prompt_text(name, overrides), str(path))

    @classmethod
    def parse(cls, name: str, text: str, place: str) -> Prompt:
        """The template `name` as `text` has it; `place` says in messages where that stands.

        Raises:
            PromptTemplateError: it has no section `# user`, lacks a variable or uses an unknown
                one, or has a character that UTF-8 cannot write.
        """
        text = text.replace("\r\n", "\n")
        if half := _SURROGATE.search(text):
            raise PromptTemplateError(
                f"The prompt {place} has a character that cannot be written "
                f"(line {_line_at(half.start(), text)}). Remove it."
            )
        return cls(name, _sections(text, name, place), _fingerprint(text))

    def messages(self, **content: str) -> tuple[Message, ...]:
        """The conversation with `content` in the places of the variables.

        Content is put in once and never looked at: a `{variable}` inside it stays as it is.

        Raises:
            PromptTemplateError: `content` is not exactly what the template's variables need.
        """
        if content.keys() != TEMPLATES[self.name]:
            raise PromptTemplateError(
                f"The prompt {self.name!r} needs {_listed(TEMPLATES[self.name])} "
                f"and was given {_listed(content)}."
            )
        return tuple(
            Message(role, _VARIABLE.sub(lambda match: content[match[1]], template))
            for role, template in self.sections
        )


def _sections(text: str, name: str, path: str) -> tuple[tuple[Role, str], ...]:
    before, *parts = _HEADING.split(text)
    sections = [
        (cast(Role, role), content.strip())
        for role, content in zip(parts[::2], parts[1::2], strict=True)
    ]
    if before.strip() or not any(role == "user" for role, _ in sections):
        raise PromptTemplateError(
            f"The prompt {path} must begin with a line `# system` or `# user` and have a section "
            "`# user`."
        )
    used = {variable for _, content in sections for variable in _VARIABLE.findall(content)}
    expected = TEMPLATES[name]
    if unknown := used - expected:
        raise PromptTemplateError(
            f"The prompt {path} uses {_listed(unknown)}, which does not exist "
            f"(line {_line_of(unknown, text)}); it can use {_listed(expected)}."
        )
    if missing := expected - used:
        raise PromptTemplateError(f"The prompt {path} must use {_listed(missing)} somewhere.")
    return tuple(sections)


def _line_of(variables: Iterable[str], text: str) -> int:
    """The first line of `text` with one of `variables`, counted from 1."""
    return _line_at(min(text.index(f"{{{variable}}}") for variable in variables), text)


def _line_at(place: int, text: str) -> int:
    return text.count("\n", 0, place) + 1


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _listed(variables: object) -> str:
    names = sorted(cast("set[str]", variables))
    return ", ".join(f"{{{name}}}" for name in names) or "nothing"
