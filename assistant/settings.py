"""Every setting with its description and bounds.

Command-line options override `ASSISTANT_*` environment variables, which override the settings saved
on the page (`saved_settings`), which override the defaults. Settings are read once, at start;
`with_changes` returns a changed copy.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import (
    BeforeValidator,
    Field,
    InstanceOf,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.errors import SettingsError
from assistant.languages import _
from assistant.saved_settings import FILE, SAVED_SETTINGS, read_saved_settings
from assistant.server_address import ServerAddress, is_server_address, without_password

PREFIX = "ASSISTANT_"
APP_NAME = "paper-assistant"
# No white space, brackets or line ends: an address must not inject mail headers.
_ADDRESS = r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+"
# Settings that also have a command-line option.
OPTIONS = {"library": "--library", "model": "--model", "chroma": "--chroma"}
_CHECKOUT = Path(__file__).resolve().parent.parent


def default_library() -> Path:
    """`store/` in a source checkout, else the platform's folder for user data."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "store").is_dir():
        return _CHECKOUT / "store"
    return platformdirs.user_data_path(APP_NAME)


def _file_or_server(value: Any) -> Any:
    if not isinstance(value, str | Path | ServerAddress | None):
        raise ValueError("it has to be the path of a file or the address of a server")
    if isinstance(value, str) and is_server_address(value):
        return ServerAddress.parse(value)
    return value


def _server(value: Any) -> Any:
    if not isinstance(value, str | ServerAddress | None):
        raise ValueError("it has to be the address of a server")
    return ServerAddress.parse(value) if isinstance(value, str) else value


def _chroma_server(value: Any) -> Any:
    if not isinstance(value, str | ServerAddress | None):
        raise ValueError("it has to be the address of a Chroma server")
    return ServerAddress.parse_chroma(value) if isinstance(value, str) else value


def _servers(value: Any) -> Any:
    """Addresses without the name of a model; in the environment they are separated by spaces."""
    given = value.replace(",", " ").split() if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return value
    return tuple(dict.fromkeys(ServerAddress.parse(one).base for one in given))


class Settings(BaseSettings):
    """The user's settings. Frozen: one object is created at start and passed on."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    library: Path = Field(default_factory=default_library, description=_("folder of the library"))
    cache: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path(APP_NAME),
        description=_("folder for files that can be rebuilt, such as re-encoded models"),
    )
    model: Annotated[
        InstanceOf[ServerAddress] | Path | None, NoDecode, BeforeValidator(_file_or_server)
    ] = Field(
        default=None,
        description=_(
            "language model: a GGUF file, a name that `assistant models` lists, or the "
            "address of a model server, such as http://localhost:8080/v1#name; default: the "
            "bundled SmolLM2"
        ),
    )
    model_folder: Path = Field(
        default_factory=lambda: platformdirs.user_data_path(APP_NAME) / "models",
        description=_("folder of models that `assistant models pull` downloads"),
    )
    embedder: Annotated[InstanceOf[ServerAddress] | None, NoDecode, BeforeValidator(_server)] = (
        Field(
            default=None,
            description=_(
                "address of a server that computes the vectors, such as "
                "http://localhost:8080/v1#name; default: the bundled MiniLM"
            ),
        )
    )
    chroma: Annotated[
        InstanceOf[ServerAddress] | None, NoDecode, BeforeValidator(_chroma_server)
    ] = Field(
        default=None,
        description=_(
            "address of a Chroma server that keeps the vector index, such as "
            "http://localhost:8000; default: an index in the library's folder"
        ),
    )
    chroma_token: SecretStr | None = Field(
        default=None, description=_("token for the Chroma server; never shown or saved")
    )
    chroma_timeout: int = Field(
        default=30,
        ge=1,
        le=3600,
        description=_(
            "seconds to wait for a reply of the Chroma server, and between two parts of it"
        ),
    )
    confirmed_servers: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_servers)] = Field(
        default=(),
        description=_("addresses of servers on other computers that data may be sent to"),
    )
    server_key: SecretStr | None = Field(
        default=None, description=_("key for the model server; never shown or saved")
    )
    server_key_file: Path | None = Field(
        default=None,
        description=_(
            "file with the keys of servers, one ADDRESS KEY per line; only its owner "
            "may read it (mode 600)"
        ),
    )
    server_timeout: int = Field(
        default=120,
        ge=1,
        le=3600,
        description=_(
            "seconds to wait for a model server to begin a reply, and between two parts of it"
        ),
    )
    gpu_layers: int | Literal["auto"] = Field(
        default="auto",
        description=_(
            "layers of the language model on the GPU; auto: as many as fit into its memory"
        ),
    )
    threads: int = Field(
        default_factory=lambda: max(1, min(os.cpu_count() or 1, 8)),
        ge=1,
        le=256,
        description=_("number of compute threads"),
    )
    slots: int = Field(
        default=16, ge=1, le=64, description=_("number of TL;DRs written at the same time")
    )
    context: int = Field(
        default=2048,
        ge=512,
        le=131_072,
        description=_("context length in tokens, prompt and answer together"),
    )
    evidence: int = Field(
        default=4,
        ge=1,
        le=12,
        description=_("number of evidence sentences given to the language model"),
    )
    answer_tokens: int = Field(
        default=160, ge=16, le=4096, description=_("maximum length of an answer in tokens")
    )
    auto_tldrs: bool = Field(
        default=True,
        description=_("write TL;DRs of new papers in the background while the page is served"),
    )
    smtp_host: str | None = Field(
        default=None,
        pattern=r"^[^\s/@]+$",
        description=_("mail server for digests; nothing is sent without --send"),
    )
    smtp_port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description=_(
            "port of the mail server; default: 587 for starttls, 465 for tls, 25 for none"
        ),
    )
    smtp_user: str | None = Field(
        default=None,
        min_length=1,
        description=_("user name for the mail server; default: no login"),
    )
    smtp_password: SecretStr | None = Field(
        default=None, description=_("password for the mail server; never shown")
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description=_("encryption to the mail server; none only for a server on this computer"),
    )
    mail_from: str | None = Field(
        default=None, pattern=rf"^{_ADDRESS}$", description=_("sender address of digests")
    )
    mail_to: str | None = Field(
        default=None,
        pattern=rf"^{_ADDRESS}(?:\s*,\s*{_ADDRESS})*$",
        description=_("recipient address of digests; separate several with commas"),
    )
    traceback: bool = Field(
        default=False, description=_("show the traceback of an unexpected error")
    )

    @field_validator("gpu_layers", mode="before")
    @classmethod
    def _check_layers(cls, value: object) -> object:
        if str(value) == "auto" or (str(value).isdecimal() and int(str(value)) <= 1000):
            return value if value == "auto" else int(str(value))
        raise ValueError("use auto, or a number from 0 to 1000")

    _saved: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def saved(self) -> frozenset[str]:
        """Names of the settings that come from the settings file in the library's folder."""
        return self._saved

    def is_fixed(self, name: str) -> bool:
        """Whether an option or the environment sets `name`, so that the page cannot change it."""
        return name in self.model_fields_set and name not in self._saved

    def mark_saved(self, names: frozenset[str]) -> Settings:
        """Mark the settings `names` as saved and return these settings."""
        self._saved = names
        return self


