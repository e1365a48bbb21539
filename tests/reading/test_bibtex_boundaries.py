"""Entries of BibTeX as programs and people leave them: each is the same paper, or costs itself."""

from __future__ import annotations

import pytest

from assistant.paper import Paper
from assistant.reading import Failure, read_bytes

ENTRY = """@article{k1,
 title = {Soil water},
 author = {Doe, Jane and Roe, R.},
 year = {2016},
 abstract = {It was wet.},
 doi = {10.1000/w14}
}
"""
NEXT = "@article{k2,\n title = {Owls},\n abstract = {They sleep.}\n}\n"


def read(text: str | bytes) -> tuple[list[Paper], list[Failure]]:
    failures: list[Failure] = []
    data = text.encode() if isinstance(text, str) else text
    papers = [
        paper.model_copy(update={"reference": {}})
        for paper in read_bytes(data, "x", failures.append)
    ]
    return papers, failures


PAPER = Paper(
    title="Soil water",
    abstract="It was wet.",
    authors=("Jane Doe", "R. Roe"),
    published="2016",
    doi="10.1000/w14",
    source="x",
)
OWLS = Paper(title="Owls", abstract="They sleep.", source="x")
TITLE = "{Soil water}"

SAME = {
    "no comma behind a field": ENTRY.replace("},\n author", "}\n author"),
    "no comma behind quotes": ENTRY.replace(f"{TITLE},", '"Soil water"'),
    "no comma behind a number": ENTRY.replace("{2016},", "2016"),
    "no comma behind the key": ENTRY.replace("k1,", "k1"),
    "two commas": ENTRY.replace("},\n", "},,\n"),
    "comma first": ENTRY.replace("},\n ", "}\n , "),
    "semicolons": ENTRY.replace("},\n", "};\n"),
    "no brace at the end": ENTRY.replace("}\n}\n", "}\n"),
    "no brace behind the last value": ENTRY.replace("w14}", "w14"),
    "a brace too many behind a value": ENTRY.replace("wet.}", "wet.}}"),
    "a brace too many behind the entry": ENTRY + "}\n",
    "parentheses": ENTRY.replace("e{k", "e(k").replace("}\n}\n", "}\n)\n"),
    "a brace that closes a parenthesis": ENTRY.replace("e{k", "e(k"),
    "a parenthesis that closes a brace": ENTRY.replace("}\n}\n", "}\n)\n"),
    "spaces around the type": ENTRY.replace("@article{", "@ article\n {"),
    "a type that is unknown": ENTRY.replace("@article", "@journal-paper"),
    "a type with a colon": ENTRY.replace("@article", "@dc:article.x"),
    "no key": ENTRY.replace("k1,", ""),
    "only a comma for a key": ENTRY.replace("k1,", ","),
    "a key with spaces": ENTRY.replace("k1,", "Doe 2016 soil,"),
    "a key that is not ASCII": ENTRY.replace("k1,", "Müller:2016ä/土,"),
    "a key with signs": ENTRY.replace("k1,", "o'neil(2016)#%&@x,"),
    "a key with quotes": ENTRY.replace("k1,", 'o"neil,'),
    "a key in braces": ENTRY.replace("k1,", "{k1},"),
    "a key with an equals sign": ENTRY.replace("k1,", "a=b,"),
    "small and capital letters": ENTRY.replace("article", "ARTICLE").replace("title", "Title"),
    "no spaces": ENTRY.replace(" = ", "=").replace("\n ", ""),
    "tabs": ENTRY.replace("\n ", "\n\t").replace(" = ", "\t=\t"),
    "spaces that do not break": ENTRY.replace("\n ", "\n\xa0").replace(" = ", "\xa0=\xa0"),
    "ideographic spaces": ENTRY.replace("\n ", "\n\u3000"),
    "a wide equals sign": ENTRY.replace(" = ", " \uff1d "),
    "a colon": ENTRY.replace(" = ", ": "),
    "no equals sign in one field": ENTRY.replace("year", "keywords {x},\n year"),
    "a name without a value": ENTRY.replace("year", "keywords = ,\n year"),
    "a name without anything": ENTRY.replace("year", "keywords =\n year"),
    "a word": ENTRY.replace("year", "junk,\n year"),
    "a name with spaces": ENTRY.replace("year", "Research Areas = {x},\n year"),
    "a name with a space that does not break": ENTRY.replace("year", "funding\xa01 = {x},\n year"),
    "a name with parentheses": ENTRY.replace("year", "issn(print) = {x},\n year"),
    "a name with signs": ENTRY.replace("year", "a+b.c:d/e-f_g = {x},\n year"),
    "a name in quotes": ENTRY.replace("year", '"Keywords-Plus" = {x},\n year'),
    "quotes": ENTRY.replace(TITLE, '"Soil water"'),
    "quotes in braces in quotes": ENTRY.replace(TITLE, '"Soil {w}ater"'),
    "typographic quotes": ENTRY.replace(TITLE, "“Soil water”"),
    "wide braces": ENTRY.replace(TITLE, "\uff5bSoil water\uff5d"),
    "no braces": ENTRY.replace(TITLE, "Soil water"),
    "no braces around other values": ENTRY.replace(
        "year", "journal = J. Foo 3,\n pages = 1--2,\n year"
    ),
    "braces in braces": ENTRY.replace(TITLE, "{{{S}oil {w}{a}ter}}"),
    "a macro": '@string{s = "Soil "}\n' + ENTRY.replace(TITLE, 's # "water"'),
    "a macro in capitals": "@STRING(S = {Soil})\n" + ENTRY.replace(TITLE, 's#{ }#"water"'),
    "two macros at once": '@string{s = "Soil ", t = {wat}}\n'
    + ENTRY.replace(TITLE, 's # t # "er"'),
    "a macro of macros": '@string{s = "Soil"}\n@string{t = s # " w"}\n'
    + ENTRY.replace(TITLE, "t # {ater}"),
    "the same field again": ENTRY.replace("doi", "title = {Other},\n doi"),
    "an empty field before": ENTRY.replace("title", "title = {},\n title"),
    "comments between fields": ENTRY.replace("},\n", "}, % an = {x},\n % another = {x},\n"),
    "a comment": "@comment{jabref-meta: x {y};}\n" + ENTRY,
    "a comment with entries": "@comment{\n@article{x, title={X}, abstract={x}}\n}\n" + ENTRY,
    "a comment without braces": "@comment a line {\n" + ENTRY,
    "an entry in a comment without braces": "@comment @article{x, title={X}}\n" + ENTRY,
    "a comment that is not closed": "@comment{jabref-meta: {x\n" + ENTRY,
    "an entry behind a percent sign": "% @article{x, title={X}}\n%@misc{y, title={Y}}\n" + ENTRY,
    "an entry behind percent signs": "%% @article{x,\n%%  title={X}\n%% }\n" + ENTRY,
    "a preamble": '@preamble{"\\newcommand{\\x}{y}" # " z"}\n' + ENTRY,
    "a preamble that is broken": '@preamble{"\\newcommand{\\x}{y}\n' + ENTRY,
    "text between entries": "Some text, me@example.org\n" + ENTRY + "more {text}\n",
    "a comma between entries": ENTRY.rstrip() + ",\n",
    "one line": ENTRY.replace("\n", " "),
    "carriage returns": ENTRY.replace("\n", "\r"),
    "both": ENTRY.replace("\n", "\r\n"),
    "line separators": ENTRY.replace("\n", "\u2028"),
    "next lines": ENTRY.replace("\n", "\x85"),
    "form feeds": "\x0c" + ENTRY + "\x0c\n",
    "a mark": "\ufeff" + ENTRY,
    "a mark between entries": ENTRY + "\ufeff",
    "a mark instead of a line end": ENTRY.rstrip() + "\ufeff",
    "a mark that was read wrongly": "ï»¿" + ENTRY,
    "the end of DOS files": ENTRY + "\x1a\n",
}


