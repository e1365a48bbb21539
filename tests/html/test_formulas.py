"""Formulas become MathML, and nothing else does."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hostile import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from web_support import MATHML, Tags

from assistant.html.formulas import MAX_FORMULAS, formulas, marked_formulas
from assistant.html.mathml import MAX_CHARACTERS, MAX_DEPTH, mathml
from assistant.html.rendering import _environment
from assistant.text.sanitizing import sanitized_lines

ATTRIBUTES = set(
    """accent alttext displaystyle form linethickness lspace mathvariant maxsize minsize
    movablelimits rspace stretchy width""".split()  # noqa: SIM905
)
_MATH = re.compile(r"<math .*?</math>", re.DOTALL)


def only_mathml(html: str) -> str:
    """See that there is no element but MathML's; the text outside of formulas."""
    shown = Tags(html)
    assert set(shown.tags) <= MATHML
    assert {name for name, _ in shown.attributes} <= ATTRIBUTES
    outside = Tags(_MATH.sub("", html))
    assert outside.tags == []
    ElementTree.fromstring(f"<p>{html}</p>".replace("\x1f", ""))
    return outside.text


def source_of(html: str) -> str:
    """What `html` was made of, if every formula of it stood between single dollars."""
    joined = _MATH.sub(
        lambda found: "\ue000" + (dict(Tags(found[0]).attributes)["alttext"] or "") + "\ue000",
        html,
    )
    text = Tags(joined).text if "<" in joined else str(Markup(joined).unescape())
    return text.replace("\ue000\ue000", "").replace("\ue000", "$")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (r"O(n \log n)", "O(nlogn)"),
        (r"\ell_2", "ℓ2"),
        (r"\mathcal{N}(0, \sigma^2)", "𝒩(0,σ2)"),
        (r"\mathbb{R}^{d}", "ℝd"),
        (r"\frac{1}{\sqrt{n}}", "1n"),
        (r"\tilde{\mathcal{O}}(k)", "𝒪~(k)"),
        (r"x \in \{0, 1\}^n", "x∈{0,1}n"),
        (r"\mathrm{ReLU}(A\mathbf{c}^i)", "ReLU(A𝐜i)"),
        (r"1/\text{number of iterations}", "1/number\xa0of\xa0iterations"),
        (r"{\rm d}{\bf r}\cdot v", "d𝐫·v"),
        (r"\left\{\frac{a}{b}\right.", "{ab"),
        (r"f''^2_i", "fi″2".replace("″", "′′")),
        (r"10^{-3}", "10−3"),
        (r"2^10", "210"),
        (r"a \not\in B \neq C", "a∉B≠C"),
        (r"\sum_{i=1}^{n} x_i", "∑i=1nxi"),
        (r"\operatorname*{arg\,min}_\theta", "argminθ"),
        (r"75\%", "75%"),
        (r"\Bigl( x \bigr)", "(x)"),
        ("π ≤ 1,000.5", "π≤1,000.5"),
    ],
)
def test_what_abstracts_use_is_converted(source: str, words: str) -> None:
    html = mathml(source)
    assert html is not None
    assert only_mathml(html) == ""
    assert Tags(html).text == words
    assert source_of(html) == f"${source}$"


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10 a month.",
        "From $5M to $6M, or US$5-$10.",
        "Prices in USD$ and AUD$ differ, k$–M$ too.",
        "Set $HOME and $PATH, or ${a}${b}, or $FOO_BAR and $BAZ_1 first.",
        "A dollar $ alone, and $$ twice, and \\$5.",
        "The pattern \\(foo and bar\\) matches.",
        "A macro of its own: $\\XQM$, $4500\\kms$.",
        r"$\href{javascript:alert(1)}{x}$ and $\url{http://evil.test}$",
        r"$\htmlClass{a}{b}$, $\htmlData{onclick=alert(1)}{b}$, $\includegraphics{http://evil.test}$",
        r"$\def\a{\a\a}\a$ and $\newcommand{\x}{\x\x}\x$ and $\let\a\b$",
        r"$\unicode{x3c}script\unicode{x3e}$ $\style{color:red}{x}$ $\color{red}x$ $\class{a}{b}$",
        r"$\input{/etc/passwd}$ $\write18{ls}$ $\catcode`\@=11$ $\begin{array}{c}a\end{array}$",
        r"$x^a^b$ $x_a_b$ $\frac{a}$ ${x$ $x}$ $\left( x$ $\sqrt[$ $x^$ $\\$ $x & y$ $x^1.5_$",
        r"$\def\p{xx}\def\q{\p\p}\def\s{\q\q}\s$ $a\unicode{x202e}b$ $\hspace{99em}x$ $\kern9em x$",
        "$a\n\nb$",
        "$x^" + "{" * 20,
    ],
)
def test_all_else_stays_as_it_was_written(text: str) -> None:
    html = formulas(text)
    assert Tags(html).tags == []
    assert Tags(html).text == text


def test_a_formula_among_money_is_found() -> None:
    html = formulas("It costs $5 and uses $n^2$ steps, $k$ of them at \\(O(k)\\).")
    assert only_mathml(html) == "It costs $5 and uses  steps,  of them at ."
    assert html.count("<math") == 3


