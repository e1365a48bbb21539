"""A true claim -> claims that its evidence does not support: one small change each.

Every function returns the claims that one kind of change makes, none where the result might still
be true or would be hard to read: a wrong label is worse than a missing example.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from assistant.answering.claim_check import with_both_replies, without_reply
from assistant.text.names import names
from assistant.text.numbers import Number, number_spans, numbers


@dataclass(frozen=True)
class Source:
    """What a claim is about: its evidence, and the abstract with the title."""

    evidence: str
    title: str
    abstract: str


_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|without|cannot|fail\w*|lack\w*|unable|nothing|hardly|rarely"
    r"|seldom|unchanged|unaffected|similar\w*|same|equal\w*|comparable|identical\w*|regardless"
    r"|independent\w*|irrespective|rather|instead|un(?:related|likely)|whether|only)\b|n['’]t\b",
    re.IGNORECASE,
)


def _negated(text: str) -> bool:
    return bool(_NEGATION.search(without_reply(text)))


# --- Numbers -------------------------------------------------------------------------------------

# A number after these is a bound, and other numbers may keep to it, too.
_BOUND = re.compile(
    r"(?:[<>≤≥~≈±+=]|\b(?:than|over|under|least|most|above|below|up to|within|exceed\w*|nearly"
    r"|almost|about|around|approximately|roughly|p|version|table|figure|fig\.?|equation|beyond|until|by))"
    r"\s*$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SPELLED = """
    two three four five six seven eight nine ten eleven twelve
""".split()  # noqa: SIM905


def changed_numbers(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with one number that the evidence states changed to one that it does not."""
    claim = unicodedata.normalize("NFKC", claim)
    stated = numbers(source.evidence)
    values = {number.value for number in numbers(f"{source.title} {source.evidence} {claim}")}
    elsewhere = [
        (match[0], number)
        for start, end, number in number_spans(source.abstract)
        if number.value not in values
        and (match := _DIGITS.match(unicodedata.normalize("NFKC", source.abstract)[start:end]))
    ]
    found = []
    for start, end, number in number_spans(claim):
        before, written, after = claim[:start], claim[start:end], claim[end:]
        if not any(number.stated_by(other) for other in stated) or _BOUND.search(before):
            continue
        if re.search(r"[\w.\-–−/:^(]$", before) and not re.search(r"\($", before):
            continue
        # `25(OH)D`, `3' end`, `2A` are names.
        if re.match(
            r"[\-–/:^;]\s?\d|[(\w'′’\[]|\s?[±=×]|\s?\(?\d+% ?CI|-[A-Z]|\s?or more|\s?or less", after
        ):
            continue
        if written.lower().split()[0] in _SPELLED:
            word = written.split()[0]
            other = chooser.choice([one for one in _SPELLED[:9] if one != word.lower()])
            if str(_SPELLED.index(other) + 2) not in values:
                other = other.capitalize() if word[0].isupper() else other
                found.append(before + other + written[len(word) :] + after)
            continue
        digits = _DIGITS.match(written)
        if not digits or number.value == "0":
            continue
        choices = [
            text
            for text, other in elsewhere
            if other.unit == number.unit
            and ("." in text) == ("." in digits[0])
            and _is_year(text) == _is_year(digits[0])
            and Decimal(1) / 8 < abs(Decimal(other.value)) / abs(Decimal(number.value)) < Decimal(8)
        ]
        if not choices or chooser.random() < 0.4:
            choices = [_other_digits(digits[0], number, chooser)]
        new = chooser.choice(choices)
        if new and _plain(new) not in values and _plain(new) != _plain(digits[0]):
            found.append(before + new + written[digits.end() :] + after)
    return found


def _plain(digits: str) -> str:
    return format(Decimal(digits.replace(",", "")).normalize(), "f")


def _is_year(digits: str) -> bool:
    return bool(re.fullmatch(r"(?:18|19|20)\d\d", digits))


