"""What the model is asked, and what is left of an abstract that is too long for it."""

from __future__ import annotations

from assistant.models import Priority
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.prompt import Prompt
from assistant.summarizing.prompting import MAX_TOKENS, request_for

PROMPT = Prompt.load("tldr")


def user_text(paper: Paper, model: ScriptedModel) -> str:
    request = request_for(paper, PROMPT, model)
    model.generate(request)  # raises when it does not fit
    return request.messages[-1].content


def test_the_request_is_the_one_the_adapter_was_trained_with() -> None:
    paper = Paper(title="On\nCats", abstract="Cats sleep.\nThey {title} dream.")
    request = request_for(paper, PROMPT, ScriptedModel([""], adapters=["tldr"]))
    assert [(message.role, message.content) for message in request.messages] == [
        ("system", "Write a one-sentence TL;DR of the paper."),
        ("user", "Title: On Cats\nAbstract: Cats sleep. They {title} dream."),
    ]
    assert request.adapter == "tldr"
    assert request.temperature == 0
    assert request.priority is Priority.BATCH


def test_a_model_without_the_adapter_is_asked_without_it() -> None:
    paper = Paper(title="Cats", abstract="Cats sleep.")
    assert request_for(paper, PROMPT, ScriptedModel([""])).adapter is None


def test_the_model_reads_only_the_sentences_that_say_most() -> None:
    own = "In this paper, we propose a fast network that knows where each of the cats is asleep."
    background = [
        "Dogs have often been walked by day.",
        "However, sleep is an important challenge for previous methods of measuring.",
        "Recently, cameras have become cheap.",
        "Despite this, existing recordings of animals are often long and dark.",
        "Typically a person watches them, which has been expensive.",
        "Although nights differ, previous work ignores the weather.",
    ]
    paper = Paper(title="Finding cats asleep", abstract=" ".join([*background, own]))
    text = user_text(paper, ScriptedModel([""]))
    assert text.endswith(own)
    assert sum(sentence in text for sentence in background) == 3


def test_what_is_read_loses_sentences_at_its_end_where_the_context_is_small() -> None:
    abstract = " ".join(f"Cat number {n} sleeps." for n in range(200))
    model = ScriptedModel([""], context_tokens=MAX_TOKENS + 24)
    text = user_text(Paper(title="Cats", abstract=abstract), model)
    assert text.endswith("sleeps.")
    assert text.count("sleeps.") == 3


def test_a_first_sentence_that_is_too_long_loses_words() -> None:
    abstract = " ".join(f"word{n}" for n in range(500))
    model = ScriptedModel([""], context_tokens=MAX_TOKENS + 30)
    text = user_text(Paper(title="Cats", abstract=abstract), model)
    assert text.endswith("word19")
    assert "Title: Cats" in text


def test_an_endless_title_leaves_room_for_the_abstract() -> None:
    title = " ".join(f"title{n}" for n in range(500))
    model = ScriptedModel([""], context_tokens=MAX_TOKENS + 50)
    text = user_text(Paper(title=title, abstract="Cats sleep. " * 100), model)
    assert "Title: title0" in text
    assert text.endswith("Cats sleep.")
