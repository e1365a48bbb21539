"""Properties of every reader, on inputs that hypothesis makes: the same ones in every run."""

from __future__ import annotations

import io
import json

import pytest
from fuzzing.targets import PARSERS, READERS, TARGETS, checked, sound
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_support import skipping

from assistant.errors import ReadingError
from assistant.paper import Paper
from assistant.reading import FORMATS, Failure, read_bytes, source
from assistant.reading.source import HEAD_BYTES, Source

pytestmark = pytest.mark.slow

OURS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# What formats are made of; bytes alone would seldom come as far as a parser.
_MARKS = (
    *("\n", "\r", "\t", " ", "{", "}", '"', "'", "<", ">", "&", ";", ",", "=", "@", "#", "$", "%"),
    *("\\", "\\\\\n", "[", "]", ":", "|", "-", "\0", "\ufeff", "\u2028", "TY  - ", "ER  - \n"),
    *("PMID- 1\n", "PT J\n", "<item>", "</item>", "<![CDATA[", "<!--", "@article{", "&lt;", "]]>"),
    *(
        "arXiv:2101.00001\n",
        "Abstract\n",
        "1 Introduction\n",
        "title",
        "abstract",
        "null",
        "[" * 99,
    ),
)
_TEXTS = st.lists(st.sampled_from(_MARKS) | st.text(max_size=12), max_size=30).map("".join)
_PIECES = st.lists(
    st.binary(max_size=8) | _TEXTS.map(lambda text: text.encode("utf-8", "replace")), max_size=8
).map(b"".join)


def _damaged(seed: bytes, at: int, length: int, piece: bytes) -> bytes:
    at %= len(seed) + 1
    return seed[:at] + piece + seed[at + length :]


def test_every_format_has_a_target() -> None:
    assert {known.name for known in FORMATS} == set(READERS)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_reads_its_seeds(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", READERS)
def test_the_seeds_hold_papers(name: str) -> None:
    known = next(known for known in FORMATS if known.name == name)
    for seed in READERS[name].seeds:
        opened = Source(io.BufferedReader(io.BytesIO(seed), HEAD_BYTES), "x")
        assert known.matches(opened.head)
        assert list(known.read(opened, skipping(opened.name, sound)))


@pytest.mark.parametrize("name", TARGETS)
@OURS
@given(data=_PIECES)
def test_any_bytes_give_papers_or_failures(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


@pytest.mark.parametrize("name", [*READERS, *PARSERS])
@OURS
@given(
    choice=st.integers(0, 99), at=st.integers(0, 10_000), length=st.integers(0, 40), piece=_PIECES
)
def test_damage_gives_papers_or_failures(
    name: str, choice: int, at: int, length: int, piece: bytes
) -> None:
    seeds = TARGETS[name].seeds
    TARGETS[name].run(_damaged(seeds[choice % len(seeds)] * 2, at, length, piece))


PROSE = "Owls sleep by day, and nobody has asked them why, since whoever would ask is asleep."
GOOD = {
    "ris": ("", "TY  - JOUR\nTI  - {}\nAB  - {}\nER  - \n", ""),
    "wos": ("FN x\nVR 1.0\n", "PT J\nTI {}\nAB {}\nER\n\n", "EF\n"),
    "nbib": ("", "PMID- 1\nOWN - NLM\nTI  - {}\nAB  - {}\n\n", ""),
    "bib": ("", "@article{{k,\n title = {{{}}},\n abstract = {{{}}}\n}}\n", ""),
    "jsonl": ("", '{{"title": "{}", "abstract": "{}"}}\n', ""),
    "csv": ("title,abstract\n", '"{}","{}"\n', ""),
    "listing": (
        "",
        "\\\\\narXiv:2101.00001\nTitle: {}\nCategories: cs.LG\n\\\\\n  {}\n\\\\ ( x ,  1kb)\n",
        "",
    ),
}
# What ends a record, or may hold the next ones, as XML and JSON do by their design.
_ANY_LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40
)
_BROKEN = {
    "ris": _ANY_LINE.map(lambda text: f"TY  - JOUR\nAB  - {text}\nER  - \n".encode()),
    "wos": _ANY_LINE.map(lambda text: f"PT J\nAB {text}\nER\n\n".encode()),
    "nbib": _ANY_LINE.map(lambda text: f"PMID- 2\nAB  - {text}\n\n".encode()),
    "bib": _ANY_LINE.map(lambda text: f"@article{{b, title = {{{text}\n".encode()),
    "jsonl": st.binary(max_size=40).map(lambda data: data.replace(b"\n", b" ") + b"\n"),
    "csv": _ANY_LINE.map(lambda text: f'"{text.replace(chr(34), "")},\n'.encode()),
    "listing": _ANY_LINE.map(
        lambda text: f"\\\\\narXiv:2101.00002\nCategories: {text}\n\\\\\n  x\n\\\\ ( x )\n".encode()
    ),
}


@pytest.mark.parametrize("form", GOOD)
@settings(OURS, max_examples=100)
@given(data=st.data(), place=st.integers(0, 3))
def test_a_damaged_record_costs_no_other(form: str, data: st.DataObject, place: int) -> None:
    above, record, below = GOOD[form]
    titles = ["First title", "Second title", "Third title"]
    parts = [record.format(title, PROSE).encode() for title in titles]
    parts.insert(place, data.draw(_BROKEN[form]))
    # A first record that shows the format, as a damaged one may not.
    parts.insert(0, record.format("Begin", PROSE).encode())
    whole = above.encode() + b"".join(parts) + below.encode()
    papers = checked(read_bytes(whole, "x", sound))
    found = [paper.title for paper in papers]
    assert [title for title in found if title in titles] == titles


@pytest.mark.parametrize("name", READERS)
@OURS
@given(
    choice=st.integers(0, 99),
    at=st.integers(0, 10_000),
    piece=_PIECES,
    size=st.sampled_from([1, 2, 3, 5, 17, 100]),
)
def test_the_pieces_in_which_a_stream_comes_do_not_matter(
    name: str, choice: int, at: int, piece: bytes, size: int
) -> None:
    seeds = READERS[name].seeds
    data = _damaged(seeds[choice % len(seeds)] * 2, at, 0, piece)
    with pytest.MonkeyPatch.context() as patch:
        whole = _outcome(name, data)
        patch.setattr(source, "_CHUNK_BYTES", size)
        assert _outcome(name, data) == whole


def _outcome(name: str, data: bytes) -> tuple[list[Paper], list[Failure], str]:
    known = next(known for known in FORMATS if known.name == name)
    papers: list[Paper] = []
    failures: list[Failure] = []
    try:
        stream = io.BufferedReader(io.BytesIO(data), HEAD_BYTES)
        papers.extend(known.read(Source(stream, "x"), skipping("x", failures.append)))
    except ReadingError as error:
        return papers, failures, str(error)
    return papers, failures, ""


@OURS
@given(
    pairs=st.lists(
        st.tuples(st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{2,9}){1,5}", fullmatch=True), st.text()),
        min_size=1,
        max_size=4,
    )
)
def test_json_lines_lose_no_record(pairs: list[tuple[str, str]]) -> None:
    lines = [json.dumps({"title": title, "abstract": text}) for title, text in pairs]
    failures: list[Failure] = []
    papers: list[Paper] = []
    try:
        papers.extend(read_bytes("\n".join(lines).encode(), "x", failures.append))
    except ReadingError:
        assert len(failures) == len(pairs)
    assert len(papers) + len(failures) == len(pairs)
