"""The sample library: abstracts of landmark papers of computing, for a newcomer to ask at once.

The summaries were written for this project; they are not the papers' own abstracts.
"""

from __future__ import annotations

from importlib import resources

from assistant.errors import FileUnreadable
from assistant.paper import Paper
from assistant.reading import Failure, ReadAs, read_bytes

SAMPLE_NAME = "landmark_papers.txt"


def sample_papers() -> list[Paper]:
    """Read the page that ships inside the package, as a saved page.

    Raises:
        FileUnreadable: the package is damaged: the page is not all there.
    """
    page = resources.files("assistant") / "samples" / SAMPLE_NAME
    try:
        data = page.read_bytes()
        return list(read_bytes(data, SAMPLE_NAME, _refuse, read_as=ReadAs.saved_page))
    except OSError as error:
        raise FileUnreadable(
            f"{SAMPLE_NAME} is missing from the package ({error}): install it again"
        ) from error


def _refuse(failure: Failure) -> None:
    raise FileUnreadable(f"{failure.where} in the package is damaged: install it again")
