"""A sentence of an abstract -> a shorter line that says the same, by rule.

No word is added but the "we" that stands for "this paper". What is left out is what announces
("In this paper, ..."), what stands in brackets, and, where the sentence is too long, what a clause
at its end adds. A clause that restricts ("only if", "unless", "for") stays: without it the line
would claim more than the abstract.
"""

from __future__ import annotations

import re

MOST_WORDS = 25
_FEWEST_WORDS = 7

_KINDS = "paper|work|article|study|letter|report|thesis|survey|review|manuscript"
_ANNOUNCEMENT = re.compile(
    rf"^(?:(?:here|thus|hence|therefore|moreover|furthermore|additionally|finally|specifically"
    r"|concretely|accordingly|consequently|overall|first|second|lastly|also|in particular|in short"
    r"|in summary|in addition|to this end|to that end|as a result|in response|motivated by this"
    rf"|in (?:this|the present|our) (?:{_KINDS})|in (?:this|the) section),?"
    r" )+(?=\w)",
    re.IGNORECASE,
)
# "This paper proposes" and its like; the verb of the paper becomes that of its authors.
_OF_THE_PAPER = re.compile(
    rf"^(?:this|the present|the current|our) (?:{_KINDS})"
    r" (?P<adverb>(?:also|first|further|\w+ly) )?(?P<verb>[a-z]+s)\b",
    re.IGNORECASE,
)
_NOT_OF_AUTHORS = frozenset(
    {"is", "was", "has", "does", "consists", "contains", "thus", "builds", "relies"}
)
_BRACKETS = re.compile(r" ?\((?:[^()]*)\)| ?\[(?:[^\[\]]*)\]")
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

_POINTER = re.compile(
    r"\b(?:"
    r"such\b(?! (?:as|an?)\b)|these|those|the (?:above|former|latter|two|three|resulting|same)"
    r"|both (?:of )?(?:paradigms|approaches|methods|worlds|tasks|settings)"
    r"|(?:this|that) (?:issue|problem|challenge|end|gap|limitation|need|question|goal|setting"
    r"|phenomenon|task|approach|method|model|algorithm|framework|technique|network|architecture"
    r"|result|insight|idea|property|bound|data|dataset|information|process|observation)"
    r")\b|^(?:it|they|its|their)\b",
    re.IGNORECASE,
)

_OWN = re.compile(rf"\b(?:we|our|us|here|this (?:{_KINDS}))\b", re.IGNORECASE)


def plain_beginning(line: str) -> str:
    """`line` without what only announces: "In this paper, we propose" begins with "We propose"."""
    bare = _ANNOUNCEMENT.sub("", line)
    found = _OF_THE_PAPER.match(bare)
    if found and found["verb"].lower() not in _NOT_OF_AUTHORS:
        adverb = (found["adverb"] or "").lower()
        bare = f"We {adverb}{_base(found['verb'].lower())}{bare[found.end() :]}"
    return bare[:1].upper() + bare[1:] if bare != line else line


def shortened(sentence: str, most_words: int = MOST_WORDS) -> str:
    """`sentence` as a line: plain beginning, no brackets, and no more clauses than fit.

    A sentence that has no clause to lose stays longer than `most_words`: nothing is cut off.
    """
    line = plain_beginning(_BRACKETS.sub("", sentence))
    if len(line.split()) <= most_words:
        return _ended(line)
    ends = [match.start() for match in _CLAUSE.finditer(line)]
    fitting = [end for end in ends if _FEWEST_WORDS <= len(line[:end].split()) <= most_words]
    # The longest that fits; if none does, the shortest that is shorter.
    end = (
        max(fitting)
        if fitting
        else min((e for e in ends if len(line[:e].split()) > most_words), default=len(line))
    )
    return _ended(line[:end])


def points_elsewhere(line: str) -> bool:
    """Whether `line` speaks of what an earlier sentence has named: `such benchmarks`, `they`."""
    return bool(_POINTER.search(line))


def speaks_of_own(sentence: str) -> bool:
    """Whether the authors say in `sentence` what they did themselves: `we`, `this study`."""
    return bool(_OWN.search(sentence))


def _ended(line: str) -> str:
    bare = line.rstrip(" ,;:–—-")
    return bare if bare.endswith((".", "!", "?", "。", "！", "？", "।", "؟")) else f"{bare}."


def _base(verb: str) -> str:
    """The plain form of a verb in the third person: `studies` -> `study`."""
    if verb == "focuses":
        return "focus"
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return verb[:-2]
    return verb[:-1]
