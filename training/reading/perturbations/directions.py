"""Claims with the opposite direction: `higher` for `lower`."""

from __future__ import annotations

import random
import re

from assistant.answering.replies import without_reply
from training.reading.perturbations.source import Source, is_negated

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
    if is_negated(claim):
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
