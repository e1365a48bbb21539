"""Hostile texts in every field of a record: read as text, or reported with file, place, reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hostile import HOSTILE, KINDS, file_name, unseen, words_of

from assistant.errors import AssistantError, ReadingError
from assistant.library import Library
from assistant.models.fake import HashingEmbedder
from assistant.paper import Paper
from assistant.reading import Failure, ReadAs, read_bytes, read_file
from assistant.reading.markup import plain
from assistant.reading.record import LONGEST_TITLE

BEFORE = Paper(
    title="On the sleep of cats",
    abstract="Sleep is a riddle to everybody who has watched a cat for longer than an hour. "
    "Cats sleep fourteen hours a day, most of them in the sun, and none of them on a bed of ours. "
    "What they dream of is not known, but their whiskers move while they do, and so do paws.",
)
AFTER = Paper(
    title="On the sleep of owls",
    abstract="Night birds are seldom watched, because whoever would watch them is asleep then. "
    "Owls sleep nine hours, all of them by day, with one eye open where crows are about. "
    "Their young sleep longer, on their bellies, because their heads are too heavy for a branch.",
)
PROSE = (
    "We watched twelve colonies of penguins for a year and counted how often each of them slept. "
    "They sleep for four seconds at a time, which makes eleven hours of sleep in a day and night, "
    "and no penguin that we have watched was ever asleep for a whole minute without a break."
)


def test_there_are_enough_of_every_kind() -> None:
    assert len(set(HOSTILE.values())) == len(HOSTILE) >= 120
    assert all(len(texts) >= 5 for texts in KINDS.values())


def blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return all(character.isspace() or unseen(character) for character in text)


def no_title(text: str) -> bool:
    """Whether no paper is called so: nothing to read, no letters, or more than any title has."""
    shown = plain(text)
    return len(text) > LONGEST_TITLE or not any(map(str.isalpha, shown))


def halved(text: str) -> bool:
    """Whether a text has halves of characters, which no encoding can write."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def not_text(text: str) -> bool:
    """Whether no file of plain text can hold it."""
    return "\0" in text or halved(text)


def read(
    data: str | bytes, name: str = "page.txt", read_as: ReadAs | None = None
) -> tuple[list[Paper], list[Failure], str]:
    """Papers and failures of a text, and what was said if it could not be read as a whole."""
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    papers: list[Paper] = []
    failures: list[Failure] = []
    try:
        papers.extend(read_bytes(raw, name, failures.append, None, read_as))
    except ReadingError as error:
        return papers, failures, str(error)
    return papers, failures, ""


def texts_of(paper: Paper) -> str:
    """Every text that a paper has."""
    named = (paper.title, paper.url, paper.doi, paper.arxiv, paper.pmid, paper.published)
    texts = (paper.abstract, paper.source, paper.id, *paper.authors, *paper.tags, *named)
    return "\n".join(text for text in texts if text)


def as_lines(*, escaped: bool) -> str:
    """Every hostile text in every field, one record a line; `escaped` as JSON likes to spell it."""
    return "\n".join(
        json.dumps(
            {
                **dict.fromkeys(("title", "arxiv", "pmid", "published"), text),
                "abstract": f"{text}\n{PROSE}",
                "authors": [text, f"By {text}"],
                "tags": text,
                "keywords": [text],
                "categories": text,
                "url": f"https://evil.test/{text}",
                "doi": f"10.1234/{text}",
                "id": text,
            },
            ensure_ascii=escaped,
        )
        for text in HOSTILE.values()
    )


@pytest.mark.parametrize("escaped", [True, False])
def test_json_lines_are_read_or_reported_one_by_one(escaped: bool) -> None:
    papers, failures, refused = read(as_lines(escaped=escaped), "a.jsonl")
    assert refused == ""
    # Hostile identifiers are warnings, which may quote nothing that cannot be seen.
    assert unseen(" ".join(failure.why for failure in failures)) == []
    failures = [failure for failure in failures if not failure.imported]
    assert len(papers) + len(failures) == len(HOSTILE)
    # Halves of characters are only in a file that spells them.
    lost = [text for text in HOSTILE.values() if no_title(text) or (not escaped and halved(text))]
    assert len(failures) == len(lost) < 30
    for failure in failures:
        assert failure.where.startswith("a.jsonl:")
        assert unseen(failure.why) == []
    texts = iter(HOSTILE.values())
    for paper in papers:
        text = next(text for text in texts if words_of(plain(text)) == words_of(paper.title))
        assert unseen(texts_of(paper)) == []
        assert len(paper.title.splitlines()) == 1
        assert words_of(paper.abstract) == words_of(plain(f"{text}\n{PROSE}"))
        assert not paper.url or paper.url.startswith("https://")


