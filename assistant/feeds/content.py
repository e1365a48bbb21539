"""The body of an answer: unpacked as it arrives, and never more than a feed has."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator

from assistant.errors import FeedUnreachable, FeedUnusable
from assistant.text.sanitizing import sanitized

LARGEST_BYTES = 32 * 1024 * 1024
"""Most bytes of an answer, packed or unpacked. 2,000 papers of arXiv have 4 MB."""
ENCODINGS = "gzip, deflate"
"""The encodings that `content` unpacks, as a request names them."""
_ARXIV_ERROR = re.compile(
    rb"/api/errors\b.{0,2000}?<summary[^>]{0,100}>([^<]{1,2000})</summary>", re.DOTALL
)
_LONGEST_REASON = 200
_STEP_BYTES = 262_144
# zlib's window of 32 kB, with the header of either gzip or zlib.
_ANY_HEADER = 32 + zlib.MAX_WBITS


def content(
    chunks: Iterable[bytes], encoding: str, host: str, check: Callable[[], None] = lambda: None
) -> bytes:
    """All of a body that arrives in `chunks`, unpacked from the `encoding` of its header.

    `check` is called before each chunk is taken, and may raise.

    Raises:
        FeedUnusable: it is larger than `LARGEST_BYTES`, or its encoding is not known.
        FeedUnreachable: its packed data is damaged or cut short.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        pieces: Iterable[bytes] = chunks
    elif name in ("gzip", "x-gzip", "deflate"):
        pieces = _unpacked(chunks, host)
    else:
        raise FeedUnusable(
            f"{host} answered in the encoding {name[:40]!r}, which was not asked for."
        )
    body = bytearray()
    for piece in pieces:
        check()
        body += piece
        if len(body) > LARGEST_BYTES:
            raise FeedUnusable(
                f"{host} sends more than {LARGEST_BYTES >> 20} MB, which no feed has; the rest was "
                "not read. Give the address of a feed with fewer papers."
            )
    return bytes(body)


def reason(body: bytes) -> str:
    """What the body of an answer that is an error says about it, or "".

    arXiv has an Atom entry, PubMed and Semantic Scholar a JSON object.
    """
    if found := _ARXIV_ERROR.search(body):
        return sanitized(found[1].decode(errors="replace"))[:_LONGEST_REASON]
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = [answer.get(key) for key in ("error", "message")] if isinstance(answer, dict) else []
    return next((sanitized(text)[:_LONGEST_REASON] for text in said if isinstance(text, str)), "")


def _unpacked(chunks: Iterable[bytes], host: str) -> Iterator[bytes]:
    """Unpacked pieces of at most `_STEP_BYTES`, and b"" for a chunk that gives none."""
    unpacker = zlib.decompressobj(_ANY_HEADER)
    packed = 0
    try:
        for chunk in chunks:
            packed += len(chunk)
            if packed > LARGEST_BYTES:
                raise FeedUnusable(f"{host} sends more than {LARGEST_BYTES >> 20} MB of data.")
            piece = unpacker.decompress(chunk, _STEP_BYTES)
            yield piece
            while unpacker.unconsumed_tail and piece:
                piece = unpacker.decompress(unpacker.unconsumed_tail, _STEP_BYTES)
                yield piece
    except zlib.error as error:
        raise FeedUnreachable(f"{host} sent damaged data ({error}). Try again later.") from error
    if packed and not unpacker.eof:
        raise FeedUnreachable(f"The answer of {host} ends too early. Try again later.")
