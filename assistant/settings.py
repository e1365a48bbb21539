"""Every setting, described and bounded.

Options go before `ASSISTANT_*` variables of the environment, these before what was set on the page
and is kept in the library's folder (`kept_settings`), and that before the defaults. All is read
once, at start; `with_changes` makes another object of it.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError
from assistant.saved_settings import FILE, SAVED_SETTINGS, read_saved_settings

PREFIX = "ASSISTANT_"
APP_NAME = "paper-assistant"
# No white space, bracket or line end: an address must not add anything to the head of a mail.
_ADDRESS = r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+"
# Options that set the same as a variable of the environment.
OPTIONS = {"library": "--library", "model": "--model"}
_CHECKOUT = Path(__file__).resolve().parent.parent


def default_library() -> Path:
    """`store/` of a source checkout, else the platform's folder for a user's data."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "store").is_dir():
        return _CHECKOUT / "store"
    return platformdirs.user_data_path(APP_NAME)


class Settings(BaseSettings):
    """What a user can set. Frozen: one object is made at start and handed down.

    `saved` are the names of those that come from the library's folder.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    library: Path = Field(
        default_factory=default_library, description="folder with everything the user owns"
    )
    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path(APP_NAME),
        description="folder for files that can be made again, such as re-encoded models",
    )
    model: Path | None = Field(
        default=None, description="GGUF file of the language model; empty: the embedded SmolLM2"
    )
    threads: int = Field(
        default_factory=lambda: max(1, min(os.cpu_count() or 1, 8)),
        ge=1,
        le=256,
        description="threads that compute",
    )
    slots: int = Field(default=16, ge=1, le=64, description="TL;DRs written at the same time")
    context: int = Field(
        default=2048, ge=512, le=131_072, description="tokens of context of each sequence"
    )
    evidence: int = Field(
        default=4, ge=1, le=12, description="evidence sentences handed to the language model"
    )
    answer_tokens: int = Field(
        default=160, ge=16, le=4096, description="longest answer, in tokens of the language model"
    )
    smtp_host: str | None = Field(
        default=None,
        pattern=r"^[^\s/@]+$",
        description="mail server that digests are sent by; nothing is sent without --send",
    )
    smtp_port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="its port; empty: 587 for starttls, 465 for tls, 25 for none",
    )
    smtp_user: str | None = Field(
        default=None, min_length=1, description="user of the mail server; empty: no log-in"
    )
    smtp_password: SecretStr | None = Field(
        default=None, description="password of that user; never shown"
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="how the way to the mail server is kept safe; none: a server on this machine",
    )
    mail_from: str | None = Field(
        default=None, pattern=rf"^{_ADDRESS}$", description="address that digests are sent from"
    )
    mail_to: str | None = Field(
        default=None,
        pattern=rf"^{_ADDRESS}(?:\s*,\s*{_ADDRESS})*$",
        description="address that digests are sent to, or several with commas between",
    )
    traceback: bool = Field(
        default=False, description="show where in the program an unexpected error came from"
    )

    _saved: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def saved(self) -> frozenset[str]:
        """Names of the settings that are kept in the library's folder."""
        return self._saved

    def is_fixed(self, name: str) -> bool:
        """Whether `name` was given by an option or the environment, which go before the page."""
        return name in self.model_fields_set and name not in self._saved

    def mark_saved(self, kept: frozenset[str]) -> Settings:
        """These settings, those called `saved` known to come from the library's folder."""
        self._saved = kept
        return self


def load_settings(**given: Any) -> Settings:
    """Settings from `given` (options; None: not given), the environment and the library's folder.

    Raises:
        SettingsError: a variable `ASSISTANT_...` is unknown, a value is out of bounds, or the file
            of kept settings is wrong.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(known))}"
            raise SettingsError(f"Unknown setting {variable} in the environment; {hint}")
    options = {name: value for name, value in given.items() if value is not None}
    try:
        settings = Settings(**options)
    except ValidationError as error:
        name, wrong = _first_fault(error)
        raise SettingsError(f"{wrong} Set it by option or as {PREFIX}{name.upper()}.") from error
    found = read_saved_settings(settings.library)
    kept = {name: value for name, value in found.items() if name not in settings.model_fields_set}
    if not kept:
        return settings
    try:
        return Settings(**options, **kept).mark_saved(frozenset(kept))
    except ValidationError as error:
        _, wrong = _first_fault(error)
        raise SettingsError(
            f"{settings.library / FILE}: {wrong} Correct it there, or delete the file to go back "
            "to the defaults."
        ) from error


def with_changes(settings: Settings, **changes: Any) -> Settings:
    """`settings` with `changes`, which are to be kept; None goes back to the default.

    Raises:
        SettingsError: a value is out of bounds, or this setting cannot be changed while the
            program runs, as it is not one of those or was given by option or environment.
    """
    for name in changes:
        if name not in SAVED_SETTINGS:
            raise SettingsError(f"Setting {name} cannot be changed while the program runs.")
        if settings.is_fixed(name):
            raise SettingsError(
                f"Setting {name} was given at the start, by {setting_source(name)}. "
                "Change it there."
            )
    values = {name: getattr(settings, name) for name in settings.model_fields_set - set(changes)}
    new = {name: value for name, value in changes.items() if value is not None}
    try:
        made = Settings(**values, **new)
    except ValidationError as error:
        _, wrong = _first_fault(error)
        raise SettingsError(wrong) from error
    return made.mark_saved((settings.saved - set(changes)) | set(new))


def setting_source(name: str) -> str:
    """What sets `name`, for people: `ASSISTANT_MODEL or --model`."""
    return " or ".join(filter(None, [PREFIX + name.upper(), OPTIONS.get(name)]))


def setting_bounds(name: str) -> tuple[int, int]:
    """The least and the most that the number `name` may be."""
    # The library of pydantic's bounds is not one of ours: each bound has its value by this name.
    found = Settings.model_fields[name].metadata
    least = next(bound.ge for bound in found if hasattr(bound, "ge"))
    most = next(bound.le for bound in found if hasattr(bound, "le"))
    return least, most


def _first_fault(error: ValidationError) -> tuple[str, str]:
    """The setting that is wrong, and what is wrong with it."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    return name, f"Setting {name} = {first.get('input')!r} cannot be used: {first['msg']}."
