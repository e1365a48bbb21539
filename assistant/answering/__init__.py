"""Retrieval-augmented answers: question, evidence, generation, verified claims, answer."""

from assistant.answering.answer import (
    Answer,
    AnswerDone,
    Claim,
    ClaimVerified,
    Event,
    Evidence,
    EvidenceFound,
    NearestPaper,
    PassagesFound,
    Timings,
)
from assistant.answering.pipeline import AnswerPipeline
from assistant.answering.question import Turn

__all__ = [
    "Answer",
    "AnswerDone",
    "AnswerPipeline",
    "Claim",
    "ClaimVerified",
    "Event",
    "Evidence",
    "EvidenceFound",
    "NearestPaper",
    "PassagesFound",
    "Timings",
    "Turn",
]
