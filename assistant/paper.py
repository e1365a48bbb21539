"""The Paper record and its identity: what one abstract is, and when two of them are the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_NOT_WORD = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """Fold case, accents' encoding, punctuation and white space, so that copies compare equal."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


class Paper(BaseModel):
    """One paper as its source describes it.

    `published` is an ISO 8601 date of any precision (`2024`, `2024-03`, `2024-03-14`).
    `source` says for people where it was read from: the name of a file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    abstract: Text
    authors: tuple[str, ...] = ()
    published: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    arxiv: str | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    source: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every name of this paper, the strongest first; two papers that share one are the same.

        The last is `text:` and 16 hexadecimal digits of the SHA-256 of the normalised title and
        abstract, which every paper has.
        """
        named = [
            ("doi", self.doi and self.doi.lower()),
            ("arxiv", self.arxiv and re.sub(r"v\d+$", "", self.arxiv)),
            ("pmid", self.pmid),
        ]
        content = f"{normalised(self.title)}\n{normalised(self.abstract)}"
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        return (*(f"{scheme}:{value}" for scheme, value in named if value), f"text:{digest}")

    @property
    def id(self) -> str:
        """The key that names this paper in every output: its strongest one."""
        return self.keys[0]