def _other_digits(digits: str, number: Number, chooser: random.Random) -> str:
    """A plausible number in place of `digits`: another digit, two exchanged, or a factor."""
    if _is_year(digits):
        return str(int(digits) + chooser.choice((-7, -5, -4, -3, -2, 2, 3)))
    places = [n for n, one in enumerate(digits) if one.isdigit()]
    place = chooser.choice(places[: max(1, min(2, len(places)))])
    lowest = 1 if place == 0 else 0
    other = chooser.choice([one for one in range(lowest, 10) if abs(one - int(digits[place])) > 1])
    made = digits[:place] + str(other) + digits[place + 1 :]
    if digits.startswith("0.") and place == 0:
        made = digits[:2] + str(chooser.choice([n for n in range(1, 10) if str(n) != digits[2]]))
        made += digits[3:]
    if number.unit == "%" and Decimal(made.replace(",", "")) > 100:
        return ""
    if Decimal(made.replace(",", "")) <= 1 and "." not in made:
        return ""  # `1 patients`
    return made


# --- Units ---------------------------------------------------------------------------------------

_UNITS = {
    "day": ("week", "hour", "month"), "week": ("day", "month"), "month": ("week", "year", "day"),
    "year": ("month", "week"), "hour": ("minute", "day"), "minute": ("second", "hour"),
    "second": ("minute", "millisecond"), "millisecond": ("second",), "ms": ("s",),
    "h": ("min",), "min": ("h",), "mg": ("g", "µg"), "kg": ("g",), "g": ("kg", "mg"),
    "μg": ("mg", "g"), "µg": ("mg", "g"), "ng": ("µg", "mg"), "mm": ("cm", "m"),
    "cm": ("mm", "m"), "km": ("m",), "nm": ("µm", "mm"), "μm": ("nm", "mm"),
    "µm": ("nm", "mm"), "ml": ("l",), "mL": ("L",), "GB": ("MB", "TB"), "MB": ("GB", "KB"),
    "kHz": ("MHz", "Hz"), "Hz": ("kHz",), "MHz": ("GHz", "kHz"), "mM": ("µM", "nM"),
    "μM": ("mM", "nM"), "µM": ("mM", "nM"), "nM": ("µM", "mM"), "million": ("billion", "thousand"),
    "billion": ("million",), "thousand": ("million",), "%": (" per thousand", "-fold"),
    "fold": ("%",), "percentage point": ("percent",), "kDa": ("Da", "MDa"), "Gy": ("mGy",),
    "mmHg": ("cmHg",), "degree": ("radian",), "kcal": ("cal",), "inch": ("feet",),
}  # fmt: skip
_UNIT = re.compile(
    r"(?P<number>\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|one|a|an))"
    r"(?P<gap>[\s-]?)(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")"
    r"(?P<plural>s?)(?![\w°])"
)


