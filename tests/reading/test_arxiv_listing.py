"""arXiv's daily e-mail: new papers and cross-listings are read, replacements have no abstract."""

from __future__ import annotations

import io
import random

import pytest
from hang_guard import hang_guard
from source_support import read_source

from assistant.paper import Paper
from assistant.reading import Failure, arxiv_listing
from assistant.reading.dates import mail_date
from assistant.reading.source import HEAD_BYTES, Source

RULE = "-" * 78
PREAMBLE = f"""\
{RULE}
{RULE}
Send any comments regarding submissions directly to submitter.
{RULE}
Archives at http://arxiv.org/
To unsubscribe, e-mail To: cs@arXiv.org, Subject: cancel
{RULE}
 Submissions to:
Computation and Language
 received from  Thu 31 Dec 20 19:00:00 GMT  to  Mon  4 Jan 21 19:00:00 GMT
{RULE}
{RULE}
"""
NEW = r"""\\
arXiv:2101.00001
Date: Tue, 29 Dec 2020 11:24:39 GMT   (1234kb,D)
Date (revised v2): Fri, 1 Jan 2021 03:00:00 GMT   (1235kb,D)

Title: Bandits with many arms: a survey of what is known about their long-
  term regret
Authors: Djallel Bouneffouf (IBM Research), Emmy Noether and
  Kurt G\"odel
Categories: cs.LG cs.AI
Comments: in French
MSC-class: 68T05
Journal-ref: J. Bandits 1 (2021) 1-20
DOI: 10.1000/bandits.7
License: http://arxiv.org/licenses/nonexclusive-distrib/1.0/
\\
  Bandits learn and exploit what they have learnt at the same time, in a pre-
and post-training setting. Their state-of-the-
art regret is $O(\sqrt{n})$.
  A second paragraph
ends here.
\\ ( https://arxiv.org/abs/2101.00001 ,  1234kb)
"""
CROSS = r"""\\
arXiv:hep-th/0101002 (*cross-listing*)
Date: Fri, 1 Jan 2021 00:13:04 GMT   (44kb)

Title: Strings
Author: Ada Lovelace
Categories: hep-th
\\
  Strings are short.
\\ ( https://arxiv.org/abs/hep-th/0101002 ,  44kb)
"""
REPLACED = r"""\\
arXiv:1901.00003
replaced with revised version Fri, 1 Jan 2021 03:00:00 GMT   (123kb,D)

Title: An older paper
Authors: Alan Turing
Categories: cs.CC
\\ ( https://arxiv.org/abs/1901.00003 ,  123kb)
"""
MAIL = (
    f"{PREAMBLE}{NEW}{RULE}\n{CROSS}"
    f"{'%-' * 38}%\n{RULE}\n{REPLACED}%%--%%--%%--%%--%%--%%--%%--%%--%%\n"
)


def read(text: str | bytes) -> tuple[list[Paper], list[Failure]]:
    data = text if isinstance(text, bytes) else text.encode()
    source = Source(io.BufferedReader(io.BytesIO(data), HEAD_BYTES), "mail.txt")
    return read_source(arxiv_listing.FORMAT, source)


def test_whole_mail() -> None:
    papers, failures = read(MAIL)
    assert papers[0].model_copy(update={"authors": ()}) == Paper(
        title="Bandits with many arms: a survey of what is known about their long-term regret",
        abstract=(
            "Bandits learn and exploit what they have learnt at the same time, in a pre- "
            "and post-training setting. Their state-of-the-art regret is $O(\\sqrt{n})$."
            "\n\nA second paragraph ends here."
        ),
        published="2020-12-29",
        arxiv="2101.00001",
        doi="10.1000/bandits.7",
        url="https://arxiv.org/abs/2101.00001",
        tags=("cs.LG", "cs.AI"),
        source="mail.txt",
    )
    assert len(papers[0].authors) == 3
    assert papers[0].authors[:2] == ("Djallel Bouneffouf", "Emmy Noether")
    assert papers[1] == Paper(
        title="Strings",
        abstract="Strings are short.",
        authors=("Ada Lovelace",),
        published="2021-01-01",
        arxiv="hep-th/0101002",
        url="https://arxiv.org/abs/hep-th/0101002",
        tags=("hep-th",),
        source="mail.txt",
    )
    assert (papers[2].arxiv, papers[2].abstract) == ("1901.00003", "")
    assert (len(papers), failures) == (3, [])


