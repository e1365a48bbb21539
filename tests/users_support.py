"""What the tests of a page on which people log in share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from patience import PATIENCE_S

from assistant.web.serving.server import PageServer
from assistant.web.serving.users import Users, hash_password, write_users

if TYPE_CHECKING:
    from assistant.session import Session

PASSWORDS = {"ann": "correct horse", "ben": "battery staple"}


def write_ann_and_ben(file: Path) -> Path:
    """The file of Ann and Ben, who have the `PASSWORDS`."""
    write_users(file, {name: hash_password(password) for name, password in PASSWORDS.items()})
    return file


@contextmanager
def serving(
    session: Session, file: Path, host: str = "127.0.0.1", *, api: bool = False
) -> Iterator[PageServer]:
    """The page of `session` for the users in `file`."""
    server = PageServer(session, host, 0, Users(file), api=api)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(lambda address: ready.set(),))
    thread.start()
    try:
        while not ready.wait(0.1):
            assert thread.is_alive(), "the page did not start"
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)
    assert not thread.is_alive(), "the server did not end"
