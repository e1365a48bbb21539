"""Claim verification: whether the cited sentences support a claim."""

from assistant.verification.verifier import (
    CitedSentence,
    Verification,
    is_covered_by,
    supported_parts,
    verify_claim,
)

__all__ = ["CitedSentence", "Verification", "is_covered_by", "supported_parts", "verify_claim"]