def load_settings(**given: Any) -> Settings:
    """Load settings from options, the environment and the library's folder.

    Args:
        given: values of the options by name; None means not given.

    Raises:
        SettingsError: an `ASSISTANT_*` variable is unknown, a value is out of bounds, or the
            settings file is invalid.

    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable not in known:
            near = difflib.get_close_matches(variable, known, n=1)
            hint = (
                f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(sorted(known))}."
            )
            raise SettingsError(f"Unknown setting {variable} in the environment. {hint}")
    options = {name: value for name, value in given.items() if value is not None}
    try:
        settings = Settings(**options)
    except ValidationError as error:
        name, problem = _first_problem(error)
        raise SettingsError(f"{problem} Change the option or {PREFIX}{name.upper()}.") from error
    in_file = read_saved_settings(settings.library)
    saved = {n: value for n, value in in_file.items() if n not in settings.model_fields_set}
    if not saved:
        return settings
    try:
        return Settings(**options, **saved).mark_saved(frozenset(saved))
    except ValidationError as error:
        _, problem = _first_problem(error)
        raise SettingsError(
            f"{settings.library / FILE}: {problem} Fix it, or delete the file to restore the "
            "defaults."
        ) from error


def with_changes(settings: Settings, **changes: Any) -> Settings:
    """A copy of `settings` with `changes`, marked as saved; None restores the default.

    Raises:
        SettingsError: a value is out of bounds, or the setting cannot be changed at run time: it
            is not one of `SAVED_SETTINGS`, or an option or the environment sets it.
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
        copy = Settings(**values, **new)
    except ValidationError as error:
        _, problem = _first_problem(error)
        raise SettingsError(problem) from error
    return copy.mark_saved((settings.saved - set(changes)) | set(new))


def setting_source(name: str) -> str:
    """The variable and option that set `name`, such as `ASSISTANT_MODEL or --model`."""
    return " or ".join(filter(None, [PREFIX + name.upper(), OPTIONS.get(name)]))


def setting_bounds(name: str) -> tuple[int, int]:
    """Minimum and maximum of the numeric setting `name`."""
    # By attribute name, so as not to depend on the package that defines pydantic's constraints.
    constraints = Settings.model_fields[name].metadata
    minimum = next(bound.ge for bound in constraints if hasattr(bound, "ge"))
    maximum = next(bound.le for bound in constraints if hasattr(bound, "le"))
    return minimum, maximum


def _first_problem(error: ValidationError) -> tuple[str, str]:
    """The name of the first invalid setting and a message about it."""
    first = error.errors()[0]
    name = str(first["loc"][0])  # the other parts are kinds of values
    problem = str(first["msg"]).removeprefix("Value error, ").removesuffix(".")
    value = without_password(repr(first.get("input")))
    return name, f"Setting {name} = {value} is invalid: {problem}."
