"""Lengths of prompts in tokens: counted by the server where it can, else estimated."""

from __future__ import annotations

import enum
import threading
from collections import OrderedDict
from collections.abc import Sequence

from assistant.errors import ModelServerError
from assistant.models.protocols import Message
from assistant.models.server_connection import ServerConnection

# UTF-8 bytes of a token. English has about 4.5, and one character of Chinese has 3: the estimate
# is rather too long than too short.
_BYTES = 3
# Tokens of a chat template for each message, and once.
_MARKUP = 8
_MAX_KNOWN = 1000
_PROBE = "How long is this?"


class Counting(enum.Enum):
    """How a server counts tokens."""

    CHAT = "chat"  # vLLM: /tokenize renders the messages
    TEXT = "text"  # llama-server: /tokenize of a text
    EXTRAS = "extras"  # llama_cpp.server: /extras/tokenize/count of a text
    NONE = "none"


def estimated_tokens(text: str) -> int:
    """An estimate of the length of `text` in tokens, for any model and language."""
    return -(-len(text.encode("utf-8", "replace")) // _BYTES)


def estimated_prompt(messages: Sequence[Message]) -> int:
    """An estimate of the length of a prompt in tokens."""
    return _MARKUP + sum(_MARKUP + estimated_tokens(one.content) for one in messages)


async def find_counting(connection: ServerConnection, model: str) -> Counting:
    """How the server counts tokens; a made-up text is counted to find that out."""
    root = connection.address.root
    messages = [{"role": "user", "content": _PROBE}]
    body = {"model": model, "messages": messages, "content": _PROBE}
    found = await connection.optional("POST", f"{root}/tokenize", body)
    if _number(found.get("count")):
        return Counting.CHAT
    if isinstance(found.get("tokens"), list) and found["tokens"]:
        return Counting.TEXT
    url = f"{root}/extras/tokenize/count"
    found = await connection.optional("POST", url, {"model": model, "input": _PROBE})
    return Counting.EXTRAS if _number(found.get("count")) else Counting.NONE


class TokenCounter:
    """Counts the tokens of prompts for one model of a server. Thread-safe; remembers lengths."""

    def __init__(self, connection: ServerConnection, model: str, counting: Counting) -> None:
        self._connection = connection
        self._model = model
        self._counting = counting
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[Message, ...], int] = OrderedDict()

    def count(self, messages: Sequence[Message]) -> int:
        """Length of the prompt in tokens; an estimate if the server does not count it."""
        if self._counting is Counting.NONE:
            return estimated_prompt(messages)
        key = tuple(messages)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        try:
            count = self._connection.run(self._asked(key))
        except ModelServerError:
            count = None
        if count is None:
            return estimated_prompt(messages)
        with self._lock:
            self._known[key] = count
            while len(self._known) > _MAX_KNOWN:
                self._known.popitem(last=False)
        return count

    async def _asked(self, messages: tuple[Message, ...]) -> int | None:
        root = self._connection.address.root
        if self._counting is Counting.CHAT:
            chat = [{"role": one.role, "content": one.content} for one in messages]
            body = {"model": self._model, "messages": chat}
            found = await self._connection.optional("POST", f"{root}/tokenize", body)
            return _number(found.get("count"))
        text = "\n".join(one.content for one in messages)
        if self._counting is Counting.TEXT:
            body = {"model": self._model, "content": text}
            found = await self._connection.optional("POST", f"{root}/tokenize", body)
            tokens = found.get("tokens")
            count = len(tokens) if isinstance(tokens, list) else None
        else:
            body = {"model": self._model, "input": text}
            url = f"{root}/extras/tokenize/count"
            found = await self._connection.optional("POST", url, body)
            count = _number(found.get("count"))
        return None if count is None else count + _MARKUP * (1 + len(messages))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