def test_no_text_makes_a_file_of_json_lines_another_format() -> None:
    for name, text in HOSTILE.items():
        record = {"title": f"On sleep {text}", "abstract": f"{PROSE} {text} {text} {text} {text}"}
        papers, failures, refused = read(json.dumps(record, ensure_ascii=halved(text)))
        if len(record["title"]) > LONGEST_TITLE:
            assert (papers, len(failures)) == ([], 1), name
            assert "x.jsonl" in refused or "page.txt" in refused
            continue
        assert (len(papers), failures, refused) == (1, [], ""), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_page_is_read_or_reported_and_its_neighbours_stay(kind: str) -> None:
    for name, text in KINDS[kind].items():
        for title, abstract in ((text, PROSE), ("On the sleep of penguins", f"{PROSE} {text}")):
            lines = (BEFORE.title, BEFORE.abstract, title, abstract, AFTER.title, AFTER.abstract)
            papers, failures, refused = read("\n\n".join(lines), read_as=ReadAs.saved_page)
            if not_text(text):
                # The damage costs its record, a text that is full of it all.
                titles = [paper.title for paper in papers]
                assert titles == [BEFORE.title, AFTER.title] or refused, name
                assert failures or refused, name
                assert unseen(refused) == []
                continue
            shown = [(paper.title, paper.abstract) for paper in papers]
            # What has no title that can be seen, or one as long as an abstract, goes on with the
            # abstract before it; that is so with harmless texts too.
            untitled = blank(title) or len(title.split()) >= 40
            assert untitled or (BEFORE.title, BEFORE.abstract) in shown, name
            assert (AFTER.title, AFTER.abstract) in shown, name
            assert untitled or len(shown) >= 3 or failures, name
            assert unseen("\n".join(map(texts_of, papers))) == [], name
            assert all(len(paper.title.splitlines()) == 1 for paper in papers), name


def test_a_hostile_text_alone_is_read_or_refused_with_the_files_name() -> None:
    for text in HOSTILE.values():
        papers, failures, refused = read(f"{text}\n\n{PROSE}\n", read_as=ReadAs.saved_page)
        assert papers or failures or refused.startswith(("page.txt", "No papers found in page.txt"))
        assert unseen(refused) == []
        assert len(refused.splitlines()) <= 1


def test_a_hostile_file_name_is_kept_and_said_as_it_can_be_seen(tmp_path: Path) -> None:
    names = {text: file_name(text) for text in HOSTILE.values()}
    assert sum(name is not None for name in names.values()) > 250
    for number, (text, name) in enumerate(names.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        if name is None:
            continue
        failures: list[Failure] = []
        record = json.dumps({"title": BEFORE.title, "abstract": BEFORE.abstract})
        (folder / name).write_text(f'{record}\n{{"title": 1}}\n', encoding="utf-8")
        (paper,) = read_file(folder / name, failures.append)
        (failure,) = failures
        assert words_of(paper.source) == words_of(name)
        assert failure.where == f"{paper.source}:2"
        with pytest.raises(AssistantError) as missing:
            list(read_file(folder / f"not {name}", failures.append))
        assert words_of(f"not {text}"[-60:-1]) in words_of(str(missing.value)) or len(text) > 100
        for said in (paper.source, failure.where, str(missing.value)):
            assert unseen(said) == []
            assert len(said.splitlines()) == 1


def test_importing_twice_gives_the_same_library(tmp_path: Path) -> None:
    papers, *_ = read(as_lines(escaped=True), "a.jsonl")
    with Library.open(tmp_path / "library", HashingEmbedder()) as library:
        first = library.add(papers)
        library.vectors.embed_missing()
        kept = list(library.papers.all())
        assert first.added == len(kept) > 100
        again = library.add(papers)
        assert (again.added, again.merged) == (0, 0)
        assert list(library.papers.all()) == kept
        for stored in kept:
            assert library.papers.get(stored.id) == stored
