"""Transfers one file: resumes, retries, checks lengths, and follows redirects that it announces.

The file arrives in `.NAME.download` beside the target. `.NAME.download.json` says what the server
called that version, so that a resumed transfer never joins parts of two versions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from assistant.errors import DownloadFailed
from assistant.files import write_atomically
from assistant.http_environment import UNUSABLE, environment_problem
from assistant.models.downloads.source import RemoteFile, host_of
from assistant.progress import Progress, retry_delay
from assistant.text.formatting import format_size

# Seconds to wait for a connection, and for the next bytes.
_CONNECT_S, _READ_S = 20.0, 60.0
_MAX_REDIRECTS = 5
# Failures in a row without this many new bytes in between.
_TRIES = 5
_PROGRESS_BYTES = 1 << 20
_LONGEST_RETRY_AFTER_S = 120.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAGIC = b"GGUF"
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Version:
    """What a server says about a version of a file; "" and None for what it does not say.

    `sha256` is the checksum that a hub states for a large file (X-Linked-ETag), `bytes` its size.
    """

    etag: str = ""
    sha256: str | None = None
    bytes: int | None = None


class _Temporary(Exception):
    """A failure that another try may not have; `wait_s` if the server names a time."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def part_of(target: Path) -> Path:
    """Where the part of `target` that has arrived is kept."""
    return target.with_name(f".{target.name}.download")