@pytest.mark.parametrize("name", SAME)
def test_variants_of_one_entry(name: str) -> None:
    assert read(SAME[name] + NEXT) == ([PAPER, OWLS], [])
    assert read(NEXT + SAME[name]) == ([OWLS, PAPER], [])


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\x0c"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32-le"])
def test_line_ends_of_every_kind(end: str, encoding: str) -> None:
    text = (ENTRY + NEXT).replace("\n", end)
    assert read(text.encode(encoding)) == ([PAPER, OWLS], [])
    broken = ENTRY.replace("water}", "water").replace("\n", end)
    papers, failures = read((broken + text).encode(encoding))
    assert (papers, [failure.where for failure in failures]) == ([PAPER, OWLS], ["x:1"])


BROKEN = {
    "a value that is not closed": ENTRY.replace("water}", "water"),
    "two values that are not closed": ENTRY.replace("}", ""),
    "quotes that are not closed": ENTRY.replace(TITLE, '"Soil water'),
    "a brace in the middle of a value": ENTRY.replace("was wet", "was} wet"),
    "a brace that opens in a value": ENTRY.replace("was wet", "was {wet"),
    "no title": ENTRY.replace("title", "name"),
    "no value of the title": ENTRY.replace(f" = {TITLE}", ""),
    "no fields": "@article{k1}\n",
    "nothing": "@article{}\n",
    "no closing at all": "@article{k1,\n title = {Soil\n",
    "cut": "@article{k1, title = {Soil}, abstract =\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_entry_costs_only_itself(name: str) -> None:
    papers, failures = read(NEXT + BROKEN[name] + "\n" + ENTRY + NEXT)
    assert papers == [OWLS, PAPER, OWLS]
    assert [failure.where for failure in failures] == ["x:5"]
    assert len(failures[0].why.splitlines()) == 1


def test_an_entry_that_the_end_of_the_file_cuts_is_reported() -> None:
    cut = "@article{k1, title = {Soil}, author = {Doe, Jane}"
    papers, failures = read(f"{NEXT}{cut}")
    assert (papers, [failure.where for failure in failures]) == ([OWLS], ["x:5"])
    # Where the line is whole, only the brace is missing.
    papers, failures = read(f"{NEXT}{cut}\n")
    assert ([paper.title for paper in papers], failures) == (["Owls", "Soil"], [])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "@a{b,c=x" + " " * 200_000 + '"',
            "@a{b,c=" + "x " * 100_000 + '"',
            "@a{" + " " * 200_000,
        ),
        *("@a{b," + "x,\n" * 13_000, "@a{b," + "x {y},\n" * 6_000, "@a{b,c=d" + "}" * 200_000),
        *("@a{b,“" + "x" * 200_000, "@a{b,c=“" * 5_000, "@a{b,x " + ":" * 200_000),
        *("% @a{b}" * 5_000, "@comment @a{b}\n" * 5_000, "@a{b,c={d}\n" * 5_000),
    ],
)
def test_hostile_files_end(text: str) -> None:
    papers, _ = read(f"@a{{b, title={{A}}}}\n{text}")
    assert papers[0].title == "A"
