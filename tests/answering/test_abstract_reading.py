"""Which sentence of an abstract answers a question that many papers are asked."""

from __future__ import annotations

import math

import pytest

from assistant.answering.abstract_reading import all_sentences, read_abstract
from assistant.answering.judge import ADAPTER, Judge
from assistant.answering.question import Question
from assistant.errors import ModelError
from assistant.library import StoredPaper
from assistant.models import GenerationRequest
from assistant.models.fake import ScriptedModel
from assistant.paper import Paper
from assistant.progress import Progress

ABSTRACT = (
    "OBJECTIVE To study sleep. We enrolled many adults. In 2019 they slept in 12 rooms for 3 "
    "nights. Sleep was significantly longer in quiet rooms (p = 0.01). Future work may use rooms "
    "for 9 weeks."
)
STORED = StoredPaper(1, "id", Paper(title="Sleep in rooms", abstract=ABSTRACT))


def judge(chances: dict[str, float]) -> Judge:
    """Gives the sentences with these words these probabilities, and the others a low one."""

    def choose(request: GenerationRequest) -> dict[str, float]:
        sentence = request.messages[-1].content.rpartition("Sentence:")[2]
        found = [chance for words, chance in chances.items() if words in sentence]
        yes = found[0] if found else 0.001
        return {"yes": yes, "no": 1 - yes}

    return Judge(ScriptedModel(lambda request: "yes", adapters=[ADAPTER], choose=choose))


def best(question: str, chances: dict[str, float]) -> tuple[str, float]:
    evidence, odds = read_abstract(Question.parse(question), STORED, judge(chances), Progress())
    assert 0.5 < sum(one.score for one in evidence) <= 1.0001
    assert [one.score for one in evidence] == sorted((one.score for one in evidence), reverse=True)
    assert all(ABSTRACT[one.start : one.end] == one.sentence for one in evidence)
    return evidence[0].text, odds


def test_the_sentence_that_the_judge_prefers_is_the_first() -> None:
    text, odds = best("Who took part?", {"enrolled": 0.2, "slept": 0.1})
    assert text == "We enrolled many adults."
    assert odds > 0, "a weak yes is enough for a question that names nothing of the paper"
    assert best("Who took part?", {})[1] < 0


def test_a_number_or_a_time_is_there_if_it_is_asked() -> None:
    chances = {"enrolled": 0.9, "12 rooms": 0.3}
    assert best("How many people took part?", chances)[0].startswith("In 2019")
    assert best("How long did they sleep there?", chances)[0].startswith("In 2019")
    assert best("How many people took part?", {"enrolled": 0.4})[1] < 0


def test_a_result_is_a_sentence_that_states_one() -> None:
    chances = {"OBJECTIVE": 0.2, "significantly": 0.05, "Future": 0.05}
    text, odds = best("What was found?", chances)
    assert text.startswith("Sleep was significantly longer")
    assert odds > 0


def test_long_abstracts_are_read_at_both_ends() -> None:
    abstract = " ".join(f"Sentence number {n} is here." for n in range(50))
    sentences = all_sentences(StoredPaper(1, "id", Paper(title="T", abstract=abstract)))
    assert [one.text.split()[2] for one in sentences] == [
        str(n) for n in (*range(10), *range(40, 50))
    ]


def test_a_stop_and_a_failure_are_no_answers() -> None:
    question = Question.parse("Who took part?")
    progress = Progress()
    progress.stop()
    slow = ScriptedModel(
        lambda request: "yes", adapters=[ADAPTER], seconds_per_piece=0.5, choose=lambda _: {}
    )
    assert read_abstract(question, STORED, Judge(slow), progress) == ((), -math.inf)
    failing = ScriptedModel([ModelError("No memory.")] * 9, adapters=[ADAPTER])
    with pytest.raises(ModelError, match="No memory"):
        read_abstract(question, STORED, Judge(failing), Progress())
