"""Claims with a negation more or less, and replies with `Yes` for `No`."""

from __future__ import annotations

import random
import re

from assistant.answering.replies import with_both_replies, without_reply
from training.reading.perturbations.source import NEGATION, Source, is_negated

_AUXILIARY = re.compile(r"\b(is|are|was|were|could|will|would|should|does|do|did|can)\b(?= \w)")
_PERFECT = re.compile(r"\b(has|have|had) (?=been\b|\w+ed\b)")
_BEFORE_PARTIAL = re.compile(
    r"\b(?:some|several|certain|many|half|part|partly|sometimes|often|other|others|another|who|which"
    r"|that|where|when|if|whose|because|while|although|as|since|than|once|after|before|until|how"
    r"|what|between|the more|whereas|though|and|but|unless)\b",
    re.IGNORECASE,
)
_AFTER_PARTIAL = re.compile(
    r" (?:only|just|merely|solely|simply|rather|mainly|mostly|partly|largely|often|usually"
    r"|generally|both|either|sometimes|then|also|thus|therefore|still|however|about|approximately"
    r"|nearly|almost|limited|insufficient|difficult|hard|un\w+|in\w+ed|poorly|little|few|under|incomplete)\b",
    re.IGNORECASE,
)
_VERBS = """
    reduce increase improve require use affect allow enable provide predict inhibit promote
    outperform achieve depend include play prevent contain support induce regulate activate
    suppress mediate produce represent exceed yield reveal involve ensure explain generate apply
    identify combine learn lower raise influence modulate exhibit encode offer extend capture
    facilitate protect enhance impair contribute receive follow consist belong rely bind occur
    lead need avoid remain decrease cause maintain serve treat eliminate preserve develop
    introduce propose present describe employ create perform rank measure compare help
""".split()  # noqa: SIM905
_NOUNS = frozenset(
    """
    use play support yield influence offer capture cause need lead increase decrease lower raise
    rank measure treat present help contain
    """.split()  # noqa: SIM905
)
_DETERMINER = r"(?= (?:the|a|an|its|their|both|all|each|no|\d|on|to|from|in|of|with)\b)"
_PARTICIPLE_BEFORE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had|and|or|the|a|an|of|by|in|with|for|to|not|also"
    r"|that|which|who|when|than|as|\w+ly|\w+ed|its|their|on|from|such|more|less|most|can|could|may"
    r"|might|will|would|should|but|if|did|does|do|both|all)$",
    re.IGNORECASE,
)
_IRREGULAR = {"had": "have", "led": "lead", "found": "find", "showed": "show", "took": "take"}
_PAST = {verb: verb + ("d" if verb.endswith("e") else "ed") for verb in _VERBS} | {
    "differ": "differed", "change": "changed", "alter": "altered", "correlate": "correlated",
    "show": "showed", "have": "had", "lead": "led", "find": "found", "apply": "applied",
    "identify": "identified", "occur": "occurred", "rely": "relied", "bind": "bound",
    "improve": "improved", "depend": "depended", "vary": "varied", "explain": "explained",
    "result": "resulted", "interact": "interacted", "detect": "detected", "recover": "recovered",
    "respond": "responded", "appear": "appeared", "seem": "seemed", "benefit": "benefited",
    "express": "expressed", "confirm": "confirmed", "modify": "modified",
}  # fmt: skip


def _third_person(verb: str) -> str:
    if verb == "have":
        return "has"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s")


def negated(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with a negation inserted, or without the one that it has."""
    if re.search(r"\b(?:not only|nor|neither|whether|unless|never)\b", claim):
        return []
    body = without_reply(claim)
    lead = claim[: len(claim) - len(body)]
    changed = _without_negation(body) if is_negated(body) else _with_negation(body)
    if lead and changed and chooser.random() < 0.5:
        lead = "No, " if lead == "Yes, " else "Yes, "
    return [lead + one for one in changed]


# Half of them does, half does not; and `not just` is no negation.
_BEFORE_NOT = re.compile(
    r"\b(?:half|50%|some|several|many|certain|not (?:just|merely|yet))\b", re.IGNORECASE
)


def _without_negation(body: str) -> list[str]:
    if len(NEGATION.findall(body)) != 1 or _BEFORE_NOT.search(body):
        return []
    found = []
    if match := re.search(
        r"\b(is|are|was|were|could|will|would|should|has|have|had) not (?=\w)(?!only|yet)", body
    ):
        found.append(body[: match.start()] + match[1] + " " + body[match.end() :])
    if match := re.search(r"\bcannot ", body):
        found.append(body[: match.start()] + "can " + body[match.end() :])
    if match := re.search(r"\b(did|does|do) not ((?:significantly |appear to )?)(\w+)", body):
        verb = match[3]
        past = _PAST.get(verb)
        if past and "appear" not in match[2]:
            form = {"did": past, "does": _third_person(verb), "do": verb}[match[1]]
            found.append(body[: match.start()] + match[2] + form + body[match.end() :])
    if match := re.search(
        r"\b[Nn]o (significant |statistically significant |clear )?(difference|association"
        r"|correlation|effect|relationship|benefit|improvement|increase|reduction|change"
        r"|interaction|evidence|impact|link)(s?)\b",
        body,
    ):
        article = "" if match[3] or match[2] == "evidence" else "a "
        kind = match[1] or ("clear " if not match[3] else "")
        word = f"{article}{kind}{match[2]}{match[3]}"
        word = word.capitalize() if match[0][0] == "N" else word
        found.append(body[: match.start()] + word + body[match.end() :])
    return found


def _with_negation(body: str) -> list[str]:
    for match in _AUXILIARY.finditer(body):
        before, after = body[: match.start()], body[match.end() :]
        if _BEFORE_PARTIAL.search(before) or _AFTER_PARTIAL.match(after):
            break
        word = match[1] + ("not" if match[1] == "can" else " not")
        return [before + word + after]
    for match in _PERFECT.finditer(body):
        before, after = body[: match.start()], body[match.end() :]
        if _BEFORE_PARTIAL.search(before) or _AFTER_PARTIAL.match(f" {after}"):
            break
        return [f"{before}{match[1]} not {after}"]
    for verb in _VERBS:
        for form, auxiliary in ((_third_person(verb), "does"), (_PAST[verb], "did")):
            # Some third persons are also nouns, so those need a determiner after them.
            behind = _DETERMINER if verb in _NOUNS or auxiliary == "did" else r"(?= \w)"
            found = re.search(rf"(?<=\w ){form}\b{behind}", body)
            if not found:
                continue
            before = body[: found.start()].rstrip()
            partial = _BEFORE_PARTIAL.search(before) or "," in before
            if (
                partial
                or _PARTICIPLE_BEFORE.search(before)
                or (
                    re.match(r" (?:by|in|to|for|with|of|on) ", body[found.end() :])
                    and auxiliary == "did"
                )
            ):
                continue
            return [f"{before} {auxiliary} not {verb}{body[found.end() :]}"]
    for past, verb in _IRREGULAR.items():
        found = re.search(rf"(?<=\w ){past}(?= (?:the|a|an|that|to)\b)", body)
        if found:
            before = body[: found.start()].rstrip()
            if not _BEFORE_PARTIAL.search(before) and not _PARTICIPLE_BEFORE.search(before):
                return [f"{before} did not {verb}{body[found.end() :]}"]
    return []


def flipped(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with `Yes` for `No`, which is wrong as the judge sees the question."""
    return list(with_both_replies(claim)[1:])
