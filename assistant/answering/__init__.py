"""Question -> evidence -> prompt -> claims -> checked answer."""

from assistant.answering.answer import (
    Answer,
    AnswerDone,
    Claim,
    ClaimChecked,
    Event,
    Evidence,
    EvidenceFound,
    NearPaper,
    Timings,
)
from assistant.answering.pipeline import Asker
from assistant.answering.follow_ups import Turn

__all__ = [
    "Answer",
    "AnswerDone",
    "Asker",
    "Claim",
    "ClaimChecked",
    "Event",
    "Evidence",
    "EvidenceFound",
    "NearPaper",
    "Timings",
    "Turn",
]
