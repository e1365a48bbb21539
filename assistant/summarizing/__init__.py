"""Writes one-line TL;DRs of papers (docs/tldr.md)."""

from assistant.summarizing.candidates import Explanation
from assistant.summarizing.summarizer import Summarizer, TldrResult, summarize_papers

__all__ = ["Explanation", "Summarizer", "TldrResult", "summarize_papers"]
