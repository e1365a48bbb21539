"""Markup of LaTeX, web pages and publishers comes out as text; prose comes out as it went in."""

from __future__ import annotations

import json
import random
import re
import sys
from pathlib import Path
from types import FrameType

import pytest
from hang_guard import hang_guard

from assistant.reading.latex import without_latex
from assistant.reading.markup import plain


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "if i<b and b>c, P<0.05",
        "5% & more",
        "R&D at AT&T; https://x.org/?a=1&copy=2",
        r"C:\temp\new and \\server\share",
        "x_i, x^2 and O(n^{2})",
        "$5 and $10, from $5-$10 to $3",
        "the sets {1, 2} and {a,b} and {0,1}^n",
        "{1, 2}",
        "run it with --verbose",
        "~5 kg, 10~20%, X~N(0,1), https://a.b/c--d/~u",
        "<s> and </s> are tokens, and so is <unk>; List<String>",
        "<p> is the mean",
        "it''s",
        r"the pattern \S+ and \d{3}",
        r"$\frac{a}{b}$ -- not".removesuffix(" -- not"),
        r"\(x~y\), \[ {\bf a} \] and $$ \{x\} -- y $$",
        r"\begin{equation} {A} -- \'e \end{equation}",
        "深度学习 {测} 模型",
        "مرحبا بالعالم",
        "naïve café at 3 Ångström",
        "",
    ],
)
def test_prose_and_mathematics_stay(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"{\"O}zge Aks{\i}n, G\"odel, Erd\H{o}s", "Özge Aksın, Gödel, Erdős"),
        (r"Fran{\c c}ois, \v{S}r\'amek, {\L}\'od\'z", "François, Šrámek, Łódź"),
        (r"\'{\i}, \'\i, \'{\^e}, \~{n}, \r{a}, \k{e}", "í, í, ế, ñ, å, ę"),
        (r"Stra{\ss}e, S\o ren, {\AE}r\o{}", "Straße, Søren, Ærø"),
        (r"\emph{a \textbf{b}} {\em c d} \enquote{e}", "a b c d “e”"),
        (r"\href{http://x.org/a}{link}, \url{http://a_b~c}", "link, http://a_b~c"),
        (r"\href{http:$x^2$}{link} of $y$", r"\href{http:$x^2$}{link} of $y$"),
        (r"5\% \& \_ \#1 \$3", "5% & _ #1 $3"),
        ("Fig.~1, 5~nm, Angew.~Chem.", "Fig. 1, 5 nm, Angew. Chem."),
        ("12--23, x -- y, a---b", "12–23, x – y, a—b"),
        ("``quoted'' text", "“quoted” text"),
        ("{IEEE} on {B}ayesian {LaTeX}s", "IEEE on Bayesian LaTeXs"),
        ("{{A whole title, of 2 parts}}", "A whole title, of 2 parts"),
        (r"{The $x_{1}$ of G\"odel}", "The $x_{1}$ of Gödel"),
        (r"costs $5, where $\alpha$ is {\'e}", r"costs $5, where $\alpha$ is é"),
        (r"don\'t say \"so\" now", 'don\'t say "so" now'),
    ],
)
def test_latex(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &lt; b &amp;amp; c &gt; d &eacute;&#233;&#xe9;", "a < b & c > d ééé"),
        ("CO<sub>2</sub>, <i>E. coli</i>, 10<sup>6</sup>", "CO2, E. coli, 10^6"),
        ("&lt;b&gt;Bold&lt;/b&gt;", "Bold"),
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("one<br/>two", "one\ntwo"),
        ('<a href="https://x.org">here</a>', "here"),
        (
            "<jats:title>Abstract</jats:title><jats:p>H<jats:sub>2</jats:sub>O "
            "<jats:italic>in vitro</jats:italic></jats:p>",
            "H2O in vitro",
        ),
        (
            "<jats:sec>\n<jats:title>Background</jats:title>\n<jats:p>One.</jats:p></jats:sec>\n"
            "<jats:sec><jats:title>Results:</jats:title><jats:p>Two.</jats:p></jats:sec>",
            "Background: One.\nResults: Two.",
        ),
        (
            '<mml:math xmlns:mml="x">\n <mml:msup>\n <mml:mn>10</mml:mn>\n <mml:mn>6</mml:mn>\n'
            " </mml:msup>\n</mml:math> <mml:math><mml:mi>eV</mml:mi></mml:math>",
            "10^6 eV",
        ),
        (
            "<math><semantics><mi>x</mi><annotation>\\mathit{x}</annotation></semantics></math>",
            "x",
        ),
        ("soft\u00adhyphen and hy&shy;phen", "softhyphen and hyphen"),
    ],
)
def test_web_pages_and_publishers(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Superscripts.
        ("10<sup>6</sup>", "10^6"),
        ("10<sup>-3</sup> and 10<sup>\u22123</sup>", "10^-3 and 10^\u22123"),
        ("10<sup> 6 </sup>", "10^6"),
        ("10<sup><i>6</i></sup>", "10^6"),
        ("10<sup><i>n</i></sup>", "10^n"),
        ("2<sup>n+1</sup>", "2^{n+1}"),
        ("10<sup>6</sup>5", "10^{6}5"),
        ("10<sup>6</sup>.5", "10^{6}.5"),
        ("10<jats:sup>6</jats:sup>", "10^6"),
        ("10<ce:sup>6</ce:sup>", "10^6"),
        ('10<sup class="x">6</sup>', "10^6"),
        ("10<superscript>6</superscript>", "10^6"),
        ("10&lt;sup&gt;6&lt;/sup&gt;", "10^6"),
        ("10 <sup>6</sup> cells", "10^6 cells"),
        ("(x + y)<sup>2</sup>", "(x + y)^2"),
        ("as shown.<sup>12</sup>", "as shown.^12"),
        ("3.<sup>5</sup>", "3.^5"),
        ("Ca<sup>2+</sup>, m<sup>2</sup>, s<sup>-1</sup>, <sup>13</sup>C", "Ca2+, m2, s-1, 13C"),
        ("m<sup>2</sup>5", "m^{2}5"),
        ("the 1<sup>st</sup> and 95<sup>th</sup>", "the 1st and 95th"),
        ("x<sup>a<sup>b</sup></sup>", "xab"),
        ("2<sup>3<sup>4</sup></sup>", "2^{3^4}"),
        ("10<sup>6", "10^6"),
        ("10<sup>6</sub> and", "10^6 and"),
        ("<sup></sup>6", "6"),
        # Subscripts.
        ("H<sub>2</sub>O and CO<sub>2</sub>", "H2O and CO2"),
        ("CO <sub>2</sub> rises", "CO2 rises"),
        ("x<sub>2</sub>", "x2"),
        ("x<sub>2</sub><sup>3</sup>", "x2^3"),
        ("10<sub>2</sub>", "10_2"),
        ("log<sub>10</sub>2", "log_{10}2"),
        ("P<sub>0</sub>.05", "P_{0}.05"),
        ("C<inf>60</inf>", "C60"),
        # Small capitals.
        ("<sc>d</sc>-glucose, <jats:sc>l</jats:sc>-alanine", "D-glucose, L-alanine"),
        ("<sc>Smith</sc>", "Smith"),
        # LaTeX.
        (r"10\textsuperscript{6} and 10\textsuperscript{-3}", "10^6 and 10^-3"),
        (r"3 {\texttimes} 10\textsuperscript{6}", "3 × 10^6"),
        (r"CO\textsubscript{2}, 10\textsubscript{2}", "CO2, 10_2"),
        (r"1\textsuperscript{st}", "1st"),
        (r"\textsc{d}-glucose", "D-glucose"),
        (r"{\ensuremath{\sim}}50\% of {\ensuremath{\Lambda}}CDM", "∼50% of ΛCDM"),
        (r"{\ensuremath{\alpha}} {\ensuremath{\pm}} 3", "α ± 3"),
        (r"\ensuremath{10^{6}} and \ensuremath{x_{1}}", "10^{6} and x_{1}"),
        (r"\ensuremath{\alpha^{2}} is", "α^{2} is"),
        (r"\ensuremath{x", r"\ensuremath{x"),
    ],
)
def test_scripts_keep_numbers_apart(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mn>2</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "2 1/2"),
        (
            "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>",
            "(a+b)/c",
        ),
        ("<msqrt><mn>2</mn></msqrt>", "√2"),
        ("<mn>3</mn><msqrt><mn>2</mn></msqrt>", "3 √2"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x+1)"),
        ("<mroot><mn>8</mn><mn>3</mn></mroot>", "8^{1/3}"),
        ("<msup><mn>10</mn><mrow><mo>-</mo><mn>3</mn></mrow></msup>", "10^-3"),
        ("<msup><mi>x</mi><mn>2</mn></msup><mn>5</mn>", "x^2 5"),
        ("<msup><mi>x</mi><mo>′</mo></msup>", "x′"),
        ("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup>", "(a+b)^2"),
        ("<msub><mi>H</mi><mn>2</mn></msub><mi>O</mi>", "H2O"),
        ("<msub><mi>log</mi><mn>10</mn></msub><mn>2</mn>", "log10 2"),
        ("<msub><mn>10</mn><mn>2</mn></msub>", "10_2"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x1^2"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi>"
            "</munderover><msub><mi>x</mi><mi>i</mi></msub>",
            "∑_{i=1}^nxi",
        ),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x"),
        ("<mn>2</mn><mo>\u2062</mo><mn>3</mn>", "2 3"),
        ("<mn>1</mn>\n <mn>2</mn>", "1 2"),
        ("<mi>sin</mi><mi>x</mi>", "sin x"),
        ("<mi>P</mi><mo>&lt;</mo><mn>0.05</mn>", "P<0.05"),
        (
            "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr>"
            "<mtr><mtd><mn>3</mn></mtd><mtd><mn>4</mn></mtd></mtr></mtable>",
            "1, 2; 3, 4",
        ),
        (
            "<mmultiscripts><mi>C</mi><mprescripts/><none/><mn>13</mn></mmultiscripts>",
            "13C",
        ),
        ("<mtext>for all </mtext><mi>x</mi>", "for all x"),
        ("<mfrac><mn>1</mn></mfrac><mn>2</mn>", "1 2"),
        ("<msup><mn>10", "10"),
    ],
)
def test_formulas(inner: str, expected: str) -> None:
    assert plain(f"<p>a <math>{inner}</math> b</p>") == f"a {expected} b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CafÃ© RaÃºl", "Café Raúl"),
        ("FraÃ\x9fl", "Fraßl"),
        ("â€œso it isâ€\x9d", "“so it is”"),
        ("soil of a r\u00c3\u00ado ba\u00adsin", "soil of a río basin"),
        ("Augusto Garc&Atilde;&shy;a", "Augusto García"),
        ("S\u00c3\u00a3o Jos\u00c3\u00a9 do R\u00c3\u00ado", "São José do Río"),
        ("S\u00e3o\u00ad", "São"),
    ],
)
def test_text_decoded_wrongly(text: str, expected: str) -> None:
    assert plain(text) == expected


