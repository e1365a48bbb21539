"""Citations in running text: removed together with what only introduces them."""

from __future__ import annotations

import re

# A name of an author: `Smith`, `de la Cruz`, `O'Brien-Lee`, `WHO`.
_NAME = r"(?:(?:van|von|de|der|den|la|le|di|da|al|el|ten|ter)\s){0,3}[A-Z][\w'’.-]{0,40}"
_AUTHORS = (
    rf"{_NAME}(?:(?:,\s|,?\s(?:and|&)\s|\s){_NAME}){{0,4}}"
    r"(?:,?\s(?:et\sal\.?|and\s(?:others|colleagues)|&\sothers))?"
)
_YEAR = r"(?:(?:1[89]|20)\d\d[a-z]?|n\.d\.|in\spress|forthcoming)"
_PLACE = r"(?:[,:]\s?(?:pp?\.|ch\.|chap\.|sec\.|§|fig\.|table)?\s?[\d–-]{1,12})?"
_CITED = rf"{_AUTHORS},?\s{_YEAR}(?:,\s{_YEAR}){{0,5}}{_PLACE}"
_LEAD = r"(?:(?:see(?:\salso)?|e\.\s?g\.|cf\.|for\sexample|reviewed\sin|as\sin|in),?\s){0,2}"
_AUTHOR_YEARS = rf"{_LEAD}{_CITED}(?:;\s?{_LEAD}(?:{_CITED}|{_YEAR})){{0,15}}"
_NUMBERS = (
    r"\[[1-9]\d{0,3}[a-z]?(?:\s?[,;–—-]\s?\d{1,4}[a-z]?){0,40}(?:,?\s?pp?\.\s?[\d–-]{1,12})?\]"
)
_RAISED = r"[⁰¹²³⁴-⁹]+(?:[,–⁻][⁰¹²³⁴-⁹]+){0,10}"
_CITATION = re.compile(
    rf"""\s?(?:
        # `CI [12, 34]` is an interval.
        (?<!CI\s)(?<!CI:\s)(?<!CI,\s)(?<!interval\s)
        (?:,?\s?(?:as\s(?:shown|reported|described|discussed|found)\s(?:in|by)|see|cf\.)\s)?
        (?:{_NUMBERS}(?:\s?[,–-]?\s?{_NUMBERS}){{0,10}}
          | \[[^\[\]\n@]{{0,100}}@[^\[\]\n]{{1,300}}\]  # Pandoc
          | ~?\\[a-z]{{0,5}}cite[a-zA-Z]{{0,10}}\*?
              (?:\[[^\[\]\n]{{0,100}}\]){{0,2}}\{{[^{{}}\n]{{1,300}}\}})
      | \[\^[^\]\n]{{1,60}}\]
      | \({_AUTHOR_YEARS}\) | \[{_AUTHOR_YEARS}\]
      | <sup>[\d\s,;–-]{{1,40}}</sup> | \^[\d,–-]{{1,20}}\^
      | (?<=[a-z]{{4}}){_RAISED}(?=[\s.,;:)]|$)
      | (?<=[.,;:]){_RAISED}(?=\s|$)
    )""",
    re.VERBOSE,
)
_MONTH = re.compile(
    r"[(\[](?:in\s)?(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|Spring|Summer|Autumn|Fall|Winter)\b"
)
_SAYS = (
    r"(?:(?:have|has|had|also|recently|first|later|already)\s){0,2}"
    r"(?:show(?:s|ed|n)?|finds?|found|report(?:s|ed)?|demonstrate[sd]?|observe[sd]?|argue[sd]?"
    r"|conclude[sd]?|state[sd]?|note[sd]?|suggest(?:s|ed)?|claim(?:s|ed)?|prove[sdn]?"
    r"|confirm(?:s|ed)?|reveal(?:s|ed)?)\sthat\s"
)
# What would be left without its citation: `According to [3], cats sleep.`
_INTRODUCED = re.compile(
    rf"(?:^|(?<=[.!?]\s))(?:(?:According\sto|As\s(?:shown|reported|described|found)\s(?:in|by)|In)\s"
    rf"{_NUMBERS},\s+|(?:The\sauthors\sof\s)?{_NUMBERS}\s{_SAYS})(\w)"
)
# Who said it, which no abstract repeats.
_WHO = rf"(?:{_AUTHORS}\s?\({_YEAR}{_PLACE}\)|@[\w:.-]{{1,80}}|{_NAME}\set\sal\.)"
_ATTRIBUTION = re.compile(rf"^(?:{_WHO},?\s{_SAYS}|(?:According\sto|As\s\w+\sby)\s{_WHO},?\s)")


def without_citations(text: str) -> str:
    """`text`, one paragraph, without `[12]`, `[@key]`, `(Smith, 2020)` and their like."""
    text = _INTRODUCED.sub(lambda match: match[1].upper(), text)
    return _CITATION.sub(lambda match: match[0] if _MONTH.search(match[0]) else "", text)


def without_attribution(sentence: str) -> str:
    """`sentence` without who said it: `Cats sleep` of `Lee et al. (2020) show that cats sleep`."""
    match = _ATTRIBUTION.match(sentence)
    if match is None:
        return sentence
    rest = sentence[match.end() :]
    return rest[:1].upper() + rest[1:]
