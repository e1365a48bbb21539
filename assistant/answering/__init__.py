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
from assistant.answering.follow_ups import Turn
from assistant.answering.pipeline import AnswerPipeline

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