SCRIPTS = ["<sup>", "</sup>", "<sub>", "</sub>", "<inf>", r"\textsuperscript{",
           r"\textsubscript{", "}", "<math>", "</math>", "<mn>", "</mn>", "<msup>", "</msup>",
           "<mfrac>", "</mfrac>", "<msub>", "</msub>", "<mo>", "</mo>"]  # fmt: skip
NUMBER = re.compile(r"\d+")


def test_no_markup_joins_two_numbers() -> None:
    """Every number of the text is one of those between the tags."""
    chance = random.Random(7)
    for _ in range(4_000):
        pieces = chance.choices([*SCRIPTS, "1", "23", "x", " ", "4", "56"], k=chance.randint(2, 9))
        text = "".join(pieces)
        known = set(NUMBER.findall(text))
        found = NUMBER.findall(plain(text))
        assert set(found) <= known, (text, plain(text))


def test_surely_latex() -> None:
    assert without_latex(r"{a}lgorithm \{0, 1\} $x_{i}$ a~b \unknown{foo}", sure=True) == (
        "algorithm {0, 1} $x_{i}$ a b foo"
    )


def test_arxiv_snapshot(shared_data: Path) -> None:
    path = shared_data / "exports" / "arxiv_kaggle_jsonl" / "arxiv-metadata-oai-snapshot.json"
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)[key] for line in lines for key in ("title", "abstract", "authors")]
    changed = [text for text in texts if plain(text) != text]
    assert len(texts) == 600
    assert 20 < len(changed) < 60
    assert all(any(mark in text for mark in ("\\", "{", "--", "``")) for text in changed)
    assert all(plain(plain(text)) == plain(text) for text in texts)


