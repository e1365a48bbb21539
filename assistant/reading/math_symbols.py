r"""Symbols of LaTeX's mathematics as characters: `\alpha` is α, `\pm` is ±."""

from __future__ import annotations

import re
import unicodedata

_GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma
    tau upsilon phi chi psi omega""".split()  # noqa: SIM905
_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()  # noqa: SIM905


def _letter(kind: str, name: str) -> str:
    return unicodedata.lookup(f"GREEK {kind} LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")


_SYMBOLS = (
    {name: _letter("SMALL", name) for name in _GREEK}
    | {name: _letter("CAPITAL", name) for name in _CAPITALS}
    | {
        "varepsilon": "ε", "vartheta": "ϑ", "varphi": "φ", "varrho": "ϱ", "varsigma": "ς",
        "sim": "∼", "simeq": "≃", "approx": "≈", "cong": "≅", "equiv": "≡", "propto": "∝",
        "pm": "±", "mp": "∓", "times": "×", "div": "÷", "cdot": "·", "ast": "∗", "star": "⋆",
        "circ": "∘", "bullet": "•", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠",
        "ne": "≠", "ll": "≪", "gg": "≫", "lesssim": "≲", "gtrsim": "≳", "leqslant": "⩽",
        "geqslant": "⩾", "lt": "<", "gt": ">", "in": "∈", "notin": "∉", "subset": "⊂",
        "subseteq": "⊆", "cup": "∪", "cap": "∩", "emptyset": "∅", "infty": "∞", "partial": "∂",
        "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "rightarrow": "→", "to": "→",
        "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "Leftarrow": "⇐",
        "uparrow": "↑", "downarrow": "↓", "mapsto": "↦", "hbar": "ℏ", "ell": "ℓ", "Re": "ℜ",
        "Im": "ℑ", "aleph": "ℵ", "forall": "∀", "exists": "∃", "neg": "¬", "wedge": "∧",
        "vee": "∨", "oplus": "⊕", "otimes": "⊗", "perp": "⊥", "parallel": "∥", "angle": "∠",
        "prime": "′", "dagger": "†", "ddagger": "‡", "ldots": "…", "cdots": "⋯", "dots": "…",
        "odot": "⊙", "sun": "☉", "degree": "°", "langle": "⟨", "rangle": "⟩",
        "quad": " ", "qquad": " ",
    }
)  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]{2,20})(?![A-Za-z])\s?")
_ENSURED = re.compile(r"\\ensuremath\s?\{")
_LONGEST = 1_500
# In a text that has more of them, none is searched for its end.
_MOST_UNCLOSED = 20


def with_symbols(formula: str) -> str:
    """`formula` with the commands that stand for one character as that character."""
    return _COMMAND.sub(lambda found: _SYMBOLS.get(found[1], found[0]), formula)


def without_ensuremath(text: str) -> str:
    r"""`text` with the content of each `\ensuremath{...}` in its place, its symbols as characters.

    Of one within another the outer one counts.
    """
    parts: list[str] = []
    done = unclosed = 0
    while unclosed < _MOST_UNCLOSED and (found := _ENSURED.search(text, done)):
        depth, end = 1, found.end()
        limit = min(len(text), end + _LONGEST)
        while depth and end < limit:
            depth += (text[end] == "{") - (text[end] == "}")
            end += 1
        if depth:
            unclosed += 1
            parts.append(text[done : found.end()])
            done = found.end()
        else:
            parts += (text[done : found.start()], with_symbols(text[found.end() : end - 1]))
            done = end
    return "".join(parts) + text[done:] if done else text
