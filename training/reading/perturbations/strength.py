"""Claims that are stronger or wider than their evidence."""

from __future__ import annotations

import random
import re

from training.reading.perturbations.source import Source, is_negated

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
    if is_negated(claim) or not _HEDGES.search(source.evidence):
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
