"""Prompt templates: files with sections and variables, validated when they are loaded.

A template `prompts/NAME.md` consists of sections, each under a line `# system`, `# user` or
`# assistant`; `{variable}` is a placeholder for content. A template in the library's folder
`prompts/` overrides the one shipped with the program.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from assistant.errors import PromptTemplateError
from assistant.models.protocols import Message

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# The templates and the variables that each must use, all of them and no others.
TEMPLATES: dict[str, frozenset[str]] = {
    "answer": frozenset({"evidence", "question"}),
    "cell": frozenset({"evidence", "question"}),
    "followup": frozenset({"conversation", "question"}),
    "judge": frozenset({"evidence", "statement"}),
    "relevance": frozenset({"question", "title", "sentence"}),
    "short_answer": frozenset({"evidence", "question", "title"}),
    "support": frozenset({"title", "evidence", "claim"}),
    "tldr": frozenset({"title", "abstract"}),
    "translate": frozenset({"language", "text"}),
}

Role = Literal["system", "user", "assistant"]

_HEADING = re.compile(r"^# (system|user|assistant)[ \t]*$", re.MULTILINE)
# Unpaired surrogates, which UTF-8 cannot encode.
_SURROGATE = re.compile("[\ud800-\udfff]")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def shipped_prompts() -> Traversable:
    """The folder of the shipped templates.

    That is `assistant/prompts` in an installed package, `prompts/` in a source checkout.
    """
    packaged = importlib.resources.files("assistant") / "prompts"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent / "prompts"


def prompt_file(name: str, overrides: Path | None = None) -> Traversable:
    """The file of the template `name`: in the folder `overrides` if it exists there, else shipped.

    Raises:
        PromptTemplateError: there is no such template.
    """
    if name not in TEMPLATES:
        raise PromptTemplateError(
            f"There is no prompt {name!r}. Use one of: {', '.join(sorted(TEMPLATES))}."
        )
    if overrides is not None and (overrides / f"{name}.md").is_file():
        return overrides / f"{name}.md"
    return shipped_prompts() / f"{name}.md"


def prompt_text(name: str, overrides: Path | None = None) -> str:
    """The text of the template `name`, not validated.

    Raises:
        PromptTemplateError: there is no such template, or it cannot be read.
    """
    path = prompt_file(name, overrides)
    try:
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptTemplateError(
            f"The prompt {path} cannot be read: {error}. Fix it, or delete your version to use the "
            "shipped one."
        ) from error


def override_version(overrides: Path) -> tuple[tuple[str, int, int, int], ...]:
    """A value that differs whenever a template in the folder `overrides` has changed.

    For each template there: name, modification time (ns), size in bytes and inode.
    """
    versions = []
    for name in sorted(TEMPLATES):
        try:
            status = (overrides / f"{name}.md").stat()
        except OSError:
            continue
        versions.append((name, status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(versions)


@dataclass(frozen=True)
class Prompt:
    """A valid template. `fingerprint` is a hash of its text (12 hexadecimal digits)."""

    name: str
    sections: tuple[tuple[Role, str], ...]
    fingerprint: str

    @classmethod
    def load(cls, name: str, overrides: Path | None = None) -> Prompt:
        """Load the template `name`, from the folder `overrides` if it exists there.

        Raises:
            PromptTemplateError: there is no such template, it is not UTF-8, has no section
                `# user`, lacks a variable or uses an unknown one.
        """
        path = prompt_file(name, overrides)
        return cls.parse(name, prompt_text(name, overrides), str(path))

    @classmethod
    def parse(cls, name: str, text: str, path: str) -> Prompt:
        """Validate `text` as the template `name`; `path` appears in error messages.

        Raises:
            PromptTemplateError: it has no section `# user`, lacks a variable, uses an unknown one,
                or has a character that UTF-8 cannot encode.
        """
        text = text.replace("\r\n", "\n")
        if surrogate := _SURROGATE.search(text):
            raise PromptTemplateError(
                f"The prompt {path} has a character that UTF-8 cannot encode "
                f"(line {_line_number(surrogate.start(), text)}). Remove it."
            )
        fingerprint = hashlib.sha256(text.encode()).hexdigest()[:12]
        return cls(name, _sections(text, name, path), fingerprint)

    def messages(self, **content: str) -> tuple[Message, ...]:
        """The messages with `content` substituted for the variables.

        Substitution is not recursive: `{variable}` inside content is left alone.

        Raises:
            PromptTemplateError: `content` does not match the template's variables.
        """
        if content.keys() != TEMPLATES[self.name]:
            raise PromptTemplateError(
                f"The prompt {self.name!r} needs {_join(TEMPLATES[self.name])} "
                f"but got {_join(content)}."
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
            f"The prompt {path} must start with a line `# system` or `# user` and have a section "
            "`# user`."
        )
    used = {variable for _, content in sections for variable in _VARIABLE.findall(content)}
    expected = TEMPLATES[name]
    if unknown := used - expected:
        first = min(text.index(f"{{{variable}}}") for variable in unknown)
        raise PromptTemplateError(
            f"The prompt {path} uses the unknown variable {_join(unknown)} "
            f"(line {_line_number(first, text)}). It can use {_join(expected)}."
        )
    if missing := expected - used:
        raise PromptTemplateError(f"The prompt {path} must use {_join(missing)}.")
    return tuple(sections)


def _line_number(offset: int, text: str) -> int:
    return text.count("\n", 0, offset) + 1


def _join(variables: object) -> str:
    names = sorted(cast("set[str]", variables))
    return ", ".join(f"{{{name}}}" for name in names) or "nothing"
