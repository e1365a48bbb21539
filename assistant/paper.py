"""The Paper record and its identity: what one abstract is, and when two of them are the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assistant.reference import STATUSES

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

# The tag of favorite papers.
STAR = "star"
# What arXiv registers for each of its papers: the same name as the arXiv id behind it.
ARXIV_DOI = "10.48550/arxiv."
_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_WORDS = "".join(chr(i).lower() if chr(i).isalnum() else " " for i in range(128))


def normalised(text: str) -> str:
    """Fold case, accents' encoding, punctuation and white space, so that copies compare equal."""
    if text.isascii():  # many times as fast, which an import feels
        return " ".join(text.translate(_ASCII_WORDS).split())
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


class Paper(BaseModel):
    """One paper as its source describes it.

    `abstract` is empty where the source had none. `published` is an ISO 8601 date of any precision
    (`2024`, `2024-03`, `2024-03-14`). `source` says for people where it was read from: the name of
    a file. `reference` is the rest of its bibliographic record; see `assistant.reference`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    abstract: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    authors: tuple[str, ...] = ()
    published: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")
    arxiv: str | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    reference: dict[str, Any] = Field(default_factory=dict)

    def __hash__(self) -> int:
        """Of the text alone: a reference is an object that has no hash."""
        return hash((self.title, self.abstract, self.doi))

    @property
    def keys(self) -> tuple[str, ...]:
        """Every name of this paper, the strongest first; two papers that share one are the same.

        The last is `text:` and 16 hexadecimal digits of the SHA-256 of the normalised title and
        abstract. Without an abstract a paper has it only if nothing else names it, and then of its
        title, authors and year: one title may be that of many editorials.
        """
        named = []
        if self.doi:
            doi = self.doi.lower()
            named.append(f"doi:{doi}")
            if doi.startswith(ARXIV_DOI):
                named.append(f"arxiv:{without_version(doi.removeprefix(ARXIV_DOI))}")
        if self.arxiv:
            named.append(f"arxiv:{without_version(self.arxiv)}")
        if self.pmid:
            named.append(f"pmid:{self.pmid}")
        if self.abstract:
            named.append(text_key(self.title, self.abstract))
        elif not named:
            named.append(text_key(self.title, *self.authors, self.year))
        return tuple(dict.fromkeys(named))

    @property
    def year(self) -> str:
        """The year in which it was published, four digits; "" if that is not known."""
        return (self.published or "")[:4]

    @property
    def status(self) -> str:
        """One of `reference.STATUSES` if it was retracted or corrected; "" if that is not known."""
        status = self.reference.get("status", "")
        return status if status in STATUSES else ""

    @property
    def shown_title(self) -> str:
        """Its title for readers, with a mark if it was retracted, corrected or is in doubt."""
        return marked_title(self.title, self.status)

    @property
    def id(self) -> str:
        """The key that names this paper in every output: its strongest one."""
        return self.keys[0]


def marked_title(title: str, status: str) -> str:
    """`title` for readers: with the `status` of its paper before it, if there is one."""
    mark = status.upper()
    return f"{mark}: {title}" if mark and mark[:7] not in title.upper() else title


def without_version(arxiv: str) -> str:
    """An arXiv id without the version at its end."""
    return re.sub(r"v\d+$", "", arxiv)


def text_key(*texts: str) -> str:
    """`text:` and 16 hexadecimal digits that name these texts, however they are written."""
    content = "\n".join(map(normalised, texts))
    return f"text:{hashlib.sha256(content.encode()).hexdigest()[:16]}"