@pytest.mark.parametrize(
    "text",
    [
        MAIL.replace("\n", "\r\n"),
        "From: no-reply@arxiv.org\nSubject: cs daily Subj-class mailing\n\n" + MAIL,
        "\n".join(f"> {line}".rstrip() for line in MAIL.split("\n")),
        "\n".join(f"> > {line}" for line in MAIL.split("\n")),
        "\n".join(f"    {line}" for line in MAIL.split("\n")),
        "\ufeff" + MAIL,
        MAIL.replace("arXiv:hep-th/0101002 (*cross-listing*)", "Paper: hep-th/0101002"),
        MAIL.replace("arXiv:hep", "Paper (*cross-listing*): hep").replace(
            " (*cross-listing*)\n", "\n"
        ),
    ],
)
def test_mail_however_it_was_kept(text: str) -> None:
    assert arxiv_listing.FORMAT.matches(text)
    assert read(text)[0] == read(MAIL)[0]
    assert read(text)[1] == []


def test_lines_that_close_an_entry_may_be_missing() -> None:
    closing = "\\\\ ( https://arxiv.org/abs/2101.00001 ,  1234kb)\n"
    whole = [paper.model_copy(update={"url": None}) for paper in read(MAIL)[0]]
    for text in (
        MAIL.replace(closing, ""),
        MAIL.replace(closing + RULE + "\n", ""),
        MAIL.replace(closing, "\\\\\n( https://arxiv.org/abs/2101.00001 ,  1234kb)\n"),
    ):
        assert [paper.model_copy(update={"url": None}) for paper in read(text)[0]] == whole
    (paper,), failures = read(NEW[: NEW.index("  A second paragraph")])
    assert paper.abstract.endswith("regret is $O(\\sqrt{n})$.")
    assert failures == []


def test_entries_that_are_no_papers_cost_nothing_else() -> None:
    papers, failures = read(MAIL.replace("Title: Strings\n", ""))
    assert len(papers) == 2
    assert [failure.why for failure in failures][:1] == ["it has no title"]
    papers, failures = read(MAIL.encode().replace(b"Strings are", b"Strings \xff are"))
    assert [paper.arxiv for paper in papers] == ["2101.00001", "1901.00003"]
    assert failures[0].why.endswith("of the line is not text: save the file as UTF-8")


def test_a_mail_that_is_cut_above_an_abstract_costs_that_paper() -> None:
    papers, failures = read(NEW + CROSS[: CROSS.index("Author:")])
    assert [paper.arxiv for paper in papers] == ["2101.00001"]
    assert [failure.why for failure in failures] == ["it has no abstract and no end: it was cut"]


def test_a_title_may_look_like_a_field() -> None:
    (paper,), _ = read(CROSS.replace("Title: Strings", "Title: Strings\n  License: to\n  kill"))
    assert paper.title == "Strings License: to kill"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A page about arXiv:2101.00001\n\nIts abstract.",
        "In TeX \\\\\nis a line end; see arXiv:2101.00001.",
        '{"title": "A", "abstract": "B", "id": "arXiv:2101.00001"}',
        f"{RULE}\nTitle: A\n\\\\\n  An abstract.\n\\\\\n",
    ],
)
def test_other_texts_are_not_recognised(text: str) -> None:
    assert not arxiv_listing.FORMAT.matches(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"),
        ("Tue, 29 Dec 2020 11:24:39 GMT   (1234kb,D)", "2020-12-29"),
        ("Mon, 6 Apr 92 15:50 CST   (7kb)", "1992-04-06"),
        ("Sat, 31 Feb 2021 00:00:00 GMT", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(text: str | None, date: str | None) -> None:
    assert mail_date(text) == date


def test_damaged_mails() -> None:
    data = (MAIL * 3).encode()
    for end in range(1, len(data), 37):
        read(data[:end])
    draw = random.Random(3)
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(draw.randint(1, 20)):
            damaged[draw.randrange(len(damaged))] = draw.choice(b"\\\n :->(%\xe9A0")
        arxiv_listing.FORMAT.matches(damaged.decode(errors="replace"))
        assert len(read(bytes(damaged))[0]) <= 9


@pytest.mark.parametrize(
    "unit", ["\\\\\n", "\n", "> ", "\\\\\narXiv:", "\\\\\narXiv:1\nTitle: x\n", "- "]
)
def test_nothing_takes_long(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    with hang_guard():
        arxiv_listing.FORMAT.matches(text[:HEAD_BYTES])
        read(text)
