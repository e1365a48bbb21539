"""Claim and cited sentences -> supported or not: what nothing shown can do without."""

from assistant.verification.verifier import Cited, Grounding, adds_nothing, check, parts_in

__all__ = ["Cited", "Grounding", "adds_nothing", "check", "parts_in"]
