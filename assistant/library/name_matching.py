"""Names and labels in the form in which they are compared: without case and accents."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence

# Letters that Unicode does not take apart into a plain one and its accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_GAPS = re.compile(r"[\s_\-‐‑–]+")
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Fold case, accents, and what separates words: `Machine-Learning` is `machine learning`."""
    if text.isascii():
        return _GAPS.sub(" ", text.lower()).strip()
    text = text.encode(errors="replace").decode()  # a terminal can hand over what is no text
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _GAPS.sub(" ", letters.translate(_PLAIN)).strip()


def name_words(name: str) -> list[str]:
    """The words of a person's name, folded: `O'Brien, Zoë` has `o`, `brien` and `zoe`."""
    return _WORD.findall(folded(name))


def telling_words(words: Sequence[str]) -> list[str]:
    """Those words of a name that are no initials; all of them if there is no other."""
    return [word for word in words if len(word) > 1] or list(words)


def bears_name(names: Iterable[str], wanted: str) -> bool:
    """Whether one of `names` has every word of `wanted`, in any order.

    An initial stands for every word that begins with it, on either side: `G. Hinton` and
    `Hinton, Geoffrey` are taken for one name. One word that is no initial has to be there in full.
    """
    words = name_words(wanted)
    return any(_bears(name_words(name), words) for name in names)


def _bears(name: list[str], wanted: list[str]) -> bool:
    return any(word in name for word in telling_words(wanted)) and all(
        any(_same(word, other) for other in name) for word in wanted
    )


def _same(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    return one == other


# What SQL statements call.


def sql_name_words(name: str) -> str:
    """`name_words` as a JSON array."""
    return json.dumps(name_words(name), ensure_ascii=False)


def sql_bears_name(names: str, wanted: str) -> int:
    """`bears_name` over a JSON array."""
    return int(bears_name(json.loads(names), wanted))
