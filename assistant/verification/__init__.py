"""Claim and cited sentences -> supported or not: what nothing shown can do without."""

from assistant.verification.verifier import (
    CitedSentence,
    Verification,
    is_covered_by,
    supported_parts,
    verify_claim,
)

__all__ = ["CitedSentence", "Verification", "is_covered_by", "supported_parts", "verify_claim"]
