"""Telling the kind of a question from its wording."""

from __future__ import annotations

import pytest

from assistant.answering.question_kinds import (
    QuestionKind,
    RecordField,
    asks_which_paper,
    classify_paper_question,
    classify_question,
    compared_in_general,
)

KINDS: dict[QuestionKind, list[tuple[str, str | None]]] = {
    QuestionKind.LIST: [
        ("Which papers here use reinforcement learning?", "reinforcement learning"),
        ("List the papers about quantum computing", "quantum computing"),
        ("Are there any papers about protein folding?", "protein folding"),
        ("please list all papers on scaling laws.", "scaling laws"),
        ("Name all papers that train a code model", "train a code model"),
        ("Which of these works build LSTM-like networks?", "build LSTM-like networks"),
        ("Do we have papers about bees?", "bees"),
        ("papers on making models smaller", "making models smaller"),
        ("studies of mice", "mice"),
        ("anything on brains?", "brains"),
        ("is there anything about diffusion models here", "diffusion models"),
        ("do we have something on trials in children", "trials in children"),
        ("which ones talk about benchmarks", "benchmarks"),
    ],
    QuestionKind.OVERVIEW: [
        ("What does the library say about quantum machine learning?", "quantum machine learning"),
        ("what have people done on speeding up transformers", "speeding up transformers"),
        ("What's new in state space models?", "state space models"),
        ("recent work on statins", "statins"),
        ("What's the state of the art in code generation?", "code generation"),
        ("Summarise what is known here about energy consumption", "energy consumption"),
        ("Give me an overview of mixture of experts", "mixture of experts"),
        ("Overview of quantum classifiers", "quantum classifiers"),
        ("What do the papers here say about scaling laws?", "scaling laws"),
        ("What is known about Simon's problem?", "Simon's problem"),
    ],
    QuestionKind.SUMMARY: [
        ('Summarise the paper "The probabilistic world"', "The probabilistic world"),
        ("Give me the gist of the FlashRNN paper", "FlashRNN"),
        ("tl;dr of Duo-LLM", "Duo-LLM"),
        ("What is the main contribution of the Compressor paper?", "Compressor"),
        ("What is the paper on Compressor about?", "Compressor"),
        ("What's the paper “The probabilistic world” about?", "The probabilistic world"),
    ],
    QuestionKind.DEFINITION: [
        ("What is ComPile?", "ComPile"),
        ("What does ULP stand for?", "ULP"),
        ("What is a data reuploading circuit?", "data reuploading circuit"),
        ("Define Meta Agent Search.", "Meta Agent Search"),
    ],
    QuestionKind.FACT: [
        ("How much smaller does Compressor make models?", None),
        ("What is the accuracy of QCNN on MNIST?", None),
        ("When was AlphaGo beaten?", None),
        ("Which method beats EM?", None),
        ("Who proved the theorem of Bell?", None),
        ("What are the main results of iLA-SDP?", None),
        ("Which benchmark is used?", None),
        ("How does FlashRNN fuse its kernels?", None),
        ("?", None),
        ("flashrnn speedup", None),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "question", "topic"),
    [(kind, question, topic) for kind, rows in KINDS.items() for question, topic in rows],
)
def test_the_kind_and_the_topic(kind: QuestionKind, question: str, topic: str | None) -> None:
    asked = classify_question(question)
    assert asked.kind is kind
    assert topic is None or asked.topic == topic


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Compare FlashRNN with Triton", ("FlashRNN", "Triton")),
        ("What is the difference between iLA-SDP and K-means?", ("iLA-SDP", "K-means")),
        ("How does AlphaGo compare to other Go programs?", ("AlphaGo", "other Go programs")),
        (
            "How do FlashRNN and Compressor differ in speed?",
            ("FlashRNN in speed", "Compressor in speed"),
        ),
        ("FlashRNN vs. LSTM", ("FlashRNN", "LSTM")),
        ("What distinguishes CodeGen2 from Stable Code?", ("CodeGen2", "Stable Code")),
        (
            "Contrast the hybrid network with the gradual framework.",
            ("the hybrid network", "the gradual framework"),
        ),
        (
            "How does Mixture-of-Memories differ from FlashRNN?",
            ("Mixture-of-Memories", "FlashRNN"),
        ),
    ],
)
def test_the_sides_of_a_comparison(question: str, sides: tuple[str, str]) -> None:
    asked = classify_question(question)
    assert (asked.kind, asked.sides) == (QuestionKind.COMPARISON, sides)


