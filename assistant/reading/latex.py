"""LaTeX in titles, abstracts and names -> plain text; mathematics stays as it was written.

Much text only looks like LaTeX: `C:\\temp`, `{1, 2}`, `$5 and $10`. So what is not known is left,
and unless the text surely is LaTeX (`sure`), so is what could mean something else in prose.

pylatexenc was tried first: it reads 330 abstracts a second, alters prose (`R&D`, `C:\\temp`) and
raises on some input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from assistant.reading.math_symbols import without_ensuremath
from assistant.reading.scripts import SUBSCRIPT, SUPERSCRIPT, script

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "G": "\u030f",
    "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331", "U": "\u030e", "t": "\u0361",
}  # fmt: skip
_SYMBOLS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "ng": "ŋ", "NG": "Ŋ", "dj": "đ", "DJ": "Đ", "textendash": "–", "textemdash": "—",
    "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”",
    "textquotedbl": '"', "textquotesingle": "'", "textdegree": "°", "degree": "°",
    "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "copyright": "©",
    "pounds": "£", "textsterling": "£", "texteuro": "€", "euro": "€", "textyen": "¥",
    "ldots": "…", "dots": "…", "textellipsis": "…", "textless": "<", "textgreater": ">",
    "textbar": "|", "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\",
    "textunderscore": "_", "textmu": "µ", "texttimes": "×", "textpm": "±", "textalpha": "α",
    "textbeta": "β", "textgamma": "γ", "textbullet": "•", "textperiodcentered": "·",
    "textasciigrave": "`", "textdollar": "$", "textonehalf": "½", "textsection": "§",
    "textparagraph": "¶", "textexclamdown": "¡", "textquestiondown": "¿", "guillemotleft": "«",
    "guillemotright": "»", "dag": "†", "ddag": "‡", "slash": "/", "hyphen": "-", "LaTeX": "LaTeX",
    "TeX": "TeX", "BibTeX": "BibTeX", "quad": " ", "qquad": " ", "newline": " ", "par": "\n",
    "newblock": " ", "noindent": " ",
    # Sentinels, so that a brace that is meant is not taken for one that groups.
    "textbraceleft": "\1", "textbraceright": "\2",
}  # fmt: skip
_SURE_SYMBOLS = {
    "S": "§", "P": "¶", "backslash": "\\", "item": "\n", "protect": "", "relax": "",
    "centering": "", "lbrace": "\1", "rbrace": "\2",
}  # fmt: skip
_SPACED = {"ldots", "dots", "LaTeX", "TeX", "BibTeX", "textregistered", "texttrademark"}
# What surrounds the argument when the command is removed.
_FORMATS = dict.fromkeys(
    """emph textbf textit texttt textsc textrm textsf textsl textup textmd textnormal underline mbox
    hbox text uppercase lowercase MakeUppercase MakeLowercase NoCaseChange
    ensuremath url path nolinkurl mkbibemph mkbibbold mkbibitalic textlatin
    bibstring autocap uline textcyr textgreek""".split(),  # noqa: SIM905
    ("", ""),
) | {
    "enquote": ("“", "”"),
    "mkbibquote": ("“", "”"),
    "cite": ("[", "]"),
    "citep": ("[", "]"),
    "citet": ("[", "]"),
    "footnote": (" (", ")"),
    "mkbibparens": ("(", ")"),
}
_SCRIPTS = {"textsuperscript": SUPERSCRIPT, "textsubscript": SUBSCRIPT}
# Mathematics outside of dollars: its braces belong to it.
_MATH = re.compile(
    r"\\(?:math\w*|[td]?frac|sqrt|d?bar|hat|widehat|tilde|widetilde|vec|d?dot|overline|operatorname"
    r"|left|right|over|under\w*|overset|stackrel|binom|rm|bf|cal|it|pmod|boldsymbol|bm)\s*$"
)
_LETTER = r"\\[ij](?![A-Za-z])|[^\W\d_]"
_ACCENT = re.compile(
    rf"\\(?:([`'^~=.\"])[ ]?(?:\{{\s{{0,9}}({_LETTER})\s{{0,9}}\}}|({_LETTER}))"
    rf"|([uvHcdbkrtGU])(?:\s?\{{\s{{0,9}}({_LETTER}|[A-Za-z]{{2}})\s{{0,9}}\}}"
    rf"|[ ]({_LETTER})|(\\[ij])(?![A-Za-z])))"
)
# What APS writes for one letter, once for a formula and once for a text: the second counts.
_CONDITIONAL = re.compile(
    r"\\ifmmode(?![A-Za-z])(?:(?!\\(?:else|fi|ifmmode)(?![A-Za-z])).){0,200}"
    r"(?:\\else(?![A-Za-z])[ \t]{0,9}((?:(?!\\(?:fi|ifmmode)(?![A-Za-z])).){0,200}))?"
    r"\\fi(?![A-Za-z])(?:[ \t]{0,9}\{\}|[ \t])?",
    re.DOTALL,
)
_SYMBOL = re.compile(r"\\([A-Za-z]{1,24})(?:\{\}|(?![A-Za-z])[ \t]?)")
# No invisible character, with which an export keeps braces apart.
_SYMBOL_IN_BRACES = re.compile(
    r"(?<![_^A-Za-z])\{([^\x00-\xa0\xad\u200b-\u200f\u2060-\u206f\ufeff])\}"
)
_FORMAT = re.compile(r"\\([A-Za-z]{3,24})\*?\s{0,9}\{([^{}]*)\}")
_UNKNOWN = re.compile(r"\\([A-Za-z]{2,24})\*?(?=\{)")
# An address with a formula in it is left, so that the formula is not lost.
_HREF = re.compile(r"\\href\s?\{[^{}\0]*\}\s?\{")
_DECLARATION = re.compile(
    r"(?<![_^])\{\s?\\(?:em|it|bf|rm|sc|tt|sl|sf|itshape|bfseries|scshape|ttfamily|upshape)(?![A-Za-z])\s*"
    r"([^{}]*)\}"
)
_ENVIRONMENT = re.compile(
    r"\\(?:begin|end)\{(?:itemize|enumerate|abstract|quote|center|quotation)\}"
)
_ESCAPED = re.compile(r"\\([%&#_${}])")
_BRACES = {"{": "\1", "}": "\2"}
_THIN_SPACE = re.compile(r"(?<=[\w\0.)])\\[,;:](?=[\w\0(])|(?<=\S)\\[ ]|\\\\(?=\s|$)")
_SURE_SPACE = re.compile(r"\\[,;: \n]|\\\\")
_NOTHING = re.compile(r"\\[!/@-]")
# Quotes as programs escape them ("\\"so\\"", "don\\'t"), which look like accents.
_OPENING_QUOTE = re.compile(r"""(?<![^\s(\[])\\(["'])(?=[^\W_])""")
_CLOSING_QUOTE = re.compile(r"""\\(["'])(?:[\s.,;:!?)\]]|$)""")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])\\'(?=(?:s|t|re|ve|ll|d|m)(?!\w))")
_LITERAL_MARK = re.compile(r"\\([\^~])\{\}")
_TIE = re.compile(
    r"https?://[^\s{}]{1,2000}"
    r"|(?:(?<=[^\W\d_]{2})|(?<=[.,:;)\]\d\0]))~(?=[^\W\d_]|[\\{\[\0])"
    r"|(?:(?<=[^\W\d_]{2})|(?<=[.,)]))~(?=[\d(])|(?<=\s)~(?=--?\s)|(?<=\w)~(?=--)"
)
_SURE_TIE = re.compile(r"https?://[^\s{}]{1,2000}|~")
_QUOTED = re.compile(r"``([^`\n]{1,400}?)''")
# Not an option of a program (`--verbose`), nor a ruler.
_DASH = re.compile(r"https?://[^\s{}]{1,2000}|(?<!-)(?:(?<=\S)-{2,3}|-{2,3}(?=\s|$))(?!-)")
# What braces belong to that are no grouping: an index, or a command that is not known.
_TAKES_BRACES = re.compile(r"(?:[_^]|\\[A-Za-z]{1,22}\*?)$")
_BRACE = re.compile(r"[{}]")
_BETWEEN_NUMBERS = re.compile(r"\d\}\{\d")
_PLAIN_BRACES = re.compile(r"[^\W_][^,;=|:\\]*")
_PASSES = 8
_PROTECTED_CHARACTERS = 500
_MATH_CHARACTERS = 1_500
_MATH_BEGINS = re.compile(
    r"(?<!\\)(?:\\\\)*(\$\$?|\\\(|\\\[|\\begin\{((?:equation|align|eqnarray|gather|multline|array|"
    r"[bpv]?matrix|cases|math|displaymath)\*?)\})"
)
_CLOSES = {"$$": "$$", r"\(": r"\)", r"\[": r"\]"}


def without_latex(text: str, sure: bool = False) -> str:
    """`text` with accents, commands, ties, dashes and grouping braces as plain text.

    `sure` means that it is from a LaTeX file, so that every brace groups and every `~` is a space.
    """
    text, formulas = _without_math(
        without_conditionals(text.translate({0: None, 1: None, 2: None}))
    )
    if "\\" in text:
        text = _commands(text, sure)
    if "~" in text:
        tie = _SURE_TIE if sure else _TIE
        text = tie.sub(lambda found: " " if found[0] == "~" else found[0], text)
    if "{" in text or "}" in text:
        text = _without_braces(text, sure)
    if "``" in text:
        text = _QUOTED.sub(r"“\1”", text)
    if "--" in text:
        text = _DASH.sub(lambda found: {"--": "–", "---": "—"}.get(found[0], found[0]), text)
    text = text.replace("\1", "{").replace("\2", "}")
    first, *others = text.split("\0")
    parts = [first]
    for formula, other in zip(formulas, others, strict=True):
        parts += (formula, other)
    return "".join(parts)


def without_conditionals(text: str) -> str:
    r"""`text` with what each `\\ifmmode ... \\else ... \\fi` says outside of formulas."""
    return _CONDITIONAL.sub(lambda found: found[1] or "", text) if "\\ifmmode" in text else text


def _without_math(text: str) -> tuple[str, list[str]]:
    """`text` with a NUL for each formula, and the formulas."""
    if "$" not in text and "\\" not in text:
        return text, []
    kept: list[str] = []
    formulas: list[str] = []
    done = at = 0
    while found := _MATH_BEGINS.search(text, at):
        begin, opening = found.start(1), found[1]
        closing = _CLOSES.get(opening) or (rf"\end{{{found[2]}}}" if found[2] else "$")
        at = found.end()
        # Bounded: a text of openings alone would be searched to its end for each of them.
        end = text.find(closing, at, at + _MATH_CHARACTERS)
        while closing == "$" and end > 0 and text[end - 1] == "\\":
            end = text.find("$", end + 1, at + _MATH_CHARACTERS)
        if end > 0 and (closing != "$" or _is_math(text[at:end], text[end + 1 : end + 2])):
            at = end + len(closing)
            kept.append(text[done:begin])
            formulas.append(text[begin:at])
            done = at
    kept.append(text[done:])
    return "\0".join(kept), formulas


def _is_math(content: str, following: str) -> bool:
    """Tell a formula between two dollars from prices: `$5 and $10`."""
    if not content or "\n\n" in content:
        return False
    tight = not content[0].isspace() and not content[-1].isspace() and not following.isdigit()
    return tight or any(mark in content for mark in "\\^_=")


def _commands(text: str, sure: bool) -> str:
    if not sure:
        opening = {found[1] for found in _OPENING_QUOTE.finditer(text)}
        for quote in opening & {found[1] for found in _CLOSING_QUOTE.finditer(text)}:
            text = text.replace(f"\\{quote}", quote)
        text = _APOSTROPHE.sub("'", text)
    text = without_ensuremath(text) if "\\ensuremath" in text else text
    text = _ENVIRONMENT.sub(" ", _HREF.sub(r"\\mbox{", text))
    text = _until_settled(_ACCENT, _accented, _LITERAL_MARK.sub(r"\1", text))
    text = _ESCAPED.sub(lambda found: _BRACES.get(found[1], found[1]), text)
    text = (_SURE_SPACE if sure else _THIN_SPACE).sub(" ", text)
    if sure:
        text = _NOTHING.sub("", text)
    symbols = _SYMBOLS | _SURE_SYMBOLS if sure else _SYMBOLS
    text = _SYMBOL.sub(lambda found: _symbol(found, symbols), text)
    # Innermost first, so that arguments within arguments come out too.
    text = _until_settled(_DECLARATION, r"\1", text)
    text = _until_settled(_FORMAT, _formatted, text)
    text = _SYMBOL_IN_BRACES.sub(r"\1", text)
    if sure:
        text = _UNKNOWN.sub(lambda found: found[0] if _MATH.match(found[0]) else "", text)
    return text


def _until_settled(
    pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str], text: str
) -> str:
    for _ in range(_PASSES):
        text, count = pattern.subn(replacement, text)
        if not count:
            break
    return text


