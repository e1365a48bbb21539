"""Words that turn a statement round when one stands in for the other: `increase`, `decrease`."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import permutations

from assistant.text.words import stem

# Groups `one side | other side`: every word of a side is an opposite of every word of the others.
# Words are looked up by their stems, so one form of each is enough unless its stems differ.
_GROUPS = """
    increase increased increasing rise raise grow growth gain elevate elevated elevation boost
        up upregulate upregulation upregulated augment amplify expand exacerbate
        | decrease decreased reduce reduction reduced decline drop fall loss lower down
        downregulate downregulation downregulated shrink diminish attenuate attenuated cut
        ameliorate
    increase elevated greater more | less fewer
    decrease reduced | higher greater more
    high higher highest | low lower lowest poor little
    large larger largest big great huge major | small smaller smallest tiny minor little
    more most | less least fewer fewest
    many | few
    hundred | thousand | million | billion | trillion
    greater | smaller
    majority | minority
    maximum maximal maximize maximise most | minimum minimal minimize minimise least
    fast faster quick quickly rapid rapidly accelerate acceleration speedup speed | slow slower
        slowly slowdown decelerate gradual
    improve improvement improved enhance enhancement enhanced benefit beneficial strengthen better
        | degrade degradation worsen worse impair impairment impaired harm harmful hurt weaken
        deteriorate deterioration decrease reduce lower undermine
    good better best superior | bad worse worst inferior poor
    outperform surpass exceed beat win | underperform trail lose
    strong stronger strongly strength | weak weaker weakly weakness
    long longer longest prolong lengthen extend | short shorter shortest shorten
    easy easier simple simpler | hard harder difficult complex complicated challenging
    efficient effective useful | inefficient ineffective useless
    positive positively | negative negatively
    promote stimulate induce activate activation facilitate encourage enable cause trigger allow
        | inhibit inhibition suppress suppression repress repression prevent block hinder impede
        discourage disable deactivate inactivate inactivation silence
    protect protective | harm harmful damage damaging
    accept accepted | reject rejected
    agonist | antagonist
    early earlier earliest | late later latest delayed
    similar same identical alike equal | different differ distinct dissimilar unequal
    above over upper | below under lower
    before prior preceding | after following subsequent
    first initial begin beginning start | last final end ending stop
    with | without
    always | never rarely seldom sometimes
    often frequently usually | rarely seldom never
    all every both | none no neither
    supervised | unsupervised
    dense | sparse
    local locally | global globally
    linear linearly | nonlinear
    common frequent prevalent abundant | rare infrequent uncommon scarce
    possible able capable | impossible unable incapable
    robust robustness stable stability | fragile brittle unstable instability vulnerable
    cheap cheaper inexpensive | expensive costly
    presence present | absence absent
    wide wider broad broader | narrow narrower
    deep deeper | shallow
    heavy heavier | light lighter lightweight
    success succeed successful successfully | fail failure unsuccessful
    survive survival live alive | die death dead mortality
    healthy | sick ill diseased
    sensitive sensitivity susceptible | resistant resistance insensitive
    significant significantly | insignificant negligible
    known | unknown
    safe safety | dangerous unsafe risk toxic
    accurate correct right true valid precise | inaccurate incorrect wrong false invalid imprecise
    rich | poor
    internal inner inside within | external outer outside
    open | close closed
    public | private
    static | dynamic
    discrete | continuous
    explicit explicitly | implicit implicitly
    homogeneous | heterogeneous
    symmetric | asymmetric
    shared share common | separate individual
    online | offline
    forward | backward
    left | right
    top | bottom
    front | back
    near nearer close closer | far farther distant
    new novel modern recent | old older traditional ancient
    young younger | old older elderly
    male man men | female woman women
    acute | chronic
    benign | malignant
    adult | child children infant newborn
    mother maternal | father paternal
    parent | offspring
    human people | machine animal
    day | night
    hot warm heat | cold cool
    dry | wet
    hard | soft
    smooth | rough
    clean | noisy
    full fully complete completely whole entire | partial partially incomplete empty
    single one | multiple several many
    sufficient enough adequate | insufficient inadequate
    necessary required essential needed | unnecessary optional dispensable
    consistent | inconsistent contradictory
    agree agreement support confirm consistent | disagree disagreement contradict refute deny
    include including | exclude excluding
    add added addition | remove removed removal subtract
    attach bind associate | detach release dissociate
    gain acquire | lose lost loss
    create build construct produce | destroy delete eliminate
    appear emerge arise | disappear vanish
    attack | defend defense
    sender encoder encode | receiver decoder decode
    input | output
    training train | testing test inference
    teacher | student
    source | target
    buy | sell
    upstream | downstream
    proximal | distal
    anterior | posterior
    dorsal | ventral
    excitatory excite | inhibitory
    oxidation oxidize | reduction reduce
    hypermethylated hypermethylation | hypomethylated hypomethylation
    hyperglycemia | hypoglycemia
    hypertension | hypotension
    aerobic | anaerobic
    prokaryotic | eukaryotic
    dominant | recessive
    innate | acquired adaptive
    primary | secondary
    vertical | horizontal
    parallel | sequential serial
    synchronous | asynchronous
    deterministic | stochastic random
    discriminative | generative
    convex | concave
    lossless | lossy
    legal | illegal
    optimal | suboptimal
    compress compressed | decompress uncompressed
    converge convergence | diverge divergence
    ascend ascending | descend descending
    understand | misunderstand
    cold-start | warm-start
    advantage strength | disadvantage drawback weakness limitation
    favor favour prefer favorable | avoid oppose unfavorable
    relevant | irrelevant
    related | unrelated
    dependent depend | independent
    direct directly | indirect indirectly
    regular | irregular
    normal | abnormal
    familiar | unfamiliar
    expected | unexpected
    likely probable | unlikely improbable
    approximate approximately | exact exactly
    quantitative | qualitative
    theoretical | empirical practical
    maintain preserve retain keep | lose change destroy discard
    inhibitor suppressor | activator inducer
    more-than | less-than
    unaffected unchanged | affected changed
"""

# Before a word these make its opposite: `efficient`, `inefficient`.
_PREFIXES = ("un", "in", "im", "ir", "il", "non", "dis", "mis", "de", "anti", "hypo", "under")
_SHORTEST_REST = 5


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    table: defaultdict[str, set[str]] = defaultdict(set)
    for line in _groups():
        sides = [{stem(word) for word in side.split()} for side in line.split("|")]
        for one, other in permutations(sides, 2):
            for word in one:
                table[word].update(other - one)
    return {word: frozenset(found) for word, found in table.items()}


def _groups() -> list[str]:
    """The groups, each on one line; a group's second line is indented more."""
    lines: list[str] = []
    for line in _GROUPS.strip("\n").splitlines():
        if line.startswith("     "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line.strip())
    return lines


@lru_cache(maxsize=65_536)
def antonyms(stemmed: str) -> frozenset[str]:
    """The stems of the opposites of the word with the stem `stemmed`.

    That are the listed ones, and the word with a prefix that denies it, or without the one it has;
    a prefix denies only in front of five letters or more.
    """
    found = set(_table().get(stemmed, ()))
    if len(stemmed) >= _SHORTEST_REST:
        found.update(prefix + stemmed for prefix in _PREFIXES)
    found.update(
        stemmed.removeprefix(prefix)
        for prefix in _PREFIXES
        if stemmed.startswith(prefix) and len(stemmed) - len(prefix) >= _SHORTEST_REST
    )
    return frozenset(found)
