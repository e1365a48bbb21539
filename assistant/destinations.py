"""What leaves this process, and to which address: the servers that the settings name.

A server on another computer has to be confirmed once for each library before anything is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.errors import ServerNotConfirmed
from assistant.languages import _, joined
from assistant.server_address import ServerAddress
from assistant.settings import Settings

SENT_TO_MODEL = _(
    "questions and the conversation before them, the evidence found for them, abstracts for TL;DRs "
    "and tables, and sentences of drafts and claims that you check"
)
SENT_TO_EMBEDDER = _(
    "questions, sentences of drafts that you check, and the titles and abstracts of all papers"
)
SENT_TO_CHROMA = _(
    "the vectors of all papers, of questions, and of sentences of drafts that you check (much of a "
    "text can be guessed from its vector)"
)


@dataclass(frozen=True)
class Destination:
    """A server that gets data.

    Attributes:
        address: the server.
        sent: what it gets, in words.
        confirmed: whether that is allowed: the server is on this computer, or the user agreed.

    """

    address: ServerAddress
    sent: str
    confirmed: bool

    @property
    def text(self) -> str:
        """What is sent where, in words."""
        if self.address.is_local:
            return _(
                "{data} go to {address} on this computer",
                data=self.sent,
                address=self.address.base,
            )
        return _("{data} go to {address}", data=self.sent, address=self.address.base)

    @property
    def report(self) -> str:
        """The same, and whether it is allowed."""
        if self.confirmed:
            return self.text
        return _("{text}; not confirmed yet, nothing is sent", text=self.text)


def destinations(
    settings: Settings, *, model: bool = True, embedder: bool = True
) -> list[Destination]:
    """The servers that get data from the language model's tasks, and from the embedder's.

    The vectors of the embedder go to the Chroma server.
    """
    sent: dict[str, list[str]] = {}
    addresses: dict[str, ServerAddress] = {}
    for wanted, address, what in (
        (model, settings.model, SENT_TO_MODEL),
        (embedder, settings.embedder, SENT_TO_EMBEDDER),
        (embedder, settings.chroma, SENT_TO_CHROMA),
    ):
        if wanted and isinstance(address, ServerAddress):
            addresses.setdefault(address.base, address)
            sent.setdefault(address.base, []).append(what)
    return [
        Destination(address, joined(sent[base], "; "), is_confirmed(settings, address))
        for base, address in addresses.items()
    ]


def is_confirmed(settings: Settings, address: ServerAddress) -> bool:
    """Whether data may be sent to `address`."""
    return address.is_local or address.base in settings.confirmed_servers


def require_confirmed(settings: Settings, address: ServerAddress) -> None:
    """Refuse to send anything to a server on another computer that the user has not confirmed.

    Raises:
        ServerNotConfirmed: the user has not confirmed it.
    """
    if not is_confirmed(settings, address):
        (found,) = (one for one in destinations(settings) if one.address.base == address.base)
        raise ServerNotConfirmed(
            f"{address.base} is not on this computer, and nothing was sent to it. With it, "
            f"{found.text}. Confirm that once: use --confirm-server on the command line, or the "
            "Settings tab of the page."
        )
