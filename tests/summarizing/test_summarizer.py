"""TL;DRs of a library: order, storage, resuming, stopping, locking and fallbacks."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.library import Library
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.progress import Progress
from assistant.summarizing import Summarizer, TldrResult, summarize_papers
from assistant.summarizing.batch_lock import WAITING


def papers(count: int) -> list[Paper]:
    return [
        Paper(
            title=f"Paper{n}", abstract=f"Cats sleep. We propose CatNet{n}, a network that sleeps."
        )
        for n in range(count)
    ]


def reply_about(request: GenerationRequest) -> str:
    found = re.search(r"CatNet\d+", request.messages[-1].content)
    assert found
    return f"We present {found[0]}, a network that sleeps."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "cats", None) as opened:
        yield opened


def test_every_paper_gets_its_line_in_the_order_of_the_library(library: Library) -> None:
    library.add(papers(30))
    results = list(Summarizer(library, ScriptedModel(reply_about, slots=3)).run())
    assert [result.tldr for result in results] == [
        f"We present CatNet{n}, a network that sleeps." for n in range(30)
    ]
    assert {result.method for result in results} == {"generated"}
    kept = [tldr.text if tldr else None for _, tldr in library.tldrs.for_papers()]
    assert kept == [result.tldr for result in results]


def test_the_shape_for_other_programs(library: Library) -> None:
    library.add(papers(1))
    summarizer = Summarizer(library, ScriptedModel(reply_about, name="tiny"))
    (result,) = summarizer.run()
    shape = result.as_json()
    assert list(shape) == ["id", "title", "tldr", "method", "model", "prompt", "seconds"]
    assert shape["id"] == papers(1)[0].id
    assert (shape["model"], shape["prompt"]) == ("tiny", summarizer.prompt)


def test_a_second_call_writes_nothing_again(library: Library) -> None:
    library.add(papers(5))
    first = list(Summarizer(library, ScriptedModel(reply_about)).run())
    library.add(papers(7))
    model = ScriptedModel(reply_about)
    second = list(Summarizer(library, model).run())
    assert [result.tldr for result in second[:5]] == [result.tldr for result in first]
    assert [result.new for result in second] == [False] * 5 + [True] * 2
    assert len(model.requests) == 2


def test_another_model_or_prompt_writes_anew(library: Library, tmp_path: Path) -> None:
    library.add(papers(2))
    list(Summarizer(library, ScriptedModel(reply_about, name="one")).run())
    other = ScriptedModel(reply_about, name="two")
    list(Summarizer(library, other).run())
    assert len(other.requests) == 2
    back = ScriptedModel(reply_about, name="one")
    list(Summarizer(library, back).run())
    assert back.requests == []
    own = tmp_path / "prompts"
    own.mkdir()
    (own / "tldr.md").write_text("# user\nSay it of {title} in short: {abstract}\n", "utf-8")
    again = ScriptedModel(reply_about, name="two")
    list(Summarizer(library, again, own).run())
    assert again.requests[0].messages[0].content.startswith("Say it of Paper0 in short")


def test_as_many_requests_as_the_model_has_slots_and_as_many_waiting(library: Library) -> None:
    library.add(papers(20))
    model = ScriptedModel(reply_about, slots=3)
    next(Summarizer(library, model).run())
    assert len(model.requests) == 6


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Too short.",
        "A network called DogNet sleeps.",
        "It sleeps 17 times a day.",
        "word " * 80,
    ],
)
def test_what_cannot_be_trusted_is_replaced_by_the_contribution(reply: str) -> None:
    (result,) = summarize_papers(papers(1), ScriptedModel([reply]))
    assert result.tldr == "We propose CatNet0, a network that sleeps."
    assert result.method == "extracted"


def test_stopping_keeps_what_is_whole_and_goes_on_there(library: Library) -> None:
    library.add(papers(12))
    model = ScriptedModel(reply_about, slots=2, seconds_per_piece=0.01)
    progress = Progress()
    for result in Summarizer(library, model).run(progress=progress):
        if result.title == "Paper3":
            progress.stop()
    done = library.status().tldrs
    assert 4 <= done < 12
    later = ScriptedModel(reply_about)
    results = list(Summarizer(library, later).run())
    assert len(results) == 12
    assert len(later.requests) == 12 - done


def test_stopping_does_not_wait_for_the_words_under_way(library: Library) -> None:
    library.add(papers(3))
    model = ScriptedModel(reply_about, seconds_per_piece=3600)
    progress = Progress()
    threading.Timer(0.1, progress.stop).start()
    assert list(Summarizer(library, model).run(progress=progress)) == []


def test_leaving_early_cancels_what_is_under_way(library: Library) -> None:
    library.add(papers(8))
    model = ScriptedModel(reply_about, slots=2)
    results = Summarizer(library, model).run()
    next(results)
    assert isinstance(results, Iterator)
    results.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "cancel on stop"]


def test_a_failing_model_leaves_what_was_written(library: Library) -> None:
    library.add(papers(3))
    model = ScriptedModel(
        ["We present CatNet0, a network that sleeps.", ModelError("It broke."), ""]
    )
    with pytest.raises(ModelError, match="broke"):
        list(Summarizer(library, model).run())
    assert library.status().tldrs == 1


def test_a_paper_that_changed_meanwhile_does_not_keep_the_old_line(library: Library) -> None:
    library.add([Paper(title="Cats", abstract="Cats sleep and dream ...", arxiv="2401.00001")])
    richer = Paper(
        title="Cats", abstract="Cats sleep and dream all day and all night.", arxiv="2401.00001"
    )

    def change(request: GenerationRequest) -> str:
        library.add([richer])
        return "Cats sleep and they dream."

    (result,) = Summarizer(library, ScriptedModel(change)).run()
    assert result.tldr == "Cats sleep and they dream."
    assert library.tldrs.get(result.number or 0) is None


def test_a_second_batch_waits_for_the_first_and_writes_nothing_twice(library: Library) -> None:
    library.add(papers(6))
    models = [ScriptedModel(reply_about, slots=1, seconds_per_piece=0.01) for _ in range(2)]
    first = Summarizer(library, models[0]).run()
    next(first)
    told: list[str] = []
    found: list[TldrResult] = []
    second = threading.Thread(
        target=lambda: found.extend(Summarizer(library, models[1]).run(notify=told.append))
    )
    second.start()
    assert len(list(first)) == 5
    second.join()
    assert told == [WAITING]
    assert [result.new for result in found] == [False] * 6
    assert models[1].requests == []


def test_waiting_ends_when_told_to_stop(library: Library) -> None:
    library.add(papers(2))
    first = Summarizer(library, ScriptedModel(reply_about, slots=1)).run()
    next(first)
    progress = Progress()
    results = Summarizer(library, ScriptedModel(reply_about)).run(
        progress=progress, notify=lambda note: progress.stop(), redo=True
    )
    assert list(results) == []
    first.close()
    third = ScriptedModel(reply_about)
    assert len(list(Summarizer(library, third).run())) == 2


def test_what_is_there_comes_out_without_waiting(library: Library) -> None:
    library.add(papers(2))
    list(Summarizer(library, ScriptedModel(reply_about)).run())
    writing = Summarizer(library, ScriptedModel(reply_about, slots=1)).run(redo=True)
    next(writing)
    assert len(list(Summarizer(library, ScriptedModel(reply_about)).run(notify=pytest.fail))) == 2


def test_a_paper_without_an_abstract_has_no_line(library: Library) -> None:
    known = [Paper(title="A title alone"), *papers(1)]
    library.add(known)
    model = ScriptedModel(reply_about)
    assert [result.title for result in Summarizer(library, model).run()] == ["Paper0"]
    assert [result.title for result in summarize_papers(known, model)] == ["Paper0"]