@pytest.mark.parametrize(
    ("question", "field", "topic"),
    [
        ("Who wrote the FlashRNN paper?", RecordField.AUTHORS, "FlashRNN"),
        ("Who are the authors of Compressor?", RecordField.AUTHORS, "Compressor"),
        ("When was the paper on sorting published?", RecordField.PUBLISHED, "sorting"),
        ("In which year was The probabilistic world published?", RecordField.PUBLISHED,
         "The probabilistic world"),
        ("Which licence does ComPile have?", RecordField.LICENCE, "ComPile"),
        ("What is the DOI of “The probabilistic world”?", RecordField.DOI,
         "The probabilistic world"),
        ("In which journal did the LaMDA paper appear?", RecordField.JOURNAL, "LaMDA"),
        ("How many times has FlashRNN been cited?", RecordField.CITATIONS, "FlashRNN"),
        ("What is the arXiv id of kGym?", RecordField.ARXIV, "kGym"),
    ],
)  # fmt: skip
def test_questions_about_a_record(question: str, field: RecordField, topic: str) -> None:
    asked = classify_question(question)
    assert (asked.kind, asked.field, asked.topic) == (QuestionKind.METADATA, field, topic)


@pytest.mark.parametrize(
    ("question", "kind", "topic"),
    [
        ("What is the kGym paper about?", QuestionKind.SUMMARY, "kGym"),
        ("what is the sleepy bees study about", QuestionKind.SUMMARY, "sleepy bees"),
        ("summarise the paper on sleepy bees", QuestionKind.SUMMARY, "sleepy bees"),
        ("summarise the papers on sleepy bees", QuestionKind.OVERVIEW, "sleepy bees"),
        ("What is the best paper about bees?", QuestionKind.FACT, None),
    ],
)
def test_one_paper_is_summed_up(question: str, kind: QuestionKind, topic: str | None) -> None:
    asked = classify_question(question)
    assert asked.kind is kind
    assert topic is None or asked.topic == topic


@pytest.mark.parametrize(
    ("question", "one"),
    [
        ("Which study looked at naps?", True),
        ("what paper introduces Dozy", True),
        ("Which is the paper that introduced Dozy?", True),
        ("Which study arms were compared?", False),
        ("Which studies looked at naps?", False),
        ("Which drug was used?", False),
    ],
)
def test_a_paper_is_asked_for(question: str, one: bool) -> None:
    assert asks_which_paper(question) is one


@pytest.mark.parametrize(
    ("question", "in_general"),
    [
        ("Compare Dozy with Sleepy", True),
        ("Dozy vs Sleepy", True),
        ("difference between Dozy and Sleepy", True),
        ("How do the two studies of naps differ?", True),
        ("Compare Dozy and Sleepy in terms of speed", False),
        ("How do the two studies of naps differ in size?", False),
        ("Compare the two studies of naps: how many cats and which beds?", False),
        ("How fast is Dozy?", False),
    ],
)
def test_a_comparison_without_an_aspect(question: str, in_general: bool) -> None:
    assert compared_in_general(question) is in_general


@pytest.mark.parametrize("question", ["(" * 2000, "a " * 1000, "which papers " * 150, "vs " * 600])
def test_long_and_odd_questions_end_soon(question: str) -> None:
    assert classify_question(question).topic


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is this paper about?", QuestionKind.SUMMARY),
        ("Summarise it", QuestionKind.SUMMARY),
        ("summarize this article.", QuestionKind.SUMMARY),
        ("What is the main contribution?", QuestionKind.SUMMARY),
        ("Who wrote it?", QuestionKind.METADATA),
        ("When was this paper published?", QuestionKind.METADATA),
        ("When was it published?", QuestionKind.METADATA),
        ("Where can I read it?", QuestionKind.METADATA),
        ("When was the study done?", None),
        ("How many people have asthma in this study?", None),
        ("How many people wrote it?", QuestionKind.METADATA),
        ("What is new in this paper?", QuestionKind.SUMMARY),
        ("When did the symptoms end?", None),
        ("Where can I get the data?", None),
        ("What is the accuracy on MNIST?", None),
        ("How does it compare to Triton?", None),
        ("What is EpiCoder?", None),
        ("?", None),
    ],
)
def test_questions_to_a_paper_that_is_known(question: str, kind: QuestionKind | None) -> None:
    asked = classify_paper_question(question)
    assert (asked.kind if asked else None) is kind


def test_titles_in_quotation_marks_are_whole_sides() -> None:
    asked = classify_question(
        "Compare “Naps with owls” with “Bees and naps” in terms of more sleep"
    )
    assert asked.kind is QuestionKind.COMPARISON
    assert asked.sides == (
        "Naps with owls in terms of more sleep",
        "Bees and naps in terms of more sleep",
    )
    assert classify_question("How do naps and rest relate to age?").sides
