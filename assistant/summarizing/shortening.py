"""Shortens sentences of an abstract by rules, without changing their meaning.

The rules remove announcements ("In this paper, ..."), text in brackets and, from long sentences,
trailing clauses. They add no word except "we" for "this paper". Restrictive clauses ("only if",
"unless", "for") stay: without them, the sentence would claim more than the abstract.
"""

from __future__ import annotations

import re

from assistant.text.shortening import BRACKETS, KINDS_OF_PAPERS, with_full_stop, without_opening

MOST_WORDS = 25
_MIN_WORDS = 7

# "This paper proposes" becomes "We propose".
_PAPER_AS_SUBJECT = re.compile(
    rf"^(?:this|the present|the current|our) (?:{KINDS_OF_PAPERS})"
    r" (?P<adverb>(?:also|first|further|\w+ly) )?(?P<verb>[a-z]+s)\b",
    re.IGNORECASE,
)
_NOT_AUTHORS_VERBS = frozenset(
    {"is", "was", "has", "does", "consists", "contains", "thus", "builds", "relies"}
)
_CLAUSE = re.compile(
    r"""(?:,|\s[-–—]+)\s(?:
          which|where|whereby|thereby|thus|hence|leading\ to|resulting\ in|achieving|allowing
        | enabling|making|yielding|showing|demonstrating|outperforming|providing|reaching
        | and\ (?:we|it|they|our|its|their|show|shows|demonstrate|demonstrates|find|prove|then
               |also|can|is|are|thus|thereby|achieve|achieves|outperform|outperforms)
        | as\ well\ as|different\ from|unlike
        | including|such\ as|e\.g\.|i\.e\.|inspired\ by|motivated\ by
        )\b
      | ;\s | :\s | \s[–—]\s""",
    re.VERBOSE | re.IGNORECASE,
)

_CONTRIBUTION = re.compile(rf"\b(?:we|our|us|here|this (?:{KINDS_OF_PAPERS}))\b", re.IGNORECASE)


def without_announcement(sentence: str) -> str:
    """`sentence` without an announcement: "In this paper, we propose" becomes "We propose"."""
    bare = without_opening(sentence)
    found = _PAPER_AS_SUBJECT.match(bare)
    if found and found["verb"].lower() not in _NOT_AUTHORS_VERBS:
        adverb = (found["adverb"] or "").lower()
        bare = f"We {adverb}{_base(found['verb'].lower())}{bare[found.end() :]}"
    return bare


def shorten(sentence: str, most_words: int = MOST_WORDS) -> str:
    """`sentence` without announcement and brackets, and without trailing clauses if it is long.

    Sentences are cut only between clauses, so the result may have more than `most_words`.
    """
    short = without_announcement(BRACKETS.sub("", sentence))
    if len(short.split()) <= most_words:
        return with_full_stop(short)
    ends = [match.start() for match in _CLAUSE.finditer(short)]
    fitting = [end for end in ends if _MIN_WORDS <= len(short[:end].split()) <= most_words]
    # The longest version that fits, else the shortest one.
    end = (
        max(fitting)
        if fitting
        else min((e for e in ends if len(short[:e].split()) > most_words), default=len(short))
    )
    return with_full_stop(short[:end])


def states_contribution(sentence: str) -> bool:
    """Whether the authors say in `sentence` what they did: `we`, `this study`."""
    return bool(_CONTRIBUTION.search(sentence))


def _base(verb: str) -> str:
    """The base form of a verb in the third person: `studies` -> `study`."""
    if verb == "focuses":
        return "focus"
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return verb[:-2]
    return verb[:-1]
