"""LaTeX commands for mathematics that abstracts use, and their characters.

The kinds of TeX determine the space around a symbol: ordinary, operator, binary, relation, opening
or closing bracket, punctuation.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["ordinary", "operator", "binary", "relation", "opening", "closing", "punctuation"]


def _table(text: str) -> dict[str, str]:
    """`name character name character …` as a dictionary."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# Browsers slant lower case, like all variables; upper case stays upright, as in TeX.
GREEK = _table(
    """alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι
    kappa κ varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ
    varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω"""
)
UPRIGHT = _table(
    """Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    infty ∞ partial ∂ nabla ∇ emptyset ∅ varnothing ∅ hbar ℏ hslash ℏ ell ℓ Re ℜ Im ℑ aleph ℵ
    forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ angle ∠ prime ′ square □ Box □ degree °
    blacksquare ■ triangle △ dagger † ddagger ‡ S § P ¶ imath ı jmath ȷ wp ℘ complement ∁ mho ℧
    clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ sharp ♯ flat ♭ natural ♮ checkmark ✓
    R ℝ N ℕ Z ℤ Q ℚ C ℂ Reals ℝ Real ℝ odot ⊙ lozenge ◊ AA Å"""
)
_BINARY = _table(
    """pm ± mp ∓ times × div ÷ cdot ⋅ ast ∗ star ⋆ circ ∘ bullet ∙ cap ∩ cup ∪ sqcap ⊓ sqcup ⊔
    vee ∨ lor ∨ wedge ∧ land ∧ setminus ∖ smallsetminus ∖ wr ≀ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘
    diamond ⋄ uplus ⊎ amalg ⨿ ltimes ⋉ rtimes ⋊ boxplus ⊞ boxtimes ⊠ bigtriangleup △ dotplus ∔"""
)
_RELATION = _table(
    """le ≤ leq ≤ leqslant ⩽ ge ≥ geq ≥ geqslant ⩾ ll ≪ gg ≫ ne ≠ neq ≠ equiv ≡ sim ∼ simeq ≃
    approx ≈ cong ≅ propto ∝ prec ≺ succ ≻ preceq ⪯ succeq ⪰ lesssim ≲ gtrsim ≳ lessapprox ⪅
    gtrapprox ⪆ in ∈ ni ∋ notin ∉ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋
    nsubseteq ⊈ sqsubseteq ⊑ sqsupseteq ⊒ mid ∣ nmid ∤ parallel ∥ perp ⟂ asymp ≍ doteq ≐ triangleq ≜
    coloneqq ≔ vdash ⊢ dashv ⊣ models ⊨ vDash ⊨ to → rightarrow → leftarrow ← gets ← mapsto ↦
    longrightarrow ⟶ longleftarrow ⟵ longmapsto ⟼ Rightarrow ⇒ Leftarrow ⇐ implies ⟹ impliedby ⟸
    Longrightarrow ⟹ leftrightarrow ↔ Leftrightarrow ⇔ iff ⟺ Longleftrightarrow ⟺ uparrow ↑
    downarrow ↓ updownarrow ↕ nearrow ↗ searrow ↘ hookrightarrow ↪ hookleftarrow ↩ rightsquigarrow ⇝
    leadsto ⇝ rightleftharpoons ⇌ rightharpoonup ⇀ twoheadrightarrow ↠ trianglelefteq ⊴ lhd ⊲
    colon : between ≬ bowtie ⋈ smile ⌣ frown ⌢ rightleftarrows ⇄ therefore ∴ because ∵ ncong ≇"""
)
_PUNCTUATION = _table("ldots … dots … dotsc … cdots ⋯ dotsb ⋯ vdots ⋮ ddots ⋱")
OPENING = _table("langle ⟨ lbrace { lfloor ⌊ lceil ⌈ lvert | lVert ‖ lbrack [ { {")
CLOSING = _table("rangle ⟩ rbrace } rfloor ⌋ rceil ⌉ rvert | rVert ‖ rbrack ] } }")
BARS = _table("| ‖ Vert ‖ vert |")
# Operators with limits above and below, if there is room.
LARGE = _table(
    """sum ∑ prod ∏ coprod ∐ bigcap ⋂ bigcup ⋃ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂
    bigsqcup ⨆ biguplus ⨄"""
)
INTEGRALS = _table("int ∫ iint ∬ iiint ∭ oint ∮")
# Function names; those with limits are in `LIMITS`.
FUNCTIONS = frozenset(
    """log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan arg deg dim
    hom ker""".split()  # noqa: SIM905
)
LIMITS = frozenset("lim limsup liminf max min sup inf det gcd Pr argmax argmin".split())  # noqa: SIM905
ACCENTS = _table(
    """hat ^ widehat ^ bar ¯ overline ‾ tilde ~ widetilde ~ vec → overrightarrow → dot ˙ ddot ¨
    check ˇ breve ˘ acute ´ grave ` mathring ˚"""
)
# Widths in hundredths of an em.
SPACES = {
    ",": 17, ":": 22, ">": 22, ";": 28, "!": -17, " ": 25, "quad": 100, "qquad": 200,
    "thinspace": 17, "medspace": 22, "thickspace": 28, "enspace": 50, "negthinspace": -17,
}  # fmt: skip
# Heights in hundredths of an em; `\bigl` and `\bigr` are as high as `\big`.
HEIGHTS = {"big": 120, "Big": 180, "bigg": 240, "Bigg": 300}
# Commands that only change the size of a formula or the place of its limits.
IGNORED = frozenset(
    "displaystyle textstyle scriptstyle limits nolimits nonumber notag relax".split()  # noqa: SIM905
)

