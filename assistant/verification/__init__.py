"""Claim and cited sentences -> supported or not: what nothing shown can do without."""

from assistant.verification.verifier import CitedSentence, Verdict, adds_nothing, check, parts_in

__all__ = ["CitedSentence", "Verdict", "adds_nothing", "check", "parts_in"]
