"""Questions with known answers: asking them, judging the answers, figures about all of them."""

from assistant.evaluating.asking import ask, quoting_pipeline
from assistant.evaluating.figures import Figure, figures, markdown_table, share
from assistant.evaluating.key_facts import KeyFact
from assistant.evaluating.outcome import EVERY_PAPER, SEVERAL_PAPERS, Expected, Outcome, paper_name
from assistant.evaluating.questions import EvaluationQuestion, read_questions

__all__ = [
    "EVERY_PAPER",
    "SEVERAL_PAPERS",
    "EvaluationQuestion",
    "Expected",
    "Figure",
    "KeyFact",
    "Outcome",
    "ask",
    "figures",
    "markdown_table",
    "paper_name",
    "quoting_pipeline",
    "read_questions",
    "share",
]