def _accented(found: re.Match[str]) -> str:
    accent = _ACCENTS[found[1] or found[4]]
    letter = found[2] or found[3] or found[5] or found[6] or found[7]
    letters = letter.removeprefix("\\")
    return unicodedata.normalize("NFC", letters[0] + accent) + letters[1:]


def _symbol(found: re.Match[str], symbols: dict[str, str]) -> str:
    symbol = symbols.get(found[1])
    if symbol is None:
        return found[0]
    # TeX takes the space after a command away; after these it was meant to be read.
    return f"{symbol} " if found[1] in _SPACED and found[0][-1] in " \t" else symbol


def _formatted(found: re.Match[str]) -> str:
    if kind := _SCRIPTS.get(found[1]):
        begin, end = found.span()
        before, after = found.string[max(0, begin - 1) : begin], found.string[end : end + 2]
        return script(kind, before, found[2], after)
    if found[1] == "textsc" and len(found[2]) == 1:
        return found[2].upper()  # \textsc{d}-glucose
    around = _FORMATS.get(found[1])
    return found[0] if around is None else around[0] + found[2] + around[1]


def _without_braces(text: str, sure: bool) -> str:
    """Take out braces that group or protect capitals; those of formulas and of sets stay."""
    opened: list[int] = []
    dropped: set[int] = set()
    kept_ends: set[int] = set()
    first_inner = len(text) - len(text.lstrip("{ "))
    end_inner = len(text.rstrip("} "))
    is_title = text.startswith("{{") or (" " in text and _has_capital(text))

    def is_wrapped(begin: int, end: int) -> bool:
        return is_title and begin < first_inner and end >= end_inner

    stray: list[int] = []
    for found in _BRACE.finditer(text):
        at = found.start()
        if found[0] == "{":
            opened.append(at)
        elif not opened:
            stray.append(at)
        else:
            begin = opened.pop()
            before = text[max(0, begin - 24) : begin]
            if _TAKES_BRACES.search(before) or begin - 1 in kept_ends:
                kept_ends.add(at)
            elif sure or is_wrapped(begin, at) or _only_protects(text, begin, at):
                dropped |= {begin, at}
    if sure:
        dropped.update(stray, opened)
    if not dropped:
        return text
    parts, done = [], 0
    for at in sorted(dropped):
        parts.append(text[done:at])
        done = at + 1
        if text[at] == "}" and _BETWEEN_NUMBERS.match(text, at - 1):
            parts.append(" ")  # "\unit{10}{20}" has two numbers
    return "".join(parts) + text[done:]


def _only_protects(text: str, begin: int, end: int) -> bool:
    if end - begin > _PROTECTED_CHARACTERS:
        return False
    content = text[begin + 1 : end].strip("{} ")
    if not content:
        return end == begin + 1 and begin > 0 and text[begin - 1].isalpha()
    if _PLAIN_BRACES.fullmatch(content) is None:
        return False
    return _has_capital(content)


def _has_capital(text: str) -> bool:
    """Tell whether there is a letter whose case or accent braces may protect."""
    return any(letter.isupper() or (letter > "\x7f" and letter.islower()) for letter in text)
