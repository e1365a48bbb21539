"""Every setting, described and bounded; read once from `ASSISTANT_*` variables and options."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError

PREFIX = "ASSISTANT_"
APP_NAME = "paper-assistant"
# No white space, bracket or line end: an address must not add anything to the head of a mail.
_ADDRESS = r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+"
_CHECKOUT = Path(__file__).resolve().parent.parent


def default_library() -> Path:
    """`store/` of a source checkout, else the platform's folder for a user's data."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "store").is_dir():
        return _CHECKOUT / "store"
    return platformdirs.user_data_path(APP_NAME)


class Settings(BaseSettings):
    """What a user can set. Frozen: one object is made at start and handed down."""

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


def load_settings(**given: Any) -> Settings:
    """Settings from `given` (options; None means not given) before the environment.

    Raises:
        SettingsError: a variable `ASSISTANT_...` is unknown, or a value is out of bounds.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(sorted(known))}"
            raise SettingsError(f"Unknown setting {variable} in the environment; {hint}")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"Setting {name} = {first.get('input')!r} cannot be used: {first['msg']}. "
            f"Set it by option or as {PREFIX}{name.upper()}."
        ) from error