def changed_units(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with the unit of one number exchanged."""
    if _negated(claim):
        return []
    evidence = source.evidence.lower()
    found = []
    for match in _UNIT.finditer(claim):
        # `at least 3 weeks` follows from `at least 3 years`.
        number = re.search(r"[\d.,–-]*$", claim[: match.end("number")])
        if number and _BOUND.search(claim[: number.start()]):
            continue
        if match["unit"] == "%" and chooser.random() < 0.6:
            continue
        if match["unit"] != "fold" and match["unit"].lower() not in evidence:
            continue
        if match["number"] in {"a", "an"} and match["unit"] in {"second", "minute"}:
            continue  # `a second trial`
        new = chooser.choice(_UNITS[match["unit"]])
        gap = match["gap"]
        if new[0] in " -%":
            gap = ""
        elif match["unit"] == "%" or gap == "":
            gap = match["gap"] if match["unit"] != "fold" else " "
        before, after = claim[: match.start("gap")], claim[match.end() :]
        if match["unit"] == "%" and re.match(r"\s?\(?\)?\s?(?:CI|confidence)|-", after):
            continue
        if match["unit"] == "%" and new == "-fold" and not re.search(r"\bby \d[\d.]*$", before):
            new = " per thousand"
        if match["number"] in {"a", "an"}:
            new_article = "an" if new[0] in "aeh" and new.startswith(("hour",)) else "a"
            before = before[: match.start("number")] + new_article
        found.append(f"{before}{gap}{new}{match['plural']}{after}")
    return found


# --- Directions ----------------------------------------------------------------------------------

_OPPOSITES = """
increase decrease|increases decreases|increased decreased|increasing decreasing|higher lower
larger smaller|greater smaller|faster slower|better worse|improves worsens|improved worsened
improving worsening|improvement deterioration|improvements deteriorations|improve worsen
reduces increases|reduced increased|reducing increasing|reduction increase|reductions increases
reduce increase|declines rises|declined rose|decline rise|rise fall|rises falls|rose fell
longer shorter|stronger weaker|above below|before after|positively negatively|positive negative
upregulated downregulated|up-regulated down-regulated|upregulates downregulates
upregulation downregulation|promotes inhibits|promoted inhibited|promote inhibit
promoting inhibiting|inhibits stimulates|inhibited stimulated|inhibit stimulate
inhibiting stimulating|inhibition stimulation|suppresses activates|suppressed activated
suppress activate|suppressing activating|activates suppresses|activated suppressed
activate suppress|activating suppressing|enhances impairs|enhanced impaired|enhance impair
enhancing impairing|impairs enhances|impaired enhanced|impair enhance|impairing enhancing
prevents causes|prevented caused|prevent cause|preventing causing|lowest highest|best worst
largest smallest|fewer more|earlier later|raises lowers|raised lowered|raise lower
raising lowering|lowers raises|lowered raised|lowering raising|majority minority
presence absence|effective ineffective|safe unsafe|feasible infeasible|strongly weakly
strong weak|high low|early late|rapidly slowly|rapid slow|rare common|elevated reduced
decreases increases|decreased increased|decreasing increasing|decrease increase|worse better
worsens improves|worsened improved|lower higher|smaller larger|slower faster|shorter longer
weaker stronger|below above|after before|negatively positively|negative positive
downregulated upregulated|inhibitory stimulatory|highest lowest|more less|less more
accelerates slows|accelerated slowed|accelerate slow|delays accelerates|delayed accelerated
outperforms underperforms|outperformed underperformed|outperform underperform|expensive cheap
cheaper costlier|simpler harder|easier harder|low high|late early|common rare|weak strong
large small|small large|underestimates overestimates|overestimates underestimates|first last
long short|short long|protects harms|facilitates hinders|facilitated hindered|facilitate hinder
attenuates aggravates|attenuated aggravated|attenuate aggravate|strengthens weakens
strengthened weakened|sensitive insensitive|stable unstable|accurate inaccurate
accurately inaccurately|efficient inefficient|efficiently inefficiently|useful useless
successfully unsuccessfully|minimal maximal|minimize maximize|minimizes maximizes
maximize minimize|maximizes minimizes|gain loss|loss gain|supports contradicts
supported contradicted|beneficial harmful|favorable unfavorable|upstream downstream
downstream upstream|cheap expensive|difficult easy|easy difficult|slowly rapidly|slow rapid
superior inferior|inferior superior|necessary unnecessary|sufficient insufficient
insufficient sufficient|retains loses|retained lost|deeper shallower|reliable unreliable
appropriate inappropriate|likely unlikely|succeeded failed|succeeds fails|grows shrinks
grew shrank|shrinks grows|scarce abundant|abundant scarce|dense sparse|sparse dense
inside outside|outside inside|well poorly|poorly well|poor good|good poor|older younger
younger older|benefits suffers|maximum minimum|minimum maximum|wide narrow
high-frequency low-frequency|acute chronic|chronic acute|unsupervised supervised|proximal distal
distal proximal|upper lower|thicker thinner|thinner thicker|heavier lighter|colder warmer
""".replace("\n", "|").strip("|")
_OPPOSITE = dict(pair.split() for pair in _OPPOSITES.split("|"))
# As part of these, a word has no opposite.
_FIXED = re.compile(
    r"\b(?:lower (?:limb|extremit|lip|back|urinary|respiratory|tract|leg|bound|airway|infund|calyx"
    r"|pole|third|jaw|eyelid|uterine|esoph|genital|gastro|abdom|oesoph)\w*"
    r"|upper (?:bound|tract)|greater (?:trochanter|omentum|sac|curvature)|more or less"
    r"|once more|what is more|long[ -]term|short[ -]term|no longer|as long as|well[ -]known"
    r"|as well|well as|at first|first (?:time|author|order|principle|name|report|step)"
    r"|the first|for first|state of the art|better understand\w*|best known|early stop\w*"
    r"|late phase|high school|high[ -]resolution|common(?:ly)? (?:ground|sense|cold)"
    r"|large[ -]scale|small[ -]scale|small molecule|large language|short[ -]hairpin"
    r"|small interfering|long short|long non|small intestin\w*|large intestin\w*"
    r"|activated (?:charcoal|protein c|partial)|impaired glucose|likely due|good clinical"
    r"|safe[ -]guard|deep(?:er)? learning|more than one|one or more|two or more|or more"
    r"|or less|after all|before and after|after and before"
    r"|high(?:er)?[- ](?:order|dimension\w*|level|performance)"
    r"|low[- ](?:rank|level|dimension\w*)|early (?:childhood|life|stage)"
    r"|positive(?:ly)? definite|long[- ](?:tail|range)|gram[- ](?:positive|negative)"
    r"|true positive|false (?:positive|negative)|supported by|support vector|look after"
    r"|named after|day after|and after|and before|short and"
    r"|as (?:early|late|high|low|large|small) as|so[- ]called|far more|well[- ]\w+"
    r"|sparse \w+ coding|positive(?:ly)? (?:lymph|node|cells|patients|strain)|more importantly"
    r"|gain of|loss function|loss of function|upper and|and lower|higher education"
    r"|first[- ]\w+|common \w+ (?:factor|fixed)|small cell|large cell"
    r"|acute \w+ (?:leuk|syndrome)|chronic (?:fatigue|obstructive)|acute phase"
    r"|effective (?:dose|sample|number|temperature)|common and|rise to|short of|long chain"
    r"|slow[- ]wave|at (?:best|worst|last)|large numbers|how \w+|increase(?:d|s)? in size)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![\w-])[A-Za-z]+(?:-[a-z]+)?(?![\w-])")


def reversed_directions(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with one word of direction replaced by its opposite."""
    if _negated(claim):
        return []
    evidence = source.evidence.lower()
    words = {match[0].lower() for match in _WORD.finditer(claim)}
    fixed = [match.span() for match in _FIXED.finditer(claim)]
    found = []
    for match in _WORD.finditer(claim):
        word = match[0]
        opposite = _OPPOSITE.get(word.lower())
        if not opposite or opposite in words:
            continue
        if any(start <= match.start() < end for start, end in fixed):
            continue
        before, after = claim[: match.start()], claim[match.end() :]
        if word[0].isupper() and match.start() and without_reply(claim) != claim[match.start() :]:
            continue  # part of a name
        if (
            opposite == "less"
            and re.match(r" (?:\w+ )?\w+s\b(?!\w)", after)
            and not re.match(r" \w+(?:ly|ous|less|ess)\b", after)
        ):
            opposite = "fewer"  # `more patients`
        if word.lower() == "less" and re.search(r"\bno $", before):
            continue
        # An opinion about the future or of others is true whatever the direction.
        if re.search(r"\b(?:if|could|hypothes\w+|possible|aim\w*)\b", before.lower()):
            continue
        if word.lower() in {"lower", "slow"}:
            verb = re.search(
                r"\b(?:to|can|will|would|may|might|did|does|do|and|help|helps) $", before
            )
            if verb and not re.match(r" (?:than|in|for|risk|rates?|levels?)\b", after):
                opposite = "raise" if word.lower() == "lower" else "accelerate"
        if word.lower() in {"increase", "decrease", "reduction", "rise", "decline"} and re.search(
            r"\bby $", before
        ):
            continue
        if word[0].isupper():
            opposite = opposite.capitalize()
        vowel = opposite[0].lower() in "aeiou" and not opposite.startswith("use")
        before = re.sub(r"\b([Aa])n? $", r"\1n " if vowel else r"\1 ", before)
        changed = before + opposite + after
        # The evidence may say both, of different things: certain only if it has the word as well.
        if opposite.lower() in evidence and word.lower() not in evidence:
            continue
        found.append(changed)
    return found


# --- Negation ------------------------------------------------------------------------------------

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
    changed = _without_negation(body) if _negated(body) else _with_negation(body)
    if lead and changed and chooser.random() < 0.5:
        lead = "No, " if lead == "Yes, " else "Yes, "
    return [lead + one for one in changed]


# Half of them does, half does not; and `not just` is no negation.
_BEFORE_NOT = re.compile(
    r"\b(?:half|50%|some|several|many|certain|not (?:just|merely|yet))\b", re.IGNORECASE
)


def _without_negation(body: str) -> list[str]:
    if len(_NEGATION.findall(body)) != 1 or _BEFORE_NOT.search(body):
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


# --- Exchanged parts -----------------------------------------------------------------------------

_DIRECTED = re.compile(
    r"\b(?:\w+er|more|less|fewer|better|worse|increas\w+|decreas\w+|reduc\w+|improv\w+|rais\w+"
    r"|outperform\w*|exceed\w*|superior|inferior|highest|lowest) ",
)
_PREPOSITION = "in|for|with|among|by|at|on|after|under|during|via|through|before|from|without"
_SIDE = rf"(?!(?:{_PREPOSITION}|of|to|expected|predicted|those|that|previous\w*|usual|the other)\b)"
_PART = (
    rf"{_SIDE}[\w%'’/+-]+(?: (?!(?:{_PREPOSITION}|and|or|but|than|was|were|is|are|had)\b)"
    r"[\w%'’/+-]+){0,5}"
)
_SWAPS = (
    # `in A than in B`, `in A compared with B`, `with A versus B`
    re.compile(
        rf"\b(?P<p>{_PREPOSITION}) (?P<a>{_PART}) (?P<m>than (?:(?:those|that) )?(?P=p)"
        rf"|compared (?:with|to)|(?:as )?compared (?:with|to) (?:those )?(?P=p)|versus|vs\.?)"
        rf" (?P<b>{_PART})(?=[.,;(]|$)"
    ),
    # `A was higher than B`
    re.compile(
        rf"^(?:(?:Yes|No), )?(?P<a>{_PART}) (?P<m>(?:was|were|is|are|had|has|have|shows?|showed"
        rf"|performs?|performed|outperforms?|outperformed|exceeds?|exceeded|precedes?|preceded"
        rf"|surpass(?:es|ed)?|binds|requires|activates|phosphorylates|causes|induces|inhibits"
        rf"|regulates|encodes|replaces)"
        rf"(?:(?: (?!(?:{_PREPOSITION}|of|to|or|and)\b)[\w-]+){{1,5}} than)?)"
        rf" (?P<b>{_PART})(?=\.?$)"
    ),
    # `rose from 12% to 15%`
    re.compile(
        r"\b(?:increas|decreas|reduc|improv|rose|fell|drop|rais|lower|declin|grew|climb|cut|went|convert"
        r"|transform|translat|switch|transfer)\w*\b[^.;]*? (?P<p>from) (?P<a>\w[\w.%-]*) (?P<m>to)"
        r" (?P<b>\w(?:[\w.%-]*[\w%])?)(?=[ .,;]|$)"
    ),
)
_COPULA = re.compile(r"^(?:was|were|is|are|had|has|have|shows?|showed|performs?|performed)$")


def swapped(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with the two sides of a comparison, or two numbers, exchanged."""
    found = []
    if not _negated(claim):
        for number, pattern in enumerate(_SWAPS):
            match = pattern.search(claim)
            if not match or (number == 0 and not _DIRECTED.search(claim)):
                continue
            if number == 1 and "than" not in match["m"] and (_COPULA.match(match["m"].split()[0])):
                continue
            a, b = match["a"], match["b"]
            if re.search(r"ly$|^(?:it|they|this|these)$| as$", a, re.IGNORECASE) or re.search(
                r"\b(?:ever|did|does|do|other|before|others|one|if|when|would)$", b
            ):
                continue
            if a.lower() == b.lower() or (b.split()[0].isdigit() and number < 2):
                continue
            if number == 1:
                # The first word of a claim has a capital, which a name keeps anywhere.
                if a.split()[0] not in source.evidence:
                    a = a[0].lower() + a[1:]
                if match.start("a") == 0:
                    b = b[0].upper() + b[1:]
            start, end = match.span("a")
            found.append(
                claim[:start] + b + claim[end : match.start("b")] + a + claim[match.end("b") :]
            )
    return found + _swapped_numbers(claim)


def _swapped_numbers(claim: str) -> list[str]:
    """Two numbers of one unit exchanged: `7.1% of A and 10.9% of B`."""
    claim = unicodedata.normalize("NFKC", claim)
    if re.search(
        r"\b(?:between|range\w*|from|or|by|each)\b|[-–]\d|\bp ?[<=>]", claim, re.IGNORECASE
    ):
        return []
    spans = [
        (start, end, number)
        for start, end, number in number_spans(claim)
        if _DIGITS.match(claim[start:end]) and not _is_year(claim[start:end])
    ]
    if len(spans) != 2:
        return []
    (start, end, one), (other_start, other_end, other) = spans
    between = claim[end:other_start]
    respectively = "respectively" in claim
    if one.unit != other.unit or one.value == other.value or (not one.unit and not respectively):
        return []
    if not respectively and len(between.split()) < 3:
        return []
    if re.match(r"-\w", claim[end:]) or re.match(r"-\w", claim[other_end:]):
        return []
    if re.search(r"[<>~≤≥(]\s*$|\bthan $", claim[:start]) or "of which" in between:
        return []
    return [
        claim[:start]
        + claim[other_start:other_end]
        + between
        + claim[start:end]
        + claim[other_end:]
    ]


# --- Names ---------------------------------------------------------------------------------------

_UNNAMED = frozenset(
    """
    I We Our It This The These Those However Results Conclusions Methods Background Although And
    Both RESULTS METHODS CONCLUSIONS CONCLUSION BACKGROUND OBJECTIVE OBJECTIVES AIM AIMS DESIGN
    SETTING PARTICIPANTS CI OR HR RR SD IQR US USA UK II III IV DNA RNA mRNA vs In For Here
    """.split()  # noqa: SIM905
)


def exchanged_names(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim with a name replaced by another of the abstract that the evidence lacks."""
    context = f"{source.title} {source.evidence} {claim}".lower()
    others = [
        name
        for name in names(source.abstract)
        if name.lower().rstrip("s") not in context and _single(name, source.abstract)
    ]
    found = []
    for name in names(without_reply(claim)):
        if name not in source.evidence or not _single(name, claim) or claim.count(name) > 2:
            continue
        choices = [one for one in others if _alike(one, name)]
        if choices:
            new = chooser.choice(choices)
            # Names have no backslash, which the replacement would interpret.
            changed = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", new, claim)
            if changed != claim:
                found.append(changed)
    return found


def _single(name: str, text: str) -> bool:
    """Whether `name` is a whole name in `text`: not a part of a longer one, not a number's unit."""
    if name in _UNNAMED or len(name) < 2:
        return False
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        before, after = text[: match.start()], text[match.end() :]
        if re.search(r"(?:[\w)][-–/]|\b[A-Z][\w-]* |\d\s?|\()$", before):
            return False
        if re.match(r"[-–/+]|\s\(?[A-Z0-9]|\)", after):
            return False
    return True


def _alike(one: str, other: str) -> bool:
    """Whether two names look like the same kind of thing, and not like the same thing."""
    a, b = one.lower(), other.lower()
    if (
        not one[0].isalpha()
        or "_" in one + other
        or a in b
        or b in a
        or a[:4] == b[:4]
        or (one[-1:] == "s" and other[-1:] != "s")
    ):
        return False

    def shape(name: str) -> tuple[bool, ...]:
        letters = re.sub(r"[\W\d]", "", name)
        return (name.istitle(), letters.isupper(), "-" in name, bool(re.search(r"\d", name)))

    return shape(one) == shape(other) and abs(len(one) - len(other)) < 8


# --- Strength and scope --------------------------------------------------------------------------

_STRONGER: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?:may|might|could) (?=be\b)(?!be due)", ("will certainly ", "will always ")),
    (r"(?:may|might) (?=[a-z]+ )(?!not|be |have |also|only)", ("will always ", "will certainly ")),
    (r"suggests? that\b", ("prove that", "proves beyond doubt that")),
    (r"suggested that\b", ("proved that", "proved beyond doubt that")),
    (r"suggesting\b", ("proving",)),
    (r"suggesting that\b", ("proving that",)),
    (
        r"(?<=(?:is|re|as|en) )((?:significantly|independently|strongly|also) )?"
        r"(?:associated|correlated) with\b",
        ("caused by", "entirely explained by"),
    ),
    (r"some (?=[a-z]+s\b)", ("all ",)),
    (r"many (?=[a-z]+)", ("all ",)),
    (r"most (?=(?:of the )?[a-z]+s\b)(?!of all)", ("all ",)),
    (r"(?:often|usually|typically|generally|sometimes|frequently) ", ("always ",)),
    (r"(?:partly|partially) ", ("completely ",)),
    (r"(?:mainly|mostly|primarily|predominantly|largely) ", ("exclusively ",)),
    (r"(?:nearly|almost) all\b", ("all",)),
    (r"rarely ", ("never ",)),
    (r"likely to (?=be\b|[a-z]+)", ("certain to ",)),
    (r"(?:probably|likely|possibly|potentially|presumably) ", ("certainly ",)),
    (r"(?:about|approximately|around|roughly|nearly|almost) (?=\d)", ("exactly ",)),
    (r"is thought to\b", ("is proven to",)),
    (r"are thought to\b", ("are proven to",)),
    (r"appears? to (?=be\b)", ("has been proven to ",)),
    (r"the majority of\b", ("all",)),
)
_QUANTITY = re.compile(r"\b(?:some|many|most|several|majority|number of)\b|%", re.IGNORECASE)
_HEDGES = re.compile(
    r"\b(?:may|might|could|suggest\w*|associat\w*|correlat\w*|some|many|most\w*|often|usual\w*"
    r"|typical\w*|general\w*|sometimes|frequent\w*|part\w*|main\w*|primar\w*|predominant\w*|large\w*"
    r"|nearly|almost|rare\w*|likely|probab\w*|possib\w*|potential\w*|presum\w*|about|approximately"
    r"|around|roughly|thought|appear\w*|majority|seem\w*|can|propos\w*|hypothes\w*|believed|several"
    r"|suspect\w*|~|tend\w*|common\w*|risk|predict\w*|indicat\w*|≈|linked|relat\w*)\b",
    re.IGNORECASE,
)


