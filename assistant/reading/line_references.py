"""References in JSON lines: ours, which have one as it is stored, and those of data sets."""

from __future__ import annotations

import re
from typing import Any

from assistant.paper import Paper
from assistant.reading import fields, reference_fields
from assistant.reading.arxiv_reference import arxiv_reference
from assistant.reading.field_names import reference_of_fields
from assistant.reading.names import csl_person, is_divided
from assistant.reading.verbatim import verbatim
from assistant.reference import CUSTOM, DATES, NAMES, TEXTS, CslName

# Fields of a Paper, and what is derived from it in our lines.
_OF_PAPER = frozenset(
    """title abstract authors published date arxiv arxiv_id doi pmid url tags keywords categories
    tldr year pubmed_id author""".split()  # noqa: SIM905
)
_KEYS = frozenset({*TEXTS, *NAMES, *DATES, CUSTOM})
_OUR_ID = re.compile(r"doi:10\.\S+|arxiv:\S+|pmid:\d+|text:[0-9a-f]{16}")


def line_reference(record: dict[str, Any]) -> dict[str, Any]:
    """The reference in an object of JSON lines, for `paper_of`."""
    stored = record.get("reference")
    is_ours = isinstance(stored, dict) and stored.keys() <= _KEYS
    rest = {
        key: value
        for key, value in record.items()
        if key not in _OF_PAPER
        and not (key == "id" and _is_known_id(value))
        and not (key == "reference" and (is_ours or not value))
    }
    if "authors_parsed" in rest:
        reference = _of_arxiv(rest)
    else:
        reference = reference_of_fields(rest, "json") if rest else {}
    if not is_ours or not isinstance(stored, dict):
        return reference
    custom = stored.get(CUSTOM)
    both = {**reference.get(CUSTOM, {}), **(custom if isinstance(custom, dict) else {})}
    own = {key: value for key, value in stored.items() if key != "author"}
    return {**reference, **own, **({CUSTOM: both} if both else {})}


def with_authors(paper: Paper, record: dict[str, Any]) -> Paper:
    """`paper` with the names in its reference as its line divides them.

    The line of a merged paper may have other names there than among its authors.
    """
    stored = record.get("reference")
    is_ours = isinstance(stored, dict) and stored.keys() <= _KEYS
    if not is_ours or not isinstance(stored, dict):
        people = _divided(record)
        return reference_fields.with_author(paper, people) if people else paper
    author = reference_fields.cleaned({"author": stored.get("author")}).get("author")
    if not author:
        return paper
    return paper.model_copy(update={"reference": {**paper.reference, "author": author}})


def _divided(record: dict[str, Any]) -> list[CslName]:
    """The authors as arXiv's snapshot and S2ORC divide their names; none of others."""
    parsed = record.get("authors_parsed")
    if isinstance(parsed, list):
        parts = [[*map(str, name[:3]), "", "", ""] for name in parsed if isinstance(name, list)]
        return [
            {"family": family, "given": given.replace(". -", ".-"), "suffix": suffix}
            for family, given, suffix, *_ in parts
        ]
    authors = record.get("authors")
    people = authors if isinstance(authors, list) else []
    is_each = all(isinstance(person, dict) and is_divided(person) for person in people)
    return [csl_person(person) for person in people] if is_each else []


def _is_known_id(value: Any) -> bool:
    """Whether an `id` is read as an identifier of the paper, or made of one."""
    return fields.arxiv(value) is not None or (
        isinstance(value, str) and _OUR_ID.fullmatch(value) is not None
    )


def _of_arxiv(rest: dict[str, Any]) -> dict[str, Any]:
    """The reference in a line of arXiv's snapshot."""
    used = ("authors_parsed", "comments", "license")
    custom = verbatim(rest, used)
    texts = (rest.get(key) for key in ("comments", "journal-ref", "license"))
    reference = arxiv_reference(*(text if isinstance(text, str) else "" for text in texts))
    return reference | ({CUSTOM: {"arxiv": custom}} if custom else {})
