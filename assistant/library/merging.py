"""One paper out of two descriptions of it: what is missing is filled, the richer field wins."""

from __future__ import annotations

from assistant.paper import Paper, normalised

_CUT_MARKS = ("...", "…", "[…]", "[...]")
# An abstract this many times longer is the whole one, whatever the words.
_CLEARLY_LONGER = 2.0


def merged(known: Paper, other: Paper) -> Paper:
    """Return `known` with what `other` knows better; equal to `known` if that is nothing.

    Identifiers, link and source stay when there are any. Title and abstract change only where the
    known text is evidently a cut or much shorter version, for that costs the vectors and TL;DRs
    made from it. Of authors the longer list stays, tags are united, and of dates the more precise
    one stays.
    """
    filled = {
        name: getattr(known, name) or getattr(other, name)
        for name in ("arxiv", "doi", "pmid", "url", "source")
    }
    return known.model_copy(
        update=filled
        | {
            "title": other.title if _is_cut(known.title, other.title) else known.title,
            "abstract": _richer_abstract(known.abstract, other.abstract),
            "authors": max(known.authors, other.authors, key=len),
            "published": _more_precise(known.published, other.published),
            "tags": tuple(dict.fromkeys((*known.tags, *other.tags))),
        }
    )


def _richer_abstract(known: str, other: str) -> str:
    if len(other) > _CLEARLY_LONGER * len(known) or _is_cut(known, other):
        return other
    return known


def _is_cut(known: str, other: str) -> bool:
    """Whether `known` is the beginning of `other`, or ends in an ellipsis and is shorter."""
    if len(other) <= len(known):
        return False
    known_words, other_words = normalised(known), normalised(other)
    if known.rstrip().endswith(_CUT_MARKS):
        return not other.rstrip().endswith(_CUT_MARKS) or other_words.startswith(known_words)
    return len(other_words) > len(known_words) and other_words.startswith(known_words)


def _more_precise(known: str | None, other: str | None) -> str | None:
    if known is None or (other is not None and other.startswith(known)):
        return other
    return known