_FIRST_LETTERS = {  # of capitals, small letters and digits
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "script": (0x1D49C, 0x1D4B6, None),
    "fraktur": (0x1D504, 0x1D51E, None),
    "double": (0x1D538, 0x1D552, 0x1D7D8),
    "sans": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "mono": (0x1D670, 0x1D68A, 0x1D7F6),
}
# Letters that Unicode encoded before the rest of their alphabets.
_OLDER = {
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "double": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}
ALPHABETS = {
    "mathbf": "bold", "bf": "bold", "boldsymbol": "bold", "bm": "bold", "mathbfit": "bold",
    "mathcal": "script", "cal": "script", "mathscr": "script", "mathfrak": "fraktur",
    "frak": "fraktur", "mathbb": "double", "Bbb": "double", "mathds": "double",
    "mathbbm": "double", "mathsf": "sans", "sf": "sans", "mathtt": "mono", "tt": "mono",
    "mathrm": "upright", "rm": "upright", "mathup": "upright", "operatorname": "upright",
    "mathit": "", "it": "", "mathnormal": "", "ensuremath": "",
}  # fmt: skip
# These apply to the end of their group; the others take an argument.
SWITCHES = frozenset(("bf", "cal", "frak", "sf", "tt", "rm", "it"))
TEXTS = frozenset(
    "text textrm textit textbf textsf texttt textsc textnormal mbox hbox textup emph".split()  # noqa: SIM905
)

_KINDS: tuple[tuple[dict[str, str], Kind], ...] = (
    (_BINARY, "binary"),
    (_RELATION, "relation"),
    (_PUNCTUATION, "punctuation"),
    (OPENING, "opening"),
    (CLOSING, "closing"),
)
OPERATORS: dict[str, tuple[str, Kind]] = {
    name: (character, kind) for table, kind in _KINDS for name, character in table.items()
}
CHARACTERS: dict[str, Kind] = {
    character: kind
    for table, kind in _KINDS[:2]
    for character in table.values()
    if not character.isascii()
} | {
    "+": "binary", "-": "binary", "−": "binary", "*": "binary", "·": "binary",
    "=": "relation", "<": "relation", ">": "relation", ":": "relation",
    "(": "opening", "[": "opening", ")": "closing", "]": "closing", "⟨": "opening",
    "⟩": "closing", "⌊": "opening", "⌋": "closing", "⌈": "opening", "⌉": "closing",
    ",": "punctuation", ";": "punctuation", "…": "punctuation", "⋯": "punctuation",
}  # fmt: skip


def in_alphabet(text: str, alphabet: str) -> str:
    """`text` with its Latin letters and digits in a mathematical alphabet."""
    first = _FIRST_LETTERS.get(alphabet)
    if first is None:
        return text
    return "".join(_letter(one, first, _OLDER.get(alphabet, {})) for one in text)


def _letter(letter: str, first: tuple[int, int, int | None], older: dict[str, str]) -> str:
    capitals, small, digits = first
    if letter in older:
        return older[letter]
    if "A" <= letter <= "Z":
        return chr(capitals + ord(letter) - ord("A"))
    if "a" <= letter <= "z":
        return chr(small + ord(letter) - ord("a"))
    if digits is not None and "0" <= letter <= "9":
        return chr(digits + ord(letter) - ord("0"))
    return letter