class Transfer:
    """Downloads `file` to `part`. One thread uses it, once."""

    def __init__(
        self,
        file: RemoteFile,
        target: Path,
        progress: Progress,
        announce: Callable[[str], None],
        delay: Callable[[int], float] = retry_delay,
    ) -> None:
        """Contact nothing yet.

        Args:
            file: what to download.
            target: where it will be; the parts of it are beside that.
            progress: gets the megabytes that have arrived, and can stop the transfer.
            announce: gets one line before a host is contacted that was not named before.
            delay: seconds to wait after the n-th failure in a row.

        """
        self.part = part_of(target)
        self._notes = self.part.with_name(f"{self.part.name}.json")
        self._file = file
        self._progress = progress
        self._announce = announce
        self._delay = delay
        self._hosts = {host_of(file.url)}
        self.version = self._read_notes()

    def run(self) -> bool:
        """Transfer what is missing; False if the progress was stopped. What arrived is kept.

        Raises:
            DownloadFailed: the server refuses, has another file, or fails again and again.
        """
        failures, before = 0, self._arrived
        timeout = httpx.Timeout(_READ_S, connect=_CONNECT_S)
        try:
            opened = httpx.Client(follow_redirects=False, timeout=timeout)
        except UNUSABLE as error:
            raise self._failed(environment_problem(error)) from error
        with opened as client:
            while not self._progress.stop_requested:
                try:
                    self._continue(client)
                    return not self._progress.stop_requested
                except (_Temporary, httpx.TransportError) as error:
                    if self._arrived - before >= _PROGRESS_BYTES:
                        failures, before = 0, self._arrived
                    failures += 1
                    reason = _reason(error)
                    if failures >= _TRIES:
                        raise self._failed(
                            f"the download failed {_TRIES} times ({reason}). "
                            f"{format_size(self._arrived)} have arrived and are kept: the same "
                            "command continues"
                        ) from error
                    waited = error.wait_s if isinstance(error, _Temporary) else None
                    self._progress.wait(self._delay(failures) if waited is None else waited)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise self._failed(f"the reply cannot be used ({error})") from error
                except OSError as error:
                    raise DownloadFailed(
                        f"{self.part}: cannot be written ({error.strerror or error}). Free some "
                        "space, or choose another folder with ASSISTANT_MODEL_FOLDER."
                    ) from error
        return False

    def discard(self) -> None:
        """Remove what has arrived."""
        with suppress(OSError):
            self.part.unlink(missing_ok=True)
            self._notes.unlink(missing_ok=True)

    def keep(self, target: Path) -> None:
        """Make the complete file `target`.

        Raises:
            OSError: it cannot be renamed.
        """
        self.part.replace(target)
        self._notes.unlink(missing_ok=True)

    @property
    def _arrived(self) -> int:
        try:
            return self.part.stat().st_size
        except OSError:
            return 0

    def _continue(self, client: httpx.Client) -> None:
        """One try: everything that is still missing."""
        offset = self._arrived
        # Without a checksum or a name of the version, parts of two versions could be joined.
        if offset and not (self._file.sha256 or self.version.sha256 or self.version.etag):
            self.part.unlink()
            offset = 0
        if offset and offset == self._expected():
            return
        with self._get(client, offset) as response:
            offset = self._start(response, offset)
            self._save_notes()
            self._receive(response, offset)
        expected = self._expected()
        if expected is not None and self._arrived < expected and not self._progress.stop_requested:
            raise _Temporary(f"the connection ended after {format_size(self._arrived)}")

    @contextmanager
    def _get(self, client: httpx.Client, offset: int) -> Iterator[httpx.Response]:
        """The reply that has the content, after all redirects."""
        url = self._file.url
        headers = {"Accept-Encoding": "identity", "User-Agent": "paper-assistant"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        stated = Version()
        for _ in range(_MAX_REDIRECTS + 1):
            with client.stream("GET", url, headers=headers) as response:
                stated = _stated_version(response, stated)
                if response.status_code not in _REDIRECTS:
                    self._check_status(response, offset)
                    self._check_version(stated, offset)
                    yield response
                    return
                url = self._next(url, response.headers.get("location", ""))
        raise self._failed(f"the server redirects more than {_MAX_REDIRECTS} times")

    def _next(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        if urlsplit(target).scheme not in ("http", "https") or not location:
            raise self._failed("the server redirects to an address that cannot be used")
        if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
            raise self._failed("the server redirects to a connection that is not encrypted")
        host = host_of(target)
        if host not in self._hosts:
            self._hosts.add(host)
            self._announce(f"{host_of(url)} passes the download on to {host}.")
        return target

    def _check_status(self, response: httpx.Response, offset: int) -> None:
        code = response.status_code
        if code in (200, 206) or (code == 416 and offset):
            return
        if code in _TEMPORARY:
            raise _Temporary(f"HTTP {code} {response.reason_phrase}", _retry_after(response))
        if code in (401, 403):
            raise self._failed(
                f"the server demands a log-in or the acceptance of a licence (HTTP {code}). "
                "Download the file with a browser into the folder of models"
            )
        if code in (404, 410):
            raise self._failed(f"the server has no such file (HTTP {code}). Check the address")
        raise self._failed(f"the server refuses (HTTP {code} {response.reason_phrase})")

    def _check_version(self, stated: Version, offset: int) -> None:
        """Compare what the server says with what is known; forget parts of another version."""
        known = self._file
        if known.sha256 and stated.sha256 and stated.sha256 != known.sha256:
            raise self._failed(
                f"the server has another file: SHA-256 {stated.sha256[:12]}... instead of "
                f"{known.sha256[:12]}..."
            )
        if known.bytes and stated.bytes and stated.bytes != known.bytes:
            raise self._failed(
                f"the server has another file: {stated.bytes:,} bytes instead of {known.bytes:,}"
            )
        before, self.version = self.version, stated
        if known.sha256:
            return  # the checksum of the whole file decides
        changed = (
            before.sha256 != stated.sha256
            if before.sha256 and stated.sha256
            else before.etag != stated.etag
        )
        if offset and changed:
            self.part.unlink(missing_ok=True)
            raise _Temporary("the file on the server has changed; starting again", 0.0)

    def _start(self, response: httpx.Response, offset: int) -> int:
        """Where the content of `response` begins; the size of the file is known from here."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise self._failed("the server compresses the file")
        size = self.version.bytes
        if response.status_code == 200:
            # Without a range: the server cannot resume, or nothing has arrived yet.
            offset = 0
            size = size or _integer(response.headers.get("content-length"))
        else:
            unit, _, rest = response.headers.get("content-range", "").partition(" ")
            span, _, whole = rest.partition("/")
            size = size or _integer(whole)
            first = _integer(span.partition("-")[0])
            if response.status_code == 416 or unit != "bytes" or first != offset:
                self.part.unlink(missing_ok=True)
                raise _Temporary("the server sent another part of the file; starting again", 0.0)
        self.version = Version(self.version.etag, self.version.sha256, size)
        if self._file.bytes and size and size != self._file.bytes:
            raise self._failed(
                f"the server has another file: {size:,} bytes instead of {self._file.bytes:,}"
            )
        return offset

    def _receive(self, response: httpx.Response, offset: int) -> None:
        expected = self._expected()
        arrived = offset
        reported, total = -1, -(-(expected or 0) // _MEGABYTE)
        with self.part.open("r+b" if offset else "wb") as part:
            part.seek(offset)
            part.truncate()
            # As it arrives: chunks of a fixed size would lose the last one of a broken connection.
            for chunk in response.iter_raw():
                if not arrived and not chunk.startswith(_MAGIC[: len(chunk)]):
                    kind = response.headers.get("content-type", "unknown").partition(";")[0]
                    raise self._failed(f"the server sent no GGUF file (content type {kind})")
                arrived += len(chunk)
                if expected is not None and arrived > expected:
                    raise self._failed(f"the server sends more than the {expected:,} bytes it said")
                part.write(chunk)
                if arrived // _MEGABYTE > reported:
                    reported = arrived // _MEGABYTE
                    self._progress.report(reported, total, reused=offset // _MEGABYTE)
                if self._progress.stop_requested:
                    return

    def _expected(self) -> int | None:
        return self._file.bytes or self.version.bytes

    def _read_notes(self) -> Version:
        try:
            notes = json.loads(self._notes.read_text(encoding="utf-8"))
            if notes.pop("url") != self._file.url:
                return Version()
            return Version(str(notes["etag"]), notes["sha256"], notes["bytes"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Version()

    def _save_notes(self) -> None:
        notes = {"url": self._file.url, **asdict(self.version)}
        write_atomically(self._notes, json.dumps(notes) + "\n")

    def _failed(self, reason: str) -> DownloadFailed:
        return DownloadFailed(f"{self._file.url}: {reason}.")


def _stated_version(response: httpx.Response, before: Version) -> Version:
    """What `response` says of the file; the first reply of a hub says most."""
    linked = response.headers.get("x-linked-etag", "").strip('W/"').lower()
    is_checksum = len(linked) == 64 and all(c in "0123456789abcdef" for c in linked)
    etag = response.headers.get("etag", "")
    return Version(
        etag="" if etag.startswith("W/") else etag,
        sha256=before.sha256 or (linked if is_checksum else None),
        bytes=before.bytes or _integer(response.headers.get("x-linked-size")),
    )


def _integer(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _retry_after(response: httpx.Response) -> float | None:
    seconds = _integer(response.headers.get("retry-after"))
    return None if seconds is None else min(float(seconds), _LONGEST_RETRY_AFTER_S)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return f"no connection within {_CONNECT_S:.0f} s"
    if isinstance(error, httpx.TimeoutException):
        return f"no reply within {_READ_S:.0f} s"
    return str(error) or type(error).__name__
