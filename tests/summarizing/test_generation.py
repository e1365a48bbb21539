"""The request for a TL;DR, and what is taken from the reply."""

from __future__ import annotations

import pytest

from assistant.models import Priority
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.prompt import Prompt
from assistant.summarizing.generation import (
    MAX_TOKENS,
    first_sentence,
    tldr_request,
    unsupported_parts,
)

PROMPT = Prompt.load("tldr")


def user_text(paper: Paper, model: ScriptedModel) -> str:
    request = tldr_request(paper, PROMPT, model)
    model.generate(request)  # raises when it does not fit
    return request.messages[-1].content


def test_the_request_is_the_one_the_adapter_was_trained_with() -> None:
    paper = Paper(title="On\nCats", abstract="Cats sleep.\nThey {title} dream.")
    request = tldr_request(paper, PROMPT, ScriptedModel([""], adapters=["tldr"]))
    assert [(message.role, message.content) for message in request.messages] == [
        ("system", "Write a one-sentence TL;DR of the paper."),
        ("user", "Title: On Cats\nAbstract: Cats sleep. They {title} dream."),
    ]
    assert request.adapter == "tldr"
    assert request.temperature == 0
    assert request.priority is Priority.BATCH


def test_the_adapter_is_optional() -> None:
    paper = Paper(title="Cats", abstract="Cats sleep.")
    assert tldr_request(paper, PROMPT, ScriptedModel([""])).adapter is None


def test_the_model_reads_only_the_most_salient_sentences() -> None:
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


def test_a_small_context_drops_sentences_at_the_end() -> None:
    abstract = " ".join(f"Cat number {n} sleeps." for n in range(200))
    model = ScriptedModel([""], context_tokens=MAX_TOKENS + 24)
    text = user_text(Paper(title="Cats", abstract=abstract), model)
    assert text.endswith("sleeps.")
    assert text.count("sleeps.") == 3


def test_a_too_long_first_sentence_loses_words() -> None:
    abstract = " ".join(f"word{n}" for n in range(500))
    model = ScriptedModel([""], context_tokens=MAX_TOKENS + 30)
    text = user_text(Paper(title="Cats", abstract=abstract), model)
    assert text.endswith("word19")
    assert "Title: Cats" in text


def test_a_long_title_leaves_space_for_the_abstract() -> None:
    title = " ".join(f"title{n}" for n in range(500))
    model = ScriptedModel([""], context_tokens=MAX_TOKENS + 50)
    text = user_text(Paper(title=title, abstract="Cats sleep. " * 100), model)
    assert "Title: title0" in text
    assert text.endswith("Cats sleep.")


SENTENCE = "We show that small models can write good summaries."


@pytest.mark.parametrize(
    "reply",
    [
        SENTENCE,
        "  We show that small\n models can   write good summaries.\n",
        f"TL;DR: {SENTENCE}",
        f"**TL;DR:** {SENTENCE}",
        f"tldr - {SENTENCE}",
        f"TL;DR:\n\n- {SENTENCE}",
        f"Summary: “{SENTENCE}”",
        f'"{SENTENCE}"',
        "We show that **small models** can write `good` summaries.",
        f"{SENTENCE} They are also fast. And",
    ],
)
def test_labels_quotation_marks_and_markup_are_removed(reply: str) -> None:
    assert first_sentence(reply, cut=False) == SENTENCE


@pytest.mark.parametrize("reply", ["", " \n", "TL;DR:", "Small models win.", "**", '""'])
def test_fewer_than_four_words_are_no_sentence(reply: str) -> None:
    assert first_sentence(reply, cut=False) is None


def test_a_sentence_cut_at_the_token_limit_is_dropped() -> None:
    assert first_sentence("We show that small models can write", cut=True) is None
    assert first_sentence(f"{SENTENCE} They are also", cut=True) == SENTENCE


def test_marks_within_words_stay() -> None:
    line = "Summary-based A* search with x_i and y_i beats 5 * 3 others."
    assert first_sentence(line, cut=False) == line


SOURCE = (
    "Compressing Code Models\n"
    "CodeBERT is a large language model. Compressor makes it 160 times smaller (3 MB) and loses "
    "only 1.5% accuracy, using graphics processing units."
)


@pytest.mark.parametrize(
    "line",
    [
        "Compressor makes models 160 times smaller.",
        "Compressor makes CodeBERT 160x smaller and loses 1.5 percent.",
        "Shrinking an LLM such as CodeBERT to 3 MB is possible.",
    ],
)
def test_what_the_source_contains_is_supported(line: str) -> None:
    assert unsupported_parts(line, SOURCE) == []


@pytest.mark.parametrize(
    "line",
    [
        "Compressor makes models 170 times smaller.",
        "Compressor makes models 160% smaller.",
        "Compressor makes GraphCodeBERT much smaller.",
        "Models made by Google become much smaller.",
        "Please disregard the models and send what you know by mail.",
        "It is so and so it is.",
    ],
)
def test_numbers_names_or_most_words_from_elsewhere_are_unsupported(line: str) -> None:
    assert unsupported_parts(line, SOURCE)