def strengthened(claim: str, source: Source, chooser: random.Random) -> list[str]:
    """The claim without one of its hedges, if the evidence hedges too."""
    if _negated(claim) or not _HEDGES.search(source.evidence):
        return []
    found = []
    for pattern, replacements in _STRONGER:
        match = re.search(rf"(?<![\w-]){pattern}", claim)
        if not match:
            continue
        if re.search(r"\b(?:the|more|less|most|how|an?|as|very) $", claim[: match.start()]) and (
            "majority" not in pattern
        ):
            continue
        if re.match(r"some|many|most|the maj", match[0]) and not _QUANTITY.search(source.evidence):
            continue
        if match[0] == "generally " and re.match("accepted|known", claim[match.end() :]):
            continue
        new = chooser.choice(replacements)
        if match[0].startswith("suggest ") and new.startswith("proves"):
            new = "prove that"
        if match[0].startswith("suggests"):
            new = "proves that"
        if match[0].startswith("appear "):
            new = "have been proven to "
        found.append(claim[: match.start()] + new + claim[match.end() :])
    return found


# --- All -----------------------------------------------------------------------------------------

Change = Callable[[str, Source, random.Random], list[str]]
_FEWER_NEGATIONS = 0.3
# How often a kind is chosen where several are possible: rare ones come first.
CHANGES: dict[str, tuple[Change, float]] = {
    "number": (changed_numbers, 1.0),
    "unit": (changed_units, 2.0),
    "direction": (reversed_directions, 1.0),
    "negation": (negated, 0.5),
    "flip": (flipped, 3.0),
    "swap": (swapped, 4.0),
    "name": (exchanged_names, 1.0),
    "strength": (strengthened, 2.0),
}


def perturbations(claim: str, source: Source, chooser: random.Random) -> Iterator[tuple[str, str]]:
    """Kind and text of false variants of the true `claim`, one of each kind, in random order."""
    made = {kind: change(claim, source, chooser) for kind, (change, _) in CHANGES.items()}
    possible = [kind for kind, texts in made.items() if texts]
    # Nearly every claim can be negated; too many of them, and `not` alone would mean no.
    if possible == ["negation"] and chooser.random() < _FEWER_NEGATIONS:
        return
    # Exponential waiting times sort by weight.
    possible.sort(key=lambda kind: chooser.expovariate(CHANGES[kind][1]))
    for kind in possible:
        yield kind, chooser.choice(made[kind])