def test_markup_in_a_formula_is_text() -> None:
    html = formulas("$a<b$ <b>x</b> $x=\"&quot;'><img src=x>'\"$ $\\text{<script>}$")
    assert only_mathml(html).startswith(" <b>x</b> ")
    assert "&lt;" in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "text",
    [
        "$" * 100_000,
        "$x" * 50_000,
        "$x$" * 30_000,
        "\\(" * 50_000,
        "\\[x" * 30_000,
        "$" + "x^{" * 30_000 + "}" * 30_000 + "$",
        "$" + "\\sqrt" * 100 + "x$",
        "$" + "{" * 290 + "}" * 290 + "$",
        "$" + "a+" * 50_000 + "$",
        "$" + "\\left(" * 90 + "$",
        "$\\a $" * 20_000,
        "$" + "1" * 100_000 + "$",
    ],
)
def test_work_and_size_are_bounded(text: str) -> None:
    html = formulas(text)
    assert only_mathml(html) == sanitized_lines(_MATH.sub("", html)).replace("&#39;", "'")
    assert html.count("<math") <= MAX_FORMULAS * MAX_CHARACTERS
    assert len(html) <= len(text) + 64 * MAX_CHARACTERS * MAX_FORMULAS
    assert len(html) <= 120 * len(text)


def test_deeper_and_longer_ones_are_left() -> None:
    assert mathml("{" * (MAX_DEPTH - 1) + "x" + "}" * (MAX_DEPTH - 1)) is not None
    assert mathml("{" * MAX_DEPTH + "x" + "}" * MAX_DEPTH) is None
    assert mathml("x" * MAX_CHARACTERS) is not None
    assert mathml("x" * (MAX_CHARACTERS + 1)) is None
    assert mathml("") is None
    assert mathml(" ") is None


def test_a_long_formula_may_end_its_line_after_a_sign() -> None:
    html = formulas(r"$p(x|\mathcal{D}_i) \propto p(\mathcal{D}_i|x)p(x) = \left(a + b + c\right)$")
    assert html.count("<math") == 3
    assert only_mathml(html) == ""
    assert source_of(html).startswith(r"$p(x|\mathcal{D}_i) \propto p(\mathcal{D}_i|x)p(x) =")


def test_a_mark_cuts_no_formula() -> None:
    html = marked_formulas("One. With $n", " = 2$ and $m", "^2$ steps. <i>")
    assert (
        re.sub("</?math.*?>.*?</math>", "M", html)
        == "One. With <mark>M and M</mark> steps. &lt;i&gt;"
    )
    assert marked_formulas("a $x$ ", "b", " $y$").count("<math") == 2
    assert "<mark>" not in marked_formulas("a", "", "b")


def test_templates_have_the_filter() -> None:
    written = _environment().from_string("{{ text|formulas }}|{{ text }}")
    html = written.render(text="<b>\u202e $x_1$")
    formula, plain = html.split("|")
    assert "<msub>" in formula
    assert "\u202e" not in html
    assert plain == "&lt;b&gt; $x_1$"


PIECES = st.sampled_from(
    [*"$$$$ {}^_\\&<>'\"ab1+=()[]|.,\n", "\\(", "\\)", "\\frac", "\\sqrt", "\\left", "\\right",
     "\\mathbb", "\\text{", "\\alpha", "\\sum", "\\le", "<b>", "]]>", "<!--", "&amp;", "\\href"]
)  # fmt: skip
ANY = st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join))


@given(ANY)
def test_whatever_goes_in_only_mathml_comes_out(text: str) -> None:
    html = formulas(text)
    outside = only_mathml(html)
    at = 0
    cleaned = sanitized_lines(text)
    # The text outside is what it was, in its order.
    for part in _MATH.split(html):
        part = str(Markup(part).unescape())
        at = cleaned.find(part, at)
        assert at >= 0
        at += len(part)
    if "<math" not in html:
        assert outside == cleaned


@given(ANY, ANY, ANY)
def test_a_mark_changes_no_formula(before: str, marked: str, after: str) -> None:
    html = marked_formulas(before, marked, after)
    cleaned = [sanitized_lines(part) for part in (before, marked, after)]
    assert html.count("<mark>") == html.count("</mark>") == bool(cleaned[1])
    assert re.sub("</?mark>", "", html) == formulas("".join(cleaned))


@given(st.text())
def test_the_converter_raises_nothing(source: str) -> None:
    html = mathml(sanitized_lines(source))
    if html is not None:
        assert only_mathml(html) == ""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_hold_no_formula(text: str) -> None:
    # One holds nothing but formulas.
    assert text == HOSTILE["long/dollars"] or "<math" not in formulas(text)


@pytest.mark.parametrize("formula", ["''=x_1", "{''}_1", r"\sqrt{''}=1"])
def test_primes_of_nothing_stay_as_they_were_written(formula: str) -> None:
    assert mathml(formula) is None
    assert str(formulas(f"${formula}$").unescape()) == f"${formula}$"
