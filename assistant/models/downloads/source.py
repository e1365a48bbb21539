"""What is downloaded and from where: a name of the catalogue, or the address of a GGUF file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from assistant.errors import UsageError
from assistant.models.downloads.catalogue import CatalogueModel, catalogue_model
from assistant.models.local.split_files import part_names

HUB = "https://huggingface.co"
# Address of a mirror of the hub, as other programs read it.
MIRROR = "HF_ENDPOINT"
_MAX_URL, _MAX_NAME = 2000, 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Page of a file on the hub, in place of the file itself.
_HUB_PAGE = re.compile(r"(/[^/]+/[^/]+)/blob/(.+)")


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server; size in bytes and checksum are None if they are not known before."""

    url: str
    name: str
    bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class DownloadSource:
    """The files of one model, the first one first; `model` is None without a catalogue entry."""

    files: tuple[RemoteFile, ...]
    model: CatalogueModel | None = None

    @property
    def host(self) -> str:
        """The host that is contacted first."""
        return host_of(self.files[0].url)


def find_source(
    given: str, environment: Mapping[str, str], sha256: str | None = None
) -> DownloadSource:
    """The source for `given`, a name of the catalogue or an address. Contacts nothing.

    Args:
        given: a name or an http(s) address.
        environment: may name a mirror in HF_ENDPOINT.
        sha256: the checksum that the user expects, or None.

    Raises:
        UsageError: the address or the checksum is not valid, or a connection would be neither
            encrypted nor checked.
        ModelError: the catalogue has no such name.

    """
    if sha256 is not None and not _SHA256.fullmatch(sha256 := sha256.strip().lower()):
        raise UsageError("--sha256 needs 64 hexadecimal digits.")
    if "://" not in given:
        model = catalogue_model(given)
        if sha256 not in (None, model.sha256):
            raise UsageError(f"{given}: the catalogue has another checksum, {model.sha256}.")
        file = RemoteFile(_mirrored(model.url, environment), model.file, model.bytes, model.sha256)
        check_encryption(file)
        return DownloadSource((file,), model)
    files = _files_at(given.strip(), environment)
    if sha256:
        if len(files) > 1:
            raise UsageError("--sha256 is for one file, but this model has several.")
        files = (replace(files[0], sha256=sha256),)
    for file in files:
        check_encryption(file)
    return DownloadSource(files)


def host_of(url: str) -> str:
    """Host of `url`, with its port if it names one."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2]


def proxy_of(url: str) -> str:
    """Host of the proxy that the environment names for `url`; "" if there is none."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    return host_of(proxy if "://" in proxy else f"http://{proxy}")


def check_encryption(file: RemoteFile) -> None:
    """Check that the content of `file` cannot be exchanged on the way.

    Raises:
        UsageError: the connection is not encrypted, and no checksum is known.
    """
    parts = urlsplit(file.url)
    if parts.scheme == "https" or file.sha256 or _is_loopback(parts.hostname or ""):
        return
    raise UsageError(
        f"{file.url}: this connection is not encrypted, so anyone on the way could exchange the "
        "file. Use https, or give the checksum with --sha256."
    )


def _files_at(url: str, environment: Mapping[str, str]) -> tuple[RemoteFile, ...]:
    if len(url) > _MAX_URL or any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise UsageError("The address is too long, or contains spaces. Check it.")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises if it is not a number
    except ValueError as error:
        raise UsageError(f"{url}: is not a valid address ({error}). Check it.") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url}: only http and https addresses can be downloaded.")
    if "@" in parts.netloc:
        raise UsageError("The address contains a user name or password. Remove it.")
    if host_of(url) == host_of(HUB) and (page := _HUB_PAGE.fullmatch(parts.path)):
        parts = parts._replace(path=f"{page[1]}/resolve/{page[2]}")
    folder, _, name = parts.path.rpartition("/")
    name = unquote(name)
    if not name.lower().endswith(".gguf"):
        raise UsageError(
            f"{url}: is not the address of a GGUF file. Copy the address of the .gguf file itself."
        )
    if re.search(r'[\\/:*?"<>|\x00-\x1f]', name) or name.startswith(".") or len(name) > _MAX_NAME:
        raise UsageError(f"{url}: the file name cannot be used on this computer.")
    return tuple(
        RemoteFile(
            _mirrored(
                parts._replace(path=f"{folder}/{quote(part)}", fragment="").geturl(), environment
            ),
            part,
        )
        for part in part_names(name)
    )


def _mirrored(url: str, environment: Mapping[str, str]) -> str:
    """`url`, on the mirror of the hub that the environment names."""
    mirror = environment.get(MIRROR, "").strip().rstrip("/")
    if not mirror or not url.startswith(f"{HUB}/"):
        return url
    if urlsplit(mirror).scheme not in ("http", "https") or not urlsplit(mirror).hostname:
        raise UsageError(f"{MIRROR} = {mirror!r} is not an address such as {HUB}. Change it.")
    return mirror + url.removeprefix(HUB)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