UNITS = r"""<sup> <sub>1</sub> 1</sup> <math><mn>1</mn></math> <mrow> \ensuremath{ \textsuperscript{
{ } \ $ \( \" \emph{ \"{o} a~ -- `` &amp; &lt; < <p> <i> <mml:math> <annotation> <title>
<!-- Ã© â€ \begin{equation} {\em \href{a}{ https:// ^{ \foo{ \frac{a} {A} A}""".split()  # noqa: SIM905


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_long(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    with hang_guard():
        plain(text)
        without_latex(text, sure=True)


def test_no_text_raises() -> None:
    chance = random.Random(1)
    units = [*UNITS, "}", "</p>", "</mml:math>", "</title>", r"\)", "\n", " ", "\0", "\1", "\ud800"]
    for _ in range(3_000):
        text = "".join(chance.choices(units, k=12))
        plain(text)
        without_latex(text, sure=True)


def test_plain_prose_is_not_parsed() -> None:
    # An import feels every pass over an abstract: nearly all of them are prose without markup.
    text = "We show that ordinary prose, which is long, has nothing to take out of it. " * 20
    called: list[str] = []

    def record(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            called.append(frame.f_code.co_qualname)
        elif event == "c_call":
            called.append(getattr(argument, "__qualname__", ""))

    sys.setprofile(record)
    try:
        plain(text)
    finally:
        sys.setprofile(None)
    assert not any("Pattern" in name for name in called)
    assert len(called) < 10
