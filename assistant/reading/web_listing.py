"""Listing metadata: the lines of a web listing that are about a paper but not part of it.

Dates, counts and labels are recognised as atoms anywhere in a line. A line is metadata when nothing
but atoms and signs is in it, so `· 7 authors · Published on Mar 14, 2025` needs no rule of its
own, while `Compressing Pre-trained Models of Code into 3 MB` keeps words that no atom covers.
"""

from __future__ import annotations

import re
import unicodedata

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATES = (
    rf"{_MONTH}\s+{_DAY}(?:,?\s+\d{{4}})?",
    rf"{_DAY}\s+{_MONTH}(?:,?\s+\d{{4}})?",
    rf"{_MONTH}\s+\d{{4}}",
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}",
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?(?=[,.]|\s+\d|\s+[a-z]{3,9}\.?\s+\d)",
    r"(?:about\s+|over\s+)?(?:\d+|an?)\s+(?:minute|hour|day|week|month|year)s?\s+ago",
)
_COUNTS = (
    r"\d+(?:[.,]\d+)*\s?[km]?",
    r"(?:no\s+)?(?:up)?votes?",
    r"(?:no\s+)?(?:author|comment|like|star|repl(?:y|ie)|view|download|citation|fork)s?",
)
_LABELS = (
    r"(?:paper\s+)?(?:published|submitted|updated|posted|uploaded|released)(?:\s+(?:on|at))?",
    r"\d+\s+min(?:ute)?s?\s+read",
    r"(?:view|read)\s+(?:on|at)\s+(?:arxiv|github|hugging\s?face)",
    r"(?:view\s+)?(?:arxiv|pdf|project|paper|github|hugging\s?face|demo)\s+(?:page|link|paper)",
    r"(?:view\s+)?(?:pdf|html)",
    r"(?:github|arxiv|hugging\s?face|code|project|demo|abstract|summary|authors?)",
    r"ai-generated\s+(?:summary|abstract)",
    r"paper\s+of\s+the\s+(?:day|week|month)",
    r"(?:trending|daily|weekly|monthly|latest|top|hot|new)(?:\s+papers)?",
    r"(?:papers|models|datasets|spaces|collections|community|docs|enterprise|pricing|posts)",
    r"(?:log|sign)\s?(?:in|up)",
    r"subscribe|follow|share|save|bookmark|cite|previous|next|today|yesterday|show\s+more|load\s+more",
    r"(?:read|see|view)\s+(?:more|all|paper|abstract)",
    r"sort\s+by|search(?:\s+papers)?|filter|menu|tos|privacy|about|careers|jobs|website|theme|company",
    r"https?://\S+|www\.\S+",
    r"arxiv:\S+|(?:cs|math|stat|eess|econ|physics|q-bio|q-fin|astro-ph|cond-mat)\.[a-z-]+",
)
_ATOM = re.compile(rf"(?<!\w)(?:{'|'.join((*_DATES, *_LABELS, *_COUNTS))})(?!\w)")

# Labels with words of the site's users or makers after them.
_SENTENCES = re.compile(
    r"(?:submitted|posted|shared|uploaded)\s+by\b.*"
    r"|authors?\s?:.*"
    r"|by\s?ak\s+and\s+the\s+research\s+community"
    r"|get\s+(?:trending|daily)\s+papers\b.*"
)
_NAME_FOLLOWS = re.compile(r"(?:submitted|posted|shared|uploaded)\s+by\s*:?|authors?\s*:")
_USER_NAME = re.compile(r"@\S+|[a-z][\w.-]*|\S*[_/]\S*")
_NUMBER = re.compile(r"\d{1,4}")

_BETWEEN_NAMES = re.compile(r",|;| and | & |·|\|")
_PERSON = re.compile(r"\s*[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){1,4}[\s\d*†‡]*")
_LONGEST_LIST = 4_000

# Longer lines are never metadata; this also bounds the work for one.
_LONGEST = 160


def is_metadata(line: str) -> bool:
    """Tell whether a line has nothing but dates, counts, labels and signs of a listing in it."""
    if len(line) > _LONGEST:
        return False
    folded = unicodedata.normalize("NFKC", line).casefold().strip()
    if _SENTENCES.fullmatch(folded):
        return True
    return not any(character.isalnum() for character in _ATOM.sub(" ", folded))


def announces_name(line: str) -> bool:
    """Tell whether the next line is somebody's name, as after `Submitted by` alone."""
    return _NAME_FOLLOWS.fullmatch(line.casefold().strip()) is not None


def is_user_name(line: str) -> bool:
    """Tell whether a line is one word that looks like an account: `akhaliq`, `some_one`, `@ak`."""
    return _USER_NAME.fullmatch(line) is not None


def is_number(line: str) -> bool:
    """Tell whether a line is a bare number: a count, or a title such as `1984`."""
    return _NUMBER.fullmatch(line) is not None


def is_list_of_names(line: str) -> bool:
    """Tell whether a line is several names of people, `Ada Lovelace, A. M. Turing`."""
    names = [name for name in _BETWEEN_NAMES.split(line[:_LONGEST_LIST]) if name.strip()]
    return len(names) > 1 and all(map(_PERSON.fullmatch, names))
